//! The engine: signals in, funnel facts out.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashMap;

use super::cells::{Cell, Cells, Numbered};
use super::row::{EventRow, NO_CELL, Origin, ViewerRow, hash};
use super::scope::Scope;
use super::spool::{Budget, Spool, Writer};
use super::touch::UNIQUE;
use super::{dedupe, touch};
use crate::model::{Counts, Fact, Kinds};

/// Rows of one partition are worked on in memory; this share of the bound keeps them small.
const PARTITIONS_PER_BOUND: u64 = 64;
const MIN_PARTITIONS: usize = 256;
const MAX_PARTITIONS: usize = 4096;
/// What one more distinct cell costs over all tables that know it.
const BYTES_PER_CELL: u64 = 512;

/// What counting may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of rows kept in memory before they spill.
    pub memory_bytes: u64,
    /// Where they spill.
    pub spill_dir: PathBuf,
    /// Worker threads for [`Counter::finish`].
    pub threads: usize,
    /// A guess at the number of rows, for choosing the number of partitions. Any guess gives the same counts.
    pub expected_rows: u64,
}

/// Counts the signals of a run.
pub struct Counter {
    scope: Scope,
    limits: Limits,
    cells: Cells,
    events: Spool<EventRow>,
    viewers: Spool<ViewerRow>,
    max_cells: usize,
}

/// One thread's way into a [`Counter`].
pub struct Feed<'c> {
    counter: &'c Counter,
    events: Writer<'c, EventRow>,
    viewers: Writer<'c, ViewerRow>,
    tally: Tally,
    export: u32,
    stages: Vec<[u32; 3]>,
    near: HashMap<(u32, u32, u32), u32>,
    landed: Landed,
}

/// A row for the engine.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Which record of the export, from 1.
    pub record: u32,
    /// When it happened.
    pub occurred_us: i64,
    /// What it counts as.
    pub kinds: Kinds,
    /// Milliseconds in the room.
    pub dwell_ms: u32,
    /// The event's id; without one the row is nobody's duplicate.
    pub event_id: Option<&'a str>,
    /// The viewer's id; without one the row has no part in unique counts.
    pub viewer_id: Option<&'a str>,
    /// Where it counts: stage, market-day and slot. `None`: outside this run's market-days.
    pub place: Option<(usize, usize, usize)>,
}

/// Where the rows of one export went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landed {
    /// On a market-day of this run, by market-day.
    pub by_day: Vec<u64>,
    /// Elsewhere.
    pub outside: u64,
}

/// What became of the rows of an export that landed on a market-day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Counted.
    pub counted: u64,
    /// Redelivered, and not counted again.
    pub duplicate: u64,
}

/// What a [`Counter`] found.
#[derive(Debug)]
pub struct Counted {
    /// Facts by market-day, sorted by slot, audience, broadcast and cover.
    pub facts: Vec<Vec<Fact>>,
    /// Bytes that went to disk on the way.
    pub spilled_bytes: u64,
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

/// Counts by cell and outcomes by export and day: one thread's share.
struct Tally {
    counts: Vec<Counts>,
    outcomes: Vec<Outcome>,
    days: usize,
}

impl Tally {
    fn new(cells: usize, scope: &Scope) -> Self {
        let outcomes = vec![Outcome::default(); scope.exports() * scope.days()];
        Self { counts: vec![Counts::default(); cells], outcomes, days: scope.days() }
    }

    fn outcome(&mut self, origin: Origin, day: usize) -> &mut Outcome {
        &mut self.outcomes[origin.export() * self.days + day]
    }

    fn count(&mut self, cell: u32, kinds: Kinds, dwell_ms: u32) {
        let cell = cell as usize;
        if self.counts.len() <= cell {
            self.counts.resize(cell + 1, Counts::default());
        }
        let one = |kind| u64::from(kinds.has(kind));
        let counts = &mut self.counts[cell];
        counts.impressions += one(Kinds::IMPRESSION);
        counts.clicks += one(Kinds::CLICK);
        counts.entries += one(Kinds::ENTRY);
        counts.stays += one(Kinds::STAY);
        counts.orders += one(Kinds::ORDER);
        counts.dwell_ms += u64::from(dwell_ms);
    }

    fn add(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), Counts::default());
        }
        for (sum, more) in self.counts.iter_mut().zip(&other.counts) {
            *sum += *more;
        }
        for (sum, more) in self.outcomes.iter_mut().zip(&other.outcomes) {
            sum.counted += more.counted;
            sum.duplicate += more.duplicate;
        }
    }
}

impl Counter {
    /// Makes ready for the exports and market-days of a scope.
    #[must_use]
    pub fn new(scope: Scope, limits: Limits) -> Self {
        let row_bytes = limits.memory_bytes / 4 * 3;
        let budget = Budget::new(row_bytes, limits.spill_dir.clone());
        let expected_bytes = limits.expected_rows.saturating_mul(size_of::<EventRow>() as u64);
        let wanted = expected_bytes.saturating_mul(PARTITIONS_PER_BOUND) / row_bytes.max(1);
        let parts = usize::try_from(wanted)
            .unwrap_or(MAX_PARTITIONS)
            .clamp(MIN_PARTITIONS, MAX_PARTITIONS)
            .next_power_of_two();
        Self {
            max_cells: usize::try_from(limits.memory_bytes / BYTES_PER_CELL).unwrap_or(usize::MAX),
            scope,
            limits,
            cells: Cells::default(),
            events: Spool::new(parts, std::sync::Arc::clone(&budget)),
            viewers: Spool::new(parts, budget),
        }
    }

    /// Which exports cover which market-days.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// A way in for one thread.
    #[must_use]
    pub fn feed(&self) -> Feed<'_> {
        Feed {
            counter: self,
            events: self.events.writer(),
            viewers: self.viewers.writer(),
            tally: Tally::new(0, &self.scope),
            export: 0,
            stages: Vec::new(),
            near: HashMap::new(),
            landed: Landed::default(),
        }
    }

    /// Deduplicates, counts, credits first touches. `fed` is what every feed left behind.
    ///
    /// # Errors
    /// When rows that were spilled cannot be read back.
    pub fn finish(self, fed: Vec<Fed>) -> std::io::Result<Counted> {
        let Self { scope, limits, cells, events, viewers, .. } = self;
        let numbered = cells.into_numbered();
        let mut total = Tally::new(numbered.cells().len(), &scope);
        for fed in &fed {
            total.add(&fed.0);
        }
        drop(fed);
        let tallies = in_parallel(limits.threads, events.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &scope);
            let mut writer = viewers.writer();
            for part in parts {
                settle(&events.take(part)?, &scope, &numbered, &mut tally, &mut writer)?;
            }
            writer.finish()?;
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        drop(tallies);
        let tallies = in_parallel(limits.threads, viewers.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &Scope::new(0, 0));
            for part in parts {
                touch::credit(&viewers.take(part)?, &numbered, &mut tally.counts);
            }
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        Ok(Counted {
            facts: facts(&numbered, &total.counts, scope.days()),
            spilled_bytes: viewers.spilled_bytes(),
            outcomes: total.outcomes,
            days: scope.days(),
        })
    }
}

/// Counts the rows of a partition that are no redeliveries and passes them on to first touches.
fn settle(
    rows: &[EventRow],
    scope: &Scope,
    numbered: &Numbered,
    tally: &mut Tally,
    viewers: &mut Writer<'_, ViewerRow>,
) -> std::io::Result<()> {
    let duplicates = dedupe::duplicates(rows, scope, numbered);
    let mut duplicates = duplicates.into_iter().peekable();
    for (index, row) in (0_u32..).zip(rows) {
        let is_duplicate = duplicates.next_if_eq(&index).is_some();
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
            facts[cell.day as usize].push(Fact {
                slot: cell.slot as usize,
                audience: numbered.name(cell.audience),
                broadcast_id: numbered.name(cell.broadcast),
                cover_id: numbered.name(cell.cover),
                counts: *counts,
            });
        }
    }
    for day in &mut facts {
        day.sort_unstable_by(|one, other| {
            let key =
                |fact: &Fact| (fact.slot, fact.audience.clone(), fact.broadcast_id.clone(), fact.cover_id.clone());
            key(one).cmp(&key(other))
        });
    }
    facts
}

/// What a feed leaves behind when it is done.
pub struct Fed(Tally);

impl Feed<'_> {
    /// Begins an export: `export` is its place in the order of names.
    pub fn begin(&mut self, export: usize) {
        self.export = u32::try_from(export).unwrap_or(u32::MAX);
        self.stages.clear();
        self.near.clear();
        self.landed = Landed { by_day: vec![0; self.counter.scope.days()], outside: 0 };
    }

    /// Announces a stage of this export; stages are numbered from 0. `false` when there are more distinct names and
    /// cells than the memory bound allows.
    pub fn stage(&mut self, audience: &str, broadcast_id: &str, cover_id: &str) -> bool {
        let cells = &self.counter.cells;
        self.stages.push([cells.name(audience), cells.name(broadcast_id), cells.name(cover_id)]);
        cells.len() < self.counter.max_cells
    }

    /// Takes a row of this export.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn push(&mut self, input: &Input<'_>) -> std::io::Result<()> {
        let cell = match input.place {
            Some((stage, day, slot)) if self.counter.scope.covers(self.export as usize, day) => {
                self.landed.by_day[day] += 1;
                self.cell(stage, day, slot)
            }
            _ => {
                self.landed.outside += 1;
                NO_CELL
            }
        };
        let (viewer, _) = input.viewer_id.map(hash).unwrap_or_default();
        let origin = Origin::new(self.export, input.record, input.kinds, input.viewer_id.is_some());
        let occurred_us = input.occurred_us;
        if let Some((event, partition)) = input.event_id.map(hash) {
            let row = EventRow { event, viewer, occurred_us, origin, cell, dwell_ms: input.dwell_ms };
            return self.events.push(partition, row);
        }
        if let Some((_, day, _)) = input.place.filter(|_| cell != NO_CELL) {
            self.tally.outcome(origin, day).counted += 1;
            self.tally.count(cell, input.kinds, input.dwell_ms);
            if input.viewer_id.is_some() && input.kinds.bits() & UNIQUE.bits() != 0 {
                let row = ViewerRow { viewer, occurred_us, origin, cell, unused: 0 };
                return self.viewers.push(viewer.rotate_right(32), row);
            }
        }
        Ok(())
    }

    /// Ends the export and says where its rows went.
    pub fn end(&mut self) -> Landed {
        std::mem::take(&mut self.landed)
    }

    /// Hands over what is left in this thread's hands.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn finish(self) -> std::io::Result<Fed> {
        self.events.finish()?;
        self.viewers.finish()?;
        Ok(Fed(self.tally))
    }

    fn cell(&mut self, stage: usize, day: usize, slot: usize) -> u32 {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let [audience, broadcast, cover] = self.stages[stage];
        let (day, slot) = (number(day), number(slot));
        *self
            .near
            .entry((number(stage), day, slot))
            .or_insert_with(|| self.counter.cells.cell(Cell { day, slot, audience, broadcast, cover }))
    }
}
