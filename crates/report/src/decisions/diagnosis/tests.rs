//! Covers whose steps differ, by hand.

use polars::prelude::DataFrame;

use super::diagnosis;
use crate::testing::{Scene, context, number, row_of, text, wavering};
use coverledger_core::model::{ClickEvent, Count, columns as c};

/// Ten broadcasts of each cover: of 10,000 impressions, how many click, enter and stay.
fn scene(covers: &[(&str, u64, u64, u64)]) -> Scene {
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        for (cover, clicks, entries, stays) in covers {
            let some = |count, usual| (count, wavering(broadcast, usual));
            let counts = [
                (Count::Impressions, 10_000),
                some(Count::Clicks, *clicks),
                some(Count::Entries, *entries),
                some(Count::Stays, *stays),
            ];
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
        }
    }
    scene
}

const COVERS: [(&str, u64, u64, u64); 5] = [
    ("bait", 400, 360, 100),
    ("modest", 100, 90, 75),
    ("slippery", 245, 80, 39),
    ("usual", 210, 185, 105),
    ("good", 300, 270, 155),
];

fn found(table: &DataFrame, cover: &str) -> String {
    text(table, c::FINDING, row_of(table, c::COVER_ID, cover))
}

#[test]
fn each_step_tells_its_own_story() {
    let evidence = scene(&COVERS).evidence();
    let table = diagnosis(&context(&evidence), 0.9).unwrap();
    assert_eq!(found(&table, "bait"), "overpromises");
    assert_eq!(found(&table, "modest"), "undersells");
    assert_eq!(found(&table, "slippery"), "mis_taps");
    assert_eq!(found(&table, "good"), "strong");
    let bait = row_of(&table, c::COVER_ID, "bait");
    let [rate, baseline, above, below] = c::CLICK_STEP;
    assert!((number(&table, rate, bait).unwrap() - 0.04).abs() < 1e-9);
    // 12,550 of 500,000.
    assert!((number(&table, baseline, bait).unwrap() - 0.0251).abs() < 1e-9);
    let (above, below) = (number(&table, above, bait).unwrap(), number(&table, below, bait).unwrap());
    assert!(above > 0.99 && (above + below - 1.0).abs() < 1e-12);
    assert!(number(&table, c::CERTAINTY, bait).unwrap() >= 0.9);
    assert!(text(&table, c::ACTION_ZH, bait).contains("点击率 4.00%，基准 2.51%"));
}

#[test]
fn where_the_entry_is_the_click_there_is_no_step_between_them() {
    let mut scene = scene(&COVERS);
    scene.click = ClickEvent::RoomEntry;
    let evidence = scene.evidence();
    let table = diagnosis(&context(&evidence), 0.9).unwrap();
    for column in c::ENTER_STEP {
        assert_eq!(number(&table, column, 0), None, "{column}");
    }
    assert!(!["mis_taps", "enters_without_clicking"].contains(&found(&table, "slippery").as_str()));
}

#[test]
fn a_cover_is_held_against_what_is_usual_where_it_was_shown() {
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        for (slot, cover, clicks) in
            [("prime", "evening", 100), ("night", "small_hours", 20), ("prime", "x", 100), ("night", "x", 20)]
        {
            let counts = [(Count::Impressions, 10_000), (Count::Clicks, wavering(broadcast, clicks))];
            scene.shown(0, [slot, "all", &format!("b{broadcast}"), cover], &counts);
        }
    }
    let evidence = scene.evidence();
    let table = diagnosis(&context(&evidence), 0.9).unwrap();
    // Five times as many click in prime time, and no cover is better than another there.
    for cover in ["evening", "small_hours", "x"] {
        assert_eq!(found(&table, cover), "nothing_certain", "{cover}");
    }
}

#[test]
fn entrants_stand_in_where_clicks_are_not_counted() {
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        for (cover, entrants) in [("a", 100), ("b", 300), ("c", 100)] {
            let counts = [(Count::Impressions, 10_000), (Count::Entrants, wavering(broadcast, entrants))];
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
        }
    }
    let evidence = scene.evidence();
    let table = diagnosis(&context(&evidence), 0.9).unwrap();
    let b = row_of(&table, c::COVER_ID, "b");
    assert_eq!((found(&table, "b"), text(&table, c::CLICK_METRIC, b)), ("strong".into(), "effective_ctr".into()));
    assert!(text(&table, c::ACTION_EN, b).contains("effective CTR 3.00 % against 1.67 %"));
    assert_eq!(number(&table, c::STAY_RATE, b), None);
}

#[test]
fn a_few_viewers_prove_nothing() {
    let mut scene = scene(&COVERS);
    let counts = [(Count::Impressions, 10), (Count::Clicks, 5), (Count::Entries, 5), (Count::Stays, 0)];
    scene.shown(0, ["prime", "all", "b1", "new"], &counts);
    let evidence = scene.evidence();
    let table = diagnosis(&context(&evidence), 0.9).unwrap();
    assert_eq!(found(&table, "new"), "nothing_certain");
    assert_eq!(number(&table, c::CERTAINTY, row_of(&table, c::COVER_ID, "new")), None);
}
