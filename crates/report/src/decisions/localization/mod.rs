//! `localization`: what a cover made for a market gained there against the one that all markets share.

mod matched;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::decision_context::{DecisionContext, floats, percent, texts, wholes};
use crate::evidence::Evidence;
use crate::rates::Rate;
use crate::standardize::Standard;
use crate::tally::{Clusters, LEVEL, Piece, Tallies, Tally};
use coverledger_core::model::columns as c;
use coverledger_stats::{Interval, Scale};
use matched::matched;

/// The rates that are compared.
const COMPARED: [&str; 2] = [c::EFFECTIVE_CTR, c::CTR];

/// Less than this many expected successes is a remainder of rounding.
const NOTHING: f64 = 1e-9;

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
    SameMarket,
    AcrossMarkets,
    NotComparable,
}

impl Basis {
    const fn word(self) -> &'static str {
        match self {
            Self::SameMarket => "same_market",
            Self::AcrossMarkets => "across_markets",
            Self::NotComparable => "not_comparable",
        }
    }
}

/// What was gained.
#[derive(Debug, Clone)]
struct Gain {
    basis: Basis,
    /// Of the localized and the shared cover: rates on the matched mix.
    rates: Option<[f64; 2]>,
    /// Of either, how many times as many successes as its market's viewers had in the same cells.
    indices: Option<[f64; 2]>,
    ratio: Option<f64>,
    ratio_interval: Option<Interval>,
    difference_interval: Option<Interval>,
    cells: Option<usize>,
    matched_share: Option<f64>,
    broadcasts: [usize; 2],
    note: String,
}

/// One row.
struct Line<'a> {
    versions: Versions<'a>,
    metric: &'static str,
    gain: Gain,
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
    for metric in COMPARED {
        let Some(rate) = Rate::named(metric) else { continue };
        let here = Market::of(context.evidence, rate);
        let others: Vec<Market<'_>> = alike.iter().map(|evidence| Market::of(evidence, rate)).collect();
        for versions in families {
            lines.push(Line { versions: *versions, metric, gain: gain(*versions, &here, &others) });
        }
    }
    lines.sort_by_key(|line| line.versions.family);
    table(context, &lines)
}

/// A rate of one market.
struct Market<'a> {
    evidence: &'a Evidence,
    tallies: Tallies,
    standard: Option<Standard>,
}

impl<'a> Market<'a> {
    fn of(evidence: &'a Evidence, rate: &Rate) -> Self {
        let tallies = Tallies::of(evidence, rate);
        Self { evidence, standard: Standard::of(&tallies.market), tallies }
    }

    /// A cover's pieces with any trials; `None` where it was not shown or a part of its counts is not known.
    fn pieces(&self, cover: &str) -> Option<&[Piece]> {
        let cover = self.evidence.covers.iter().position(|name| name == cover)?;
        let pieces = self.tallies.covers[cover].as_deref()?;
        pieces.iter().any(|piece| piece.tally.trials > 0.0).then_some(pieces)
    }

    /// Observed among expected successes of each piece of a cover, under the name of its broadcast.
    fn indices(&self, cover: &str) -> Vec<(&'a str, Tally)> {
        let (Some(standard), Some(pieces)) = (&self.standard, self.pieces(cover)) else { return Vec::new() };
        let index = |piece: &Piece| {
            let mut cells = vec![Tally::default(); self.tallies.cells];
            cells[piece.bin] = piece.tally;
            let expected = Tally { successes: piece.tally.successes, trials: standard.expected(&cells) };
            (self.evidence.broadcasts[piece.broadcast].as_str(), expected)
        };
        pieces.iter().map(index).collect()
    }
}

fn gain(versions: Versions<'_>, here: &Market<'_>, elsewhere: &[Market<'_>]) -> Gain {
    let Some(localized) = here.pieces(versions.localized) else {
        return Gain::none([0, 0], "The localized cover was not shown here, or its counts are not given.");
    };
    match here.pieces(versions.shared) {
        Some(shared) => in_same_market(here, localized, shared),
        None => across_markets(versions, here, elsewhere, localized),
    }
}

fn in_same_market(here: &Market<'_>, localized: &[Piece], shared: &[Piece]) -> Gain {
    let side = |pieces: &[Piece], side: usize| {
        pieces.iter().map(move |piece| Piece { bin: 2 * piece.bin + side, ..*piece }).collect::<Vec<_>>()
    };
    let clusters = Clusters::new(2 * here.tallies.cells, [side(localized, 0), side(shared, 1)].concat());
    let broadcasts = [broadcasts(localized), broadcasts(shared)];
    let Some(found) = matched(pairs(&clusters.total)) else {
        return Gain::none(broadcasts, "The two were never shown in the same slot and audience.");
    };
    let ratio = |bins: &[Tally]| matched(pairs(bins)).and_then(|found| divided(found.one, found.other));
    let difference = |bins: &[Tally]| matched(pairs(bins)).map(|found| found.one - found.other);
    let is_matched = |pair: &(&Tally, &Tally)| pair.1.trials > 0.0;
    let trials = |pair: (&Tally, &Tally)| pair.0.trials;
    let of_matched: f64 = pairs(&clusters.total).filter(is_matched).map(trials).sum();
    let of_all: f64 = pairs(&clusters.total).map(trials).sum();
    let ratio_interval = interval_of_ratio(&clusters, ratio);
    Gain {
        basis: Basis::SameMarket,
        rates: Some([found.one, found.other]),
        indices: None,
        ratio: ratio(&clusters.total),
        ratio_interval,
        difference_interval: clusters.jackknife(difference).map(|it| it.interval(LEVEL, Scale::Identity)),
        cells: Some(found.cells),
        matched_share: divided(of_matched, of_all),
        broadcasts,
        note: format!(
            "In the same slots and audiences the localized cover drew {}, the shared one {}. {}",
            percent(found.one),
            percent(found.other),
            verdict(ratio_interval)
        ),
    }
}

fn across_markets(
    versions: Versions<'_>,
    here: &Market<'_>,
    elsewhere: &[Market<'_>],
    localized: &[Piece],
) -> Gain {
    let mine = here.indices(versions.localized);
    let others: Vec<(&str, Tally)> = elsewhere.iter().flat_map(|market| market.indices(versions.shared)).collect();
    let names: BTreeSet<&str> = mine.iter().chain(&others).map(|(name, _)| *name).collect();
    let numbers: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
    let sides = [(0, &mine), (1, &others)];
    let pieces =
        sides.into_iter().flat_map(|(bin, side)| side.iter().map(move |(name, tally)| (bin, *name, *tally)));
    let pieces =
        pieces.filter_map(|(bin, name, tally)| Some(Piece { bin, broadcast: *numbers.get(name)?, tally }));
    let clusters = Clusters::new(2, pieces);
    let of_shared = others.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>().len();
    let broadcasts = [broadcasts(localized), of_shared];
    let index = |tally: Tally| (tally.trials > NOTHING).then(|| tally.successes / tally.trials);
    let ratio = |bins: &[Tally]| divided(index(bins[0])?, index(bins[1])?);
    let (Some(one), Some(other)) = (index(clusters.total[0]), index(clusters.total[1])) else {
        return Gain::none(
            broadcasts,
            "The shared cover was shown neither here nor in another market counted alike.",
        );
    };
    let ratio_interval = interval_of_ratio(&clusters, ratio);
    Gain {
        basis: Basis::AcrossMarkets,
        rates: None,
        indices: Some([one, other]),
        ratio: ratio(&clusters.total),
        ratio_interval,
        difference_interval: None,
        cells: None,
        matched_share: None,
        broadcasts,
        note: format!(
            "The shared cover was never shown here. The localized one drew {one:.2} times what is usual in its slots \
             and audiences, the shared one {other:.2} times elsewhere. {} Markets differ in more than the cover: take \
             it for a hint.",
            verdict(ratio_interval)
        ),
    }
}

impl Gain {
    fn none(broadcasts: [usize; 2], why: &str) -> Self {
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
            note: why.to_owned(),
        }
    }
}

fn interval_of_ratio(clusters: &Clusters, ratio: impl Fn(&[Tally]) -> Option<f64>) -> Option<Interval> {
    let ratio = clusters.jackknife(ratio).filter(|ratio| ratio.value > 0.0)?;
    Some(ratio.interval(LEVEL, Scale::Log))
}

fn verdict(ratio: Option<Interval>) -> &'static str {
    match ratio {
        None => "Too few broadcasts to say whether that is more than chance.",
        Some(ratio) if ratio.low > 1.0 => "It gained.",
        Some(ratio) if ratio.high < 1.0 => "It lost.",
        Some(_) => "That may be chance.",
    }
}

fn pairs(bins: &[Tally]) -> impl Iterator<Item = (&Tally, &Tally)> {
    bins.as_chunks::<2>().0.iter().map(|[one, other]| (one, other))
}

fn broadcasts(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.broadcast).collect::<BTreeSet<_>>().len()
}

fn divided(of: f64, by: f64) -> Option<f64> {
    (by > 0.0).then(|| of / by)
}

fn table(context: &DecisionContext<'_>, lines: &[Line<'_>]) -> PolarsResult<DataFrame> {
    let low = |interval: Option<Interval>| interval.map(|interval| interval.low);
    let high = |interval: Option<Interval>| interval.map(|interval| interval.high);
    let mut table = context.keys(lines.len());
    table.push(texts(c::FAMILY, lines, |line| Some(line.versions.family.to_owned())));
    table.push(texts(c::LOCALIZED_COVER_ID, lines, |line| Some(line.versions.localized.to_owned())));
    table.push(texts(c::SHARED_COVER_ID, lines, |line| Some(line.versions.shared.to_owned())));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(texts(c::BASIS, lines, |line| Some(line.gain.basis.word().to_owned())));
    table.push(floats(c::LOCALIZED_RATE, lines, |line| line.gain.rates.map(|rates| rates[0])));
    table.push(floats(c::SHARED_RATE, lines, |line| line.gain.rates.map(|rates| rates[1])));
    table.push(floats(c::LOCALIZED_INDEX, lines, |line| line.gain.indices.map(|indices| indices[0])));
    table.push(floats(c::SHARED_INDEX, lines, |line| line.gain.indices.map(|indices| indices[1])));
    table.push(floats(c::RATIO, lines, |line| line.gain.ratio));
    table.push(floats(&c::low(c::RATIO), lines, |line| low(line.gain.ratio_interval)));
    table.push(floats(&c::high(c::RATIO), lines, |line| high(line.gain.ratio_interval)));
    table.push(floats(c::DIFFERENCE, lines, |line| line.gain.rates.map(|[one, other]| one - other)));
    table.push(floats(&c::low(c::DIFFERENCE), lines, |line| low(line.gain.difference_interval)));
    table.push(floats(&c::high(c::DIFFERENCE), lines, |line| high(line.gain.difference_interval)));
    table.push(wholes(c::CELLS, lines, |line| line.gain.cells));
    table.push(floats(c::MATCHED_SHARE, lines, |line| line.gain.matched_share));
    table.push(wholes(c::LOCALIZED_BROADCASTS, lines, |line| Some(line.gain.broadcasts[0])));
    table.push(wholes(c::SHARED_BROADCASTS, lines, |line| Some(line.gain.broadcasts[1])));
    table.push(texts(c::NOTE, lines, |line| Some(line.gain.note.clone())));
    table.extend(context.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}
