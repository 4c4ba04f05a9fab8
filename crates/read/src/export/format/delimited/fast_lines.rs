//! The fast path: whole lines of valid UTF-8 without a quote or an escape in them, many at a time.
//!
//! It takes what stands at the front of a window and leaves everything else to the general path, record by record.

use super::LineUse;
use super::dialect::Dialect;
use super::index::Index;
use crate::export::format::field::{Field, Position, Records};
use coverledger_core::model::Reason;

/// Lines are looked at together as long as they and their index stay in the processor's cache.
const CHUNK_BYTES: usize = 1 << 14;

/// Takes plain lines off the front of windows.
pub(super) struct FastLines<'a> {
    dialect: &'a Dialect,
    /// `None`: nothing of the text is plain.
    delimiter: Option<u8>,
    columns: usize,
    /// How many fields a record is handed over with.
    fields: usize,
    /// Which of them are of which column; the others are not there.
    places: Vec<(usize, usize)>,
    /// The columns that are of none.
    beside: Vec<usize>,
    index: Index,
    /// Where the chunk ends that is being read.
    chunk_end: u64,
    /// Whether the general path reads the rest of the chunk.
    is_odd: bool,
}

impl<'a> FastLines<'a> {
    pub(super) fn new(dialect: &'a Dialect, columns: usize, wanted: &[Option<usize>]) -> Self {
        let places = wanted.iter().enumerate().filter_map(|(field, column)| column.map(|column| (field, column)));
        Self {
            dialect,
            delimiter: dialect.quick_delimiter(),
            columns,
            fields: wanted.len(),
            places: places.collect(),
            beside: (0..columns).filter(|column| !wanted.contains(&Some(*column))).collect(),
            index: Index::default(),
            chunk_end: 0,
            is_odd: false,
        }
    }

    /// Hands over the plain lines at the front of a window, which begins at `offset`, and returns how many bytes they
    /// took; `None` when the export is refused. `record` is the number of the last record so far.
    pub(super) fn read(
        &mut self,
        window: &[u8],
        offset: u64,
        record: &mut u64,
        used: &mut LineUse,
        records: &mut impl Records,
    ) -> Option<usize> {
        let Some(delimiter) = self.delimiter else { return Some(0) };
        let Some(text) = self.front(window, offset) else { return Some(0) };
        self.index.build(text.as_bytes(), delimiter);
        let looks_beside = records.looks_beside();
        let mut fields = vec![Field::Null; self.fields];
        let mut delimiters = self.index.delimiters.as_slice();
        let mut start = 0;
        for newline in &self.index.newlines {
            let newline = *newline as usize;
            let raw = &text[start..newline];
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            let line_start = std::mem::replace(&mut start, newline + 1);
            if raw.is_empty() {
                used.blank += 1;
                continue;
            }
            *record += 1;
            used.records += 1;
            let at = Position { record: *record, byte_offset: Some(offset + line_start as u64) };
            let is_within = |delimiter: Option<&u32>| delimiter.is_some_and(|at| (*at as usize) < newline);
            let fits = !is_within(delimiters.get(self.columns - 1))
                && (self.columns == 1 || is_within(delimiters.get(self.columns - 2)));
            if fits {
                let (ends, behind) = delimiters.split_at(self.columns - 1);
                delimiters = behind;
                let cell = |column: usize| {
                    let from = if column == 0 { line_start } else { ends[column - 1] as usize + 1 };
                    &text[from..ends.get(column).map_or(line_start + raw.len(), |end| *end as usize)]
                };
                for (field, column) in &self.places {
                    let cell = cell(*column);
                    fields[*field] = if cell.is_empty() { Field::Null } else { Field::Text(cell) };
                }
                records.text(raw.as_bytes());
                if looks_beside {
                    self.beside.iter().for_each(|column| records.beside(cell(*column)));
                }
                records.record(at, &fields, &|| raw.to_owned());
            } else {
                let within = delimiters.iter().take_while(|at| is_within(Some(at))).count();
                delimiters = &delimiters[within..];
                records.broken(at, Reason::FieldCount, raw.as_bytes());
            }
            if records.is_refused() {
                return None;
            }
        }
        Some(start)
    }

    /// The plain lines at the front of a window.
    fn front<'t>(&mut self, window: &'t [u8], offset: u64) -> Option<&'t str> {
        if offset >= self.chunk_end {
            let chunk = whole_lines(&window[..window.len().min(CHUNK_BYTES)]);
            self.chunk_end = offset + chunk.len() as u64;
            self.is_odd = false;
        }
        if self.is_odd {
            return None;
        }
        let chunk = window.get(..usize::try_from(self.chunk_end - offset).ok()?)?;
        let lines = self.dialect.special(chunk).map_or(chunk, |quote| whole_lines(&chunk[..quote]));
        let text = simdutf8::basic::from_utf8(lines);
        // Looked at once: a chunk where every line is none would be looked at once a line.
        self.is_odd = text.is_err();
        text.ok().filter(|text| !text.is_empty())
    }
}

/// The front of a text up to its last newline.
fn whole_lines(text: &[u8]) -> &[u8] {
    &text[..memchr::memrchr(b'\n', text).map_or(0, |newline| newline + 1)]
}
