//! Which of several effects is best, and the expected loss of choosing another.

use super::matrix::{solve, triangle};
use super::{SeededRng, float};

/// The consequences of choosing each of several, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The probability that it is the best; they add up to 1.
    pub best: Vec<f64>,
    /// The expected loss against the best one, in the unit of the means; never negative.
    pub expected_loss: Vec<f64>,
}

/// Chooses among effects that were estimated as `means` with this covariance of their errors, by `draws` draws from
/// the posterior normal distribution. Larger is better.
///
/// With `prior_sd` the effects are taken to be drawn from a normal distribution with this standard deviation around a
/// common mean with a flat prior (the exchangeable prior of Lindley & Smith 1972), which shrinks the estimates
/// towards each other; without it the prior is flat. Directions without variance are taken as known. Ties are
/// divided equally. Both lists are empty where there are no means.
#[must_use]
pub fn choose(means: &[f64], covariance: &[Vec<f64>], prior_sd: Option<f64>, draws: usize, seed: u64) -> Choice {
    let size = means.len();
    let mut best = vec![0.0; size];
    let mut expected_loss = vec![0.0; size];
    let posterior = Posterior::new(means, covariance, prior_sd);
    let mut chance = SeededRng::new(seed, 0);
    let draws = draws.max(1);
    for _ in 0..draws {
        let effects = posterior.draw(&mut chance);
        let highest = effects.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let victors = effects.iter().filter(|effect| **effect >= highest).count();
        for (at, effect) in effects.iter().enumerate() {
            expected_loss[at] += highest - effect;
            if *effect >= highest {
                best[at] += 1.0 / float(victors);
            }
        }
    }
    let share = 1.0 / float(draws);
    best.iter_mut().chain(&mut expected_loss).for_each(|sum| *sum *= share);
    Choice { best, expected_loss }
}

/// A normal distribution: its mean, and the triangle that turns independent draws into its deviations.
struct Posterior {
    mean: Vec<f64>,
    lower: Vec<Vec<f64>>,
}

impl Posterior {
    fn new(means: &[f64], covariance: &[Vec<f64>], prior_sd: Option<f64>) -> Self {
        let size = means.len();
        let entry = |row: usize, column: usize| {
            let value = covariance.get(row).and_then(|line| line.get(column));
            value.copied().filter(|value| value.is_finite()).unwrap_or(0.0)
        };
        let square = |entry: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
            (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect()
        };
        let Some(prior_sd) = prior_sd.filter(|sd| sd.is_finite() && *sd > 0.0) else {
            return Self { mean: means.to_vec(), lower: triangle(&square(&entry)) };
        };
        let prior = prior_sd.powi(2);
        let same = |row: usize, column: usize| if row == column { prior } else { 0.0 };
        let total = triangle(&square(&|row, column| entry(row, column) + same(row, column)));
        // With V = covariance + prior: the common mean is m = 1ᵀV⁻¹y / 1ᵀV⁻¹1 with variance 1 / 1ᵀV⁻¹1; given it the
        // effects have mean m + prior·V⁻¹(y − m) and covariance prior − prior²·V⁻¹.
        let ones = solve(&total, &vec![1.0; size]);
        let precision: f64 = ones.iter().sum();
        let common = ones.iter().zip(means).map(|(weight, mean)| weight * mean).sum::<f64>() / precision;
        let deviations: Vec<f64> = means.iter().map(|mean| mean - common).collect();
        let pulled = solve(&total, &deviations);
        let mean = pulled.iter().map(|pull| common + prior * pull).collect();
        let units =
            (0..size).map(|unit| (0..size).map(|at| if at == unit { 1.0 } else { 0.0 }).collect::<Vec<f64>>());
        let inverse: Vec<Vec<f64>> = units.map(|unit| solve(&total, &unit)).collect();
        // The common mean moves every effect by 1 − prior·V⁻¹1 of its own error.
        let moved: Vec<f64> = ones.iter().map(|weight| 1.0 - prior * weight).collect();
        let spread = square(&|row, column| {
            same(row, column) - prior * prior * inverse[row][column] + moved[row] * moved[column] / precision
        });
        Self { mean, lower: triangle(&spread) }
    }

    fn draw(&self, chance: &mut SeededRng) -> Vec<f64> {
        let normal: Vec<f64> = self.mean.iter().map(|_| chance.normal()).collect();
        let deviation = |line: &Vec<f64>| line.iter().zip(&normal).map(|(one, other)| one * other).sum::<f64>();
        self.mean.iter().zip(&self.lower).map(|(mean, line)| mean + deviation(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal_cdf;

    const DRAWS: usize = 200_000;

    // Two effects: the first is best with Φ(δ / σ); what it loses on average is σ·φ(δ / σ) − δ·Φ(−δ / σ).
    #[test]
    fn two_effects_agree_with_the_closed_form() {
        let choice = choose(&[0.3, 0.1], &[vec![0.04, 0.01], vec![0.01, 0.05]], None, DRAWS, 1);
        let (delta, sd) = (0.2, 0.07_f64.sqrt());
        let best = normal_cdf(delta / sd);
        assert!((choice.best[0] - best).abs() < 0.004, "{choice:?} {best}");
        let density = (-0.5 * (delta / sd).powi(2)).exp() / std::f64::consts::TAU.sqrt();
        let loss = sd * density - delta * (1.0 - best);
        assert!((choice.expected_loss[0] - loss).abs() < 0.002, "{choice:?} {loss}");
        assert!((choice.expected_loss[1] - choice.expected_loss[0] - delta).abs() < 0.003, "{choice:?}");
    }

    // With an exchangeable prior of variance t and errors of variance v each, the difference is shrunk by t / (t + v)
    // and has the variance 2·t·v / (t + v).
    #[test]
    fn the_prior_shrinks_effects_towards_each_other() {
        let choice = choose(&[1.0, 0.0], &[vec![0.5, 0.0], vec![0.0, 0.5]], Some(0.5), DRAWS, 2);
        let (delta, variance) = (0.25 / 0.75, 2.0 * 0.25 * 0.5 / 0.75);
        let best = normal_cdf(delta / f64::sqrt(variance));
        assert!((choice.best[0] - best).abs() < 0.004, "{choice:?} {best}");
    }

    #[test]
    fn shares_add_up_and_nothing_panics_without_variance() {
        let known = choose(&[1.0, 3.0, 3.0], &[vec![0.0; 3], vec![0.0; 3], vec![0.0; 3]], None, 100, 0);
        assert_eq!(known.best, [0.0, 0.5, 0.5]);
        assert!((known.expected_loss[0] - 2.0).abs() < 1e-12);
        for prior in [None, Some(0.0), Some(1.0), Some(f64::NAN)] {
            let alike = choose(&[1.0, 2.0], &[vec![1.0, 1.0], vec![1.0, 1.0]], prior, 1000, 0);
            assert!((alike.best.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{alike:?}");
            let odd = choose(&[1.0, 2.0], &[vec![f64::NAN]], prior, 10, 0);
            assert_eq!(odd.best, [0.0, 1.0]);
        }
        assert!(choose(&[], &[], Some(1.0), 10, 0).best.is_empty());
        assert_eq!(choose(&[0.1, 0.2], &[], None, 10, 5), choose(&[0.1, 0.2], &[], None, 10, 5));
    }
}
