//! Every operation on the disk, in one place, so that a test can let it fail.

use std::io::{self, Write};

/// The disk. In a test, one that fails at a chosen operation.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    #[cfg(any(test, feature = "testing"))]
    pub(crate) faults: Option<std::sync::Arc<Faults>>,
}

impl Disk {
    /// Something is about to be read.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "only a test's disk fails")
    )]
    pub(super) fn reads(&self) -> io::Result<()> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(faults) = &self.faults {
            faults.reads()?;
        }
        Ok(())
    }

    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_self, reason = "only a test's disk fails")
    )]
    pub(super) fn write(&self, file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(faults) = &self.faults {
            return faults.write(file, bytes);
        }
        file.write_all(bytes)
    }

    pub(super) fn sync(&self, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.change(sync)
    }

    pub(super) fn create<T>(&self, create: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.change(create)
    }

    pub(super) fn link(&self, link: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.change(link)
    }

    pub(super) fn rename(&self, rename: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.change(rename)
    }

    pub(super) fn remove(&self, remove: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.change(remove)
    }

    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_self, reason = "only a test's disk fails")
    )]
    fn change<T>(&self, change: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(faults) = &self.faults {
            faults.changes()?;
        }
        change()
    }
}

#[cfg(any(test, feature = "testing"))]
pub use faults::{Fault, Faults};

#[cfg(any(test, feature = "testing"))]
mod faults {
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// What happens at the chosen operation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fault {
        /// No space is left, this once.
        Full,
        /// An I/O error, this once.
        Broken,
        /// The process is no more: nothing is done from here on, not even tidying up.
        Dead,
    }

    /// Fails at the n-th operation that changes something, counted from 0.
    #[derive(Debug)]
    pub struct Faults {
        nth: usize,
        fault: Fault,
        changes: AtomicUsize,
        is_dead: AtomicBool,
        hides_short_writes: bool,
    }

    impl Faults {
        /// The change with this number, counted from one, meets the fault.
        #[must_use]
        pub fn new(nth: usize, fault: Fault) -> Self {
            let (changes, is_dead) = (AtomicUsize::new(0), AtomicBool::new(false));
            Self { nth, fault, changes, is_dead, hides_short_writes: false }
        }

        /// A bug to be noticed: a write that failed half-way is taken for one that did not.
        #[must_use]
        pub fn hiding_short_writes(self) -> Self {
            Self { hides_short_writes: true, ..self }
        }

        /// Whether the chosen operation was reached.
        pub fn has_struck(&self) -> bool {
            self.changes.load(Ordering::SeqCst) > self.nth
        }

        /// As a disk does that runs full: some of it is there.
        pub(super) fn write(&self, file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
            let was_dead = self.is_dead.load(Ordering::SeqCst);
            match self.changes() {
                Ok(()) => file.write_all(bytes),
                Err(error) if was_dead => Err(error),
                Err(error) => {
                    file.write_all(&bytes[..bytes.len() / 2])?;
                    if self.hides_short_writes { Ok(()) } else { Err(error) }
                }
            }
        }

        pub(super) fn reads(&self) -> io::Result<()> {
            if self.is_dead.load(Ordering::SeqCst) { Err(dead()) } else { Ok(()) }
        }

        pub(super) fn changes(&self) -> io::Result<()> {
            let nth = self.changes.fetch_add(1, Ordering::SeqCst);
            self.reads()?;
            if nth != self.nth {
                return Ok(());
            }
            Err(match self.fault {
                Fault::Full => io::Error::from(io::ErrorKind::StorageFull),
                Fault::Broken => io::Error::from_raw_os_error(5),
                Fault::Dead => {
                    self.is_dead.store(true, Ordering::SeqCst);
                    dead()
                }
            })
        }
    }

    fn dead() -> io::Error {
        io::Error::other("the process is dead")
    }
}
