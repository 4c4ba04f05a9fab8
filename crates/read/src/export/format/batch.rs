//! Records by columns: what a decoder hands over at once where a format stores its values by column.

use std::sync::Arc;

use arrow_array::{
    Array, BooleanArray, Float64Array, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray,
    UInt32Array,
};

use super::cells::{Cells, RecordTexts};
use super::field::{Field, Position, Records, shown};

/// Consecutive records of an export, column by column, in the order of the wanted columns.
pub(in crate::export) struct Batch<'a> {
    /// The number of the first record, from 1.
    pub(in crate::export) first: u64,
    pub(in crate::export) rows: usize,
    pub(in crate::export) columns: &'a [ColumnValues<'a>],
    /// What the file calls them; `None` for one that it does not have.
    pub(in crate::export) names: &'a [Option<&'a str>],
    /// Of formats that are text.
    pub(in crate::export) texts: Option<RecordTexts<'a>>,
}

/// The values of a column for a batch, in one of the few types that fields are read from. Empty text is null.
pub(in crate::export) enum ColumnValues<'a> {
    /// Null in every record.
    Absent,
    /// Numbers of dictionary entries. No code is null: [`Dictionary::len`] stands for it.
    Coded {
        codes: UInt32Array,
        dictionary: Arc<Dictionary>,
    },
    Text(StringArray),
    TextView(StringViewArray),
    Cells(Cells<'a>),
    Int(Int64Array),
    Float(Float64Array),
    Bool(BooleanArray),
    /// Microseconds since 1970, UTC.
    Instant(TimestampMicrosecondArray),
    /// Microseconds since 1970 by a wall clock.
    Wall(TimestampMicrosecondArray),
}

/// Distinct texts, to which records refer by number; the number after the last one is null.
pub(in crate::export) struct Dictionary {
    /// No two dictionaries of an export have the same.
    pub(in crate::export) serial: u64,
    pub(in crate::export) entries: StringArray,
}

impl Batch<'_> {
    pub(in crate::export) fn at(&self, row: usize) -> Position {
        let record = self.first + row as u64;
        self.texts.map_or(Position { record, byte_offset: None }, |texts| texts.at(record, row))
    }

    /// The values of a record.
    pub(in crate::export) fn fields<'b>(&'b self, row: usize, fields: &mut [Field<'b>]) {
        for (field, column) in fields.iter_mut().zip(self.columns) {
            *field = column.get(row);
        }
    }

    /// Hands over its records one by one, until the export is refused.
    pub(in crate::export) fn each_row(&self, records: &mut (impl Records + ?Sized)) {
        let mut fields = vec![Field::Null; self.columns.len()];
        for row in 0..self.rows {
            self.fields(row, &mut fields);
            if let Some(text) = self.text(row) {
                records.text(text);
            }
            records.record(self.at(row), &fields, &|| self.raw(row));
            if records.is_refused() {
                break;
            }
        }
    }

    /// The text of a record, from formats that have one.
    pub(in crate::export) fn text(&self, row: usize) -> Option<&[u8]> {
        self.texts.as_ref().map(|texts| texts.get(row).as_bytes())
    }

    /// A rejected row as text. Where the format has none, only the needed columns were decoded, so only they are shown.
    pub(in crate::export) fn raw(&self, row: usize) -> String {
        if let Some(texts) = &self.texts {
            return texts.get(row).to_owned();
        }
        let values = self.names.iter().zip(self.columns).filter_map(|(name, column)| {
            name.filter(|name| !name.is_empty()).map(|name| format!("{name}={}", shown(column.get(row))))
        });
        values.collect::<Vec<_>>().join(" ")
    }
}

impl ColumnValues<'_> {
    #[expect(
        clippy::inline_always,
        reason = "a field that is handed over in memory takes longer than to look at it"
    )]
    #[inline(always)]
    pub(in crate::export) fn get(&self, row: usize) -> Field<'_> {
        match self {
            Self::Coded { codes, dictionary } => dictionary.get(codes.value(row)),
            Self::Cells(cells) => cells.get(row),
            Self::Text(array) if array.is_valid(row) => text(array.value(row)),
            Self::TextView(array) if array.is_valid(row) => text(array.value(row)),
            Self::Int(array) if array.is_valid(row) => Field::Int(array.value(row)),
            Self::Float(array) if array.is_valid(row) => Field::Float(array.value(row)),
            Self::Bool(array) if array.is_valid(row) => Field::Bool(array.value(row)),
            Self::Instant(array) if array.is_valid(row) => Field::Instant(array.value(row)),
            Self::Wall(array) if array.is_valid(row) => Field::Wall(array.value(row)),
            _ => Field::Null,
        }
    }
}

impl Dictionary {
    /// How many entries there are; also the number of null.
    pub(in crate::export) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub(in crate::export) fn get(&self, code: u32) -> Field<'_> {
        let code = code as usize;
        if code < self.entries.len() { text(self.entries.value(code)) } else { Field::Null }
    }

    /// Its entries, and null after the last.
    pub(in crate::export) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        (0..=self.len()).map(|code| self.get(u32::try_from(code).unwrap_or(u32::MAX)))
    }
}

#[inline]
fn text(text: &str) -> Field<'_> {
    if text.is_empty() { Field::Null } else { Field::Text(text) }
}
