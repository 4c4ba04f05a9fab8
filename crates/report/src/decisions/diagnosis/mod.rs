//! `diagnosis`: click → enter → stay of each cover against its market, in probabilities, with what to do about it.

mod finding;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::evidence::Evidence;
use crate::icc::Icc;
use crate::rates::{ENTERING, Rate};
use crate::seen::seen;
use crate::shrink::{ENOUGH_EXPECTED, posteriors};
use crate::standardize::Standard;
use crate::tally::{Tallies, Tally};
use coverledger_core::model::{ClickEvent, Figures, columns as c};
use finding::{Known, Told, find};

/// One step of one cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Successes ÷ trials.
    rate: f64,
    /// The market's rate on this cover's own mix of slots and audiences.
    baseline: f64,
    /// With which probability the cover's rate is above that; `None` where it was seen too little to tell.
    above: Option<f64>,
}

impl Step {
    fn below(self) -> Option<f64> {
        self.above.map(|above| 1.0 - above)
    }
}

/// The steps of one cover.
struct Line {
    cover: usize,
    figures: Figures,
    broadcasts: usize,
    known: Known,
    told: Told,
}

/// Renders the table: one row per cover with clean rows, in the order of their names.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn diagnosis(context: &DecisionContext<'_>, certainty: f64) -> PolarsResult<DataFrame> {
    let by = |column| Rate::named(column).map(|rate| steps(context.evidence, rate)).unwrap_or_default();
    let clicks = by(c::CTR);
    // Where a platform counts no clicks, entrants per impression are the same step seen from its end.
    let has_clicks = clicks.iter().any(Option::is_some);
    let (clicks, click_metric) =
        if has_clicks { (clicks, c::CTR) } else { (by(c::EFFECTIVE_CTR), c::EFFECTIVE_CTR) };
    let is_entry = context.evidence.conventions.click == ClickEvent::RoomEntry;
    let enters = if is_entry { Vec::new() } else { steps(context.evidence, &ENTERING) };
    let stays = by(c::STAY_RATE);
    let at = |steps: &[Option<Step>], cover: usize| steps.get(cover).copied().flatten();
    let lines: Vec<Line> = (seen(context.evidence).into_iter().enumerate())
        .filter(|(_, seen)| seen.is_clean)
        .map(|(cover, seen)| {
            let known = Known {
                click: at(&clicks, cover),
                enter: at(&enters, cover),
                stay: at(&stays, cover),
                click_metric,
            };
            let told = find(&known, certainty);
            Line { cover, figures: seen.figures, broadcasts: seen.broadcasts.len(), known, told }
        })
        .collect();
    table(context, &lines)
}

/// A step of each cover; `None` where its counts are not known.
fn steps(evidence: &Evidence, rate: &Rate) -> Vec<Option<Step>> {
    let tallies = Tallies::of(evidence, rate);
    let covers = tallies.clusters();
    let Some(standard) = Standard::of(&tallies.market) else { return vec![None; covers.len()] };
    let icc = Icc::on_mix(&covers, &standard);
    let raw: Vec<Option<(Tally, f64, f64)>> = covers
        .iter()
        .map(|clusters| {
            let clusters = clusters.as_ref()?;
            let baseline = standard.baseline(&clusters.total)?;
            let whole = clusters.whole();
            Some((whole, baseline, icc.effective(&clusters.by_broadcast())))
        })
        .collect();
    // Every cover is brought to the market's mix by the ratio of its rate to its own baseline, so that all share one
    // prior.
    let adjusted: Vec<Option<Tally>> = (raw.iter())
        .map(|raw| {
            let (whole, baseline, trials) = (*raw)?;
            let ratio = (baseline > 0.0).then(|| whole.successes / whole.trials / baseline)?;
            Some(Tally { successes: (ratio * standard.rate).min(1.0) * trials, trials })
        })
        .collect();
    let is_enough: Vec<bool> = (raw.iter())
        .map(|raw| raw.is_some_and(|(whole, baseline, _)| whole.trials * baseline >= ENOUGH_EXPECTED))
        .collect();
    let posteriors = posteriors(&adjusted, &is_enough, standard.rate);
    // A market in which the step succeeds always, never or more often than it is tried has nothing to be above of.
    let is_proportion = standard.rate > 0.0 && standard.rate < 1.0;
    (raw.into_iter().zip(posteriors).zip(is_enough))
        .map(|((raw, posterior), is_enough)| {
            let (whole, baseline, _) = raw?;
            let above = posterior.filter(|_| is_proportion && is_enough).map(|beta| beta.above(standard.rate));
            Some(Step { rate: whole.rate()?, baseline, above })
        })
        .collect()
}

fn table(context: &DecisionContext<'_>, lines: &[Line]) -> PolarsResult<DataFrame> {
    let mut table = context.keys(lines.len());
    table.push(texts(c::COVER_ID, lines, |line| Some(context.evidence.covers[line.cover].clone())));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.broadcasts)));
    let figures: Vec<Figures> = lines.iter().map(|line| line.figures).collect();
    table.extend(crate::cells::plain_counts(&figures)?);
    table.push(texts(c::CLICK_METRIC, lines, |line| line.known.click.map(|_| line.known.click_metric.to_owned())));
    for (names, of) in [
        (c::CLICK_STEP, (|known| known.click) as fn(&Known) -> Option<Step>),
        (c::ENTER_STEP, |known| known.enter),
        (c::STAY_STEP, |known| known.stay),
    ] {
        let [rate, baseline, above, below] = names;
        table.push(floats(rate, lines, |line| of(&line.known).map(|step| step.rate)));
        table.push(floats(baseline, lines, |line| of(&line.known).map(|step| step.baseline)));
        table.push(floats(above, lines, |line| of(&line.known)?.above));
        table.push(floats(below, lines, |line| of(&line.known)?.below()));
    }
    table.push(texts(c::FINDING, lines, |line| Some(line.told.finding.word().to_owned())));
    table.push(floats(c::CERTAINTY, lines, |line| line.told.certainty));
    table.push(texts(c::ACTION_EN, lines, |line| Some(line.told.action_en.clone())));
    table.push(texts(c::ACTION_ZH, lines, |line| Some(line.told.action_zh.clone())));
    table.extend(context.closing(lines.len()));
    table.extend(crate::cells::later_plain_counts(&figures)?);
    DataFrame::new(lines.len(), table)
}
