//! Intervals and p values that stay valid under repeated looks at any time: the asymptotic confidence sequence of
//! Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021 ("Time-uniform central limit theory and asymptotic confidence
//! sequences", theorem 2.2), a normal mixture (Robbins 1970).
//!
//! `seen` and `planned` measure information: anything that grows as the inverse of the squared standard error, such as
//! trials or clusters. The same unit for both, and `planned` the same at every look; only their ratio matters.

/// What the mixture's scale, times the planned information, is where the sequence of 95 % is tightest: the solution of
/// y = ln((1 + y) / 0.05²). One scale for every level keeps [`p_value`] and [`half_width`] consistent.
const SCALE: f64 = 8.211_968_062_068_253;

/// Half the width of the interval around an estimate that holds the truth at all looks together with confidence
/// `level` (0.95 for 95 %), tightest when `planned` is seen. Infinite if `seen` is 0.
#[must_use]
pub fn half_width(standard_error: f64, seen: f64, planned: f64, level: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return f64::INFINITY };
    let miss = (1.0 - level).max(f64::MIN_POSITIVE);
    let squared = (1.0 + 1.0 / mixture) * (mixture.ln_1p() - 2.0 * miss.ln());
    standard_error * squared.max(0.0).sqrt()
}

/// The least 1 − level at which the interval of [`half_width`] leaves out zero; 1 where it never does. The minimum
/// over all looks so far is valid too.
#[must_use]
pub fn p_value(estimate: f64, standard_error: f64, seen: f64, planned: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return 1.0 };
    if standard_error.is_nan() || standard_error <= 0.0 || !estimate.is_finite() {
        return 1.0;
    }
    let squared = (estimate / standard_error).powi(2);
    (0.5 * (mixture.ln_1p() - squared * mixture / (1.0 + mixture))).exp().min(1.0)
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

    // The scale from scipy.special.lambertw(-0.05**2 / e, -1), the formula by numpy, its inverse by
    // scipy.optimize.brentq.
    #[test]
    fn widths_and_p_values_agree_with_scipy() {
        near(half_width(0.01, 100.0, 400.0, 0.95), 0.032_510_996_806_928_136);
        near(half_width(0.01, 400.0, 400.0, 0.95), 0.030_351_224_130_285_508);
        near(half_width(0.02, 900.0, 400.0, 0.99), 0.071_662_398_034_540_88);
        near(p_value(0.04, 0.01, 100.0, 400.0), 0.008_054_223_276_473_878);
    }

    #[test]
    fn the_p_value_is_where_the_interval_touches_zero() {
        for level in [0.8, 0.95, 0.999] {
            let edge = half_width(0.3, 7.0, 20.0, level);
            near(p_value(edge, 0.3, 7.0, 20.0), 1.0 - level);
        }
    }

    #[test]
    fn the_interval_is_tightest_when_the_plan_is_done() {
        let times_sqrt = |seen: f64| half_width(1.0, seen, 1000.0, 0.95);
        assert!(times_sqrt(1000.0) < times_sqrt(900.0) && times_sqrt(1000.0) < times_sqrt(1100.0));
    }

    #[test]
    fn nothing_seen_proves_nothing() {
        assert!(half_width(0.1, 0.0, 10.0, 0.95).is_infinite());
        for p in [p_value(1.0, 0.1, 0.0, 10.0), p_value(1.0, 0.0, 5.0, 10.0), p_value(f64::NAN, 1.0, 5.0, 10.0)] {
            near(p, 1.0);
        }
    }
}
