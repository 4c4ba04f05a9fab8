//! What of a batch is worked out column by column, once for a dictionary's entry instead of once for every row.

use super::coded::LARGEST_DICTIONARY;
use crate::export::format::batch::{Cells, Dictionary};
use crate::export::format::field::Field;
use crate::export::value::single::id;
use crate::model::Event;

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
    pub(super) fn prepare(&mut self, cells: &Cells<'_>, event: impl Fn(Field<'_>) -> Option<Event>) {
        let Some(dictionary) = small(cells) else { return };
        if self.serial != Some(dictionary.serial) {
            self.serial = Some(dictionary.serial);
            self.by_code.clear();
            self.by_code.extend(dictionary.fields().map(event));
        }
    }

    /// The event of a row, if its dictionary is the one that this was prepared for.
    #[inline]
    pub(super) fn get(&self, cells: &Cells<'_>, row: usize) -> Option<Option<Event>> {
        match cells {
            Cells::Coded { codes, dictionary } if self.serial == Some(dictionary.serial) => {
                Some(self.by_code[codes[row] as usize])
            }
            _ => None,
        }
    }
}

/// The ids of a column, as text.
#[derive(Default)]
pub(super) struct Ids {
    text: String,
    spans: Table<(u32, u32)>,
}

impl Ids {
    /// Gets ready for the rows of a column.
    pub(super) fn prepare(&mut self, cells: &Cells<'_>) {
        let Some(dictionary) = small(cells) else { return };
        if self.spans.serial == Some(dictionary.serial) {
            return;
        }
        self.spans.serial = Some(dictionary.serial);
        self.spans.by_code.clear();
        self.text.clear();
        let mut number = itoa::Buffer::new();
        for field in dictionary.fields() {
            let start = self.text.len();
            self.text.push_str(id(field, &mut number).unwrap_or_default());
            let place = |at: usize| u32::try_from(at).unwrap_or_default();
            self.spans.by_code.push((place(start), place(self.text.len())));
        }
    }

    /// The id of a row; `None` if it has none that is sound.
    #[inline]
    pub(super) fn get<'b>(
        &'b self,
        cells: &'b Cells<'_>,
        row: usize,
        number: &'b mut itoa::Buffer,
    ) -> Option<&'b str> {
        match cells {
            Cells::Coded { codes, dictionary } if self.spans.serial == Some(dictionary.serial) => {
                let (start, end) = self.spans.by_code[codes[row] as usize];
                self.text.get(start as usize..end as usize).filter(|id| !id.is_empty())
            }
            _ => id(cells.get(row), number).ok(),
        }
    }
}

/// The dictionary of a column, if it is small enough that its entries are fewer than its rows, or not many more.
fn small<'c>(cells: &Cells<'c>) -> Option<&'c Dictionary> {
    match cells {
        Cells::Coded { dictionary, .. } => Some(*dictionary).filter(|known| known.len() < LARGEST_DICTIONARY),
        _ => None,
    }
}
