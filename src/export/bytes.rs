//! From a file to decompressed bytes, counted on the way.
//!
//! The count of physical lines made here is the oracle of the accounting: it is made on the decompressed bytes
//! before any parser sees them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

use super::ExportError;

/// Beyond this many decompressed bytes, more than [`MAX_EXPANSION`] out of one is a bomb.
const EXPANSION_GRACE_BYTES: u64 = 64 << 20;
/// Gzip of honest event logs shrinks 5 to 20 times; 200 times is zeros.
const MAX_EXPANSION: u64 = 200;

/// Decompressed bytes of an export, with a running count of its physical lines.
pub(super) struct Bytes {
    inner: Inner,
    compressed: u64,
    decompressed: u64,
    newlines: u64,
    ends_with_newline: bool,
    failure: Option<ExportError>,
}

enum Inner {
    Plain(File),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Bytes {
    /// Opens an export, recognizing gzip by its first bytes.
    pub(super) fn open(mut file: File) -> Result<Self, ExportError> {
        let compressed = file.seek(SeekFrom::End(0))?;
        if compressed == 0 {
            return Err(ExportError::Empty);
        }
        file.seek(SeekFrom::Start(0))?;
        let mut magic = [0_u8; 2];
        let read = file.read(&mut magic)?;
        file.seek(SeekFrom::Start(0))?;
        let inner = if magic[..read] == [0x1f, 0x8b] {
            Inner::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file))))
        } else {
            Inner::Plain(file)
        };
        Ok(Self { inner, compressed, decompressed: 0, newlines: 0, ends_with_newline: true, failure: None })
    }

    /// Lines that were read so far, a last one without a newline included.
    pub(super) fn physical_lines(&self) -> u64 {
        self.newlines + u64::from(!self.ends_with_newline)
    }

    /// Why the last read failed, as an export error.
    pub(super) fn failure(&mut self, error: io::Error) -> ExportError {
        self.failure.take().unwrap_or(ExportError::Io(error))
    }

    fn note(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.decompressed += bytes.len() as u64;
        self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        if let Some(last) = bytes.last() {
            self.ends_with_newline = *last == b'\n';
        }
        let limit = EXPANSION_GRACE_BYTES.max(self.compressed.saturating_mul(MAX_EXPANSION));
        if matches!(self.inner, Inner::Gzip(_)) && self.decompressed > limit {
            self.failure =
                Some(ExportError::Bomb { compressed_bytes: self.compressed, decompressed_bytes: limit });
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Inner::Plain(file) => file.read(into)?,
            Inner::Gzip(gzip) => match gzip.read(into) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => {
                    self.failure = Some(ExportError::Gzip {
                        decompressed_bytes: self.decompressed,
                        detail: error.to_string(),
                    });
                    return Err(error);
                }
            },
        };
        self.note(&into[..read])?;
        Ok(read)
    }
}
