//! Estimates from clusters: trials of one cluster are alike, so only clusters count as independent.

use super::{Interval, float, student_quantile};

/// With fewer clusters than this, an interval from clusters is not to be relied on; `docs/STATISTICS.md` has figures.
pub const FEWEST_CLUSTERS: usize = 8;

/// An estimate with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate from all clusters.
    pub value: f64,
    /// The standard error, on the scale of the value.
    pub standard_error: f64,
    /// How many clusters it stands on.
    pub clusters: usize,
    /// Degrees of freedom of Student's t: one less than the clusters, or fewer where a few of them carry it all.
    pub degrees: f64,
}

/// The scale on which an interval is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As it is: differences.
    Identity,
    /// Its logarithm: ratios and other positive figures.
    Log,
    /// The logarithm of its odds: shares between 0 and 1.
    Logit,
}

impl Estimate {
    /// An estimate that stands on so many clusters of much the same weight.
    #[must_use]
    pub fn new(value: f64, standard_error: f64, clusters: usize) -> Self {
        Self { value, standard_error, clusters, degrees: float(clusters.saturating_sub(1)) }
    }

    /// The interval that holds the truth with confidence `level` (0.95 for 95 %): Student's t on the given scale, with
    /// the standard error carried over by the slope of the scale (delta method). An estimate that lies on the end of
    /// its scale (a ratio of 0, a share of 0 or 1) tells no error there: the interval is then the whole scale.
    #[must_use]
    pub fn interval(&self, level: f64, scale: Scale) -> Interval {
        let reach = student_quantile(f64::midpoint(1.0, level), self.degrees) * self.standard_error;
        let value = self.value;
        match scale {
            Scale::Identity => Interval { low: value - reach, high: value + reach },
            Scale::Log if value > 0.0 => {
                let factor = (reach / value).exp();
                Interval { low: value / factor, high: value * factor }
            }
            Scale::Log => Interval { low: 0.0, high: f64::INFINITY },
            Scale::Logit if value > 0.0 && value < 1.0 => {
                let odds = value / (1.0 - value);
                let factor = (reach / (value * (1.0 - value))).exp();
                let share = |odds: f64| if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) };
                Interval { low: share(odds / factor), high: share(odds * factor) }
            }
            Scale::Logit => Interval { low: 0.0, high: 1.0 },
        }
    }
}

/// The error of an estimate from clusters, by leaving out one at a time (Tukey 1958; Shao & Tu 1995, 2.1): the variance
/// is (n − 1) / n · Σ (θ₍ᵢ₎ − θ̄)² over the n estimates without one cluster. `estimate(None)` is the estimate from all
/// clusters, `estimate(Some(i))` that without cluster `i`. `None` with fewer than two clusters, or where any of the
/// estimates does not exist.
#[must_use]
pub fn jackknife(clusters: usize, estimate: impl Fn(Option<usize>) -> Option<f64>) -> Option<Estimate> {
    if clusters < 2 {
        return None;
    }
    let finite = |value: f64| value.is_finite().then_some(value);
    let value = estimate(None).and_then(finite)?;
    let without: Vec<f64> = (0..clusters).map(|at| estimate(Some(at)).and_then(finite)).collect::<Option<_>>()?;
    let count = float(clusters);
    let mean = without.iter().sum::<f64>() / count;
    let squares: f64 = without.iter().map(|other| (other - mean).powi(2)).sum();
    Some(Estimate::new(value, ((count - 1.0) / count * squares).sqrt(), clusters))
}

/// By how much the variance of a rate over clusters of (successes, trials) exceeds that of as many independent trials
/// (Kish 1965): the variance of Σs / Σn between clusters, divided by p(1 − p) / Σn, and never less than 1. Trials
/// divided by it are what they are worth. 1 where there is nothing to compare: fewer than two clusters with trials, or
/// all or none succeeded.
#[must_use]
pub fn design_effect(clusters: &[(f64, f64)]) -> f64 {
    let usable: Vec<(f64, f64)> = clusters.iter().copied().filter(|cluster| cluster.1 > 0.0).collect();
    let count = float(usable.len());
    let successes: f64 = usable.iter().map(|cluster| cluster.0).sum();
    let trials: f64 = usable.iter().map(|cluster| cluster.1).sum();
    let rate = successes / trials;
    let squares: f64 = usable.iter().map(|(successes, trials)| (successes - rate * trials).powi(2)).sum();
    let effect = count / (count - 1.0) * squares / (trials * rate * (1.0 - rate));
    if usable.len() < 2 || !effect.is_finite() { 1.0 } else { effect.max(1.0) }
}
