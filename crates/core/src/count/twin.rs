//! The seam, held by a second engine: a naive one that knows nothing but record batches of the signal table.
//!
//! It counts by loops over all rows, day by day, and has to find what [`LocalEngine`] finds, by the mapper's rows and by
//! record batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::signals::{SignalBatch, SignalPlace, SignalRow};
use super::{
    Bars, BatchFeeder, BatchWriter, CountDay, CountExport, CountJob, CountOptions, Counted, Engine, EngineError,
    Input, LocalEngine, Memory, OpenCount, Outcome, Placed, RowsByDay, Scope, SignalWriter, Visits,
};
use crate::model::{
    Bar, BarFact, BarKey, Count, CountSet, Counts, DayPart, Era, Fact, FactKey, Figures, GroupFact, GroupKey, Id,
    Kinds, MarketId, Parts, PlatformId, ReturningKey, Turn, TurnFact, TurnNumber, TurnSpan, Turns, ViewerGroup,
    ViewerKey, Visit,
};

const MINUTE_US: i64 = 60_000_000;

/// Counts by loops over record batches.
struct NaiveEngine;

struct NaiveCount(CountJob);

impl Engine for NaiveEngine {
    type Count = NaiveCount;

    const NAME: &'static str = "naive/1";

    fn open(&self, job: CountJob, _: CountOptions) -> Result<NaiveCount, EngineError> {
        Ok(NaiveCount(job))
    }
}

impl OpenCount for NaiveCount {
    type Writer<'c> = BatchWriter<'c, Vec<RecordBatch>>;
    type Partial = Vec<RecordBatch>;

    fn writer(&self) -> Self::Writer<'_> {
        BatchWriter::new(&self.0, Vec::new())
    }

    fn finish(self, partials: Vec<Vec<RecordBatch>>) -> Result<Counted, EngineError> {
        let batches: Vec<&RecordBatch> = partials.iter().flatten().collect();
        let batches = batches.into_iter().map(SignalBatch::of).collect::<Result<Vec<_>, _>>()?;
        let rows = batches.iter().flat_map(|batch| batch.rows().collect::<Vec<_>>());
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        // The order in which deliveries come.
        rows.sort_by_key(|row| (row.occurred_us, row.export, row.definition, row.record));
        Ok(count(&self.0, &rows))
    }
}

/// What facts by turn and by viewer group are about, by values.
type Cell<'a> = (&'a str, Option<Turn>, Option<ViewerGroup>, u16, &'a str, &'a str, &'a str);

fn count(job: &CountJob, rows: &[SignalRow<'_>]) -> Counted {
    let mut outcomes = vec![Outcome::default(); job.exports.len() * job.days.len()];
    let (mut facts, mut turns, mut groups, mut visits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut bars = Vec::new();
    for (number, day) in job.days.iter().enumerate() {
        let export_of = |row: &SignalRow<'_>| {
            let is_it = |export: &CountExport| (&*export.key, export.definition) == (row.export, row.definition);
            job.exports.iter().position(is_it).unwrap()
        };
        let exists: Vec<(&SignalRow<'_>, usize)> = rows
            .iter()
            .map(|row| (row, export_of(row)))
            .filter(|(_, export)| job.scope.covers(*export, number))
            .collect();
        let mut first_of: BTreeMap<(u64, u64), &SignalRow<'_>> = BTreeMap::new();
        let mut counted: Vec<(&SignalRow<'_>, SignalPlace<'_>)> = Vec::new();
        for (row, export) in exists {
            let first = row.event.map(|event| *first_of.entry(event).or_insert(row));
            let is_here = |place: &SignalPlace<'_>| {
                (place.market, place.local_date) == (day.market.as_str(), day.local_date)
            };
            let Some(place) = row.place.filter(is_here) else { continue };
            let outcome = &mut outcomes[export * job.days.len() + number];
            if let Some(first) = first.filter(|first| !std::ptr::eq(*first, row)) {
                let same_viewer = first.viewer.is_none() || row.viewer.is_none() || first.viewer == row.viewer;
                let is_near = first.occurred_us.abs_diff(row.occurred_us) <= 60_000_000;
                outcome.duplicate += 1;
                outcome.of_another += u64::from(!same_viewer || !is_near || first.kinds != row.kinds);
            } else {
                outcome.counted += 1;
                counted.push((row, place));
            }
        }
        visits.push(day.visits_by.as_ref().map(|key| visits_of(key, &counted)));
        bars.push(bars_of(&counted));
        let (of_day, of_turns, of_groups) = of_day(job, number, &counted);
        facts.push(of_day);
        turns.push(of_turns);
        groups.push(of_groups);
    }
    let visits = visits.iter().any(Option::is_some).then(|| Visits::given(visits));
    let bars = job.bars.then(|| Bars::given(bars));
    Counted::new(facts, turns, groups, outcomes).with_visits(visits).with_bars(bars)
}

/// What was counted by bars: of each broadcast and cover, by looking for rows in every five minutes of which there are any.
fn bars_of(counted: &[(&SignalRow<'_>, SignalPlace<'_>)]) -> Vec<BarFact> {
    const BAR_US: i64 = 5 * MINUTE_US;
    // A row that is nothing but a stay is a leave: it speaks of the entry it ends.
    let is_leave = |row: &SignalRow<'_>| row.kinds == Kinds::STAY;
    let at_us =
        |row: &SignalRow<'_>| row.occurred_us - if is_leave(row) { i64::from(row.dwell_ms) * 1_000 } else { 0 };
    let about = |(row, place): &(&SignalRow<'_>, SignalPlace<'_>)| {
        (place.era, place.broadcast_id.to_owned(), place.cover_id.to_owned(), at_us(row).div_euclid(BAR_US))
    };
    let all: BTreeSet<_> = counted.iter().map(about).collect();
    let facts = all.into_iter().filter_map(|of| {
        let rows = || counted.iter().filter(|row| about(row) == of);
        let count = |kind| rows().filter(|(row, _)| row.kinds.has(kind)).count() as u64;
        let counts = Counts {
            impressions: count(Kinds::IMPRESSION),
            clicks: count(Kinds::CLICK),
            entries: count(Kinds::ENTRY),
            stays: count(Kinds::STAY),
            orders: count(Kinds::ORDER),
            ..Counts::default()
        };
        let (era, broadcast_id, cover_id, bar) = of;
        let bar = Bar::at(bar * BAR_US);
        let key = BarKey { era, broadcast_id: broadcast_id.into(), cover_id: cover_id.into(), bar };
        let figures = Figures::exact(counts, BarFact::counts());
        (counts != Counts::default()).then_some(BarFact { key, figures })
    });
    facts.collect()
}

/// One visit for each viewer, broadcast and cover, by looking for it in all rows, which are in the order in which they count.
fn visits_of(key: &ViewerKey, counted: &[(&SignalRow<'_>, SignalPlace<'_>)]) -> Vec<Visit> {
    let about = |row: &SignalRow<'_>, place: &SignalPlace<'_>| {
        let (viewer, _) = row.viewer?;
        Some((viewer, place.broadcast_id.to_owned(), place.cover_id.to_owned()))
    };
    let all: BTreeSet<_> = counted.iter().filter_map(|(row, place)| about(row, place)).collect();
    let visits = all.into_iter().filter_map(|visit| {
        let rows = || counted.iter().filter(|(row, place)| about(row, place).as_ref() == Some(&visit));
        let of = |kind| rows().filter(move |(row, _)| row.kinds.has(kind));
        let (row, place) =
            [Kinds::ENTRY, Kinds::IMPRESSION, Kinds::CLICK].into_iter().find_map(|kind| of(kind).next())?;
        let count = |kind| u32::try_from(of(kind).count()).unwrap();
        Some(Visit {
            viewer: key.viewer(visit.0),
            broadcast_id: visit.1.as_str().into(),
            cover_id: Some(visit.2.as_str().into()),
            host_id: None,
            slot: place.slot.into(),
            first_us: row.occurred_us,
            impressions: count(Kinds::IMPRESSION),
            clicks: count(Kinds::CLICK),
            entries: count(Kinds::ENTRY),
            stayed: of(Kinds::STAY).next().is_some(),
            quality: None,
        })
    });
    visits.collect()
}

fn of_day(
    job: &CountJob,
    number: usize,
    counted: &[(&SignalRow<'_>, SignalPlace<'_>)],
) -> (Vec<Fact>, Vec<TurnFact>, Vec<GroupFact>) {
    let orphans_from_us = job.scope.orphans_from_us(number);
    let mut cells: BTreeMap<Cell<'_>, (Counts, u64)> = BTreeMap::new();
    let mut touched = BTreeSet::new();
    let has_impression: BTreeSet<_> = counted
        .iter()
        .filter(|(row, _)| row.kinds.has(Kinds::IMPRESSION))
        .filter_map(|(row, place)| Some((row.viewer?, place.broadcast_id, place.cover_id)))
        .collect();
    for (row, place) in counted {
        let cell =
            (place.slot, place.turn, place.group, place.era.0, place.audience, place.broadcast_id, place.cover_id);
        let (counts, orphans) = cells.entry(cell).or_default();
        let mut unique = |kind: Kinds| {
            let is_new = |viewer| touched.insert((viewer, place.broadcast_id, place.cover_id, kind.bits()));
            u64::from(row.kinds.has(kind) && row.viewer.is_some_and(is_new))
        };
        counts.unique_impressions += unique(Kinds::IMPRESSION);
        counts.clickers += unique(Kinds::CLICK);
        counts.entrants += unique(Kinds::ENTRY);
        let has = |kind| u64::from(row.kinds.has(kind));
        counts.impressions += has(Kinds::IMPRESSION);
        counts.clicks += has(Kinds::CLICK);
        counts.entries += has(Kinds::ENTRY);
        counts.stays += has(Kinds::STAY);
        counts.orders += has(Kinds::ORDER);
        counts.dwell_ms += u64::from(row.dwell_ms);
        let is_click =
            row.kinds.has(Kinds::CLICK) && orphans_from_us.is_some_and(|from_us| row.occurred_us >= from_us);
        let is_orphan = |viewer| !has_impression.contains(&(viewer, place.broadcast_id, place.cover_id));
        *orphans += u64::from(is_click && row.viewer.is_some_and(is_orphan));
    }
    cells.retain(|_, (counts, _)| *counts != Counts::default());
    let has_turns = cells.keys().any(|(_, turn, ..)| turn.is_some());
    let has_groups = cells.keys().any(|(_, _, group, ..)| group.is_some());
    let fact = |cells: Vec<(Cell<'_>, (Counts, u64))>| {
        let (mut sum, mut orphans) = (Counts::default(), 0);
        for (_, (counts, more)) in &cells {
            sum.add(counts);
            orphans += more;
        }
        let (slot, _, _, era, audience, broadcast, cover) = cells[0].0;
        let slot = job.days[number].slots.iter().position(|name| name == slot).unwrap();
        let key = FactKey {
            era: Era(era),
            part: DayPart::Slot(slot),
            audience: audience.into(),
            broadcast_id: broadcast.into(),
            cover_id: cover.into(),
            contaminated: false,
        };
        let figures = Figures::exact(sum, CountSet::ALL);
        Fact { key, figures, parts: Parts::default(), orphan_clicks: orphans_from_us.map(|_| orphans) }
    };
    let numbers: BTreeMap<Turn, TurnNumber> =
        job.days[number].turns.numbered().map(|(number, turn)| (turn, number)).collect();
    // Once over everything, once by turn, once by group.
    let (mut together, mut of_turns, mut of_groups) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (cell, counts) in cells {
        let (slot, turn, group, era, audience, broadcast, cover) = cell;
        let key = (slot, era, audience, broadcast, cover);
        let part = (cell, counts);
        together.entry(key).or_insert_with(Vec::new).push(part);
        let turn = turn.map_or(TurnNumber(0), |turn| numbers[&turn]);
        of_turns.entry((turn, key)).or_insert_with(Vec::new).push(part);
        of_groups.entry((group, key)).or_insert_with(Vec::new).push(part);
    }
    let mut facts: Vec<Fact> = together.into_values().map(fact).collect();
    facts.sort_by(|one, other| one.key.cmp(&other.key));
    let turn_fact = |((turn, _), cells)| TurnFact { turn, fact: fact(cells) };
    let mut turns: Vec<TurnFact> = of_turns.into_iter().filter(|_| has_turns).map(turn_fact).collect();
    turns.sort_by(|one, other| (one.turn, &one.fact.key).cmp(&(other.turn, &other.fact.key)));
    let group_fact = |((group, _), cells)| GroupFact { group, fact: fact(cells) };
    let mut groups: Vec<GroupFact> = of_groups.into_iter().filter(|_| has_groups).map(group_fact).collect();
    groups.sort_by(|one, other| (one.group, &one.fact.key).cmp(&(other.group, &other.fact.key)));
    (facts, turns, groups)
}

/// What an engine found.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) facts: Vec<Vec<Fact>>,
    pub(super) turns: Vec<Vec<TurnFact>>,
    pub(super) groups: Vec<Vec<GroupFact>>,
    /// By market-day; `None` where none are wanted.
    visits: Vec<Option<Vec<Visit>>>,
    /// By market-day; `None` where bars are not wanted.
    pub(super) bars: Option<Vec<Vec<BarFact>>>,
    pub(super) outcomes: Vec<Outcome>,
    landed: Vec<RowsByDay>,
}

impl Found {
    pub(super) fn new(job: &CountJob, counted: Counted, landed: Vec<RowsByDay>) -> Self {
        let all = (0..job.exports.len()).flat_map(|export| (0..job.days.len()).map(move |day| (export, day)));
        let outcomes = all.map(|(export, day)| counted.outcome(export, day)).collect();
        let of_day = |day: usize| {
            let visits = counted.visits.as_ref()?;
            let mut found = Vec::new();
            let mut take = |some: &mut [Visit]| {
                found.extend_from_slice(some);
                Ok::<_, std::io::Error>(())
            };
            // They can be had more than once.
            visits.each(day, |_| Ok::<_, std::io::Error>(())).unwrap();
            visits.each(day, &mut take).unwrap();
            visits.are_of(day).then_some(found)
        };
        let visits = (0..job.days.len()).map(of_day).collect();
        let bars = counted.bars.as_ref().map(|bars| {
            // They can be had more than once.
            (0..job.days.len()).for_each(|day| assert_eq!(bars.of_day(day).unwrap(), bars.of_day(day).unwrap()));
            (0..job.days.len()).map(|day| bars.of_day(day).unwrap()).collect()
        });
        Self { facts: counted.facts, turns: counted.turns, groups: counted.groups, visits, bars, outcomes, landed }
    }
}

const FIRST: Date = date(2026, 11, 20);

/// What viewers of a market are called in visits.
fn visits_by(market: &MarketId) -> ViewerKey {
    let key = ReturningKey::new(b"sixteen letters and more", 1).unwrap();
    key.viewers_of(&PlatformId::new("p"), market)
}

/// Two markets of two days, one with turns; five exports, two of which are one object read by two definitions.
pub(super) fn job(below: &mut impl FnMut(u32) -> u32) -> CountJob {
    let keys = [("a", 0), ("a", 1), ("b", 0), ("b/c", 0), ("d", 2)];
    // Read in waves, in or out of their order, or not.
    let waves = below(4) + 1;
    let is_in_order = below(2) > 0;
    let mut exports =
        keys.map(|(key, definition)| CountExport { key: key.into(), definition, wave: below(waves) });
    if is_in_order {
        let mut told = exports.each_ref().map(|export| export.wave);
        told.sort_unstable();
        exports.iter_mut().zip(told).for_each(|(export, wave)| export.wave = wave);
    }
    let exports = exports.to_vec();
    let slots: Arc<[String]> = Arc::new(["prime", "late", "all"].map(str::to_owned));
    let span = |at| TurnSpan { starts_us: at, settles_us: at + MINUTE_US, ends_us: at + 3 * MINUTE_US };
    let turns = Turns::new([span(0), span(5 * MINUTE_US)]);
    let market = |name: &str, turns: Turns| {
        let turns = Arc::new(turns);
        let slots = Arc::clone(&slots);
        let market = MarketId::new(name);
        (0..2).map(move |day| CountDay {
            market: market.clone(),
            local_date: FIRST + day.days(),
            slots: Arc::clone(&slots),
            turns: Arc::clone(&turns),
            // Of each market, one day's visits are wanted.
            visits_by: (day == 0).then(|| visits_by(&market)),
        })
    };
    let days: Vec<CountDay> = market("JP", turns).chain(market("US", Turns::default())).collect();
    let mut scope = Scope::new(exports.len(), days.len());
    for (export, day) in (0..exports.len()).flat_map(|export| (0..days.len()).map(move |day| (export, day))) {
        if below(4) > 0 {
            scope.cover(export, day);
        }
    }
    scope.count_orphans(1, 20 * MINUTE_US);
    scope.count_orphans(2, 0);
    let bars = below(4) > 0;
    CountJob { exports, days, scope, bars }
}

/// Writes the rows of a seed. They are few of ids and wide of time, so that most things happen.
pub(super) fn write(seed: u64, job: &CountJob, writer: &mut impl SignalWriter) -> Vec<RowsByDay> {
    const KINDS: [Kinds; 7] = [
        Kinds::IMPRESSION,
        Kinds::CLICK,
        Kinds::ENTRY,
        Kinds::ORDER,
        Kinds::ENTRY.and(Kinds::STAY),
        Kinds::IMPRESSION.and(Kinds::CLICK),
        Kinds::STAY,
    ];
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut below = |most: u32| random.next_u32() % most;
    let key = GroupKey::new(*b"0123456789abcdef");
    let mut landed = Vec::new();
    for export in 0..job.exports.len() {
        writer.begin(export);
        // The same names in another order in every export.
        let names: Vec<[String; 3]> =
            (0..6).map(|_| ["a", "r", "c"].map(|name| format!("{name}{}", below(2)))).collect();
        for [audience, broadcast, cover] in &names {
            writer.dimensions(audience, broadcast, cover);
        }
        for record in 1..=150 {
            let ids = [below(60), below(9)].map(|id| id.to_string());
            let occurred_us = i64::from(below(40)) * MINUTE_US + i64::from(below(3));
            let day = below(5) as usize;
            let has_event = below(8) > 0;
            let viewer_id = (below(8) > 0).then(|| Id::of(&ids[1]));
            let place = job.days.get(day).map(|on| Placed {
                dimensions: below(6) as usize,
                day,
                slot: below(2) as usize,
                era: Era(u16::from(below(9) == 0)),
                turn: on.turns.number_at(occurred_us),
                // Of the days of each market one is counted by groups: with turns, and without.
                group: viewer_id.filter(|_| day % 2 == 1).map(|id| key.group(id.hash())),
            });
            let input = Input {
                record,
                occurred_us,
                kinds: KINDS[below(7) as usize],
                // Up to ten minutes: a leave may be of a bar before its own.
                dwell_ms: below(100) * 6_000,
                event_id: has_event.then(|| Id::of(&ids[0])),
                viewer_id,
                place,
            };
            writer.push(&input).unwrap();
        }
        landed.push(writer.end());
        // One is never told of.
        if export + 1 < job.exports.len() || !seed.is_multiple_of(3) {
            writer.leave(export).unwrap();
        }
    }
    landed
}

/// Within so many bytes.
pub(super) fn options_within(bytes: u64) -> CountOptions {
    CountOptions { memory: Memory::new(bytes, std::env::temp_dir(), 64), threads: 2, expected_rows: 0 }
}

pub(super) fn options() -> CountOptions {
    options_within(1 << 30)
}

/// By the mapper's rows.
pub(super) fn by_rows(engine: &impl Engine, job: &CountJob, seed: u64) -> Found {
    let count = engine.open(job.clone(), options()).unwrap();
    let mut writer = count.writer();
    let landed = write(seed, job, &mut writer);
    let partial = writer.finish().unwrap();
    Found::new(job, count.finish(vec![partial]).unwrap(), landed)
}

/// By record batches, torn apart and dealt to two writers, whose rows spill.
fn by_batches(engine: &impl Engine, job: &CountJob, seed: u64) -> Found {
    let mut batches = BatchWriter::new(job, Vec::<RecordBatch>::new());
    write(seed, job, &mut batches);
    let batches = batches.finish().unwrap();
    let count = engine.open(job.clone(), options_within(10_000)).unwrap();
    let mut landed = vec![RowsByDay::none(job.days.len()); job.exports.len()];
    let partials = [0, 1].map(|hand| {
        let mut writer = count.writer();
        let mut feeder = BatchFeeder::new(job);
        for batch in &batches {
            for start in (hand * 70..batch.num_rows()).step_by(140) {
                feeder.feed(&mut writer, &batch.slice(start, 70.min(batch.num_rows() - start))).unwrap();
            }
        }
        let its = feeder.finish(&mut writer);
        landed.iter_mut().zip(&its).for_each(|(sum, more)| sum.merge(more));
        writer.finish().unwrap()
    });
    Found::new(job, count.finish(partials.into()).unwrap(), landed)
}

#[test]
fn a_naive_engine_behind_the_seam_finds_what_the_local_one_finds() {
    let (mut duplicates, mut others, mut outside, mut by_turn, mut by_group, mut orphans) = (0, 0, 0, 0, 0, 0);
    let (mut visits, mut stayed, mut bars, mut barless) = (0, 0, 0, 0);
    for seed in 0..90 {
        let mut random = Pcg64Mcg::seed_from_u64(seed ^ 0xABCD);
        let job = job(&mut |most| random.next_u32() % most);
        let local = by_rows(&LocalEngine, &job, seed);
        assert_eq!(by_rows(&NaiveEngine, &job, seed), local, "seed {seed}: the naive engine");
        assert_eq!(by_batches(&LocalEngine, &job, seed), local, "seed {seed}: the local engine, by batches");
        assert_eq!(by_batches(&NaiveEngine, &job, seed), local, "seed {seed}: the naive engine, by batches");
        duplicates += local.outcomes.iter().map(|outcome| outcome.duplicate).sum::<u64>();
        others += local.outcomes.iter().map(|outcome| outcome.of_another).sum::<u64>();
        outside += local.landed.iter().map(|landed| landed.outside).sum::<u64>();
        by_turn += local.turns.iter().flatten().filter(|fact| fact.turn != TurnNumber(0)).count();
        by_group += local.groups.iter().flatten().filter(|fact| fact.group.is_some()).count();
        let grouped: Vec<bool> = local.groups.iter().map(|of_day| !of_day.is_empty()).collect();
        assert_eq!(grouped, [false, true, false, true], "seed {seed}");
        let wanted: Vec<bool> = local.visits.iter().map(Option::is_some).collect();
        assert_eq!(wanted, [true, false, true, false], "seed {seed}");
        visits += local.visits.iter().flatten().map(Vec::len).sum::<usize>();
        stayed += local.visits.iter().flatten().flatten().filter(|visit| visit.stayed).count();
        assert_eq!(local.bars.is_some(), job.bars, "seed {seed}");
        match &local.bars {
            Some(of_days) => {
                bars += of_days.iter().map(Vec::len).sum::<usize>();
                assert_sums_of_facts(of_days, &local.facts, seed);
            }
            None => barless += 1,
        }
        orphans += local.facts.iter().flatten().filter_map(|fact| fact.orphan_clicks).sum::<u64>();
    }
    // Their agreement means little if the rows provoke nothing.
    assert!(duplicates > 10_000 && others > 1_000 && outside > 5_000, "{duplicates} {others} {outside}");
    assert!(visits > 1_000 && stayed > 100, "{visits} {stayed}");
    assert!(bars > 1_000 && barless > 5, "{bars} {barless}");
    assert!(by_turn > 1_000 && by_group > 1_000 && orphans > 100, "{by_turn} {by_group} {orphans}");
}

/// Over all bars, a broadcast and cover of a market-day has what its facts have.
fn assert_sums_of_facts(bars: &[Vec<BarFact>], facts: &[Vec<Fact>], seed: u64) {
    type Of<'a> = (Era, &'a str, &'a str, Count);
    for (day, (bars, facts)) in bars.iter().zip(facts).enumerate() {
        let (mut of_bars, mut of_facts): (BTreeMap<Of<'_>, u64>, BTreeMap<Of<'_>, u64>) = Default::default();
        for count in BarFact::COUNTS {
            for BarFact { key, figures } in bars {
                let of = (key.era, &*key.broadcast_id, &*key.cover_id, count);
                *of_bars.entry(of).or_default() += figures.value.get(count);
            }
            for Fact { key, figures, .. } in facts {
                let of = (key.era, &*key.broadcast_id, &*key.cover_id, count);
                *of_facts.entry(of).or_default() += figures.value.get(count);
            }
        }
        of_bars.retain(|_, sum| *sum > 0);
        of_facts.retain(|_, sum| *sum > 0);
        assert_eq!(of_bars, of_facts, "seed {seed}, day {day}");
    }
}

#[test]
fn what_a_job_does_not_have_is_refused_and_other_days_are_outside() {
    let job = job(&mut |_| 1);
    let mut writer = BatchWriter::new(&job, Vec::<RecordBatch>::new());
    write(1, &job, &mut writer);
    let batches = writer.finish().unwrap();
    let feed = |job: &CountJob| -> Result<Vec<RowsByDay>, EngineError> {
        let count = LocalEngine.open(job.clone(), options()).unwrap();
        let (mut writer, mut feeder) = (count.writer(), BatchFeeder::new(job));
        batches.iter().try_for_each(|batch| feeder.feed(&mut writer, batch))?;
        Ok(feeder.finish(&mut writer))
    };
    let told = |error: EngineError| std::error::Error::source(&error).unwrap().to_string();

    let all: u64 = feed(&job).unwrap().iter().flat_map(|landed| landed.by_day.clone()).sum();
    let mut fewer = job.clone();
    fewer.days.truncate(2);
    fewer.scope = Scope::new(job.exports.len(), 2);
    (0..job.exports.len()).for_each(|export| (0..2).for_each(|day| fewer.scope.cover(export, day)));
    let of_two: u64 = feed(&fewer).unwrap().iter().flat_map(|landed| landed.by_day.clone()).sum();
    assert!(0 < of_two && of_two < all, "{of_two} of {all}");

    let mut renamed = job.clone();
    renamed.exports[0].definition = 9;
    assert_eq!(
        told(feed(&renamed).unwrap_err()),
        "row 0: `export` is a (expected one of the exports that are counted)"
    );
    let mut slotless = job.clone();
    slotless.days.iter_mut().for_each(|day| day.slots = Arc::new(["all".to_owned()]));
    assert!(told(feed(&slotless).unwrap_err()).contains("(expected a slot of the market)"));
    let mut turnless = job;
    turnless.days.iter_mut().for_each(|day| day.turns = Arc::default());
    assert!(told(feed(&turnless).unwrap_err()).contains("`turn_starts_at` is "));
}
