//! The engine: signals in, funnel facts out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashTable;

use super::cells::{Cells, Numbered};
use super::feed::{Fed, Feed};
use super::memory::{CHUNK_WORDS, Memory};
use super::row::{EventRow, NO_CELL, ViewerRow};
use super::scope::Scope;
use super::spool::{Spool, Writer};
use super::tally::{Outcome, Tally};
use super::touch::UNIQUE;
use super::{dedupe, touch};
use crate::model::{CountSet, Counts, DayPart, Era, Fact, FactKey, Figures};

/// Rows of one partition are worked on in memory; this share of the bound keeps them small.
const PARTITIONS_PER_BOUND: u64 = 64;
const USUAL_PARTITIONS: usize = 256;
const LEAST_PARTITIONS: usize = 16;
const MAX_PARTITIONS: usize = 4096;
/// What one more distinct cell costs over all tables that know it.
const BYTES_PER_CELL: u64 = 512;

/// How counting is carried out. None of it has a say in the counts.
#[derive(Debug, Clone)]
pub struct Effort {
    /// Where rows are kept.
    pub memory: Arc<Memory>,
    /// Worker threads for [`Counter::finish`].
    pub threads: usize,
    /// A guess at the number of rows, for choosing the number of partitions.
    pub expected_rows: u64,
}

/// Counts the signals of a run.
pub struct Counter {
    pub(super) scope: Scope,
    effort: Effort,
    pub(super) cells: Cells,
    pub(super) events: Spool<EventRow>,
    pub(super) viewers: Spool<ViewerRow>,
    pub(super) max_cells: usize,
}

/// What a [`Counter`] found.
#[derive(Debug)]
pub struct Counted {
    /// Facts by market-day, sorted by slot, audience, broadcast and cover.
    pub facts: Vec<Vec<Fact>>,
    outcomes: Vec<Outcome>,
    days: usize,
}

impl Counted {
    /// What became of the rows of an export on a market-day.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes[export * self.days + day]
    }
}

impl Counter {
    /// Makes ready for the exports and market-days of a scope.
    #[must_use]
    pub fn new(scope: Scope, effort: Effort) -> Self {
        let bytes = effort.memory.bytes();
        let expected_bytes = effort.expected_rows.saturating_mul(size_of::<EventRow>() as u64);
        let wanted = expected_bytes.saturating_mul(PARTITIONS_PER_BOUND) / bytes.max(1);
        // Each thread has a chunk open for every partition of both spools; they may take a quarter of the bound.
        let open_bytes =
            u64::try_from(effort.threads.max(1) * 2 * CHUNK_WORDS * size_of::<u64>()).unwrap_or(u64::MAX);
        let affordable = usize::try_from(bytes / 4 / open_bytes).unwrap_or(MAX_PARTITIONS).max(LEAST_PARTITIONS);
        let wanted = usize::try_from(wanted).unwrap_or(MAX_PARTITIONS).clamp(USUAL_PARTITIONS, MAX_PARTITIONS);
        let parts = 1 << wanted.min(affordable).ilog2();
        Self {
            max_cells: usize::try_from(bytes / BYTES_PER_CELL).unwrap_or(usize::MAX),
            scope,
            cells: Cells::default(),
            events: Spool::new(parts, Arc::clone(&effort.memory)),
            viewers: Spool::new(parts, Arc::clone(&effort.memory)),
            effort,
        }
    }

    /// A way in for one thread.
    #[must_use]
    pub fn feed(&self) -> Feed<'_> {
        Feed::new(self)
    }

    /// Deduplicates, counts, credits first touches. `fed` is what every feed left behind.
    ///
    /// # Errors
    /// When rows that were spilled cannot be read back.
    pub fn finish(self, fed: Vec<Fed>) -> std::io::Result<Counted> {
        let Self { scope, effort, cells, events, viewers, .. } = self;
        let numbered = cells.into_numbered();
        let mut total = Tally::new(numbered.cells().len(), &scope);
        for fed in &fed {
            total.add(&fed.0);
        }
        drop(fed);
        let tallies = in_parallel(effort.threads, events.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &scope);
            let mut writer = viewers.writer();
            let (mut rows, mut first) = (Vec::new(), HashTable::new());
            for part in parts {
                events.take(part, &mut rows)?;
                let duplicates = dedupe::duplicates(&rows, &scope, &numbered, &mut first);
                settle(&rows, &duplicates, &numbered, &mut tally, &mut writer)?;
            }
            writer.finish()?;
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        drop(tallies);
        let tallies = in_parallel(effort.threads, viewers.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &Scope::new(0, 0));
            let (mut rows, mut firsts) = (Vec::new(), touch::Firsts::new());
            for part in parts {
                viewers.take(part, &mut rows)?;
                touch::credit(&rows, &numbered, &mut tally.counts, &mut firsts);
            }
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        Ok(Counted {
            facts: facts(&numbered, &total.counts, scope.days()),
            outcomes: total.outcomes,
            days: scope.days(),
        })
    }
}

/// Counts the rows of a partition that are no redeliveries and passes them on to first touches.
fn settle(
    rows: &[EventRow],
    duplicates: &[u32],
    numbered: &Numbered,
    tally: &mut Tally,
    viewers: &mut Writer<'_, ViewerRow>,
) -> std::io::Result<()> {
    let mut duplicates = duplicates.iter().peekable();
    for (index, row) in (0_u32..).zip(rows) {
        let is_duplicate = duplicates.next_if_eq(&&index).is_some();
        if row.cell == NO_CELL {
            continue;
        }
        let outcome = tally.outcome(row.origin, numbered.day(row.cell));
        if is_duplicate {
            outcome.duplicate += 1;
            continue;
        }
        outcome.counted += 1;
        tally.count(row.cell, row.origin.kinds(), row.dwell_ms);
        if row.origin.has_viewer() && row.origin.kinds().bits() & UNIQUE.bits() != 0 {
            let EventRow { viewer, occurred_us, origin, cell, .. } = *row;
            viewers.push(viewer.rotate_right(32), ViewerRow { viewer, occurred_us, origin, cell, unused: 0 })?;
        }
    }
    Ok(())
}

/// Runs `work` on every thread; together they go through the partitions once.
fn in_parallel<T: Send>(
    threads: usize,
    parts: usize,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> std::io::Result<T> + Sync,
) -> std::io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut mine =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts));
        work(&mut mine)
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Facts by market-day. A cell in which nothing was counted (its rows were all redeliveries) is no fact.
fn facts(numbered: &Numbered, counts: &[Counts], days: usize) -> Vec<Vec<Fact>> {
    let mut facts: Vec<Vec<Fact>> = vec![Vec::new(); days];
    for (cell, counts) in numbered.cells().iter().zip(counts) {
        if *counts != Counts::default() {
            let key = FactKey {
                era: Era(cell.era),
                part: DayPart::Slot(cell.slot.into()),
                audience: numbered.name(cell.audience),
                broadcast_id: numbered.name(cell.broadcast),
                cover_id: numbered.name(cell.cover),
                contaminated: false,
            };
            facts[cell.day as usize].push(Fact { key, figures: Figures::exact(*counts, CountSet::ALL) });
        }
    }
    for day in &mut facts {
        day.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    }
    facts
}
