//! A file within a ZIP archive, read in place. Its size and checksum are checked against the archive's directory.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

/// Where a file lies within an archive, and what the directory says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::export) struct Lying {
    pub(in crate::export) from: u64,
    pub(in crate::export) compressed_bytes: u64,
    pub(in crate::export) bytes: u64,
    pub(in crate::export) crc: u32,
    /// Deflated, or as it is.
    pub(in crate::export) is_deflated: bool,
}

/// The bytes of such a file.
pub(in crate::export) struct Member {
    source: Source,
    lying: Lying,
    crc: Crc,
    read: u64,
}

enum Source {
    Stored(Take<File>),
    Deflated(DeflateDecoder<BufReader<Take<File>>>),
}

impl Member {
    pub(super) fn open(file: &File, lying: Lying) -> io::Result<Self> {
        let mut file = file.try_clone()?;
        file.seek(SeekFrom::Start(lying.from))?;
        let part = file.take(lying.compressed_bytes);
        let source = if lying.is_deflated {
            Source::Deflated(DeflateDecoder::new(BufReader::with_capacity(1 << 16, part)))
        } else {
            Source::Stored(part)
        };
        Ok(Self { source, lying, crc: Crc::new(), read: 0 })
    }
}

impl Read for Member {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.source {
            Source::Stored(source) => source.read(into)?,
            Source::Deflated(source) => source.read(into)?,
        };
        self.crc.update(&into[..read]);
        self.read += read as u64;
        let is_whole = self.read == self.lying.bytes && self.crc.sum() == self.lying.crc;
        if read == 0 && !into.is_empty() && !is_whole {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its checksum or its size is not as the directory has it",
            ));
        }
        Ok(read)
    }
}
