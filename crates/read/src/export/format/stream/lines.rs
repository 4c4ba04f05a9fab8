//! Lines of text from a stream, in bounded memory.

use std::io::Read;

use super::bytes::Bytes;
use crate::export::ExportError;

/// No honest record is longer; one endless line is refused by name.
pub(in crate::export) const MAX_RECORD_BYTES: usize = 1 << 20;
const BUFFER_BYTES: usize = 2 * MAX_RECORD_BYTES + SMALLEST_READ;
/// Read at a time, as long as lines are no longer: it stays in the processor's cache.
const USUAL_READ: usize = 1 << 18;
/// A decoder of another encoding needs room for a whole character and a mark.
const SMALLEST_READ: usize = 16;

/// A window over the decompressed bytes that always holds the next line whole.
pub(in crate::export) struct Lines {
    bytes: Bytes,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    offset: u64,
}

impl Lines {
    /// Starts reading, past a byte order mark if there is one.
    pub(in crate::export) fn new(bytes: Bytes) -> Result<Self, ExportError> {
        let mut lines = Self { bytes, buffer: vec![0; BUFFER_BYTES], start: 0, end: 0, at_end: false, offset: 0 };
        lines.fill(USUAL_READ)?;
        match &lines.buffer[..lines.end] {
            [0xef, 0xbb, 0xbf, _, ..] => lines.consume(3),
            [] | [0xef, 0xbb, 0xbf] => return Err(ExportError::Empty),
            _ => {}
        }
        Ok(lines)
    }

    /// Where the window begins in the decompressed bytes.
    pub(in crate::export) fn offset(&self) -> u64 {
        self.offset
    }

    /// Lines that the stream held, counted before any parsing. Complete once [`Self::window`] is empty.
    pub(in crate::export) fn physical_lines(&self) -> u64 {
        self.bytes.physical_lines()
    }

    /// Bytes not yet consumed: at least one whole line, unless nothing is left (empty).
    pub(in crate::export) fn window(&mut self) -> Result<&[u8], ExportError> {
        let has_line = |lines: &Self| memchr::memchr(b'\n', &lines.buffer[lines.start..lines.end]).is_some();
        if !has_line(self) {
            self.fill(USUAL_READ)?;
        }
        if !has_line(self) {
            self.fill(BUFFER_BYTES)?;
        }
        let window = &self.buffer[self.start..self.end];
        let first_line = memchr::memchr(b'\n', window).unwrap_or(window.len());
        if first_line > MAX_RECORD_BYTES {
            return Err(ExportError::RecordTooLong { offset: self.offset, limit: MAX_RECORD_BYTES });
        }
        Ok(window)
    }

    /// A window that holds [`MAX_RECORD_BYTES`] or all that is left.
    pub(in crate::export) fn wide_window(&mut self) -> Result<&[u8], ExportError> {
        if self.end - self.start < MAX_RECORD_BYTES {
            self.fill(BUFFER_BYTES)?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Moves past these many bytes of the window.
    pub(in crate::export) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// Moves what is left to the front and reads on until so many bytes are there or the stream ends.
    fn fill(&mut self, bytes: usize) -> Result<(), ExportError> {
        if self.at_end {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while !self.at_end && self.end + SMALLEST_READ <= bytes {
            match self.bytes.read(&mut self.buffer[self.end..bytes]) {
                Ok(0) => self.at_end = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.bytes.failure(error)),
            }
        }
        Ok(())
    }
}

/// The first line of a window without its line end, and how many bytes it takes with it.
pub(in crate::export) fn first_line(window: &[u8]) -> (&[u8], usize) {
    let (line, taken) = match memchr::memchr(b'\n', window) {
        Some(at) => (&window[..at], at + 1),
        None => (window, window.len()),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), taken)
}
