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
