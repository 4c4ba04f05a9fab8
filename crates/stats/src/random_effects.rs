//! One effect from many places that differ: random effects.

use super::{Interval, float, student_quantile};
use crate::distribution::student_upper;

/// What estimates of several places say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomEffects {
    /// The mean of the places' effects.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The standard deviation of true effects between places.
    pub between: f64,
    /// The share of the variation between estimates that is not their error (Higgins & Thompson 2002), 0 to 1.
    pub inconsistency: f64,
    /// How many places.
    pub places: usize,
}

impl RandomEffects {
    /// From estimates and their standard errors, all finite, errors above 0: the variance between places by moments
    /// (`DerSimonian` & Laird 1986), the error by Hartung & Knapp 2001, and never less than without their correction (Röver,
    /// Knapp & Friede 2015). `None` with fewer than two places: one does not tell how places differ.
    #[must_use]
    pub fn of(estimates: &[(f64, f64)]) -> Option<Self> {
        let places = estimates.len();
        let is_usable = |(value, error): &(f64, f64)| value.is_finite() && error.is_finite() && *error > 0.0;
        if places < 2 || !estimates.iter().all(is_usable) {
            return None;
        }
        let degrees = float(places - 1);
        let fixed: Vec<f64> = estimates.iter().map(|(_, error)| error.powi(-2)).collect();
        let weight: f64 = fixed.iter().sum();
        let spread = |weights: &[f64], mean: f64| -> f64 {
            estimates.iter().zip(weights).map(|((value, _), weight)| weight * (value - mean).powi(2)).sum()
        };
        let heterogeneity = spread(&fixed, mean(estimates, &fixed));
        let scale = weight - fixed.iter().map(|one| one.powi(2)).sum::<f64>() / weight;
        let variance = ((heterogeneity - degrees) / scale).max(0.0);
        let random: Vec<f64> = estimates.iter().map(|(_, error)| (error.powi(2) + variance).recip()).collect();
        let mean = mean(estimates, &random);
        let correction = (spread(&random, mean) / degrees).max(1.0);
        Some(Self {
            mean,
            standard_error: (correction / random.iter().sum::<f64>()).sqrt(),
            between: variance.sqrt(),
            inconsistency: if heterogeneity > 0.0 {
                ((heterogeneity - degrees) / heterogeneity).max(0.0)
            } else {
                0.0
            },
            places,
        })
    }

    /// What holds the mean with confidence `level` (0.95 for 95 %): Student's t with one degree less than places.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        self.around(student_quantile(f64::midpoint(1.0, level), float(self.places - 1)) * self.standard_error)
    }

    /// What holds the effect of one more place like these (Higgins, Thompson & Spiegelhalter 2009); `None` with fewer than
    /// three.
    #[must_use]
    pub fn prediction(&self, level: f64) -> Option<Interval> {
        let degrees = self.places.checked_sub(2).filter(|degrees| *degrees > 0)?;
        let error = self.between.hypot(self.standard_error);
        Some(self.around(student_quantile(f64::midpoint(1.0, level), float(degrees)) * error))
    }

    /// Two-sided, that the mean is zero; valid for a single look.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        2.0 * student_upper((self.mean / self.standard_error).abs(), float(self.places - 1))
    }

    fn around(&self, half: f64) -> Interval {
        Interval { low: self.mean - half, high: self.mean + half }
    }
}

fn mean(estimates: &[(f64, f64)], weights: &[f64]) -> f64 {
    let sum: f64 = estimates.iter().zip(weights).map(|((value, _), weight)| weight * value).sum();
    sum / weights.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    // statsmodels.stats.meta_analysis.combine_effects(method_re="chi2", use_t=True).
    #[test]
    fn places_that_differ_agree_with_statsmodels() {
        let estimates = [(0.12, 0.05), (0.30, 0.08), (-0.05, 0.07), (0.22, 0.06), (0.41, 0.11)];
        let found = RandomEffects::of(&estimates).unwrap();
        near(found.mean, 0.186_576_099_802_610_42);
        near(found.standard_error, 0.075_779_670_613_052_44);
        near(found.between, 0.132_715_930_076_540_4);
        near(found.inconsistency, 0.787_997_282_061_032_3);
        near(found.p_value(), 0.069_535_308_796_611_27);
        near(found.interval(0.95).low, -0.023_821_995_744_500_085);
        let next = found.prediction(0.95).unwrap();
        near(next.low, -0.299_787_461_823_023_1);
        near(next.high, 0.672_939_661_428_243_9);
    }

    #[test]
    fn places_that_agree_better_than_their_errors_are_no_surer_than_these() {
        let found = RandomEffects::of(&[(0.1, 0.05), (0.11, 0.05), (0.1, 0.06), (0.12, 0.04)]).unwrap();
        near(found.mean, 0.109_690_048_939_641_11);
        near(found.standard_error, 0.024_233_771_751_660_582);
        assert!(found.between.abs() < 1e-12 && found.inconsistency.abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn one_place_tells_nothing_of_others() {
        assert_eq!(RandomEffects::of(&[(0.1, 0.05)]), None);
        assert_eq!(RandomEffects::of(&[(0.1, 0.05), (0.2, 0.0)]), None);
        assert_eq!(RandomEffects::of(&[(0.1, 0.05), (0.2, 0.1)]).unwrap().prediction(0.95), None);
    }
}
