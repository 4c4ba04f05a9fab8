//! Intervals and p values that stay valid under repeated looks at any time: the asymptotic confidence sequence of
//! Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021 ("Time-uniform central limit theory and asymptotic confidence
//! sequences", theorem 2.2), a normal mixture (Robbins 1970).
//!
//! `seen` and `planned` measure information: anything that grows as the inverse of the squared standard error, such as
//! trials or clusters. The same unit for both, and `planned` the same at every look; only their ratio matters.
//!
//! The sequence takes the error for known. Where it was estimated, the estimate divided by it is Student's t with the
//! estimate's degrees of freedom, and is replaced by the normal value that has the same tail probability at that look.

use super::distribution::{normal_upper, normal_upper_quantile};
use super::{Estimate, student_upper, student_upper_quantile};

/// What the mixture's scale, times the planned information, is where the sequence of 95 % is tightest: the solution of
/// y = ln((1 + y) / 0.05²). One scale for every level keeps [`p_value`] and [`half_width`] consistent.
const SCALE: f64 = 8.211_968_062_068_253;

/// Half the width of the interval around an estimate that holds the truth at all looks together with confidence
/// `level` (0.95 for 95 %), tightest when `planned` is seen. Infinite if `seen` is 0.
#[must_use]
pub fn half_width(estimate: &Estimate, seen: f64, planned: f64, level: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return f64::INFINITY };
    let miss = (1.0 - level).max(f64::MIN_POSITIVE);
    let squared = (1.0 + 1.0 / mixture) * (mixture.ln_1p() - 2.0 * miss.ln());
    let normal = squared.max(0.0).sqrt();
    estimate.standard_error * student_upper_quantile(normal_upper(normal), estimate.degrees)
}

/// The least 1 − level at which the interval of [`half_width`] leaves out zero; 1 where it never does. The minimum
/// over all looks so far is valid too. Never 0: what is too small for a number is the smallest one.
#[must_use]
pub fn p_value(estimate: &Estimate, seen: f64, planned: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return 1.0 };
    let Estimate { value, standard_error, degrees, .. } = *estimate;
    if standard_error.is_nan() || standard_error <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let student = (value / standard_error).abs();
    let normal = normal_upper_quantile(student_upper(student, degrees).max(f64::MIN_POSITIVE));
    (0.5 * (mixture.ln_1p() - normal.powi(2) * mixture / (1.0 + mixture))).exp().clamp(f64::MIN_POSITIVE, 1.0)
}

/// The lesser of [`p_value`] and `least`, which costs hardly anything where the first is clearly not: Student's tail is never
/// thinner than the normal one, so the p value of an error that is known is a lower bound.
#[must_use]
pub fn least_p_value(estimate: &Estimate, seen: f64, planned: f64, least: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return least };
    let squared = (estimate.value / estimate.standard_error).powi(2);
    let bound = (0.5 * (mixture.ln_1p() - squared * mixture / (1.0 + mixture))).exp();
    // A little less, as both are rounded; of what is no number nothing is left out.
    if bound * (1.0 - 1e-9) >= least { least } else { least.min(p_value(estimate, seen, planned)) }
}

/// The squared scale of the mixture in units of the standard error's inverse.
fn mixture(seen: f64, planned: f64) -> Option<f64> {
    let mixture = SCALE * seen / planned;
    (mixture.is_finite() && mixture > 0.0).then_some(mixture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    fn known(value: f64, standard_error: f64) -> Estimate {
        Estimate { value, standard_error, clusters: 100, degrees: f64::INFINITY }
    }

    fn estimated(value: f64, standard_error: f64, degrees: f64) -> Estimate {
        Estimate { value, standard_error, clusters: 100, degrees }
    }

    // The scale from scipy.special.lambertw(-0.05**2 / e, -1), the formula by numpy, its inverse by
    // scipy.optimize.brentq; tails by scipy.stats.t and norm.
    #[test]
    fn widths_and_p_values_agree_with_scipy() {
        near(half_width(&known(0.0, 0.01), 100.0, 400.0, 0.95), 0.032_510_996_806_928_136);
        near(half_width(&known(0.0, 0.01), 400.0, 400.0, 0.95), 0.030_351_224_130_285_508);
        near(half_width(&known(0.0, 0.02), 900.0, 400.0, 0.99), 0.071_662_398_034_540_88);
        near(p_value(&known(0.04, 0.01), 100.0, 400.0), 0.008_054_223_276_473_878);
        near(half_width(&estimated(0.0, 0.01, 21.0), 8.0, 30.0, 0.95), 0.037_260_119_429_581_23);
        near(half_width(&estimated(0.0, 0.2, 7.5), 12.0, 60.0, 0.99), 1.645_198_555_067_599);
        near(p_value(&estimated(0.04, 0.01, 21.0), 8.0, 30.0), 0.032_997_957_297_187_83);
        near(p_value(&estimated(-0.5, 0.1, 7.5), 12.0, 60.0), 0.064_636_663_701_654_36);
        near(p_value(&estimated(0.4, 0.01, 87.0), 30.0, 30.0), 5.913_648_963_207_829e-50);
    }

    #[test]
    fn the_p_value_is_where_the_interval_touches_zero() {
        for level in [0.8, 0.95, 0.999] {
            for degrees in [1.5, 21.0, 4000.0, f64::INFINITY] {
                let edge = half_width(&estimated(0.0, 0.3, degrees), 7.0, 20.0, level);
                near(p_value(&estimated(edge, 0.3, degrees), 7.0, 20.0), 1.0 - level);
            }
        }
    }

    #[test]
    fn the_least_p_value_is_the_lesser_one_whatever_is_left_out() {
        for step in 0..400_u16 {
            let value = f64::from(step) / 50.0;
            for degrees in [1.5, 21.0, f64::INFINITY] {
                for least in [1.0_f64, 0.2, 0.01, 1e-6] {
                    let estimate = estimated(value, 1.0, degrees);
                    let lesser = least.min(p_value(&estimate, 9.0, 20.0));
                    assert_eq!(least_p_value(&estimate, 9.0, 20.0, least).to_bits(), lesser.to_bits());
                }
            }
        }
        let nothing = estimated(f64::NAN, 1.0, 9.0);
        near(least_p_value(&nothing, 9.0, 20.0, 0.5), 0.5);
    }

    #[test]
    fn the_interval_is_tightest_when_the_plan_is_done() {
        let times_sqrt = |seen: f64| half_width(&known(0.0, 1.0), seen, 1000.0, 0.95);
        assert!(times_sqrt(1000.0) < times_sqrt(900.0) && times_sqrt(1000.0) < times_sqrt(1100.0));
    }

    #[test]
    fn nothing_seen_proves_nothing_and_nothing_is_proven_without_doubt() {
        assert!(half_width(&known(0.0, 0.1), 0.0, 10.0, 0.95).is_infinite());
        for (estimate, seen) in [(known(1.0, 0.1), 0.0), (known(1.0, 0.0), 5.0), (known(f64::NAN, 1.0), 5.0)] {
            near(p_value(&estimate, seen, 10.0), 1.0);
        }
        for degrees in [10.0, 5000.0, f64::INFINITY] {
            assert!(p_value(&estimated(1e6, 1.0, degrees), 5.0, 10.0) > 0.0);
        }
    }
}
