//! Which arm is probably the best.

use std::collections::BTreeMap;

use super::{Outcome, Plan};
use coverledger_stats::{Choice, FEWEST_CLUSTERS, choose};

const DRAWS: usize = 10_000;
const SEED: u64 = 20_260_827;

/// Sums and trials by arm and stratum.
type Cells = Vec<Vec<[f64; 2]>>;

/// How probably each arm has the highest rate, and what choosing it costs on average against the best one, as a share of the rate
/// of all arms together. Effects are taken to be drawn around a common mean with the spread that the arms show beyond their errors
/// (`DerSimonian` and Laird 1986), and never less than what is worth having. Errors, and how they hang together, by leaving
/// out one cluster at a time: broadcasts of a split, and the slot of a day of a rotation. `None` with fewer clusters than
/// an interval needs, or where an arm was never seen.
pub(super) fn choice(outcomes: &[Outcome], arms: usize, plan: Plan, worth: f64) -> Option<Choice> {
    let strata = outcomes.iter().map(|outcome| outcome.stratum + 1).max()?;
    let empty = || vec![vec![[0.0; 2]; strata]; arms];
    let (mut total, mut clusters) = (empty(), BTreeMap::<(usize, usize), Cells>::new());
    for outcome in outcomes {
        let key = match plan {
            Plan::Rotation(_) => (outcome.look, outcome.stratum),
            Plan::Split { .. } => (0, outcome.cluster),
        };
        for cells in [&mut total, clusters.entry(key).or_insert_with(empty)] {
            let cell = &mut cells[outcome.arm][outcome.stratum];
            cell[0] += outcome.sum;
            cell[1] += outcome.trials;
        }
    }
    if clusters.len() < FEWEST_CLUSTERS {
        return None;
    }
    let means = ratios(&total)?;
    let without: Vec<Vec<f64>> = clusters
        .values()
        .map(|cluster| {
            let mut rest = total.clone();
            for (cell, part) in rest.iter_mut().flatten().zip(cluster.iter().flatten()) {
                cell[0] -= part[0];
                cell[1] -= part[1];
            }
            ratios(&rest)
        })
        .collect::<Option<_>>()?;
    let count = float(without.len());
    let middle: Vec<f64> = (0..arms).map(|arm| without.iter().map(|one| one[arm]).sum::<f64>() / count).collect();
    let covariance: Vec<Vec<f64>> = (0..arms)
        .map(|row| {
            let entry = |column: usize| {
                let product = |one: &Vec<f64>| (one[row] - middle[row]) * (one[column] - middle[column]);
                without.iter().map(product).sum::<f64>() * (count - 1.0) / count
            };
            (0..arms).map(entry).collect()
        })
        .collect();
    Some(choose(&means, &covariance, Some(spread(&means, &covariance).max(worth)), DRAWS, SEED))
}

/// Observed ÷ expected of each arm, expected at the rate of all arms within each stratum.
fn ratios(cells: &Cells) -> Option<Vec<f64>> {
    let strata = cells.first()?.len();
    let rates: Vec<f64> = (0..strata)
        .map(|stratum| {
            let of = |part: usize| cells.iter().map(|arm| arm[stratum][part]).sum::<f64>();
            if of(1) > 0.0 { of(0) / of(1) } else { 0.0 }
        })
        .collect();
    let ratio = |arm: &Vec<[f64; 2]>| {
        let observed: f64 = arm.iter().map(|cell| cell[0]).sum();
        let expected: f64 = arm.iter().zip(&rates).map(|(cell, rate)| cell[1] * rate).sum();
        (expected > 0.0).then(|| observed / expected)
    };
    cells.iter().map(ratio).collect()
}

/// The spread between arms that their errors do not explain.
fn spread(means: &[f64], covariance: &[Vec<f64>]) -> f64 {
    let count = float(means.len());
    let middle = means.iter().sum::<f64>() / count;
    let between = means.iter().map(|mean| (mean - middle).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    let error = (0..means.len()).map(|at| covariance[at][at]).sum::<f64>() / count;
    (between - error).max(0.0).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "a few clusters and arms")]
fn float(count: usize) -> f64 {
    count as f64
}
