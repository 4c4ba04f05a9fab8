//! What a team's own history says of how far an experiment's level holds.

use polars::prelude::*;

use super::Dealt;
use coverledger_config::{Assignment, Design, Experiment};
use coverledger_core::model::{MarketId, PlatformId, columns as c};

/// How improbable so many false winners have to be at the level before a test is not believed. It is asked in every market.
const DOUBT: f64 = 0.001;

/// How often tests of nothing named a winner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelHistory {
    /// How many tests were run.
    pub tests: u32,
    /// How many of them named a winner.
    pub found: u32,
    /// How many may by chance, as a share.
    pub level: f64,
}

impl LevelHistory {
    /// Whether there were no more false winners than chance makes once in a thousand at the level (binomial).
    #[must_use]
    pub fn is_held(&self) -> bool {
        // The probabilities of fewer than were found, each from the one before.
        let odds = self.level / (1.0 - self.level);
        let mut one = (1.0 - self.level).powf(f64::from(self.tests));
        let mut fewer = 0.0;
        for count in 0..self.found {
            fewer += one;
            one *= odds * f64::from(self.tests - count) / f64::from(count + 1);
        }
        1.0 - fewer > DOUBT
    }

    /// Tests that named a winner ÷ all.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(self.found) / f64::from(self.tests)
    }
}

/// What a table `false_winners` says of experiments such as this one in a market of a platform: of its design and
/// assignment, by what has a weight in its value. Where orders and retained minutes both have one, the worse of the two. `None` where
/// the table has no such row: there were too few broadcasts, a count is not known, or viewers keep their cover, of which a
/// history that knows no viewers says nothing.
///
/// # Errors
/// When the table lacks a column.
pub fn level_held(
    table: &DataFrame,
    platform: &PlatformId,
    market: &MarketId,
    experiment: &Experiment,
) -> PolarsResult<Option<LevelHistory>> {
    let assignment = match &experiment.design {
        Design::Split(split) if split.assignment == Assignment::Viewer => return Ok(None),
        Design::Split(_) => Some("broadcast"),
        Design::Rotation(_) => None,
    };
    let weights =
        [(Dealt::Orders, experiment.value.orders), (Dealt::RetainedMinutes, experiment.value.retained_minutes)];
    let decides = |metric: &str| weights.iter().any(|(dealt, weight)| *weight > 0.0 && dealt.word() == metric);
    let text = |name: &str| table.column(name)?.str().cloned();
    // Tables from before there was a column for it are of viewers drawn in every broadcast.
    let assigned = if table.column(c::ASSIGNMENT).is_ok() { Some(text(c::ASSIGNMENT)?) } else { None };
    let (platforms, markets) = (text(c::PLATFORM)?, text(c::MARKET)?);
    let (designs, metrics) = (text(c::DESIGN)?, text(c::METRIC)?);
    let (tests, found) = (table.column(c::TESTS)?.i64()?, table.column(c::FALSE_WINNERS)?.i64()?);
    let levels = table.column(c::LEVEL)?.f64()?;
    let row = |at: usize| {
        let is_meant = platforms.get(at) == Some(platform.as_str())
            && markets.get(at) == Some(market.as_str())
            && designs.get(at) == Some(experiment.design_word())
            && assigned.as_ref().is_none_or(|assigned| assigned.get(at) == assignment)
            && metrics.get(at).is_some_and(decides);
        let whole = |column: &Int64Chunked| column.get(at).and_then(|count| u32::try_from(count).ok());
        let (tests, found, level) = (whole(tests)?, whole(found)?, levels.get(at)?);
        (is_meant && tests > 0).then_some(LevelHistory { tests, found, level })
    };
    Ok((0..table.height()).filter_map(row).max_by(|one, other| one.share().total_cmp(&other.share())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_doubted_only_where_chance_would_hardly_do_it() {
        let of = |found| LevelHistory { tests: 100, found, level: 0.05 };
        // P(X ≥ 13) is 0.0015 and P(X ≥ 14) 0.0005, of 100 at 5 %: scipy.stats.binom.sf.
        assert!((0..=13).all(|found| of(found).is_held()));
        assert!((14..=100).all(|found| !of(found).is_held()));
        assert!((of(14).share() - 0.14).abs() < 1e-12);
    }
}
