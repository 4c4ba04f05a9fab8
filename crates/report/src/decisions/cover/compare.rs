//! Rates of covers against each other: by broadcasts, shrunken, and on the mix of all.

use crate::evidence::Evidence;
use crate::icc::Icc;
use crate::rates::Rate;
use crate::shrink::{ENOUGH_EXPECTED, posteriors, ranks};
use crate::standardize::Standard;
use crate::tally::{Clusters, Tallies, Tally};
use coverledger_stats::{Beta, Interval};

/// One rate of one cover.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compared {
    pub(super) rate: Option<f64>,
    pub(super) interval: Option<Interval>,
    pub(super) shrunken: Option<Beta>,
}

/// One rate of one cover on the common mix.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OnMix {
    pub(super) rate: Option<f64>,
    pub(super) interval: Option<Interval>,
    /// What it says in trials of independent viewers.
    pub(super) effective: Option<Tally>,
    pub(super) covered: Option<f64>,
    pub(super) is_enough: bool,
    pub(super) crude: Option<f64>,
}

/// A rate of every cover on the common mix.
pub(super) struct Standardized {
    pub(super) column: &'static str,
    pub(super) market: f64,
    pub(super) covers: Vec<OnMix>,
}

/// A rate of every cover, with its interval and shrunken towards the others.
pub(super) fn compared(evidence: &Evidence, rate: &Rate) -> Vec<Compared> {
    let tallies = Tallies::of(evidence, rate);
    let covers = tallies.clusters();
    let Some(market) = tallies.market_rate() else { return vec![Compared::default(); covers.len()] };
    let icc = Icc::crude(&covers);
    let sums: Vec<Option<(Tally, f64)>> = covers
        .iter()
        .map(|clusters| {
            let clusters = clusters.as_ref()?;
            let whole = clusters.whole();
            Some((whole, icc.effective(&clusters.by_broadcast())))
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

/// A rate of every cover on the mix of the market.
pub(super) fn on_mix(evidence: &Evidence, column: &'static str, rate: &Rate) -> Standardized {
    let tallies = Tallies::of(evidence, rate);
    let clusters = tallies.clusters();
    let Some(standard) = Standard::of(&tallies.market) else {
        return Standardized { column, market: 0.0, covers: vec![OnMix::default(); clusters.len()] };
    };
    let icc = Icc::on_mix(&clusters, &standard);
    let one = |clusters: &Clusters| {
        let cells = &clusters.total;
        let strata = standard.strata(cells);
        let whole = clusters.whole();
        let rate = standard.standardized(&strata, cells);
        let alike = icc.effective(&clusters.by_broadcast()) / whole.trials;
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

/// The posterior of each cover's rate on the common mix and its place.
pub(super) fn ranked(covers: &[OnMix], market: f64) -> (Vec<Option<Beta>>, Vec<Option<usize>>) {
    let effective: Vec<Option<Tally>> = covers.iter().map(|cover| cover.effective).collect();
    let is_enough: Vec<bool> = covers.iter().map(|cover| cover.is_enough).collect();
    let posteriors = posteriors(&effective, &is_enough, market);
    let ranks = ranks(&posteriors, &is_enough);
    (posteriors, ranks)
}
