//! Rows in partitions: in memory while the budget lasts, on disk beyond it.

use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytemuck::Pod;

use super::memory::{CHUNK_WORDS, Memory};
use super::spill::{Extent, Spill, rows_of};

/// A partition is read block by block if its rows take more than one part in this many of the bound.
const SHARE_OF_A_PARTITION: u64 = 4;
/// Rows of a block.
const BLOCK_ROWS: u32 = 1 << 14;

/// Partitioned rows that any number of writers fill at once.
pub(super) struct Spool<R> {
    parts: Vec<Mutex<Part<R>>>,
    spill: Spill,
    memory: Arc<Memory>,
}

struct Part<R> {
    chunks: Vec<Chunk<R>>,
    on_disk: Vec<Extent>,
}

/// Some rows of one partition.
struct Chunk<R> {
    words: Box<[u64]>,
    rows: usize,
    of: PhantomData<R>,
}

/// The rows of a partition that are too many to be in memory together, to be seen as often as wanted.
pub(super) struct Blocks<'s, R: Pod> {
    spool: &'s Spool<R>,
    number: usize,
    part: Part<R>,
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
    /// So many files may be open.
    pub(super) fn new(parts: usize, files: usize, memory: Arc<Memory>) -> Self {
        let part = || Mutex::new(Part { chunks: Vec::new(), on_disk: Vec::new() });
        let spill = Spill::new(parts, files, Arc::clone(&memory));
        Self { parts: std::iter::repeat_with(part).take(parts).collect(), spill, memory }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn writer(&self) -> Writer<'_, R> {
        Writer { spool: self, open: std::iter::repeat_with(|| None).take(self.parts.len()).collect() }
    }

    fn add(&self, part: usize, chunk: Chunk<R>) -> io::Result<()> {
        let bytes = size_of_val(chunk.rows()) as u64;
        let number = part;
        let mut part = self.part(number);
        part.chunks.push(chunk);
        if self.memory.add(bytes) { self.spill(number, &mut part) } else { Ok(()) }
    }

    /// Writes what a partition holds in memory to its file.
    fn spill(&self, number: usize, part: &mut Part<R>) -> io::Result<()> {
        let rows = part.rows_in_memory();
        let bytes: Vec<&[u8]> = part.chunks.iter().map(|chunk| bytemuck::cast_slice(chunk.rows())).collect();
        self.spill.write(number, rows, &bytes, &mut part.on_disk)?;
        let spilled = (rows * size_of::<R>()) as u64;
        self.memory.take_back(part.chunks.drain(..).map(|chunk| chunk.words));
        self.memory.remove(spilled);
        self.memory.add_spilled(spilled);
        Ok(())
    }

    /// Copies all rows of a partition into `rows`, in place of what was there. They stay where they are until the spool goes.
    pub(super) fn copy(&self, number: usize, rows: &mut Vec<R>) -> io::Result<()> {
        rows.clear();
        self.append(number, rows)
    }

    /// Copies all rows of a partition to the end of `rows`. They stay where they are until [`Self::release`].
    pub(super) fn append(&self, number: usize, rows: &mut Vec<R>) -> io::Result<()> {
        self.part(number).append_to(rows, &self.spill, number)
    }

    /// How many bytes the rows of a partition take.
    pub(super) fn bytes(&self, number: usize) -> io::Result<u64> {
        let part = self.part(number);
        Ok(((rows_of(&part.on_disk)? + part.rows_in_memory()) * size_of::<R>()) as u64)
    }

    /// Shows all rows of a partition, some at a time. They stay where they are until [`Self::release`]. `block` is any vector;
    /// its memory is used again.
    pub(super) fn each(
        &self,
        number: usize,
        block: &mut Vec<R>,
        visit: &mut dyn FnMut(&[R]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.part(number).each(block, (&self.spill, number), visit)
    }

    /// Lets go of all rows of a partition.
    pub(super) fn release(&self, number: usize) {
        let mut part = self.part(number);
        let Part { chunks, on_disk } = &mut *part;
        take_back(&self.memory, chunks);
        self.spill.let_go(number, on_disk);
        on_disk.clear();
    }

    fn part(&self, number: usize) -> MutexGuard<'_, Part<R>> {
        self.parts[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves all rows of a partition into `rows`, in place of what was there. If they are too many for the memory
    /// bound, which takes one id that fills the partition, `rows` is left empty and they are given as blocks.
    pub(super) fn take(&self, part: usize, rows: &mut Vec<R>) -> io::Result<Option<Blocks<'_, R>>> {
        rows.clear();
        let bytes = self.bytes(part)?;
        let taken = Blocks { spool: self, number: part, part: std::mem::take(&mut *self.part(part)) };
        if self.is_too_large(bytes) {
            return Ok(Some(taken));
        }
        taken.part.append_to(rows, &self.spill, part)?;
        Ok(None)
    }

    /// Whether so many bytes of rows are too many to be worked on together.
    pub(super) fn is_too_large(&self, bytes: u64) -> bool {
        bytes > self.memory.bytes() / SHARE_OF_A_PARTITION
    }
}

/// Releases the memory of rows that nobody needs any more.
fn take_back<R>(memory: &Memory, chunks: &mut Vec<Chunk<R>>) {
    let rows: usize = chunks.iter().map(|chunk| chunk.rows).sum();
    memory.take_back(chunks.drain(..).map(|chunk| chunk.words));
    memory.remove((rows * size_of::<R>()) as u64);
}

impl<R> Default for Part<R> {
    fn default() -> Self {
        Self { chunks: Vec::new(), on_disk: Vec::new() }
    }
}

impl<R: Pod> Part<R> {
    fn rows_in_memory(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows).sum()
    }

    fn append_to(&self, rows: &mut Vec<R>, spill: &Spill, number: usize) -> io::Result<()> {
        let first = rows.len();
        rows.resize(first + rows_of(&self.on_disk)?, R::zeroed());
        let mut rest = bytemuck::cast_slice_mut(&mut rows[first..]);
        for extent in &self.on_disk {
            let (here, beyond) = rest.split_at_mut(extent.bytes(size_of::<R>()));
            spill.read(number, *extent, size_of::<R>(), here)?;
            rest = beyond;
        }
        for chunk in &self.chunks {
            rows.extend_from_slice(chunk.rows());
        }
        Ok(())
    }

    fn each(
        &self,
        block: &mut Vec<R>,
        (spill, number): (&Spill, usize),
        visit: &mut dyn FnMut(&[R]) -> io::Result<()>,
    ) -> io::Result<()> {
        for piece in self.on_disk.iter().flat_map(|extent| extent.pieces(BLOCK_ROWS)) {
            let bytes = piece.bytes(size_of::<R>());
            block.clear();
            block.resize(bytes / size_of::<R>(), R::zeroed());
            spill.read(number, piece, size_of::<R>(), bytemuck::cast_slice_mut(block))?;
            visit(block)?;
        }
        block.clear();
        self.chunks.iter().try_for_each(|chunk| visit(chunk.rows()))
    }
}

impl<R> Drop for Spool<R> {
    /// Releases the memory of rows that were not taken, because counting was given up.
    fn drop(&mut self) {
        for part in &mut self.parts {
            let part = part.get_mut().unwrap_or_else(PoisonError::into_inner);
            take_back(&self.memory, &mut part.chunks);
        }
    }
}

impl<R: Pod> Blocks<'_, R> {
    /// Hands over all rows, block by block. `block` is any vector; its memory is used again.
    pub(super) fn each(
        &self,
        block: &mut Vec<R>,
        mut visit: impl FnMut(&[R]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.part.each(block, (&self.spool.spill, self.number), &mut visit)
    }
}

impl<R: Pod> Drop for Blocks<'_, R> {
    fn drop(&mut self) {
        take_back(&self.spool.memory, &mut self.part.chunks);
        self.spool.spill.let_go(self.number, &self.part.on_disk);
    }
}

impl<R: Pod> Writer<'_, R> {
    /// Adds a row to the partition that these bits choose. There is a power of two of partitions.
    pub(super) fn push(&mut self, bits: u64, row: R) -> io::Result<()> {
        debug_assert!(self.open.len().is_power_of_two());
        let mask = self.open.len() as u64 - 1;
        self.push_to(usize::try_from(bits & mask).unwrap_or_default(), row)
    }

    /// Adds a row to a partition.
    #[inline]
    pub(super) fn push_to(&mut self, part: usize, row: R) -> io::Result<()> {
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
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    /// Hands over what is there so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        for (part, open) in self.open.iter_mut().enumerate() {
            if let Some(chunk) = open.take() {
                self.spool.add(part, chunk)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that come back, the bytes spilled and the most files that were open.
    fn filled(bytes: u64, parts: usize, open_files: usize) -> (Vec<u64>, u64, usize) {
        let memory = Memory::new(bytes, std::env::temp_dir(), open_files);
        let spool = Spool::<u64>::new(parts, memory.spill_files(2), Arc::clone(&memory));
        let mut writer = spool.writer();
        for row in 0..200_000_u64 {
            writer.push(row, row).unwrap();
        }
        writer.finish().unwrap();
        let most_open = spool.spill.open_files();
        let (mut rows, mut part_rows) = (Vec::new(), Vec::new());
        for part in 0..parts {
            if let Some(blocks) = spool.take(part, &mut part_rows).unwrap() {
                let keep = |block: &[u64]| {
                    rows.extend_from_slice(block);
                    Ok(())
                };
                blocks.each(&mut part_rows, keep).unwrap();
            }
            rows.append(&mut part_rows);
        }
        assert_eq!(spool.spill.open_files(), 0, "files go with their last rows");
        rows.sort_unstable();
        assert!(!memory.add(0), "nothing is resident any more");
        (rows, memory.spilled_bytes(), most_open)
    }

    #[test]
    fn a_spool_over_its_budget_gives_back_the_same_rows_from_disk() {
        let (in_memory, none, no_files) = filled(u64::MAX, 4, 512);
        let (from_disk, spilled, files) = filled(1000, 4, 512);
        assert_eq!(in_memory, (0..200_000).collect::<Vec<_>>());
        assert_eq!(from_disk, in_memory);
        assert_eq!((none, no_files), (0, 0));
        assert!(spilled > 1_500_000, "{spilled}");
        assert_eq!(files, 4);
    }

    #[test]
    fn counting_that_is_given_up_leaves_nothing_resident() {
        let memory = Memory::new(10_000, std::env::temp_dir(), 64);
        let spool = Spool::<u64>::new(4, memory.spill_files(2), Arc::clone(&memory));
        let mut writer = spool.writer();
        for row in 0..10_000_u64 {
            writer.push(row, row).unwrap();
        }
        drop(writer);
        drop(spool);
        assert!(!memory.add(0), "its rows are gone");
    }

    #[test]
    fn partitions_share_files_when_there_are_more_of_them_than_files_may_be_open() {
        for (open_files, expected) in [(64, 32), (100, 50), (512, 128)] {
            let (rows, _, files) = filled(10_000, 128, open_files);
            assert_eq!(files, expected, "of {open_files} files this spool may have half");
            assert!(rows.into_iter().eq(0..200_000), "{open_files}");
        }
    }
}
