//! What a team's own history says of how far an experiment's level holds.

use polars::prelude::*;

use super::Dealt;
use coverledger_config::{Assignment, Design, Experiment};
use coverledger_core::model::{MarketId, PlatformId, columns as c};
use coverledger_stats::{Interval, wilson};

/// How often tests of nothing named a winner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelHistory {
    /// How many tests were run.
    pub tests: u32,
    /// How many of them named a winner.
    pub found: u32,
    /// How many were to be put up with, as a share.
    pub level: f64,
    /// The lower bound of the 95 % Wilson interval of the share that did.
    pub low: f64,
    /// Whether that may be the level: the lower bound is not above it.
    pub is_held: bool,
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
        let Interval { low, .. } = wilson(f64::from(found), f64::from(tests));
        is_meant.then_some(LevelHistory { tests, found, level, low, is_held: low <= level })
    };
    Ok((0..table.height()).filter_map(row).max_by(|one, other| one.low.total_cmp(&other.low)))
}
