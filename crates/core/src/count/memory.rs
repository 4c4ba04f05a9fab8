//! The memory bound of a run, and the chunks that rows are kept in.

use std::fs::File;
use std::io::{self, Seek};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows are kept in chunks of this many words; 5 KiB holds 128 event rows or 160 viewer rows.
pub(super) const CHUNK_WORDS: usize = 640;

/// The bytes of rows that all counting of a run may keep in memory together, and where the rest goes.
///
/// Chunks are handed out and taken back here, from the first batch of a run to its last: threads fill them and other
/// threads empty them, and an allocator that keeps memory by thread would keep much of it twice.
#[derive(Debug)]
pub struct Memory {
    bytes: u64,
    set_aside: AtomicU64,
    resident: AtomicU64,
    spilled: AtomicU64,
    dir: PathBuf,
    open_files: usize,
    unused: Mutex<Vec<Box<[u64]>>>,
    unused_files: Mutex<Vec<File>>,
}

impl Memory {
    /// At most so many bytes; beyond them, rows go to unnamed files in `dir`, of which so many may be open.
    #[must_use]
    pub fn new(bytes: u64, dir: PathBuf, open_files: usize) -> Arc<Self> {
        let [set_aside, resident, spilled] = [0; 3].map(AtomicU64::new);
        Arc::new(Self {
            bytes,
            set_aside,
            resident,
            spilled,
            dir,
            open_files,
            unused: Mutex::default(),
            unused_files: Mutex::default(),
        })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Keeps a part of the bound free of waiting rows, in place of what was set aside before; half at most.
    pub(super) fn set_aside(&self, bytes: u64) {
        self.set_aside.store(bytes.min(self.bytes / 2), Ordering::Relaxed);
    }

    /// More rows wait. Says whether they are too many: more than two thirds of the bound. The last third is for the
    /// partitions in hand and keeps the process nearer to what it may take.
    pub(super) fn add(&self, bytes: u64) -> bool {
        let free = (self.bytes / 3 * 2).saturating_sub(self.set_aside.load(Ordering::Relaxed));
        self.resident.fetch_add(bytes, Ordering::Relaxed) + bytes > free
    }

    pub(super) fn remove(&self, bytes: u64) {
        self.resident.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// How many files each of so many spools may have open.
    pub(super) fn spill_files(&self, spools: usize) -> usize {
        (self.open_files / spools.max(1)).max(1)
    }

    /// An empty unnamed file. Creating one is slow on some file systems, so they are reused.
    pub(super) fn file(&self) -> io::Result<File> {
        let unused = self.unused_files.lock().unwrap_or_else(PoisonError::into_inner).pop();
        unused.map_or_else(|| tempfile::tempfile_in(&self.dir), Ok)
    }

    /// Empties a file for its next use; one that cannot be emptied is closed and goes away.
    pub(super) fn take_back_file(&self, mut file: File) {
        if file.set_len(0).and_then(|()| file.rewind()).is_ok() {
            self.unused_files.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        }
    }

    pub(super) fn add_spilled(&self, bytes: u64) {
        self.spilled.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes written to disk so far.
    #[must_use]
    pub fn spilled_bytes(&self) -> u64 {
        self.spilled.load(Ordering::Relaxed)
    }

    pub(super) fn chunk(&self) -> Box<[u64]> {
        let unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner).pop();
        unused.unwrap_or_else(|| vec![0; CHUNK_WORDS].into_boxed_slice())
    }

    pub(super) fn take_back(&self, chunks: impl Iterator<Item = Box<[u64]>>) {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner).extend(chunks);
    }
}
