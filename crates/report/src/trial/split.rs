//! Viewers by lot: a confidence sequence over broadcasts, in each of which both covers were shown.

use std::collections::BTreeMap;

use super::{Effect, Outcome};
use coverledger_config::Assignment;
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Interval, Scale, jackknife, sequence};

/// Sums and trials of the control, then of the arm.
type Sides = [[f64; 2]; 2];

/// What was known after a date on which anything was seen.
struct Look {
    day: usize,
    ratio: Option<f64>,
    broadcasts: usize,
    /// Of the ratio's logarithm; `None` with fewer broadcasts than an interval needs.
    estimate: Option<Estimate>,
}

/// See [`super::effects`]; outcomes are those of the arm and of the control only.
pub(super) fn effect(
    outcomes: &[Outcome],
    arm: usize,
    days: usize,
    (planned, by): (f64, Assignment),
    level: f64,
) -> Option<Effect> {
    let looks = looks(outcomes, arm, days);
    let [p_better, p_worse] = p_by_look(outcomes, arm, days, (planned, by)).last().copied().unwrap_or([1.0; 2]);
    let mut today = None;
    let mut common = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    let mut interval = None;
    for (broadcasts, estimate) in looks.iter().filter_map(|look| Some((look.broadcasts, look.estimate?))) {
        let (error, seen) = (estimate.standard_error, float(broadcasts));
        let half = sequence::half_width(error, seen, planned, 1.0 - level);
        let now = Interval { low: estimate.value - half, high: estimate.value + half };
        today = Some(now);
        common = Interval { low: common.low.max(now.low), high: common.high.min(now.high) };
        // Where the estimate has left what all looks have in common it was not one effect all the time.
        let is_one = common.low <= estimate.value && estimate.value <= common.high;
        interval = Some(if is_one { common } else { now });
    }
    let [interval, today] = [interval, today]
        .map(|logs| logs.map(|logs: Interval| Interval { low: logs.low.exp_m1(), high: logs.high.exp_m1() }));
    let last = looks.last()?;
    last.ratio.map(|ratio| Effect {
        value: ratio - 1.0,
        interval,
        today,
        p_better,
        p_worse,
        clusters: last.broadcasts,
        information: Some(float(last.broadcasts)),
        left_out: None,
    })
}

/// The p values of [`effect`] after each look.
pub(super) fn p_by_look(
    outcomes: &[Outcome],
    arm: usize,
    days: usize,
    (planned, _): (f64, Assignment),
) -> Vec<[f64; 2]> {
    let mut least = [1.0_f64; 2];
    let mut by_look = vec![[1.0; 2]; days];
    for look in looks(outcomes, arm, days) {
        if let Some(Estimate { value, standard_error, .. }) = look.estimate {
            let p_value = sequence::p_value(value, standard_error, float(look.broadcasts), planned);
            let side = usize::from(value < 0.0);
            least[side] = least[side].min(p_value);
        }
        by_look[look.day..].fill(least);
    }
    by_look
}

/// Whether a plain interval, looked at every night, ever told the arm from the control.
pub(super) fn unguarded(outcomes: &[Outcome], arm: usize, days: usize, level: f64) -> bool {
    let is_told = |look: &Look| {
        let interval = look.estimate.map(|estimate| estimate.interval(1.0 - level, Scale::Identity));
        interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0)
    };
    looks(outcomes, arm, days).iter().any(is_told)
}

fn looks(outcomes: &[Outcome], arm: usize, days: usize) -> Vec<Look> {
    let mut clusters: BTreeMap<usize, Sides> = BTreeMap::new();
    let mut rest = outcomes.iter().peekable();
    let mut looks = Vec::new();
    for day in 0..days {
        let mut is_news = false;
        while let Some(outcome) = rest.next_if(|outcome| outcome.look <= day) {
            let side = &mut clusters.entry(outcome.cluster).or_default()[usize::from(outcome.arm == arm)];
            side[0] += outcome.sum;
            side[1] += outcome.trials;
            is_news = true;
        }
        if !is_news {
            continue;
        }
        let parts: Vec<&Sides> =
            clusters.values().filter(|sides| sides.iter().any(|side| side[1] > 0.0)).collect();
        let total = parts.iter().fold(Sides::default(), |sum, part| plus(&sum, part, 1.0));
        let without =
            |left_out: Option<usize>| log_ratio(&left_out.map_or(total, |at| plus(&total, parts[at], -1.0)));
        let is_enough = parts.len() >= FEWEST_CLUSTERS;
        let estimate = if is_enough { jackknife(parts.len(), without) } else { None };
        looks.push(Look { day, ratio: ratio(&total), broadcasts: parts.len(), estimate });
    }
    looks
}

fn plus(one: &Sides, other: &Sides, times: f64) -> Sides {
    [0, 1].map(|side| [0, 1].map(|part| one[side][part] + times * other[side][part]))
}

/// Rate of the arm ÷ rate of the control.
fn ratio([control, arm]: &Sides) -> Option<f64> {
    let is_known = control[0] > 0.0 && control[1] > 0.0 && arm[1] > 0.0;
    is_known.then(|| (arm[0] / arm[1]) / (control[0] / control[1]))
}

/// Of an arm with nothing there is none.
fn log_ratio(sides: &Sides) -> Option<f64> {
    ratio(sides).filter(|ratio| *ratio > 0.0).map(f64::ln)
}

#[expect(clippy::cast_precision_loss, reason = "a count of broadcasts")]
fn float(count: usize) -> f64 {
    count as f64
}
