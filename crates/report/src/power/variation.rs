//! By how much covers differ in one broadcast otherwise than in another, judging by covers that shared broadcasts.
//!
//! A broadcast's own level cancels where covers are compared within it; what is left is chance, and this. Without it a test is
//! promised far more than it finds.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::evidence::Evidence;
use crate::tally::float;
use crate::trial::worth;
use coverledger_config::Value;
use coverledger_core::model::{Count, Figures};

/// What is assumed where no two covers shared broadcasts: the standard deviation that tests with a known truth use.
pub(super) const ASSUMED: f64 = 0.1;
/// Comparisons beyond the first of each pair of covers; with fewer, an estimate would be worth less than the assumption.
const FEWEST: usize = 8;
/// No more than this is believed.
const MOST: f64 = 1.0;

/// How covers vary from broadcast to broadcast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Standard deviation of the logarithm of a cover's own value in a broadcast, beyond what all its covers have in common and
    /// beyond chance: 0.1 for 10 %.
    pub deviation: f64,
    /// In how many broadcasts two covers could be compared; `None` where they are too few, and the deviation is assumed.
    pub broadcasts: Option<usize>,
}

/// What one cover had in a date, slot and audience of a broadcast.
#[derive(Debug, Clone, Copy, Default)]
struct Had {
    value: f64,
    impressions: f64,
}

/// Covers by date, slot and audience.
type Places = BTreeMap<(Date, usize, usize), BTreeMap<usize, Had>>;
/// Two covers in the places of a broadcast in which both were shown.
type Shared = Vec<[Had; 2]>;

/// By how much the shares of two covers vary between broadcasts beyond chance: Pearson's χ² of what one of them had, of what both
/// had, over its degrees of freedom (the moment estimator of extra-binomial variation, Williams 1982, Applied
/// Statistics 31), pooled over pairs of covers, and half of it, since both vary. Covers are compared within dates, slots and
/// audiences of a broadcast. `None` where a count that has a weight is not known.
pub(super) fn variation(evidence: &Evidence, value: Value) -> Option<Variation> {
    let mut broadcasts: BTreeMap<usize, Places> = BTreeMap::new();
    let (mut all_value, mut all_events) = (0.0, 0.0);
    for row in evidence.rows.iter().filter(|row| !row.contaminated) {
        let place = (row.local_date, row.slot, row.audience);
        let had = broadcasts.entry(row.broadcast).or_default().entry(place).or_default();
        let had = had.entry(row.cover).or_default();
        let worth = worth(value, &row.figures, |measure| measure.value)?;
        had.value += worth;
        had.impressions += float(row.figures.get(Count::Impressions)?.value);
        all_value += worth;
        all_events += float(events(&row.figures, value)?);
    }
    let mut pairs: BTreeMap<[usize; 2], Vec<Shared>> = BTreeMap::new();
    let mut compared = 0;
    for places in broadcasts.values() {
        let shared = shared(places);
        compared += usize::from(!shared.is_empty());
        for (pair, shared) in shared {
            pairs.entry(pair).or_default().push(shared);
        }
    }
    let of_one = if all_events > 0.0 { all_value / all_events } else { 0.0 };
    let found = (of_one > 0.0).then(|| beyond_chance(pairs.values().map(Vec::as_slice), of_one)).flatten();
    Some(match found {
        Some(deviation) => Variation { deviation, broadcasts: Some(compared) },
        None => Variation { deviation: ASSUMED, broadcasts: None },
    })
}

/// Of each two covers of a broadcast, the places in which both were shown and had anything.
fn shared(places: &Places) -> BTreeMap<[usize; 2], Shared> {
    let mut shared: BTreeMap<[usize; 2], Shared> = BTreeMap::new();
    for covers in places.values() {
        for (at, (one, had)) in covers.iter().enumerate() {
            for (other, beside) in covers.iter().skip(at + 1) {
                if had.impressions > 0.0 && beside.impressions > 0.0 && had.value + beside.value > 0.0 {
                    shared.entry([*one, *other]).or_default().push([*had, *beside]);
                }
            }
        }
    }
    shared
}

/// By pair of covers; an event is worth `of_one`. `None` where they are too few.
fn beyond_chance<'p>(pairs: impl Iterator<Item = &'p [Shared]>, of_one: f64) -> Option<f64> {
    let (mut excess, mut scale, mut degrees) = (0.0, 0.0, 0);
    for broadcasts in pairs.filter(|broadcasts| broadcasts.len() > 1) {
        let ratio = ratio(broadcasts);
        // Of what both had, what one of them had, what is expected of it, and the variance of that.
        let counted = |shared: &Shared| {
            shared.iter().fold([0.0; 3], |[had, expected, variance], [one, other]| {
                let both = (one.value + other.value) / of_one;
                let share = one.impressions * ratio / (one.impressions * ratio + other.impressions);
                [had + one.value / of_one, expected + both * share, variance + both * share * (1.0 - share)]
            })
        };
        let counted: Vec<[f64; 3]> = broadcasts.iter().map(counted).collect();
        let all: f64 = counted.iter().map(|[.., variance]| variance).sum();
        if !(ratio.is_finite() && ratio > 0.0 && all > 0.0) {
            continue;
        }
        excess +=
            counted.iter().map(|[had, expected, variance]| (had - expected).powi(2) / variance - 1.0).sum::<f64>()
                + 1.0;
        scale += all - counted.iter().map(|[.., variance]| variance * variance).sum::<f64>() / all;
        degrees += broadcasts.len() - 1;
    }
    let is_enough = degrees >= FEWEST && scale > 0.0;
    is_enough.then(|| (excess / scale / 2.0).max(0.0).sqrt().min(MOST))
}

/// Of their rates (Mantel and Haenszel).
fn ratio(broadcasts: &[Shared]) -> f64 {
    let sums = broadcasts.iter().flatten().fold([0.0; 2], |[of, over], [one, other]| {
        let all = one.impressions + other.impressions;
        [of + one.value * other.impressions / all, over + other.value * one.impressions / all]
    });
    sums[0] / sums[1]
}

/// Orders and entries that have a weight.
pub(super) fn events(figures: &Figures, value: Value) -> Option<u64> {
    let count = |weight: f64, count| {
        if weight > 0.0 { figures.get(count).map(|measure| measure.value) } else { Some(0) }
    };
    Some(count(value.orders, Count::Orders)? + count(value.retained_minutes, Count::Entries)?)
}
