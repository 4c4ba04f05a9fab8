//! Values as places in the text that they stand in: how text formats hand over many records at once.

use super::batch::{Batch, ColumnValues};
use super::field::{Field, Position, Records};
use super::short_text::ShortText;

/// Where a value stands in a text, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::export) struct Cell {
    from: u32,
    /// The length, shifted to make room for the kind.
    packed: u32,
}

/// What a value is. One without a length is null, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) enum CellKind {
    Text,
    Decimal,
    True,
    False,
}

const KIND_BITS: u32 = 2;

impl Cell {
    /// The value from one place of a text to another. Places beyond a gigabyte are none: a text is a window of one file.
    #[inline]
    pub(in crate::export) fn new(from: usize, to: usize, kind: CellKind) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        Self { from: place(from), packed: place(to - from) << KIND_BITS | kind as u32 }
    }

    /// Text between two places.
    #[inline]
    pub(super) const fn between(from: u32, to: u32) -> Self {
        Self { from, packed: (to - from) << KIND_BITS | CellKind::Text as u32 }
    }

    const fn kind(self) -> u32 {
        self.packed & ((1 << KIND_BITS) - 1)
    }

    #[inline]
    fn text(self, text: &str) -> &str {
        let from = self.from as usize;
        &text[from..from + (self.packed >> KIND_BITS) as usize]
    }

    #[inline]
    pub(super) fn get(self, text: &str) -> Field<'_> {
        let value = self.text(text);
        match self.kind() {
            _ if value.is_empty() => Field::Null,
            kind if kind == CellKind::Text as u32 => Field::Text(value),
            kind if kind == CellKind::Decimal as u32 => Field::Decimal(value),
            kind => Field::Bool(kind == CellKind::True as u32),
        }
    }
}

/// One column of cells that are stored record by record.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) struct Cells<'a> {
    text: &'a str,
    /// Those of all columns.
    all: &'a [Cell],
    /// How many columns there are.
    width: usize,
    column: usize,
}

impl<'a> Cells<'a> {
    #[inline]
    pub(in crate::export) fn get(&self, row: usize) -> Field<'a> {
        self.all[row * self.width + self.column].get(self.text)
    }

    /// Its values, of all records: those that are text and not long, or null, to be compared at once.
    #[inline]
    pub(in crate::export) fn shorts(&self) -> impl Iterator<Item = Option<ShortText>> {
        let (text, column) = (self.text.as_bytes(), self.column);
        self.all.chunks_exact(self.width).map(move |cells| {
            let cell = cells[column];
            let length = (cell.packed >> KIND_BITS) as usize;
            let is_text = cell.kind() == CellKind::Text as u32 || length == 0;
            ShortText::of(text, cell.from as usize, length).filter(|_| is_text)
        })
    }
}

/// The text of records, and where in it each stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) struct RecordTexts<'a> {
    text: &'a str,
    /// Where the text begins in the decompressed bytes.
    offset: u64,
    /// Without their line ends.
    places: &'a [(u32, u32)],
}

impl<'a> RecordTexts<'a> {
    pub(in crate::export) fn get(&self, row: usize) -> &'a str {
        let (from, to) = self.places[row];
        &self.text[from as usize..to as usize]
    }

    pub(super) fn at(&self, record: u64, row: usize) -> Position {
        Position { record, byte_offset: Some(self.offset + u64::from(self.places[row].0)) }
    }
}

/// Consecutive records of a text on their way to whom they are handed over.
pub(super) struct RowBuffer {
    /// By field, where its cells are; `None` for a column that is not there.
    columns: Vec<Option<usize>>,
    /// Cells of a record: those of the fields, and behind them those of columns that nobody asked for.
    width: usize,
    beside: std::ops::Range<usize>,
    pub(super) cells: Vec<Cell>,
    places: Vec<(u32, u32)>,
}

impl RowBuffer {
    /// For records that have so many cells that are no fields, too.
    pub(super) fn new(columns: Vec<Option<usize>>, beside: usize) -> Self {
        let fields = columns.iter().flatten().map(|column| column + 1).max().unwrap_or_default();
        let width = fields + beside;
        Self { columns, width, beside: fields..width, cells: Vec::new(), places: Vec::new() }
    }

    /// Ends a record whose cells were added, with its place in the text.
    #[inline]
    pub(super) fn end(&mut self, from: usize, to: usize) {
        let place = |at: usize| u32::try_from(at).unwrap_or_default();
        self.places.push((place(from), place(to)));
        debug_assert_eq!(
            self.cells.len(),
            self.places.len() * self.width,
            "a record has as many cells as any other"
        );
    }

    /// Hands over what was added, of which `last` is the number of the last record, and returns whether the export is
    /// refused. `offset` is where the text begins in the decompressed bytes.
    pub(super) fn hand_over(&mut self, text: &str, offset: u64, last: u64, records: &mut impl Records) -> bool {
        let rows = self.places.len();
        if rows == 0 {
            return false;
        }
        let first = last + 1 - rows as u64;
        let cells = |column: usize| Cells { text, all: &self.cells, width: self.width, column };
        let column =
            |place: &Option<usize>| place.map_or(ColumnValues::Absent, |place| ColumnValues::Cells(cells(place)));
        let columns: Vec<ColumnValues<'_>> = self.columns.iter().map(column).collect();
        let texts = RecordTexts { text, offset, places: &self.places };
        if self.beside.is_empty() {
            records.batch(&Batch { first, rows, columns: &columns, names: &[], texts: Some(texts) });
        } else {
            let mut fields = vec![Field::Null; columns.len()];
            for row in 0..rows {
                fields.iter_mut().zip(&columns).for_each(|(field, column)| *field = column.get(row));
                let raw = texts.get(row);
                records.text(raw.as_bytes());
                let of_row = &self.cells[row * self.width..][self.beside.clone()];
                for cell in of_row {
                    records.beside(cell.text(text));
                }
                records.record(texts.at(first + row as u64, row), &fields, &|| raw.to_owned());
                if records.is_refused() {
                    break;
                }
            }
        }
        self.clear();
        records.is_refused()
    }

    /// Forgets what was added.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.places.clear();
    }
}
