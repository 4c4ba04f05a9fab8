//! Covers that were on air together, and one that was not.

use super::{clicks, cover};
use crate::testing::{Scene, number, row_of, text, wavering};
use coverledger_core::model::{Count, columns as c};

/// Broadcasts with these covers: impressions and clicks of each, the latter times the broadcast's level.
fn together(levels: &[u64], covers: &[(&str, u64)]) -> Scene {
    let mut scene = Scene::default();
    for (broadcast, level) in levels.iter().enumerate() {
        for (number, (name, usual)) in covers.iter().enumerate() {
            let clicked = level * wavering(u64::try_from(broadcast * 3 + number * 7).unwrap(), *usual);
            scene.shown(0, ["prime", "all", &format!("b{broadcast:02}"), name], &clicks(10_000, clicked));
        }
    }
    scene
}

#[test]
fn a_cover_that_joined_in_good_weeks_is_not_ranked_by_them() {
    // All rates double half way. `late` is worse than `usual` at any time, and its plain rate is higher.
    let levels: Vec<u64> = [[1; 12], [2; 12]].concat();
    let mut scene = together(&levels, &[("usual", 300), ("other", 280)]);
    for broadcast in 12..24 {
        let counts = clicks(10_000, 2 * wavering(broadcast, 250));
        scene.shown(0, ["prime", "all", &format!("b{broadcast:02}"), "late"], &counts);
    }
    let evidence = scene.evidence();
    let table = cover(&evidence);
    let row = |name| row_of(&table, c::COVER_ID, name);
    let of = |column: &str, name| number(&table, column, row(name)).unwrap();
    assert!(of(c::CTR, "late") > of(c::CTR, "usual"));
    let ranks = ["usual", "other", "late"].map(|name| number(&table, c::RANK, row(name)));
    assert_eq!(ranks, [Some(1.0), Some(2.0), Some(3.0)]);
    assert!(of(&c::high(c::RATIO), "late") < 1.0 && text(&table, c::FINDING, row("late")) == "weak", "{table}");
    assert_eq!(text(&table, c::RANKED_BY, row("late")), "adjusted_rate");
    assert_eq!((of(c::COMPARED_BROADCASTS, "late"), of(c::COMPARED_SHARE, "late")), (12.0, 1.0));
    let note = text(&table, c::NOTE, row("late"));
    assert!(
        note.starts_with("Not randomized: in the same broadcasts, slots and audiences it drew less than"),
        "{note}"
    );
    assert!(text(&table, c::NOTE_ZH, row("late")).starts_with("未随机分配"));
    assert_eq!(table.column(c::RANDOMIZED).unwrap().bool().unwrap().get(0), Some(false));
}

#[test]
fn one_that_was_always_alone_stands_behind_those_that_can_be_compared_and_says_why() {
    let mut scene = together(&[1; 10], &[("a", 300), ("b", 320)]);
    for broadcast in 0..10 {
        scene.shown(0, ["prime", "all", &format!("c{broadcast}"), "alone"], &clicks(10_000, 600));
    }
    // Beside another in seven broadcasts: one too few.
    for broadcast in 0..7 {
        scene.shown(0, ["prime", "all", &format!("b0{broadcast}"), "seldom"], &clicks(10_000, 900));
    }
    let evidence = scene.evidence();
    let table = cover(&evidence);
    let row = |name| row_of(&table, c::COVER_ID, name);
    let ranks = ["b", "a", "seldom", "alone"].map(|name| number(&table, c::RANK, row(name)));
    assert_eq!(ranks, [Some(1.0), Some(2.0), Some(3.0), Some(4.0)], "{table}");
    for (name, why) in
        [("alone", "never on air together with another cover"), ("seldom", "in 7 broadcasts, fewer")]
    {
        let note = text(&table, c::NOTE, row(name));
        assert!(note.contains(why) && note.contains("only a rotation can tell"), "{note}");
        assert_eq!(number(&table, c::ADJUSTED_RATE, row(name)), None);
        assert_eq!(text(&table, c::FINDING, row(name)), "nothing_certain");
    }
}

#[test]
fn a_cover_that_everybody_taps_and_nobody_stays_for_has_no_rank() {
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        for (name, clicked, stays) in [("bait", 600, 60), ("usual", 300, 150), ("good", 330, 170)] {
            let counts = [
                (Count::Impressions, 10_000),
                (Count::Clicks, wavering(broadcast, clicked)),
                (Count::Entries, wavering(broadcast, clicked)),
                (Count::Stays, wavering(broadcast + 3, stays)),
            ];
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), name], &counts);
        }
    }
    let evidence = scene.evidence();
    let table = cover(&evidence);
    assert_eq!((text(&table, c::COVER_ID, 0), number(&table, c::RANK, 0)), ("good".into(), Some(1.0)));
    let bait = row_of(&table, c::COVER_ID, "bait");
    assert_eq!((bait, number(&table, c::RANK, bait)), (2, None));
    assert_eq!(text(&table, c::FINDING, bait), "overpromises");
    let note = text(&table, c::NOTE, bait);
    assert!(note.contains("It overpromises: `diagnosis` rules, and it is not ranked"), "{note}");
    assert!(note.ends_with("Where `experiment` decides on this cover, that rules."), "{note}");
}
