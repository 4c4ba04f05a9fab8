//! Rows in partitions: in memory while the budget lasts, on disk beyond it.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::Pod;

use super::memory::{CHUNK_WORDS, Memory};

/// A partition whose rows are more than one part in so many of the bound is read block by block.
const SHARE_OF_A_PARTITION: u64 = 4;
/// Rows of a block.
const BLOCK_ROWS: usize = 1 << 14;

/// Partitioned rows that any number of writers fill at once.
pub(super) struct Spool<R> {
    parts: Vec<Mutex<Part<R>>>,
    memory: Arc<Memory>,
}

struct Part<R> {
    chunks: Vec<Chunk<R>>,
    on_disk: Option<File>,
}

/// Some rows of one partition.
struct Chunk<R> {
    words: Box<[u64]>,
    rows: usize,
    of: PhantomData<R>,
}

/// The rows of a partition that are too many to be in memory together: on disk, to be read as often as wanted.
pub(super) struct Blocks<R> {
    file: File,
    bytes: u64,
    of: PhantomData<R>,
}

/// One thread's way into a spool.
pub(super) struct Writer<'s, R> {
    spool: &'s Spool<R>,
    open: Vec<Option<Chunk<R>>>,
}

impl<R: Pod> Chunk<R> {
    const ROWS: usize = CHUNK_WORDS * size_of::<u64>() / size_of::<R>();

    fn new(words: Box<[u64]>) -> Self {
        Self { words, rows: 0, of: PhantomData }
    }

    fn words_of(rows: usize) -> usize {
        rows * size_of::<R>() / size_of::<u64>()
    }

    fn push(&mut self, row: R) {
        let at = Self::words_of(self.rows);
        self.words[at..at + Self::words_of(1)].copy_from_slice(bytemuck::cast_slice(&[row]));
        self.rows += 1;
    }

    fn rows(&self) -> &[R] {
        bytemuck::cast_slice(&self.words[..Self::words_of(self.rows)])
    }
}

impl<R: Pod> Spool<R> {
    /// `parts` is a power of two.
    pub(super) fn new(parts: usize, memory: Arc<Memory>) -> Self {
        debug_assert!(parts.is_power_of_two());
        let part = || Mutex::new(Part { chunks: Vec::new(), on_disk: None });
        Self { parts: std::iter::repeat_with(part).take(parts).collect(), memory }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn writer(&self) -> Writer<'_, R> {
        Writer { spool: self, open: std::iter::repeat_with(|| None).take(self.parts.len()).collect() }
    }

    fn add(&self, part: usize, chunk: Chunk<R>) -> io::Result<()> {
        let bytes = size_of_val(chunk.rows()) as u64;
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        part.chunks.push(chunk);
        if self.memory.add(bytes) { self.spill(&mut part) } else { Ok(()) }
    }

    /// Writes what a partition holds in memory to its file, which has no name and goes with the process.
    fn spill(&self, part: &mut Part<R>) -> io::Result<()> {
        let file = match &mut part.on_disk {
            Some(file) => file,
            none => none.insert(self.memory.file()?),
        };
        let mut out = BufWriter::with_capacity(1 << 16, file);
        let mut bytes = 0;
        for chunk in &part.chunks {
            let rows: &[u8] = bytemuck::cast_slice(chunk.rows());
            out.write_all(rows)?;
            bytes += rows.len() as u64;
        }
        out.flush()?;
        drop(out);
        self.memory.take_back(part.chunks.drain(..).map(|chunk| chunk.words));
        self.memory.remove(bytes);
        self.memory.add_spilled(bytes);
        Ok(())
    }

    /// Moves all rows of a partition into `rows`, in place of what was there. If one id fills it, so that they are too
    /// many for the memory bound, `rows` is left empty and they are given as blocks.
    pub(super) fn take(&self, part: usize, rows: &mut Vec<R>) -> io::Result<Option<Blocks<R>>> {
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        let in_memory: usize = part.chunks.iter().map(|chunk| chunk.rows).sum();
        rows.clear();
        let on_disk = match &mut part.on_disk {
            Some(file) => file.seek(SeekFrom::End(0))?,
            None => 0,
        };
        let bytes = on_disk + (in_memory * size_of::<R>()) as u64;
        if bytes > self.memory.bytes() / SHARE_OF_A_PARTITION {
            self.spill(&mut part)?;
            return Ok(part.on_disk.take().map(|file| Blocks { file, bytes, of: PhantomData }));
        }
        if let Some(mut file) = part.on_disk.take() {
            let bytes = usize::try_from(on_disk).map_err(io::Error::other)?;
            file.seek(SeekFrom::Start(0))?;
            rows.resize(bytes / size_of::<R>(), R::zeroed());
            file.read_exact(bytemuck::cast_slice_mut(rows))?;
        }
        for chunk in &part.chunks {
            rows.extend_from_slice(chunk.rows());
        }
        self.memory.take_back(part.chunks.drain(..).map(|chunk| chunk.words));
        self.memory.remove((in_memory * size_of::<R>()) as u64);
        Ok(None)
    }
}

impl<R: Pod> Blocks<R> {
    /// Hands over all rows, block by block. `block` is any vector; its memory is used again.
    pub(super) fn each(
        &mut self,
        block: &mut Vec<R>,
        mut visit: impl FnMut(&[R]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut left = usize::try_from(self.bytes / size_of::<R>() as u64).map_err(io::Error::other)?;
        while left > 0 {
            block.clear();
            block.resize(left.min(BLOCK_ROWS), R::zeroed());
            self.file.read_exact(bytemuck::cast_slice_mut(block))?;
            visit(block)?;
            left -= block.len();
        }
        block.clear();
        Ok(())
    }
}

impl<R: Pod> Writer<'_, R> {
    /// Adds a row to the partition that these bits choose.
    pub(super) fn push(&mut self, bits: u64, row: R) -> io::Result<()> {
        let mask = self.open.len() as u64 - 1;
        let part = usize::try_from(bits & mask).unwrap_or_default();
        let open = self.open[part].get_or_insert_with(|| Chunk::new(self.spool.memory.chunk()));
        open.push(row);
        if open.rows == Chunk::<R>::ROWS
            && let Some(full) = self.open[part].take()
        {
            self.spool.add(part, full)?;
        }
        Ok(())
    }

    /// Hands over what is left. A writer that is dropped without this loses rows; the accounting would show it.
    pub(super) fn finish(self) -> io::Result<()> {
        for (part, chunk) in self.open.into_iter().enumerate() {
            if let Some(chunk) = chunk {
                self.spool.add(part, chunk)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(bytes: u64) -> (Vec<u64>, u64) {
        let memory = Memory::new(bytes, std::env::temp_dir());
        let spool = Spool::<u64>::new(4, Arc::clone(&memory));
        let mut writer = spool.writer();
        for row in 0..10_000_u64 {
            writer.push(row, row).unwrap();
        }
        writer.finish().unwrap();
        let (mut rows, mut part_rows) = (Vec::new(), Vec::new());
        for part in 0..4 {
            if let Some(mut blocks) = spool.take(part, &mut part_rows).unwrap() {
                let keep = |block: &[u64]| {
                    rows.extend_from_slice(block);
                    Ok(())
                };
                blocks.each(&mut part_rows, keep).unwrap();
            }
            rows.append(&mut part_rows);
        }
        rows.sort_unstable();
        assert!(!memory.add(0), "nothing is resident any more");
        (rows, memory.spilled_bytes())
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
