//! `cover`: how each cover of a market did, what its rate probably is, and what it would be on the mix of all.
//!
//! Covers are compared on the common mix of slot and audience and never by their crude rates; a cover that was seen too
//! little to prove anything stands behind every one that was not.

mod compare;
mod note;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use crate::cells::{figures_columns, later_figures_columns};
use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::rates::{Rate, mean_dwell_seconds};
use crate::seen::{Seen, seen};
use crate::shrink::proven;
use crate::tally::Tally;
use compare::{Compared, OnMix, Standardized, compared, on_mix, ranked};
use coverledger_core::model::{Figures, columns as c};
use coverledger_stats::{Beta, FEWEST_CLUSTERS};
use note::note;

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
    proven: Option<Beta>,
    rank: Option<usize>,
    note: Option<String>,
}

/// Renders the table, in the order of ranks.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn cover(context: &DecisionContext<'_>) -> PolarsResult<DataFrame> {
    let seen = seen(context.evidence);
    let rates: Vec<Vec<Compared>> =
        COMPARED.into_iter().filter_map(Rate::named).map(|rate| compared(context.evidence, rate)).collect();
    let standardized: Vec<Standardized> = STANDARDIZED
        .into_iter()
        .filter_map(|column| Some((column, Rate::named(column)?)))
        .map(|(column, rate)| on_mix(context.evidence, column, rate))
        .collect();
    let ranked_by = standardized.iter().find(|one| one.covers.iter().any(|cover| cover.rate.is_some()));
    let (proven, ranks) = ranked_by.map_or_else(|| (Vec::new(), Vec::new()), |by| ranked(&by.covers, by.market));
    let at = |cover: usize, of: &[Compared]| of.get(cover).copied().unwrap_or_default();
    let mut lines: Vec<Line> = seen
        .into_iter()
        .enumerate()
        .map(|(cover, seen)| Line {
            note: note(&seen, cover, &standardized, ranked_by),
            seen,
            cover,
            rates: rates.iter().map(|rate| at(cover, rate)).collect(),
            on_mix: standardized.iter().map(|rate| rate.covers[cover]).collect(),
            proven: proven.get(cover).copied().flatten(),
            rank: ranks.get(cover).copied().flatten(),
        })
        .collect();
    lines.sort_by_key(|line| (line.rank.is_none(), line.rank, line.cover));
    table(context, &lines, ranked_by.map(|by| by.column))
}

fn table(context: &DecisionContext<'_>, lines: &[Line], ranked_by: Option<&str>) -> PolarsResult<DataFrame> {
    let mut table = context.keys(lines.len());
    table.push(wholes(c::RANK, lines, |line| line.rank));
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
    table.push(texts(c::RANKED_BY, lines, |line| line.rank.and(ranked_by).map(c::standardized)));
    table.push(floats(c::PROVEN_RATE, lines, |line| line.proven.as_ref().map(proven)));
    table.push(texts(c::NOTE, lines, |line| line.note.clone()));
    table.extend(context.closing(lines.len()));
    table.extend(later_figures_columns(&figures)?);
    DataFrame::new(lines.len(), table)
}

/// What the intervals of a row stand on.
fn basis(broadcasts: usize) -> &'static str {
    if broadcasts < FEWEST_CLUSTERS { "too_few_broadcasts" } else { "broadcasts" }
}
