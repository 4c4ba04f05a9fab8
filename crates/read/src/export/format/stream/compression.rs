//! Gzip and Zstandard, recognized by their first bytes, and bombs refused.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::member::{Lying, Member};
use crate::export::{ExportError, Halt};

/// Beyond this many decompressed bytes, more than [`MAX_EXPANSION`] out of one is a bomb.
pub(in crate::export) const EXPANSION_GRACE_BYTES: u64 = 64 << 20;
/// Compressed event logs shrink 5 to 20 times; 200 times is zeros.
pub(in crate::export) const MAX_EXPANSION: u64 = 200;
/// The window that a Zstandard frame may ask for is 2 to this power: 128 MiB, the default of `zstd -d`.
const MAX_WINDOW_LOG: u32 = 27;
const BUFFER_BYTES: usize = 1 << 18;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    pub(in crate::export) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A frame, or a skippable one before it.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The bytes of a file without its compression.
pub(in crate::export) struct Decompressed {
    inner: Inner,
    compression: Option<Compression>,
    compressed: u64,
    /// How many came out so far.
    bytes: u64,
    failure: Option<ExportError>,
    /// What came out of all members of one archive so far.
    spent: Option<Rc<Cell<u64>>>,
    halt: Halt,
}

enum Inner {
    Plain(File),
    Member(Box<Member>),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<File>>>),
}

impl Decompressed {
    /// Opens a file, recognizing its compression.
    pub(in crate::export) fn open(mut file: File) -> Result<Self, ExportError> {
        let compressed = file.seek(SeekFrom::End(0))?;
        if compressed == 0 {
            return Err(ExportError::Empty);
        }
        file.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(4).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        let compression = Compression::of(&head);
        let inner = match compression {
            None => Inner::Plain(file),
            Some(Compression::Gzip) => {
                Inner::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, file))))
            }
            Some(Compression::Zstd) => {
                let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(BUFFER_BYTES, file))?;
                decoder.window_log_max(MAX_WINDOW_LOG)?;
                Inner::Zstd(Box::new(decoder))
            }
        };
        Ok(Self { inner, compression, compressed, bytes: 0, failure: None, spent: None, halt: Halt::new() })
    }

    /// Opens a file within a ZIP archive; `spent` is how many bytes came out of the files of that archive before.
    pub(in crate::export) fn member(file: &File, lying: Lying, spent: Rc<Cell<u64>>) -> Result<Self, ExportError> {
        if lying.bytes == 0 {
            return Err(ExportError::Empty);
        }
        let compressed = file.metadata()?.len();
        let inner = Inner::Member(Box::new(Member::open(file, lying)?));
        let (spent, halt) = (Some(spent), Halt::new());
        Ok(Self { inner, compression: None, compressed, bytes: 0, failure: None, spent, halt })
    }

    /// The same bytes, which end with an error once a halt is asked for.
    pub(in crate::export) fn heeding(self, halt: Halt) -> Self {
        Self { halt, ..self }
    }

    pub(in crate::export) fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Why the last read failed, as an export error.
    pub(in crate::export) fn failure(&mut self, error: io::Error) -> ExportError {
        self.failure.take().unwrap_or(ExportError::Io(error))
    }
}

impl Read for Decompressed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.halt.heed()?;
        let read = match &mut self.inner {
            Inner::Plain(file) => return file.read(into),
            Inner::Member(member) => member.read(into),
            Inner::Gzip(gzip) => gzip.read(into),
            Inner::Zstd(zstd) => zstd.read(into),
        };
        let read = match read {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                self.failure = Some(ExportError::Compression {
                    compression: self.compression.map_or("ZIP", Compression::name),
                    decompressed_bytes: self.bytes,
                    detail: error.to_string(),
                });
                return Err(error);
            }
        };
        self.bytes += read as u64;
        let limit = EXPANSION_GRACE_BYTES.max(self.compressed.saturating_mul(MAX_EXPANSION));
        let spent = self.spent.as_ref().map_or(self.bytes, |spent| {
            spent.set(spent.get() + read as u64);
            spent.get()
        });
        if spent > limit {
            self.failure =
                Some(ExportError::Bomb { compressed_bytes: self.compressed, decompressed_bytes: limit });
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(read)
    }
}
