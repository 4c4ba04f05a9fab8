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

use super::members::Members;
use super::{Keys, Value, with_room};
use crate::export::ExportError;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::stream::lines::{Lines, first_line};
use crate::export::format::wanted::Wanted;
use crate::model::Reason;

/// Reads every record and returns how many there are by the count of physical lines.
///
/// The column at `may_be_absent` may be missing from every record.
pub(in crate::export::format) fn read(
    mut lines: Lines,
    needed: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let mut record = 0_u64;
    let mut keys = Keys::default();
    loop {
        let offset = lines.offset();
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        let (line, taken) = first_line(window);
        record += 1;
        let at = Position { record, byte_offset: Some(offset) };
        let absent = || None;
        with_room(needed.len(), absent, |found| match parse(line, needed, found) {
            Ok(()) => {
                keys.note(found.iter().map(Option::is_some), || names(line));
                take(at, line, found, records);
            }
            Err(reason) => records.broken(at, reason, line),
        });
        lines.consume(taken);
        if records.is_refused() {
            return Ok(0);
        }
    }
    if record != lines.physical_lines() {
        return Err(ExportError::Unbalanced { physical: lines.physical_lines(), accounted: record });
    }
    keys.refuse_missing(needed, may_be_absent)?;
    Ok(lines.physical_lines())
}

/// The keys of an object.
fn names(line: &[u8]) -> Vec<String> {
    let object = serde_json::from_slice::<BTreeMap<String, &RawValue>>(line);
    object.map(|object| object.into_keys().collect()).unwrap_or_default()
}

fn take(at: Position, line: &[u8], found: &[Option<&RawValue>], records: &mut impl Records) {
    let empty = || Value::Null;
    with_room(found.len(), empty, |values| {
        for (value, raw) in values.iter_mut().zip(found) {
            match Value::of(*raw) {
                Ok(read) => *value = read,
                Err(reason) => return records.broken(at, reason, line),
            }
        }
        let empty = || Field::Null;
        with_room(values.len(), empty, |fields| {
            fields.iter_mut().zip(&*values).for_each(|(field, value)| *field = value.field());
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
mod tests {
    use super::*;
    use crate::config::ColumnName;

    fn texts(line: &str) -> Result<Vec<Option<String>>, Reason> {
        let needed = ["id", "at"].map(|name| Wanted::needed(&ColumnName::new(name)));
        let mut found = [None; 2];
        parse(line.as_bytes(), &needed, &mut found)?;
        found
            .into_iter()
            .map(|value| {
                Ok(match Value::of(value)? {
                    Value::Text(text) => Some(text.into_owned()),
                    _ => None,
                })
            })
            .collect()
    }

    #[test]
    fn numbers_are_kept_as_written() {
        let values = texts(r#"{"id": 9007199254740993, "x": [1, {"id": 2}], "at": "a\u00e9\n"}"#).unwrap();
        assert_eq!(values, [Some("9007199254740993".to_owned()), Some("aé\n".to_owned())]);
    }

    #[test]
    fn a_needed_key_given_twice_is_a_reject() {
        assert_eq!(texts(r#"{"id": 1, "id": 2}"#), Err(Reason::DuplicateKey));
        assert!(texts(r#"{"id": 1, "x": 1, "x": 2}"#).is_ok());
    }

    #[test]
    fn a_line_must_be_one_object() {
        for line in ["[]", "1", "{} {}", "{\"id\":1}x", "{'id':1}", "{\"id\": \"\\ud800\"}"] {
            assert_eq!(texts(line), Err(Reason::MalformedJson), "{line}");
        }
        assert_eq!(texts("  "), Err(Reason::BlankLine));
    }
}
