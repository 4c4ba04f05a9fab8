//! An arm against the control on some dates alone, as a plain estimate: not for a decision, but to see whether an effect is
//! today what it was.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Outcome;
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, jackknife};

/// The logarithm of the ratio of rates, compared within strata (Mantel and Haenszel), on these dates alone, with the
/// jackknife's error over strata: broadcasts of a split, and the date and slot of a rotation. `None` with fewer strata than
/// an interval needs in which both were seen, and where either had nothing in them.
pub(crate) fn contrast(outcomes: &[Outcome], arm: usize, control: usize, days: Range<usize>) -> Option<Estimate> {
    let mut strata: BTreeMap<usize, [[f64; 2]; 2]> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| days.contains(&outcome.look)) {
        let side = match outcome.arm {
            of if of == arm => 1,
            of if of == control => 0,
            _ => continue,
        };
        let sums = &mut strata.entry(outcome.stratum).or_default()[side];
        *sums = [sums[0] + outcome.sum, sums[1] + outcome.trials];
    }
    let parts: Vec<[f64; 2]> = strata
        .values()
        .filter(|[control, arm]| control[1] > 0.0 && arm[1] > 0.0)
        .map(|[control, arm]| {
            let all = control[1] + arm[1];
            [arm[0] * control[1] / all, control[0] * arm[1] / all]
        })
        .collect();
    if parts.len() < FEWEST_CLUSTERS {
        return None;
    }
    let total = parts.iter().fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
    jackknife(parts.len(), |left_out| {
        let gone = left_out.map_or([0.0; 2], |at| parts[at]);
        let [arm, control] = [total[0] - gone[0], total[1] - gone[1]];
        (arm > 0.0 && control > 0.0).then(|| (arm / control).ln())
    })
}
