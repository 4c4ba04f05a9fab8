//! Two covers of a market, by hand.

use polars::prelude::DataFrame;

use super::cover_pair;
use crate::decisions::on_air::on_air;
use crate::decisions::{cover, diagnosis};
use crate::evidence::Evidence;
use crate::returning::CoverRevisits;
use crate::testing::{Scene, context, number, text, wavering};
use coverledger_core::model::{Count, columns as c};

fn pairs(evidence: &Evidence) -> DataFrame {
    let context = context(evidence);
    let covers = cover::covers(&context, &diagnosis::judged(&context, 0.9, &CoverRevisits::default()));
    cover_pair(&context, &covers, on_air(evidence)).unwrap()
}

fn clicks(impressions: u64, clicks: u64) -> [(Count, u64); 2] {
    [(Count::Impressions, impressions), (Count::Clicks, clicks)]
}

/// So many broadcasts, of which the first is the newest, each with these covers and slots: how many of 10,000 click.
fn scene(broadcasts: i32, shown: &[(&str, &str, u64)]) -> Scene {
    let mut scene = Scene::default();
    for broadcast in 0..broadcasts {
        for (cover, slot, usual) in shown {
            let clicked = wavering(u64::try_from(broadcast).unwrap(), *usual);
            scene.shown(broadcast, [slot, "all", &format!("b{broadcast:02}"), cover], &clicks(10_000, clicked));
        }
    }
    scene
}

/// The row of these two and of the rate that covers are ranked by.
fn row(table: &DataFrame, cover: &str, against: &str, metric: &str) -> usize {
    let is_it = |row: &usize| {
        [(c::COVER_ID, cover), (c::AGAINST_COVER_ID, against), (c::METRIC, metric)]
            .into_iter()
            .all(|(column, word)| text(table, column, *row) == word)
    };
    (0..table.height()).find(is_it).unwrap_or_else(|| panic!("{cover} {against} {metric}: {table}"))
}

#[test]
fn two_covers_are_compared_in_the_broadcasts_slots_and_audiences_that_they_share() {
    // By hand, of a broadcast: 300 of 10,000 against 200 of 20,000 in prime time; the night, where only one was, counts nothing.
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        let name = format!("b{broadcast:02}");
        let wave = |usual| wavering(u64::try_from(broadcast).unwrap(), usual);
        scene.shown(broadcast, ["2_prime", "all", &name, "other"], &clicks(10_000, wave(300)));
        scene.shown(broadcast, ["2_prime", "all", &name, "aired"], &clicks(20_000, 2 * wave(100)));
        scene.shown(broadcast, ["1_night", "all", &name, "aired"], &clicks(40_000, 20));
    }
    let table = pairs(&scene.evidence());
    // The one on air first; of either two the rate by which covers are ranked, and how many stay.
    assert_eq!(table.height(), 4);
    assert_eq!(row(&table, "aired", "other", c::CTR), 0);
    let at = row(&table, "other", "aired", c::CTR);
    let figure = |column: &str| number(&table, column, at);
    let clicked: u64 = (0..10).map(|broadcast| wavering(broadcast, 300)).sum();
    let of_other: u64 = (0..10).map(|broadcast| wavering(broadcast, 100)).sum();
    let close = |one: Option<f64>, other: f64| assert!((one.unwrap() - other).abs() < 1e-9, "{one:?} {other}");
    close(figure(c::RATE), f64::from(u32::try_from(clicked).unwrap()) / 100_000.0);
    close(figure(c::AGAINST_RATE), f64::from(u32::try_from(of_other).unwrap()) / 100_000.0);
    close(figure(c::RATIO), figure(c::RATE).unwrap() / figure(c::AGAINST_RATE).unwrap());
    close(figure(c::COMPARED_SHARE), 1.0);
    close(figure(c::COMPARED_BROADCASTS), 10.0);
    for column in [c::RATIO, c::RATE, c::AGAINST_RATE] {
        let [low, value, high] = [&c::low(column), column, &c::high(column)].map(|name| figure(name).unwrap());
        assert!(low < value && value < high, "{column}: {low} {value} {high}");
    }
    assert!(figure(c::PROBABILITY).unwrap() > 0.99);
    assert_eq!(text(&table, c::BASIS, at), "same_broadcasts");
    let (en, zh) = (text(&table, c::NOTE, at), text(&table, c::NOTE_ZH, at));
    assert!(en.ends_with("Higher than the other cover in the same broadcasts (not randomized)."), "{en}");
    assert!(zh.ends_with("在同场直播中高于另一张封面（未随机分配）。"), "{zh}");
    // From the other side it is the same comparison.
    let back = row(&table, "aired", "other", c::CTR);
    close(number(&table, c::RATIO, back), 1.0 / figure(c::RATIO).unwrap());
    close(number(&table, c::PROBABILITY, back), 1.0 - figure(c::PROBABILITY).unwrap());
    close(number(&table, c::COMPARED_SHARE, back), 1.0 / 3.0);
    // Stays are not known.
    let stays = row(&table, "other", "aired", c::STAY_RATE);
    assert_eq!((text(&table, c::BASIS, stays), number(&table, c::RATE, stays)), ("not_comparable".into(), None));
}

#[test]
fn below_eight_broadcasts_there_is_no_interval_and_no_probability() {
    for (broadcasts, has_interval) in [(7, false), (8, true)] {
        let evidence = scene(broadcasts, &[("a", "prime", 300), ("b", "prime", 201)]).evidence();
        let table = pairs(&evidence);
        let at = row(&table, "b", "a", c::CTR);
        for column in [&c::low(c::RATIO), &c::high(c::RATE), &c::low(c::AGAINST_RATE), c::PROBABILITY] {
            assert_eq!(number(&table, column, at).is_some(), has_interval, "{broadcasts} {column}");
        }
        let note = text(&table, c::NOTE, at);
        assert_eq!(note.contains("in 7 broadcasts, fewer than eight"), !has_interval, "{note}");
        assert!(number(&table, c::RATIO, at).is_some());
    }
}

#[test]
fn covers_that_were_never_together_are_told_so() {
    let mut apart = Scene::default();
    let mut strangers = Scene::default();
    for broadcast in 0..20 {
        let cover = if broadcast % 2 == 0 { "a" } else { "b" };
        let counts = clicks(10_000, 200 + u64::try_from(broadcast).unwrap());
        apart.shown(broadcast, ["prime", "all", &format!("b{broadcast:02}"), cover], &counts);
        let slot = if cover == "a" { "prime" } else { "night" };
        strangers.shown(broadcast, [slot, "all", &format!("b{broadcast:02}"), cover], &counts);
    }
    for (scene, basis, end) in [
        (apart, "same_market", "Not randomized; never on air together: only a rotation can tell."),
        (strangers, "not_comparable", "never shown in the same slot and audience: only a rotation can tell."),
    ] {
        let table = pairs(&scene.evidence());
        let at = row(&table, "b", "a", c::CTR);
        assert_eq!(text(&table, c::BASIS, at), basis);
        assert!(text(&table, c::NOTE, at).ends_with(end), "{}", text(&table, c::NOTE, at));
        assert_eq!(number(&table, &c::low(c::RATIO), at), None);
        assert_eq!(number(&table, c::PROBABILITY, at), None);
    }
}

#[test]
fn the_eight_best_are_compared_and_without_a_cover_on_air_nothing() {
    let names: Vec<String> = (0..11).map(|cover| format!("c{cover:02}")).collect();
    let shown: Vec<(&str, &str, u64)> =
        names.iter().map(String::as_str).zip(0..).map(|(name, at)| (name, "prime", 400 - 20 * at)).collect();
    let mut scene = scene(9, &shown);
    // The worst is the one that was on air last.
    scene.shown(0, ["prime", "all", "b00", "c10"], &clicks(500, 10));
    let table = pairs(&scene.evidence());
    assert_eq!(row(&table, "c10", "c00", c::CTR), 0);
    let against = |row: usize| (text(&table, c::COVER_ID, row), text(&table, c::AGAINST_COVER_ID, row));
    let by_ctr: Vec<(String, String)> =
        (1..table.height()).filter(|row| text(&table, c::METRIC, *row) == c::CTR).map(against).collect();
    let expected: Vec<(String, String)> = names[..8].iter().map(|name| (name.clone(), "c10".to_owned())).collect();
    assert_eq!(by_ctr, expected);
    // Times of which the log of covers says nothing are no cover, however much they drew.
    for broadcast in 0..9 {
        scene.shown(broadcast, ["prime", "all", &format!("b{broadcast:02}"), "unknown"], &clicks(10_000, 900));
    }
    let beside = pairs(&scene.evidence());
    let covers = |row: usize| text(&beside, c::COVER_ID, row);
    assert_eq!(beside.height(), table.height());
    assert!((0..beside.height()).all(|row| covers(row) != "unknown"), "{beside}");
    scene.shown(0, ["prime", "all", "b00", "unknown"], &clicks(90_000, 900));
    assert_eq!(pairs(&scene.evidence()).height(), 0);
}

#[test]
fn a_cover_that_never_drew_is_below_for_certain_and_one_beside_it_has_no_ratio() {
    let mut scene = scene(10, &[("a", "prime", 100)]);
    for broadcast in 0..10 {
        scene.shown(broadcast, ["prime", "all", &format!("b{broadcast:02}"), "b"], &clicks(10_000, 0));
    }
    let table = pairs(&scene.evidence());
    let at = row(&table, "b", "a", c::CTR);
    assert_eq!(number(&table, c::RATIO, at), Some(0.0));
    assert!(number(&table, &c::high(c::RATIO), at).unwrap() < 0.1);
    assert!(number(&table, c::PROBABILITY, at).unwrap() < 1e-6);
    let back = row(&table, "a", "b", c::CTR);
    assert_eq!((number(&table, c::RATIO, back), number(&table, c::PROBABILITY, back)), (None, None));
}
