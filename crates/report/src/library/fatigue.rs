//! Whether a cover fades: how its rate goes with days on air and with impressions, beside the others of the same broadcasts.

use std::collections::BTreeMap;

use super::beside::{Beside, Strengths, Trial, beside, by_unit};
use super::rows::CoverRows;
use crate::shrink::ENOUGH_EXPECTED;
use coverledger_core::model::{COUNTS_OF_COVERS, Count};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Interval, Point, Scale, Trend, student_upper};

use crate::tally::LEVEL;

/// What takes longer to halve a rate does not.
pub(super) const STEADY_DAYS: f64 = 60.0;
/// How often neighbours that fade are taken at what they would have drawn fresh.
const ROUNDS: usize = 6;
/// A slope that changes by less than this is the one that it was, in logarithms a day.
const DONE: f64 = 1e-4;

/// On which days a unit was on air, and how much was shown of it until then.
#[derive(Debug, Clone, Default)]
pub(super) struct Air {
    /// By day: the number of days before, of the stretch between rests, and impressions before in the same era.
    pub(super) days: BTreeMap<i32, Aired>,
    pub(super) stretches: usize,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Aired {
    pub(super) days_before: u32,
    pub(super) stretch: usize,
    pub(super) impressions_before: f64,
}

/// Of every unit; a rest is as many days off air.
pub(super) fn air(rows: &CoverRows, units: &[usize], count: usize, rested_days: u16) -> Vec<Air> {
    let impressions = COUNTS_OF_COVERS.iter().position(|count| *count == Count::Impressions).unwrap_or(0);
    let mut days = vec![BTreeMap::<i32, (u16, f64)>::new(); count];
    for row in &rows.rows {
        let (era, shown) = days[units[row.cover as usize]].entry(row.day).or_default();
        *era = row.era.max(*era);
        *shown += row.counts[impressions].map_or(0.0, f64::from);
    }
    let of = |days: BTreeMap<i32, (u16, f64)>| {
        let mut air = Air::default();
        let mut last: Option<(i32, u16)> = None;
        let mut aired = Aired::default();
        for (day, (era, shown)) in days {
            if let Some((before, era_before)) = last {
                aired.stretch += usize::from(day - before > i32::from(rested_days));
                if era_before != era {
                    aired.impressions_before = 0.0;
                }
            }
            air.days.insert(day, aired);
            aired.days_before += 1;
            aired.impressions_before += shown;
            last = Some((day, era));
        }
        air.stretches = aired.stretch + 1;
        air
    };
    days.into_iter().map(of).collect()
}

/// What is known of a unit's fatigue.
#[derive(Debug, Clone, Default)]
pub(super) struct Fatigue {
    /// Broadcasts or dates in which it was beside others.
    pub(super) clusters: usize,
    /// What the logarithm of its rate gains with a day on air.
    pub(super) by_day: Option<Estimate>,
    /// With an impression, under the newest conventions.
    pub(super) by_impression: Option<Estimate>,
    /// By how much the logarithm rose over the last rest; `None` if it never came back, or that cannot be told.
    pub(super) over_rest: Option<Estimate>,
    /// Whether it came back after a rest.
    pub(super) came_back: bool,
}

impl Fatigue {
    /// What holds the gain of a day with 95 %.
    pub(super) fn interval(&self) -> Option<Interval> {
        Some(self.by_day?.interval(LEVEL, Scale::Identity))
    }

    /// That a day changes nothing; two-sided.
    pub(super) fn p_value(&self) -> Option<f64> {
        let slope = self.by_day?;
        let t = if slope.standard_error > 0.0 { slope.value / slope.standard_error } else { 0.0 };
        Some(2.0 * student_upper(t.abs(), slope.degrees))
    }

    /// Whether it is told to fade, by itself.
    fn fades(&self) -> bool {
        self.interval().is_some_and(|interval| interval.high < 0.0)
    }
}

/// Of every unit, with the strengths that they have fresh; what is left of those that fade is noted in `trials`.
pub(super) fn fatigues(trials: &mut [Trial], airs: &[Air]) -> (Vec<Fatigue>, Strengths) {
    let newest = trials.iter().map(|trial| trial.era).max().unwrap_or(0);
    let mut strengths = Strengths::default();
    let mut slopes = vec![0.0; airs.len()];
    for round in 0.. {
        strengths = Strengths::of(trials, &strengths);
        let parts = by_unit(trials, beside(trials, &strengths), airs.len());
        let fatigues: Vec<Fatigue> =
            parts.iter().zip(airs).map(|(parts, air)| fatigue(trials, parts, air, newest)).collect();
        let next: Vec<f64> = fatigues
            .iter()
            .map(|fatigue| fatigue.by_day.filter(|_| fatigue.fades()).map_or(0.0, |slope| slope.value))
            .collect();
        let change = next.iter().zip(&slopes).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        if round + 1 == ROUNDS || change < DONE {
            return (fatigues, strengths);
        }
        slopes = next;
        for trial in trials.iter_mut() {
            let days = airs[trial.unit].days.get(&trial.day).map_or(0, |aired| aired.days_before);
            trial.left = slopes[trial.unit] * f64::from(days);
        }
    }
    (Vec::new(), strengths)
}

fn fatigue(trials: &[Trial], parts: &[Beside], air: &Air, newest: usize) -> Fatigue {
    // Another era, or a rest, may begin at another level.
    let group = |trial: &Trial, aired: &Aired| trial.era * air.stretches + aired.stretch;
    let points = |of: &dyn Fn(&Aired) -> f64, is_in: &dyn Fn(&Trial) -> bool| -> Vec<Point> {
        let mut sums: BTreeMap<(usize, usize, i32), Point> = BTreeMap::new();
        for part in parts {
            let trial = &trials[part.trial];
            let Some(aired) = air.days.get(&trial.day).filter(|_| is_in(trial)) else { continue };
            let group = group(trial, aired);
            let empty = Point { cluster: trial.cluster, group, at: of(aired), observed: 0.0, expected: 0.0 };
            let sum = sums.entry((trial.cluster, group, trial.day)).or_insert(empty);
            sum.observed += part.observed;
            sum.expected += part.expected;
        }
        sums.into_values().collect()
    };
    let by_day = points(&|aired| f64::from(aired.days_before), &|_| true);
    let mut clusters: Vec<usize> = by_day.iter().map(|point| point.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let came_back = air.stretches > 1;
    let mut fatigue = Fatigue { clusters: clusters.len(), came_back, ..Fatigue::default() };
    if !is_enough(&by_day) {
        return fatigue;
    }
    let trend = Trend::of(&by_day);
    fatigue.by_day = trend.as_ref().map(|trend| trend.slope);
    let by_impression = points(&|aired| aired.impressions_before, &|trial| trial.era == newest);
    if is_enough(&by_impression) {
        fatigue.by_impression = Trend::of(&by_impression).map(|trend| trend.slope);
    }
    if let Some(trend) = trend.filter(|_| came_back) {
        let mut groups: Vec<usize> = by_day.iter().map(|point| point.group).collect();
        groups.sort_unstable();
        groups.dedup();
        // The last two stretches of one era.
        let pair = groups.windows(2).rev().find(|pair| pair[0] / air.stretches == pair[1] / air.stretches);
        let is_known = |group: &usize| trend.level(*group).is_finite();
        let pair = pair.filter(|pair| pair.iter().all(is_known));
        fatigue.over_rest = pair.and_then(|pair| trend.step(pair[0], pair[1]));
    }
    fatigue
}

/// Whether there are eight clusters, and five successes were to be expected.
fn is_enough(points: &[Point]) -> bool {
    let mut clusters: Vec<usize> =
        points.iter().filter(|point| point.expected > 0.0).map(|point| point.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.len() >= FEWEST_CLUSTERS && points.iter().map(|point| point.expected).sum::<f64>() >= ENOUGH_EXPECTED
}
