//! From a file to decompressed text, counted on the way.
//!
//! The count of physical lines made here is the oracle of the accounting: it is made on the text before any parser
//! sees it. What comes out is meant to be UTF-8; where it is not, the parser says so record by record.

use std::fs::File;
use std::io::{self, Read};

use encoding_rs::UTF_8;

use super::compression::Decompressed;
use super::container;
use super::encoding::{Transcoder, by_label, by_mark, unmarked_utf16};
use crate::export::ExportError;
use coverledger_config::LineEnd;

/// As much as is looked at to tell the encoding.
const HEAD_BYTES: usize = 1 << 12;
const RAW_BYTES: u64 = 1 << 16;

/// The text of an export, with a running count of its physical lines.
pub(in crate::export) struct Bytes {
    source: Decompressed,
    head: Vec<u8>,
    head_from: usize,
    transcoder: Option<Transcoder>,
    newlines: u64,
    ends_with_newline: bool,
    /// Whether a carriage return ends a line.
    returns_end_lines: bool,
}

impl Bytes {
    /// Opens an export. A byte order mark is believed before the encoding that is declared.
    pub(in crate::export) fn open(file: File, declared: Option<&str>) -> Result<Self, ExportError> {
        Self::of(Decompressed::open(file)?, declared)
    }

    /// The same of a source that is open.
    pub(in crate::export) fn of(mut source: Decompressed, declared: Option<&str>) -> Result<Self, ExportError> {
        let declared = declared.map(by_label).transpose()?;
        let mut head = Vec::new();
        let read = Read::by_ref(&mut source).take(HEAD_BYTES as u64).read_to_end(&mut head);
        if let Err(error) = read {
            return Err(source.failure(error));
        }
        if let Some(container) = container::named(&head) {
            return Err(ExportError::Container(container));
        }
        let (encoding, mark) = match (by_mark(&head)?, declared) {
            // The mark of UTF-8 stays: it is a part of the physical bytes, and positions count it.
            (Some((encoding, _)), _) if encoding == UTF_8 => (encoding, 0),
            (Some((encoding, mark)), _) => (encoding, mark),
            (None, Some(encoding)) => (encoding, 0),
            (None, None) if unmarked_utf16(&head).is_some() => {
                return Err(ExportError::Encoding("UTF-16 without a byte order mark"));
            }
            (None, None) => (UTF_8, 0),
        };
        Ok(Self {
            source,
            head,
            head_from: mark,
            transcoder: Transcoder::of(encoding),
            newlines: 0,
            ends_with_newline: true,
            returns_end_lines: false,
        })
    }

    /// The same with lines that end as declared. A carriage return that ends lines is a newline from here on, so that no
    /// parser needs to know of it.
    pub(in crate::export) fn ending_with(mut self, line_end: LineEnd) -> Self {
        self.returns_end_lines = line_end == LineEnd::Return;
        self
    }

    /// Lines that were read so far, a last one without a newline included.
    pub(in crate::export) fn physical_lines(&self) -> u64 {
        self.newlines + u64::from(!self.ends_with_newline)
    }

    /// Why the last read failed, as an export error.
    pub(in crate::export) fn failure(&mut self, error: io::Error) -> ExportError {
        self.source.failure(error)
    }

    fn read_raw(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.head_from == self.head.len() {
            return self.source.read(into);
        }
        let left = &self.head[self.head_from..];
        let read = left.len().min(into.len());
        into[..read].copy_from_slice(&left[..read]);
        self.head_from += read;
        Ok(read)
    }
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match self.transcoder.take() {
            None => self.read_raw(into)?,
            Some(mut transcoder) => {
                let read = transcoder.read(into, |raw| {
                    raw.extend_from_slice(&self.head[self.head_from..]);
                    self.head_from = self.head.len();
                    let from = raw.len();
                    Read::by_ref(&mut self.source).take(RAW_BYTES).read_to_end(raw)?;
                    Ok(raw.len() > from)
                });
                self.transcoder = Some(transcoder);
                read?
            }
        };
        if self.returns_end_lines {
            into[..read].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        let bytes = &into[..read];
        self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        if let Some(last) = bytes.last() {
            self.ends_with_newline = *last == b'\n';
        }
        Ok(read)
    }
}
