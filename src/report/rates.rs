//! Ratios and their intervals: the one place where a count is divided by another.
//!
//! Counts are summed first; a ratio is never averaged. A ratio is null when a count is not offered or the
//! denominator is zero.

use polars::prelude::*;

use crate::model::columns as c;

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A rate: its column, its numerator and its denominator.
pub(super) struct Rate {
    pub(super) name: &'static str,
    pub(super) of: &'static str,
    pub(super) among: &'static str,
}

/// Rates that get an interval. Where events can come more than once per trial (orders per entrant, clicks per
/// impression of a redrawn feed) the ratio may exceed one; then it is no proportion and has no interval.
pub(super) const PROPORTIONS: [Rate; 5] = [
    Rate { name: c::CTR, of: c::CLICKS, among: c::IMPRESSIONS },
    Rate { name: c::EFFECTIVE_CTR, of: c::ENTRANTS, among: c::IMPRESSIONS },
    Rate { name: c::CLICK_CONVERSION, of: c::ORDERS, among: c::ENTRANTS },
    Rate { name: c::VIEWER_CTR, of: c::CLICKERS, among: c::UNIQUE_IMPRESSIONS },
    Rate { name: c::STAY_RATE, of: c::STAYS, among: c::ENTRIES },
];

/// The mean that has no interval.
pub(super) const MEAN_DWELL: Rate = Rate { name: c::MEAN_DWELL_SECONDS, of: c::DWELL_SECONDS, among: c::ENTRIES };

impl Rate {
    /// Numerator ÷ denominator.
    pub(super) fn ratio(&self) -> Expr {
        let among = col(self.among).cast(DataType::Float64);
        when(among.clone().gt(lit(0.0)))
            .then(col(self.of).cast(DataType::Float64) / among)
            .otherwise(lit(NULL))
            .alias(self.name)
    }

    /// The ratio with the bounds of its 95 % Wilson score interval.
    ///
    /// Wilson (1927), J. Am. Stat. Assoc. 22, 209–212: for p = s ÷ n,
    /// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n).
    pub(super) fn with_interval(&self) -> [Expr; 3] {
        let n = col(self.among).cast(DataType::Float64);
        let s = col(self.of).cast(DataType::Float64);
        let p = s.clone() / n.clone();
        let z2 = lit(Z * Z);
        let centre = p.clone() + z2.clone() / (lit(2.0) * n.clone());
        let variance = p.clone() * (lit(1.0) - p) / n.clone() + z2.clone() / (lit(4.0) * n.clone() * n.clone());
        let half = lit(Z) * variance.sqrt();
        let scale = lit(1.0) + z2 / n.clone();
        let is_proportion = n.clone().gt(lit(0.0)).and(s.clone().lt_eq(n.clone()));
        let bound = |value: Expr, name: String| {
            when(is_proportion.clone()).then(value).otherwise(lit(NULL)).cast(DataType::Float64).alias(name)
        };
        // At no successes the lower bound is 0 and at nothing but successes the upper one is 1, exactly.
        let low =
            when(s.clone().eq(lit(0.0))).then(lit(0.0)).otherwise((centre.clone() - half.clone()) / scale.clone());
        let high = when(s.eq(n)).then(lit(1.0)).otherwise((centre + half) / scale);
        [self.ratio(), bound(low, c::low(self.name)), bound(high, c::high(self.name))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(s: i64, n: i64) -> (Option<f64>, Option<f64>, Option<f64>) {
        let rate = Rate { name: "r", of: "s", among: "n" };
        let table = df!("s" => [s], "n" => [n]).unwrap();
        let table = table.lazy().select(rate.with_interval()).collect().unwrap();
        let value = |name: &str| table.column(name).unwrap().f64().unwrap().get(0);
        (value("r"), value("r_low"), value("r_high"))
    }

    fn close(one: Option<f64>, other: f64) -> bool {
        one.is_some_and(|one| (one - other).abs() < 1e-12)
    }

    #[test]
    fn wilson_agrees_with_a_reference() {
        // statsmodels proportion_confint(42, 10000, method="wilson"); tests/reference.py checks every row against Python.
        let (ratio, low, high) = row(42, 10_000);
        assert!(close(ratio, 0.0042), "{ratio:?}");
        assert!(close(low, 0.003_108_876_968_138_527), "{low:?}");
        assert!(close(high, 0.005_671_895_816_224_385), "{high:?}");
    }

    #[test]
    fn bounds_are_exact_at_the_ends() {
        assert_eq!(row(0, 10).1, Some(0.0));
        assert_eq!(row(10, 10).2, Some(1.0));
    }

    #[test]
    fn no_denominator_no_rate_and_no_proportion_no_interval() {
        assert_eq!(row(0, 0), (None, None, None));
        assert_eq!(row(3, 2), (Some(1.5), None, None));
    }
}
