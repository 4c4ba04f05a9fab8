//! Splits that were published, and ones that are uneven where nobody looks.

use super::{Balance, Cell, Scope, inflation, permutation};
use crate::testing::{Scene, split};
use crate::trial::{Exposure, Trial};
use coverledger_config::Experiment;
use coverledger_core::model::Count;

fn balance(scene: &Scene, experiment: &Experiment) -> Balance {
    let evidence = scene.evidence();
    Balance::of(&Trial::new(&evidence, experiment, &[], evidence.until), experiment).unwrap()
}

fn cells(balance: &Balance, scope: Scope) -> Vec<&Cell> {
    balance.cells.iter().filter(|cell| cell.scope == scope).collect()
}

/// Viewers of two covers in a slot.
fn viewers(scene: &mut Scene, slot: &str, of: [u64; 2]) {
    for (cover, viewers) in ["a", "b"].into_iter().zip(of) {
        let counts = [(Count::UniqueImpressions, viewers), (Count::Impressions, 2 * viewers)];
        scene.shown(0, [slot, "all", "b1", cover], &counts);
    }
}

#[test]
fn a_published_split_is_flagged_at_one_in_a_hundred_and_not_at_one_in_a_thousand() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", [44_700, 45_489]);
    for (imbalance, is_imbalanced) in [(0.01, true), (0.001, false)] {
        let found = balance(&scene, &Experiment { imbalance, ..split(&["a", "b"]) });
        assert_eq!(found.basis, Count::UniqueImpressions);
        let all = cells(&found, Scope::All)[0];
        assert!((all.p_value.unwrap() - 0.0086).abs() < 5e-5, "{all:?}");
        assert_eq!(all.is_imbalanced, is_imbalanced, "{all:?}");
        assert_eq!(!found.uneven().is_empty(), is_imbalanced);
    }
}

#[test]
fn a_slot_is_flagged_where_the_whole_is_balanced() {
    let mut scene = Scene::default();
    viewers(&mut scene, "15", [1_673, 222]);
    viewers(&mut scene, "16", [9_000, 9_020]);
    viewers(&mut scene, "17", [9_000, 10_431]);
    let found = balance(&scene, &split(&["a", "b"]));
    let all = cells(&found, Scope::All)[0];
    assert!(!all.is_imbalanced && all.p_value.unwrap() > 0.99, "{all:?}");
    let slots: Vec<bool> = cells(&found, Scope::Slot).iter().map(|cell| cell.is_imbalanced).collect();
    assert_eq!(slots, [true, false, true]);
    assert_eq!(found.uneven()[0].place.slot, Some(0));
    assert!(cells(&found, Scope::SlotAudience)[0].is_imbalanced);
}

#[test]
fn shares_that_were_planned_uneven_are_even() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", [30_000, 10_050]);
    let mut experiment = split(&["a", "b"]);
    assert!(cells(&balance(&scene, &experiment), Scope::All)[0].is_imbalanced);
    let coverledger_config::Design::Split(design) = &mut experiment.design else { panic!() };
    design.shares = vec![0.75, 0.25];
    assert!(!cells(&balance(&scene, &experiment), Scope::All)[0].is_imbalanced);
}

#[test]
fn impressions_of_the_same_viewers_are_not_taken_for_viewers() {
    // Each viewer has ten impressions, so that χ² of impressions is ten times that of viewers.
    let mut scene = Scene::default();
    let uneven = [52, -31, 18, -60, 7, 44, -12, -25, 33, -5];
    for (number, more) in uneven.into_iter().enumerate() {
        for (cover, viewers) in [("a", 1000 + more), ("b", 1000 - more)] {
            let counts = [(Count::Impressions, 10 * u64::try_from(viewers).unwrap())];
            scene.shown(0, ["20", "all", &format!("b{number}"), cover], &counts);
        }
    }
    let found = balance(&scene, &split(&["a", "b"]));
    assert_eq!(found.basis, Count::Impressions);
    assert!(found.inflation > 5.0, "{}", found.inflation);
    assert!(found.uneven().is_empty(), "{found:?}");
    let exposures = [Exposure { cluster: 0, arm: 0, slot: 0, audience: 0, count: 100.0 }; 7];
    assert_eq!(inflation(&exposures, &[0.5, 0.5]), None);
}

#[test]
fn hardly_any_exposures_say_nothing() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", [9, 0]);
    let found = balance(&scene, &split(&["a", "b"]));
    assert_eq!(cells(&found, Scope::All)[0].p_value, None);
}

#[test]
fn a_rotation_is_held_against_schedules_that_were_as_likely() {
    let block = |cluster: usize, counts: [f64; 2]| {
        let arm =
            move |(arm, count): (usize, f64)| Exposure { cluster, arm, slot: cluster % 2, audience: 0, count };
        counts.into_iter().enumerate().map(arm)
    };
    // In each block one arm has twice the other: by turns, and always the same one.
    let turns: Vec<Exposure> =
        (0..16).flat_map(|number| block(number, [[200.0, 100.0], [100.0, 200.0]][number / 2 % 2])).collect();
    let always: Vec<Exposure> = (0..16).flat_map(|number| block(number, [200.0, 100.0])).collect();
    let all = |exposures: &[Exposure]| permutation::cells(exposures, 2, 1, 0.01)[0].clone();
    let (fair, unfair) = (all(&turns), all(&always));
    assert!(fair.p_value.unwrap() > 0.9 && !fair.is_imbalanced, "{fair:?}");
    // Two of 2^16 schedules are as uneven.
    assert!(unfair.p_value.unwrap() < 0.002 && unfair.is_imbalanced, "{unfair:?}");
    assert_eq!(unfair.expected, [2400.0, 2400.0]);
}
