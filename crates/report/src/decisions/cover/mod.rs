//! `cover`: how each cover of a market did, what its rate probably is, and what it would be on the mix of all.
//!
//! Covers are compared within the broadcasts in which they were on air together, and never by their crude rates. A cover
//! that never was stands behind those that were, and one that was seen too little to prove anything behind all.

mod compare;
mod note;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use super::diagnosis::{Finding, Judged};
use crate::cells::{figures_columns, later_figures_columns};
use crate::compared::{Compared, compared};
use crate::contrast::{Contrast, contrasts};
use crate::decision_context::{DecisionContext, Words, floats, texts, truths, wholes};
use crate::rates::{Rate, mean_dwell_seconds};
use crate::seen::{Seen, seen};
use crate::shrink::proven;
use crate::tally::Tally;
use compare::{OnMix, Place, Standardized, on_mix, ranked};
use coverledger_core::model::{Figures, columns as c};
use coverledger_stats::FEWEST_CLUSTERS;
use note::{About, note};

/// Rates with an interval by broadcasts and a shrunken rate.
const COMPARED: [&str; 4] = [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE];
/// Those of them that are standardized, the one that covers are ranked by first.
const STANDARDIZED: [&str; 2] = [c::EFFECTIVE_CTR, c::CTR];

/// One row.
struct Line {
    cover: usize,
    seen: Seen,
    rates: Vec<Compared>,
    on_mix: Vec<OnMix>,
    contrast: Option<Contrast>,
    finding: Option<Finding>,
    place: Place,
    note: Words,
}

/// The covers of a market in the order of their ranks.
pub(super) struct Covers {
    lines: Vec<Line>,
    /// Which rate covers are ranked by; `None` where none is known.
    pub(super) metric: Option<&'static str>,
}

impl Covers {
    /// The numbers of those that have a rank, the best first.
    pub(super) fn ranked(&self) -> impl Iterator<Item = usize> {
        self.lines.iter().filter(|line| line.place.rank.is_some()).map(|line| line.cover)
    }

    /// Renders the table.
    ///
    /// # Errors
    /// When polars cannot build it.
    pub(super) fn table(&self, context: &DecisionContext<'_>, on_air: Option<usize>) -> PolarsResult<DataFrame> {
        table(context, &self.lines, self.metric, on_air)
    }
}

/// Ranks them; `judged` is what `diagnosis` found.
pub(super) fn covers(context: &DecisionContext<'_>, judged: &[Judged]) -> Covers {
    let evidence = context.evidence;
    let seen = seen(evidence);
    let rates: Vec<Vec<Compared>> =
        COMPARED.into_iter().filter_map(Rate::named).map(|rate| compared(evidence, rate)).collect();
    let standardized: Vec<Standardized> = STANDARDIZED
        .into_iter()
        .filter_map(|column| Some((column, Rate::named(column)?)))
        .map(|(column, rate)| on_mix(evidence, column, rate))
        .collect();
    let ranked_by = standardized.iter().find(|one| one.covers.iter().any(|cover| cover.rate.is_some()));
    let contrasts = ranked_by.and_then(|by| Rate::named(by.column)).map(|rate| contrasts(evidence, rate));
    let contrasts = contrasts.unwrap_or_else(|| vec![None; seen.len()]);
    let findings: Vec<Option<Finding>> = (0..seen.len()).map(|cover| Judged::finding(judged, cover)).collect();
    // Whoever taps it does not stay: it is no cover to put on air, however many tap it.
    let is_withheld: Vec<bool> = findings.iter().map(|finding| *finding == Some(Finding::Overpromises)).collect();
    let places = ranked_by.map(|by| ranked(by, &contrasts, &is_withheld));
    let at = |cover: usize, of: &[Compared]| of.get(cover).copied().unwrap_or_default();
    let mut lines: Vec<Line> = seen
        .into_iter()
        .enumerate()
        .map(|(cover, seen)| {
            let place = places.as_ref().map(|places| places[cover]).unwrap_or_default();
            let (contrast, finding) = (contrasts[cover], findings[cover]);
            let about = About { seen: &seen, cover, contrast: contrast.as_ref(), finding, place };
            let note = note(&about, &standardized, ranked_by);
            let rates = rates.iter().map(|rate| at(cover, rate)).collect();
            let on_mix = standardized.iter().map(|rate| rate.covers[cover]).collect();
            Line { cover, seen, rates, on_mix, contrast, finding, place, note }
        })
        .collect();
    lines.sort_by_key(|line| (line.place.rank.is_none(), line.place.rank, line.cover));
    Covers { lines, metric: ranked_by.map(|by| by.column) }
}

fn table(
    context: &DecisionContext<'_>,
    lines: &[Line],
    metric: Option<&str>,
    on_air: Option<usize>,
) -> PolarsResult<DataFrame> {
    let mut table = context.keys(lines.len());
    table.push(wholes(c::RANK, lines, |line| line.place.rank));
    table.push(texts(c::COVER_ID, lines, |line| Some(context.evidence.covers[line.cover].clone())));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.seen.broadcasts.len())));
    table.push(wholes(c::DAYS, lines, |line| Some(line.seen.days.len())));
    table.push(wholes(c::CONTAMINATED_ROWS, lines, |line| Some(line.seen.contaminated_rows)));
    let figures: Vec<Figures> = lines.iter().map(|line| line.seen.figures).collect();
    table.extend(figures_columns(&figures)?);
    for (number, column) in COMPARED.into_iter().enumerate() {
        let rate = |line: &Line| line.rates[number];
        table.push(floats(column, lines, |line| rate(line).rate));
        table.push(floats(&c::low(column), lines, |line| rate(line).interval.map(|interval| interval.low)));
        table.push(floats(&c::high(column), lines, |line| rate(line).interval.map(|interval| interval.high)));
        let shrunken = c::shrunken(column);
        table.push(floats(&shrunken, lines, |line| rate(line).shrunken.map(|beta| beta.mean())));
        let quantile = |p: f64| move |line: &Line| rate(line).shrunken.map(|beta| beta.quantile(p));
        table.push(floats(&c::low(&shrunken), lines, quantile(0.025)));
        table.push(floats(&c::high(&shrunken), lines, quantile(0.975)));
    }
    let viewer_ctr = Rate::named(c::VIEWER_CTR);
    let viewer_ctr = |line: &Line| viewer_ctr.and_then(|rate| Tally::of(rate, &line.seen.figures)?.rate());
    table.push(floats(c::VIEWER_CTR, lines, viewer_ctr));
    table.push(floats(c::MEAN_DWELL_SECONDS, lines, |line| mean_dwell_seconds(&line.seen.figures)));
    table.push(texts(c::INTERVAL_BASIS, lines, |line| Some(basis(line.seen.broadcasts.len()).to_owned())));
    for (number, column) in STANDARDIZED.into_iter().enumerate() {
        let standardized = c::standardized(column);
        let rate = |line: &Line| line.on_mix.get(number).copied().unwrap_or_default();
        table.push(floats(&standardized, lines, |line| rate(line).rate));
        table.push(floats(&c::low(&standardized), lines, |line| rate(line).interval.map(|interval| interval.low)));
        table.push(floats(&c::high(&standardized), lines, |line| {
            rate(line).interval.map(|interval| interval.high)
        }));
    }
    let covered = |line: &Line| line.on_mix.iter().find_map(|rate| rate.covered);
    table.push(floats(c::MIX_COVERED, lines, covered));
    let ranked_by = |line: &Line| {
        let column = line.place.rank.and(metric)?;
        Some(if line.place.is_compared { c::ADJUSTED_RATE.to_owned() } else { c::standardized(column) })
    };
    table.push(texts(c::RANKED_BY, lines, ranked_by));
    table.push(floats(c::PROVEN_RATE, lines, |line| line.place.posterior.as_ref().map(proven)));
    table.push(texts(c::NOTE, lines, |line| Some(line.note.en.clone())));
    table.extend(context.closing(lines.len()));
    table.extend(later_figures_columns(&figures)?);
    let contrast = |line: &Line| line.contrast;
    table.push(texts(c::METRIC, lines, |line| contrast(line).and(metric).map(str::to_owned)));
    table.push(floats(c::RATIO, lines, |line| contrast(line)?.ratio));
    table.push(floats(&c::low(c::RATIO), lines, |line| contrast(line)?.interval.map(|interval| interval.low)));
    table.push(floats(&c::high(c::RATIO), lines, |line| contrast(line)?.interval.map(|interval| interval.high)));
    table.push(floats(c::ADJUSTED_RATE, lines, |line| line.place.adjusted));
    table.push(wholes(c::COMPARED_BROADCASTS, lines, |line| Some(contrast(line)?.broadcasts)));
    table.push(floats(c::COMPARED_SHARE, lines, |line| Some(contrast(line)?.share)));
    table.push(texts(c::FINDING, lines, |line| line.finding.map(|finding| finding.word().to_owned())));
    table.push(truths(c::RANDOMIZED, lines, |_| Some(false)));
    table.push(texts(c::NOTE_ZH, lines, |line| Some(line.note.zh.clone())));
    table.push(truths(c::ON_AIR, lines, |line| on_air.map(|on_air| line.cover == on_air)));
    DataFrame::new(lines.len(), table)
}

/// What the intervals of a row stand on.
fn basis(broadcasts: usize) -> &'static str {
    if broadcasts < FEWEST_CLUSTERS { "too_few_broadcasts" } else { "broadcasts" }
}
