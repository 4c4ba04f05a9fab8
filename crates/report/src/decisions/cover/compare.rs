//! Rates of covers against each other: by broadcasts, shrunken, and on the mix of all.

use std::collections::BTreeMap;

use crate::contrast::Contrast;
use crate::evidence::Evidence;
use crate::icc::Icc;
use crate::rates::Rate;
use crate::shrink::{ENOUGH_EXPECTED, posteriors, ranks};
use crate::standardize::Standard;
use crate::tally::{Clusters, Tallies, Tally};
use coverledger_stats::{Beta, Interval};

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

/// A cover's place, and what it is ranked by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) rank: Option<usize>,
    /// Of the rate that it is ranked by.
    pub(super) posterior: Option<Beta>,
    /// Whether it is compared with the others of its broadcasts, and so ranked before those that are not.
    pub(super) is_compared: bool,
    /// Of one that is compared: the market's rate × its ratio to the others.
    pub(super) adjusted: Option<f64>,
}

/// The place of each cover. First come those that are held against others in their own broadcasts, as far as they are
/// linked with each other: of several groups the one that says most. Rates of all others may be those of their weeks, so
/// they come behind, by the rate on the common mix; and last those that were seen too little. A cover that is withheld
/// has no place.
pub(super) fn ranked(by: &Standardized, contrasts: &[Option<Contrast>], is_withheld: &[bool]) -> Vec<Place> {
    let first = first_group(contrasts);
    let compared = |cover: usize| {
        let contrast = contrasts.get(cover)?.as_ref()?;
        contrast.adjusted.filter(|_| Some(contrast.group) == first)
    };
    let worth: Vec<Option<Tally>> = by
        .covers
        .iter()
        .enumerate()
        .map(|(cover, on_mix)| on_mix.effective.map(|effective| compared(cover).unwrap_or(effective)))
        .collect();
    let tiers: Vec<u8> = by
        .covers
        .iter()
        .enumerate()
        .map(|(cover, on_mix)| match (compared(cover), on_mix.is_enough) {
            (Some(_), _) => 0,
            (None, true) => 1,
            (None, false) => 2,
        })
        .collect();
    let is_enough: Vec<bool> = tiers.iter().map(|tier| *tier < 2).collect();
    let mut posteriors = posteriors(&worth, &is_enough, by.market);
    for (posterior, is_withheld) in posteriors.iter_mut().zip(is_withheld) {
        *posterior = posterior.filter(|_| !is_withheld);
    }
    let ranks = ranks(&posteriors, &tiers);
    let ratio = |cover: usize| contrasts.get(cover)?.as_ref()?.ratio;
    let place = |(cover, (posterior, rank))| Place {
        rank,
        posterior,
        is_compared: compared(cover).is_some(),
        adjusted: compared(cover).and_then(|_| Some(ratio(cover)? * by.market)),
    };
    posteriors.into_iter().zip(ranks).enumerate().map(place).collect()
}

/// Of the groups of covers that are linked by broadcasts, the one that says most.
fn first_group(contrasts: &[Option<Contrast>]) -> Option<usize> {
    let mut groups = BTreeMap::<usize, f64>::new();
    for contrast in contrasts.iter().flatten() {
        if let Some(adjusted) = contrast.adjusted {
            *groups.entry(contrast.group).or_default() += adjusted.trials;
        }
    }
    let better = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
    groups.into_iter().reduce(better).map(|(group, _)| group)
}
