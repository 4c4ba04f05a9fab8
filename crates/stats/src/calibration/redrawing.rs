//! A rotation that is looked at every night: how often does randomization inference find what is not there?

use super::percent;
use crate::{RandomizationTest, SeededRng, float};

const NIGHTS: usize = 30;
const COVERS: usize = 3;
/// Blocks of a night; in each every cover has one turn, in an order drawn anew.
const BLOCKS: usize = 3;

/// The covers of all turns, by permuted blocks.
fn schedule(chance: &mut SeededRng) -> Vec<usize> {
    let block = |_| {
        let mut order: Vec<usize> = (0..COVERS).collect();
        chance.shuffle(&mut order);
        order
    };
    (0..NIGHTS * BLOCKS).flat_map(block).collect()
}

/// The greatest difference between covers' mean outcomes, at every look.
fn statistic(schedule: &[usize], outcomes: &[f64], effect: f64) -> Vec<f64> {
    let mut sums = [0.0; COVERS];
    let mut trajectory = Vec::with_capacity(NIGHTS);
    for (turn, (cover, outcome)) in schedule.iter().zip(outcomes).enumerate() {
        sums[*cover] += outcome + if *cover == 0 { effect } else { 0.0 };
        if (turn + 1) % (COVERS * BLOCKS) == 0 {
            let [least, most] =
                [f64::min as fn(f64, f64) -> f64, f64::max].map(|pick| sums.iter().copied().reduce(pick).unwrap());
            trajectory.push((most - least) / float((turn + 1) / COVERS));
        }
    }
    trajectory
}

/// How many tests ever rejected at 5 %. Outcomes follow the time of day and hang on to what was before.
fn rejected(tests: u32, draws: usize, effect: f64, stream: u64) -> u32 {
    let mut chance = SeededRng::new(4, stream);
    let spent: Vec<f64> = (1..=NIGHTS).map(|look| float(look) / float(NIGHTS)).collect();
    let mut rejected = 0;
    for _ in 0..tests {
        let mut mood = 0.0;
        let outcomes: Vec<f64> = (0..NIGHTS * BLOCKS * COVERS)
            .map(|turn| {
                mood = 0.6 * mood + chance.normal();
                mood + float(turn % (BLOCKS * COVERS)) / 2.0
            })
            .collect();
        let truth = schedule(&mut chance);
        let observed = statistic(&truth, &outcomes, effect);
        // What was observed stays, whoever is said to have been on air: the sharp null hypothesis.
        let facts: Vec<f64> = truth
            .iter()
            .zip(&outcomes)
            .map(|(cover, outcome)| outcome + if *cover == 0 { effect } else { 0.0 })
            .collect();
        let redrawn = (0..draws).map(|_| statistic(&schedule(&mut chance), &facts, 0.0));
        let trajectories: Vec<Vec<f64>> = std::iter::once(observed).chain(redrawn).collect();
        let look = |look| trajectories.iter().map(|trajectory| trajectory[look]).collect();
        rejected += u32::from(RandomizationTest::rejects(draws + 1, &spent, 0.05, look));
    }
    rejected
}

#[test]
fn a_rotation_without_effect_is_rejected_in_five_of_a_hundred_over_thirty_looks() {
    let share = percent(rejected(600, 199, 0.0, 41), 600);
    assert!((2.0..=6.8).contains(&share), "{share} %");
    let found = rejected(40, 199, 1.0, 42);
    assert!(found > 30, "an effect of 0.8 standard deviations is found in {found} of 40");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_rotations() {
    for (tests, draws, effect) in [(2000, 199, 0.0), (2000, 499, 0.0), (500, 499, 0.3), (500, 499, 0.5)] {
        println!("| {tests} | {draws} | {effect} | {:.1} |", percent(rejected(tests, draws, effect, 43), tests));
    }
}
