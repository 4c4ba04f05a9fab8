//! Values derived from a column once per dictionary entry instead of once per row: events and keys of ids.

use super::dimension_keys::LARGEST_DICTIONARY;
use crate::export::format::batch::{ColumnValues, Dictionary};
use crate::export::format::field::Field;
use crate::export::format::short_text::RecentTexts;
use crate::export::value::single::id;
use coverledger_core::model::{Event, Id, IdHash};

/// What was derived from each entry of one dictionary, by its code.
pub(super) struct DictionaryTable<T> {
    serial: Option<u64>,
    by_code: Vec<T>,
}

impl<T> Default for DictionaryTable<T> {
    fn default() -> Self {
        Self { serial: None, by_code: Vec::new() }
    }
}

/// The event of each entry.
#[derive(Default)]
pub(super) struct EventTable {
    of_entries: DictionaryTable<Option<Event>>,
    /// Of a column of a text format, by row, and by words that came recently.
    of_rows: Vec<Option<Event>>,
    recent: RecentTexts<Option<Event>>,
}

impl EventTable {
    /// Fills the table from the dictionary of a column, if it has a small one that is not the last one, or from its cells.
    pub(super) fn prepare(&mut self, column: &ColumnValues<'_>, event: impl Fn(Field<'_>) -> Option<Event>) {
        if let ColumnValues::Cells(cells) = column {
            self.of_rows.clear();
            let of_rows = cells.shorts().enumerate().map(|(row, short)| {
                let known = short.and_then(|short| self.recent.get(&short));
                known.unwrap_or_else(|| {
                    let event = event(cells.get(row));
                    if let Some(short) = short {
                        self.recent.insert(short, event);
                    }
                    event
                })
            });
            self.of_rows.extend(of_rows);
        }
        let Some(dictionary) = small(column) else { return };
        let table = &mut self.of_entries;
        if table.serial != Some(dictionary.serial) {
            table.serial = Some(dictionary.serial);
            table.by_code.clear();
            table.by_code.extend(dictionary.fields().map(event));
        }
    }

    /// The event of a row: from the table, or else by `event`.
    #[inline]
    pub(super) fn get<'c>(
        &self,
        column: &'c ColumnValues<'_>,
        row: usize,
        event: impl Fn(Field<'c>) -> Option<Event>,
    ) -> Option<Event> {
        match column {
            ColumnValues::Coded { codes, dictionary } if self.of_entries.serial == Some(dictionary.serial) => {
                self.of_entries.by_code[codes.value(row) as usize]
            }
            ColumnValues::Cells(_) => self.of_rows[row],
            _ => event(column.get(row)),
        }
    }
}

/// The id of each entry.
#[derive(Default)]
pub(super) struct IdTable {
    text: String,
    entries: DictionaryTable<Option<KeyedId>>,
}

/// An id that a dictionary holds, and where it stands in the text of all.
#[derive(Clone, Copy)]
struct KeyedId {
    key: IdHash,
    span: (u32, u32),
}

impl IdTable {
    /// Fills the table from the dictionary of a column, if it has a small one that is not the last one.
    pub(super) fn prepare(&mut self, column: &ColumnValues<'_>) {
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
                KeyedId { key: Id::key_of(id), span: (place(start), place(self.text.len())) }
            });
            self.entries.by_code.push(entry);
        }
    }

    /// The id of a row; `None` if it is missing or not valid.
    #[expect(clippy::inline_always, reason = "an id that is handed over in memory takes longer than its hash")]
    #[inline(always)]
    pub(super) fn get<'b>(
        &'b self,
        column: &'b ColumnValues<'_>,
        row: usize,
        number: &'b mut itoa::Buffer,
    ) -> Option<Id<'b>> {
        match column {
            ColumnValues::Coded { codes, dictionary } if self.entries.serial == Some(dictionary.serial) => {
                let KeyedId { key, span } = self.entries.by_code[codes.value(row) as usize]?;
                Some(Id::keyed(key, &self.text, span))
            }
            _ => match column.get(row) {
                Field::Int(whole) => Some(Id::whole(whole)),
                field => id(field, number).ok().map(Id::of),
            },
        }
    }
}

/// The dictionary of a column, unless it has so many entries that deriving all of them would cost more than deriving
/// those of the rows.
fn small<'c>(column: &'c ColumnValues<'_>) -> Option<&'c Dictionary> {
    match column {
        ColumnValues::Coded { dictionary, .. } => {
            Some(dictionary.as_ref()).filter(|known| known.len() < LARGEST_DICTIONARY)
        }
        _ => None,
    }
}
