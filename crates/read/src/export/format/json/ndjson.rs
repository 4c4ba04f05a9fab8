//! NDJSON: one JSON object a line, checked line by line.
//!
//! Strict on purpose: a line that is not exactly one object is a reject, a blank line too, and so is an object that
//! gives a needed key twice (parsers disagree on which one counts). Numbers are kept as written, so that a 19-digit
//! id loses nothing.
//!
//! There is no header, so a renamed key looks like one that is null in every record. A needed key that no record has
//! is therefore taken for a missing column.

use std::collections::BTreeMap;

use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::line_template::LineTemplates;
use super::members::Members;
use super::rows_at::is_too_deep;
use super::{JsonValue, Keys, with_room};
use crate::export::ExportError;
use crate::export::format::cells::RowBuffer;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::stream::lines::{Lines, first_line};
use crate::export::format::wanted::Wanted;
use coverledger_core::model::Reason;

/// Lines are looked at together as long as they stay in the processor's cache.
const CHUNK_BYTES: usize = 1 << 16;

/// Reads every record and returns how many there are by the count of physical lines.
///
/// The column at `may_be_absent` may be missing from every record.
pub(in crate::export::format) fn read(
    lines: Lines,
    needed: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    read_lines(lines, needed, may_be_absent, true, records)
}

/// Reads every record; `is_quick` is whether lines like those before may pass the parser by.
fn read_lines(
    mut lines: Lines,
    needed: &[Wanted],
    may_be_absent: Option<usize>,
    is_quick: bool,
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let mut record = 0_u64;
    let mut keys = Keys::default();
    let mut shapes = LineTemplates::default();
    let mut rows = RowBuffer::new((0..needed.len()).map(Some).collect(), 0);
    loop {
        let offset = lines.offset();
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        let chunk = chunk(window);
        let text = if is_quick { simdutf8::basic::from_utf8(chunk).unwrap_or_default() } else { "" };
        let mut from = 0;
        while from < chunk.len() {
            if let Some((end, next)) = shapes.read(text, from, &mut rows.cells) {
                record += 1;
                rows.end(from, end);
                from = next;
                continue;
            }
            if rows.hand_over(text, offset, record, records) {
                return Ok(0);
            }
            record += 1;
            let at = Position { record, byte_offset: Some(offset + from as u64) };
            let (line, taken) = first_line(&chunk[from..]);
            let absent = || None;
            with_room(needed.len(), absent, |found| match parse(line, needed, found) {
                Ok(()) => {
                    keys.note(found.iter().map(Option::is_some), || names(line));
                    shapes.learn(line, needed);
                    take(at, line, found, records);
                }
                Err(reason) => records.broken(at, reason, line),
            });
            from += taken;
            if records.is_refused() {
                return Ok(0);
            }
        }
        if rows.hand_over(text, offset, record, records) {
            return Ok(0);
        }
        let taken = chunk.len();
        lines.consume(taken);
    }
    if record != lines.physical_lines() {
        return Err(ExportError::Unbalanced { physical: lines.physical_lines(), accounted: record });
    }
    keys.refuse_missing(needed, may_be_absent)?;
    Ok(lines.physical_lines())
}

/// As many whole lines at the front of a window as are looked at together, but at least one.
fn chunk(window: &[u8]) -> &[u8] {
    let front = &window[..window.len().min(CHUNK_BYTES)];
    let taken = memchr::memrchr(b'\n', front).map_or_else(|| first_line(window).1, |newline| newline + 1);
    &window[..taken]
}

/// The keys of an object.
fn names(line: &[u8]) -> Vec<String> {
    let object = serde_json::from_slice::<BTreeMap<String, &RawValue>>(line);
    object.map(|object| object.into_keys().collect()).unwrap_or_default()
}

fn take(at: Position, line: &[u8], found: &[Option<&RawValue>], records: &mut impl Records) {
    let empty = || JsonValue::Null;
    with_room(found.len(), empty, |values| {
        for (value, raw) in values.iter_mut().zip(found) {
            match JsonValue::of(*raw) {
                Ok(read) => *value = read,
                Err(reason) => return records.broken(at, reason, line),
            }
        }
        let empty = || Field::Null;
        with_room(values.len(), empty, |fields| {
            fields.iter_mut().zip(&*values).for_each(|(field, value)| *field = value.field());
            records.text(line);
            records.record(at, fields, &|| String::from_utf8_lossy(line).into_owned());
        });
    });
}

/// Finds the needed values of a line.
fn parse<'a>(line: &'a [u8], needed: &[Wanted], found: &mut [Option<&'a RawValue>]) -> Result<(), Reason> {
    let text = simdutf8::basic::from_utf8(line).map_err(|_| Reason::NotUtf8)?;
    if text.trim_ascii().is_empty() {
        return Err(Reason::BlankLine);
    }
    if is_too_deep(line) {
        return Err(Reason::MalformedJson);
    }
    let mut twice = false;
    let mut json = serde_json::Deserializer::from_str(text);
    let which = |key: &str| needed.iter().position(|wanted| wanted.is(key));
    json.deserialize_map(Members { which, found, twice: &mut twice })
        .and_then(|()| json.end())
        .map_err(|_| Reason::MalformedJson)?;
    if twice {
        return Err(Reason::DuplicateKey);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
