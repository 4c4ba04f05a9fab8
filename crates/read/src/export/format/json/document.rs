//! A JSON document with a list of rows in it.
//!
//! A document is read whole, so its size is bounded. A row is an object; a wanted column is one of its members
//! (`views`), a member of a member (`traffic.views`), or, with `$.`, a member of what the row lies in: `$.data.live_id`
//! from the document down, `$.lives[].live_id` of the element of `lives` that holds the row. Where rows, or what they lie
//! in, are members of an object (`data{}`), `$key` is the key.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::value::RawValue;

use super::members::{each, every, lookup, lookup_all, unclear};
use super::names::names_within;
use super::pages::{Claim, claim, refuse_error};
use super::path_walk::PathWalk;
use super::rows_at;
use super::{JsonValue, Keys};
use crate::export::ExportError;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::stream::bytes::Bytes;
use crate::export::format::wanted::Wanted;
use coverledger_config::Pages;
use coverledger_core::model::Reason;

/// A document is the minutes of a few broadcasts: some hundred kilobytes.
const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// Reads every row and returns how many there are by a count of brackets and quotes.
///
/// The column at `may_be_absent` may be missing from every row.
pub(in crate::export::format) fn read(
    bytes: Bytes,
    (rows_at, pages): (&[String], &Pages),
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<(u64, Option<Claim>), ExportError> {
    let text = whole(bytes)?;
    let steps: Vec<&str> = rows_at.iter().map(String::as_str).collect();
    let document = sound(body(&text))?;
    refuse_error(document, pages)?;
    let physical = rows_at::count(body(&text), &steps)?;
    let mut rows = DocumentRows {
        text: &text,
        columns: columns(wanted, &steps),
        around: BTreeMap::new(),
        keys: Keys::default(),
        record: 0,
        records,
    };
    PathWalk::go(&steps, document, &mut |passed, key, list| rows.list(passed, key, list))?;
    if rows.records.is_refused() {
        return Ok((0, None));
    }
    if rows.record != physical {
        return Err(ExportError::Unbalanced { physical, accounted: rows.record });
    }
    rows.keys.refuse_missing(wanted, may_be_absent)?;
    Ok((physical, claim(document, pages, physical)?))
}

/// The text of a document.
pub(in crate::export) fn whole(mut bytes: Bytes) -> Result<String, ExportError> {
    let mut text = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => text.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(bytes.failure(error)),
        }
        if text.len() > MAX_DOCUMENT_BYTES {
            return Err(ExportError::DocumentTooLarge(MAX_DOCUMENT_BYTES));
        }
    }
    let text = String::from_utf8(text).map_err(|_| ExportError::Encoding("not UTF-8"))?;
    if body(&text).is_empty() { Err(ExportError::Empty) } else { Ok(text) }
}

/// A text behind its byte order mark.
pub(in crate::export) fn body(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The whole document as one value, its syntax checked to the last byte.
pub(in crate::export) fn sound(text: &str) -> Result<&RawValue, ExportError> {
    serde_json::from_str(text).map_err(|error| {
        let hint = if error.to_string().starts_with("trailing") { "; is it `ndjson`?" } else { "" };
        ExportError::Json(format!("{error}{hint}"))
    })
}

/// Where a name of a column leads.
#[derive(Debug, PartialEq, Eq)]
enum Name<'s> {
    /// In the row.
    Row(&'s str),
    /// In the value that was gone through so many steps from the document.
    Passed(usize, String),
    /// The key under which the row, or what it lies in, is a member.
    Key,
}

/// What the key is called.
const KEY: &str = "$key";

/// The names of every wanted column.
fn columns<'s>(wanted: &'s [Wanted], steps: &[&str]) -> Vec<Vec<Name<'s>>> {
    let name = |name: &'s String| match name.strip_prefix("$.") {
        None if name == KEY => Name::Key,
        None => Name::Row(name),
        Some(way) => {
            let way = rows_at::split(way);
            let shared = steps.iter().zip(&way).take_while(|(step, name)| step == name).count();
            // The last value gone through is the one that holds the list.
            let shared = shared.min(steps.len().saturating_sub(2));
            Name::Passed(shared, way[shared..].join("."))
        }
    };
    wanted.iter().map(|wanted| wanted.column.names().iter().map(name).collect()).collect()
}

/// Takes rows and hands them over as records.
struct DocumentRows<'s, 'a, R> {
    text: &'a str,
    columns: Vec<Vec<Name<'s>>>,
    /// What was found for a name of a column, by their numbers, in the object that was gone through last.
    around: BTreeMap<(usize, usize), (&'a RawValue, Option<&'a RawValue>)>,
    keys: Keys,
    record: u64,
    records: &'s mut R,
}

impl<'a, R: Records> DocumentRows<'_, 'a, R> {
    fn list(
        &mut self,
        passed: &[&'a RawValue],
        key: Option<&'a RawValue>,
        list: &'a RawValue,
    ) -> Result<(), ExportError> {
        let mut around = self.around(passed)?;
        self.put_key(&mut around, key);
        if list.get().starts_with('{') {
            return every(list, &mut |key, row| {
                self.put_key(&mut around, Some(key));
                if !self.records.is_refused() {
                    self.row(&around, row);
                }
                Ok(())
            });
        }
        each(list, &mut |row| {
            if !self.records.is_refused() {
                self.row(&around, row);
            }
            Ok(())
        })
    }

    /// Puts a key where columns are it.
    fn put_key(&self, around: &mut [Option<&'a RawValue>], key: Option<&'a RawValue>) {
        for (value, names) in around.iter_mut().zip(&self.columns) {
            if names.contains(&Name::Key) {
                *value = key;
            }
        }
    }

    /// The values around the rows of a list. A document may have a million lists: it is not read again for each.
    fn around(&mut self, passed: &[&'a RawValue]) -> Result<Vec<Option<&'a RawValue>>, ExportError> {
        let mut around = Vec::new();
        for (column, names) in self.columns.iter().enumerate() {
            let mut found = None;
            for (nth, name) in names.iter().enumerate() {
                let Name::Passed(depth, name) = name else { continue };
                let Some(holder) = passed.get(*depth).copied() else { continue };
                let known = self.around.get(&(column, nth)).filter(|(of, _)| std::ptr::eq(*of, holder));
                let value = match known {
                    Some((_, value)) => *value,
                    None => lookup(holder, name).map_err(|reason| unclear(name, reason))?,
                };
                self.around.insert((column, nth), (holder, value));
                found = found.or(value);
            }
            around.push(found);
        }
        Ok(around)
    }

    fn row(&mut self, around: &[Option<&'a RawValue>], row: &'a RawValue) {
        self.record += 1;
        let offset = row.get().as_ptr() as usize - self.text.as_ptr() as usize;
        let at = Position { record: self.record, byte_offset: Some(offset as u64) };
        let raw = row.get().as_bytes();
        if !row.get().starts_with('{') {
            return self.records.broken(at, Reason::MalformedJson, raw);
        }
        let found = match self.find(around, row) {
            Ok(found) => found,
            Err(reason) => return self.records.broken(at, reason, raw),
        };
        self.keys.note(found.iter().map(Option::is_some), || names_within(row));
        let values: Result<Vec<JsonValue<'_>>, Reason> = found.into_iter().map(JsonValue::of).collect();
        match values {
            Ok(values) => {
                let fields: Vec<Field<'_>> = values.iter().map(JsonValue::field).collect();
                self.records.text(raw);
                self.records.record(at, &fields, &|| row.get().to_owned());
            }
            Err(reason) => self.records.broken(at, reason, raw),
        }
    }

    /// The values of the wanted columns of a row.
    fn find(
        &self,
        around: &[Option<&'a RawValue>],
        row: &'a RawValue,
    ) -> Result<Vec<Option<&'a RawValue>>, Reason> {
        let names: Vec<&str> = self
            .columns
            .iter()
            .flatten()
            .filter_map(|name| if let Name::Row(name) = name { Some(*name) } else { None })
            .collect();
        let mut values = lookup_all(row, &names)?.into_iter();
        let mut found = Vec::with_capacity(self.columns.len());
        for (names, around) in self.columns.iter().zip(around) {
            let mut value = *around;
            for _ in names.iter().filter(|name| matches!(name, Name::Row(_))) {
                match (value, values.next().flatten()) {
                    (Some(_), Some(_)) => return Err(Reason::DuplicateKey),
                    (before, here) => value = before.or(here),
                }
            }
            found.push(value);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
