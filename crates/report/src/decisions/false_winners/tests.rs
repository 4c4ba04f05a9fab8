//! Tests of nothing, on histories by hand.

use super::false_winners;
use crate::testing::{Scene, context, number, text};
use coverledger_core::model::{Count, columns as c};
use coverledger_stats::SeededRng;

/// Four weeks with a broadcast each evening, whose rates differ by a third.
fn history(evenings: i32) -> Scene {
    let mut scene = Scene::default();
    let mut chance = SeededRng::new(1, 0);
    for day in 0..evenings {
        for slot in ["prime", "late"] {
            let rate = 0.04 * (0.3 * chance.normal()).exp();
            let entrants = chance.binomial(1000, rate);
            let counts = [(Count::Impressions, 1000), (Count::Entrants, entrants), (Count::Clicks, 60)];
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
    assert_eq!(
        (text(&table, c::DESIGN, 0), text(&table, c::DESIGN, 1)),
        ("split".to_owned(), "rotation".to_owned())
    );
    for row in 0..2 {
        assert_eq!(text(&table, c::METRIC, row), "effective_ctr");
        assert_eq!(number(&table, c::DAYS, row), Some(28.0));
        assert_eq!(number(&table, c::TESTS, row), Some(100.0));
        // 5 of 100, and what chance adds.
        assert!(number(&table, c::FALSE_WINNERS, row).unwrap() <= 9.0, "{table}");
        assert!(number(&table, &c::low(c::FALSE_WINNERS_SHARE), row).unwrap() <= 0.05, "{table}");
        assert!(number(&table, c::UNGUARDED_SHARE, row).unwrap() > 0.15, "{table}");
    }
    assert_eq!(number(&table, c::TURNS, 0), None);
    assert_eq!(number(&table, c::TURNS, 1), Some(56.0));
}

#[test]
fn too_short_a_history_says_nothing() {
    let evidence = history(7).evidence();
    assert_eq!(false_winners(&context(&evidence)).unwrap().height(), 0);
}
