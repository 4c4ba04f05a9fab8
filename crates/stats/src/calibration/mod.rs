//! Calibration by simulation: do intervals cover, levels hold and probabilities come true? Each has a small run with a
//! bound, and an ignored one that prints the rows of the table in `docs/STATISTICS.md`.

mod choosing;
mod coverage;
mod peeking;
mod rates;
mod redrawing;

use crate::{Beta, Chance};

/// A beta distribution to draw from: its quantiles at equal steps, with straight lines between them.
struct Drawn(Vec<f64>);

const STEPS: u16 = 2048;

impl Drawn {
    /// Rates with this mean and coefficient of variation.
    fn new(mean: f64, variation: f64) -> Self {
        let strength = (1.0 - mean) / (mean * variation.powi(2)) - 1.0;
        let beta = Beta { alpha: mean * strength, beta: (1.0 - mean) * strength };
        Self((0..STEPS).map(|step| beta.quantile((f64::from(step) + 0.5) / f64::from(STEPS))).collect())
    }

    fn draw(&self, chance: &mut Chance) -> f64 {
        self.0[chance.below(self.0.len())]
    }

    /// The mean of what is drawn.
    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / f64::from(STEPS)
    }
}

/// Successes of so many trials, as a number to reckon with.
pub fn successes(chance: &mut Chance, trials: f64, rate: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = chance.binomial(trials as u64, rate);
    #[expect(clippy::cast_precision_loss, reason = "a count of simulated trials")]
    let count = count as f64;
    count
}

/// Trials of a broadcast: lognormal with this mean, `spread` being the standard deviation of the logarithm.
pub fn size(chance: &mut Chance, mean: f64, spread: f64) -> f64 {
    (mean * (spread * chance.normal() - spread.powi(2) / 2.0).exp()).round().max(1.0)
}

/// A share of many as a percentage.
pub fn percent(count: u32, of: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(of)
}
