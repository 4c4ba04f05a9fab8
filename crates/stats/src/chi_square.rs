//! Pearson's chi-square tests: whether counts were split as planned, and whether rates are equal.

use super::{chi_square_upper, float};

/// What a chi-square test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// Σ (observed − expected)² / expected.
    pub statistic: f64,
    /// Degrees of freedom, 1 or more.
    pub degrees: usize,
    /// The p value: the probability of a statistic as large or larger under the null hypothesis.
    pub p: f64,
}

impl ChiSquare {
    fn of(cells: impl Iterator<Item = (f64, f64)>, degrees: usize) -> Option<Self> {
        let statistic: f64 = cells.map(|(observed, expected)| (observed - expected).powi(2) / expected).sum();
        (degrees > 0 && statistic.is_finite()).then(|| Self {
            statistic,
            degrees,
            p: chi_square_upper(statistic, float(degrees)),
        })
    }
}

/// Whether counts were split by the planned shares (Pearson 1900; as a check of experiments, Fabijan et al. 2019).
/// Shares are weights and need not add up to 1; a share of 0 leaves its count out. `None` where fewer than two counts
/// have a share, nothing was counted, the lists differ in length, or a number is negative or not finite.
#[must_use]
pub fn imbalance(observed: &[f64], shares: &[f64]) -> Option<ChiSquare> {
    let sound = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite() && *number >= 0.0);
    if observed.len() != shares.len() || !sound(observed) || !sound(shares) {
        return None;
    }
    let cells: Vec<(f64, f64)> =
        observed.iter().copied().zip(shares.iter().copied()).filter(|cell| cell.1 > 0.0).collect();
    let total: f64 = cells.iter().map(|cell| cell.0).sum();
    let weight: f64 = cells.iter().map(|cell| cell.1).sum();
    if total <= 0.0 {
        return None;
    }
    ChiSquare::of(
        cells.iter().map(|(count, share)| (*count, total * share / weight)),
        cells.len().saturating_sub(1),
    )
}

/// Whether arms share one rate, from (trials, successes) of each (Pearson 1900), without a continuity correction. It
/// assumes independent trials: with clustered trials it rejects too often. Arms without
/// trials are left out. `None` where fewer than two are left, or all or none of the trials succeeded.
#[must_use]
pub fn homogeneity(arms: &[(f64, f64)]) -> Option<ChiSquare> {
    let sound = |(trials, successes): &(f64, f64)| {
        trials.is_finite() && *trials > 0.0 && (0.0..=*trials).contains(successes)
    };
    let arms: Vec<(f64, f64)> = arms.iter().copied().filter(|arm| arm.0 > 0.0).collect();
    if !arms.iter().all(sound) {
        return None;
    }
    let trials: f64 = arms.iter().map(|arm| arm.0).sum();
    let rate = arms.iter().map(|arm| arm.1).sum::<f64>() / trials;
    let cells = arms.iter().flat_map(|(trials, successes)| {
        [(*successes, trials * rate), (trials - successes, trials * (1.0 - rate))]
    });
    ChiSquare::of(cells, arms.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    // The published figures of a test of four covers: scipy.stats.chi2_contingency([[49, 20, 31, 9], [3011, 2962,
    // 3081, 3074]], correction=False) and scipy.stats.chisquare([3060, 2982, 3112, 3083]).
    #[test]
    fn four_arms_of_a_published_test_give_its_figures() {
        let arms = [(3060.0, 49.0), (2982.0, 20.0), (3112.0, 31.0), (3083.0, 9.0)];
        let rates = homogeneity(&arms).unwrap();
        assert_eq!(rates.degrees, 3);
        assert!((rates.statistic - 32.051).abs() < 5e-4, "{rates:?}");
        assert!((rates.p - 5.1e-7).abs() < 5e-9, "{rates:?}");
        let trials = arms.map(|arm| arm.0);
        let split = imbalance(&trials, &[1.0; 4]).unwrap();
        assert!((split.p - 0.385).abs() < 5e-4, "{split:?}");
    }

    #[test]
    fn a_published_split_is_flagged_at_one_in_a_hundred_and_not_at_one_in_a_thousand() {
        let split = imbalance(&[44_700.0, 45_489.0], &[0.5, 0.5]).unwrap();
        assert!((split.p - 0.0086).abs() < 5e-5, "{split:?}");
        let slot = imbalance(&[1673.0, 222.0], &[1.0, 1.0]).unwrap();
        near(slot.statistic, 1451.0_f64.powi(2) / 1895.0);
        assert!(slot.p < 1e-200, "{slot:?}");
    }

    #[test]
    fn shares_weigh_and_a_share_of_nothing_is_left_out() {
        let split = imbalance(&[200.0, 100.0, 7.0], &[2.0, 1.0, 0.0]).unwrap();
        assert!(split.statistic.abs() < 1e-12 && split.degrees == 1 && (split.p - 1.0).abs() < 1e-12, "{split:?}");
    }

    #[test]
    fn what_cannot_be_tested_is_none() {
        assert_eq!(imbalance(&[10.0], &[1.0]), None);
        assert_eq!(imbalance(&[0.0, 0.0], &[1.0, 1.0]), None);
        assert_eq!(imbalance(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(imbalance(&[1.0, f64::NAN], &[1.0, 1.0]), None);
        assert_eq!(homogeneity(&[(10.0, 0.0), (20.0, 0.0)]), None);
        assert_eq!(homogeneity(&[(10.0, 1.0), (0.0, 0.0)]), None);
        assert_eq!(homogeneity(&[(10.0, 11.0), (10.0, 1.0)]), None);
        assert_eq!(homogeneity(&[]), None);
    }
}
