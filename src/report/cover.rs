//! `cover`: how each cover of a market did, what its rate probably is, and what it would be on the mix of all.
//!
//! Covers are compared on the common mix of slot and audience and never by their crude rates; a cover that was seen too
//! little to prove anything stands behind every one that was not.

use std::collections::BTreeSet;

use jiff::civil::Date;
use polars::prelude::*;

use super::cells::figures_columns;
use super::desk::{Desk, floats, percent, texts, wholes};
use super::likeness::Likeness;
use super::rates::{Rate, mean_dwell_seconds};
use super::shrink::{ENOUGH_EXPECTED, posteriors};
use super::standardize::{Standard, Strata};
use super::tally::{Clusters, Tallies, Tally};
use crate::model::{Figures, columns as c};
use crate::stats::{Beta, FEWEST_CLUSTERS, Interval};

/// Rates with an interval by broadcasts and a shrunken rate.
const COMPARED: [&str; 4] = [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE];
/// Those of them that are standardized, the one that covers are ranked by first.
const STANDARDIZED: [&str; 2] = [c::EFFECTIVE_CTR, c::CTR];
/// What a cover is ranked by is exceeded with this probability.
const PROVEN: f64 = 0.05;

/// What is told of a cover without any model.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) figures: Figures,
    /// Whether any row is the cover's own.
    pub(super) is_clean: bool,
    pub(super) broadcasts: BTreeSet<usize>,
    days: BTreeSet<Date>,
    contaminated_rows: usize,
}

/// One rate of one cover.
#[derive(Debug, Clone, Copy, Default)]
struct Compared {
    rate: Option<f64>,
    interval: Option<Interval>,
    shrunken: Option<Beta>,
}

/// One rate of one cover on the common mix.
#[derive(Debug, Clone, Copy, Default)]
struct OnMix {
    rate: Option<f64>,
    interval: Option<Interval>,
    /// What it says in trials of independent viewers.
    effective: Option<Tally>,
    covered: Option<f64>,
    is_enough: bool,
    crude: Option<f64>,
}

/// A rate of every cover on the common mix.
struct Standardized {
    column: &'static str,
    market: f64,
    covers: Vec<OnMix>,
}

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
pub(super) fn cover(desk: &Desk<'_>) -> PolarsResult<DataFrame> {
    let seen = seen(desk);
    let rates: Vec<Vec<Compared>> =
        COMPARED.into_iter().filter_map(Rate::named).map(|rate| compared(desk, rate)).collect();
    let standardized: Vec<Standardized> = STANDARDIZED
        .into_iter()
        .filter_map(|column| Some((column, Rate::named(column)?)))
        .map(|(column, rate)| on_mix(desk, column, rate))
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
    table(desk, &lines, ranked_by.map(|by| by.column))
}

/// Of each cover, what its clean rows say.
pub(super) fn seen(desk: &Desk<'_>) -> Vec<Seen> {
    let mut covers = vec![Seen::default(); desk.evidence.covers.len()];
    for row in &desk.evidence.rows {
        let cover = &mut covers[row.cover];
        if row.contaminated {
            cover.contaminated_rows += 1;
            continue;
        }
        if cover.is_clean {
            cover.figures.add(&row.figures);
        } else {
            cover.figures = row.figures;
        }
        cover.is_clean = true;
        cover.broadcasts.insert(row.broadcast);
        cover.days.insert(row.local_date);
    }
    covers
}

/// Each cover's broadcasts, over the cells; `None` where its sum is not known or nothing was tried.
pub(super) fn clusters(tallies: &Tallies) -> Vec<Option<Clusters>> {
    let clusters = |pieces: &Option<Vec<_>>| {
        let clusters = Clusters::new(tallies.cells, pieces.as_ref()?.iter().copied());
        (Tally::sum(clusters.total.iter().copied()).trials > 0.0).then_some(clusters)
    };
    tallies.covers.iter().map(clusters).collect()
}

/// How alike viewers are; where a market has but one broadcast nothing tells, and none is assumed.
pub(super) fn likeness(covers: &[Option<Clusters>]) -> Likeness {
    Likeness::of(covers.iter().flatten()).unwrap_or(Likeness(0.0))
}

fn compared(desk: &Desk<'_>, rate: &Rate) -> Vec<Compared> {
    let tallies = Tallies::of(desk.evidence, rate);
    let covers = clusters(&tallies);
    let Some(market) = tallies.market_rate() else { return vec![Compared::default(); covers.len()] };
    let likeness = likeness(&covers);
    let sums: Vec<Option<(Tally, f64)>> = covers
        .iter()
        .map(|clusters| {
            let clusters = clusters.as_ref()?;
            let whole = Tally::sum(clusters.total.iter().copied());
            Some((whole, likeness.effective(&clusters.by_broadcast())))
        })
        .collect();
    let worth: Vec<Option<Tally>> = sums
        .iter()
        .map(|sum| sum.and_then(|(whole, trials)| Some(Tally { successes: whole.rate()? * trials, trials })))
        .collect();
    let is_enough: Vec<bool> =
        sums.iter().map(|sum| sum.is_some_and(|(whole, _)| whole.trials * market >= ENOUGH_EXPECTED)).collect();
    let posteriors = posteriors(&worth, &is_enough, market);
    let rate = |cells: &[Tally]| Tally::sum(cells.iter().copied()).rate();
    (covers.iter().zip(sums).zip(posteriors))
        .map(|((clusters, sum), posterior)| Compared {
            rate: sum.and_then(|(whole, _)| whole.rate()),
            interval: clusters.as_ref().zip(sum).and_then(|(all, (_, effective))| all.interval(effective, rate)),
            // What can come more than once per trial is no proportion.
            shrunken: posterior.filter(|_| sum.is_some_and(|(whole, _)| whole.successes <= whole.trials)),
        })
        .collect()
}

fn on_mix(desk: &Desk<'_>, column: &'static str, rate: &Rate) -> Standardized {
    let tallies = Tallies::of(desk.evidence, rate);
    let clusters = clusters(&tallies);
    let Some(standard) = Standard::of(&tallies.market) else {
        return Standardized { column, market: 0.0, covers: vec![OnMix::default(); clusters.len()] };
    };
    let likeness = likeness(&clusters);
    let one = |clusters: &Clusters| {
        let cells = &clusters.total;
        let strata: Strata = standard.strata(cells);
        let whole = Tally::sum(cells.iter().copied());
        let rate = standard.standardized(&strata, cells);
        let alike = likeness.effective(&clusters.by_broadcast()) / whole.trials;
        let effective = rate.zip(standard.worth(&strata, cells)).map(|(rate, worth)| Tally {
            successes: (rate * worth * alike).min(worth * alike),
            trials: worth * alike,
        });
        OnMix {
            rate,
            interval: effective.and_then(|effective| {
                clusters.interval(effective.trials, |cells| standard.standardized(&strata, cells))
            }),
            effective,
            covered: Some(standard.covered(cells)),
            is_enough: whole.trials * standard.rate >= ENOUGH_EXPECTED,
            crude: whole.rate(),
        }
    };
    let covers = clusters.iter().map(|clusters| clusters.as_ref().map(one).unwrap_or_default()).collect();
    Standardized { column, market: standard.rate, covers }
}

/// The posterior of each cover's rate on the common mix and its place: first those that were seen enough, then by the
/// rate that is exceeded with 95 %, then by name.
fn ranked(covers: &[OnMix], market: f64) -> (Vec<Option<Beta>>, Vec<Option<usize>>) {
    let effective: Vec<Option<Tally>> = covers.iter().map(|cover| cover.effective).collect();
    let is_enough: Vec<bool> = covers.iter().map(|cover| cover.is_enough).collect();
    let posteriors = posteriors(&effective, &is_enough, market);
    let mut order: Vec<(usize, f64)> = (posteriors.iter().enumerate())
        .filter_map(|(cover, posterior)| Some((cover, posterior.as_ref()?.quantile(PROVEN))))
        .collect();
    order.sort_by(|(one, its), (other, others)| {
        (is_enough[*other].cmp(&is_enough[*one])).then(others.total_cmp(its)).then(one.cmp(other))
    });
    let mut ranks = vec![None; covers.len()];
    for (place, (cover, _)) in order.into_iter().enumerate() {
        ranks[cover] = Some(place + 1);
    }
    (posteriors, ranks)
}

fn note(seen: &Seen, cover: usize, rates: &[Standardized], ranked_by: Option<&Standardized>) -> Option<String> {
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

/// Says so when a rate is on another side of the market's once where it was shown is taken out of it.
fn reversal(rate: &Standardized, cover: usize) -> Option<String> {
    let (crude, on_mix) = (rate.covers[cover].crude?, rate.covers[cover].rate?);
    let (column, market) = (rate.column, rate.market);
    let side = if crude > market && on_mix < market {
        "above"
    } else if crude < market && on_mix > market {
        "below"
    } else {
        return None;
    };
    Some(format!(
        "Its {column} of {} lies {side} the market's {} only because of where it was shown: on the market's mix of \
         slots and audiences it is {}.",
        percent(crude),
        percent(market),
        percent(on_mix)
    ))
}

fn table(desk: &Desk<'_>, lines: &[Line], ranked_by: Option<&str>) -> PolarsResult<DataFrame> {
    let mut table = desk.keys(lines.len());
    table.push(wholes(c::RANK, lines, |line| line.rank));
    table.push(texts(c::COVER_ID, lines, |line| Some(desk.evidence.covers[line.cover].clone())));
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
    let viewer_ctr = |line: &Line| viewer_ctr.and_then(|rate| rate.tally(&line.seen.figures)?.rate());
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
    table.push(floats(c::PROVEN_RATE, lines, |line| line.proven.map(|beta| beta.quantile(PROVEN))));
    table.push(texts(c::NOTE, lines, |line| line.note.clone()));
    table.extend(desk.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}

/// What the intervals of a row stand on.
fn basis(broadcasts: usize) -> &'static str {
    if broadcasts < FEWEST_CLUSTERS { "too_few_broadcasts" } else { "broadcasts" }
}
