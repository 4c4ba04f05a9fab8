//! A beta distribution to draw from.

use crate::{Beta, SeededRng};

/// A beta distribution to draw from: its quantiles at equal steps, with straight lines between them.
pub(super) struct Drawn(Vec<f64>);

const STEPS: u16 = 2048;

impl Drawn {
    /// Rates with this mean and coefficient of variation.
    pub(super) fn new(mean: f64, variation: f64) -> Self {
        let strength = (1.0 - mean) / (mean * variation.powi(2)) - 1.0;
        let beta = Beta { alpha: mean * strength, beta: (1.0 - mean) * strength };
        Self((0..STEPS).map(|step| beta.quantile((f64::from(step) + 0.5) / f64::from(STEPS))).collect())
    }

    pub(super) fn draw(&self, chance: &mut SeededRng) -> f64 {
        self.0[chance.below(self.0.len())]
    }

    /// The mean of what is drawn.
    pub(super) fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / f64::from(STEPS)
    }
}
