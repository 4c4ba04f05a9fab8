//! Calibration by simulation: do intervals cover, levels hold and probabilities come true? Each has a small run with a
//! bound, and an ignored one that prints the rows of the table in `docs/STATISTICS.md`.

#[cfg(test)]
mod choosing;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod panels;
#[cfg(test)]
mod peeking;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod redrawing;
#[cfg(test)]
mod shifts;
#[cfg(test)]
mod trends;

#[cfg(test)]
use drawn::Drawn;

use crate::SeededRng;

/// Successes of so many trials, as a number to reckon with.
pub fn successes(chance: &mut SeededRng, trials: f64, rate: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = chance.binomial(trials as u64, rate);
    #[expect(clippy::cast_precision_loss, reason = "a count of simulated trials")]
    let count = count as f64;
    count
}

/// Trials of a broadcast: lognormal with this mean, `spread` being the standard deviation of the logarithm.
pub fn size(chance: &mut SeededRng, mean: f64, spread: f64) -> f64 {
    (mean * (spread * chance.normal() - spread.powi(2) / 2.0).exp()).round().max(1.0)
}

/// A share of many as a percentage.
#[must_use]
pub fn percent(count: u32, of: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(of)
}
