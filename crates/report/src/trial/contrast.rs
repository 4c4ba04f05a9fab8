//! An arm against the control on some dates alone, as a plain estimate: not for a decision, but to see whether an effect is
//! today what it was.

use std::ops::Range;

use super::Outcome;
use coverledger_stats::{Estimate, Matched};

/// A week of one broadcast a night has seven; Student's degrees widen what so few can tell.
const FEWEST_STRATA: usize = 5;

/// The logarithm of the ratio of rates, compared within strata (Mantel and Haenszel), on these dates alone. Its error is the
/// jackknife's over strata: broadcasts of a split, and the date and slot of a rotation; over groups of viewers too where all
/// outcomes have one. `None` with fewer than five strata in which both were seen, and where one of them had nothing there.
pub(crate) fn contrast(outcomes: &[Outcome], arm: usize, control: usize, days: Range<usize>) -> Option<Estimate> {
    let is_meant = |outcome: &&Outcome| days.contains(&outcome.look) && [arm, control].contains(&outcome.arm);
    let meant: Vec<&Outcome> = outcomes.iter().filter(is_meant).collect();
    let groups: Option<Vec<usize>> = meant.iter().map(|outcome| outcome.group.map(usize::from)).collect();
    let mut matched = Matched::new(groups.and_then(|groups| groups.into_iter().max()).map_or(0, |most| most + 1));
    for Outcome { stratum, group, arm: of, sum, trials, .. } in meant {
        matched.add(*stratum, group.map_or(usize::MAX, usize::from), *of == arm, *sum, *trials);
    }
    if matched.strata() < FEWEST_STRATA { None } else { matched.estimate() }
}
