//! How strong each cover is against the others of a platform in a market, over all and by slot and audience, with its error:
//! what kinds of cover are compared by.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::{Strengths, Trial, beside, by_unit, linked};
use crate::shrink::ENOUGH_EXPECTED;
use crate::tally::float;
use coverledger_stats::{FEWEST_CLUSTERS, jackknife};

/// Covers in a slot and audience, or in all of them.
#[derive(Debug, Clone)]
pub(super) struct KindCell {
    /// `None` of all.
    pub(super) slot: Option<usize>,
    /// `None` of all.
    pub(super) audience: Option<usize>,
    pub(super) covers: Vec<CoverEffect>,
}

/// One cover against the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct CoverEffect {
    pub(super) cover: usize,
    /// Covers of one group are linked by strata that they share.
    pub(super) group: usize,
    /// The logarithm of its rate ÷ that of the others.
    pub(super) value: f64,
    pub(super) error: f64,
}

/// All covers over all slots and audiences, and by each, where there are several; under the newest conventions.
pub(super) fn kind_cells(trials: &[Trial], covers: usize) -> Vec<KindCell> {
    let newest = trials.iter().map(|trial| trial.era).max().unwrap_or(0);
    let trials: Vec<Trial> = trials.iter().filter(|trial| trial.era == newest).copied().collect();
    let several = |of: fn(&Trial) -> usize| -> Vec<Option<usize>> {
        let all: BTreeSet<usize> = trials.iter().map(of).collect();
        let each = all.iter().copied().map(Some).filter(|_| all.len() > 1);
        std::iter::once(None).chain(each).collect()
    };
    let (slots, audiences) = (several(|trial| trial.slot), several(|trial| trial.audience));
    let mut cells = Vec::new();
    for slot in &slots {
        for audience in &audiences {
            let is_in = |trial: &&Trial| {
                slot.is_none_or(|slot| slot == trial.slot)
                    && audience.is_none_or(|audience| audience == trial.audience)
            };
            let of_cell: Vec<Trial> = trials.iter().filter(is_in).copied().collect();
            cells.push(KindCell { slot: *slot, audience: *audience, covers: effects(&of_cell, covers) });
        }
    }
    cells
}

/// What a cover had beside others, before its error is known.
struct Sums {
    cover: usize,
    clusters: Vec<[f64; 2]>,
    observed: f64,
    expected: f64,
    /// What chance alone makes of the logarithm of the ratio, as a variance.
    chance: f64,
}

impl Sums {
    fn value(&self) -> f64 {
        // Half a success more on either side: small counts are skewed.
        ((self.observed + 0.5) / (self.expected + 0.5)).ln()
    }

    /// The variance of the logarithm, by leaving out one cluster at a time.
    fn variance(&self) -> Option<f64> {
        let without = |left_out: Option<usize>| {
            let [observed, expected] = left_out.map_or([0.0; 2], |at| self.clusters[at]);
            Some(((self.observed - observed + 0.5) / (self.expected - expected + 0.5)).ln())
        };
        Some(jackknife(self.clusters.len(), without)?.standard_error.powi(2)).filter(|variance| *variance > 0.0)
    }
}

fn effects(trials: &[Trial], covers: usize) -> Vec<CoverEffect> {
    let strengths = Strengths::of(trials, &Strengths::default());
    let groups = linked(trials, covers);
    let parts = by_unit(trials, beside(trials, &strengths), covers);
    let sums: Vec<Sums> = parts
        .into_iter()
        .enumerate()
        .filter_map(|(cover, parts)| {
            let mut clusters: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
            let (mut observed, mut expected, mut chance) = (0.0, 0.0, 0.0);
            for part in &parts {
                let trial = &trials[part.trial];
                // At what it would draw fresh.
                let its_expected = part.expected * trial.left.exp();
                let [one, other] = clusters.entry(trial.cluster).or_default();
                *one += part.observed;
                *other += its_expected;
                observed += part.observed;
                expected += its_expected;
                chance += part.chance;
            }
            let chance = chance / ((observed + 0.5) * (expected + 0.5));
            let clusters = clusters.into_values().collect();
            (expected >= ENOUGH_EXPECTED).then_some(Sums { cover, clusters, observed, expected, chance })
        })
        .collect();
    // Few broadcasts tell their own error badly: theirs is that of chance, as many times as it is of covers with more.
    let beyond_chance: Vec<f64> = sums
        .iter()
        .filter(|sums| sums.clusters.len() >= FEWEST_CLUSTERS)
        .filter_map(|sums| Some(sums.variance()? / sums.chance))
        .collect();
    let usual =
        beyond_chance.iter().map(|ratio| ratio.ln()).sum::<f64>() / float(beyond_chance.len().max(1) as u64);
    let usual = usual.exp().max(1.0);
    sums.iter()
        .map(|sums| {
            let own = sums.variance().filter(|_| sums.clusters.len() >= FEWEST_CLUSTERS);
            let error = own.unwrap_or(usual * sums.chance).sqrt();
            CoverEffect { cover: sums.cover, group: groups[sums.cover], value: sums.value(), error }
        })
        .collect()
}
