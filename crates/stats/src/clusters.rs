//! Estimates from clusters: trials of one cluster are correlated, so only clusters count as independent.

use super::{Interval, float, student_quantile};

/// With fewer clusters than this, intervals are unreliable; `docs/STATISTICS.md` has figures.
pub const FEWEST_CLUSTERS: usize = 8;

/// An estimate with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate from all clusters.
    pub value: f64,
    /// The standard error, on the scale of the value.
    pub standard_error: f64,
    /// The number of clusters.
    pub clusters: usize,
    /// Degrees of freedom of Student's t, 1 or more: fewer than the clusters, and far fewer where few clusters carry
    /// most of the variance.
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
    /// An estimate from clusters of equal weight: one degree of freedom less than clusters.
    #[must_use]
    pub fn new(value: f64, standard_error: f64, clusters: usize) -> Self {
        Self { value, standard_error, clusters, degrees: float(clusters.saturating_sub(1)) }
    }

    /// The same with no more degrees of freedom than that many clusters of equal size have, one less than they are, and 1
    /// at least. See [`information`].
    #[must_use]
    pub fn worth(self, clusters: f64) -> Self {
        Self { degrees: self.degrees.min(clusters - 1.0).max(1.0), ..self }
    }

    /// The interval that holds the truth with confidence `level` (0.95 for 95 %): Student's t on the given scale, with
    /// the standard error carried over by the slope of the scale (delta method). An estimate that lies on the end of
    /// its scale (a ratio of 0, a share of 0 or 1) has no error there: the interval is then the whole scale.
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
/// is (n − 1) / n · Σ d² over the n estimates without one cluster, d being their distance from their mean.
/// `estimate(None)` is the estimate from all clusters, `estimate(Some(i))` that without cluster `i`. `None` with fewer
/// than two clusters, or where any of the estimates does not exist.
///
/// The degrees of freedom come from how unequally the clusters contribute to that variance: 3·(Σ d²)² / Σ d⁴ degrees of
/// freedom (Satterthwaite 1946, with each cluster's own d² for its variance and the fourth moment of the normal
/// distribution), no more than n − 1, and one less because the same d are used twice.
#[must_use]
pub fn jackknife(clusters: usize, estimate: impl Fn(Option<usize>) -> Option<f64>) -> Option<Estimate> {
    if clusters < 2 {
        return None;
    }
    let value = estimate(None)?;
    let without: Vec<f64> = (0..clusters).map(|at| estimate(Some(at))).collect::<Option<_>>()?;
    of_left_out(value, &without)
}

/// The estimate of [`jackknife`] from the value of all clusters and the values without each of them.
pub(super) fn of_left_out(value: f64, without: &[f64]) -> Option<Estimate> {
    let clusters = without.len();
    if clusters < 2 || !value.is_finite() || !without.iter().all(|value| value.is_finite()) {
        return None;
    }
    let count = float(clusters);
    let mean = without.iter().sum::<f64>() / count;
    let squares: Vec<f64> = without.iter().map(|other| (other - mean).powi(2)).collect();
    let sum: f64 = squares.iter().sum();
    let degrees = (3.0 * sum.powi(2) / squares.iter().map(|square| square.powi(2)).sum::<f64>()).min(count - 1.0);
    // `max` also takes the place of 0 / 0, where all clusters agree exactly.
    let degrees = (degrees - 1.0).max(1.0);
    Some(Estimate { value, standard_error: ((count - 1.0) / count * sum).sqrt(), clusters, degrees })
}

/// How many clusters of equal size clusters of these sizes are worth: (Σn)² ÷ Σn² (Kish 1965). 0 where there is nothing.
#[must_use]
pub fn information(sizes: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, squares) =
        sizes.into_iter().fold((0.0, 0.0), |(sum, squares), size| (sum + size, squares + size * size));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// The ratio Σs ÷ Σn over clusters of (s, n) with its error, each cluster left out in turn, and no more degrees of freedom than
/// clusters of equal size have that carry as much ([`information`] of n). `None` with fewer than [`FEWEST_CLUSTERS`], or where one
/// of them is all there is.
#[must_use]
pub fn ratio_of_clusters(clusters: &[(f64, f64)]) -> Option<Estimate> {
    if clusters.len() < FEWEST_CLUSTERS {
        return None;
    }
    let (of_all, all) = clusters.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let ratio = jackknife(clusters.len(), |left_out| {
        let (of, among) = left_out.map_or((0.0, 0.0), |at| clusters[at]);
        (all > among).then(|| (of_all - of) / (all - among))
    })?;
    Some(ratio.worth(information(clusters.iter().map(|cluster| cluster.1))))
}

/// By how much the variance of a rate over clusters of (successes, trials) exceeds that of as many independent trials
/// (Kish 1965): the variance of Σs / Σn between clusters, divided by p(1 − p) / Σn, and never less than 1. Trials
/// divided by it are the effective trials. 1 where there is nothing to compare: fewer than two clusters with trials, or
/// all or no trials succeeded.
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

#[cfg(test)]
mod tests {
    use super::*;

    const BROADCASTS: [(f64, f64); 6] =
        [(12.0, 400.0), (3.0, 250.0), (30.0, 800.0), (1.0, 90.0), (22.0, 300.0), (5.0, 510.0)];

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    fn rate() -> Estimate {
        jackknife(BROADCASTS.len(), |left_out| {
            let kept = BROADCASTS.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
            let (successes, trials) = kept.fold((0.0, 0.0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
            Some(successes / trials)
        })
        .unwrap()
    }

    // numpy, and scipy.stats.t.ppf(0.975, 4) for the reach.
    #[test]
    fn the_error_of_a_rate_over_broadcasts_agrees_with_numpy() {
        let rate = rate();
        near(rate.value, 73.0 / 2350.0);
        near(rate.standard_error, 0.008_652_256_969_308_532);
        near(rate.degrees, 4.0);
        let logit = rate.interval(0.95, Scale::Logit);
        assert!((logit.low - 0.014_227_14).abs() < 5e-9 && (logit.high - 0.066_481_67).abs() < 5e-9, "{logit:?}");
        let log = rate.interval(0.95, Scale::Log);
        assert!((log.low - 0.014_335_18).abs() < 5e-9 && (log.high - 0.067_314_23).abs() < 5e-9, "{log:?}");
        let plain = rate.interval(0.95, Scale::Identity);
        near(plain.low, 0.007_041_313_275_883_875);
        near(plain.high, 0.055_086_346_298_584_31);
    }

    #[test]
    fn one_cluster_that_carries_all_leaves_few_degrees() {
        let sums = [1.0, 2.0, 1.5, 900.0, 2.5, 1.0, 0.5, 3.0, 2.0, 1.0];
        let spread = |sums: [f64; 10]| {
            let mean =
                |left_out| sums.iter().enumerate().filter(|(at, _)| Some(*at) != left_out).map(|(_, s)| s).sum();
            jackknife(10, |left_out| Some(mean(left_out))).unwrap().degrees
        };
        assert!(spread(sums) < 3.0, "{}", spread(sums));
        assert!((spread([1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0]) - 8.0).abs() < 1e-12);
        assert!((spread([1.0; 10]) - 8.0).abs() < 8.0);
    }

    #[test]
    fn what_has_no_error_is_none_and_ends_of_a_scale_tell_nothing() {
        assert_eq!(jackknife(1, |_| Some(0.5)), None);
        assert_eq!(jackknife(5, |left_out| (left_out != Some(3)).then_some(0.5)), None);
        assert_eq!(jackknife(5, |_| Some(f64::NAN)), None);
        let none = Estimate::new(0.0, 0.0, 9);
        assert_eq!(none.interval(0.95, Scale::Logit), Interval { low: 0.0, high: 1.0 });
        assert_eq!(none.interval(0.95, Scale::Log), Interval { low: 0.0, high: f64::INFINITY });
        let wide = Estimate::new(0.5, 1e6, 9).interval(0.95, Scale::Logit);
        assert!(wide.low >= 0.0 && wide.high <= 1.0, "{wide:?}");
    }

    #[test]
    fn unequal_clusters_are_worth_fewer_equal_ones() {
        near(information([5.0; 8]), 8.0);
        near(information([30.0, 10.0, 0.0]), 1.6);
        assert!(information([]).abs() < 1e-12);
        let rate = rate();
        near(rate.worth(3.0).degrees, 2.0);
        near(rate.worth(1.2).degrees, 1.0);
        near(rate.worth(60.0).degrees, rate.degrees);
    }

    #[test]
    fn a_ratio_needs_enough_clusters_and_is_worth_those_of_equal_size() {
        assert_eq!(ratio_of_clusters(&BROADCASTS), None);
        let more: Vec<(f64, f64)> = BROADCASTS.into_iter().chain([(9.0, 300.0), (2.0, 200.0)]).collect();
        let ratio = ratio_of_clusters(&more).unwrap();
        near(ratio.value, 84.0 / 2850.0);
        assert_eq!(ratio.clusters, 8);
        let plain = jackknife(8, |left_out| {
            let kept = more.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
            let (of, among) = kept.fold((0.0, 0.0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
            Some(of / among)
        });
        let worth = information(more.iter().map(|cluster| cluster.1));
        let plain = plain.unwrap().worth(worth);
        near(ratio.standard_error, plain.standard_error);
        near(ratio.degrees, plain.degrees);
        assert!(worth < 6.5 && ratio.degrees <= worth - 1.0, "{worth}");
        let alone: Vec<(f64, f64)> = (0..9).map(|at| (0.0, if at == 0 { 5.0 } else { 0.0 })).collect();
        assert_eq!(ratio_of_clusters(&alone), None);
    }

    #[test]
    fn trials_of_alike_viewers_are_worth_less() {
        near(design_effect(&BROADCASTS), 5.615_478_495_880_963);
        let spread_evenly = [(10.0, 100.0), (10.0, 100.0), (10.0, 100.0)];
        near(design_effect(&spread_evenly), 1.0);
        near(design_effect(&[(3.0, 10.0)]), 1.0);
        near(design_effect(&[(0.0, 10.0), (0.0, 5.0), (0.0, 0.0)]), 1.0);
    }
}
