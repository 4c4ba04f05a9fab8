//! Stops the reading of an export from another thread.
//!
//! Readers are synchronous code on a thread that nothing else can end. So each checks its [`Halt`] between two records, or
//! batches of them, and whenever it takes more bytes. A stopped reader returns some error, which [`read`](super::read) turns into
//! [`ExportError::Stopped`](super::ExportError::Stopped).

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether readers shall stop. Cheap to clone and to check; it is never reset.
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Not asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks readers to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether readers were asked to stop.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Bytes that end with an error once the halt is asked for.
    pub(super) fn heeded<R>(&self, source: R) -> Heeding<R> {
        Heeding { source, halt: self.clone() }
    }

    /// An error once the halt is asked for.
    pub(super) fn heed(&self) -> io::Result<()> {
        if self.is_asked() { Err(io::Error::other("reading was asked to leave off")) } else { Ok(()) }
    }
}

/// A source of bytes that checks a [`Halt`] with each piece that is read.
#[derive(Debug)]
pub(super) struct Heeding<R> {
    source: R,
    halt: Halt,
}

impl<R: Read> Read for Heeding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.halt.heed()?;
        self.source.read(into)
    }
}

impl<R: Seek> Seek for Heeding<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.halt.heed()?;
        self.source.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_as_they_are_until_somebody_asks() {
        let halt = Halt::new();
        let mut source = halt.heeded(io::Cursor::new(b"abc"));
        let mut byte = [0];
        source.read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"a");
        halt.clone().ask();
        assert!(source.read(&mut byte).is_err() && source.seek(SeekFrom::Start(0)).is_err());
        assert!(halt.is_asked());
    }
}
