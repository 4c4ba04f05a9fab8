//! A cover against the other covers of its own broadcasts: like with like.
//!
//! What all covers of a broadcast share (the week, the host, the goods, who is online) cancels. Where a cover was alone in
//! its broadcasts, nothing tells it from them, and nothing is said of it. Which cover was shown when was not decided by
//! lot, so a difference is no effect of the cover either: only an experiment can say that.

mod matched;
mod pair;
mod shared;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::icc::Icc;
use super::rates::Rate;
use super::shrink::ENOUGH_EXPECTED;
use super::tally::{Tallies, Tally, float};
use coverledger_stats::{Interval, Z_95, normal_cdf};
pub(super) use pair::{Pair, PairBasis, divided};
pub(super) use shared::Shared;
use shared::Strata;

/// A standard error of a logarithm below this is a remainder of rounding.
const NOTHING: f64 = 1e-9;

/// One rate of one cover against the other covers in the same broadcasts, slots and audiences.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Contrast {
    /// Successes ÷ trials of all its clean rows, alone or not.
    pub(super) rate: f64,
    /// What the others would have drawn in its place: `rate` ÷ `ratio`; `None` where it was never with others.
    pub(super) baseline: Option<f64>,
    /// Its rate ÷ that of the others (Mantel–Haenszel).
    pub(super) ratio: Option<f64>,
    /// What holds the ratio with 95 %, by broadcasts; `None` with fewer than eight of them.
    pub(super) interval: Option<Interval>,
    /// With which probability the ratio is above 1, given how much covers here differ; `None` where that cannot be told.
    pub(super) above: Option<f64>,
    /// What it would have drawn in the place of all covers, in trials of independent viewers; `None` as `above`.
    pub(super) adjusted: Option<Tally>,
    /// Broadcasts in which it was shown beside others.
    pub(super) broadcasts: usize,
    /// How much of its trials lies in these broadcasts, slots and audiences.
    pub(super) share: f64,
    /// Covers of one group were on air together, or are linked by others that were.
    pub(super) group: usize,
}

impl Contrast {
    /// Whether it can be told from its broadcasts: there are eight of them, and five successes to be expected.
    pub(super) fn is_told(&self) -> bool {
        self.above.is_some()
    }

    /// That it is above, where the published interval says so too; else 0.
    pub(super) fn surely_above(&self) -> f64 {
        self.interval.filter(|interval| is_above(*interval)).and(self.above).unwrap_or(0.0)
    }

    /// That it is below, where the published interval says so too; else 0.
    pub(super) fn surely_below(&self) -> f64 {
        self.interval.filter(|interval| is_below(*interval)).and(self.above).map_or(0.0, |above| 1.0 - above)
    }
}

/// Whether a ratio lies above 1 with everything that its interval holds.
pub(super) fn is_above(ratio: Interval) -> bool {
    ratio.low > 1.0 + NOTHING
}

/// Whether it lies below 1.
pub(super) fn is_below(ratio: Interval) -> bool {
    ratio.high < 1.0 - NOTHING
}

/// A rate of every cover of a market against the others; `None` where its counts are not known or nothing was tried.
pub(super) fn contrasts(evidence: &Evidence, rate: &Rate) -> Vec<Option<Contrast>> {
    of_tallies(&Tallies::of(evidence, rate))
}

/// The same of tallies.
pub(super) fn of_tallies(tallies: &Tallies) -> Vec<Option<Contrast>> {
    told(tallies).0
}

/// How far the logarithms of two covers' true rates lie apart here: the variance of their difference.
///
/// A cover's ratio is to the mean of the others. If logarithms of k covers vary by τ², that one varies by τ² k ÷ (k − 1), and
/// the difference of two by 2 τ²: 2 (k − 1) ÷ k times as much. Of two covers both are the same comparison.
pub(super) fn between_pairs(tallies: &Tallies) -> f64 {
    let (_, spread) = told(tallies);
    let covers = float(spread.covers as u64);
    if spread.covers < 2 { 0.0 } else { spread.variance * 2.0 * (covers - 1.0) / covers }
}

/// How much ratios differ beyond their errors, and of how many covers that is known.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    variance: f64,
    covers: usize,
}

fn told(tallies: &Tallies) -> (Vec<Option<Contrast>>, Spread) {
    let Some(market) = tallies.market_rate() else {
        return (vec![None; tallies.covers.len()], Spread::default());
    };
    let strata = Strata::of(tallies.covers.iter().flatten().flatten());
    let shared: Vec<Option<Shared>> = (tallies.covers.iter())
        .map(|pieces| pieces.as_deref().map(|pieces| Shared::of(pieces, &strata)))
        .map(|shared| shared.filter(|shared| shared.whole().trials > 0.0))
        .collect();
    let icc = Icc::of(&shared.iter().flatten().map(|shared| shared.leveled(market)).collect::<Vec<_>>());
    let groups = groups(tallies);
    let mut contrasts: Vec<Option<Contrast>> = (shared.iter().zip(groups))
        .map(|(shared, group)| shared.as_ref().map(|shared| contrast(shared, group, market, icc)))
        .collect();
    let is_enough = |shared: &Shared| shared.expected() >= ENOUGH_EXPECTED;
    let is_enough: Vec<bool> = shared.iter().map(|shared| shared.as_ref().is_some_and(is_enough)).collect();
    let spread = tell(&mut contrasts, &is_enough);
    (contrasts, spread)
}

fn contrast(shared: &Shared, group: usize, market: f64, icc: Icc) -> Contrast {
    let rate = shared.whole().rate().unwrap_or(0.0);
    let (ratio, effective) = (shared.ratio(), icc.effective(&shared.leveled(market)));
    Contrast {
        rate,
        // Of a cover without any success the ratio is 0; the others' own rate says what was to be expected.
        baseline: ratio
            .filter(|ratio| *ratio > 0.0)
            .map(|ratio| rate / ratio)
            .or(shared.rates().map(|[_, others]| others)),
        ratio,
        interval: shared.interval(effective),
        above: None,
        adjusted: ratio.map(|ratio| Tally { successes: (ratio * market).min(1.0) * effective, trials: effective }),
        broadcasts: shared.broadcasts(),
        share: shared.share(),
        group,
    }
}

/// The number of each cover's group: the least number of a cover that is linked with it.
fn groups(tallies: &Tallies) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..tallies.covers.len()).collect();
    let mut first = BTreeMap::<(usize, usize), usize>::new();
    for (cover, pieces) in tallies.covers.iter().enumerate() {
        for piece in pieces.iter().flatten().filter(|piece| piece.tally.trials > 0.0) {
            let other = *first.entry((piece.broadcast, piece.bin)).or_insert(cover);
            let (one, other) = (root(&mut parents, cover), root(&mut parents, other));
            parents[one.max(other)] = one.min(other);
        }
    }
    (0..parents.len()).map(|cover| root(&mut parents, cover)).collect()
}

fn root(parents: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// Says with which probability each ratio is above 1, and takes back what cannot be told.
///
/// The logarithm of a ratio is normal around the truth, as wide as the published interval; truths are normal around 0, as
/// wide as ratios differ beyond their errors (the method of moments, as `DerSimonian` and Laird 1986, with a known mean).
fn tell(contrasts: &mut [Option<Contrast>], is_enough: &[bool]) -> Spread {
    let estimate = |contrast: &Contrast| estimate(contrast.ratio?, contrast.interval?);
    let estimates: Vec<(f64, f64)> = (contrasts.iter().zip(is_enough))
        .filter(|(_, is_enough)| **is_enough)
        .filter_map(|(contrast, _)| estimate(contrast.as_ref()?))
        .collect();
    let precision: f64 = estimates.iter().map(|(_, error)| error.powi(-2)).sum();
    let squares: f64 = estimates.iter().map(|(log, error)| (log / error).powi(2)).sum();
    let count = float(estimates.len() as u64);
    let spread = if precision > 0.0 { ((squares - count) / precision).max(0.0) } else { 0.0 };
    for (contrast, is_enough) in contrasts.iter_mut().zip(is_enough) {
        let Some(contrast) = contrast else { continue };
        let is_enough = *is_enough && contrast.interval.is_some();
        contrast.above = if !is_enough {
            None
        } else if let Some((log, error)) = estimate(contrast) {
            Some(above(log, error, spread))
        } else {
            let expected = contrast.adjusted.zip(contrast.baseline).map(|(all, rate)| all.trials * rate);
            expected.map(never_drawn)
        };
        contrast.adjusted = contrast.adjusted.filter(|_| contrast.above.is_some());
    }
    Spread { variance: spread, covers: estimates.len() }
}

/// The logarithm of a ratio and its error, which is as wide as the interval; `None` of a ratio of nought.
fn estimate(ratio: f64, Interval { low, high }: Interval) -> Option<(f64, f64)> {
    let error = ((high.ln() - low.ln()) / (2.0 * Z_95)).max(NOTHING);
    (ratio > 0.0 && error.is_finite()).then(|| (ratio.ln(), error))
}

/// That the truth lies above 0, where truths are normal around 0 with this variance: by the mean ÷ the standard deviation of
/// the posterior.
fn above(log: f64, error: f64, variance: f64) -> f64 {
    normal_cdf(log / error * (variance / (variance + error * error)).sqrt())
}

/// The same where there was no success and so many were to be expected of independent viewers (Poisson).
fn never_drawn(expected: f64) -> f64 {
    (-expected).exp().min(0.5)
}
