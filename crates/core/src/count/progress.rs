//! How far a count has come: which waves are read, and what of their generations is settled.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::cells::{CellTable, Cells};
use super::waves::Waves;

/// Which waves are read, and what is left to settle. Any number of threads take what is left.
pub(super) struct Progress {
    /// By wave: exports that are still to be read.
    left: Mutex<Vec<usize>>,
    /// So many waves are read.
    read: AtomicUsize,
    waves: usize,
    parts: usize,
    generations: Vec<Work>,
}

/// What of a generation is settled.
#[derive(Default)]
struct Work {
    /// The wave with which it is complete.
    wave: usize,
    /// The next partition of events that nobody has taken.
    events: AtomicUsize,
    /// How many of those that were taken are settled, with all their rows of viewers handed over.
    settled: AtomicUsize,
    /// The next partition of viewers that nobody has taken.
    viewers: AtomicUsize,
    cells: OnceLock<Arc<CellTable>>,
}

impl Progress {
    /// Nothing is read yet. Each generation has so many partitions.
    pub(super) fn new(waves: &Waves, parts: usize) -> Self {
        let generations = waves.generations().iter().map(|of| Work { wave: of.wave, ..Work::default() }).collect();
        let left = (0..waves.len()).map(|wave| waves.exports_of(wave)).collect();
        Self { left: Mutex::new(left), read: AtomicUsize::new(0), waves: waves.len(), parts, generations }
    }

    /// So many exports of a wave are read, and their rows handed over.
    pub(super) fn are_read(&self, wave: usize, exports: usize) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = left.get_mut(wave) {
            *left = left.saturating_sub(exports);
        }
        let read = left.iter().take_while(|left| **left == 0).count();
        self.read.store(read, Ordering::Release);
    }

    /// Whether everything is read: then all threads settle together what is left.
    pub(super) fn is_all_read(&self) -> bool {
        self.read.load(Ordering::Acquire) == self.waves
    }

    /// A partition of events to settle, with its generation: of the first one that is complete and not settled. The next one has
    /// to wait, since it lets go of rows that this one asks.
    pub(super) fn next_events(&self) -> Option<(usize, usize)> {
        let read = self.read.load(Ordering::Acquire);
        let number = self.generations.iter().position(|work| !self.is_settled(work))?;
        let work = self.generations.get(number).filter(|work| work.wave < read)?;
        Some((number, self.take(&work.events)?))
    }

    /// The same of a generation whose rows are all there and whose forerunners are settled.
    pub(super) fn rest_of_events(&self, generation: usize) -> Option<usize> {
        self.take(&self.generations[generation].events)
    }

    /// Whether nobody has taken all events of a generation yet.
    pub(super) fn has_events(&self, generation: usize) -> bool {
        self.generations[generation].events.load(Ordering::Acquire) < self.parts
    }

    /// How many generations there are.
    pub(super) fn generations(&self) -> usize {
        self.generations.len()
    }

    /// So many partitions of events of a generation are settled.
    pub(super) fn are_settled(&self, generation: usize, parts: usize) {
        self.generations[generation].settled.fetch_add(parts, Ordering::AcqRel);
    }

    /// A partition of viewers to settle, with its generation: of those whose events are settled.
    pub(super) fn next_viewers(&self) -> Option<(usize, usize)> {
        let mut ready = self.generations.iter().enumerate().filter(|(_, work)| self.is_settled(work));
        ready.find_map(|(number, work)| Some((number, self.take(&work.viewers)?)))
    }

    /// The cells of a generation that is complete. No row of it is in a cell that is not among them.
    pub(super) fn cells(&self, generation: usize, cells: &Cells) -> Arc<CellTable> {
        Arc::clone(self.generations[generation].cells.get_or_init(|| Arc::new(cells.table())))
    }

    fn is_settled(&self, work: &Work) -> bool {
        work.settled.load(Ordering::Acquire) == self.parts
    }

    fn take(&self, next: &AtomicUsize) -> Option<usize> {
        // Whoever finds nothing counts on: a look first keeps it from doing so for ever.
        let is_left = next.load(Ordering::Relaxed) < self.parts;
        is_left.then(|| next.fetch_add(1, Ordering::AcqRel)).filter(|part| *part < self.parts)
    }
}
