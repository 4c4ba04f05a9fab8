//! By how much turns of one slot and date differ beyond chance.
//!
//! Tables of market-days have slots and not turns, so it is told from the turns of an earlier rotation, or from the slots of a
//! date against each other.

use std::collections::BTreeMap;

use super::Cell;
use crate::carry_over::{Follower, effects, followers, rates};
use crate::evidence::Evidence;
use crate::tally::float;
use coverledger_config::{Experiment, PlannedTurn};

/// What is assumed where nothing tells it.
const ASSUMED: f64 = 0.3;
/// Comparisons beyond the first, with fewer of which an estimate would be worth less than the assumption.
const FEWEST: usize = 8;
/// No more than this is believed.
const MOST: f64 = 1.5;

/// From what it is told by how much turns differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From the turns of an earlier rotation in the same place.
    Turns,
    /// From slots of a date against each other, as if turns were independent. Where turns that follow each other are alike, this
    /// is more than they differ by, and less is promised than is found.
    Slots,
    /// From nothing.
    Assumed,
}

/// By how much turns of a slot and date differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Standard deviation of the logarithm of what a turn earns in an hour, beyond chance: 0.3 for 30 %.
    pub deviation: f64,
    /// From what.
    pub source: Source,
}

/// By how much turns of an earlier rotation differed within their strata, beyond the effects of covers and chance: Pearson's χ²
/// over its degrees of freedom, as for covers between broadcasts. `None` where a count that has a weight is not known, and of
/// few turns.
#[must_use]
pub fn noise(evidence: &Evidence, experiment: &Experiment, turns: &[PlannedTurn]) -> Option<Noise> {
    let followers = followers(evidence, experiment, turns)?;
    let covers: Vec<usize> = turns.iter().map(|turn| turn.cover).collect();
    let effects = effects(&followers, &covers, experiment.covers.len())?;
    let (mut value, mut events) = (0.0, 0.0);
    for row in evidence.rows.iter().filter(|row| row.turn.is_some()) {
        value += crate::trial::worth(experiment.value, &row.figures, |measure| measure.value)?;
        events += float(super::events(&row.figures, experiment.value)?);
    }
    let of_one = value / events;
    let rates = rates(followers.iter());
    let expected = |turn: &Follower| {
        let rate = rates.get(&turn.stratum).copied().unwrap_or_default();
        turn.hours * rate * (1.0 + effects[covers[turn.at]]) / of_one
    };
    let mut strata: BTreeMap<usize, Vec<[f64; 2]>> = BTreeMap::new();
    for turn in &followers {
        strata.entry(turn.stratum).or_default().push([turn.value / of_one, expected(turn)]);
    }
    let (mut excess, mut scale, mut degrees) = (0.0, 0.0, 0);
    for turns in strata.values().filter(|turns| turns.len() > 1) {
        let (had, all) = turns.iter().fold((0.0, 0.0), |(had, all), [one, expected]| (had + one, all + expected));
        if !(all > 0.0 && had > 0.0) {
            continue;
        }
        let squares =
            turns.iter().map(|[one, expected]| (one - expected * had / all).powi(2) / (expected * had / all));
        excess += squares.sum::<f64>() - float((turns.len() - 1) as u64);
        scale += had - turns.iter().map(|[_, expected]| expected * expected).sum::<f64>() * had / (all * all);
        degrees += turns.len() - 1;
    }
    let is_enough = degrees >= FEWEST && scale > 0.0 && excess.is_finite();
    is_enough.then(|| Noise { deviation: (excess / scale).max(0.0).sqrt().min(MOST), source: Source::Turns })
}

/// From the slots of a date against each other: the logarithm of what one had over what another had varies by chance, and by as
/// much as its turns do divided by their number. `abreast` is how many turns each slot of a usual date has.
pub(super) fn of_slots(cells: &[Cell], abreast: &BTreeMap<usize, u64>) -> Noise {
    let mut dates: BTreeMap<usize, BTreeMap<usize, [f64; 2]>> = BTreeMap::new();
    for cell in cells {
        let sums = dates.entry(cell.day).or_default().entry(cell.slot).or_default();
        *sums = [sums[0] + cell.value, sums[1] + float(cell.events)];
    }
    let mut pairs: BTreeMap<[usize; 2], Vec<[f64; 2]>> = BTreeMap::new();
    for slots in dates.values() {
        for (at, (slot, [value, events])) in slots.iter().enumerate() {
            for (other, [beside, others]) in slots.iter().skip(at + 1) {
                if *value > 0.0 && *beside > 0.0 && *events > 0.0 && *others > 0.0 {
                    let of_date = [(value / beside).ln(), 1.0 / events + 1.0 / others];
                    pairs.entry([*slot, *other]).or_default().push(of_date);
                }
            }
        }
    }
    let (mut excess, mut scale, mut degrees) = (0.0, 0.0, 0);
    for (pair, dates) in pairs.iter().filter(|(_, dates)| dates.len() > 1) {
        let [one, other] = pair.map(|slot| abreast.get(&slot).copied().unwrap_or_default());
        if one == 0 || other == 0 {
            continue;
        }
        let count = float(dates.len() as u64);
        let mean = dates.iter().map(|[ratio, _]| ratio).sum::<f64>() / count;
        let squares: f64 = dates.iter().map(|[ratio, _]| (ratio - mean).powi(2)).sum();
        let chance = dates.iter().map(|[_, chance]| chance).sum::<f64>() / count;
        excess += squares - (count - 1.0) * chance;
        scale += (count - 1.0) * (1.0 / float(one) + 1.0 / float(other));
        degrees += dates.len() - 1;
    }
    if degrees < FEWEST || scale <= 0.0 {
        return Noise { deviation: ASSUMED, source: Source::Assumed };
    }
    Noise { deviation: (excess / scale).max(0.0).sqrt().min(MOST), source: Source::Slots }
}
