//! `cover_pair`: the best covers of a market against the one that is on air, two by two.

mod note;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use super::cover::Covers;
use crate::cells::UNKNOWN;
use crate::contrast::{Pair, between_pairs};
use crate::decision_context::{DecisionContext, Words, floats, texts, truths, wholes};
use crate::rates::Rate;
use crate::tally::{Piece, Tallies};
use coverledger_core::model::columns as c;
use coverledger_stats::Interval;
use note::note;

/// So many of the best are held against the one that is on air.
const BEST: usize = 8;

/// One row.
struct Line {
    cover: usize,
    against: usize,
    metric: &'static str,
    /// `None` where a count of one of the two is not known, or nothing was tried.
    pair: Option<Pair>,
    above: Option<f64>,
    note: Words,
}

/// Renders the table: the cover on air against the best of the others, then each of the best against it; of each two, by the
/// rate that covers are ranked by, and by how many stay. Without a cover on air there are no rows.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn cover_pair(
    context: &DecisionContext<'_>,
    covers: &Covers,
    on_air: Option<usize>,
) -> PolarsResult<DataFrame> {
    let lines = on_air.map(|on_air| lines(context, covers, on_air)).unwrap_or_default();
    table(context, &lines)
}

fn lines(context: &DecisionContext<'_>, covers: &Covers, on_air: usize) -> Vec<Line> {
    // A time of which the log of covers says nothing is no cover that could go on air.
    let is_cover = |cover: &usize| context.evidence.covers[*cover] != UNKNOWN;
    let best: Vec<usize> = covers.ranked().filter(is_cover).take(BEST).filter(|cover| *cover != on_air).collect();
    let to_the_best = best.first().map(|best| (on_air, *best));
    let pairs: Vec<(usize, usize)> =
        to_the_best.into_iter().chain(best.iter().map(|cover| (*cover, on_air))).collect();
    let metrics = covers.metric.into_iter().chain([c::STAY_RATE]);
    let compared: Vec<(&'static str, Tallies, f64)> = metrics
        .filter(|_| !pairs.is_empty())
        .filter_map(|metric| Some((metric, Tallies::of(context.evidence, Rate::named(metric)?))))
        .map(|(metric, tallies)| {
            let between = between_pairs(&tallies);
            (metric, tallies, between)
        })
        .collect();
    let line = |(cover, against): (usize, usize), (metric, tallies, between): &(&'static str, Tallies, f64)| {
        let pair = pieces(tallies, cover).zip(pieces(tallies, against));
        let pair = pair.map(|(one, other)| Pair::of(tallies, one, other));
        let above = pair.as_ref().and_then(|pair| pair.above(*between));
        Line { cover, against, metric, above, note: note(metric, pair.as_ref()), pair }
    };
    pairs.into_iter().flat_map(|pair| compared.iter().map(move |compared| line(pair, compared))).collect()
}

/// A cover's pieces with any trials; `None` where a part of its counts is not known.
fn pieces(tallies: &Tallies, cover: usize) -> Option<&[Piece]> {
    let pieces = tallies.covers[cover].as_deref()?;
    pieces.iter().any(|piece| piece.tally.trials > 0.0).then_some(pieces)
}

fn table(context: &DecisionContext<'_>, lines: &[Line]) -> PolarsResult<DataFrame> {
    let name = |cover: usize| Some(context.evidence.covers[cover].clone());
    let pair = |line: &Line| line.pair;
    let mut table = context.keys(lines.len());
    table.push(texts(c::COVER_ID, lines, |line| name(line.cover)));
    table.push(texts(c::AGAINST_COVER_ID, lines, |line| name(line.against)));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(texts(c::BASIS, lines, |line| Some(note::basis(line.pair.as_ref()).word().to_owned())));
    for (side, column) in [c::RATE, c::AGAINST_RATE].into_iter().enumerate() {
        table.push(floats(column, lines, |line| Some(pair(line)?.rates?[side])));
        table.extend(bounds(column, lines, |line| pair(line)?.rate_intervals[side]));
    }
    table.push(floats(c::RATIO, lines, |line| pair(line)?.ratio));
    table.extend(bounds(c::RATIO, lines, |line| pair(line)?.ratio_interval));
    table.push(floats(c::PROBABILITY, lines, |line| line.above));
    table.push(wholes(c::COMPARED_BROADCASTS, lines, |line| Some(pair(line).map_or(0, |pair| pair.broadcasts))));
    table.push(floats(c::COMPARED_SHARE, lines, |line| pair(line)?.share));
    table.push(texts(c::NOTE, lines, |line| Some(line.note.en.clone())));
    table.push(texts(c::NOTE_ZH, lines, |line| Some(line.note.zh.clone())));
    table.push(truths(c::RANDOMIZED, lines, |_| Some(false)));
    table.extend(context.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}

/// The bounds of a number.
fn bounds(column: &str, lines: &[Line], of: impl Fn(&Line) -> Option<Interval>) -> [Column; 2] {
    [
        floats(&c::low(column), lines, |line| of(line).map(|interval| interval.low)),
        floats(&c::high(column), lines, |line| of(line).map(|interval| interval.high)),
    ]
}
