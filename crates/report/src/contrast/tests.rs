//! Covers beside each other, by hand.

use super::{Contrast, contrasts};
use crate::rates::Rate;
use crate::testing::{Scene, wavering};
use coverledger_core::model::{Count, columns as c};

fn clicks(impressions: u64, clicks: u64) -> [(Count, u64); 2] {
    [(Count::Impressions, impressions), (Count::Clicks, clicks)]
}

/// Of covers in the order of their names.
fn of(scene: &Scene) -> Vec<Contrast> {
    let rate = Rate::named(c::CTR).unwrap();
    contrasts(&scene.evidence(), rate).into_iter().map(Option::unwrap_or_default).collect()
}

fn close(one: Option<f64>, other: f64) {
    assert!(one.is_some_and(|one| (one - other).abs() < 1e-12), "{one:?} {other}");
}

#[test]
fn the_ratio_is_that_of_mantel_and_haenszel_over_broadcasts_slots_and_audiences() {
    let mut scene = Scene::default();
    scene.shown(1, ["prime", "f", "b0", "a"], &clicks(1_000, 40));
    scene.shown(1, ["prime", "f", "b0", "b"], &clicks(3_000, 90));
    scene.shown(1, ["prime", "m", "b0", "a"], &clicks(500, 10));
    scene.shown(1, ["prime", "m", "b0", "b"], &clicks(500, 5));
    scene.shown(0, ["prime", "f", "b1", "a"], &clicks(2_000, 120));
    scene.shown(0, ["prime", "f", "b1", "b"], &clicks(1_000, 50));
    // Alone: of its rate, and of no comparison.
    scene.shown(0, ["night", "f", "b2", "a"], &clicks(1_500, 300));
    let [a, b] = of(&scene)[..] else { panic!() };
    // Σ s m ÷ N over Σ t n ÷ N, as statsmodels' StratifiedTable.riskratio_pooled has it.
    let observed = 40.0 * 3_000.0 / 4_000.0 + 10.0 * 500.0 / 1_000.0 + 120.0 * 1_000.0 / 3_000.0;
    let expected = 90.0 * 1_000.0 / 4_000.0 + 5.0 * 500.0 / 1_000.0 + 50.0 * 2_000.0 / 3_000.0;
    close(a.ratio, observed / expected);
    close(b.ratio, expected / observed);
    close(Some(a.rate), 470.0 / 5_000.0);
    close(a.baseline, a.rate * expected / observed);
    close(Some(a.share), 3_500.0 / 5_000.0);
    assert_eq!((a.broadcasts, b.broadcasts, a.group, b.group), (2, 2, 0, 0));
    assert_eq!((a.interval, a.above, a.adjusted), (None, None, None), "two broadcasts are too few");
}

#[test]
fn a_cover_that_was_always_alone_is_held_against_nothing() {
    let mut scene = Scene::default();
    for broadcast in 0..20 {
        let cover = ["a", "b"][broadcast % 2];
        scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &clicks(10_000, 300));
    }
    // The same broadcast, and another slot.
    scene.shown(0, ["night", "all", "b0", "b"], &clicks(10_000, 300));
    for alone in of(&scene) {
        assert_eq!((alone.broadcasts, alone.ratio, alone.baseline, alone.interval), (0, None, None, None));
        assert!(!alone.is_told() && alone.surely_above() <= 0.0 && alone.surely_below() <= 0.0);
    }
}

#[test]
fn what_all_covers_of_a_broadcast_share_cancels() {
    // All rates double half way; c joins then. b draws a third more than the others at any time.
    let mut scene = Scene::default();
    for broadcast in 0..24 {
        let level = if broadcast < 12 { 1 } else { 2 };
        for (cover, usual) in [("a", 300), ("b", 400), ("c", 300)] {
            if cover == "c" && level == 1 {
                continue;
            }
            let counts = clicks(10_000, level * wavering(broadcast * 7 + usual / 100, usual));
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &counts);
        }
    }
    let [a, b, c] = of(&scene)[..] else { panic!() };
    assert!(c.rate > 1.3 * a.rate, "its plain rate is that of the good weeks: {} {}", c.rate, a.rate);
    assert!(b.surely_above() > 0.99 && b.surely_below() <= 0.0, "{b:?}");
    // Beside b and a, at 0.03 ÷ 0.035: below, and not above.
    assert!(c.ratio.is_some_and(|ratio| (ratio - 6.0 / 7.0).abs() < 0.01) && c.surely_above() <= 0.0, "{c:?}");
}

#[test]
fn covers_are_linked_by_others_that_both_were_on_air_with() {
    let mut scene = Scene::default();
    for (broadcast, covers) in [("b0", ["a", "b"]), ("b1", ["b", "c"]), ("b2", ["d", "e"])] {
        for cover in covers {
            scene.shown(0, ["prime", "all", broadcast, cover], &clicks(1_000, 20));
        }
    }
    let groups: Vec<usize> = of(&scene).iter().map(|contrast| contrast.group).collect();
    assert_eq!(groups, [0, 0, 0, 3, 3]);
}

#[test]
fn a_cover_without_any_success_lies_surely_below_where_many_were_to_be_expected() {
    let mut scene = Scene::default();
    for broadcast in 0..10 {
        for (cover, usual) in [("a", 300), ("b", 300), ("none", 0)] {
            let clicked = if usual == 0 { 0 } else { wavering(broadcast, usual) };
            scene.shown(0, ["prime", "all", &format!("b{broadcast}"), cover], &clicks(10_000, clicked));
        }
    }
    let none = of(&scene)[2];
    assert_eq!(none.ratio, Some(0.0));
    assert!(none.interval.is_some_and(|interval| interval.low <= 0.0 && interval.high < 0.1), "{none:?}");
    assert!(none.surely_below() > 0.99 && (none.baseline.unwrap() - 0.03).abs() < 1e-3, "{none:?}");
}
