//! What of a batch is worked out column by column, once for a dictionary's entry instead of once for every row.

use super::coded::LARGEST_DICTIONARY;
use crate::export::format::batch::{ColumnValues, Dictionary};
use crate::export::format::field::Field;
use crate::export::value::single::id;
use coverledger_core::model::{Event, Id, IdHash};

/// What the entries of one dictionary stand for.
pub(super) struct Table<T> {
    serial: Option<u64>,
    by_code: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { serial: None, by_code: Vec::new() }
    }
}

/// Which events the entries of a column are.
pub(super) type Events = Table<Option<Event>>;

impl Events {
    /// Gets ready for the rows of a column.
    pub(super) fn prepare(&mut self, column: &ColumnValues, event: impl Fn(Field<'_>) -> Option<Event>) {
        let Some(dictionary) = small(column) else { return };
        if self.serial != Some(dictionary.serial) {
            self.serial = Some(dictionary.serial);
            self.by_code.clear();
            self.by_code.extend(dictionary.fields().map(event));
        }
    }

    /// The event of a row; `event` says it where the column was not prepared for.
    #[inline]
    pub(super) fn get<'c>(
        &self,
        column: &'c ColumnValues,
        row: usize,
        event: impl Fn(Field<'c>) -> Option<Event>,
    ) -> Option<Event> {
        match column {
            ColumnValues::Coded { codes, dictionary } if self.serial == Some(dictionary.serial) => {
                self.by_code[codes.value(row) as usize]
            }
            _ => event(column.get(row)),
        }
    }
}

/// The ids of a column, hashed.
#[derive(Default)]
pub(super) struct Ids {
    text: String,
    entries: Table<Option<Entry>>,
}

/// An id that a dictionary holds, and where it stands in the text of all.
#[derive(Clone, Copy)]
struct Entry {
    hash: IdHash,
    span: (u32, u32),
}

impl Ids {
    /// Gets ready for the rows of a column.
    pub(super) fn prepare(&mut self, column: &ColumnValues) {
        let Some(dictionary) = small(column) else { return };
        if self.entries.serial == Some(dictionary.serial) {
            return;
        }
        self.entries.serial = Some(dictionary.serial);
        self.entries.by_code.clear();
        self.text.clear();
        let mut number = itoa::Buffer::new();
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        for field in dictionary.fields() {
            let entry = id(field, &mut number).ok().map(|id| {
                let start = self.text.len();
                self.text.push_str(id);
                Entry { hash: Id::hash_of(id), span: (place(start), place(self.text.len())) }
            });
            self.entries.by_code.push(entry);
        }
    }

    /// The id of a row; `None` if it has none that is sound.
    #[inline]
    pub(super) fn get<'b>(
        &'b self,
        column: &'b ColumnValues,
        row: usize,
        number: &'b mut itoa::Buffer,
    ) -> Option<Id<'b>> {
        match column {
            ColumnValues::Coded { codes, dictionary } if self.entries.serial == Some(dictionary.serial) => {
                let Entry { hash, span } = self.entries.by_code[codes.value(row) as usize]?;
                Some(Id::hashed(hash, &self.text, span))
            }
            _ => id(column.get(row), number).ok().map(Id::of),
        }
    }
}

/// The dictionary of a column, if it is small enough that its entries are fewer than its rows, or not many more.
fn small(column: &ColumnValues) -> Option<&Dictionary> {
    match column {
        ColumnValues::Coded { dictionary, .. } => {
            Some(dictionary.as_ref()).filter(|known| known.len() < LARGEST_DICTIONARY)
        }
        _ => None,
    }
}
