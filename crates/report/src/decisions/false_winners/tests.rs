//! Tests of nothing, on histories by hand.

use super::{Dealt, LevelHistory, false_winners, level_held, placebo};
use crate::testing::{Scene, context, number, rotation, split, text};
use coverledger_config::{Assignment, Design, Value};
use coverledger_core::model::{Count, MarketId, PlatformId, columns as c};
use coverledger_stats::SeededRng;
use polars::prelude::DataFrame;

/// Four weeks with a broadcast each evening, whose rates differ by a third. Each viewer has two impressions.
fn history(evenings: i32) -> Scene {
    let mut scene = Scene::default();
    let mut chance = SeededRng::new(1, 0);
    for day in 0..evenings {
        for slot in ["prime", "late"] {
            let rate = 0.04 * (0.3 * chance.normal()).exp();
            let entrants = chance.binomial(1000, rate);
            let counts = [
                (Count::Impressions, 1000),
                (Count::UniqueImpressions, 500),
                (Count::Entrants, entrants),
                (Count::Clicks, 60),
                (Count::Orders, entrants / 4),
            ];
            for cover in ["red", "blue"] {
                scene.shown(day, [slot, "all", &format!("b{day:02}"), cover], &counts);
            }
        }
    }
    scene
}

#[test]
fn nothing_is_found_more_often_than_the_level_allows_and_peeking_would_find_it() {
    let evidence = history(28).evidence();
    let table = false_winners(&context(&evidence)).unwrap();
    let rows: Vec<[String; 3]> = (0..table.height())
        .map(|row| [c::DESIGN, c::ASSIGNMENT, c::METRIC].map(|column| text(&table, column, row)))
        .collect();
    let expected = [
        ["split", "broadcast", "orders"],
        ["split", "broadcast", "effective_ctr"],
        ["rotation", "", "orders"],
        ["rotation", "", "effective_ctr"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned)));
    for row in 0..4 {
        assert_eq!(number(&table, c::DAYS, row), Some(28.0));
        assert_eq!(number(&table, c::TESTS, row), Some(100.0));
        // 5 of 100, and what chance adds.
        assert!(number(&table, c::FALSE_WINNERS, row).unwrap() <= 9.0, "{table}");
        assert!(number(&table, &c::low(c::FALSE_WINNERS_SHARE), row).unwrap() <= 0.05, "{table}");
        assert!(number(&table, c::UNGUARDED_SHARE, row).unwrap() > 0.1, "{table}");
    }
    assert_eq!(number(&table, c::TURNS, 1), None);
    assert_eq!(number(&table, c::TURNS, 2), Some(56.0));
}

#[test]
fn viewers_are_dealt_with_all_that_is_theirs() {
    let evidence = history(28).evidence();
    for dealt in [Dealt::Orders, Dealt::Entrants] {
        let cells = super::cells(&evidence, dealt).unwrap();
        let (outcomes, _) = placebo::by_viewers(&cells, &mut SeededRng::new(2, 0), 28, false);
        let impressions: f64 = outcomes.iter().map(|outcome| outcome.trials).sum();
        assert!((impressions - 28.0 * 4000.0).abs() < 1e-6, "{impressions}");
        // Of 2,000 viewers of a broadcast a third each, by two impressions: twice the spread of 4,000 impressions over.
        let squares: f64 = outcomes.iter().map(|outcome| (outcome.trials - 4000.0 / 3.0).powi(2)).sum();
        let variance = squares / 84.0;
        let expected = 4.0 * 2000.0 * 2.0 / 9.0;
        assert!((variance / expected - 1.0).abs() < 0.4, "{variance} instead of {expected}");
        let hits: u64 = cells.iter().map(|cell| cell.counted.hits).sum();
        let sum: f64 = outcomes.iter().map(|outcome| outcome.sum).sum();
        assert!((sum - crate::tally::float(hits)).abs() < 1e-6, "{sum}");
    }
    assert!(super::cells(&evidence, Dealt::RetainedMinutes).is_none(), "dwell is not known");
}

/// The table with so many false winners of a row.
fn found(table: &DataFrame, row: usize, count: i64) -> DataFrame {
    let mut counts = vec![1; table.height()];
    counts[row] = count;
    let mut table = table.clone();
    table.with_column(polars::prelude::Column::new(c::FALSE_WINNERS.into(), counts)).unwrap();
    table
}

#[test]
fn an_experiment_finds_its_own_row() {
    let evidence = history(28).evidence();
    let table = false_winners(&context(&evidence)).unwrap();
    let held = |table: &DataFrame, experiment: &coverledger_config::Experiment, market: &str| {
        level_held(table, &PlatformId::new("p"), &MarketId::new(market), experiment).unwrap()
    };
    let mut by_broadcast = split(&["a", "b"]);
    let expected = LevelHistory { tests: 100, found: 1, level: 0.05 };
    let one = held(&found(&table, 1, 30), &by_broadcast, "US").unwrap();
    assert_eq!(one, expected);
    let many = held(&found(&table, 0, 14), &by_broadcast, "US").unwrap();
    assert!(many.found == 14 && !many.is_held(), "{many:?}");
    let (rotation, _) = rotation(&["a", "b"]);
    assert!(held(&found(&table, 0, 14), &rotation, "US").unwrap().is_held());
    assert!(!held(&found(&table, 2, 14), &rotation, "US").unwrap().is_held());
    // Of another market, of a count that is not known, and of viewers who keep their cover it says nothing.
    assert_eq!(held(&table, &by_broadcast, "GB"), None);
    by_broadcast.value = Value { orders: 0.0, retained_minutes: 1.0 };
    assert_eq!(held(&table, &by_broadcast, "US"), None);
    by_broadcast.value = Value { orders: 1.0, retained_minutes: 0.0 };
    let Design::Split(design) = &mut by_broadcast.design else { panic!() };
    design.assignment = Assignment::Viewer;
    assert_eq!(held(&table, &by_broadcast, "US"), None);
}

#[test]
fn too_short_a_history_says_nothing() {
    let evidence = history(7).evidence();
    assert_eq!(false_winners(&context(&evidence)).unwrap().height(), 0);
}
