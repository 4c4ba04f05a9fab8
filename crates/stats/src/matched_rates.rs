//! Two rates compared within strata that lie in clusters: by how much they differ, and how many times the one is the other.

use super::Estimate;
use super::strata::{Leaving, StratumCell};

/// Successes among trials of one side of a stratum, in a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateCell {
    /// What is independent: a broadcast.
    pub cluster: usize,
    /// Within the cluster, what is alike.
    pub stratum: usize,
    /// The group of whom it was counted, the same in all clusters.
    pub group: usize,
    /// Whether it is of the one in question, and not of the others.
    pub is_one: bool,
    /// Successes.
    pub successes: f64,
    /// Trials.
    pub trials: f64,
}

impl RateCell {
    fn within(&self, stratum: usize, side: usize) -> StratumCell<2> {
        let Self { cluster, group, successes, trials, .. } = *self;
        StratumCell { cluster, stratum, group, side, sums: [successes, trials] }
    }
}

/// Rates of one and of others, matched on strata by Mantel and Haenszel (1959): a stratum with n trials of the one and n′ of the
/// others has weight n·n′ ÷ (n + n′), and those with one side only have none. Errors are by clusters and by groups at once,
/// so that neither what a broadcast does to all, nor viewers who come many times, makes them too small.
#[derive(Debug, Clone)]
pub struct MatchedRates {
    sums: Leaving<4>,
}

impl MatchedRates {
    /// Of cells in any order.
    #[must_use]
    pub fn of(cells: &[RateCell]) -> Self {
        let cells: Vec<StratumCell<2>> =
            cells.iter().map(|cell| cell.within(cell.stratum, usize::from(cell.is_one))).collect();
        let sums = Leaving::of(
            &cells,
            |[[of_others, others], [of_one, one]]: &[[f64; 2]; 2]| {
                let all = one + others;
                let weight = one * others / all;
                (*one > 0.0 && *others > 0.0)
                    .then(|| ([weight, of_one * others / all, of_others * one / all, *one], weight))
            },
            |[[_, others], [_, one]]| one + others,
        );
        Self { sums }
    }

    /// In how many clusters both are.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.sums.clusters()
    }

    /// Trials of the one in strata that count.
    #[must_use]
    pub fn trials(&self) -> f64 {
        self.sums.all[3]
    }

    /// The rates of the one and of the others, weighted alike; `None` where no stratum has both.
    #[must_use]
    pub fn rates(&self) -> Option<[f64; 2]> {
        let [weight, one, others, _] = self.sums.all;
        (weight > 0.0).then(|| [one / weight, others / weight])
    }

    /// The rate of the one less that of the others.
    #[must_use]
    pub fn difference(&self) -> Option<Estimate> {
        let [weight, one, others, _] = self.sums.all;
        let value = (one - others) / weight;
        self.sums.estimate(
            |[weight, one, others, _]| (*weight > 0.0).then(|| (one - others) / weight),
            |[of_weight, of_one, of_others, _]| (of_one - of_others - value * of_weight) / weight,
        )
    }

    /// The logarithm of the rate of the one ÷ that of the others; `None` where one of them is 0, or is without a cluster or
    /// a group.
    #[must_use]
    pub fn log_ratio(&self) -> Option<Estimate> {
        let [_, one, others, _] = self.sums.all;
        self.sums.estimate(
            |[_, one, others, _]| (*one > 0.0 && *others > 0.0).then(|| (one / others).ln()),
            |[_, of_one, of_others, _]| of_one / one - of_others / others,
        )
    }
}

/// A rate over cells with its error, by clusters and by groups at once, on the scale of the rate.
#[must_use]
pub fn clustered_rate(cells: &[RateCell]) -> Option<Estimate> {
    let cells: Vec<StratumCell<2>> = cells.iter().map(|cell| cell.within(0, 0)).collect();
    let sums = Leaving::<2>::of(
        &cells,
        |[[successes, trials]]: &[[f64; 2]; 1]| (*trials > 0.0).then_some(([*successes, *trials], *trials)),
        |[[_, trials]]| *trials,
    );
    let [successes, trials] = sums.all;
    sums.estimate(
        |[successes, trials]| (*trials > 0.0).then(|| successes / trials),
        |[of_successes, of_trials]| (of_successes - successes / trials * of_trials) / trials,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    fn cell(cluster: usize, is_one: bool, successes: f64, trials: f64) -> RateCell {
        RateCell { cluster, stratum: 0, group: 0, is_one, successes, trials }
    }

    #[test]
    fn rates_are_compared_where_both_are() {
        let matched = MatchedRates::of(&[
            cell(0, true, 10.0, 100.0),
            cell(0, false, 15.0, 300.0),
            cell(1, true, 3.0, 300.0),
            cell(1, false, 2.0, 100.0),
            cell(2, true, 40.0, 200.0),
        ]);
        // Weights 75 and 75: 10 % and 1 %, against 5 % and 2 %.
        let [one, others] = matched.rates().unwrap();
        near(one, 0.055);
        near(others, 0.035);
        near(matched.trials(), 400.0);
        assert_eq!(matched.clusters(), 2);
        assert!(matched.log_ratio().is_none(), "one group alone has no error");
        assert_eq!(MatchedRates::of(&[]).rates(), None);
    }

    #[test]
    fn viewers_who_come_again_and_again_widen_the_interval() {
        let mut chance = SeededRng::new(4, 0);
        let mut errors = Vec::new();
        for spread in [0.0, 1.0] {
            let of_groups: Vec<f64> = (0..64).map(|_| (spread * chance.normal()).exp()).collect();
            let mut cells = Vec::new();
            for cluster in 0..30 {
                for (group, of_group) in of_groups.iter().enumerate() {
                    let side_rates = [0.1 * of_group, 0.1];
                    for (is_one, rate) in [true, false].into_iter().zip(side_rates) {
                        let successes = crate::calibration::successes(&mut chance, 40.0, rate.min(1.0));
                        cells.push(RateCell { cluster, stratum: 0, group, is_one, successes, trials: 40.0 });
                    }
                }
            }
            errors.push(MatchedRates::of(&cells).difference().unwrap().standard_error);
        }
        assert!(errors[1] > 3.0 * errors[0], "{errors:?}");
    }
}
