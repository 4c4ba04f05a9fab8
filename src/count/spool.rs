//! Rows in partitions: in memory while the budget lasts, on disk beyond it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::Pod;

/// Rows that a writer collects for a partition before it hands them over.
const CHUNK_ROWS: usize = 128;

/// The bytes that all spools of a run may keep in memory together, and where the rest goes.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: u64,
    resident: AtomicU64,
    spilled: AtomicU64,
    dir: PathBuf,
}

impl Budget {
    pub(super) fn new(bytes: u64, dir: PathBuf) -> Arc<Self> {
        Arc::new(Self { bytes, resident: AtomicU64::new(0), spilled: AtomicU64::new(0), dir })
    }

    /// Bytes written to disk so far.
    pub(super) fn spilled_bytes(&self) -> u64 {
        self.spilled.load(Ordering::Relaxed)
    }
}

/// Partitioned rows that any number of writers fill at once.
pub(super) struct Spool<R> {
    parts: Vec<Mutex<Part<R>>>,
    budget: Arc<Budget>,
}

struct Part<R> {
    chunks: Vec<Vec<R>>,
    on_disk: Option<File>,
}

/// One thread's way into a spool.
pub(super) struct Writer<'s, R> {
    spool: &'s Spool<R>,
    open: Vec<Vec<R>>,
}

impl<R: Pod> Spool<R> {
    /// `parts` is a power of two.
    pub(super) fn new(parts: usize, budget: Arc<Budget>) -> Self {
        debug_assert!(parts.is_power_of_two());
        let part = || Mutex::new(Part { chunks: Vec::new(), on_disk: None });
        Self { parts: std::iter::repeat_with(part).take(parts).collect(), budget }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Bytes written to disk so far, by all spools of the budget.
    pub(super) fn spilled_bytes(&self) -> u64 {
        self.budget.spilled_bytes()
    }

    pub(super) fn writer(&self) -> Writer<'_, R> {
        Writer { spool: self, open: std::iter::repeat_with(Vec::new).take(self.parts.len()).collect() }
    }

    fn add(&self, part: usize, chunk: Vec<R>) -> io::Result<()> {
        let bytes = size_of_val(chunk.as_slice()) as u64;
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        part.chunks.push(chunk);
        let resident = self.budget.resident.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if resident > self.budget.bytes { self.spill(&mut part) } else { Ok(()) }
    }

    /// Writes what a partition holds in memory to its file, which has no name and goes with the process.
    fn spill(&self, part: &mut Part<R>) -> io::Result<()> {
        let file = match &mut part.on_disk {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.budget.dir)?),
        };
        let mut bytes = 0;
        let joined: Vec<R> = part.chunks.drain(..).flatten().collect();
        let raw: &[u8] = bytemuck::cast_slice(&joined);
        file.write_all(raw)?;
        bytes += raw.len() as u64;
        self.budget.resident.fetch_sub(bytes, Ordering::Relaxed);
        self.budget.spilled.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// All rows of a partition, which is empty afterwards.
    pub(super) fn take(&self, part: usize) -> io::Result<Vec<R>> {
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        let in_memory: usize = part.chunks.iter().map(Vec::len).sum();
        let mut rows: Vec<R> = Vec::new();
        if let Some(mut file) = part.on_disk.take() {
            let bytes = usize::try_from(file.seek(SeekFrom::End(0))?).map_err(io::Error::other)?;
            file.seek(SeekFrom::Start(0))?;
            rows.reserve_exact(bytes / size_of::<R>() + in_memory);
            rows.resize(bytes / size_of::<R>(), R::zeroed());
            file.read_exact(bytemuck::cast_slice_mut(&mut rows))?;
        } else {
            rows.reserve_exact(in_memory);
        }
        for chunk in part.chunks.drain(..) {
            rows.extend_from_slice(&chunk);
        }
        let freed = (in_memory * size_of::<R>()) as u64;
        self.budget.resident.fetch_sub(freed, Ordering::Relaxed);
        Ok(rows)
    }
}

impl<R: Pod> Writer<'_, R> {
    /// Adds a row to the partition that these bits choose.
    pub(super) fn push(&mut self, bits: u64, row: R) -> io::Result<()> {
        let mask = self.open.len() as u64 - 1;
        let part = usize::try_from(bits & mask).unwrap_or_default();
        let open = &mut self.open[part];
        if open.capacity() == 0 {
            open.reserve_exact(CHUNK_ROWS);
        }
        open.push(row);
        if open.len() == CHUNK_ROWS {
            let full = std::mem::replace(open, Vec::with_capacity(CHUNK_ROWS));
            self.spool.add(part, full)?;
        }
        Ok(())
    }

    /// Hands over what is left. A writer that is dropped without this loses rows; the accounting would show it.
    pub(super) fn finish(self) -> io::Result<()> {
        for (part, chunk) in self.open.into_iter().enumerate() {
            if !chunk.is_empty() {
                self.spool.add(part, chunk)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(budget_bytes: u64) -> (Vec<u64>, u64) {
        let budget = Budget::new(budget_bytes, std::env::temp_dir());
        let spool = Spool::<u64>::new(4, Arc::clone(&budget));
        let mut writer = spool.writer();
        for row in 0..10_000_u64 {
            writer.push(row, row).unwrap();
        }
        writer.finish().unwrap();
        let mut rows: Vec<u64> = (0..4).flat_map(|part| spool.take(part).unwrap()).collect();
        rows.sort_unstable();
        assert_eq!(budget.resident.load(Ordering::Relaxed), 0);
        (rows, budget.spilled_bytes())
    }

    #[test]
    fn a_spool_over_its_budget_gives_back_the_same_rows_from_disk() {
        let (in_memory, none) = filled(u64::MAX);
        let (from_disk, spilled) = filled(1000);
        assert_eq!(in_memory, (0..10_000).collect::<Vec<_>>());
        assert_eq!(from_disk, in_memory);
        assert_eq!(none, 0);
        assert!(spilled > 70_000, "{spilled}");
    }
}
