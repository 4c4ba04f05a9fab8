//! Rates of covers by broadcasts, plain and shrunken towards each other.

use super::evidence::Evidence;
use super::icc::Icc;
use super::rates::Rate;
use super::shrink::{ENOUGH_EXPECTED, posteriors};
use super::tally::{Tallies, Tally};
use coverledger_stats::{Beta, Interval};

/// One rate of one cover.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compared {
    pub(super) rate: Option<f64>,
    pub(super) interval: Option<Interval>,
    pub(super) shrunken: Option<Beta>,
}

/// A rate of every cover, with its interval and shrunken towards the others.
pub(super) fn compared(evidence: &Evidence, rate: &Rate) -> Vec<Compared> {
    of_tallies(&Tallies::of(evidence, rate))
}

/// The same of tallies.
pub(super) fn of_tallies(tallies: &Tallies) -> Vec<Compared> {
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
