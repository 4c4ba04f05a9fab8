//! The local engine's count: rows in, funnel facts out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashTable;

use super::bars::{BarSpool, BarTally, Bars, Place};
use super::cells::{Cells, Numbered};
use super::dedupe::{self, Copied, Deliveries};
use super::engine::CountJob;
use super::memory::{CHUNK_WORDS, Memory};
use super::row::{EventRow, NO_CELL, ViewerRow};
use super::scope::Scope;
use super::spool::{Spool, Writer};
use super::tally::{Outcome, Tally};
use super::touch::{Firsts, UNIQUE};
use super::visits::{VisitSpool, VisitWriter, Visits};
use super::writer::PartialCounts;
use crate::model::{
    CountSet, Counts, DayPart, Era, Fact, FactKey, Figures, GroupFact, Kinds, Parts, TurnFact, TurnNumber,
};

/// Rows of one partition are worked on in memory; this share of the bound keeps them small.
const PARTITIONS_PER_BOUND: u64 = 64;
const USUAL_PARTITIONS: usize = 256;
const LEAST_PARTITIONS: usize = 16;
const MAX_PARTITIONS: usize = 4096;
/// What one more distinct cell costs over all tables that know it.
const BYTES_PER_CELL: u64 = 512;

/// How counting is carried out. None of it has a say in the counts.
#[derive(Debug, Clone)]
pub struct CountOptions {
    /// Where rows are kept.
    pub memory: Arc<Memory>,
    /// Worker threads for [`super::OpenCount::finish`].
    pub threads: usize,
    /// A guess at the number of rows, for choosing the number of partitions.
    pub expected_rows: u64,
}

/// Counts signals in this process.
pub struct Counter {
    pub(super) scope: Scope,
    options: CountOptions,
    pub(super) cells: Cells,
    pub(super) events: Spool<EventRow>,
    pub(super) viewers: Spool<ViewerRow>,
    pub(super) max_cells: usize,
    /// What a row has to count as, any of these, to go on to where viewers meet.
    pub(super) of_viewers: Kinds,
    visits: Option<VisitSpool>,
    pub(super) bars: Option<BarSpool>,
}

/// What an engine found: facts, and what became of rows.
#[derive(Debug)]
pub struct Counted {
    /// Facts by market-day, sorted by slot, audience, broadcast and cover.
    pub facts: Vec<Vec<Fact>>,
    /// The same facts by turn, where anything was counted in one; none for a market-day all of which is outside of
    /// turns. Sorted by turn, then like facts.
    pub turns: Vec<Vec<TurnFact>>,
    /// The same facts by viewer group, where any row of the market-day is in one; sorted by group, rows in none first, then
    /// like facts.
    pub groups: Vec<Vec<GroupFact>>,
    /// Who did what, for the market-days of which that is wanted; `None` if it is of none.
    pub visits: Option<Visits>,
    /// The same by bars; `None` unless that is wanted.
    pub bars: Option<Bars>,
    outcomes: Vec<Outcome>,
    days: usize,
}

impl Counted {
    /// What an engine found: facts, facts by turn and facts by viewer group by market-day, and outcomes by export, of each
    /// export by market-day.
    #[must_use]
    pub fn new(
        facts: Vec<Vec<Fact>>,
        turns: Vec<Vec<TurnFact>>,
        groups: Vec<Vec<GroupFact>>,
        outcomes: Vec<Outcome>,
    ) -> Self {
        Self { days: facts.len(), facts, turns, groups, visits: None, bars: None, outcomes }
    }

    /// The same with visits.
    #[must_use]
    pub fn with_visits(self, visits: Option<Visits>) -> Self {
        Self { visits, ..self }
    }

    /// The same with what was counted by bars.
    #[must_use]
    pub fn with_bars(self, bars: Option<Bars>) -> Self {
        Self { bars, ..self }
    }

    /// What became of the rows of an export on a market-day.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes[export * self.days + day]
    }
}

impl Counter {
    /// Makes ready for the exports and market-days of a scope.
    #[must_use]
    pub fn new(scope: Scope, options: CountOptions) -> Self {
        Self::of(CountJob { exports: Vec::new(), days: Vec::new(), scope, bars: false }, options)
    }

    /// The same for a job, some days of which may want visits.
    pub(super) fn of(CountJob { days, scope, bars, .. }: CountJob, options: CountOptions) -> Self {
        let wants_visits = days.iter().any(|day| day.visits_by.is_some());
        // Rows of events and of viewers wait; visits and sums by bar too, and those of the batch before, which is being
        // published.
        let beside = usize::from(wants_visits) + usize::from(bars);
        let (waiting, files) = (2 + beside, 2 + 2 * beside);
        let files = options.memory.spill_files(files);
        let bytes = options.memory.bytes();
        let parts = parts_for(&options, waiting, size_of::<EventRow>());
        Self {
            max_cells: usize::try_from(bytes / BYTES_PER_CELL).unwrap_or(usize::MAX),
            scope,
            cells: Cells::default(),
            events: Spool::new(parts, files, Arc::clone(&options.memory)),
            viewers: Spool::new(parts, files, Arc::clone(&options.memory)),
            // A stay may be told by a row of its own.
            of_viewers: if wants_visits { UNIQUE.and(Kinds::STAY) } else { UNIQUE },
            visits: VisitSpool::of(&days, (parts, files), &options.memory),
            bars: bars.then(|| BarSpool::new(days.len(), files, &options.memory)),
            options,
        }
    }

    /// Deduplicates, counts, credits first touches. It fails when rows that were spilled cannot be read back.
    pub(super) fn settle_all(self, partials: Vec<PartialCounts>) -> std::io::Result<Counted> {
        let Self { scope, options, cells, events, viewers, of_viewers, visits, bars, .. } = self;
        let numbered = cells.into_numbered();
        let mut total = Tally::new(numbered.cells().len(), &scope);
        for partial in &partials {
            total.add(&partial.0);
        }
        drop(partials);
        let tallies = in_parallel(options.threads, events.parts(), |parts| {
            let mut tally = Tally::new(numbered.cells().len(), &scope);
            let mut writer = viewers.writer();
            let mut by_bar = bars.as_ref().map(BarSpool::tally);
            let (mut rows, mut first) = (Vec::new(), HashTable::new());
            for part in parts {
                let mut settle = |row: &EventRow, duplicate| {
                    settle(row, duplicate, (&numbered, of_viewers), (&mut tally, &mut by_bar), &mut writer)
                };
                if let Some(blocks) = events.take(part, &mut rows)? {
                    let mut deliveries = Deliveries::default();
                    blocks.each(&mut rows, |block| {
                        for row in block {
                            deliveries.note(row);
                        }
                        Ok(())
                    })?;
                    blocks.each(&mut rows, |block| {
                        block.iter().try_for_each(|row| settle(row, deliveries.duplicate(row, &scope, &numbered)))
                    })?;
                    continue;
                }
                let duplicates = dedupe::duplicates(&rows, &scope, &numbered, &mut first);
                let mut duplicates = duplicates.iter().peekable();
                for (index, row) in (0_u32..).zip(&rows) {
                    let duplicate = duplicates.next_if(|duplicate| duplicate.row == index);
                    settle(row, duplicate.map(|duplicate| duplicate.copy))?;
                }
            }
            writer.finish()?;
            by_bar.map_or(Ok(()), BarTally::finish)?;
            Ok(tally)
        })?;
        for tally in &tallies {
            total.add(tally);
        }
        drop(tallies);
        let uniques = in_parallel(options.threads, viewers.parts(), |parts| {
            let mut counts = vec![Counts::default(); numbered.cells().len()];
            let mut orphans = vec![0; if scope.counts_orphans() { counts.len() } else { 0 }];
            let (mut rows, mut firsts) = (Vec::new(), Firsts::default());
            let mut of_days = visits.as_ref().map(VisitSpool::writer);
            for part in parts {
                if let Some(blocks) = viewers.take(part, &mut rows)? {
                    blocks.each(&mut rows, |block| {
                        firsts.note(block, &numbered);
                        if let Some(visits) = &mut of_days {
                            visits.note(block, &numbered);
                        }
                        Ok(())
                    })?;
                    if scope.counts_orphans() {
                        blocks.each(&mut rows, |block| {
                            firsts.count_orphans(block, (&numbered, &scope), &mut orphans);
                            Ok(())
                        })?;
                    }
                } else {
                    firsts.note(&rows, &numbered);
                    if let Some(visits) = &mut of_days {
                        visits.note(&rows, &numbered);
                    }
                    if scope.counts_orphans() {
                        firsts.count_orphans(&rows, (&numbered, &scope), &mut orphans);
                    }
                }
                firsts.credit(&mut counts);
                of_days.iter_mut().try_for_each(|visits| visits.hand_over(&numbered))?;
            }
            of_days.map_or(Ok(()), VisitWriter::finish)?;
            Ok((counts, orphans))
        })?;
        let mut counts = total.counts();
        let mut orphans = vec![0_u64; counts.len()];
        for (uniques, its_orphans) in &uniques {
            for (sum, more) in counts.iter_mut().zip(uniques) {
                sum.add(more);
            }
            orphans.iter_mut().zip(its_orphans).for_each(|(sum, more)| *sum += more);
        }
        let Facts { all, turns, groups } = facts(&numbered, (&counts, &orphans), &scope);
        let numbered = Arc::new(numbered);
        let visits = visits.map(|visits| visits.into_visits(Arc::clone(&numbered)));
        let bars = bars.map(|bars| Bars::spooled(bars, numbered));
        Ok(Counted::new(all, turns, groups, total.outcomes).with_visits(visits).with_bars(bars))
    }
}

/// Into how many partitions rows of a size are parted, beside so many spools at a time, and how much of the memory bound is
/// kept free for it.
pub(super) fn parts_for(options: &CountOptions, spools: usize, row_bytes: usize) -> usize {
    let bytes = options.memory.bytes();
    let expected_bytes = options.expected_rows.saturating_mul(row_bytes as u64);
    let wanted = expected_bytes.saturating_mul(PARTITIONS_PER_BOUND) / bytes.max(1);
    // Each thread has a chunk open for every partition of every spool; they may take a quarter of the bound.
    let open_bytes =
        u64::try_from(options.threads.max(1) * spools * CHUNK_WORDS * size_of::<u64>()).unwrap_or(u64::MAX);
    let affordable = usize::try_from(bytes / 4 / open_bytes).unwrap_or(MAX_PARTITIONS).max(LEAST_PARTITIONS);
    let wanted = usize::try_from(wanted).unwrap_or(MAX_PARTITIONS).clamp(USUAL_PARTITIONS, MAX_PARTITIONS);
    let parts = 1 << wanted.min(affordable).ilog2();
    // Besides the rows that wait there are the open chunks and, at the end, the partition that each thread has in
    // hand with its table: the more rows there are in all, the fewer may wait in memory.
    let count = |parts: usize| u64::try_from(parts).unwrap_or(u64::MAX);
    let in_hand = count(options.threads.max(1)).saturating_mul(expected_bytes / count(parts)) / 2 * 3;
    options.memory.set_aside(open_bytes.saturating_mul(count(parts)).saturating_add(in_hand));
    parts
}

/// Takes a row back if it is a redelivery; else passes it on to first touches.
fn settle(
    row: &EventRow,
    duplicate: Option<Copied>,
    (numbered, of_viewers): (&Numbered, Kinds),
    (tally, bars): (&mut Tally, &mut Option<BarTally<'_>>),
    viewers: &mut Writer<'_, ViewerRow>,
) -> std::io::Result<()> {
    let EventRow { viewer, occurred_us, origin, cell, dwell_ms, .. } = *row;
    if cell == NO_CELL {
        return Ok(());
    }
    if let Some(copy) = duplicate {
        tally.take_back(origin, numbered.day(cell), cell, dwell_ms, copy);
        if let Some(bars) = bars {
            let place = || Place::of(cell, numbered);
            bars.count(cell, (origin.kinds(), occurred_us, dwell_ms), 1_u64.wrapping_neg(), place)?;
        }
    } else if origin.has_viewer() && origin.kinds().bits() & of_viewers.bits() != 0 {
        viewers.push(viewer.rotate_right(32), ViewerRow { viewer, occurred_us, origin, cell, unused: 0 })?;
    }
    Ok(())
}

/// Runs `work` on every thread; together they go through the partitions once.
pub(super) fn in_parallel<T: Send>(
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

/// Facts by market-day, and the same by turn and by viewer group.
struct Facts {
    all: Vec<Vec<Fact>>,
    turns: Vec<Vec<TurnFact>>,
    groups: Vec<Vec<GroupFact>>,
}

/// Facts by market-day, and the same by turn and by viewer group. A cell in which nothing was counted (its rows were all
/// redeliveries) is no fact.
fn facts(numbered: &Numbered, (counts, orphans): (&[Counts], &[u64]), scope: &Scope) -> Facts {
    let days = scope.days();
    let mut facts =
        Facts { all: vec![Vec::new(); days], turns: vec![Vec::new(); days], groups: vec![Vec::new(); days] };
    let cuts = cuts_of_days(numbered, counts, days);
    for ((cell, counts), orphans) in numbered.cells().iter().zip(counts).zip(orphans) {
        if *counts != Counts::default() {
            let key = FactKey {
                era: Era(cell.era),
                part: DayPart::Slot(cell.slot.into()),
                audience: numbered.name(cell.audience),
                broadcast_id: numbered.name(cell.broadcast),
                cover_id: numbered.name(cell.cover),
                contaminated: false,
            };
            let fact = Fact {
                key,
                figures: Figures::exact(*counts, CountSet::ALL),
                parts: Parts::default(),
                orphan_clicks: scope.orphans_from_us(cell.day as usize).map(|_| *orphans),
            };
            let day = cell.day as usize;
            if cuts[day].by_turn {
                facts.turns[day].push(TurnFact { turn: cell.turn, fact: fact.clone() });
            }
            if cuts[day].by_group {
                facts.groups[day].push(GroupFact { group: cell.group, fact });
            } else if !cuts[day].by_turn {
                facts.all[day].push(fact);
            }
        }
    }
    let days = facts.all.iter_mut().zip(&mut facts.turns).zip(&mut facts.groups);
    for (((all, turns), groups), cut) in days.zip(cuts) {
        // Cells of several groups are in one turn, and the other way round.
        add_alike(
            turns,
            |one, other| (one.turn, &one.fact.key).cmp(&(other.turn, &other.fact.key)),
            |sum, more| add(&mut sum.fact, &more.fact),
        );
        add_alike(
            groups,
            |one, other| (one.group, &one.fact.key).cmp(&(other.group, &other.fact.key)),
            |sum, more| add(&mut sum.fact, &more.fact),
        );
        if cut.by_turn {
            all.extend(turns.iter().map(|of_turn| of_turn.fact.clone()));
        } else if cut.by_group {
            *all = sums(groups);
        }
        add_alike(all, |one, other| one.key.cmp(&other.key), add);
    }
    facts
}

/// Sorts parts of facts, and adds up those that are in one place.
fn add_alike<P>(parts: &mut Vec<P>, order: impl Fn(&P, &P) -> std::cmp::Ordering, add: impl Fn(&mut P, &P)) {
    parts.sort_unstable_by(&order);
    parts.dedup_by(|next, sum| {
        let is_same = order(next, sum).is_eq();
        if is_same {
            add(sum, next);
        }
        is_same
    });
}

/// Facts over all groups. A fact has up to 129 parts, so they are added one by one and not copied first.
fn sums(groups: &[GroupFact]) -> Vec<Fact> {
    let mut sums: BTreeMap<&FactKey, Fact> = BTreeMap::new();
    for GroupFact { fact, .. } in groups {
        sums.entry(&fact.key).and_modify(|sum| add(sum, fact)).or_insert_with(|| fact.clone());
    }
    sums.into_values().collect()
}

fn add(sum: &mut Fact, more: &Fact) {
    sum.figures.add(&more.figures);
    sum.orphan_clicks = sum.orphan_clicks.zip(more.orphan_clicks).map(|(sum, more)| sum + more);
}

/// What a market-day is cut by.
#[derive(Debug, Clone, Copy, Default)]
struct DayCuts {
    by_turn: bool,
    by_group: bool,
}

/// On which market-days something was counted in a turn, and on which of a viewer in a group.
fn cuts_of_days(numbered: &Numbered, counts: &[Counts], days: usize) -> Vec<DayCuts> {
    let mut cuts = vec![DayCuts::default(); days];
    for (cell, counts) in numbered.cells().iter().zip(counts) {
        let is_something = *counts != Counts::default();
        let cut = &mut cuts[cell.day as usize];
        cut.by_turn |= cell.turn != TurnNumber(0) && is_something;
        cut.by_group |= cell.group.is_some() && is_something;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use rand_core::{Rng as _, SeedableRng as _};
    use rand_pcg::Pcg64Mcg;

    use super::super::engine::{OpenCount as _, SignalWriter as _};
    use super::super::writer::{Input, Placed};
    use super::*;
    use crate::model::{BarFact, Id};

    const DAYS: usize = 3;
    const EXPORTS: usize = 4;

    /// Facts and bars by market-day, outcomes by export, and bytes that were spilled.
    type CountedHere = (Vec<Vec<Fact>>, Vec<Vec<BarFact>>, Vec<Outcome>, u64);

    /// Rows of a handful of events and viewers, so that some partitions are large and the others empty.
    fn counted(seed: u64, bytes: u64) -> CountedHere {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut below = |most: u32| random.next_u32() % most;
        let mut scope = Scope::new(EXPORTS, DAYS);
        for (export, day) in (0..EXPORTS).flat_map(|export| (0..DAYS).map(move |day| (export, day))) {
            if below(4) > 0 {
                scope.cover(export, day);
            }
        }
        let memory = Memory::new(bytes, std::env::temp_dir(), 512);
        let options = CountOptions { memory: Arc::clone(&memory), threads: 2, expected_rows: 0 };
        let job = CountJob { exports: Vec::new(), days: Vec::new(), scope, bars: true };
        let counter = Counter::of(job, options);
        let mut writer = counter.writer();
        for export in 0..EXPORTS {
            writer.begin(export);
            writer.dimensions("a", "r", "c");
            writer.dimensions("b", "r", "c");
            for record in 1..=3000 {
                let ids = [below(3), below(3)].map(|id| id.to_string());
                let kinds = [Kinds::IMPRESSION, Kinds::CLICK, Kinds::ENTRY, Kinds::ORDER][below(4) as usize];
                let place = (below(5) > 0).then(|| Placed {
                    dimensions: below(2) as usize,
                    day: below(3) as usize,
                    slot: below(2) as usize,
                    era: Era(0),
                    turn: TurnNumber(0),
                    group: None,
                });
                let input = Input {
                    record,
                    occurred_us: i64::from(below(50)),
                    kinds,
                    dwell_ms: below(100),
                    event_id: Some(&ids[0]).filter(|_| below(8) > 0).map(|id| Id::of(id.as_str())),
                    viewer_id: Some(&ids[1]).filter(|_| below(8) > 0).map(|id| Id::of(id.as_str())),
                    place,
                };
                writer.push(&input).unwrap();
            }
            writer.end();
        }
        let left = writer.finish().unwrap();
        let Counted { facts, bars, outcomes, .. } = counter.finish(vec![left]).unwrap();
        let bars = bars.unwrap();
        let bars = (0..DAYS).map(|day| bars.of_day(day).unwrap()).collect();
        (facts, bars, outcomes, memory.spilled_bytes())
    }

    #[test]
    fn an_id_that_fills_a_partition_is_counted_block_by_block_to_the_same_facts() {
        for seed in 0..20 {
            let (facts, bars, outcomes, none) = counted(seed, 1 << 40);
            let (by_blocks, bars_by_blocks, outcomes_by_blocks, spilled) = counted(seed, 10_000);
            assert_eq!(none, 0);
            assert!(spilled > 100_000, "{spilled} bytes: the partitions were not large");
            assert!(outcomes.iter().any(|outcome| outcome.duplicate > 0), "seed {seed}");
            assert_eq!(facts, by_blocks, "seed {seed}");
            assert!(bars.iter().any(|facts| !facts.is_empty()), "seed {seed}");
            assert_eq!(bars, bars_by_blocks, "seed {seed}");
            assert_eq!(outcomes, outcomes_by_blocks, "seed {seed}");
        }
    }
}
