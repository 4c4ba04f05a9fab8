//! Estimates of many places, each borrowing from the others as far as places are alike.

use super::{Interval, Z_95, float};

/// Standard deviations between places that are weighed against each other.
const STEPS: usize = 40;
/// Up to so many times the scale of what is believed of them beforehand.
const FARTHEST: f64 = 4.0;

/// What is known of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// The mean of what is believed.
    pub value: f64,
    /// Its standard deviation.
    pub standard_error: f64,
    /// How much of the value comes from other places, 0 to 1.
    pub borrowed: f64,
}

impl Pooled {
    /// What holds the truth with 95 %.
    #[must_use]
    pub fn interval(&self) -> Interval {
        let reach = Z_95 * self.standard_error;
        Interval { low: self.value - reach, high: self.value + reach }
    }
}

/// Normal estimates of places whose truths are normal around a common mean.
///
/// How far truths lie apart is not known: each of many standard deviations is weighed by the likelihood of the estimates and
/// by a half-normal prior (Gelman 2006), and nothing is taken for known that is only estimated. The mean has a flat prior,
/// or is known.
#[derive(Debug, Clone)]
pub struct Pooling {
    estimates: Vec<(f64, f64)>,
    steps: Vec<Step>,
}

/// What would be believed if truths were so far apart.
#[derive(Debug, Clone, Copy)]
struct Step {
    weight: f64,
    /// Between places.
    variance: f64,
    mean: f64,
    variance_of_mean: f64,
}

impl Pooling {
    /// From estimates and their standard errors, all finite, errors above 0; `scale` is the likeliest
    /// standard deviation between places beforehand. `None` without any.
    #[must_use]
    pub fn of(estimates: &[(f64, f64)], scale: f64) -> Option<Self> {
        Self::around(None, estimates, scale).filter(|pooling| !pooling.estimates.is_empty())
    }

    /// The same around a mean of 0, which is known: places differ from something and not only from each other.
    #[must_use]
    pub fn around_zero(estimates: &[(f64, f64)], scale: f64) -> Option<Self> {
        Self::around(Some(0.0), estimates, scale)
    }

    fn around(known: Option<f64>, estimates: &[(f64, f64)], scale: f64) -> Option<Self> {
        let is_usable = |(value, error): &(f64, f64)| value.is_finite() && error.is_finite() && *error > 0.0;
        if !estimates.iter().all(is_usable) || scale <= 0.0 {
            return None;
        }
        let step = |number: usize| {
            let deviation = FARTHEST * scale * (float(number) + 0.5) / float(STEPS);
            let variance = deviation.powi(2);
            let precision = |error: f64| (error.powi(2) + variance).recip();
            let sum: f64 = estimates.iter().map(|(_, error)| precision(*error)).sum();
            let weighted: f64 = estimates.iter().map(|(value, error)| precision(*error) * value).sum();
            let (mean, variance_of_mean) = known.map_or((weighted / sum, sum.recip()), |known| (known, 0.0));
            let squares: f64 =
                estimates.iter().map(|(value, error)| precision(*error) * (value - mean).powi(2)).sum();
            let spread: f64 = estimates.iter().map(|(_, error)| precision(*error).ln()).sum();
            let of_mean = if known.is_none() { sum.ln() } else { 0.0 };
            let log = deviation.ln() + 0.5 * (spread - of_mean - squares - (deviation / scale).powi(2));
            Step { weight: log, variance, mean, variance_of_mean }
        };
        let mut steps: Vec<Step> = (0..STEPS).map(step).collect();
        let highest = steps.iter().map(|step| step.weight).fold(f64::NEG_INFINITY, f64::max);
        let all: f64 = steps.iter().map(|step| (step.weight - highest).exp()).sum();
        for step in &mut steps {
            step.weight = (step.weight - highest).exp() / all;
        }
        Some(Self { estimates: estimates.to_vec(), steps })
    }

    /// What is known of one of the places.
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    pub fn place(&self, number: usize) -> Pooled {
        let (value, error) = self.estimates[number];
        self.mixed(|step| {
            let precision = (error.powi(2) + step.variance).recip();
            let own = step.variance * precision;
            let mean = own * value + (1.0 - own) * step.mean;
            let variance = own * error.powi(2) + (1.0 - own).powi(2) * step.variance_of_mean;
            // Its own estimate is part of the mean as well.
            let borrowed = (1.0 - own) * (1.0 - precision * step.variance_of_mean);
            [mean, variance, borrowed]
        })
    }

    /// What is known of a place without any estimate: all of it is borrowed.
    #[must_use]
    pub fn another(&self) -> Pooled {
        self.mixed(|step| [step.mean, step.variance_of_mean + step.variance, 1.0])
    }

    /// How far truths lie apart, as a standard deviation: the mean of what is believed.
    #[must_use]
    pub fn between(&self) -> f64 {
        self.steps.iter().map(|step| step.weight * step.variance.sqrt()).sum()
    }

    /// Mean, standard deviation and borrowed share over all steps.
    fn mixed(&self, of: impl Fn(&Step) -> [f64; 3]) -> Pooled {
        let parts: Vec<(f64, [f64; 3])> = self.steps.iter().map(|step| (step.weight, of(step))).collect();
        let value: f64 = parts.iter().map(|(weight, [mean, ..])| weight * mean).sum();
        let variance: f64 =
            parts.iter().map(|(weight, [mean, variance, _])| weight * (variance + (mean - value).powi(2))).sum();
        let borrowed = parts.iter().map(|(weight, [.., borrowed])| weight * borrowed).sum::<f64>();
        Pooled { value, standard_error: variance.sqrt(), borrowed: borrowed.clamp(0.0, 1.0) }
    }
}
