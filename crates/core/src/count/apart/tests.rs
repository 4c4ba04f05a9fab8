//! Counted in parts, in any number and order of them, signals come to what the local engine finds in all of them together.

use arrow_array::{Array as _, Int64Array, RecordBatch};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rand_core::SeedableRng as _;
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::count::engine::{CountDay, CountExport, Engine as _};
use crate::count::signals::{
    BatchWriter, SignalBatch, SignalBatchBuilder, SignalPlace, SignalRow, SignalTableError,
};
use crate::count::twin::{Found, by_rows, job, options, options_within, write};
use crate::count::{Counted, LocalEngine, Scope};
use crate::model::{Count, Era, Fact, Id, Kinds, MarketId};

/// The job of the twin without visits, and its signals as batches.
fn drawn(seed: u64) -> (CountJob, Vec<RecordBatch>) {
    let mut random = Pcg64Mcg::seed_from_u64(seed ^ 0xABCD);
    let mut job = job(&mut |most| random.next_u32() % most);
    job.days.iter_mut().for_each(|day| day.visits_by = None);
    let mut writer = BatchWriter::new(&job, Vec::<RecordBatch>::new());
    write(seed, &job, &mut writer);
    let batches = writer.finish().unwrap();
    (job, batches)
}

fn rows_of(batches: &[RecordBatch]) -> Vec<SignalRow<'_>> {
    let rows = |batch| SignalBatch::of(batch).unwrap().rows().map(Result::unwrap).collect::<Vec<_>>();
    batches.iter().flat_map(rows).collect()
}

fn batches_of(rows: &[SignalRow<'_>], most: usize) -> Vec<RecordBatch> {
    let batch = |rows: &[SignalRow<'_>]| {
        let mut builder = SignalBatchBuilder::default();
        for row in rows {
            builder.push(row);
        }
        builder.finish().unwrap()
    };
    rows.chunks(most).map(batch).collect()
}

/// How signals are parted.
struct Parting {
    buckets: i64,
    random: Pcg64Mcg,
    options: CountOptions,
}

impl Parting {
    fn new(buckets: i64, seed: u64) -> Self {
        Self { buckets, random: Pcg64Mcg::seed_from_u64(seed), options: options() }
    }

    fn below(&mut self, most: usize) -> usize {
        self.random.next_u32() as usize % most
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        (1..items.len()).for_each(|at| items.swap(at, self.below(at + 1)));
    }

    /// All rows, shuffled, by bucket.
    fn grouped(
        &mut self,
        batches: &[RecordBatch],
        bucket: impl Fn(&RecordBatch) -> Result<Int64Array, SignalTableError>,
    ) -> Vec<Vec<RecordBatch>> {
        let buckets = batches.iter().flat_map(|batch| bucket(batch).unwrap().values().to_vec());
        let mut rows: Vec<(i64, SignalRow<'_>)> = buckets.zip(rows_of(batches)).collect();
        self.shuffle(&mut rows);
        let group = |number| {
            let rows = rows.iter().filter(|(bucket, _)| bucket % self.buckets == number);
            rows.map(|(_, row)| *row).collect::<Vec<_>>()
        };
        let groups: Vec<_> = (0..self.buckets).map(group).collect();
        groups.iter().map(|rows| batches_of(rows, 1 + self.below(300))).collect()
    }

    /// What comes of both steps: partial counts, in pieces by market-day that were written and read back.
    fn pieces(&mut self, job: &CountJob, batches: &[RecordBatch]) -> Vec<Partial> {
        let (mut partials, mut between) = (Vec::new(), Vec::new());
        for rows in self.grouped(batches, event_bucket) {
            let (passed_on, partial) = count_events(job, &rows, &self.options).unwrap();
            between.extend(passed_on);
            partials.push(partial);
        }
        for rows in self.grouped(&between, viewer_bucket) {
            partials.push(count_viewers(job, &rows, &self.options).unwrap());
        }
        let read_back =
            |piece: &Partial| serde_json::from_slice::<Partial>(&serde_json::to_vec(piece).unwrap()).unwrap();
        let mut pieces: Vec<Partial> =
            partials.into_iter().flat_map(Partial::split).map(|(_, piece)| read_back(&piece)).collect();
        self.shuffle(&mut pieces);
        pieces
    }

    fn sum(&mut self, job: &CountJob, batches: &[RecordBatch]) -> Partial {
        sum(self.pieces(job, batches))
    }
}

fn sum(pieces: impl IntoIterator<Item = Partial>) -> Partial {
    pieces.into_iter().fold(Partial::default(), |mut sum, piece| {
        sum.add(piece).unwrap();
        sum
    })
}

fn written(partial: &Partial) -> String {
    serde_json::to_string(partial).unwrap()
}

fn found(job: &CountJob, counted: Counted) -> Found {
    Found::new(job, counted, Vec::new())
}

/// By the local engine, all together.
fn together(job: &CountJob, batches: &[RecordBatch]) -> Found {
    let count = LocalEngine.open(job.clone(), options()).unwrap();
    let (mut writer, mut feeder) = (count.writer(), BatchFeeder::new(job));
    feeder.feed_all(&mut writer, batches).unwrap();
    let _ = feeder.finish(&mut writer);
    let left = writer.finish().unwrap();
    found(job, count.finish(vec![left]).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_and_order_of_parts_comes_to_what_the_local_engine_finds(
        seed: u64,
        order: u64,
        buckets in prop::sample::select(vec![1_i64, 2, 7, 64]),
        spills: bool,
    ) {
        let (job, batches) = drawn(seed);
        let mut parting = Parting::new(buckets, order);
        if spills {
            parting.options = options_within(10_000);
        }
        let sum = parting.sum(&job, &batches);
        let totals = sum.totals();
        prop_assert_eq!(totals.rows, rows_of(&batches).len() as u64);
        prop_assert_eq!(totals.received, totals.passed_on);
        let apart = found(&job, sum.into_counted(&job).unwrap());
        prop_assert_eq!(apart, together(&job, &batches));
    }
}

/// That agreement would mean little if the rows provoked nothing, or if feeding batches lost something.
#[test]
fn what_is_drawn_has_everything_in_it() {
    let (mut duplicates, mut by_turn, mut by_group, mut bars, mut orphans, mut outside) = (0, 0, 0, 0, 0, 0);
    let mut uniques = 0;
    for seed in 0..10 {
        let (job, batches) = drawn(seed);
        let Found { facts, turns, groups, bars: its_bars, outcomes, .. } = together(&job, &batches);
        let of_rows = by_rows(&LocalEngine, &job, seed);
        assert_eq!((&facts, &outcomes), (&of_rows.facts, &of_rows.outcomes), "seed {seed}");
        let rows = rows_of(&batches).len() as u64;
        let counted: u64 = outcomes.iter().map(|outcome| outcome.counted + outcome.duplicate).sum();
        outside += rows - counted;
        duplicates += outcomes.iter().map(|outcome| outcome.duplicate).sum::<u64>();
        by_turn += turns.iter().flatten().filter(|fact| fact.turn.0 != 0).count();
        by_group += groups.iter().flatten().filter(|fact| fact.group.is_some()).count();
        bars += its_bars.iter().flatten().flatten().count();
        orphans += facts.iter().flatten().filter_map(|fact| fact.orphan_clicks).sum::<u64>();
        uniques += facts.iter().flatten().map(|fact| fact.figures.value.get(Count::Clickers)).sum::<u64>();
    }
    assert!(duplicates > 1_000 && outside > 1_000 && uniques > 100, "{duplicates} {outside} {uniques}");
    assert!(
        by_turn > 100 && by_group > 100 && bars > 100 && orphans > 10,
        "{by_turn} {by_group} {bars} {orphans}"
    );
}

const DAY: Date = date(2026, 11, 20);

/// One market-day that stands on two exports.
fn small() -> CountJob {
    let exports = ["a", "b"].map(|key| CountExport { key: key.into(), definition: 0, wave: 0 }).to_vec();
    let slots = std::sync::Arc::new(["early", "late"].map(str::to_owned));
    let market = MarketId::new("JP");
    let days =
        vec![CountDay { market, local_date: DAY, slots, turns: std::sync::Arc::default(), visits_by: None }];
    let mut scope = Scope::new(2, 1);
    (0..2).for_each(|export| scope.cover(export, 0));
    CountJob { exports, days, scope, bars: true }
}

/// An impression of the viewer "v" at one instant.
fn impression<'a>(export: &'a str, record: u32, event: &str, slot: &'a str) -> SignalRow<'a> {
    let place = SignalPlace {
        market: "JP",
        local_date: DAY,
        slot,
        era: Era(0),
        turn: None,
        audience: "all",
        broadcast_id: "r",
        cover_id: "c",
        group: None,
    };
    SignalRow {
        export,
        definition: 0,
        record,
        occurred_us: 7,
        kinds: Kinds::IMPRESSION,
        dwell_ms: 0,
        event: Some(Id::hash_of(event)),
        viewer: Some(Id::hash_of("v")),
        place: Some(place),
    }
}

/// Impressions and viewers by slot.
fn by_slot(facts: &[Vec<Fact>]) -> Vec<(u64, u64)> {
    let of = |fact: &Fact| {
        (fact.figures.value.get(Count::Impressions), fact.figures.value.get(Count::UniqueImpressions))
    };
    facts.iter().flatten().map(of).collect()
}

#[test]
fn a_viewer_whose_events_are_in_many_buckets_is_one_viewer() {
    let events: Vec<String> = (0..40).map(|event| event.to_string()).collect();
    let rows: Vec<_> = (1..).zip(&events).map(|(record, event)| impression("a", record, event, "late")).collect();
    let (job, batches) = (small(), batches_of(&rows, 100));
    let buckets: std::collections::BTreeSet<i64> =
        event_bucket(&batches[0]).unwrap().values().iter().map(|bucket| bucket % 7).collect();
    assert_eq!(buckets.len(), 7, "they are in every bucket");
    let counted = Parting::new(7, 1).sum(&job, &batches).into_counted(&job).unwrap();
    assert_eq!(by_slot(&counted.facts), [(40, 1)]);
}

#[test]
fn of_two_rows_at_one_instant_the_first_by_export_and_record_counts_whichever_came_first() {
    let deliveries = [impression("a", 5, "1", "early"), impression("b", 1, "1", "late")];
    let touches = [impression("a", 5, "1", "early"), impression("a", 4, "2", "late")];
    for order in 0..20 {
        let counted = |rows: &[SignalRow<'_>]| {
            let (job, mut parting) = (small(), Parting::new(1, order));
            let mut rows = rows.to_vec();
            parting.shuffle(&mut rows);
            let counted = parting.sum(&job, &batches_of(&rows, 1)).into_counted(&job).unwrap();
            by_slot(&counted.facts)
        };
        assert_eq!(counted(&deliveries), [(1, 1)], "the late one is a redelivery");
        assert_eq!(counted(&touches), [(1, 0), (1, 1)], "the viewer was late first");
    }
}

#[test]
fn rows_that_are_passed_on_are_signals_without_an_event() {
    let (job, batches) = drawn(3);
    let (passed_on, partial) = count_events(&job, &batches, &options()).unwrap();
    let rows = rows_of(&passed_on);
    assert_eq!(partial.totals().passed_on, rows.len() as u64);
    assert!(!rows.is_empty());
    let before = rows_of(&batches);
    for row in rows {
        let is_it = |one: &&SignalRow<'_>| {
            (one.export, one.definition, one.record) == (row.export, row.definition, row.record)
        };
        let was = before.iter().find(is_it).unwrap();
        let viewer = was.viewer.map(|(low, _)| (low, 0));
        assert_eq!(row, SignalRow { event: None, dwell_ms: 0, viewer, ..*was });
        assert!(row.place.is_some() && row.viewer.is_some());
    }
}

#[test]
fn what_is_lost_or_there_twice_between_the_steps_is_noticed() {
    let (job, batches) = drawn(5);
    let (mut passed_on, of_events) = count_events(&job, &batches, &options()).unwrap();
    let of_viewers = |rows: &[RecordBatch]| count_viewers(&job, rows, &options()).unwrap();
    let told = |parts: Vec<Partial>| sum(parts).into_counted(&job).map(|_| ()).map_err(|error| error.to_string());
    let whole = of_viewers(&passed_on);
    assert_eq!(told(vec![of_events.clone(), whole.clone()]), Ok(()));

    let rows_of_viewers =
        |error: Result<(), String>| error.unwrap_err().contains("rows of viewers in its partial");
    assert!(rows_of_viewers(told(vec![of_events.clone()])), "no step of viewers");
    assert!(rows_of_viewers(told(vec![of_events.clone(), whole.clone(), whole.clone()])), "it is there twice");
    let rows = passed_on[0].num_rows();
    passed_on[0] = passed_on[0].slice(0, rows - 1);
    assert!(rows_of_viewers(told(vec![of_events.clone(), of_viewers(&passed_on)])), "one row is lost");
    let unmatched = told(vec![whole.clone()]).unwrap_err();
    assert!(unmatched.ends_with("(expected 0)"), "{unmatched}");

    let mut fewer = of_events.clone();
    fewer.outcomes.values_mut().find(|outcome| outcome.counted > 0).unwrap().counted -= 1;
    let fewer = told(vec![fewer, whole.clone()]).unwrap_err();
    assert!(fewer.contains(" rows in its partial counts"), "{fewer}");

    // Each piece by itself.
    let pieces =
        || [of_events.clone(), whole.clone()].into_iter().flat_map(Partial::split).map(|(_, piece)| piece);
    assert_eq!(pieces().count(), 8);
    for lost in 0..8 {
        let rest = sum(pieces().enumerate().filter(|(number, _)| *number != lost).map(|(_, piece)| piece));
        let all = rest.totals().rows == rows_of(&batches).len() as u64;
        assert!(!all || rest.into_counted(&job).is_err(), "piece {lost} is not missed");
    }
}

/// What a driver holds against the accounts of readers.
#[test]
fn a_batch_that_is_lost_before_the_first_step_is_missing_from_the_totals() {
    let (job, batches) = drawn(6);
    let rows = rows_of(&batches);
    let of = |rows: &[SignalRow<'_>]| Parting::new(7, 1).sum(&job, &batches_of(rows, 50)).totals();
    assert_eq!(of(&rows).rows, rows.len() as u64);
    assert_eq!(of(&rows[50..]).rows, rows.len() as u64 - 50);
}

#[test]
fn pieces_add_up_to_the_whole_and_equal_parts_are_equal_bytes() {
    let (job, batches) = drawn(8);
    let (passed_on, of_events) = count_events(&job, &batches, &options()).unwrap();
    let of_viewers = count_viewers(&job, &passed_on, &options()).unwrap();
    let pieces = of_events.clone().split();
    let days: Vec<u32> = pieces.iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [0, 1, 2, 3]);
    assert!(of_events.outside > 0 && pieces[0].1.outside == of_events.outside, "rows outside are in the first");
    for (day, piece) in &pieces {
        assert!(piece.of_days.keys().all(|of| of == day) && piece.outcomes.keys().all(|(of, _)| of == day));
        assert!(piece.numbered.cells().iter().all(|cell| cell.day == *day));
    }
    let back = sum(pieces.into_iter().rev().map(|(_, piece)| piece));
    assert_eq!(written(&back), written(&of_events));
    let one_way = written(&sum([of_events.clone(), of_viewers.clone()]));
    assert_eq!(one_way, written(&sum([of_viewers, of_events])));
    let nothing = Partial::default().split();
    assert_eq!(nothing.len(), 1, "an answer is never empty");
}

#[test]
fn a_sum_beyond_64_bits_is_an_error() {
    let (job, batches) = drawn(8);
    let (_, of_events) = count_events(&job, &batches, &options()).unwrap();
    let grown = |grow: fn(&mut Partial)| {
        let (mut sum, mut more) = (of_events.clone(), of_events.clone());
        grow(&mut more);
        sum.add(more)
    };
    assert_eq!(grown(|_| ()), Ok(()));
    let counted = grown(|partial| partial.of_cells.iter_mut().for_each(|cell| cell.counts.dwell_ms = u64::MAX));
    assert_eq!(counted, Err(ApartError::Overflow));
    assert_eq!(grown(|partial| partial.outside = u64::MAX), Err(ApartError::Overflow));
    let rows = grown(|partial| partial.of_days.values_mut().for_each(|of_day| of_day.rows = u64::MAX));
    assert_eq!(rows, Err(ApartError::Overflow));
    let outcomes = grown(|partial| partial.outcomes.values_mut().for_each(|outcome| outcome.duplicate = u64::MAX));
    assert_eq!(outcomes, Err(ApartError::Overflow));
}

#[test]
fn parts_of_another_job_and_nonsense_are_refused() {
    let (job, batches) = drawn(9);
    let (_, of_events) = count_events(&job, &batches, &options()).unwrap();
    let told = |job: &CountJob| of_events.clone().into_counted(job).unwrap_err().to_string();
    let mut fewer = job.clone();
    fewer.days.truncate(3);
    assert_eq!(told(&fewer), "a partial count names market-day 3, which is not in this count");
    let mut slotless = job.clone();
    slotless.days.iter_mut().for_each(|day| day.slots = std::sync::Arc::new(["prime".to_owned()]));
    assert_eq!(told(&slotless), "a partial count names slot 1, which is not in this count");
    let mut turnless = job.clone();
    turnless.days.iter_mut().for_each(|day| day.turns = std::sync::Arc::default());
    assert!(told(&turnless).starts_with("a partial count names turn "));
    let mut exportless = job;
    exportless.exports.clear();
    assert_eq!(told(&exportless), "a partial count names export 0, which is not in this count");

    let mut nonsense: serde_json::Value = serde_json::from_str(&written(&of_events)).unwrap();
    nonsense["names"] = serde_json::json!(["a"]);
    let refused = serde_json::from_value::<Partial>(nonsense).unwrap_err().to_string();
    assert_eq!(refused, "a name that is not in the list");
}

#[test]
fn rows_that_are_none_of_a_step_are_refused() {
    let (job, batches) = drawn(2);
    let told = |error: EngineError| std::error::Error::source(&error).unwrap().to_string();
    let of_viewers =
        |job: &CountJob, rows: &[RecordBatch]| told(count_viewers(job, rows, &options()).unwrap_err());
    let rows = rows_of(&batches);
    let one = |row: &SignalRow<'_>| batches_of(&[*row], 1);
    let placed =
        rows.iter().find(|row| row.place.is_some() && row.event.is_some() && row.viewer.is_some()).unwrap();
    let of_events = of_viewers(&job, &one(placed));
    assert_eq!(of_events, "row 0: `event_hash` is there (expected null, since redeliveries are out)");
    let nobodys = SignalRow { event: None, viewer: None, ..*placed };
    assert_eq!(of_viewers(&job, &one(&nobodys)), "row 0: `viewer_hash` is null (expected a viewer)");
    let nowhere = SignalRow { event: None, place: None, ..*placed };
    assert!(of_viewers(&job, &one(&nowhere)).starts_with("1 rows of viewers are on market-days"));
    assert!(viewer_bucket(&one(&nobodys)[0]).is_err());

    let mut visits = job.clone();
    visits.days[0].visits_by = crate::count::twin::job(&mut |_| 1).days[0].visits_by.clone();
    assert!(visits.days[0].visits_by.is_some());
    let refused = "visits cannot be counted in parts (let this process count them)";
    assert_eq!(told(count_events(&visits, &batches, &options()).unwrap_err()), refused);
    assert_eq!(of_viewers(&visits, &[]), refused);
    assert_eq!(Partial::default().into_counted(&visits).unwrap_err(), ApartError::Visits);
}

#[test]
fn buckets_are_even_and_so_are_partitions_within_one() {
    let ids: Vec<String> = (0..64_000).map(|id| id.to_string()).collect();
    let rows: Vec<_> = (1..)
        .zip(&ids)
        .map(|(record, id)| SignalRow { viewer: Some(Id::hash_of(id)), ..impression("a", record, id, "late") })
        .collect();
    let eventless: Vec<_> = rows.iter().map(|row| SignalRow { event: None, ..*row }).collect();
    let batch = |rows: &[SignalRow<'_>]| batches_of(rows, rows.len()).remove(0);
    let [by_event, by_record, by_viewer] = [
        event_bucket(&batch(&rows)).unwrap(),
        event_bucket(&batch(&eventless)).unwrap(),
        viewer_bucket(&batch(&rows)).unwrap(),
    ];
    for buckets in [&by_event, &by_record, &by_viewer] {
        assert_eq!(buckets.null_count(), 0);
        assert!(buckets.values().iter().all(|bucket| (0..BUCKETS).contains(bucket)));
        let mut sizes = [0_u32; 64];
        buckets.values().iter().for_each(|bucket| sizes[usize::try_from(bucket % 64).unwrap()] += 1);
        // Five standard deviations of a binomial of 1,000.
        assert!(sizes.iter().all(|size| size.abs_diff(1_000) < 158), "{sizes:?}");
    }
    // The local engine parts events by the low bits of the high half, and viewers by the low bits of the rotated low one.
    let parts = |buckets: &Int64Array, bits: fn(&SignalRow<'_>) -> u64| {
        let of_one = buckets.values().iter().zip(&rows).filter(|(bucket, _)| *bucket % 64 == 3);
        of_one.map(|(_, row)| bits(row) % 256).collect::<std::collections::BTreeSet<_>>().len()
    };
    let of_events = parts(&by_event, |row| row.event.unwrap().1);
    let of_viewers = parts(&by_viewer, |row| row.viewer.unwrap().0.rotate_right(32));
    assert!(of_events > 230 && of_viewers > 230, "{of_events} and {of_viewers} of 256 partitions");
    // Its tables go by the low bits of the low halves.
    let of_events = parts(&by_event, |row| row.event.unwrap().0);
    let of_viewers = parts(&by_viewer, |row| row.viewer.unwrap().0);
    assert!(of_events > 230 && of_viewers > 230, "{of_events} and {of_viewers} of 256 places");
}
