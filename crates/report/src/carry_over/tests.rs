//! Rotations in which the cover before is seen on for some minutes.

use super::*;
use crate::evidence::Turn;
use crate::testing::{Scene, rotation};
use coverledger_core::model::Count;

/// Two weeks of turns of two hours, with `carried` minutes of the cover before at the beginning of each; `lift` is the
/// second cover's effect.
pub(super) fn history(seed: u64, lift: f64, carried: f64) -> (Evidence, Experiment, Vec<PlannedTurn>) {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let mut chance = SeededRng::new(seed, 3);
    let mut scene = Scene::default();
    let days = |turn: &PlannedTurn| experiment.to.since(turn.local_date).unwrap().get_days();
    let factor = |cover: usize| if cover == 1 { 1.0 + lift } else { 1.0 };
    let share = carried / 120.0;
    for (at, turn) in turns.iter().enumerate() {
        let before = turns[at.saturating_sub(1)].cover;
        let mean = 60.0 * (0.2 * chance.normal()).exp() * (1.0 + 0.5 * f64::from(u8::from(turn.slot == 1)));
        let orders = chance.poisson(mean * ((1.0 - share) * factor(turn.cover) + share * factor(before)));
        let slot = ["day", "night"][turn.slot];
        let counts = [(Count::Impressions, 1000), (Count::Orders, orders)];
        scene.shown(days(turn), [slot, "all", &format!("b{at:03}"), "red"], &counts);
    }
    let mut evidence = scene.evidence();
    for row in &mut evidence.rows {
        let at: usize = evidence.broadcasts[row.broadcast][1..].parse().unwrap();
        row.turn = Some(Turn { starts_at: turns[at].starts_at, burn_in: false });
    }
    (evidence, experiment, turns)
}

#[test]
fn minutes_of_the_cover_before_are_found_where_covers_differ() {
    let found: Vec<CarryOver> = (0..20)
        .map(|seed| {
            let (evidence, experiment, turns) = history(seed, 1.0, 24.0);
            carry_over(&evidence, &experiment, &turns).unwrap()
        })
        .collect();
    let mean = found.iter().map(|one| one.minutes).sum::<f64>() / 20.0;
    assert!((mean - 24.0).abs() < 4.0, "{mean} minutes");
    assert!(found.iter().filter(|one| one.p_value <= 0.05).count() >= 15, "{found:?}");
    let holds = |one: &&CarryOver| one.interval.low <= 24.0 && 24.0 <= one.interval.high;
    assert!(found.iter().filter(holds).count() >= 16, "{found:?}");
    assert_eq!(found[0].turns, 167, "all but the first");
}

#[test]
fn without_carry_over_nothing_is_found_more_often_than_by_chance() {
    let found: Vec<CarryOver> = (0..60)
        .map(|seed| {
            let (evidence, experiment, turns) = history(100 + seed, 1.0, 0.0);
            carry_over(&evidence, &experiment, &turns).unwrap()
        })
        .collect();
    // P(more than 7 of 60 | 0.05) = 0.02.
    assert!(found.iter().filter(|one| one.p_value <= 0.05).count() <= 7, "{found:?}");
}

#[test]
fn turns_differ_beyond_chance_by_what_they_were_drawn_with() {
    let of = |seed| {
        let (evidence, experiment, turns) = history(seed, 0.5, 0.0);
        crate::power::noise(&evidence, &experiment, &turns).unwrap().deviation
    };
    let mean = (0..10).map(of).sum::<f64>() / 10.0;
    assert!((mean - 0.2).abs() < 0.04, "{mean}");
}

#[test]
fn covers_that_do_not_differ_tell_nothing_of_it() {
    let (evidence, experiment, turns) = history(1, 0.0, 24.0);
    assert_eq!(carry_over(&evidence, &experiment, &turns), None);
}
