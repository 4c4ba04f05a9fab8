//! Bytes that are made on a thread of their own, ahead of who reads them, a few blocks at most.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::export::cores::Core;
use crate::export::{Halt, caught};

/// Blocks that are waiting or are filled; their memory is used again.
const BLOCKS: usize = 4;

/// A source of bytes that is read on another thread. Whoever reads sees the same bytes, and the same error behind them.
pub(super) struct Ahead {
    /// `None` once the thread shall end.
    ways: Option<Ways>,
    block: Vec<u8>,
    from: usize,
    /// `None` once it has ended. It hands on what it panicked with.
    thread: Option<JoinHandle<thread::Result<()>>>,
}

struct Ways {
    filled: Receiver<io::Result<Vec<u8>>>,
    empty: Sender<Vec<u8>>,
}

impl Ahead {
    /// Reads a source on a thread of its own, so many bytes at a time, until a halt is asked for. If there can be no such
    /// thread, the source is given back.
    pub(super) fn of<R: Read + Send + 'static>(
        source: R,
        block_bytes: usize,
        halt: Halt,
        core: Core,
    ) -> Result<Self, R> {
        let (give, given) = sync_channel::<R>(1);
        let (fill, filled) = sync_channel(BLOCKS);
        let (empty, empties) = channel();
        let work = move || {
            let _core = core;
            caught(|| {
                if let Ok(source) = given.recv() {
                    make_blocks(source, block_bytes, &halt, &fill, &empties);
                }
            })
        };
        let Ok(thread) = thread::Builder::new().name("decompress".to_owned()).spawn(work) else {
            return Err(source);
        };
        if let Err(unsent) = give.send(source) {
            return Err(unsent.0);
        }
        for _ in 0..BLOCKS {
            // The thread that takes them has just begun.
            let _ = empty.send(Vec::new());
        }
        Ok(Self { ways: Some(Ways { filled, empty }), block: Vec::new(), from: 0, thread: Some(thread) })
    }

    /// Waits until the thread has ended, and panics with what it panicked with.
    fn join(&mut self) {
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(panic) | Ok(Err(panic))) = ended {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.from == self.block.len() {
            let Some(ways) = &self.ways else { return Ok(0) };
            if let Ok(filled) = ways.filled.recv() {
                let block = std::mem::replace(&mut self.block, filled?);
                self.from = 0;
                // At the end nobody takes it any more.
                let _ = ways.empty.send(block);
            } else {
                self.ways = None;
                self.join();
            }
        }
        let left = &self.block[self.from..];
        let read = left.len().min(into.len());
        into[..read].copy_from_slice(&left[..read]);
        self.from += read;
        Ok(read)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // Without them it ends with the block that it fills.
        self.ways = None;
        // What it panicked with is of bytes that nobody has read.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Fills empty blocks until the source ends or fails, or nobody wants more.
fn make_blocks(
    mut source: impl Read,
    block_bytes: usize,
    halt: &Halt,
    fill: &SyncSender<io::Result<Vec<u8>>>,
    empties: &Receiver<Vec<u8>>,
) {
    for mut block in empties {
        block.resize(block_bytes, 0);
        let mut filled = 0;
        let mut end = None;
        while end.is_none() && filled < block.len() {
            match halt.heed().and_then(|()| source.read(&mut block[filled..])) {
                Ok(0) => end = Some(Ok(())),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => end = Some(Err(error)),
            }
        }
        block.truncate(filled);
        if fill.send(Ok(block)).is_err() {
            return;
        }
        match end {
            None => {}
            Some(Ok(())) => return,
            Some(Err(error)) => {
                // If nobody wants it, nobody has read up to it.
                let _ = fill.send(Err(error));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::export::Cores;

    /// Gives out pieces of these lengths, of which none is an interruption, and then fails or panics or ends.
    struct Pieces {
        bytes: Cursor<Vec<u8>>,
        lengths: Vec<Option<usize>>,
        end: End,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum End {
        Whole,
        Damaged,
        Bug,
    }

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some(most) = self.lengths.pop().unwrap_or(Some(into.len())) else {
                return Err(io::ErrorKind::Interrupted.into());
            };
            let most = most.min(into.len());
            match (self.bytes.read(&mut into[..most])?, self.end) {
                (0, End::Damaged) => Err(io::Error::other("damaged")),
                (0, End::Bug) => panic!("a bug"),
                (read, _) => Ok(read),
            }
        }
    }

    fn ahead(source: impl Read + Send + 'static, block_bytes: usize, halt: &Halt, cores: &Cores) -> Ahead {
        let started = Ahead::of(source, block_bytes, halt.clone(), cores.take());
        started.unwrap_or_else(|_| panic!("no thread"))
    }

    proptest! {
        #[test]
        fn the_same_bytes_come_and_the_same_error_behind_them(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            lengths in prop::collection::vec(prop::option::weighted(0.9, 1..60_usize), 0..40),
            block_bytes in 1..50_usize,
            room in 1..90_usize,
            end in prop::sample::select(&[End::Whole, End::Whole, End::Damaged][..]),
        ) {
            let source = Pieces { bytes: Cursor::new(bytes.clone()), lengths, end };
            let mut ahead = ahead(source, block_bytes, &Halt::new(), &Cores::new(2));
            let mut read = Vec::new();
            let mut buffer = vec![0; room];
            let failure = loop {
                match ahead.read(&mut buffer) {
                    Ok(0) => break None,
                    Ok(count) => read.extend_from_slice(&buffer[..count]),
                    Err(error) => break Some(error.to_string()),
                }
            };
            prop_assert_eq!(read, bytes);
            prop_assert_eq!(failure.as_deref(), (end == End::Damaged).then_some("damaged"));
        }
    }

    #[test]
    fn who_reads_panics_with_what_the_thread_panicked_with() {
        let source = Pieces { bytes: Cursor::new(vec![7; 100]), lengths: Vec::new(), end: End::Bug };
        let mut ahead = ahead(source, 64, &Halt::new(), &Cores::new(2));
        let mut read = Vec::new();
        let panic = caught(|| ahead.read_to_end(&mut read)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug"));
    }

    #[test]
    fn the_thread_ends_with_whoever_reads_and_when_a_halt_is_asked_for() {
        let (cores, halt) = (Cores::new(2), Halt::new());
        let mut one = ahead(io::repeat(7), 64, &halt, &cores);
        let other = ahead(io::repeat(7), 64, &halt, &cores);
        assert!(cores.take_spare().is_none());
        drop(other);
        assert!(cores.take_spare().is_some(), "its core is left");
        halt.ask();
        let read = io::copy(&mut one, &mut io::sink());
        assert!(read.is_err_and(|error| error.to_string().contains("leave off")));
    }
}
