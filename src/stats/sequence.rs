//! Intervals and p values that stay valid however often and whenever one looks: the asymptotic confidence sequence of
//! Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021 ("Time-uniform central limit theory and asymptotic confidence
//! sequences", theorem 2.2), a normal mixture (Robbins 1970).
//!
//! `seen` and `planned` measure information: anything that grows as the inverse of the squared standard error, such as
//! trials or clusters. The same unit for both, and `planned` the same at every look; only their ratio matters.

/// What the mixture's scale, times the planned information, is where the sequence of 95 % is tightest: the solution of
/// y = ln((1 + y) / 0.05²). One scale for every level keeps [`p_value`] and [`half_width`] of one mind.
const SCALE: f64 = 8.211_968_062_068_253;

/// Half the width of the interval around an estimate that holds the truth at all looks together with confidence
/// `level` (0.95 for 95 %), tightest when `planned` is seen. Infinite where nothing is seen.
#[must_use]
pub fn half_width(standard_error: f64, seen: f64, planned: f64, level: f64) -> f64 {
    let Some(mixture) = mixture(seen, planned) else { return f64::INFINITY };
    let miss = (1.0 - level).max(f64::MIN_POSITIVE);
    let squared = (1.0 + 1.0 / mixture) * (mixture.ln_1p() - 2.0 * miss.ln());
    standard_error * squared.max(0.0).sqrt()
}

/// The least 1 − level at which the interval of [`half_width`] leaves out zero; 1 where it never does. The least of
/// all looks so far is valid too.
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
