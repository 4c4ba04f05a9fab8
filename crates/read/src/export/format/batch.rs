//! Records by columns: what a decoder hands over at once where a format keeps its values so.

use super::field::{Field, Position, shown};

/// Consecutive records of an export, column by column, in the order of the plan.
pub(in crate::export) struct Batch<'a> {
    /// The number of the first record, from 1.
    pub(in crate::export) first: u64,
    pub(in crate::export) rows: usize,
    pub(in crate::export) columns: &'a [Cells<'a>],
    /// What the file calls them; `None` for one that it has not.
    pub(in crate::export) names: &'a [Option<&'a str>],
}

/// The values of a column.
pub(in crate::export) enum Cells<'a> {
    /// Null in every record.
    Absent,
    /// Numbers of entries of a dictionary.
    Coded {
        codes: &'a [u32],
        dictionary: &'a Dictionary,
    },
    /// Where values begin and end in a text; null is empty, as it is everywhere in text.
    Text {
        text: &'a str,
        spans: &'a [(u32, u32)],
    },
    Int(Sparse<'a, i64>),
    Instant(Sparse<'a, i64>),
    Wall(Sparse<'a, i64>),
    Float(Sparse<'a, f64>),
    Bool(Sparse<'a, bool>),
}

/// Values of which some may be null.
#[derive(Clone, Copy)]
pub(in crate::export) struct Sparse<'a, T> {
    pub(in crate::export) values: &'a [T],
    /// `None` where no value is null.
    pub(in crate::export) is_valid: Option<&'a [bool]>,
}

/// Distinct values, to which records refer by number; the number after the last one is null.
pub(in crate::export) struct Dictionary {
    /// No two dictionaries of an export have the same.
    pub(in crate::export) serial: u64,
    pub(in crate::export) entries: Entries,
}

/// What a dictionary holds.
pub(in crate::export) enum Entries {
    Text { text: String, spans: Vec<(u32, u32)> },
    Int(Vec<i64>),
}

impl Batch<'_> {
    pub(in crate::export) fn at(&self, row: usize) -> Position {
        Position { record: self.first + row as u64, byte_offset: None }
    }

    /// The values of a record.
    pub(in crate::export) fn fields<'b>(&'b self, row: usize, fields: &mut [Field<'b>]) {
        for (field, column) in fields.iter_mut().zip(self.columns) {
            *field = column.get(row);
        }
    }

    /// A rejected row as text: only the needed columns were decoded, so only they are shown.
    pub(in crate::export) fn raw(&self, row: usize) -> String {
        let values = self.names.iter().zip(self.columns).filter_map(|(name, column)| {
            name.filter(|name| !name.is_empty()).map(|name| format!("{name}={}", shown(column.get(row))))
        });
        values.collect::<Vec<_>>().join(" ")
    }
}

impl Cells<'_> {
    #[inline]
    pub(in crate::export) fn get(&self, row: usize) -> Field<'_> {
        match self {
            Self::Absent => Field::Null,
            Self::Coded { codes, dictionary } => dictionary.get(codes[row]),
            Self::Text { text, spans } => cut(text, spans[row]),
            Self::Int(column) => column.get(row).map_or(Field::Null, Field::Int),
            Self::Instant(column) => column.get(row).map_or(Field::Null, Field::Instant),
            Self::Wall(column) => column.get(row).map_or(Field::Null, Field::Wall),
            Self::Float(column) => column.get(row).map_or(Field::Null, Field::Float),
            Self::Bool(column) => column.get(row).map_or(Field::Null, Field::Bool),
        }
    }
}

impl<T: Copy> Sparse<'_, T> {
    #[inline]
    fn get(&self, row: usize) -> Option<T> {
        let is_valid = self.is_valid.is_none_or(|is_valid| is_valid[row]);
        is_valid.then(|| self.values[row])
    }
}

impl Dictionary {
    /// How many entries there are; also the number of null.
    pub(in crate::export) fn len(&self) -> usize {
        match &self.entries {
            Entries::Text { spans, .. } => spans.len(),
            Entries::Int(values) => values.len(),
        }
    }

    #[inline]
    pub(in crate::export) fn get(&self, code: u32) -> Field<'_> {
        let code = code as usize;
        match &self.entries {
            Entries::Text { text, spans } => spans.get(code).map_or(Field::Null, |span| cut(text, *span)),
            Entries::Int(values) => values.get(code).map_or(Field::Null, |value| Field::Int(*value)),
        }
    }

    /// Its entries, and null after the last.
    pub(in crate::export) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        (0..=self.len()).map(|code| self.get(u32::try_from(code).unwrap_or(u32::MAX)))
    }
}

#[inline]
fn cut(text: &str, (start, end): (u32, u32)) -> Field<'_> {
    match text.get(start as usize..end as usize) {
        None | Some("") => Field::Null,
        Some(text) => Field::Text(text),
    }
}
