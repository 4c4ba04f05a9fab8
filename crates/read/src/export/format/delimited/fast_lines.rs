//! The fast path: whole lines of valid UTF-8 without a quote or an escape in them, many at a time.
//!
//! It takes what stands at the front of a window and leaves everything else to the general path, record by record.

use super::LineUse;
use super::dialect::Dialect;
use super::index::Index;
use crate::export::format::cells::{Cell, RowBuffer};
use crate::export::format::field::{Position, Records};
use coverledger_core::model::Reason;

/// Lines are looked at together as long as they and their index stay in the processor's cache.
const CHUNK_BYTES: usize = 1 << 14;

/// Takes plain lines off the front of windows.
pub(super) struct FastLines<'a> {
    dialect: &'a Dialect,
    /// `None`: nothing of the text is plain.
    delimiter: Option<u8>,
    columns: usize,
    /// The columns of a record's cells.
    places: Vec<usize>,
    rows: RowBuffer,
    index: Index,
    /// Where the chunk ends that is being read.
    chunk_end: u64,
    /// Whether the general path reads the rest of the chunk.
    is_odd: bool,
}

impl<'a> FastLines<'a> {
    /// `looks_beside` is whether cells of columns that are not wanted are looked at as well.
    pub(super) fn new(dialect: &'a Dialect, columns: usize, wanted: &[Option<usize>], looks_beside: bool) -> Self {
        let mut places: Vec<usize> = wanted.iter().flatten().copied().collect();
        let mut count = 0..;
        let fields = wanted.iter().map(|column| column.and_then(|_| count.next())).collect();
        let beside = (0..columns).filter(|column| looks_beside && !wanted.contains(&Some(*column)));
        let wanted = places.len();
        places.extend(beside);
        Self {
            dialect,
            delimiter: dialect.quick_delimiter(),
            columns,
            rows: RowBuffer::new(fields, places.len() - wanted),
            places,
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
        let mut ends = self.index.ends.as_slice();
        let mut start = 0;
        for newline in &self.index.newlines {
            let line_start = std::mem::replace(&mut start, *newline as usize + 1);
            let line_end = start - 1 - usize::from(text.as_bytes()[line_start..start].ends_with(b"\r\n"));
            if line_end == line_start {
                // Nothing ends there but the line.
                ends = &ends[1..];
                used.blank += 1;
                continue;
            }
            used.records += 1;
            if ends.get(self.columns) == Some(newline) {
                add_record(&mut self.rows, &self.places, &ends[..=self.columns], (line_start, line_end));
                ends = &ends[self.columns..];
                *record += 1;
                continue;
            }
            let within = ends.iter().position(|end| end == newline).unwrap_or_default();
            ends = &ends[within..];
            if self.rows.hand_over(text, offset, *record, records) {
                return None;
            }
            *record += 1;
            let at = Position { record: *record, byte_offset: Some(offset + line_start as u64) };
            records.broken(at, Reason::FieldCount, &text.as_bytes()[line_start..line_end]);
            if records.is_refused() {
                return None;
            }
        }
        if self.rows.hand_over(text, offset, *record, records) { None } else { Some(start) }
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

/// Adds the record of a line, with the columns at these places; `ends` are those of its fields after the one before the line.
#[inline]
fn add_record(rows: &mut RowBuffer, places: &[usize], ends: &[u32], (line_start, line_end): (usize, usize)) {
    let columns = ends.len() - 1;
    let returned = u32::from(ends[columns] as usize != line_end);
    let cells = places.iter().map(|column| match ends.get(*column..).and_then(<[u32]>::first_chunk) {
        Some([before, end]) if column + 1 == columns => Cell::between(before.wrapping_add(1), *end - returned),
        Some([before, end]) => Cell::between(before.wrapping_add(1), *end),
        None => Cell::default(),
    });
    rows.cells.extend(cells);
    rows.end(line_start, line_end);
}

/// The front of a text up to its last newline.
fn whole_lines(text: &[u8]) -> &[u8] {
    &text[..memchr::memrchr(b'\n', text).map_or(0, |newline| newline + 1)]
}
