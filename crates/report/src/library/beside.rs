//! Covers beside the others of the same broadcasts, slots and audiences: what each drew, and what the others would have
//! drawn in its place.
//!
//! The others differ too, and who is among them changes: each is taken at its own strength, and one that is known to fade at
//! what it would have drawn fresh. So neither a strong newcomer nor a fading neighbour looks like something that the cover
//! did. What all covers have in common (the season, the hour, the platform) cancels.

use std::collections::BTreeMap;

use super::rows::{CoverRows, Row};
use crate::rates::Rate;
use crate::tally::Tally;
use coverledger_core::model::COUNTS_OF_COVERS;

/// A fit that changes by less than this is done; so it is after so many rounds.
const DONE: f64 = 1e-7;
const ROUNDS: usize = 200;
/// Beside others in less than this share of their trials within broadcasts, covers are compared within dates.
const ENOUGH_SHARED: f64 = 0.5;

/// Within what covers are compared; always in the same slot and audience as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The same broadcasts.
    Broadcasts,
    /// The same dates: where a broadcast has one cover, nothing else is left.
    Dates,
}

impl Basis {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Broadcasts => "broadcasts",
            Self::Dates => "dates",
        }
    }
}

/// What a unit (a cover, or a family of covers) had in a stratum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) stratum: usize,
    pub(super) unit: usize,
    /// Broadcast, or date.
    pub(super) cluster: usize,
    pub(super) era: usize,
    pub(super) day: i32,
    pub(super) slot: usize,
    pub(super) audience: usize,
    pub(super) tally: Tally,
    /// The logarithm of what is left of the unit's fresh rate.
    pub(super) left: f64,
}

/// Successes and trials of a row at a rate, where both are known and there were trials.
pub(super) fn tally(rate: &Rate, row: &Row) -> Option<Tally> {
    let of = |count| COUNTS_OF_COVERS.iter().position(|other| *other == count).and_then(|at| row.counts[at]);
    let tally = Tally { successes: f64::from(of(rate.of)?), trials: f64::from(of(rate.among)?) };
    (tally.trials > 0.0).then_some(tally)
}

/// Within what covers of these rows can be compared.
pub(super) fn basis(rows: &CoverRows, rate: &Rate) -> Basis {
    /// By day, slot, audience and broadcast: a cover, whether there is another, and trials.
    type Strata = BTreeMap<(i32, u16, u16, u32), (u32, bool, f64)>;
    let mut strata = Strata::new();
    for row in rows.rows.iter().filter(|row| row.is_clean) {
        let Some(tally) = tally(rate, row) else { continue };
        let key = (row.day, row.slot, row.audience, row.broadcast);
        let (cover, is_shared, trials) = strata.entry(key).or_insert((row.cover, false, 0.0));
        *is_shared |= *cover != row.cover;
        *trials += tally.trials;
    }
    let all: f64 = strata.values().map(|(.., trials)| trials).sum();
    let shared: f64 = strata.values().filter(|(_, is_shared, _)| *is_shared).map(|(.., trials)| trials).sum();
    if shared >= ENOUGH_SHARED * all { Basis::Broadcasts } else { Basis::Dates }
}

/// The clean rows at a rate, `units` being the unit of each cover.
pub(super) fn trials(rows: &CoverRows, rate: &Rate, basis: Basis, units: &[usize]) -> Vec<Trial> {
    type Key = (i32, u16, u16, u32, u16);
    let mut strata: BTreeMap<Key, BTreeMap<usize, Tally>> = BTreeMap::new();
    for row in rows.rows.iter().filter(|row| row.is_clean) {
        let Some(tally) = tally(rate, row) else { continue };
        let broadcast = if basis == Basis::Broadcasts { row.broadcast } else { 0 };
        let units_of = strata.entry((row.day, row.slot, row.audience, broadcast, row.era)).or_default();
        let sum = units_of.entry(units[row.cover as usize]).or_default();
        *sum = sum.plus(tally);
    }
    let mut trials = Vec::new();
    for (stratum, ((day, slot, audience, broadcast, era), units)) in strata.into_iter().enumerate() {
        let cluster = match basis {
            Basis::Broadcasts => broadcast as usize,
            Basis::Dates => usize::try_from(day).unwrap_or(0),
        };
        trials.extend(units.into_iter().map(|(unit, tally)| Trial {
            stratum,
            unit,
            cluster,
            era: usize::from(era),
            day,
            slot: usize::from(slot),
            audience: usize::from(audience),
            tally,
            left: 0.0,
        }));
    }
    trials
}

/// How strong units are, in each era: a rate is the level of its stratum × the strength of the unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Strengths(BTreeMap<(usize, usize), f64>);

impl Strengths {
    /// By maximum likelihood of Poisson counts (iterative proportional fitting, Deming and Stephan 1940, Ann. Math. Stat.
    /// 11, 427–444), starting from these. The mean of each era is 1, weighed by trials.
    pub(super) fn of(trials: &[Trial], start: &Self) -> Self {
        let mut keys: Vec<(usize, usize)> = trials.iter().map(|trial| (trial.unit, trial.era)).collect();
        keys.sort_unstable();
        keys.dedup();
        let at: Vec<usize> =
            trials.iter().map(|trial| keys.binary_search(&(trial.unit, trial.era)).unwrap_or_default()).collect();
        let strata = trials.iter().map(|trial| trial.stratum + 1).max().unwrap_or(0);
        let mut strengths: Vec<f64> = keys.iter().map(|key| start.0.get(key).copied().unwrap_or(1.0)).collect();
        let (mut won, mut had) = (vec![0.0; keys.len()], vec![0.0; keys.len()]);
        let mut of_strata = vec![0.0; strata];
        for (trial, at) in trials.iter().zip(&at) {
            won[*at] += trial.tally.successes;
            had[*at] += trial.tally.trials;
            of_strata[trial.stratum] += trial.tally.successes;
        }
        let worth: Vec<f64> = trials.iter().map(|trial| trial.tally.trials * trial.left.exp()).collect();
        for _ in 0..ROUNDS {
            let mut levels = vec![0.0; strata];
            for ((trial, at), worth) in trials.iter().zip(&at).zip(&worth) {
                levels[trial.stratum] += worth * strengths[*at];
            }
            for (level, successes) in levels.iter_mut().zip(&of_strata) {
                *level = if *level > 0.0 { successes / *level } else { 0.0 };
            }
            let mut expected = vec![0.0; keys.len()];
            for ((trial, at), worth) in trials.iter().zip(&at).zip(&worth) {
                expected[*at] += worth * levels[trial.stratum];
            }
            let next: Vec<f64> = (won.iter().zip(&expected))
                .map(|(won, expected)| {
                    // Half a success where there was none: it is no cover that nobody can ever choose.
                    let half = if *won > 0.0 { 0.0 } else { 0.5 };
                    if *expected > 0.0 { (won + half) / (expected + half) } else { 1.0 }
                })
                .collect();
            let change =
                next.iter().zip(&strengths).map(|(one, other)| (one / other).ln().abs()).fold(0.0, f64::max);
            strengths = next;
            if change < DONE {
                break;
            }
        }
        let mut eras: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
        for (((_, era), strength), had) in keys.iter().zip(&strengths).zip(&had) {
            let [sum, all] = eras.entry(*era).or_default();
            *sum += had * strength.ln();
            *all += had;
        }
        let leveled = |((unit, era), strength): ((usize, usize), f64)| {
            let [sum, all] = eras[&era];
            ((unit, era), strength / (sum / all).exp())
        };
        Self(keys.into_iter().zip(strengths).map(leveled).collect())
    }

    pub(super) fn of_unit(&self, unit: usize, era: usize) -> f64 {
        self.0.get(&(unit, era)).copied().unwrap_or(1.0)
    }
}

/// A trial beside the others of its stratum: what it weighs as observed, and what it would weigh at the others' rate. Their
/// ratio is the unit's strength (Mantel and Haenszel 1959).
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// Its place among the trials.
    pub(super) trial: usize,
    pub(super) observed: f64,
    pub(super) expected: f64,
    /// What chance alone makes of observed and expected, as a variance (Greenland and Robins 1985).
    pub(super) chance: f64,
}

/// Of every trial that was beside others.
pub(super) fn beside(trials: &[Trial], strengths: &Strengths) -> Vec<Beside> {
    let strata = trials.iter().map(|trial| trial.stratum + 1).max().unwrap_or(0);
    let worth = |trial: &Trial| trial.tally.trials * trial.left.exp() * strengths.of_unit(trial.unit, trial.era);
    let mut sums = vec![[0.0_f64; 2]; strata];
    let mut units = vec![0_u32; strata];
    for trial in trials {
        let [successes, worths] = &mut sums[trial.stratum];
        *successes += trial.tally.successes;
        *worths += worth(trial);
        units[trial.stratum] += 1;
    }
    let of = |(at, trial): (usize, &Trial)| {
        if units[trial.stratum] < 2 {
            return None;
        }
        let [successes, worths] = sums[trial.stratum];
        let (own, others) =
            (trial.tally, Tally { successes: successes - trial.tally.successes, trials: worths - worth(trial) });
        let all = own.trials + others.trials;
        (others.trials > 0.0).then(|| Beside {
            trial: at,
            observed: own.successes * others.trials / all,
            expected: others.successes * own.trials / all,
            chance: successes * own.trials * others.trials / all.powi(2),
        })
    };
    trials.iter().enumerate().filter_map(of).collect()
}

/// What each unit had beside others.
pub(super) fn by_unit(trials: &[Trial], all: Vec<Beside>, units: usize) -> Vec<Vec<Beside>> {
    let mut parts = vec![Vec::new(); units];
    for part in all {
        parts[trials[part.trial].unit].push(part);
    }
    parts
}

/// Units that were beside each other, or are linked by others that were: the least number of a unit of each such group.
pub(super) fn linked(trials: &[Trial], units: usize) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..units).collect();
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for trial in trials {
        let other = *first.entry(trial.stratum).or_insert(trial.unit);
        let (one, other) = (root(&mut parents, trial.unit), root(&mut parents, other));
        parents[one.max(other)] = one.min(other);
    }
    (0..units).map(|unit| root(&mut parents, unit)).collect()
}

fn root(parents: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}
