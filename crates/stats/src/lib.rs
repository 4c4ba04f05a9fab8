//! Plain statistics: numbers in, numbers out. Which question each answers, the source of each formula, what it assumes
//! and how it was calibrated is in `docs/STATISTICS.md`. Nothing here knows a domain word, a clock or a file; what is
//! drawn by chance is drawn from a given seed. Special functions come from `statrs`, which only this module knows.

mod beta;
mod beta_fit;
#[cfg(any(test, feature = "testing"))]
pub mod calibration;
mod chance;
mod chi_square;
mod choice;
mod clusters;
mod distribution;
mod holm;
mod matrix;
mod quadrature;
mod redrawn;
#[cfg(test)]
mod reference;
mod root;
pub mod sequence;
mod wilson;

pub use beta::Beta;
pub use chance::Chance;
pub use chi_square::{ChiSquare, homogeneity, imbalance};
pub use choice::{Choice, choose};
pub use clusters::{Estimate, FEWEST_CLUSTERS, Scale, design_effect, jackknife};
pub use distribution::{chi_square_upper, normal_cdf, normal_quantile, student_quantile};
pub use holm::holm;
pub use redrawn::Redrawn;
pub use wilson::{Z_95, wilson};

/// A range that holds a figure with a stated confidence, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How many there are, to reckon with.
#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 things in memory")]
fn float(count: usize) -> f64 {
    count as f64
}
