//! Quantiles and tails of the normal, Student and chi-square distributions, from `statrs`.

use statrs::function::{erf, gamma};

use super::Beta;

/// The value below which a standard normal variable lies with probability `p`. Minus or plus infinity where `p` is not
/// between 0 and 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    -std::f64::consts::SQRT_2 * erf::erfc_inv(2.0 * p)
}

/// The probability that a standard normal variable lies at or below `x`.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erf::erfc(-x / std::f64::consts::SQRT_2)
}

/// The value below which Student's t with `df` degrees of freedom lies with probability `p`; infinite where `p` is not
/// between 0 and 1, and normal where `df` is infinite. `df` is positive and may be a fraction.
///
/// t² / (df + t²) is a beta variable (Abramowitz & Stegun 1964, 26.7.1), so this is [`Beta::quantile`].
#[must_use]
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 || df.is_infinite() {
        return normal_quantile(p);
    }
    let tail = p.min(1.0 - p);
    // Of the two complementary beta variables the one that is small is the exact one.
    let odds = Beta { alpha: 0.5, beta: df / 2.0 }.odds_quantile(1.0 - 2.0 * tail);
    let size = (df * odds).sqrt();
    if p < 0.5 { -size } else { size }
}

/// The probability that a chi-square variable with `df` degrees of freedom is `x` or more.
#[must_use]
pub fn chi_square_upper(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    gamma::checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(f64::NAN)
}
