//! Plain statistics: numbers in, numbers out. For each method, `docs/STATISTICS.md` has its question, the source of its
//! formula, its assumptions and its calibration. Nothing here knows a domain word, a clock or a file, and random draws come
//! from a given seed. Special functions are those of `statrs`, which only this crate uses.

mod balance;
mod beta;
mod beta_fit;
#[cfg(any(test, feature = "testing"))]
pub mod calibration;
mod chi_square;
mod choice;
mod clusters;
mod distribution;
mod false_discovery;
mod holm;
mod level_shift;
mod matched;
mod matched_rates;
mod matrix;
mod meta_regression;
mod panel;
mod pooling;
mod quadrature;
mod random_effects;
mod randomization_test;
#[cfg(test)]
mod reference;
mod root;
mod seeded_rng;
pub mod sequence;
mod step_effects;
mod strata;
mod trend;
mod two_way;
mod wilson;

pub use balance::{SharedOut, SharesTest, shares_held};
pub use beta::Beta;
pub use chi_square::{ChiSquare, homogeneity, imbalance};
pub use choice::{Choice, choose};
pub use clusters::{Estimate, FEWEST_CLUSTERS, Scale, design_effect, information, jackknife, ratio_of_clusters};
pub use distribution::{
    chi_square_upper, f_upper, normal_cdf, normal_quantile, student_quantile, student_upper,
    student_upper_quantile,
};
pub use false_discovery::benjamini_hochberg;
pub use holm::holm;
pub use level_shift::{LevelShift, level_shift};
pub use matched::Matched;
pub use matched_rates::{MatchedRates, RateCell, clustered_rate};
pub use meta_regression::{MetaRegression, Unit};
pub use panel::{Panel, PanelPoint};
pub use pooling::{Pooled, Pooling};
pub use random_effects::RandomEffects;
pub use randomization_test::RandomizationTest;
pub use seeded_rng::SeededRng;
pub use step_effects::{MOST_STEPS, StepCell, StepEffects};
pub use trend::{Point, Trend};
pub use two_way::{Cell, TwoWay, UnitValue};
pub use wilson::{Z_95, wilson, wilson_at};

/// A range that holds a figure with a stated confidence, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 things in memory")]
fn float(count: usize) -> f64 {
    count as f64
}
