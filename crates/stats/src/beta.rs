//! The beta distribution, as the knowledge of a rate.

use statrs::function::beta::checked_beta_reg;

use super::normal_quantile;
use super::quadrature::panel;
use super::root::rising_root;

/// Up to this strength the continued fraction of `statrs` has converged; beyond, the density is integrated.
const CONVERGED: f64 = 1000.0;
/// Where the density is below e^-45 of its peak, it adds nothing.
const NOTHING: f64 = -45.0;
/// The widest panel in log odds over which every beta density is smooth.
const WIDEST: f64 = 0.5;

/// The knowledge of a rate, as if `alpha` successes and `beta` failures had been observed. Both are positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    /// Successes.
    pub alpha: f64,
    /// Failures.
    pub beta: f64,
}

impl Beta {
    /// The posterior after more trials with some successes (conjugate prior; Raiffa & Schlaifer 1961). Both may be
    /// fractions; negative numbers count as 0.
    #[must_use]
    pub fn posterior(&self, successes: f64, trials: f64) -> Self {
        let successes = successes.max(0.0);
        Self { alpha: self.alpha + successes, beta: self.beta + (trials - successes).max(0.0) }
    }

    /// The expected rate.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.alpha / self.strength()
    }

    /// How many trials it is worth: α + β.
    #[must_use]
    pub fn strength(&self) -> f64 {
        self.alpha + self.beta
    }

    /// The probability that the rate is at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        self.below_odds((x / (1.0 - x)).ln())
    }

    /// The probability that the rate is more than `x`, exact where it is small.
    #[must_use]
    pub fn above(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        if x >= 1.0 {
            return 0.0;
        }
        self.mirrored().below_odds(((1.0 - x) / x).ln())
    }

    /// The rate below which it lies with probability `p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        let odds = self.odds_quantile(p);
        if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) }
    }

    /// The probability that this rate is higher than another that is independent of it, to about 1e-12.
    #[must_use]
    pub fn above_other(&self, other: &Beta) -> f64 {
        // The narrower density is integrated, so that the other's distribution function is smooth along it.
        if self.width() > other.width() {
            return 1.0 - other.above_other(self);
        }
        let weighted = |odds: f64| other.below_odds(self.middle() + odds);
        (self.integral(self.end(-1.0), self.end(1.0), weighted) / self.whole()).clamp(0.0, 1.0)
    }

    /// The odds below which the rate's odds lie with probability `p`.
    pub(super) fn odds_quantile(&self, p: f64) -> f64 {
        if p <= 0.0 {
            return 0.0;
        }
        if p >= 1.0 {
            return f64::INFINITY;
        }
        if p > 0.5 && self.alpha > self.beta {
            return 1.0 / self.mirrored().odds_quantile(1.0 - p);
        }
        let (low, high, start) = (self.end(-1.0), self.end(1.0), self.width() * normal_quantile(p));
        // The slope may be approximate: it only guides the search for the zero.
        let slope = |distance: f64, whole: f64| self.log_density(distance).exp() / whole;
        let distance = if self.strength() <= CONVERGED {
            let whole = self.width() * std::f64::consts::TAU.sqrt();
            let below = |distance: f64| (self.below_odds(self.middle() + distance) - p, slope(distance, whole));
            rising_root(below, start, low, high)
        } else {
            let whole = self.integral(low, high, |_| 1.0);
            // From one point to the next, only the integral between them is added.
            let (mut from, mut sum) = (low, 0.0);
            let below = |distance: f64| {
                let (one, other) = (distance.min(from), distance.max(from));
                sum += self.integral(one, other, |_| 1.0) * if distance < from { -1.0 } else { 1.0 };
                from = distance;
                (sum / whole - p, slope(distance, whole))
            };
            rising_root(below, start, low, high)
        };
        (self.middle() + distance).exp()
    }

    fn mirrored(&self) -> Self {
        Self { alpha: self.beta, beta: self.alpha }
    }

    /// The probability that the logarithm of the odds is at most this.
    fn below_odds(&self, odds: f64) -> f64 {
        let share = |odds: f64| 1.0 / (1.0 + (-odds).exp());
        if self.strength() <= CONVERGED {
            return checked_beta_reg(self.alpha, self.beta, share(odds)).unwrap_or(f64::NAN);
        }
        let all = |_| 1.0;
        let at = odds - self.middle();
        if at <= 0.0 {
            self.integral(self.end(-1.0), at, all) / self.whole()
        } else {
            1.0 - self.integral(at, self.end(1.0), all) / self.whole()
        }
    }

    /// The logarithm of the odds at the peak of their density, α / β; distances are measured from there.
    fn middle(&self) -> f64 {
        (self.alpha / self.beta).ln()
    }

    /// About the standard deviation of the logarithm of the odds.
    fn width(&self) -> f64 {
        (1.0 / self.alpha + 1.0 / self.beta).sqrt()
    }

    /// The logarithm of the density of the logarithm of the odds, relative to its peak, at a distance from it.
    fn log_density(&self, distance: f64) -> f64 {
        self.alpha * distance - self.strength() * (self.mean() * distance.exp_m1()).ln_1p()
    }

    /// The distance beyond which nothing is left, on one side.
    fn end(&self, side: f64) -> f64 {
        let mut reach = self.width();
        while self.log_density(side * reach) > NOTHING {
            reach *= 1.25;
        }
        side * reach
    }

    fn whole(&self) -> f64 {
        self.integral(self.end(-1.0), self.end(1.0), |_| 1.0)
    }

    /// The integral of the density times a weight, from one distance to another.
    fn integral(&self, from: f64, to: f64, weight: impl Fn(f64) -> f64) -> f64 {
        let step = self.width().min(WIDEST);
        let function = |distance: f64| self.log_density(distance).exp() * weight(distance);
        let mut sum = 0.0;
        let mut at = from;
        while at < to {
            let next = (at + step).min(to);
            sum += panel(&function, at, next);
            at = next;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    // scipy.stats.beta: cdf and sf at the third figure, ppf(0.025) and ppf(0.975).
    #[test]
    fn weak_and_strong_ones_agree_with_scipy() {
        for (alpha, beta, x, below, above, low, high) in [
            (
                2.5,
                40.0,
                0.1,
                0.873_164_185_487_900_5,
                0.126_835_814_512_099_27,
                0.010_148_571_123_074_525,
                0.145_734_122_125_289_16,
            ),
            (
                300.0,
                9e3,
                0.035,
                0.929_983_929_794_657,
                0.070_016_070_205_343_28,
                0.028_763_622_871_740_18,
                0.035_943_013_605_955_38,
            ),
            (
                4e3,
                96e3,
                0.0412,
                0.972_771_814_353_332_5,
                0.027_228_185_646_668_325,
                0.038_794_200_528_535_064,
                0.041_223_226_819_577_095,
            ),
            (
                1e5,
                9e5,
                0.1003,
                0.841_345_032_177_467_3,
                0.158_654_967_822_533_9,
                0.099_412_769_311_184_56,
                0.100_588_746_231_338_53,
            ),
            (
                3.0,
                2e6,
                4e-6,
                0.986_246_246_951_101_1,
                0.013_753_753_049_009_226,
                3.093_358_589_355_304e-7,
                3.612_335_503_225_385_6e-6,
            ),
        ] {
            let rate = Beta { alpha, beta };
            near(rate.cdf(x), below);
            near(rate.above(x), above);
            near(rate.quantile(0.025), low);
            near(rate.quantile(0.975), high);
        }
    }

    // scipy.integrate.quad of beta(a, b).pdf(x) * beta(c, d).cdf(x).
    #[test]
    fn one_above_another_agrees_with_scipy_and_mirrors() {
        let rate = |alpha, beta| Beta { alpha, beta };
        for (one, other, expected) in [
            (rate(50.0, 950.0), rate(40.0, 960.0), 0.860_945_029_525_814_2),
            (rate(5e3, 95e3), rate(4900.0, 95_100.0), 0.848_712_217_584_168_4),
            (rate(2.0, 98.0), rate(60.0, 2940.0), 0.413_043_523_168_016_7),
        ] {
            near(one.above_other(&other), expected);
            near(other.above_other(&one), 1.0 - expected);
            near(one.above_other(&one), 0.5);
        }
    }

    #[test]
    fn the_ends_are_certain() {
        let rate = Beta { alpha: 2.0, beta: 5000.0 };
        for (found, expected) in [
            (rate.cdf(0.0), 0.0),
            (rate.cdf(1.0), 1.0),
            (rate.above(0.0), 1.0),
            (rate.above(1.0), 0.0),
            (rate.quantile(0.0), 0.0),
            (rate.quantile(1.0), 1.0),
        ] {
            assert!((found - expected).abs() < 1e-15);
        }
        let known = rate.posterior(3.5, 10.0);
        assert!((known.alpha - 5.5).abs() < 1e-12 && (known.beta - 5006.5).abs() < 1e-9);
    }
}
