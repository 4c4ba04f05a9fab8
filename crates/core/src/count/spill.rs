//! The files that rows wait in once memory is full: a bounded number of them, shared by partitions.
//!
//! While there are as many files as partitions, each partition has its own, which is emptied as soon as its rows are
//! taken. Beyond that, partitions take turns in a file, which is emptied with the last of them.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::memory::Memory;

/// The spill files of one spool.
pub(super) struct Spill {
    files: Box<[Mutex<Shared>]>,
    memory: Arc<Memory>,
}

/// A file without a name that goes with the process.
#[derive(Default)]
struct Shared {
    file: Option<File>,
    rows: u32,
    waiting: u32,
}

/// Rows that lie together in a file, by their number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    first: u32,
    rows: u32,
}

impl Spill {
    /// For so many partitions, with so many files at most.
    pub(super) fn new(parts: usize, files: usize, memory: Arc<Memory>) -> Self {
        let files = parts.min(files.max(1));
        Self { files: std::iter::repeat_with(Mutex::default).take(files).collect(), memory }
    }

    /// Appends rows of a partition, as many as `parts` together hold, and notes where they lie.
    pub(super) fn write(
        &self,
        part: usize,
        rows: usize,
        parts: &[&[u8]],
        extents: &mut Vec<Extent>,
    ) -> io::Result<()> {
        let rows = u32::try_from(rows).map_err(io::Error::other)?;
        let mut shared = self.shared(part);
        let first = shared.rows;
        let end = first.checked_add(rows).ok_or_else(|| io::Error::other("too many rows for one spill file"))?;
        let file = match &mut shared.file {
            Some(file) => file,
            none => none.insert(self.memory.file()?),
        };
        // Rows of earlier waves may have been read meanwhile.
        file.seek(SeekFrom::End(0))?;
        let mut out = BufWriter::with_capacity(1 << 16, file);
        for part in parts {
            out.write_all(part)?;
        }
        out.flush()?;
        drop(out);
        shared.rows = end;
        shared.waiting += rows;
        match extents.last_mut() {
            Some(last) if last.first + last.rows == first => last.rows += rows,
            _ => extents.push(Extent { first, rows }),
        }
        Ok(())
    }

    /// Reads rows of a partition back into `out`, which is as long as they are.
    pub(super) fn read(&self, part: usize, extent: Extent, row_bytes: usize, out: &mut [u8]) -> io::Result<()> {
        let mut shared = self.shared(part);
        let Some(file) = &mut shared.file else {
            return Err(io::Error::other("a spill file is gone"));
        };
        file.seek(SeekFrom::Start(u64::from(extent.first) * row_bytes as u64))?;
        file.read_exact(out)
    }

    /// Lets go of rows that were read; the file goes with the last of them.
    pub(super) fn let_go(&self, part: usize, extents: &[Extent]) {
        if extents.is_empty() {
            return;
        }
        let mut shared = self.shared(part);
        shared.waiting -= extents.iter().map(|extent| extent.rows).sum::<u32>();
        if shared.waiting == 0
            && let Some(file) = std::mem::take(&mut *shared).file
        {
            drop(shared);
            self.memory.take_back_file(file);
        }
    }

    fn shared(&self, part: usize) -> std::sync::MutexGuard<'_, Shared> {
        self.files[part % self.files.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn open_files(&self) -> usize {
        (0..self.files.len()).filter(|file| self.shared(*file).file.is_some()).count()
    }
}

impl Extent {
    /// How long they are.
    pub(super) fn bytes(self, row_bytes: usize) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX).saturating_mul(row_bytes)
    }

    /// The same rows in pieces of at most so many.
    pub(super) fn pieces(self, rows: u32) -> impl Iterator<Item = Self> {
        let end = self.first + self.rows;
        let starts = std::iter::successors(Some(self.first), move |first| first.checked_add(rows));
        starts.take_while(move |first| *first < end).map(move |first| Self { first, rows: rows.min(end - first) })
    }
}

/// How many rows these extents hold.
pub(super) fn rows_of(extents: &[Extent]) -> io::Result<usize> {
    let rows: u64 = extents.iter().map(|extent| u64::from(extent.rows)).sum();
    usize::try_from(rows).map_err(io::Error::other)
}
