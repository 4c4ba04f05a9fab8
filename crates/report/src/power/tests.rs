//! What is promised, held against fresh traffic of the same process.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of impressions")]

use coverledger_config::Assignment;

use super::*;
use crate::testing::{Scene, rotation, split};

/// Broadcasts of one process: so many orders of 2,000 impressions, and half as many again or fewer.
fn history(seed: u64) -> Scene {
    let mut chance = SeededRng::new(seed, 1);
    let mut scene = Scene::default();
    for number in 0..28 {
        let (impressions, orders) = broadcast(&mut chance);
        let counts = [(Count::Impressions, impressions), (Count::Orders, orders)];
        scene.shown(number, ["prime", "all", &format!("b{number:02}"), "red"], &counts);
    }
    scene
}

fn broadcast(chance: &mut SeededRng) -> (u64, u64) {
    let impressions = (2000.0 * (0.4 * chance.normal()).exp()) as u64;
    let rate = 0.03 * (0.4 * chance.normal()).exp();
    (impressions, chance.binomial(impressions, rate))
}

/// How often experiments on fresh broadcasts of that process find a gain, each viewer's cover drawn by lot.
fn fresh(gain: f64, tests: u64) -> f64 {
    let is_found = |test: &u64| {
        let mut chance = SeededRng::new(99, *test);
        let mut outcomes = Vec::new();
        for number in 0..28 {
            let impressions = (2000.0 * (0.4 * chance.normal()).exp()) as u64;
            let rate = 0.03 * (0.4 * chance.normal()).exp();
            for (arm, trials) in chance.deal(impressions, 2).into_iter().enumerate() {
                let rate = if arm == 1 { rate * (1.0 + gain) } else { rate };
                let sum = float(chance.binomial(trials, rate));
                outcomes.push(Outcome {
                    look: number,
                    stratum: number,
                    cluster: number,
                    group: None,
                    arm,
                    sum,
                    trials: float(trials),
                });
            }
        }
        p_values(&outcomes, 2, 0, 28, Plan::Split { planned: 28.0, by: Assignment::Broadcast })[1]
            .is_some_and(|p| p <= 0.05)
    };
    float((0..tests).filter(is_found).count() as u64) / float(tests)
}

/// What is promised of a gain by each of so many histories.
fn promised_of_splits(gain: f64, histories: u64) -> Vec<f64> {
    let experiment = Experiment { worth: gain, ..split(&["red", "blue"]) };
    (0..histories).map(|seed| power(&history(seed).evidence(), &experiment, &[]).unwrap().found).collect()
}

/// Rates of a slot differ by date and by turn.
fn rates(chance: &mut SeededRng) -> [f64; 2] {
    [0.04, 0.08].map(|usual| usual * (0.2 * chance.normal()).exp())
}

/// The same of rotations; in the history there is another broadcast every two hours, as long as a turn.
fn promised_of_rotations(gain: f64, histories: u64) -> Vec<f64> {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let experiment = Experiment { worth: gain, ..experiment };
    let history = |seed| {
        let mut chance = SeededRng::new(seed, 2);
        let mut scene = Scene::default();
        for day in 0..28 {
            for number in 0..12 {
                let rate = rates(&mut chance)[number / 6];
                let counts = [(Count::Impressions, 400), (Count::Orders, chance.binomial(400, rate))];
                let broadcast = format!("b{day:02}{number:02}");
                scene.shown(day, [["day", "night"][number / 6], "all", &broadcast, "red"], &counts);
            }
        }
        scene.evidence()
    };
    (0..histories).map(|seed| power(&history(seed), &experiment, &turns).unwrap().found).collect()
}

/// How often rotations on fresh turns of that process find a gain.
fn fresh_turns(gain: f64, tests: u64) -> f64 {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let blocks = crate::trial::blocks(&turns, 2);
    let is_found = |test: &u64| {
        let mut chance = SeededRng::new(98, *test);
        let turn = |(turn, cluster): (&PlannedTurn, &usize)| {
            let lift = if turn.cover == 1 { 1.0 + gain } else { 1.0 };
            let rate = rates(&mut chance)[turn.slot] * lift;
            let trials = 400.0 * (7200.0 - 300.0) / 7200.0;
            let sum = float(chance.binomial(trials as u64, rate));
            let look = usize::try_from(turn.local_date.since(experiment.from).unwrap().get_days()).unwrap();
            Outcome {
                look,
                stratum: 2 * look + turn.slot,
                cluster: *cluster,
                group: None,
                arm: turn.cover,
                sum,
                trials,
            }
        };
        let outcomes: Vec<Outcome> = turns.iter().zip(&blocks).map(turn).collect();
        let plan = Plan::Rotation(Draws { days: 14, redrawn: 499, seed: *test });
        p_values(&outcomes, 2, 0, 14, plan)[1].is_some_and(|p| p <= 0.05)
    };
    float((0..tests).filter(is_found).count() as u64) / float(tests)
}

fn mean(shares: &[f64]) -> f64 {
    shares.iter().sum::<f64>() / float(shares.len() as u64)
}

#[test]
fn power_of_a_split_is_what_fresh_broadcasts_find() {
    let (promised, found) = (mean(&promised_of_splits(0.15, 20)), fresh(0.15, 1000));
    assert!((0.3..0.95).contains(&found), "{found} tells nothing");
    assert!((promised - found).abs() < 0.05, "{promised} was promised and {found} found");
}

#[test]
fn power_of_a_rotation_is_what_fresh_turns_find() {
    let (promised, found) = (mean(&promised_of_rotations(0.15, 4)), fresh_turns(0.15, 400));
    assert!((0.3..0.95).contains(&found), "{found} tells nothing");
    assert!((promised - found).abs() < 0.05, "{promised} was promised and {found} found");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_power() {
    let row = |design: &str, gain: f64, mut promised: Vec<f64>, found: f64| {
        promised.sort_by(f64::total_cmp);
        let [mean, low, high, found] =
            [mean(&promised), promised[promised.len() / 10], promised[promised.len() * 9 / 10], found]
                .map(|share| 100.0 * share);
        println!("| {design} | {:.0} % | {mean:.1} | {low:.0} to {high:.0} | {found:.1} |", 100.0 * gain);
    };
    for gain in [0.1, 0.15, 0.2] {
        row("split", gain, promised_of_splits(gain, 40), fresh(gain, 4000));
    }
    for gain in [0.1, 0.15, 0.2] {
        row("rotation", gain, promised_of_rotations(gain, 20), fresh_turns(gain, 2000));
    }
}

#[test]
fn a_gain_that_is_found_four_times_in_five_is_found_by_more_broadcasts_if_smaller() {
    let evidence = history(1).evidence();
    let smallest = |broadcasts: u32| {
        let mut experiment = split(&["red", "blue"]);
        let Design::Split(plan) = &mut experiment.design else { panic!("a split") };
        plan.broadcasts = broadcasts;
        power(&evidence, &experiment, &[]).unwrap().smallest.unwrap()
    };
    let (few, many) = (smallest(20), smallest(160));
    assert!(many < few && many > 0.02 && few < 1.0, "{many} {few}");
}

#[test]
fn without_orders_or_broadcasts_nothing_is_promised() {
    let experiment = split(&["red", "blue"]);
    let mut short = history(1);
    short.rows.truncate(7);
    assert_eq!(power(&short.evidence(), &experiment, &[]), None);
    let mut unknown = Scene::default();
    for number in 0..10 {
        unknown.shown(number, ["prime", "all", &format!("b{number}"), "red"], &[(Count::Impressions, 100)]);
    }
    assert_eq!(power(&unknown.evidence(), &experiment, &[]), None);
}
