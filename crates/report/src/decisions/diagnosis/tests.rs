//! Covers whose steps differ, by hand.

use polars::prelude::DataFrame;

use super::judged;
use crate::evidence::Evidence;
use crate::returning::{CoverRevisits, cover_revisits::tests::revisits};
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

fn diagnosis(evidence: &Evidence) -> DataFrame {
    let context = context(evidence);
    super::diagnosis(&context, &judged(&context, 0.9, &CoverRevisits::default())).unwrap()
}

/// The same where it is known of a cover whether its viewers come back.
fn diagnosis_with(evidence: &Evidence, revisits: &CoverRevisits) -> DataFrame {
    let context = context(evidence);
    super::diagnosis(&context, &judged(&context, 0.9, revisits)).unwrap()
}

#[test]
fn a_cover_whose_viewers_come_back_less_often_is_told_of() {
    let evidence = scene(&COVERS).evidence();
    // Or it would be called strong.
    let cover = "good";
    let table = diagnosis_with(&evidence, &revisits(cover, true));
    let row = row_of(&table, c::COVER_ID, cover);
    assert_eq!(found(&table, cover), "costs_revisits");
    assert_eq!(text(&table, c::REVISIT_FINDING, row), "costs_revisits");
    close(number(&table, c::REVISIT_RATIO, row), 0.5);
    assert_eq!(number(&table, c::CERTAINTY, row), None);
    let [en, zh] = [c::ACTION_EN, c::ACTION_ZH].map(|column| text(&table, column, row));
    assert!(en.contains("4.00 % within 7 days, against 8.00 %") && en.contains("Not randomized"), "{en}");
    assert!(zh.contains("7 天内再来的占 4.00%") && zh.contains("未随机分配"), "{zh}");
    // Two steps say why.
    let table = diagnosis_with(&evidence, &revisits("bait", true));
    assert_eq!(found(&table, "bait"), "overpromises");
    let action = text(&table, c::ACTION_EN, row_of(&table, c::COVER_ID, "bait"));
    assert!(action.contains("come back less often"), "{action}");
    let table = diagnosis_with(&evidence, &revisits("good", false));
    assert_eq!(found(&table, "good"), "strong");
    let row = row_of(&table, c::COVER_ID, "good");
    assert_eq!(text(&table, c::REVISIT_FINDING, row), "no_difference");
    assert!(!text(&table, c::ACTION_EN, row).contains("come back"));
    let other = row_of(&table, c::COVER_ID, "usual");
    assert_eq!(number(&table, c::REVISIT_RATIO, other), None);
}

const COVERS: [(&str, u64, u64, u64); 5] = [
    ("bait", 400, 360, 100),
    ("modest", 100, 90, 75),
    ("slippery", 262, 80, 39),
    ("usual", 210, 185, 105),
    ("good", 300, 270, 155),
];

fn close(one: Option<f64>, other: f64) {
    assert!(one.is_some_and(|one| (one - other).abs() < 1e-9), "{one:?} {other}");
}

fn found(table: &DataFrame, cover: &str) -> String {
    text(table, c::FINDING, row_of(table, c::COVER_ID, cover))
}

#[test]
fn each_step_tells_its_own_story() {
    let evidence = scene(&COVERS).evidence();
    let table = diagnosis(&evidence);
    assert_eq!(found(&table, "bait"), "overpromises");
    assert_eq!(found(&table, "modest"), "undersells");
    assert_eq!(found(&table, "slippery"), "mis_taps");
    assert_eq!(found(&table, "good"), "strong");
    let bait = row_of(&table, c::COVER_ID, "bait");
    let [rate, baseline, above, below] = c::CLICK_STEP;
    assert!((number(&table, rate, bait).unwrap() - 0.04).abs() < 1e-9);
    // 8,720 of the 400,000 of the others in the same broadcasts.
    assert!((number(&table, baseline, bait).unwrap() - 0.0218).abs() < 1e-9);
    close(number(&table, c::CLICK_RATIO, bait), 0.04 / 0.0218);
    assert!(number(&table, &c::low(c::CLICK_RATIO), bait).unwrap() > 1.0);
    assert_eq!(
        (number(&table, c::COMPARED_BROADCASTS, bait), number(&table, c::COMPARED_SHARE, bait)),
        (Some(10.0), Some(1.0))
    );
    assert_eq!(table.column(c::RANDOMIZED).unwrap().bool().unwrap().get(bait), Some(false));
    let (above, below) = (number(&table, above, bait).unwrap(), number(&table, below, bait).unwrap());
    assert!(above > 0.99 && (above + below - 1.0).abs() < 1e-12);
    assert!(number(&table, c::CERTAINTY, bait).unwrap() >= 0.9);
    assert!(text(&table, c::ACTION_ZH, bait).contains("点击率 4.00%，其他封面 2.18%"));
}

#[test]
fn where_the_entry_is_the_click_there_is_no_step_between_them() {
    let mut scene = scene(&COVERS);
    scene.click = ClickEvent::RoomEntry;
    let evidence = scene.evidence();
    let table = diagnosis(&evidence);
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
    let table = diagnosis(&evidence);
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
    let table = diagnosis(&evidence);
    let b = row_of(&table, c::COVER_ID, "b");
    assert_eq!((found(&table, "b"), text(&table, c::CLICK_METRIC, b)), ("strong".into(), "effective_ctr".into()));
    assert!(text(&table, c::ACTION_EN, b).contains("effective CTR 3.00 % against 1.00 %"));
    assert_eq!(number(&table, c::STAY_RATE, b), None);
}

#[test]
fn a_few_viewers_prove_nothing() {
    let mut scene = scene(&COVERS);
    let counts = [(Count::Impressions, 10), (Count::Clicks, 5), (Count::Entries, 5), (Count::Stays, 0)];
    scene.shown(0, ["prime", "all", "b1", "new"], &counts);
    let evidence = scene.evidence();
    let table = diagnosis(&evidence);
    assert_eq!(found(&table, "new"), "nothing_certain");
    assert_eq!(number(&table, c::CERTAINTY, row_of(&table, c::COVER_ID, "new")), None);
}

#[test]
fn what_a_good_week_did_is_not_the_covers() {
    // All rates double half way, when `late` comes; no cover is better than another.
    let mut scene = Scene::default();
    for broadcast in 0..30 {
        for (number, cover) in ["a", "b", "late"].into_iter().enumerate() {
            if cover == "late" && broadcast < 15 {
                continue;
            }
            let clicks = wavering(broadcast * 7 + u64::try_from(number).unwrap() * 3, 200)
                * if broadcast < 15 { 1 } else { 2 };
            let counts = [(Count::Impressions, 10_000), (Count::Clicks, clicks)];
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
        }
    }
    let evidence = scene.evidence();
    let table = diagnosis(&evidence);
    let late = row_of(&table, c::COVER_ID, "late");
    let [rate, baseline, above, _] = c::CLICK_STEP;
    assert!((number(&table, rate, late).unwrap() - 0.04).abs() < 0.001);
    assert!((number(&table, baseline, late).unwrap() - 0.04).abs() < 0.001, "not the 2.7 % of the whole market");
    assert!(number(&table, above, late).unwrap() < 0.9);
    for cover in ["a", "b", "late"] {
        assert_eq!(found(&table, cover), "nothing_certain", "{cover}");
    }
}

#[test]
fn fewer_than_eight_shared_broadcasts_say_that_only_a_rotation_can_tell() {
    for (broadcasts, finding) in [(1, "nothing_certain"), (7, "nothing_certain"), (8, "strong")] {
        let mut scene = Scene::default();
        for broadcast in 0..20 {
            for (cover, clicks) in [("a", 400), ("b", 200)] {
                // Alone in the others.
                if cover == "a" || broadcast < broadcasts {
                    let counts = [(Count::Impressions, 10_000), (Count::Clicks, wavering(broadcast, clicks))];
                    scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
                }
            }
        }
        let evidence = scene.evidence();
        let table = diagnosis(&evidence);
        assert_eq!(found(&table, "a"), finding, "{broadcasts}");
        let (en, zh) = (text(&table, c::ACTION_EN, 0), text(&table, c::ACTION_ZH, 0));
        assert_eq!(en.contains("only a rotation can tell"), broadcasts < 8, "{en}");
        assert_eq!(zh.contains("只有轮换测试才能判断"), broadcasts < 8, "{zh}");
        assert!(en.contains("ot randomized") && zh.contains("未随机分配"), "{en} {zh}");
        assert!(!en.contains("1 broadcasts"), "{en}");
        let [_, _, above, below] = c::CLICK_STEP;
        assert_eq!(number(&table, above, 0).is_some(), broadcasts == 8);
        assert_eq!(number(&table, below, 0).is_some(), broadcasts == 8);
    }
}

#[test]
fn covers_that_were_never_together_have_no_baseline() {
    let mut scene = Scene::default();
    for broadcast in 0..20 {
        let (cover, clicks) = if broadcast % 2 == 0 { ("a", 400) } else { ("b", 200) };
        let counts = [(Count::Impressions, 10_000), (Count::Clicks, wavering(broadcast, clicks))];
        scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
    }
    let evidence = scene.evidence();
    let table = diagnosis(&evidence);
    let [rate, baseline, above, _] = c::CLICK_STEP;
    assert_eq!([baseline, above].map(|column| number(&table, column, 0)), [None, None]);
    assert!(number(&table, rate, 0).is_some());
    assert_eq!(found(&table, "a"), "nothing_certain");
    assert!(text(&table, c::ACTION_EN, 0).contains("never on air together with another cover"));
}
