//! Who of an arm's entrants came back, as outcomes of a split.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Outcome;
use crate::evidence::Evidence;
use crate::returning::{GroupRevisits, RETURN_DAYS};
use crate::tally::float;
use coverledger_config::Experiment;

/// Of the entrants of each arm until a date: a night tells of those of a week before, of whom it is known by then. In order of
/// looks.
pub(super) fn outcomes(evidence: &Evidence, experiment: &Experiment, until: Date) -> Vec<Outcome> {
    let broadcasts: BTreeSet<&str> = evidence.revisits.iter().map(|row| row.broadcast_id.as_str()).collect();
    let broadcasts: Vec<&str> = broadcasts.into_iter().collect();
    let outcome = |row: &GroupRevisits| {
        let known_on = row.local_date.checked_add(RETURN_DAYS[0].days()).ok()?;
        let look = experiment.from.until((jiff::Unit::Day, known_on)).ok()?.get_days();
        let broadcast = broadcasts.binary_search(&row.broadcast_id.as_str()).ok()?;
        let is_its = (experiment.from..=experiment.to).contains(&row.local_date) && known_on <= until;
        Some(Outcome {
            look: usize::try_from(look).ok()?,
            stratum: broadcast,
            cluster: broadcast,
            group: Some(row.group),
            arm: experiment.covers.iter().position(|cover| *cover == row.cover_id)?,
            sum: float(row.back),
            trials: float(row.due),
        })
        .filter(|_| is_its)
    };
    let mut outcomes: Vec<Outcome> = evidence.revisits.iter().filter_map(outcome).collect();
    outcomes.sort_by_key(|outcome| (outcome.look, outcome.cluster, outcome.arm, outcome.group));
    outcomes
}
