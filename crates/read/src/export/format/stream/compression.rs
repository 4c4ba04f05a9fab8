//! Gzip and Zstandard, recognized by their first bytes, and bombs refused.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::ahead::Ahead;
use super::member::{Lying, Member};
use crate::export::{Cores, ExportError, Halt};

/// Beyond this many decompressed bytes, more than [`MAX_EXPANSION`] out of one is a bomb.
pub(in crate::export) const EXPANSION_GRACE_BYTES: u64 = 64 << 20;
/// Compressed event logs shrink 5 to 20 times; 200 times is zeros.
pub(in crate::export) const MAX_EXPANSION: u64 = 200;
/// The window that a Zstandard frame may ask for is 2 to this power: 128 MiB, the default of `zstd -d`.
const MAX_WINDOW_LOG: u32 = 27;
const BUFFER_BYTES: usize = 1 << 18;
/// What is smaller is soon decompressed.
const LEAST_AHEAD_BYTES: u64 = 1 << 18;
const AHEAD_BLOCK_BYTES: usize = 1 << 17;

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
    cores: Cores,
}

enum Inner {
    /// Nothing is left.
    End,
    Plain(File),
    Member(Box<Member>),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<File>>>),
    /// One of those, on a thread of its own.
    Ahead(Ahead),
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
        Ok(Self::new(inner, compression, compressed, None))
    }

    /// Opens a file within a ZIP archive; `spent` is how many bytes came out of the files of that archive before.
    pub(in crate::export) fn member(file: &File, lying: Lying, spent: Rc<Cell<u64>>) -> Result<Self, ExportError> {
        if lying.bytes == 0 {
            return Err(ExportError::Empty);
        }
        let compressed = file.metadata()?.len();
        let inner = Inner::Member(Box::new(Member::open(file, lying)?));
        Ok(Self::new(inner, None, compressed, Some(spent)))
    }

    fn new(inner: Inner, compression: Option<Compression>, compressed: u64, spent: Option<Rc<Cell<u64>>>) -> Self {
        let (halt, cores) = (Halt::new(), Cores::default());
        Self { inner, compression, compressed, bytes: 0, failure: None, spent, halt, cores }
    }

    /// The same bytes, which end with an error once a halt is asked for.
    pub(in crate::export) fn heeding(self, halt: Halt) -> Self {
        Self { halt, ..self }
    }

    /// The same bytes, decompressed ahead of who reads them as soon as one of the cores is left for that.
    pub(in crate::export) fn on(self, cores: &Cores) -> Self {
        Self { cores: cores.clone(), ..self }
    }

    /// Goes on on a thread of its own, if that is worth it and there is a core for it.
    fn go_ahead(&mut self) {
        let is_worth_it = match self.inner {
            Inner::Member(_) | Inner::Gzip(_) | Inner::Zstd(_) => self.compressed >= LEAST_AHEAD_BYTES,
            Inner::End | Inner::Plain(_) | Inner::Ahead(_) => false,
        };
        if let Some(core) = is_worth_it.then(|| self.cores.take_spare()).flatten() {
            let inner = std::mem::replace(&mut self.inner, Inner::End);
            let ahead = Ahead::of(inner, AHEAD_BLOCK_BYTES, self.halt.clone(), core);
            self.inner = ahead.map_or_else(|inner| inner, Inner::Ahead);
        }
    }

    pub(in crate::export) fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Why the last read failed, as an export error.
    pub(in crate::export) fn failure(&mut self, error: io::Error) -> ExportError {
        self.failure.take().unwrap_or(ExportError::Io(error))
    }
}

impl Read for Inner {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::End => Ok(0),
            Self::Plain(file) => file.read(into),
            Self::Member(member) => member.read(into),
            Self::Gzip(gzip) => gzip.read(into),
            Self::Zstd(zstd) => zstd.read(into),
            Self::Ahead(ahead) => ahead.read(into),
        }
    }
}

impl Read for Decompressed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.halt.heed()?;
        if let Inner::Plain(file) = &mut self.inner {
            return file.read(into);
        }
        self.go_ahead();
        let read = match self.inner.read(into) {
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
