//! Experiments whose truth is known, drawn by seed: is the level held under nightly looks, do intervals cover, and does
//! what is probably the best turn out to be? Each has a small run with a bound, and an ignored one that prints the rows
//! of the table in `docs/STATISTICS.md`.

mod rotations;
mod splits;

use super::{Draws, Outcome, Plan, choice, effects};
use coverledger_config::Assignment;
use coverledger_stats::calibration::{percent, size, successes};
use coverledger_stats::{SeededRng, holm};

const LEVEL: f64 = 0.05;
const ARMS: usize = 3;
const NIGHTS: usize = 30;
const SLOTS: usize = 4;
/// Turns of each slot on each day.
const TURNS: usize = 3;

/// What an experiment is drawn from.
#[derive(Clone, Copy)]
struct Truth {
    /// Of each arm, times the usual rate.
    lifts: [f64; ARMS],
    /// The standard deviation of the logarithm of the rate between broadcasts, and of an arm's own part in each.
    between: f64,
    own: f64,
}

const NOTHING: Truth = Truth { lifts: [1.0; ARMS], between: 0.3, own: 0.1 };

fn lognormal(chance: &mut SeededRng, deviation: f64) -> f64 {
    (deviation * chance.normal() - deviation.powi(2) / 2.0).exp()
}

/// So many broadcasts a night, in each of which every arm is shown.
fn split(chance: &mut SeededRng, truth: Truth, nightly: usize) -> (Vec<Outcome>, Plan) {
    let mut outcomes = Vec::new();
    for cluster in 0..NIGHTS * nightly {
        let usual = 0.05 * lognormal(chance, truth.between);
        for (arm, lift) in truth.lifts.into_iter().enumerate() {
            let trials = size(chance, 1500.0, 0.3);
            let rate = usual * lift * lognormal(chance, truth.own);
            let sum = successes(chance, trials, rate.min(1.0));
            outcomes.push(Outcome {
                look: cluster / nightly,
                stratum: cluster,
                cluster,
                group: None,
                arm,
                sum,
                trials,
            });
        }
    }
    let planned = crate::tally::float((NIGHTS * nightly) as u64);
    (outcomes, Plan::Split { planned, by: Assignment::Broadcast })
}

/// Every night each slot has as many turns as there are arms, in permuted blocks.
fn rotation(chance: &mut SeededRng, truth: Truth) -> (Vec<Outcome>, Plan) {
    let mut outcomes = Vec::new();
    for look in 0..NIGHTS {
        for slot in 0..SLOTS {
            let stratum = look * SLOTS + slot;
            let usual = 0.03 * (1.0 + crate::tally::float(slot as u64)) * lognormal(chance, truth.between);
            let mut covers: Vec<usize> = (0..ARMS).collect();
            for turn in 0..TURNS {
                if turn % ARMS == 0 {
                    chance.shuffle(&mut covers);
                }
                let arm = covers[turn % ARMS];
                let trials = size(chance, 500.0, 0.5);
                let rate = usual * truth.lifts[arm] * lognormal(chance, truth.own);
                let sum = successes(chance, trials, rate.min(1.0));
                let cluster = stratum * TURNS.div_ceil(ARMS) + turn / ARMS;
                outcomes.push(Outcome { look, stratum, cluster, group: None, arm, sum, trials });
            }
        }
    }
    (outcomes, Plan::Rotation(Draws { days: NIGHTS, redrawn: 499, seed: 7 }))
}

/// What was said of an experiment in its last night.
#[derive(Clone, Copy)]
struct Said {
    /// Whether an arm was ever found to differ, all arms together at the level.
    found: bool,
    /// Of the second arm alone: whether it was, and whether the interval holds the truth.
    second_found: bool,
    covered: bool,
}

fn said(outcomes: &[Outcome], plan: Plan, truth: Truth) -> Said {
    let found = effects(outcomes, ARMS, 0, NIGHTS, plan, LEVEL);
    let adjusted = holm(&found.iter().flatten().map(super::Effect::p_value).collect::<Vec<f64>>());
    let second = found[1].unwrap();
    let lift = truth.lifts[1] / truth.lifts[0] - 1.0;
    Said {
        found: adjusted.iter().any(|p| *p <= LEVEL),
        second_found: second.value > 0.0 && adjusted[0] <= LEVEL,
        covered: second.interval.is_some_and(|interval| interval.low <= lift && lift <= interval.high),
    }
}

fn simulated(
    tests: u64,
    truth: Truth,
    seed: u64,
    draw: impl Fn(&mut SeededRng) -> (Vec<Outcome>, Plan),
) -> [u32; 3] {
    (0..tests).fold([0; 3], |sum, test| {
        let (outcomes, plan) = draw(&mut SeededRng::new(seed, test));
        let said = said(&outcomes, plan, truth);
        [sum[0] + u32::from(said.found), sum[1] + u32::from(said.second_found), sum[2] + u32::from(said.covered)]
    })
}

#[test]
fn thirty_nights_of_a_split_of_nothing_find_something_in_at_most_five_of_a_hundred() {
    let [found, _, covered] = simulated(200, NOTHING, 41, |chance| split(chance, NOTHING, 2));
    assert!(percent(found, 200) <= 5.0, "{found} of 200");
    assert!(percent(covered, 200) >= 95.0, "{covered} of 200");
    let better = Truth { lifts: [1.0, 1.15, 1.0], ..NOTHING };
    let [_, found, covered] = simulated(60, better, 42, |chance| split(chance, better, 2));
    assert!(found > 40, "a gain of 15 % is found in {found} of 60");
    // 57 are expected: P(fewer than 54) is 0.05.
    assert!(covered >= 54, "{covered} of 60");
}

#[test]
fn thirty_nights_of_a_rotation_of_nothing_find_something_in_at_most_five_of_a_hundred() {
    let [found, _, covered] = simulated(60, NOTHING, 43, |chance| rotation(chance, NOTHING));
    // 0.05 and what chance adds to 60 tests: P(more than 6 | 0.05) = 0.03.
    assert!(found <= 6, "{found} of 60");
    assert!(covered >= 53, "{covered} of 60");
    let better = Truth { lifts: [1.0, 1.15, 1.0], ..NOTHING };
    let [_, found, covered] = simulated(20, better, 44, |chance| rotation(chance, better));
    assert!(found > 10, "a gain of 15 % is found in {found} of 20");
    assert!(covered >= 17, "{covered} of 20");
}

/// Arms whose true lifts are drawn; by the tenth that their probability of being the best fell in: how many there were,
/// the sum of the probabilities, and how many were the best.
fn bests(tests: u64, seed: u64, draw: impl Fn(&mut SeededRng, Truth) -> (Vec<Outcome>, Plan)) -> [[f64; 3]; 10] {
    let mut bins = [[0.0; 3]; 10];
    for test in 0..tests {
        let mut chance = SeededRng::new(seed, test);
        let lifts = [(); ARMS].map(|()| (0.08 * chance.normal()).exp());
        let (outcomes, plan) = draw(&mut chance, Truth { lifts, ..NOTHING });
        let chosen = choice::choice(&outcomes, ARMS, plan, 0.05).unwrap();
        let best = (0..ARMS).max_by(|one, other| lifts[*one].total_cmp(&lifts[*other])).unwrap();
        for (arm, probability) in chosen.best.iter().enumerate() {
            let tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
            let bin = &mut bins[tenths.iter().filter(|tenth| **tenth <= *probability).count()];
            *bin = [bin[0] + 1.0, bin[1] + probability, bin[2] + f64::from(u8::from(arm == best))];
        }
    }
    bins
}

/// The mean distance of what was promised from what came true, weighed by how often it was said.
fn miscalibration(bins: &[[f64; 3]; 10]) -> f64 {
    let all: f64 = bins.iter().map(|bin| bin[0]).sum();
    bins.iter().map(|bin| (bin[1] - bin[2]).abs()).sum::<f64>() / all
}

#[test]
fn what_is_probably_the_best_is_it_as_often_as_said() {
    let in_a_split = bests(200, 45, |chance, truth| split(chance, truth, 1));
    assert!(miscalibration(&in_a_split) < 0.05, "{in_a_split:?}");
    let in_a_rotation = bests(200, 46, rotation);
    assert!(miscalibration(&in_a_rotation) < 0.05, "{in_a_rotation:?}");
}

#[test]
#[ignore = "prints the tables of docs/STATISTICS.md"]
fn tables_of_trials() {
    const TESTS: u64 = 1000;
    let row = |design: &str, lift: f64, [found, second, covered]: [u32; 3]| {
        let percent = |count| percent(count, 1000);
        println!(
            "| {design} | {lift} | {:.1} | {:.1} | {:.1} |",
            percent(found),
            percent(second),
            percent(covered)
        );
    };
    for lift in [1.0, 1.15] {
        let truth = Truth { lifts: [1.0, lift, 1.0], ..NOTHING };
        row("split", lift, simulated(TESTS, truth, 47, |chance| split(chance, truth, 2)));
        row("rotation", lift, simulated(TESTS, truth, 48, |chance| rotation(chance, truth)));
    }
    for (design, bins) in [
        ("split", bests(TESTS, 49, |chance, truth| split(chance, truth, 1))),
        ("rotation", bests(TESTS, 50, rotation)),
    ] {
        for [said, promised, best] in bins.into_iter().filter(|bin| bin[0] > 0.0) {
            println!("| {design} | {said} | {:.1} | {:.1} |", 100.0 * promised / said, 100.0 * best / said);
        }
        println!("{design}: off by {:.2} points on average", 100.0 * miscalibration(&bins));
    }
}
