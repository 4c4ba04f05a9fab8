//! When a test ended, and what was known then.
//!
//! A test that is looked at every night ends at the first night on which its rule says so; what is decided then stays
//! decided. What happens later is another matter: who follows the advice shows one cover only, which would otherwise look
//! as if the test had been spoilt. The end is found again each night from the same facts, so no memory is needed, and a
//! correction of an old day may still correct it.

use jiff::civil::Date;

use super::decide::is_end;
use super::fading::NIGHTS;
use super::site::{MOST_OFF_PLAN, Site, both_ways};
use crate::evidence::Evidence;
use crate::trial::{Metric, Trial};
use coverledger_config::{Experiment, PlannedTurn};

/// Where a test stands; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Dates of its window are still to come.
    Running,
    /// Its rule ended it.
    Decided,
    /// It was stopped by hand before that.
    Stopped,
    /// Its window ended before that.
    Over,
}

impl State {
    /// All of them, in the order of the documentation.
    #[cfg(test)]
    pub(super) const ALL: [Self; 4] = [Self::Running, Self::Decided, Self::Stopped, Self::Over];

    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Decided => "decided",
            Self::Stopped => "stopped",
            Self::Over => "over",
        }
    }
}

/// What a test came to in one place.
pub(super) struct Standing<'e> {
    pub(super) state: State,
    /// The date whose look ended it.
    pub(super) decided_on: Option<Date>,
    /// What was known when it ended, or is known by now.
    pub(super) site: Site<'e>,
}

/// Finds the end of a test, if it has come.
pub(super) fn standing<'e>(
    experiment: &'e Experiment,
    evidence: &'e Evidence,
    turns: &[PlannedTurn],
    is_level_held: bool,
) -> Standing<'e> {
    let last = evidence.until.min(experiment.last_date());
    let whole = Trial::new(evidence, experiment, turns, last);
    let site = |date| Site::of(experiment, evidence, turns, date, is_level_held);
    let date_of = |look: usize| {
        let days = i64::try_from(look).unwrap_or(i64::MAX);
        experiment.from.saturating_add(jiff::Span::new().days(days)).min(last)
    };
    for look in looks_that_may_end(&whole, experiment) {
        let found = site(date_of(look));
        if is_end(&found.decisions) {
            let (site, decided_on) =
                match found.winner().and_then(|winner| Some((winner, faded(&whole, winner, look)?))) {
                    Some((winner, later)) => {
                        let on = date_of(later);
                        (site(on).faded(winner), on)
                    }
                    None => (found, date_of(look)),
                };
            return Standing { state: State::Decided, decided_on: Some(decided_on), site };
        }
    }
    let state = match experiment.stopped {
        Some(stopped) if stopped <= evidence.until => State::Stopped,
        _ if whole.is_over() => State::Over,
        _ => State::Running,
    };
    let mut site = site(last);
    if state != State::Running {
        site.close();
    }
    Standing { state, decided_on: None, site }
}

/// Looks at which an arm may win, or nothing may be left to be found: the others cost nothing.
fn looks_that_may_end(trial: &Trial<'_>, experiment: &Experiment) -> Vec<usize> {
    let Experiment { covers, control, level, worth, guardrails, .. } = experiment;
    let effects = trial.p_by_look(Metric::Value, 0.0);
    let gains = trial.p_by_look(Metric::Value, worth.ln_1p());
    let guarded = [
        (guardrails.stay, Metric::Stay),
        (guardrails.orders, Metric::Orders),
        (guardrails.conversion, Metric::Conversion),
        (guardrails.revisits, Metric::Revisits),
    ];
    let losses: Vec<_> = guarded
        .iter()
        .filter(|(rule, _)| rule.is_some())
        .map(|(_, metric)| trial.p_by_look(*metric, 0.0))
        .collect();
    let worse_at = |of: &[Option<Vec<[f64; 2]>>], arm: usize, look: usize| {
        of[arm].as_ref().and_then(|of| of.get(look)).is_some_and(|[_, worse]| *worse <= *level)
    };
    let may_end = |look: &usize| {
        let now: Vec<Option<[f64; 2]>> =
            effects.iter().map(|of| of.as_ref().and_then(|of| of.get(*look)).copied()).collect();
        let now = both_ways(&now);
        let arms = || (0..covers.len()).filter(|arm| arm != control);
        let may_win = arms().any(|arm| now[arm].is_some_and(|[better, _]| better <= *level));
        let is_settled = |arm: usize| {
            now[arm].is_some_and(|[_, worse]| worse <= *level)
                || worse_at(&gains, arm, *look)
                || losses.iter().any(|of| worse_at(of, arm, *look))
        };
        may_win || arms().all(is_settled)
    };
    (0..trial.looks()).filter(may_end).collect()
}

/// The first look after the one that ended the test at which the winner's effect had gone, judging by nights after it in
/// which both covers were still on air as planned.
fn faded(whole: &Trial<'_>, winner: usize, ended: usize) -> Option<usize> {
    (ended + NIGHTS..whole.looks()).find(|look| {
        let is_on_plan = whole.off_plan_within(ended + 1..look + 1).is_none_or(|share| share <= MOST_OFF_PLAN);
        is_on_plan && super::fading::has_faded_since(whole, winner, ended + 1, look + 1)
    })
}
