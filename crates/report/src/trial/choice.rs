//! Which arm is probably the best.

use std::collections::BTreeMap;

use super::{Outcome, Plan};
use coverledger_config::Assignment;
use coverledger_stats::{Choice, FEWEST_CLUSTERS, choose};

const DRAWS: usize = 10_000;
const SEED: u64 = 20_260_827;

/// Sums and trials, by arm.
type Cells = Vec<[f64; 2]>;
/// Observed and expected, by arm.
type Parts = Vec<[f64; 2]>;
type Matrix = Vec<Vec<f64>>;

/// How probably each arm has the highest rate, and what choosing it costs on average against the best one, as a share of the rate
/// of all arms together. Arms are compared within strata in which at least two were seen. Effects are taken to be drawn around a
/// common mean with the spread that the arms show beyond their errors (`DerSimonian` and Laird 1986), and never less than what
/// is worth having. Errors, and how they hang together, by leaving out one stratum at a time: a broadcast of a split, and
/// the slot of a date of a rotation; and one group of viewers at a time where viewers keep their cover. `None` with fewer strata
/// than an interval needs, where an arm was never seen, and where viewers keep their cover and are not told apart.
pub(super) fn choice(outcomes: &[Outcome], arms: usize, plan: Plan, worth: f64) -> Option<Choice> {
    let is_by_groups = matches!(plan, Plan::Split { by: Assignment::Viewer, .. });
    if is_by_groups && !outcomes.iter().all(|outcome| outcome.group.is_some()) {
        return None;
    }
    let mut strata: BTreeMap<usize, Stratum> = BTreeMap::new();
    for outcome in outcomes {
        let stratum = strata.entry(outcome.stratum).or_insert_with(|| Stratum::new(arms));
        stratum.add(outcome, arms, is_by_groups);
    }
    let parts: Vec<Parts> = strata.values().filter_map(|stratum| parts(&stratum.cells)).collect();
    if parts.len() < FEWEST_CLUSTERS {
        return None;
    }
    let total = sum(&parts, arms);
    let means = ratios(&total)?;
    let without: Vec<Vec<f64>> = parts.iter().map(|part| ratios(&minus(&total, part))).collect::<Option<_>>()?;
    let mut covariance = jackknife(&without);
    if is_by_groups {
        covariance = by_groups(&strata, &total, &covariance)?;
    }
    Some(choose(&means, &covariance, Some(spread(&means, &covariance).max(worth)), DRAWS, SEED))
}

/// What was seen in a stratum, and of each group of viewers in it.
struct Stratum {
    cells: Cells,
    groups: BTreeMap<u16, Cells>,
}

impl Stratum {
    fn new(arms: usize) -> Self {
        Self { cells: vec![[0.0; 2]; arms], groups: BTreeMap::new() }
    }

    fn add(&mut self, outcome: &Outcome, arms: usize, is_by_groups: bool) {
        let add = |cells: &mut Cells| {
            let cell = &mut cells[outcome.arm];
            *cell = [cell[0] + outcome.sum, cell[1] + outcome.trials];
        };
        add(&mut self.cells);
        if let Some(group) = outcome.group.filter(|_| is_by_groups) {
            add(self.groups.entry(group).or_insert_with(|| vec![[0.0; 2]; arms]));
        }
    }
}

/// Two-way clustering: the variance over groups of viewers, as much wider for each arm as the variance over strata and over
/// groups, less that over the cells of both, is than it; see [`coverledger_stats::Matched`].
fn by_groups(strata: &BTreeMap<usize, Stratum>, total: &Parts, of_strata: &Matrix) -> Option<Matrix> {
    let arms = total.len();
    let mut rests: BTreeMap<u16, Parts> = BTreeMap::new();
    let mut of_cells = vec![0.0; arms];
    let mut cells = 0;
    for stratum in strata.values() {
        let Some(whole) = parts(&stratum.cells) else { continue };
        for (group, of) in &stratum.groups {
            let left = parts(&minus(&stratum.cells, of)).unwrap_or_else(|| vec![[0.0; 2]; arms]);
            let gone = minus(&whole, &left);
            for (arm, variance) in of_cells.iter_mut().enumerate() {
                // Of the ratio, to the first order.
                let ratio = total[arm][0] / total[arm][1];
                *variance += ((gone[arm][0] - ratio * gone[arm][1]) / total[arm][1]).powi(2);
            }
            let rest = rests.entry(*group).or_insert_with(|| total.clone());
            *rest = minus(rest, &gone);
            cells += 1;
        }
    }
    let without: Vec<Vec<f64>> = rests.values().map(ratios).collect::<Option<_>>()?;
    if without.len() < FEWEST_CLUSTERS {
        return None;
    }
    let of_groups = jackknife(&without);
    let correction = float(cells) / (float(cells) - 1.0);
    let wider: Vec<f64> = (0..arms)
        .map(|arm| {
            let (groups, strata) = (of_groups[arm][arm], of_strata[arm][arm]);
            let both = (groups + strata - correction * of_cells[arm]).max(groups).max(strata);
            if groups > 0.0 { (both / groups).sqrt() } else { 1.0 }
        })
        .collect();
    let entry = |row: usize, column: usize| of_groups[row][column] * wider[row] * wider[column];
    Some((0..arms).map(|row| (0..arms).map(|column| entry(row, column)).collect()).collect())
}

/// Observed and expected of each arm in a stratum, expected at the rate of all arms; `None` where fewer than two were seen.
fn parts(cells: &Cells) -> Option<Parts> {
    let of = |part: usize| cells.iter().map(|arm| arm[part]).sum::<f64>();
    let rate = of(0) / of(1);
    let seen = cells.iter().filter(|arm| arm[1] > 0.0).count();
    (seen > 1).then(|| cells.iter().map(|arm| [arm[0], arm[1] * rate]).collect())
}

/// Observed ÷ expected of each arm.
fn ratios(parts: &Parts) -> Option<Vec<f64>> {
    parts.iter().map(|[observed, expected]| (*expected > 0.0).then(|| observed / expected)).collect()
}

fn sum(parts: &[Parts], arms: usize) -> Parts {
    parts.iter().fold(vec![[0.0; 2]; arms], |sum, part| {
        sum.iter().zip(part).map(|(sum, part)| [sum[0] + part[0], sum[1] + part[1]]).collect()
    })
}

fn minus(one: &[[f64; 2]], other: &[[f64; 2]]) -> Vec<[f64; 2]> {
    one.iter().zip(other).map(|(one, other)| [one[0] - other[0], one[1] - other[1]]).collect()
}

/// The covariance of estimates, from those without each cluster.
fn jackknife(without: &[Vec<f64>]) -> Matrix {
    let arms = without.first().map_or(0, Vec::len);
    let count = float(without.len());
    let middle: Vec<f64> = (0..arms).map(|arm| without.iter().map(|one| one[arm]).sum::<f64>() / count).collect();
    let entry = |row: usize, column: usize| {
        let product = |one: &Vec<f64>| (one[row] - middle[row]) * (one[column] - middle[column]);
        without.iter().map(product).sum::<f64>() * (count - 1.0) / count
    };
    (0..arms).map(|row| (0..arms).map(|column| entry(row, column)).collect()).collect()
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
