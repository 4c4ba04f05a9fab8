//! `localization`: how a cover made for a market did there beside the one that all markets share.

mod across;
mod note;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::contrast::{Pair, PairBasis, Shared};
use crate::decision_context::{DecisionContext, Words, floats, texts, truths, wholes};
use crate::evidence::Evidence;
use crate::rates::Rate;
use crate::tally::{Piece, Tallies, Tally};
use across::across_markets;
use coverledger_core::model::columns as c;
use coverledger_stats::Interval;

/// The rates that are compared.
const COMPARED: [&str; 2] = [c::EFFECTIVE_CTR, c::CTR];

/// Two versions of one cover.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions<'a> {
    /// What the family is called.
    pub(super) family: &'a str,
    /// The cover that all markets share.
    pub(super) shared: &'a str,
    /// The one that was made for this market.
    pub(super) localized: &'a str,
}

/// What the comparison stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Basis {
    SameBroadcasts,
    SameMarket,
    AcrossMarkets,
    NotComparable,
}

impl Basis {
    const fn word(self) -> &'static str {
        match self {
            Self::SameBroadcasts => PairBasis::SameBroadcasts.word(),
            Self::SameMarket => PairBasis::SameMarket.word(),
            Self::AcrossMarkets => "across_markets",
            Self::NotComparable => PairBasis::NotComparable.word(),
        }
    }
}

/// How the two did.
#[derive(Debug, Clone)]
struct Comparison {
    basis: Basis,
    /// Of the localized and the shared cover: rates on the matched mix.
    rates: Option<[f64; 2]>,
    /// Of either, how many times as many successes as the other covers in the same broadcasts.
    indices: Option<[f64; 2]>,
    ratio: Option<f64>,
    ratio_interval: Option<Interval>,
    difference_interval: Option<Interval>,
    cells: Option<usize>,
    matched_share: Option<f64>,
    /// With the localized cover, and with the shared one that it is compared with.
    broadcasts: [usize; 2],
    /// With what the intervals stand on.
    compared_broadcasts: usize,
    note: Words,
}

/// One row.
struct Line<'a> {
    versions: Versions<'a>,
    metric: &'static str,
    found: Comparison,
}

/// Renders the table: one row per family with a version for this market, and rate.
///
/// `elsewhere` are the platform's other markets.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn localization(
    context: &DecisionContext<'_>,
    families: &[Versions<'_>],
    elsewhere: &[&Evidence],
) -> PolarsResult<DataFrame> {
    let conventions = context.evidence.conventions;
    let alike: Vec<&Evidence> =
        elsewhere.iter().copied().filter(|evidence| evidence.conventions == conventions).collect();
    let mut lines = Vec::new();
    // Most markets have no version of their own, and then nothing is added up.
    for metric in COMPARED.into_iter().filter(|_| !families.is_empty()) {
        let Some(rate) = Rate::named(metric) else { continue };
        let here = Market::of(context.evidence, rate);
        let others: Vec<Market<'_>> = alike.iter().map(|evidence| Market::of(evidence, rate)).collect();
        for versions in families {
            lines.push(Line { versions: *versions, metric, found: compare(*versions, &here, &others) });
        }
    }
    lines.sort_by_key(|line| line.versions.family);
    table(context, &lines)
}

/// A rate of one market.
struct Market<'a> {
    evidence: &'a Evidence,
    tallies: Tallies,
}

impl<'a> Market<'a> {
    fn of(evidence: &'a Evidence, rate: &Rate) -> Self {
        Self { evidence, tallies: Tallies::of(evidence, rate) }
    }

    fn number(&self, cover: &str) -> Option<usize> {
        self.evidence.covers.iter().position(|name| name == cover)
    }

    /// A cover's pieces with any trials; `None` where it was not shown or a part of its counts is not known.
    fn pieces(&self, cover: &str) -> Option<&[Piece]> {
        let pieces = self.tallies.covers[self.number(cover)?].as_deref()?;
        pieces.iter().any(|piece| piece.tally.trials > 0.0).then_some(pieces)
    }

    /// Observed among expected successes of a cover in each broadcast that it shared with others, by its name.
    fn indices(&self, cover: &str) -> Vec<(&'a str, Tally)> {
        let (Some(pieces), Some(number)) = (self.pieces(cover), self.number(cover)) else { return Vec::new() };
        let others: Vec<Piece> = (self.tallies.covers.iter().enumerate())
            .filter(|(other, _)| *other != number)
            .flat_map(|(_, pieces)| pieces.iter().flatten().copied())
            .collect();
        let shared = Shared::beside(pieces, &others);
        let name = |broadcast: usize| self.evidence.broadcasts[broadcast].as_str();
        shared.by_broadcast().map(|(broadcast, tally)| (name(broadcast), tally)).collect()
    }
}

fn compare(versions: Versions<'_>, here: &Market<'_>, elsewhere: &[Market<'_>]) -> Comparison {
    let Some(localized) = here.pieces(versions.localized) else {
        return Comparison::none([0, 0], note::not_shown());
    };
    match here.pieces(versions.shared) {
        Some(shared) => in_same_market(here, localized, shared),
        None => across_markets(versions, here, elsewhere, localized),
    }
}

fn in_same_market(here: &Market<'_>, localized: &[Piece], shared: &[Piece]) -> Comparison {
    let pair = Pair::of(&here.tallies, localized, shared);
    let (basis, note) = match (pair.basis, pair.rates) {
        (PairBasis::SameBroadcasts, Some(rates)) => {
            (Basis::SameBroadcasts, note::same_broadcasts(rates, pair.ratio_interval, pair.broadcasts))
        }
        (PairBasis::SameMarket, Some(rates)) => (Basis::SameMarket, note::never_together(rates)),
        _ => (Basis::NotComparable, note::never_matched()),
    };
    Comparison {
        basis,
        rates: pair.rates,
        ratio: pair.ratio,
        ratio_interval: pair.ratio_interval,
        difference_interval: pair.difference_interval,
        cells: pair.cells,
        matched_share: pair.share,
        compared_broadcasts: pair.broadcasts,
        ..Comparison::none([broadcasts(localized), broadcasts(shared)], note)
    }
}

impl Comparison {
    fn none(broadcasts: [usize; 2], note: Words) -> Self {
        Self {
            basis: Basis::NotComparable,
            rates: None,
            indices: None,
            ratio: None,
            ratio_interval: None,
            difference_interval: None,
            cells: None,
            matched_share: None,
            broadcasts,
            compared_broadcasts: 0,
            note,
        }
    }
}

fn broadcasts(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.broadcast).collect::<BTreeSet<_>>().len()
}

fn table(context: &DecisionContext<'_>, lines: &[Line<'_>]) -> PolarsResult<DataFrame> {
    let low = |interval: Option<Interval>| interval.map(|interval| interval.low);
    let high = |interval: Option<Interval>| interval.map(|interval| interval.high);
    let mut table = context.keys(lines.len());
    table.push(texts(c::FAMILY, lines, |line| Some(line.versions.family.to_owned())));
    table.push(texts(c::LOCALIZED_COVER_ID, lines, |line| Some(line.versions.localized.to_owned())));
    table.push(texts(c::SHARED_COVER_ID, lines, |line| Some(line.versions.shared.to_owned())));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(texts(c::BASIS, lines, |line| Some(line.found.basis.word().to_owned())));
    table.push(floats(c::LOCALIZED_RATE, lines, |line| line.found.rates.map(|rates| rates[0])));
    table.push(floats(c::SHARED_RATE, lines, |line| line.found.rates.map(|rates| rates[1])));
    table.push(floats(c::LOCALIZED_INDEX, lines, |line| line.found.indices.map(|indices| indices[0])));
    table.push(floats(c::SHARED_INDEX, lines, |line| line.found.indices.map(|indices| indices[1])));
    table.push(floats(c::RATIO, lines, |line| line.found.ratio));
    table.push(floats(&c::low(c::RATIO), lines, |line| low(line.found.ratio_interval)));
    table.push(floats(&c::high(c::RATIO), lines, |line| high(line.found.ratio_interval)));
    table.push(floats(c::DIFFERENCE, lines, |line| line.found.rates.map(|[one, other]| one - other)));
    table.push(floats(&c::low(c::DIFFERENCE), lines, |line| low(line.found.difference_interval)));
    table.push(floats(&c::high(c::DIFFERENCE), lines, |line| high(line.found.difference_interval)));
    table.push(wholes(c::CELLS, lines, |line| line.found.cells));
    table.push(floats(c::MATCHED_SHARE, lines, |line| line.found.matched_share));
    table.push(wholes(c::LOCALIZED_BROADCASTS, lines, |line| Some(line.found.broadcasts[0])));
    table.push(wholes(c::SHARED_BROADCASTS, lines, |line| Some(line.found.broadcasts[1])));
    table.push(texts(c::NOTE, lines, |line| Some(line.found.note.en.clone())));
    table.extend(context.closing(lines.len()));
    table.push(wholes(c::COMPARED_BROADCASTS, lines, |line| Some(line.found.compared_broadcasts)));
    table.push(truths(c::RANDOMIZED, lines, |_| Some(false)));
    table.push(texts(c::NOTE_ZH, lines, |line| Some(line.found.note.zh.clone())));
    DataFrame::new(lines.len(), table)
}
