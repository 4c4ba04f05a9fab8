//! Splits that are uneven where nobody looks, and ones that only look it.

use super::{Balance, Cell, Found, Scope, lots, permutation};
use crate::testing::{Scene, split};
use crate::trial::{Exposure, Trial, Unit};
use coverledger_config::{Assignment, Design, Experiment};
use coverledger_core::model::Count;
use coverledger_stats::SeededRng;

fn balance(scene: &Scene, experiment: &Experiment) -> Balance {
    let evidence = scene.evidence();
    Balance::of(&Trial::new(&evidence, experiment, &[], evidence.until), experiment).unwrap()
}

fn cells(balance: &Balance, scope: Scope) -> Vec<&Cell> {
    balance.cells.iter().filter(|cell| cell.scope == scope).collect()
}

fn p_value(cell: &Cell) -> f64 {
    cell.found.unwrap().p_value
}

/// Viewers of two covers in a slot of so many broadcasts, one a day, now more of the one and now of the other.
fn viewers(scene: &mut Scene, slot: &str, broadcasts: i32, of: [u64; 2]) {
    for number in 0..broadcasts {
        let more = u64::try_from(2 * number % 5).unwrap();
        for (cover, viewers) in ["a", "b"].into_iter().zip([of[0] + more, of[1] + 4 - more]) {
            let counts = [(Count::UniqueImpressions, viewers), (Count::Impressions, 2 * viewers)];
            scene.shown(number, [slot, "all", &format!("b{number:02}"), cover], &counts);
        }
    }
}

#[test]
fn a_split_that_is_uneven_everywhere_is_found_in_few_broadcasts() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", 12, [1600, 400]);
    let found = balance(&scene, &split(&["a", "b"]));
    assert_eq!((found.basis, found.unit), (Count::UniqueImpressions, Unit::Broadcasts));
    let all = cells(&found, Scope::All)[0];
    assert!(all.is_imbalanced && p_value(all) < 1e-15 && all.units == 12, "{all:?}");
    assert_eq!(found.p_value(), Some(all.found.unwrap().p_adjusted));
    // Of seven broadcasts nothing is said.
    let mut scene = Scene::default();
    viewers(&mut scene, "20", 7, [1600, 400]);
    let found = balance(&scene, &split(&["a", "b"]));
    assert_eq!((cells(&found, Scope::All)[0].found, found.p_value()), (None, None));
}

#[test]
fn the_level_says_what_is_too_uneven() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", 20, [4470, 4549]);
    for (imbalance, is_imbalanced) in [(0.05, true), (0.001, false)] {
        let found = balance(&scene, &Experiment { imbalance, ..split(&["a", "b"]) });
        let all = cells(&found, Scope::All)[0];
        assert_eq!(all.is_imbalanced, is_imbalanced, "{all:?}");
        assert_eq!(!found.uneven().is_empty(), is_imbalanced);
    }
}

#[test]
fn a_slot_is_flagged_where_the_whole_is_balanced() {
    let mut scene = Scene::default();
    viewers(&mut scene, "15", 12, [1_100, 900]);
    viewers(&mut scene, "16", 12, [1_000, 1_000]);
    viewers(&mut scene, "17", 12, [900, 1_100]);
    let found = balance(&scene, &split(&["a", "b"]));
    let all = cells(&found, Scope::All)[0];
    assert!(!all.is_imbalanced && p_value(all) > 0.5, "{all:?}");
    let slots: Vec<bool> = cells(&found, Scope::Slot).iter().map(|cell| cell.is_imbalanced).collect();
    assert_eq!(slots, [true, false, true]);
    assert!(found.uneven()[0].place.slot.is_some());
    assert!(cells(&found, Scope::SlotAudience)[0].is_imbalanced);
}

#[test]
fn shares_that_were_planned_uneven_are_even() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", 12, [3_000, 1_000]);
    let mut experiment = split(&["a", "b"]);
    assert!(cells(&balance(&scene, &experiment), Scope::All)[0].is_imbalanced);
    let Design::Split(design) = &mut experiment.design else { panic!() };
    design.shares = vec![0.75, 0.25];
    assert!(!cells(&balance(&scene, &experiment), Scope::All)[0].is_imbalanced);
}

#[test]
fn an_arm_that_came_later_or_left_is_held_against_what_was_there_with_it() {
    let covers = ["a", "b", "late"];
    let mut scene = Scene::default();
    let mut show = |day: i32, cover: &str, viewers: u64| {
        let counts = [(Count::UniqueImpressions, viewers)];
        scene.shown(day, ["20", "all", &format!("b{day:02}"), cover], &counts);
    };
    for number in 0..24 {
        let more = u64::try_from(2 * number % 5).unwrap();
        // Days are counted backwards: the last twelve are the early ones.
        if number < 12 {
            for cover in covers {
                show(number, cover, 1000 + if cover == "late" { more } else { 4 - more });
            }
        } else {
            show(number, "a", 1500 + more);
            show(number, "b", 1502 - more);
        }
    }
    let found = balance(&scene, &split(&covers));
    let all = cells(&found, Scope::All)[0];
    assert!(!all.is_imbalanced && p_value(all) > 0.01, "{all:?}");
    assert!((all.expected[2] / all.observed[2] - 1.0).abs() < 0.01, "{all:?}");
    // A third of it is missing where it ran.
    for row in scene.rows.iter_mut().filter(|row| row.1[3] == "late") {
        row.3.put(Count::UniqueImpressions, coverledger_core::model::Measure::exact(660));
    }
    assert!(cells(&balance(&scene, &split(&covers)), Scope::All)[0].is_imbalanced);
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
    let Found { inflation, .. } = cells(&found, Scope::All)[0].found.unwrap();
    assert!((5.0..30.0).contains(&inflation), "{inflation}");
    assert!(found.uneven().is_empty(), "{found:?}");
}

/// Regulars who come to every broadcast and keep their cover, and others; each with several impressions.
fn returning(chance: &mut SeededRng) -> Vec<Exposure> {
    let mut exposures = Vec::new();
    let regular = |chance: &mut SeededRng| (u16::try_from(chance.below(128)).unwrap(), chance.below(2));
    let regulars: Vec<(u16, usize)> = (0..300).map(|_| regular(chance)).collect();
    for cluster in 0..20 {
        let others: Vec<(u16, usize)> = (0..300).map(|_| regular(chance)).collect();
        for (group, arm) in regulars.iter().chain(&others) {
            let count = 1.0 + crate::tally::float(chance.poisson(3.0));
            exposures.push(Exposure {
                look: cluster,
                cluster,
                group: Some(*group),
                arm: *arm,
                slot: 0,
                audience: 0,
                count,
            });
        }
    }
    exposures
}

#[test]
fn viewers_who_come_back_are_no_imbalance_where_they_are_told_apart() {
    let (mut by_groups, mut by_broadcasts) = (0, 0);
    for test in 0..60 {
        let exposures = returning(&mut SeededRng::new(21, test));
        let is_uneven = |unit| lots::cells(&exposures, &[0.5, 0.5], unit, 0.01)[0].is_imbalanced;
        by_groups += u32::from(is_uneven(Unit::Groups));
        by_broadcasts += u32::from(is_uneven(Unit::Broadcasts));
        assert!(!is_uneven(Unit::NoViewerIds));
    }
    // One in a hundred, and what chance adds: P(more than 3 of 60) is 0.003.
    assert!(by_groups <= 3, "{by_groups} of 60");
    assert!(by_broadcasts > 20, "broadcasts would have done: {by_broadcasts} of 60");
}

#[test]
fn viewers_who_keep_their_cover_and_are_not_told_apart_are_not_checked() {
    let mut scene = Scene::default();
    viewers(&mut scene, "20", 12, [1600, 400]);
    let mut experiment = split(&["a", "b"]);
    let Design::Split(design) = &mut experiment.design else { panic!() };
    design.assignment = Assignment::Viewer;
    let found = balance(&scene, &experiment);
    assert_eq!(found.unit, Unit::NoViewerIds);
    assert!(found.cells.iter().all(|cell| cell.found.is_none() && !cell.is_imbalanced), "{found:?}");
}

#[test]
fn hardly_any_exposures_say_nothing() {
    let mut scene = Scene::default();
    for number in 0..9 {
        let counts = [(Count::UniqueImpressions, 1)];
        scene.shown(number, ["20", "all", &format!("b{number}"), "a"], &counts);
    }
    assert_eq!(cells(&balance(&scene, &split(&["a", "b"])), Scope::All)[0].found, None);
}

#[test]
fn a_rotation_is_held_against_schedules_that_were_as_likely() {
    let block = |cluster: usize, counts: [f64; 2]| {
        let arm = move |(arm, count): (usize, f64)| Exposure {
            look: 0,
            cluster,
            group: None,
            arm,
            slot: cluster % 2,
            audience: 0,
            count,
        };
        counts.into_iter().enumerate().map(arm)
    };
    // In each block one arm has twice the other: by turns, and always the same one.
    let turns: Vec<Exposure> =
        (0..16).flat_map(|number| block(number, [[200.0, 100.0], [100.0, 200.0]][number / 2 % 2])).collect();
    let always: Vec<Exposure> = (0..16).flat_map(|number| block(number, [200.0, 100.0])).collect();
    let all = |exposures: &[Exposure]| permutation::cells(exposures, 2, 1, 0.01)[0].clone();
    let (fair, unfair) = (all(&turns), all(&always));
    assert!(p_value(&fair) > 0.9 && !fair.is_imbalanced, "{fair:?}");
    // Two of 2^16 schedules are as uneven.
    assert!(p_value(&unfair) < 0.002 && unfair.is_imbalanced, "{unfair:?}");
    assert_eq!((unfair.expected, unfair.units), (vec![2400.0, 2400.0], 16));
}
