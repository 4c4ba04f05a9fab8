//! Ratios and their intervals: the one place where a count of a row is divided by another.
//!
//! Counts are summed first; a ratio is never averaged. A ratio is null when a count is not known or the denominator
//! is zero.

use polars::prelude::*;

use super::cells::seconds;
use super::tally::float;
use coverledger_core::model::{Count, Figures, Measure, RATES, columns as c};
pub(super) use coverledger_core::model::{ENTERING, Rate};
use coverledger_stats::wilson;

/// Dwell seconds ÷ entries: a mean, which has no interval.
pub(super) fn mean_dwell_seconds(figures: &Figures) -> Option<f64> {
    let (dwell, entries) = (figures.get(Count::Dwell)?, figures.get(Count::Entries)?);
    ratio(seconds(dwell.value), float(entries.value))
}

/// Every rate with its interval, and the mean that has none.
pub(super) fn rates(rows: &[Figures]) -> Vec<Column> {
    let mut columns = Vec::new();
    for rate in &RATES {
        let rates: Vec<Proportion> = rows.iter().map(|figures| Proportion::of_rate(rate, figures)).collect();
        let column = |name: &str, of: fn(&Proportion) -> Option<f64>| {
            Column::new(name.into(), rates.iter().map(of).collect::<Vec<_>>())
        };
        columns.push(column(rate.name, |rate| rate.ratio));
        columns.push(column(&c::low(rate.name), |rate| rate.low));
        columns.push(column(&c::high(rate.name), |rate| rate.high));
    }
    let means: Vec<Option<f64>> = rows.iter().map(mean_dwell_seconds).collect();
    columns.push(Column::new(c::MEAN_DWELL_SECONDS.into(), means));
    columns
}

/// A ratio with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Proportion {
    /// Numerator ÷ denominator.
    pub(super) ratio: Option<f64>,
    /// The lower bound; null where the numerator exceeds the denominator.
    pub(super) low: Option<f64>,
    /// The upper bound.
    pub(super) high: Option<f64>,
}

impl Proportion {
    /// A rate of a row.
    pub(super) fn of_rate(rate: &Rate, figures: &Figures) -> Self {
        match (figures.get(rate.of), figures.get(rate.among)) {
            (Some(of), Some(among)) => Self::of(of, among),
            (None, Some(among)) => Self::at_least(figures.least(rate.of), among),
            (Some(of), None) => Self::at_most(of, figures.least(rate.among)),
            (None, None) => Self::default(),
        }
    }

    /// The ratio with the bounds of its 95 % Wilson score interval. Where the counts have bounds themselves, the lower
    /// bound is that of the fewest successes among the most trials and the upper one that of the most among the
    /// fewest.
    pub(super) fn of(of: Measure, among: Measure) -> Self {
        let is_proportion = among.value > 0 && of.value <= among.value;
        let low = || if of.low == 0 { 0.0 } else { wilson(float(of.low), float(among.high)).low };
        // At nothing but successes the upper bound is 1, and at no successes the lower one is 0, exactly.
        let high = || if of.high >= among.low { 1.0 } else { wilson(float(of.high), float(among.low)).high };
        Self {
            ratio: ratio(float(of.value), float(among.value)),
            low: is_proportion.then(low),
            high: is_proportion.then(high),
        }
    }
}

impl Proportion {
    /// What is known of a rate whose numerator is known in part: the lower bound of that part.
    fn at_least(of: Option<u64>, among: Measure) -> Self {
        let is_proportion = |of: &u64| among.high > 0 && *of <= among.high;
        let low = of
            .filter(is_proportion)
            .map(|of| if of == 0 { 0.0 } else { wilson(float(of), float(among.high)).low });
        Self { low, ..Self::default() }
    }

    /// What is known of a rate whose denominator is known in part: the upper bound among that part.
    fn at_most(of: Measure, among: Option<u64>) -> Self {
        let among = among.filter(|among| of.high < *among);
        Self { high: among.map(|among| wilson(float(of.high), float(among)).high), ..Self::default() }
    }
}

/// A part of a whole, both whole numbers; `None` of nothing.
pub(super) fn part(of: u64, among: u64) -> Option<f64> {
    ratio(float(of), float(among))
}

fn ratio(of: f64, among: f64) -> Option<f64> {
    (among > 0.0).then(|| of / among)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(s: u64, n: u64) -> (Option<f64>, Option<f64>, Option<f64>) {
        let Proportion { ratio, low, high } = Proportion::of(Measure::exact(s), Measure::exact(n));
        (ratio, low, high)
    }

    fn close(one: Option<f64>, other: f64) -> bool {
        one.is_some_and(|one| (one - other).abs() < 1e-12)
    }

    #[test]
    fn a_rate_has_wilsons_interval() {
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

    #[test]
    fn a_rate_of_a_part_is_bounded_on_one_side() {
        let of_part = Proportion::at_least(Some(42), Measure::exact(10_000));
        assert_eq!((of_part.ratio, of_part.low, of_part.high), (None, row(42, 10_000).1, None));
        let among_part = Proportion::at_most(Measure::exact(42), Some(10_000));
        assert_eq!((among_part.ratio, among_part.low, among_part.high), (None, None, row(42, 10_000).2));
        let none = Proportion::default();
        assert_eq!(Proportion::at_least(None, Measure::exact(10)), none);
        assert_eq!(Proportion::at_least(Some(11), Measure::exact(10)), none, "no proportion");
        assert_eq!(Proportion::at_most(Measure::exact(10), Some(10)), none, "any rate would do");
        assert_eq!(Proportion::at_most(Measure::exact(10), None), none);
    }

    #[test]
    fn rounded_counts_widen_the_interval_to_its_worst_ends() {
        let views = Measure::exact(42);
        let impressions = Measure { low: 9_900, value: 10_000, high: 10_100 };
        let wide = Proportion::of(views, impressions);
        assert_eq!(wide.ratio, row(42, 10_000).0);
        assert_eq!(wide.low, row(42, 10_100).1);
        assert_eq!(wide.high, row(42, 9_900).2);
        // What may be no trial at all, or fewer than successes, says nothing from above.
        let unsure = Proportion::of(Measure { low: 1, value: 2, high: 5 }, Measure { low: 0, value: 4, high: 9 });
        assert_eq!(unsure.high, Some(1.0));
        assert_eq!(unsure.low, row(1, 9).1);
    }
}
