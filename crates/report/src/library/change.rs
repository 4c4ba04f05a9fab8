//! Dates from which all covers of a platform in a market were counted, or drew, otherwise.
//!
//! A platform that changes its ways moves every cover at once. Fatigue is told within broadcasts, where that cancels; here
//! it is found, so that nobody takes the fall of plain rates for it.

use std::collections::BTreeMap;

use super::beside::{Strengths, Trial};
use super::rows::CoverRows;
use coverledger_stats::level_shift;

/// Up to this p value, and from this size of the logarithm on, a jump of all covers is told.
const LEVEL: f64 = 0.01;
const WORTH_TELLING: f64 = 0.1;
/// Draws the series that a jump is held against.
const SEED: u64 = 20_261_130;

/// A date from which all covers were otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) day: i32,
    pub(super) kind: ChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ChangeKind {
    /// The platform counts otherwise.
    Conventions,
    /// Rates of all covers became so many times as high.
    Level(f64),
}

impl ChangeKind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Conventions => "conventions",
            Self::Level(_) => "level",
        }
    }
}

/// All of them, in their order.
pub(super) fn changes(rows: &CoverRows, trials: &[Trial], strengths: &Strengths) -> Vec<Change> {
    let mut firsts: BTreeMap<u16, i32> = BTreeMap::new();
    for row in &rows.rows {
        let first = firsts.entry(row.era).or_insert(row.day);
        *first = row.day.min(*first);
    }
    let mut changes: Vec<Change> =
        firsts.values().skip(1).map(|day| Change { day: *day, kind: ChangeKind::Conventions }).collect();
    let newest = trials.iter().map(|trial| trial.era).max().unwrap_or(0);
    let series = levels(trials, strengths, newest);
    if let Some(shift) = level_shift(&series, SEED)
        && shift.p_value <= LEVEL
        && shift.size.abs() >= WORTH_TELLING
    {
        changes.push(Change { day: series[shift.at].0, kind: ChangeKind::Level(shift.size.exp()) });
    }
    changes.sort_by_key(|change| change.day);
    changes
}

/// The logarithm of what all covers drew on each day of an era ÷ what was to be expected of these covers in these slots and
/// audiences.
fn levels(trials: &[Trial], strengths: &Strengths, era: usize) -> Vec<(i32, f64)> {
    let of_era = || trials.iter().filter(|trial| trial.era == era);
    let worth = |trial: &Trial| trial.tally.trials * trial.left.exp() * strengths.of_unit(trial.unit, trial.era);
    let mut cells: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
    for trial in of_era() {
        let [successes, worths] = cells.entry((trial.slot, trial.audience)).or_default();
        *successes += trial.tally.successes;
        *worths += worth(trial);
    }
    let mut days: BTreeMap<i32, [f64; 2]> = BTreeMap::new();
    for trial in of_era() {
        let [successes, worths] = cells[&(trial.slot, trial.audience)];
        let [observed, expected] = days.entry(trial.day).or_default();
        *observed += trial.tally.successes;
        *expected += worth(trial) * successes / worths;
    }
    let level = |(day, [observed, expected]): (i32, [f64; 2])| {
        (expected > 0.0).then(|| (day, ((observed + 0.5) / (expected + 0.5)).ln()))
    };
    days.into_iter().filter_map(level).collect()
}
