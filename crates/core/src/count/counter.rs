//! The local engine's count: rows in, funnel facts out.

use std::sync::Arc;

use super::bars::{BarSpool, Bars};
use super::cells::Cells;
use super::engine::CountJob;
use super::memory::{CHUNK_WORDS, Memory};
use super::progress::Progress;
use super::row::{EventRow, ViewerRow};
use super::scope::Scope;
use super::spool::Spool;
use super::tally::Outcome;
use super::touch::UNIQUE;
use super::visits::{VisitSpool, Visits};
use super::waves::Waves;
use crate::model::{Fact, GroupFact, Kinds, TurnFact};

/// Rows of one partition are worked on in memory; this share of the bound keeps them small.
const PARTITIONS_PER_BOUND: u64 = 64;
const USUAL_PARTITIONS: usize = 64;
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
    pub(super) options: CountOptions,
    pub(super) cells: Cells,
    pub(super) events: Spool<EventRow>,
    pub(super) viewers: Spool<ViewerRow>,
    /// Into how many partitions the rows of a bin are parted, and those of a generation's viewers.
    parts: usize,
    pub(super) waves: Waves,
    /// By market-day.
    pub(super) generations: Vec<usize>,
    pub(super) progress: Progress,
    pub(super) max_cells: usize,
    /// What a row has to count as, any of these, to go on to where viewers meet.
    pub(super) of_viewers: Kinds,
    pub(super) visits: Option<VisitSpool>,
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
    pub(super) fn of(CountJob { exports, days, scope, bars }: CountJob, options: CountOptions) -> Self {
        let wants_visits = days.iter().any(|day| day.visits_by.is_some());
        // Rows of events and of viewers wait; visits and sums by bar too, and those of the batch before, which is being
        // published.
        let beside = usize::from(wants_visits) + usize::from(bars);
        let (waiting, files) = (2 + beside, 2 + 2 * beside);
        let files = options.memory.spill_files(files);
        let told: Vec<u32> = exports.iter().map(|export| export.wave).collect();
        let waves = Waves::of(&scope, &told);
        // What settles together, and what a thread may have open of the wave that it reads.
        let settling = options.expected_rows / waves.len() as u64 * waves.longest() as u64;
        let open = if waves.bins() == 1 { waiting } else { beside + 2 * waves.most_open() };
        let parts = parts_for(&options, settling, open, size_of::<EventRow>());
        Self {
            max_cells: most_cells(&options.memory),
            scope,
            cells: Cells::default(),
            events: Spool::new(waves.bins() * parts, files, Arc::clone(&options.memory)),
            viewers: Spool::new(waves.generations().len() * parts, files, Arc::clone(&options.memory)),
            parts,
            generations: waves.generations_of_days(),
            progress: Progress::new(&waves, parts),
            waves,
            // A stay may be told by a row of its own.
            of_viewers: if wants_visits { UNIQUE.and(Kinds::STAY) } else { UNIQUE },
            visits: VisitSpool::of(&days, (parts, files), &options.memory),
            bars: bars.then(|| BarSpool::new(days.len(), files, &options.memory)),
            options,
        }
    }
}

impl Counter {
    /// Which partition of a bin, or of a generation's viewers, these bits of a hash choose.
    #[inline]
    pub(super) fn part(&self, bits: u64) -> usize {
        usize::try_from(bits & (self.parts as u64 - 1)).unwrap_or_default()
    }

    /// The number of a partition among those of all bins, or of all generations.
    #[inline]
    pub(super) const fn at(&self, of: usize, part: usize) -> usize {
        of * self.parts + part
    }
}

/// How many distinct names and cells fit a memory bound.
#[must_use]
pub fn most_cells(memory: &Memory) -> usize {
    usize::try_from(memory.bytes() / BYTES_PER_CELL).unwrap_or(usize::MAX)
}

/// Into how many partitions so many rows of a size are parted, where a thread has as many chunks of each partition open at a
/// time, and how much of the memory bound is kept free for it.
pub(super) fn parts_for(options: &CountOptions, expected_rows: u64, open: usize, row_bytes: usize) -> usize {
    let bytes = options.memory.bytes();
    let expected_bytes = expected_rows.saturating_mul(row_bytes as u64);
    let wanted = expected_bytes.saturating_mul(PARTITIONS_PER_BOUND) / bytes.max(1);
    // Open chunks may take a quarter of the bound.
    let open_bytes =
        u64::try_from(options.threads.max(1) * open * CHUNK_WORDS * size_of::<u64>()).unwrap_or(u64::MAX);
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

#[cfg(test)]
mod tests {
    use rand_core::{Rng as _, SeedableRng as _};
    use rand_pcg::Pcg64Mcg;

    use super::super::engine::{CountExport, OpenCount as _, SignalWriter};
    use super::super::writer::{Input, Placed};
    use super::*;
    use crate::model::{BarFact, Era, Id, TurnNumber};

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

    const WAVES: usize = 12;
    const REACH: usize = 3;

    /// A count of exports of one wave each, by some threads: each market-day is counted from three waves. Events come again on
    /// other days, in other exports and of other viewers.
    fn counted_in_waves(threads: usize, bytes: u64, are_told: bool) -> CountedHere {
        let days = WAVES - 2;
        let mut scope = Scope::new(WAVES, days);
        for (day, wave) in (0..days).flat_map(|day| (day..day + REACH).map(move |wave| (day, wave))) {
            scope.cover(wave, day);
        }
        let wave = |export: usize| if are_told { u32::try_from(export).unwrap() } else { 0 };
        let exports = (0..WAVES)
            .map(|export| CountExport { key: format!("{export:02}").into(), definition: 0, wave: wave(export) })
            .collect();
        let memory = Memory::new(bytes, std::env::temp_dir(), 512);
        let options = CountOptions { memory: Arc::clone(&memory), threads: 2, expected_rows: 0 };
        let counter = Counter::of(CountJob { exports, days: Vec::new(), scope, bars: true }, options);
        let next = std::sync::atomic::AtomicUsize::new(0);
        let worker = || {
            let mut writer = counter.writer();
            loop {
                let export = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if export >= WAVES {
                    return writer.finish().unwrap();
                }
                write_wave(export, &mut writer);
                writer.leave(export).unwrap();
            }
        };
        let left = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        let Counted { facts, bars, outcomes, .. } = counter.finish(left).unwrap();
        let bars = bars.unwrap();
        let bars = (0..days).map(|day| bars.of_day(day).unwrap()).collect();
        assert!(!memory.add(0), "nothing is resident any more");
        (facts, bars, outcomes, memory.spilled_bytes())
    }

    fn write_wave(export: usize, writer: &mut impl SignalWriter) {
        let mut random = Pcg64Mcg::seed_from_u64(export as u64);
        let mut below = |most: u32| random.next_u32() % most;
        writer.begin(export);
        writer.dimensions("a", "r", "c");
        writer.dimensions("b", "r", "c");
        for record in 1..=4000 {
            let (event, viewer) = (below(30_000).to_string(), below(300).to_string());
            let input = Input {
                record,
                occurred_us: i64::from(below(50)),
                kinds: [Kinds::IMPRESSION, Kinds::CLICK, Kinds::ENTRY, Kinds::ORDER][below(4) as usize],
                dwell_ms: below(100),
                event_id: (below(8) > 0).then(|| Id::of(&event)),
                viewer_id: (below(8) > 0).then(|| Id::of(&viewer)),
                // Of days that read it, of others, and of none.
                place: (export + below(5) as usize).checked_sub(3).filter(|day| *day < WAVES - 2).map(|day| {
                    Placed {
                        dimensions: below(2) as usize,
                        day,
                        slot: below(2) as usize,
                        era: Era(0),
                        turn: TurnNumber(0),
                        group: None,
                    }
                }),
            };
            writer.push(&input).unwrap();
        }
        writer.end();
    }

    #[test]
    fn what_settles_while_exports_are_read_is_what_settles_at_the_end() {
        let (facts, bars, outcomes, none) = counted_in_waves(1, 1 << 40, false);
        assert_eq!(none, 0);
        let duplicates: u64 = outcomes.iter().map(|outcome| outcome.duplicate).sum();
        assert!(duplicates > 1_000 && facts.iter().all(|facts| !facts.is_empty()), "{duplicates}");
        for (threads, bytes) in [(1, 1 << 40), (2, 1 << 40), (3, 1 << 40), (2, 60_000), (2, 5_000)] {
            let (facts_by, bars_by, outcomes_by, spilled) = counted_in_waves(threads, bytes, true);
            assert_eq!(spilled > 0, bytes < 1 << 40, "{spilled} bytes");
            assert_eq!(facts_by, facts, "{threads} threads, {bytes} bytes");
            assert_eq!(bars_by, bars, "{threads} threads, {bytes} bytes");
            assert_eq!(outcomes_by, outcomes, "{threads} threads, {bytes} bytes");
        }
    }
}
