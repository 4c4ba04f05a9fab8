//! Whether an effect is today what it was: a cover that is new draws attention for being new.

use std::ops::Range;

use crate::trial::Trial;
use coverledger_stats::{Estimate, Interval, Scale, student_upper};

/// The last nights that are told beside the whole.
pub(super) const NIGHTS: usize = 7;
/// How improbable so great a loss of effect has to be by chance. It is looked for every night.
const LEVEL: f64 = 0.005;

/// The effect of the last nights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Recent {
    /// Rate of the arm ÷ rate of the control − 1, with its plain 95 % interval: of one look, not of all.
    pub(super) value: f64,
    pub(super) interval: Interval,
    /// Whether it is less than it was before, and no longer clearly more than nothing.
    pub(super) has_faded: bool,
}

/// The last seven nights beside all those before them; `None` where they do not tell enough.
pub(super) fn recent(trial: &Trial<'_>, arm: usize, looks: usize) -> Option<Recent> {
    let last = looks.saturating_sub(NIGHTS)..looks;
    let before = 0..last.start;
    compared(trial, arm, last, before)
}

/// Whether the seven nights before the look `until` have lost the effect of the first `before` nights.
pub(super) fn has_faded_since(trial: &Trial<'_>, arm: usize, before: usize, until: usize) -> bool {
    let last = until.saturating_sub(NIGHTS)..until;
    last.start >= before && compared(trial, arm, last, 0..before).is_some_and(|recent| recent.has_faded)
}

fn compared(trial: &Trial<'_>, arm: usize, last: Range<usize>, before: Range<usize>) -> Option<Recent> {
    let now = trial.contrast(arm, last)?;
    let logs = now.interval(0.95, Scale::Identity);
    let has_faded = logs.low <= 0.0 && trial.contrast(arm, before).is_some_and(|then| p_less(now, then) <= LEVEL);
    let interval = Interval { low: logs.low.exp_m1(), high: logs.high.exp_m1() };
    Some(Recent { value: now.value.exp_m1(), interval, has_faded })
}

/// How probable so great a fall is by chance: Welch's t (1947), with the fewer degrees of the two.
fn p_less(now: Estimate, then: Estimate) -> f64 {
    let error = now.standard_error.hypot(then.standard_error);
    student_upper((then.value - now.value) / error, now.degrees.min(then.degrees))
}
