//! Quantiles and tails of the normal, Student, F and chi-square distributions, from `statrs`.

use statrs::function::beta::checked_beta_reg;
use statrs::function::{erf, gamma};

use super::Beta;
use super::root::rising_root;

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
    normal_upper(-x)
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

/// The probability that Student's t with `df` degrees of freedom exceeds `t`, exact where it is small. `df` is positive,
/// may be a fraction, and is infinite for the normal distribution.
#[must_use]
pub fn student_upper(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() {
        return f64::NAN;
    }
    if t < 0.0 {
        return 1.0 - student_upper(-t, df);
    }
    if df.is_infinite() || t.is_infinite() {
        return normal_upper(t);
    }
    // df / (df + t²) is a beta variable, and small where t is great.
    0.5 * beta_below(df / 2.0, 0.5, df / t.powi(2))
}

/// The value that Student's t with `df` degrees of freedom exceeds with probability `tail`, which is 0.5 at most: exact
/// where `tail` is too small to be taken from one.
#[must_use]
pub fn student_upper_quantile(tail: f64, df: f64) -> f64 {
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    if df.is_infinite() {
        return normal_upper_quantile(tail);
    }
    if tail >= 0.5 {
        return 0.0;
    }
    // Logarithms, so that the root is as exact where the tail is small. The start is Hill's (1970), inverted.
    let normal = normal_upper_quantile(tail);
    let start = (df * (normal.powi(2) / (df - 0.5).max(0.5)).exp_m1()).sqrt();
    let mut high = start.clamp(1.0, 1e150);
    while student_upper(high, df) > tail && high < 1e150 {
        high *= 2.0;
    }
    let scale = gamma::ln_gamma(f64::midpoint(df, 1.0))
        - gamma::ln_gamma(df / 2.0)
        - 0.5 * (df * std::f64::consts::PI).ln();
    let distance = |t: f64| {
        let upper = student_upper(t, df);
        let density = (scale - f64::midpoint(df, 1.0) * (t.powi(2) / df).ln_1p()).exp();
        (tail.ln() - upper.ln(), density / upper)
    };
    rising_root(distance, start, 0.0, high)
}

/// The probability that a standard normal variable exceeds `x`, exact where it is small.
pub(super) fn normal_upper(x: f64) -> f64 {
    0.5 * erf::erfc(x / std::f64::consts::SQRT_2)
}

/// The value that a standard normal variable exceeds with probability `tail`, exact where `tail` is small.
pub(super) fn normal_upper_quantile(tail: f64) -> f64 {
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    std::f64::consts::SQRT_2 * erf::erfc_inv((2.0 * tail).min(2.0))
}

/// The probability that an F variable with these degrees of freedom is `f` or more, exact where it is small. Both degrees
/// are positive and may be fractions.
#[must_use]
pub fn f_upper(f: f64, over: f64, under: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    beta_below(under / 2.0, over / 2.0, under / (over * f))
}

/// The probability that the odds of a beta variable are at most this. Far out in its tail the continued fraction of `statrs`
/// converges for any strength, and the integral that takes its place elsewhere sees nothing.
fn beta_below(alpha: f64, beta: f64, odds: f64) -> f64 {
    const FAR: f64 = 1e-15;
    let share = if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) };
    let below = Beta { alpha, beta }.cdf(share);
    if below > FAR { below } else { checked_beta_reg(alpha, beta, share).unwrap_or(below) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    // scipy.stats.norm.ppf, norm.cdf, t.ppf and chi2.sf of the same arguments.
    #[test]
    fn quantiles_and_tails_agree_with_scipy() {
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(1e-12), -7.034_483_825_301_131);
        near(normal_quantile(0.3), -0.524_400_512_708_041);
        near(normal_cdf(-8.0), 6.220_960_574_271_74e-16);
        near(normal_cdf(1.5), 0.933_192_798_731_141_9);
        near(student_quantile(0.975, 7.0), 2.364_624_251_592_784);
        near(student_quantile(0.05, 2.5), -2.558_218_614_135_935_5);
        near(student_quantile(0.995, 100_000.0), 2.575_878_469_908_375);
        near(student_quantile(0.6, 1.0), 0.324_919_696_232_906_34);
        near(chi_square_upper(32.051, 3.0), 5.105_531_187_598_165e-7);
        near(chi_square_upper(0.3, 1.0), 0.583_882_420_770_365);
        near(chi_square_upper(900.0, 4.0), 1.665_941_263_887_761_6e-193);
    }

    // scipy.stats.t.sf, t.isf and f.sf of the same arguments.
    #[test]
    fn far_tails_agree_with_scipy() {
        near(student_upper(3.2, 7.0), 0.007_532_905_671_244_650_5);
        near(student_upper(12.0, 2.5), 0.001_418_107_515_039_162_2);
        near(student_upper(40.0, 21.0), 1.311_587_102_561_174_4e-21);
        near(student_upper(5.0, 2999.0), 3.031_319_749_602_279e-7);
        near(student_upper(9.0, 5000.0), 1.573_821_598_632_477_8e-19);
        near(student_upper(0.01, 12.0), 0.496_092_807_494_251_8);
        near(student_upper_quantile(1e-20, 21.0), 36.263_357_683_094_73);
        near(student_upper_quantile(0.003, 9.5), 3.519_113_190_510_642);
        near(student_upper_quantile(1e-09, 3000.0), 6.016_336_132_370_438);
        near(student_upper_quantile(0.4, 5.0), 0.267_180_865_704_145_1);
        near(f_upper(15_573.6, 1.0, 19.0), 3.737_008_805_791_166_4e-29);
        near(f_upper(3.0, 2.0, 6.5), 0.119_401_798_052_404_5);
        near(f_upper(0.4, 3.0, 2500.0), 0.753_015_827_668_120_3);
        near(normal_upper_quantile(1e-40), 13.310_921_371_425_17);
    }

    #[test]
    fn the_ends_are_infinite_and_not_an_error() {
        assert!(normal_quantile(0.0).is_infinite() && normal_quantile(1.5).is_infinite());
        assert!(student_quantile(1.0, 3.0).is_infinite());
        near(student_quantile(0.975, f64::INFINITY), 1.959_963_984_540_054);
        assert!(student_quantile(0.5, 3.0).abs() < 1e-12);
        near(chi_square_upper(0.0, 2.0), 1.0);
        assert!(chi_square_upper(f64::INFINITY, 2.0).abs() < 1e-300);
    }
}
