//! `diagnosis`: click → enter → stay of each cover against the other covers of its broadcasts, in probabilities, with what
//! to do about it.

mod finding;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use crate::contrast::{Contrast, contrasts};
use crate::decision_context::{DecisionContext, floats, texts, truths, wholes};
use crate::rates::{ENTERING, Rate};
use crate::returning::{CoverRevisit, CoverRevisits};
use crate::seen::seen;
use coverledger_core::model::{ClickEvent, Figures, columns as c};
pub(super) use finding::Finding;
use finding::{Known, Told, find};

/// The steps of one cover.
pub(super) struct Judged {
    cover: usize,
    figures: Figures,
    broadcasts: usize,
    known: Known,
    told: Told,
}

impl Judged {
    /// What was found of a cover; `None` of one without clean rows.
    pub(super) fn finding(judged: &[Self], cover: usize) -> Option<Finding> {
        judged.iter().find(|judged| judged.cover == cover).map(|judged| judged.told.finding)
    }
}

/// Judges every cover with clean rows, in the order of their names.
pub(super) fn judged(context: &DecisionContext<'_>, certainty: f64, revisits: &CoverRevisits) -> Vec<Judged> {
    let by = |column| Rate::named(column).map(|rate| contrasts(context.evidence, rate)).unwrap_or_default();
    let clicks = by(c::CTR);
    // Where a platform counts no clicks, entrants per impression are the same step seen from its end.
    let has_clicks = clicks.iter().any(Option::is_some);
    let (clicks, click_metric) =
        if has_clicks { (clicks, c::CTR) } else { (by(c::EFFECTIVE_CTR), c::EFFECTIVE_CTR) };
    let is_entry = context.evidence.conventions.click == ClickEvent::RoomEntry;
    let enters = if is_entry { Vec::new() } else { contrasts(context.evidence, &ENTERING) };
    let stays = by(c::STAY_RATE);
    let at = |steps: &[Option<Contrast>], cover: usize| steps.get(cover).copied().flatten();
    (seen(context.evidence).into_iter().enumerate())
        .filter(|(_, seen)| seen.is_clean)
        .map(|(cover, seen)| {
            let known = Known {
                click: at(&clicks, cover),
                enter: at(&enters, cover),
                stay: at(&stays, cover),
                click_metric,
                revisit: revisits.of(&context.evidence.covers[cover]),
            };
            let told = find(&known, certainty);
            Judged { cover, figures: seen.figures, broadcasts: seen.broadcasts.len(), known, told }
        })
        .collect()
}

/// Renders the table: one row per cover that was judged.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn diagnosis(context: &DecisionContext<'_>, lines: &[Judged]) -> PolarsResult<DataFrame> {
    let steps: [fn(&Known) -> Option<Contrast>; 3] =
        [|known| known.click, |known| known.enter, |known| known.stay];
    let mut table = context.keys(lines.len());
    table.push(texts(c::COVER_ID, lines, |line| Some(context.evidence.covers[line.cover].clone())));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.broadcasts)));
    let figures: Vec<Figures> = lines.iter().map(|line| line.figures).collect();
    table.extend(crate::cells::plain_counts(&figures)?);
    table.push(texts(c::CLICK_METRIC, lines, |line| line.known.click.map(|_| line.known.click_metric.to_owned())));
    for (names, of) in [c::CLICK_STEP, c::ENTER_STEP, c::STAY_STEP].into_iter().zip(steps) {
        let [rate, baseline, above, below] = names;
        table.push(floats(rate, lines, |line| of(&line.known).map(|step| step.rate)));
        table.push(floats(baseline, lines, |line| of(&line.known)?.baseline));
        table.push(floats(above, lines, |line| of(&line.known)?.above));
        table.push(floats(below, lines, |line| of(&line.known)?.above.map(|above| 1.0 - above)));
    }
    table.push(texts(c::FINDING, lines, |line| Some(line.told.finding.word().to_owned())));
    table.push(floats(c::CERTAINTY, lines, |line| line.told.certainty));
    table.push(texts(c::ACTION_EN, lines, |line| Some(line.told.action.en.clone())));
    table.push(texts(c::ACTION_ZH, lines, |line| Some(line.told.action.zh.clone())));
    table.extend(context.closing(lines.len()));
    table.extend(crate::cells::later_plain_counts(&figures)?);
    for (name, of) in [c::CLICK_RATIO, c::ENTER_RATIO, c::STAY_RATIO].into_iter().zip(steps) {
        table.push(floats(name, lines, |line| of(&line.known)?.ratio));
        table.push(floats(&c::low(name), lines, |line| of(&line.known)?.interval.map(|interval| interval.low)));
        table.push(floats(&c::high(name), lines, |line| of(&line.known)?.interval.map(|interval| interval.high)));
    }
    table.push(wholes(c::COMPARED_BROADCASTS, lines, |line| line.known.first().map(|step| step.broadcasts)));
    table.push(floats(c::COMPARED_SHARE, lines, |line| line.known.first().map(|step| step.share)));
    table.push(truths(c::RANDOMIZED, lines, |_| Some(false)));
    let revisit = |of: fn(CoverRevisit) -> Option<f64>| move |line: &Judged| of(line.known.revisit?);
    table.push(floats(c::REVISIT_RATIO, lines, revisit(|revisit| revisit.ratio)));
    table.push(floats(&c::low(c::REVISIT_RATIO), lines, revisit(|revisit| Some(revisit.interval?.low))));
    table.push(floats(&c::high(c::REVISIT_RATIO), lines, revisit(|revisit| Some(revisit.interval?.high))));
    table
        .push(wholes(c::REVISIT_WITHIN_DAYS, lines, |line| usize::try_from(line.known.revisit?.within_days).ok()));
    table.push(texts(c::REVISIT_FINDING, lines, |line| Some(line.known.revisit?.finding.word().to_owned())));
    DataFrame::new(lines.len(), table)
}
