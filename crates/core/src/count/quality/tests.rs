//! The counter against a loop that counts the same the long way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::count::{CountOptions, Memory, Scope};
use crate::model::{Id, VisitMeasures, VisitQuality};

const EXPORTS: usize = 3;
const DAYS: usize = 2;
const BROADCASTS: [(&str, Option<&str>); 3] = [("r1", Some("h1")), ("r2", Some("h1")), ("r3", None)];
/// What the rows of each export are said to be of. The measures are of views in all of them, which does not matter here.
const ROWS_OF: [QualityRowsOf; EXPORTS] =
    [QualityRowsOf::OneView, QualityRowsOf::Minute, QualityRowsOf::Broadcast];
const RUNGS: [&str; 3] = ["1080p", "720p", "360p"];

/// A row as a test makes it.
#[derive(Debug, Clone)]
struct Row {
    export: usize,
    record: u32,
    at_us: i64,
    view: Option<String>,
    viewer: Option<String>,
    measures: VisitMeasures,
    rung: Option<usize>,
    place: Option<(usize, usize, usize)>,
}

fn rows(seed: u64) -> (Scope, Vec<Row>) {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut below = |most: u32| random.next_u32() % most;
    let mut scope = Scope::new(EXPORTS, DAYS);
    for (export, day) in (0..EXPORTS).flat_map(|export| (0..DAYS).map(move |day| (export, day))) {
        if below(5) > 0 {
            scope.cover(export, day);
        }
    }
    let mut rows = Vec::new();
    for export in 0..EXPORTS {
        for record in 1..=400 {
            let some = |of: u32| of > 0;
            let first_frame_ms = some(below(4)).then(|| below(1_500));
            let stall_ms = some(below(4)).then(|| u64::from(below(3_000)));
            let watch_ms = some(below(4)).then(|| u64::from(below(60_000)) + 3_000);
            let stalls = some(below(3)).then(|| below(4));
            let failed = some(below(3)).then(|| below(6) == 0);
            let view = VisitMeasures::of_view(true, first_frame_ms, (stalls, stall_ms, watch_ms), failed);
            let offset_ms = some(below(3)).then(|| below(200));
            let bitrate_bps = some(below(3)).then(|| below(5_000_000));
            rows.push(Row {
                export,
                record,
                at_us: i64::from(below(100)) * 10_000_000,
                view: some(below(6)).then(|| below(500).to_string()),
                viewer: some(below(6)).then(|| format!("v{}", below(40))),
                measures: VisitMeasures { offset_ms, bitrate_bps, ..view },
                rung: some(below(4)).then(|| below(3) as usize),
                place: some(below(8)).then(|| (below(3) as usize, below(2) as usize, below(3) as usize)),
            });
        }
    }
    (scope, rows)
}

fn counted(scope: &Scope, rows: &[Row], bytes: u64, threads: usize) -> (QualityCounted, u64) {
    let memory = Memory::new(bytes, std::env::temp_dir(), 512);
    let options = CountOptions { memory: Arc::clone(&memory), threads, expected_rows: 0 };
    let counter = QualityCounter::new(scope.clone(), options).keep_viewers().by_bars();
    let mut partials = Vec::new();
    for (export, rows_of) in ROWS_OF.into_iter().enumerate() {
        let mut writer = counter.writer();
        writer.begin(export, rows_of);
        for (broadcast, host) in &BROADCASTS {
            writer.dimensions(broadcast, *host);
        }
        for rung in &RUNGS {
            writer.rung(rung);
        }
        for row in rows.iter().filter(|row| row.export == export) {
            let input = QualityInput {
                record: row.record,
                occurred_us: row.at_us,
                view_id: row.view.as_deref().map(Id::of),
                viewer_id: row.viewer.as_deref().map(Id::of),
                measures: row.measures,
                rung: row.rung,
                place: row.place.map(|(dimensions, day, slot)| QualityPlace { dimensions, day, slot }),
            };
            writer.push(&input).unwrap();
        }
        let landed = writer.end();
        let all = rows.iter().filter(|row| row.export == export).count() as u64;
        assert_eq!(landed.by_day.iter().sum::<u64>() + landed.outside, all);
        partials.push(writer.finish().unwrap());
    }
    let found = counter.finish(partials).unwrap();
    (found, memory.spilled_bytes())
}

/// Rows that count on a day, the long way.
fn kept<'r>(scope: &Scope, rows: &'r [Row], day: usize) -> Vec<&'r Row> {
    let mut there: Vec<&Row> = rows.iter().filter(|row| scope.covers(row.export, day)).collect();
    there.sort_by_key(|row| (row.at_us, row.export, row.record));
    let mut seen = BTreeSet::new();
    there.retain(|row| row.view.as_ref().is_none_or(|view| seen.insert(view.clone())));
    there.retain(|row| row.place.is_some_and(|(_, of, _)| of == day));
    there
}

#[test]
fn a_day_is_what_a_loop_over_its_rows_comes_to() {
    for seed in 0..10 {
        let (scope, rows) = rows(seed);
        let (counted, _) = counted(&scope, &rows, 1 << 40, 2);
        for day in 0..DAYS {
            let kept = kept(&scope, &rows, day);
            let mut places: BTreeMap<(usize, &str, Option<&str>), Vec<&Row>> = BTreeMap::new();
            for row in &kept {
                let (dimensions, _, slot) = row.place.unwrap();
                let (broadcast, host) = BROADCASTS[dimensions];
                places.entry((slot, broadcast, host)).or_default().push(row);
            }
            let found: Vec<_> = counted.facts[day]
                .iter()
                .map(|fact| (fact.slot, &*fact.broadcast_id, fact.host_id.as_deref()))
                .collect();
            assert_eq!(found, places.keys().copied().collect::<Vec<_>>(), "seed {seed}");
            for (fact, of_place) in counted.facts[day].iter().zip(places.values()) {
                check(fact, of_place, &kept);
            }
            check_bars(&counted.bars.as_ref().unwrap().of_day(day).unwrap(), &kept);
            let total: u64 = (0..EXPORTS).map(|export| counted.outcome(export, day).counted).sum();
            assert_eq!(total, kept.len() as u64, "seed {seed}");
        }
    }
}

/// By broadcast and five minutes, whoever hosts it: of rows of views and of minutes.
fn check_bars(found: &[QualityBarFact], kept: &[&Row]) {
    let mut bars: BTreeMap<(&str, i64), Vec<&Row>> = BTreeMap::new();
    for row in kept.iter().filter(|row| ROWS_OF[row.export] != QualityRowsOf::Broadcast) {
        let (broadcast, _) = BROADCASTS[row.place.unwrap().0];
        bars.entry((broadcast, row.at_us / 300_000_000)).or_default().push(row);
    }
    let keys: Vec<_> = found.iter().map(|fact| (&*fact.broadcast_id, fact.bar.start_us() / 300_000_000)).collect();
    assert_eq!(keys, bars.keys().copied().collect::<Vec<_>>());
    for (fact, rows) in found.iter().zip(bars.values()) {
        let sum = |of: &dyn Fn(&Row) -> Option<u64>| {
            let said: Vec<u64> = rows.iter().filter_map(|row| of(row)).collect();
            (!said.is_empty()).then(|| said.iter().sum::<u64>())
        };
        let is_bad = |row: &Row| {
            let quality = row.measures.quality().filter(|_| ROWS_OF[row.export] == QualityRowsOf::OneView);
            quality.map(|quality| u64::from(quality.is_bad()))
        };
        assert_eq!(Some(fact.views), sum(&|row| Some(row.measures.views.into())));
        assert_eq!(fact.starts, sum(&|row| row.measures.starts.map(u64::from)));
        assert_eq!(fact.good_starts, sum(&|row| row.measures.good_starts.map(u64::from)));
        assert_eq!(fact.bad_views, sum(&is_bad));
    }
}

fn check(fact: &QualityFact, of_place: &[&Row], kept: &[&Row]) {
    let sum = |of: &dyn Fn(&VisitMeasures) -> Option<u64>| {
        let said: Vec<u64> = of_place.iter().filter_map(|row| of(&row.measures)).collect();
        (!said.is_empty()).then(|| said.iter().sum::<u64>())
    };
    assert_eq!(Some(fact.sums.views), sum(&|row| Some(row.views.into())));
    assert_eq!(fact.sums.starts(), sum(&|row| row.starts.map(u64::from)));
    assert_eq!(fact.sums.good_starts(), sum(&|row| row.good_starts.map(u64::from)));
    assert_eq!(fact.sums.failures(), sum(&|row| row.failures.map(u64::from)));
    assert_eq!(fact.sums.stalls(), sum(&|row| row.stalls.map(u64::from)));
    assert_eq!(fact.sums.stalled_views(), sum(&|row| row.stalled_views.map(u64::from)));
    assert_eq!(fact.sums.stall_ms(), sum(&|row| row.stall_ms));
    assert_eq!(fact.sums.watch_ms(), sum(&|row| row.watch_ms));
    let both = of_place.iter().filter_map(|row| row.measures.stall_ms.zip(row.measures.watch_ms));
    let both = both.fold((0, 0), |sum, (stalled, watched)| (sum.0 + stalled, sum.1 + watched));
    assert_eq!(fact.sums.ratio().unwrap_or_default(), both);
    let mut frames: Vec<u32> = of_place.iter().filter_map(|row| row.measures.first_frame_ms).collect();
    frames.sort_unstable();
    let rank = |percent: usize| (frames.len() * percent).div_ceil(100).max(1) - 1;
    assert_eq!(fact.first_frame_ms, (!frames.is_empty()).then(|| (frames[rank(50)], frames[rank(95)])));
    // Viewers: each in the place of the first visit of the broadcast, and of the first bad one.
    let credited = |is_one: &dyn Fn(&Row) -> bool| {
        let of_broadcast = kept.iter().filter(|row| {
            let (dimensions, ..) = row.place.unwrap();
            BROADCASTS[dimensions].0 == &*fact.broadcast_id && is_one(row)
        });
        let mut first: BTreeMap<&str, &Row> = BTreeMap::new();
        for row in of_broadcast {
            first.entry(row.viewer.as_deref().unwrap()).or_insert(row);
        }
        let is_here = |row: &&&Row| row.place.unwrap().2 == fact.slot;
        first.values().filter(is_here).count() as u64
    };
    let is_bad = |row: &Row| row.measures.quality().is_some_and(VisitQuality::is_bad);
    let names_viewers = of_place.iter().any(|row| row.viewer.is_some());
    assert_eq!(fact.viewers, names_viewers.then(|| credited(&|row| row.viewer.is_some())));
    assert_eq!(fact.viewers_hit, names_viewers.then(|| credited(&|row| row.viewer.is_some() && is_bad(row))));
    let mut rungs: BTreeMap<&str, u64> = BTreeMap::new();
    of_place.iter().filter_map(|row| row.rung).for_each(|rung| *rungs.entry(RUNGS[rung]).or_default() += 1);
    let most = rungs.iter().max_by(|one, other| one.1.cmp(other.1).then_with(|| other.0.cmp(one.0)));
    let told = fact.rung.as_ref().map(|(name, views, of)| (&**name, *views, *of));
    assert_eq!(told, most.map(|(name, views)| (*name, *views, rungs.values().sum())));
}

#[test]
fn spilled_rows_and_threads_change_nothing() {
    for seed in 0..5 {
        let (scope, rows) = rows(seed);
        let (mut in_memory, none) = counted(&scope, &rows, 1 << 40, 1);
        let (mut by_blocks, spilled) = counted(&scope, &rows, 10_000, 3);
        assert_eq!(none, 0);
        assert!(spilled > 50_000, "{spilled} bytes: nothing was spilled to speak of");
        assert_eq!(in_memory.facts, by_blocks.facts, "seed {seed}");
        for day in 0..DAYS {
            let bars = |counted: &QualityCounted| counted.bars.as_ref().unwrap().of_day(day).unwrap();
            assert!(!bars(&in_memory).is_empty(), "seed {seed}");
            assert_eq!(bars(&in_memory), bars(&by_blocks), "seed {seed}");
            let viewers = in_memory.take_viewers(day);
            assert!(!viewers.is_empty(), "seed {seed}");
            assert_eq!(viewers, by_blocks.take_viewers(day), "seed {seed}");
            for export in 0..EXPORTS {
                assert_eq!(in_memory.outcome(export, day), by_blocks.outcome(export, day), "seed {seed}");
            }
        }
    }
}

#[test]
fn every_viewer_is_told_with_the_worst_visit_and_the_whole_hash() {
    let mut scope = Scope::new(EXPORTS, DAYS);
    scope.cover(0, 0);
    let visit = |record, at_s: i64, viewer: &str, ms, place| Row {
        export: 0,
        record,
        at_us: at_s * 1_000_000,
        view: Some(record.to_string()),
        viewer: Some(viewer.to_owned()),
        measures: VisitMeasures::of_view(true, Some(ms), (None, Some(0), None), None),
        rung: None,
        place: Some(place),
    };
    let rows = [
        visit(1, 50, "ann", 900, (0, 0, 1)),
        visit(2, 10, "ann", 100, (0, 0, 0)),
        visit(3, 20, "bob", 100, (2, 0, 2)),
    ];
    let (mut counted, _) = counted(&scope, &rows, 1 << 40, 2);
    let viewers = counted.take_viewers(0);
    let told: Vec<_> = viewers
        .iter()
        .map(|visit| {
            (visit.viewer, &*visit.broadcast_id, visit.host_id.as_deref(), visit.slot, visit.first_us, visit.worst)
        })
        .collect();
    let mut expected = vec![
        (Id::of("ann").hash(), "r1", Some("h1"), 0, 10_000_000, Some(VisitQuality::Slow)),
        (Id::of("bob").hash(), "r3", None, 2, 20_000_000, Some(VisitQuality::Good)),
    ];
    expected.sort();
    assert_eq!(told, expected);
    assert!(counted.take_viewers(0).is_empty(), "they are handed over once");
}

/// A row of one view of the first export and day, at a broadcast and slot.
fn view(record: u32, viewer: Option<&str>, measures: VisitMeasures, (dimensions, slot): (usize, usize)) -> Row {
    Row {
        export: 0,
        record,
        at_us: i64::from(record) * 1_000_000,
        view: Some(record.to_string()),
        viewer: viewer.map(str::to_owned),
        measures,
        rung: None,
        place: Some((dimensions, 0, slot)),
    }
}

fn counted_on_one_day(rows: &[Row]) -> QualityCounted {
    let mut scope = Scope::new(EXPORTS, DAYS);
    scope.cover(0, 0);
    counted(&scope, rows, 1 << 40, 2).0
}

#[test]
fn viewers_are_null_where_no_row_of_the_place_names_one_whatever_else_is_counted() {
    let good = VisitMeasures::of_view(true, Some(100), (None, Some(0), None), None);
    let rows = [
        view(1, Some("ann"), good, (0, 0)),
        // Named, and seen before in the slot above: none is credited here, which is known.
        view(2, Some("ann"), good, (0, 1)),
        view(3, None, good, (2, 2)),
    ];
    let counted = counted_on_one_day(&rows);
    let viewers: Vec<_> = counted.facts[0].iter().map(|fact| (fact.viewers, fact.viewers_hit)).collect();
    assert_eq!(viewers, [(Some(1), Some(0)), (Some(0), Some(0)), (None, None)]);
}

#[test]
fn shares_are_of_the_rows_that_say_both_numbers() {
    let many = |good_starts, failures| VisitMeasures {
        views: 120,
        starts: Some(100),
        good_starts,
        failures,
        ..VisitMeasures::default()
    };
    let rows = [
        view(1, None, many(Some(90), None), (0, 0)),
        view(2, None, many(None, Some(6)), (0, 0)),
        view(3, None, many(None, None), (1, 0)),
    ];
    let counted = counted_on_one_day(&rows);
    let sums: Vec<QualitySums> = counted.facts[0].iter().map(|fact| fact.sums).collect();
    assert_eq!((sums[0].starts(), sums[0].good_starts(), sums[0].views), (Some(200), Some(90), 240));
    assert_eq!(sums[0].good_of_starts(), Some((90, 100)));
    assert_eq!(sums[0].failures_of_views(), Some((6, 120)));
    assert_eq!((sums[1].good_of_starts(), sums[1].failures_of_views()), (None, None));
}

#[test]
fn who_left_before_the_first_frame_has_seen_and_was_not_hit() {
    let of = |failed| VisitMeasures::of_view(true, None, (None, Some(0), None), Some(failed));
    let rows = [view(1, Some("ann"), of(false), (0, 0)), view(2, Some("bob"), of(true), (0, 0))];
    let mut counted = counted_on_one_day(&rows);
    let fact = &counted.facts[0][0];
    assert_eq!((fact.sums.views, fact.viewers, fact.viewers_hit), (2, Some(2), Some(1)));
    let worst: BTreeMap<_, _> = counted.take_viewers(0).iter().map(|visit| (visit.viewer, visit.worst)).collect();
    assert_eq!(worst[&Id::of("ann").hash()], None);
    assert_eq!(worst[&Id::of("bob").hash()], Some(VisitQuality::Failed));
}
