//! The fast path: whole lines of valid UTF-8 without a quote in them, many at a time.
//!
//! It takes what stands at the front of a window and leaves everything else to the general path, record by record.

use super::LineUse;
use super::index::Index;
use crate::export::format::field::{Field, Position, Records};
use crate::model::Reason;

/// Lines are looked at together as long as they and their index stay in the processor's cache.
const CHUNK_BYTES: usize = 1 << 16;

/// Takes plain lines off the front of windows.
pub(super) struct Plain<'w> {
    delimiter: u8,
    columns: usize,
    wanted: &'w [Option<usize>],
    index: Index,
    /// Where the chunk ends that is being read.
    chunk_end: u64,
    /// Whether the general path reads the rest of the chunk.
    is_odd: bool,
}

impl<'w> Plain<'w> {
    pub(super) fn new(delimiter: u8, columns: usize, wanted: &'w [Option<usize>]) -> Self {
        Self { delimiter, columns, wanted, index: Index::default(), chunk_end: 0, is_odd: false }
    }

    /// Hands over the plain lines at the front of a window, which begins at `offset`, and returns how many bytes they
    /// took. `record` is the number of the last record so far.
    pub(super) fn read(
        &mut self,
        window: &[u8],
        offset: u64,
        record: &mut u64,
        used: &mut LineUse,
        records: &mut impl Records,
    ) -> usize {
        let Some(text) = self.front(window, offset) else { return 0 };
        self.index.build(text.as_bytes(), self.delimiter);
        let mut fields = vec![Field::Null; self.wanted.len()];
        let (mut start, mut first) = (0, 0);
        for past in &self.index.lines {
            let past = *past as usize;
            let ends = &self.index.ends[first..past];
            let newline = ends[ends.len() - 1] as usize;
            let raw = &text[start..newline];
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            let line_start = std::mem::replace(&mut start, newline + 1);
            first = past;
            if raw.is_empty() {
                used.blank += 1;
                continue;
            }
            *record += 1;
            used.records += 1;
            let at = Position { record: *record, byte_offset: Some(offset + line_start as u64) };
            if ends.len() == self.columns {
                for (field, column) in fields.iter_mut().zip(self.wanted) {
                    *field = column.map_or(Field::Null, |column| {
                        let from = if column == 0 { line_start } else { ends[column - 1] as usize + 1 };
                        let to = if column + 1 == self.columns {
                            line_start + raw.len()
                        } else {
                            ends[column] as usize
                        };
                        if from == to { Field::Null } else { Field::Text(&text[from..to]) }
                    });
                }
                records.record(at, &fields, &|| raw.to_owned());
            } else {
                records.broken(at, Reason::FieldCount, raw.as_bytes());
            }
            if records.is_refused() {
                break;
            }
        }
        start
    }

    /// The plain lines at the front of a window.
    fn front<'t>(&mut self, window: &'t [u8], offset: u64) -> Option<&'t str> {
        if offset >= self.chunk_end {
            let chunk = whole_lines(&window[..window.len().min(CHUNK_BYTES)]);
            self.chunk_end = offset + chunk.len() as u64;
            // A delimiter that is a part of line ends is nothing to be quick about.
            self.is_odd = matches!(self.delimiter, b'\r' | b'\n');
        }
        if self.is_odd {
            return None;
        }
        let chunk = window.get(..usize::try_from(self.chunk_end - offset).ok()?)?;
        let lines = memchr::memchr(b'"', chunk).map_or(chunk, |quote| whole_lines(&chunk[..quote]));
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
