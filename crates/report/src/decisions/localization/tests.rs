//! A shared cover and its versions by hand.

use super::{Versions, localization};
use crate::testing::{Scene, context, number, text, wavering};
use coverledger_core::model::{Count, columns as c};

const VERSIONS: Versions<'_> = Versions { family: "red", shared: "red_a", localized: "red_id" };

/// Ten broadcasts with each of these covers and slots: how many of 10,000 click.
fn scene(market: &'static str, shown: &[(&str, &str, u64)]) -> Scene {
    let mut scene = Scene { market, ..Scene::default() };
    for broadcast in 0..10 {
        for (cover, slot, clicks) in shown {
            let counts = [(Count::Impressions, 10_000), (Count::Clicks, wavering(broadcast, *clicks))];
            scene.shown(0, [slot, "all", &format!("{market}{broadcast}"), cover], &counts);
        }
    }
    scene
}

/// Of the two rates, the second is the CTR; the first has no counts here.
const CTR: usize = 1;

#[test]
fn versions_are_compared_where_both_were_shown() {
    let evidence =
        scene("ID", &[("red_id", "prime", 300), ("red_a", "prime", 200), ("red_id", "night", 20)]).evidence();
    let table = localization(&context(&evidence), &[VERSIONS], &[]).unwrap();
    assert_eq!(
        (text(&table, c::BASIS, CTR), text(&table, c::METRIC, CTR)),
        ("same_broadcasts".into(), "ctr".into())
    );
    let at = |column: &str| number(&table, column, CTR).unwrap();
    assert!((at(c::LOCALIZED_RATE) - 0.03).abs() < 1e-12 && (at(c::SHARED_RATE) - 0.02).abs() < 1e-12);
    assert!((at(c::RATIO) - 1.5).abs() < 1e-12 && (at(c::DIFFERENCE) - 0.01).abs() < 1e-12);
    assert!(at(&c::low(c::RATIO)) > 1.0 && at(&c::high(c::RATIO)) < 2.0);
    assert!(at(&c::low(c::DIFFERENCE)) > 0.0);
    assert!((at(c::MATCHED_SHARE) - 0.5).abs() < 1e-12);
    let note = text(&table, c::NOTE, CTR);
    assert!(note.ends_with("Higher than the shared cover in the same broadcasts (not randomized)."), "{note}");
    assert!(text(&table, c::NOTE_ZH, CTR).contains("高于共用封面（未随机分配）"));
    assert!((at(c::COMPARED_BROADCASTS) - 10.0).abs() < 1e-9);
    assert_eq!(table.column(c::RANDOMIZED).unwrap().bool().unwrap().get(CTR), Some(false));
    // No entrants are given.
    assert_eq!(text(&table, c::BASIS, 0), "not_comparable");
}

#[test]
fn where_the_shared_cover_never_ran_each_is_held_against_the_others_of_its_broadcasts() {
    let here = scene("ID", &[("red_id", "prime", 300), ("other", "prime", 100)]).evidence();
    let there = scene("US", &[("red_a", "prime", 200), ("else", "prime", 200)]).evidence();
    let table = localization(&context(&here), &[VERSIONS], &[&there]).unwrap();
    assert_eq!(text(&table, c::BASIS, CTR), "across_markets");
    let at = |column: &str| number(&table, column, CTR).unwrap();
    assert!((at(c::LOCALIZED_INDEX) - 3.0).abs() < 1e-12 && (at(c::SHARED_INDEX) - 1.0).abs() < 1e-12);
    assert!((at(c::RATIO) - 3.0).abs() < 1e-12);
    assert_eq!(number(&table, c::DIFFERENCE, CTR), None);
    assert_eq!((at(c::LOCALIZED_BROADCASTS), at(c::SHARED_BROADCASTS)), (10.0, 10.0));
    assert!(text(&table, c::NOTE, CTR).ends_with("take it for a hint."));
}

#[test]
fn what_cannot_be_compared_says_why() {
    let apart = scene("ID", &[("red_id", "prime", 300), ("red_a", "night", 100)]).evidence();
    let alone = scene("ID", &[("red_id", "prime", 300)]).evidence();
    let absent = scene("ID", &[("other", "prime", 300)]).evidence();
    for (evidence, why) in [
        (apart, "The two were never shown in the same slot and audience: only a rotation can tell."),
        (alone, "The shared cover was shown neither here nor in another market counted alike."),
        (absent, "The localized cover was not shown here, or its counts are not given."),
    ] {
        let table = localization(&context(&evidence), &[VERSIONS], &[]).unwrap();
        assert_eq!(
            (text(&table, c::BASIS, CTR), text(&table, c::NOTE, CTR)),
            ("not_comparable".into(), why.into())
        );
        assert_eq!(number(&table, c::RATIO, CTR), None);
    }
}

#[test]
fn markets_that_count_otherwise_are_not_compared_with() {
    let here = scene("ID", &[("red_id", "prime", 300), ("other", "prime", 100)]).evidence();
    let mut there = scene("US", &[("red_a", "prime", 200), ("else", "prime", 200)]);
    there.click = coverledger_core::model::ClickEvent::RoomEntry;
    let there = there.evidence();
    let table = localization(&context(&here), &[VERSIONS], &[&there]).unwrap();
    assert_eq!(text(&table, c::BASIS, CTR), "not_comparable");
}

/// The localized cover in good weeks, the shared one in others: as many broadcasts together as are given.
fn weeks(together: u64) -> Scene {
    let mut scene = Scene { market: "ID", ..Scene::default() };
    for broadcast in 0..30 {
        for (cover, is_on_air) in [("red_a", broadcast < 15 + together), ("red_id", broadcast >= 15)] {
            if is_on_air {
                // All rates double half way; no cover is better than the other.
                let level = if broadcast < 15 { 1 } else { 2 };
                let wave = broadcast * 7 + u64::from(cover == "red_id") * 3;
                let counts = [(Count::Impressions, 10_000), (Count::Clicks, level * wavering(wave, 200))];
                scene.shown(0, ["prime", "all", &format!("b{broadcast:02}"), cover], &counts);
            }
        }
    }
    scene
}

#[test]
fn a_version_that_ran_in_good_weeks_is_not_said_to_be_better() {
    for (together, basis, words) in [
        (0, "same_market", "never on air together: only a rotation can tell."),
        (1, "same_broadcasts", "on air together in 1 broadcast, fewer than eight: only a rotation can tell."),
        (7, "same_broadcasts", "on air together in 7 broadcasts, fewer than eight: only a rotation can tell."),
        (15, "same_broadcasts", "The difference may be chance (not randomized)."),
    ] {
        let evidence = weeks(together).evidence();
        let table = localization(&context(&evidence), &[VERSIONS], &[]).unwrap();
        assert_eq!(text(&table, c::BASIS, CTR), basis, "{together}");
        let note = text(&table, c::NOTE, CTR);
        assert!(note.ends_with(words), "{note}");
        let has_interval = number(&table, &c::low(c::RATIO), CTR).is_some();
        assert_eq!(has_interval, together >= 8);
        let ratio = number(&table, c::RATIO, CTR).unwrap();
        assert_eq!(ratio > 1.5, together == 0, "{ratio}");
    }
}

#[test]
fn the_note_says_what_the_interval_of_the_ratio_says() {
    for usual in [185, 190, 194, 197, 200, 203, 206, 210, 215] {
        let mut scene = Scene { market: "ID", ..Scene::default() };
        for broadcast in 0..10 {
            for (cover, clicks) in
                [("red_id", wavering(broadcast, usual)), ("red_a", wavering(broadcast + 3, 200))]
            {
                let counts = [(Count::Impressions, 10_000), (Count::Clicks, clicks)];
                scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
            }
        }
        let evidence = scene.evidence();
        let table = localization(&context(&evidence), &[VERSIONS], &[]).unwrap();
        let bound = |column: &str| number(&table, column, CTR).unwrap();
        let (low, high) = (bound(&c::low(c::RATIO)), bound(&c::high(c::RATIO)));
        let note = text(&table, c::NOTE, CTR);
        assert_eq!(note.contains("Higher than"), low > 1.0, "{usual}: {note}");
        assert_eq!(note.contains("Lower than"), high < 1.0, "{usual}: {note}");
        assert_eq!(note.contains("may be chance"), low <= 1.0 && high >= 1.0, "{usual}: {note}");
    }
}
