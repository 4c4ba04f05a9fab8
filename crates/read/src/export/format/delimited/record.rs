//! One record on its way to the mapper.

use super::cut::Cut;
use super::dialect::Dialect;
use crate::export::format::field::{Field, Position, Records};
use coverledger_core::model::Reason;

/// A line without a quote or an escape in it is cut at its delimiters.
pub(super) fn plain_record(
    at: Position,
    line: &[u8],
    dialect: &Dialect,
    columns: usize,
    wanted: &[Option<usize>],
    cut: &mut Cut,
    records: &mut impl Records,
) {
    cut.fields.clear();
    let mut from = 0;
    match *dialect.delimiter() {
        [delimiter] => {
            for to in memchr::memchr_iter(delimiter, line) {
                cut.fields.push((from, to));
                from = to + 1;
            }
        }
        ref delimiter => {
            for to in memchr::memmem::find_iter(line, delimiter) {
                cut.fields.push((from, to));
                from = to + delimiter.len();
            }
        }
    }
    cut.fields.push((from, line.len()));
    hand_over(at, line, line, &cut.fields, columns, wanted, records);
}

/// Gives a record that was cut to the mapper, or rejects it.
pub(super) fn hand_over(
    at: Position,
    raw: &[u8],
    text: &[u8],
    cut: &[(usize, usize)],
    columns: usize,
    wanted: &[Option<usize>],
    records: &mut impl Records,
) {
    const INLINE: usize = 24;
    if cut.len() != columns {
        return records.broken(at, Reason::FieldCount, raw);
    }
    let Some(text) = Cut::sound(text, cut) else {
        return records.broken(at, Reason::NotUtf8, raw);
    };
    let value = |column: Option<usize>| match column.map(|column| &text[cut[column].0..cut[column].1]) {
        None | Some("") => Field::Null,
        Some(value) => Field::Text(value),
    };
    records.text(raw);
    if records.looks_beside() {
        let beside = (0..columns).filter(|column| !wanted.contains(&Some(*column)));
        beside.for_each(|column| records.beside(&text[cut[column].0..cut[column].1]));
    }
    let raw = || String::from_utf8_lossy(raw).into_owned();
    if wanted.len() <= INLINE {
        let mut fields = [Field::Null; INLINE];
        for (field, column) in fields.iter_mut().zip(wanted) {
            *field = value(*column);
        }
        records.record(at, &fields[..wanted.len()], &raw);
    } else {
        let fields: Vec<Field<'_>> = wanted.iter().map(|column| value(*column)).collect();
        records.record(at, &fields, &raw);
    }
}
