//! How long the cover before is still seen: what the turn before has to do with the outcome of a turn.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::trial::{AiredTurn, aired, worth};
use coverledger_config::{Experiment, PlannedTurn};
use coverledger_stats::{Estimate, Interval, Scale, SeededRng, jackknife};

/// Schedules that the real one is held against.
const REDRAWN: usize = 999;
/// Draws them.
const SEED: u64 = 20_261_130;
/// Of how many dates at least, each of which is left out once.
const FEWEST_DATES: usize = 8;
/// An interval that is wider than this share of a turn says nothing.
const WIDEST: f64 = 0.5;

/// What a rotation says of how long the cover before is still seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarryOver {
    /// In minutes from the beginning of a turn: for so long outcomes are still those of the cover before, on average. Less than
    /// 0 only by chance.
    pub minutes: f64,
    /// The 95 % interval of it.
    pub interval: Interval,
    /// How often schedules that were as likely show as much of it by chance alone (one-sided).
    pub p_value: f64,
    /// Turns that follow another one in which something was on air.
    pub turns: usize,
}

/// A turn that follows another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follower {
    /// Its place in the schedule; that of the turn before is one less.
    pub(crate) at: usize,
    look: usize,
    pub(crate) stratum: usize,
    pub(crate) value: f64,
    pub(crate) hours: f64,
}

/// What the published `turns` of a rotation say of carry-over in one market of a platform; `None` where a count that has a
/// weight is not known, on fewer than eight dates, and where covers differ too little to tell one from the other after a
/// change.
///
/// The model of cross-over designs with first-order carry-over (Jones and Kenward 2014, "Design and Analysis of Cross-Over
/// Trials", 1.5 and 5; for switching by a schedule Bojinov, Simchi-Levi and Zhao 2023, Management Science 69): over its stratum's
/// rate, an hour of a turn earns 1 + (1 − θ)·e(its cover) + θ·e(the cover before). θ is the share of the turn that is still
/// the other's. e is how much more a cover had than was expected of it.
#[must_use]
pub fn carry_over(evidence: &Evidence, experiment: &Experiment, turns: &[PlannedTurn]) -> Option<CarryOver> {
    let rotation = experiment.rotation()?;
    let followers = followers(evidence, experiment, turns)?;
    let covers: Vec<usize> = turns.iter().map(|turn| turn.cover).collect();
    let effects = effects(&followers, &covers, experiment.covers.len())?;
    let mut dates: Vec<usize> = followers.iter().map(|turn| turn.look).collect();
    dates.dedup();
    if dates.len() < FEWEST_DATES {
        return None;
    }
    let share = |without: Option<usize>| {
        let kept = followers.iter().filter(|turn| without.is_none_or(|at| turn.look != dates[at]));
        let [own, before] = slopes(kept, &covers, &effects)?;
        Some(before / (own + before))
    };
    let share = jackknife(dates.len(), share)?;
    let minutes = float(usize::try_from(rotation.turn_seconds).ok()?) / 60.0;
    let [value, standard_error] = [share.value * minutes, share.standard_error * minutes];
    let interval = Estimate { value, standard_error, ..share }.interval(0.95, Scale::Identity);
    if interval.high - interval.low > 2.0 * WIDEST * minutes {
        return None;
    }
    let p_value = p_value(&followers, &covers, &effects, &super::trial::blocks(turns, experiment.covers.len()));
    Some(CarryOver { minutes: value, interval, p_value, turns: followers.len() })
}

/// Turns with what was counted in all of them, with their burn-in. `None` where that is not known.
pub(crate) fn followers(
    evidence: &Evidence,
    experiment: &Experiment,
    turns: &[PlannedTurn],
) -> Option<Vec<Follower>> {
    let aired = aired(evidence, experiment, turns, experiment.to);
    let mut values = vec![0.0; turns.len()];
    for row in &evidence.rows {
        let Some(turn) = row.turn else { continue };
        if let Ok(at) = turns.binary_search_by_key(&turn.starts_at, |turn| turn.starts_at) {
            values[at] += worth(experiment.value, &row.figures, |measure| measure.value)?;
        }
    }
    let follower = |at: usize| {
        let AiredTurn { look, stratum, .. } = aired[at]?;
        aired[at - 1].filter(|_| turns[at - 1].ends_at == turns[at].starts_at)?;
        let hours = turns[at].ends_at.duration_since(turns[at].starts_at).as_secs_f64() / 3600.0;
        Some(Follower { at, look, stratum, value: values[at], hours })
    };
    Some((1..turns.len()).filter_map(follower).collect())
}

/// By how much each cover had more than is expected of it at the rate of all in each stratum: observed ÷ expected − 1.
pub(crate) fn effects(followers: &[Follower], covers: &[usize], arms: usize) -> Option<Vec<f64>> {
    let rates = rates(followers.iter());
    let mut sums = vec![[0.0; 2]; arms];
    for turn in followers {
        let [observed, expected] = &mut sums[covers[turn.at]];
        *observed += turn.value;
        *expected += turn.hours * rates.get(&turn.stratum)?;
    }
    sums.into_iter().map(|[observed, expected]| (expected > 0.0).then(|| observed / expected - 1.0)).collect()
}

/// What an hour is worth in each stratum.
pub(crate) fn rates<'f>(followers: impl Iterator<Item = &'f Follower>) -> BTreeMap<usize, f64> {
    let mut sums: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
    for turn in followers {
        let [value, hours] = sums.entry(turn.stratum).or_default();
        *value += turn.value;
        *hours += turn.hours;
    }
    sums.into_iter().map(|(stratum, [value, hours])| (stratum, value / hours)).collect()
}

/// Weighted least squares of value ÷ expected value on the effect of the cover and on that of the cover before, both around
/// their mean in the stratum; weights are expected values, as the variance of a count is its mean.
fn slopes<'f>(
    followers: impl Iterator<Item = &'f Follower> + Clone,
    covers: &[usize],
    effects: &[f64],
) -> Option<[f64; 2]> {
    let rates = rates(followers.clone());
    let [own, before] = [0, 1].map(|back| move |turn: &Follower| effects[covers[turn.at - back]]);
    let mut means: BTreeMap<usize, [f64; 3]> = BTreeMap::new();
    for turn in followers.clone() {
        let mean = means.entry(turn.stratum).or_default();
        *mean = [mean[0] + turn.hours, mean[1] + turn.hours * own(turn), mean[2] + turn.hours * before(turn)];
    }
    let mut moments = [0.0; 5];
    for turn in followers {
        let (rate, [hours, mean_own, mean_before]) = (*rates.get(&turn.stratum)?, *means.get(&turn.stratum)?);
        if rate <= 0.0 {
            continue;
        }
        let weight = turn.hours * rate;
        let [x, z] = [own(turn) - mean_own / hours, before(turn) - mean_before / hours];
        let y = turn.value - weight;
        for (moment, add) in moments.iter_mut().zip([weight * x * x, weight * z * z, weight * x * z, x * y, z * y])
        {
            *moment += add;
        }
    }
    let [xx, zz, xz, xy, zy] = moments;
    let determinant = xx * zz - xz * xz;
    let slopes = [(zz * xy - xz * zy) / determinant, (xx * zy - xz * xy) / determinant];
    slopes.iter().all(|slope| slope.is_finite()).then_some(slopes)
}

/// Without carry-over a turn under another cover would have had that one's effect in place of its own, whatever was before. So
/// schedules are redrawn block by block, and outcomes follow.
fn p_value(followers: &[Follower], covers: &[usize], effects: &[f64], blocks: &[usize]) -> f64 {
    let slope = |followers: &[Follower], covers: &[usize]| {
        slopes(followers.iter(), covers, effects).map_or(f64::NEG_INFINITY, |[_, before]| before)
    };
    let observed = slope(followers, covers);
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, block) in blocks.iter().enumerate() {
        places.entry(*block).or_default().push(at);
    }
    let mut chance = SeededRng::new(SEED, 0);
    let as_much = (0..REDRAWN).filter(|_| {
        let mut redrawn = covers.to_vec();
        for places in places.values() {
            let mut of_block: Vec<usize> = places.iter().map(|at| covers[*at]).collect();
            chance.shuffle(&mut of_block);
            for (at, cover) in places.iter().zip(of_block) {
                redrawn[*at] = cover;
            }
        }
        let times = |at: usize| (1.0 + effects[redrawn[at]]) / (1.0 + effects[covers[at]]).max(f64::MIN_POSITIVE);
        let moved: Vec<Follower> =
            followers.iter().map(|turn| Follower { value: turn.value * times(turn.at), ..*turn }).collect();
        slope(&moved, &redrawn) >= observed
    });
    float(as_much.count() + 1) / float(REDRAWN + 1)
}

#[expect(clippy::cast_precision_loss, reason = "a count of schedules, and seconds of a turn")]
fn float(count: usize) -> f64 {
    count as f64
}
