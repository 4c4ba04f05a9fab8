//! What to know of a cover's row, in words.

use super::compare::Standardized;
use crate::decision_context::percent;
use crate::seen::Seen;
use coverledger_stats::FEWEST_CLUSTERS;

/// The sentences; `None` where there is nothing to say.
pub(super) fn note(
    seen: &Seen,
    cover: usize,
    rates: &[Standardized],
    ranked_by: Option<&Standardized>,
) -> Option<String> {
    if !seen.is_clean {
        return Some("Every row of it is contaminated: nothing is known of this cover alone.".to_owned());
    }
    let mut sentences = Vec::new();
    if seen.broadcasts.len() < FEWEST_CLUSTERS {
        let broadcasts = match seen.broadcasts.len() {
            1 => "1 broadcast".to_owned(),
            n => format!("{n} broadcasts"),
        };
        sentences.push(format!(
            "Seen in {broadcasts}: too few for an interval, only the randomization of a rotation experiment can tell."
        ));
    }
    if ranked_by.is_some_and(|by| by.covers[cover].rate.is_some() && !by.covers[cover].is_enough) {
        sentences.push("Seen too little to be ranked before a cover that was seen enough.".to_owned());
    }
    sentences.extend(rates.iter().filter_map(|rate| reversal(rate, cover)));
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Nearer to the market's rate than this share of it, a rate lies on no side.
const NEAR: f64 = 0.02;

/// Says so when a rate is on another side of the market's once where it was shown is taken out of it.
fn reversal(rate: &Standardized, cover: usize) -> Option<String> {
    let (crude, on_mix) = (rate.covers[cover].crude?, rate.covers[cover].rate?);
    let (column, market) = (rate.column, rate.market);
    let is_above = |rate: f64| rate > market * (1.0 + NEAR);
    let is_below = |rate: f64| rate < market * (1.0 - NEAR);
    let side = match () {
        () if is_above(crude) && is_below(on_mix) => "above",
        () if is_below(crude) && is_above(on_mix) => "below",
        () => return None,
    };
    Some(format!(
        "Its {column} of {} lies {side} the market's {} only because of where it was shown: on the market's mix of \
         slots and audiences it is {}.",
        percent(crude),
        percent(market),
        percent(on_mix)
    ))
}
