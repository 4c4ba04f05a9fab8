//! Whether shares of what was counted are those that were planned, when counts come in clusters.

use super::matrix::{solve, triangle};
use super::{FEWEST_CLUSTERS, f_upper, float, imbalance, information};

/// Below so many expected counts of an arm in all clusters together nothing is tested.
const FEWEST_EXPECTED: f64 = 5.0;
/// Steps in which observed weights are settled on, and how little they may still move.
const MOST_STEPS: usize = 200;
const SETTLED: f64 = 1e-12;

/// Counts of one cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedOut {
    /// By arm.
    pub counts: Vec<f64>,
    /// What each arm was to have of them, by arm: more than all of it together is nothing, so they add up to the counts.
    pub expected: Vec<f64>,
}

/// What a test of shares found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharesTest {
    /// Pearson's χ² ÷ the inflation.
    pub statistic: f64,
    /// Degrees of freedom: one less than arms.
    pub degrees: usize,
    /// By how much counts vary more between clusters than independent ones would, in the direction of what was found; 1
    /// at least.
    pub inflation: f64,
    /// The p value, of a single look.
    pub p: f64,
}

/// Whether arms were given their shares, from clusters that are independent of each other, however much counts within one
/// hang together.
///
/// With d the sum over clusters of counts minus expected counts and V its variance, Hotelling's (1931) T² = dᵀ V⁻¹ d. V is
/// the jackknife's: from the residuals of each cluster around the shares that were observed (so an imbalance that is the same
/// everywhere does not hide itself), each divided by one minus the cluster's share of all counts. T² is at most Pearson's χ²
/// of independent counts, and (k − A + 1) ÷ ((A − 1)(k − 1)) of it is held against F with A − 1 and k − A + 1 degrees of
/// freedom, for A arms and clusters that are worth k of equal size ([`information`]).
///
/// `None` with fewer clusters than [`FEWEST_CLUSTERS`], fewer than two arms, hardly any counts, or no degrees of freedom.
/// Arms of which nothing is expected are left out, and so are clusters that name another number of arms than the first.
#[must_use]
pub fn shares_held(clusters: &[SharedOut]) -> Option<SharesTest> {
    let clusters = with_a_share(clusters);
    let arms = clusters.first()?.counts.len();
    let sum = |of: fn(&SharedOut) -> &Vec<f64>, arm: usize| clusters.iter().map(|one| of(one)[arm]).sum::<f64>();
    let observed: Vec<f64> = (0..arms).map(|arm| sum(|one| &one.counts, arm)).collect();
    let expected: Vec<f64> = (0..arms).map(|arm| sum(|one| &one.expected, arm)).collect();
    if clusters.len() < FEWEST_CLUSTERS || expected.iter().any(|expected| *expected < FEWEST_EXPECTED) {
        return None;
    }
    let worth = information(clusters.iter().map(|one| total(&one.counts)));
    let degrees = arms.checked_sub(1).filter(|degrees| *degrees > 0)?;
    let (over, under) = (float(degrees), worth - float(degrees));
    if under < 1.0 {
        return None;
    }
    let independent = imbalance(&observed, &expected)?.statistic;
    let distance: Vec<f64> = (0..degrees).map(|arm| observed[arm] - expected[arm]).collect();
    let lower = triangle(&variance(&clusters, &observed, degrees));
    let clustered: f64 = solve(&lower, &distance).iter().zip(&distance).map(|(one, other)| one * other).sum();
    // A direction in which clusters do not vary at all has no inverse: there counts are taken for independent.
    let is_certain = (0..degrees).all(|arm| lower[arm][arm] > 0.0);
    let statistic = if is_certain { clustered.min(independent) } else { independent };
    let inflation = if statistic > 0.0 { independent / statistic } else { 1.0 };
    let p = f_upper(statistic * under / (over * (worth - 1.0)), over, under);
    Some(SharesTest { statistic, degrees, inflation, p })
}

fn with_a_share(clusters: &[SharedOut]) -> Vec<SharedOut> {
    let arms = clusters.first().map_or(0, |one| one.counts.len());
    let fits = |one: &&SharedOut| one.counts.len() == arms && one.expected.len() == arms;
    let fitting: Vec<&SharedOut> = clusters.iter().filter(fits).collect();
    let has_share = |arm: &usize| fitting.iter().any(|one| one.expected[*arm] > 0.0);
    let shared: Vec<usize> = (0..arms).filter(has_share).collect();
    let of = |numbers: &[f64]| shared.iter().map(|arm| numbers[*arm]).collect();
    let projected = fitting.iter().map(|one| SharedOut { counts: of(&one.counts), expected: of(&one.expected) });
    projected.filter(|one| total(&one.counts) > 0.0).collect()
}

/// The variance of the sum of counts minus expected ones, of all arms but the last.
fn variance(clusters: &[SharedOut], observed: &[f64], degrees: usize) -> Vec<Vec<f64>> {
    let all: f64 = observed.iter().sum();
    let count = float(clusters.len());
    let weights = weights(clusters, observed);
    let mut variance = vec![vec![0.0; degrees]; degrees];
    for one in clusters {
        let size = total(&one.counts);
        let left = (1.0 - size / all).max(f64::EPSILON);
        let shares = shares(one, &weights);
        let residuals: Vec<f64> =
            one.counts.iter().zip(&shares).map(|(count, share)| (count - share * size) / left).collect();
        for (line, row) in variance.iter_mut().zip(&residuals) {
            for (entry, column) in line.iter_mut().zip(&residuals) {
                *entry += (count - 1.0) / count * row * column;
            }
        }
    }
    variance
}

/// What was observed in place of the planned shares, as factors of these: such that they expect of every arm what it was
/// given over all clusters. Where every arm was in every cluster they are the observed shares ÷ the planned ones; else they
/// are the maximum-likelihood ones (by the fixed point of Hunter 2004, Ann. Stat. 32, 384–406).
fn weights(clusters: &[SharedOut], observed: &[f64]) -> Vec<f64> {
    let mut weights = vec![1.0; observed.len()];
    for _ in 0..MOST_STEPS {
        let mut needed = vec![0.0; observed.len()];
        for one in clusters {
            let weighed: f64 = one.expected.iter().zip(&weights).map(|(expected, weight)| expected * weight).sum();
            if weighed > 0.0 {
                let size = total(&one.counts);
                for (needed, expected) in needed.iter_mut().zip(&one.expected) {
                    *needed += size * expected / weighed;
                }
            }
        }
        let mut moved = 0.0_f64;
        for ((weight, needed), observed) in weights.iter_mut().zip(&needed).zip(observed) {
            let next = if *needed > 0.0 { observed / needed } else { 0.0 };
            moved = moved.max((next - *weight).abs() / next.max(f64::MIN_POSITIVE));
            *weight = next;
        }
        if moved < SETTLED {
            break;
        }
    }
    weights
}

/// By arm, of one cluster.
fn shares(one: &SharedOut, weights: &[f64]) -> Vec<f64> {
    let weighed: Vec<f64> = one.expected.iter().zip(weights).map(|(expected, weight)| expected * weight).collect();
    let all = total(&weighed);
    weighed.iter().map(|weighed| if all > 0.0 { weighed / all } else { 0.0 }).collect()
}

fn total(counts: &[f64]) -> f64 {
    counts.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    fn cluster(counts: &[f64], shares: &[f64]) -> SharedOut {
        let all = total(counts);
        SharedOut { counts: counts.to_vec(), expected: shares.iter().map(|share| share * all).collect() }
    }

    fn halves(counts: impl IntoIterator<Item = [f64; 2]>) -> Vec<SharedOut> {
        counts.into_iter().map(|counts| cluster(&counts, &[0.5, 0.5])).collect()
    }

    #[test]
    fn shares_that_are_wrong_everywhere_are_found_in_few_clusters() {
        let uneven = |number: usize| [800.0 + [6.0, -9.0, 2.0, 11.0, -10.0][number % 5], 200.0];
        let found = shares_held(&halves((0..12).map(uneven))).unwrap();
        assert!(found.p < 1e-12, "{found:?}");
        // Just as everywhere: nothing varies, and counts are taken for independent.
        let found = shares_held(&halves([[80.0, 20.0]; 12])).unwrap();
        assert!(found.p < 1e-6 && (found.inflation - 1.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn clumps_that_fall_now_here_and_now_there_are_not_found() {
        let clumped = |number: usize| if number.is_multiple_of(2) { [900.0, 700.0] } else { [700.0, 905.0] };
        let found = shares_held(&halves((0..20).map(clumped))).unwrap();
        assert!(found.p > 0.5 && found.inflation > 1.0, "{found:?}");
    }

    #[test]
    fn an_arm_that_came_later_is_held_against_what_was_there_with_it() {
        let mut chance = SeededRng::new(14, 0);
        let mut clusters = Vec::new();
        for number in 0..24 {
            let shares: &[f64] = if number < 12 { &[0.5, 0.5, 0.0] } else { &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0] };
            let counts: Vec<f64> =
                shares.iter().map(|share| share * 3000.0 + 15.0 * chance.normal() * share).collect();
            clusters.push(cluster(&counts, shares));
        }
        let found = shares_held(&clusters).unwrap();
        assert!(found.p > 0.01, "{found:?}");
        for late in &mut clusters[12..] {
            late.counts[2] *= 1.1;
            let all = total(&late.counts);
            late.expected = vec![all / 3.0; 3];
        }
        let found = shares_held(&clusters).unwrap();
        assert!(found.p < 1e-6, "{found:?}");
    }

    #[test]
    fn too_little_is_not_tested() {
        assert_eq!(shares_held(&halves([[50.0, 50.0]; 7])), None);
        assert_eq!(shares_held(&halves([[0.5, 0.5]; 8])), None);
        assert_eq!(shares_held(&[]), None);
        let one_arm = vec![SharedOut { counts: vec![9.0], expected: vec![9.0] }; 9];
        assert_eq!(shares_held(&one_arm), None);
        // One cluster is all there is.
        let mut lonely = halves([[1.0, 1.0]; 7]);
        lonely.push(cluster(&[9000.0, 1000.0], &[0.5, 0.5]));
        assert_eq!(shares_held(&lonely), None);
    }
}
