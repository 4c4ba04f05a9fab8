//! Viewers by lot: a confidence sequence over broadcasts, in each of which both covers were shown.

use std::collections::BTreeMap;

use super::{Effect, Outcome};
use coverledger_config::Assignment;
use coverledger_stats::{
    Estimate, FEWEST_CLUSTERS, Interval, Matched, Scale, jackknife, normal_quantile, sequence,
};

/// By how many times the degrees of freedom are taken for more than they are. The sequence is made for looks without end and
/// spends about a third of its level on those up to the plan; with this the rest pays for errors that are estimated from
/// few broadcasts, and with the plain degrees no more than 2 % would ever be found where there is nothing
/// (`docs/STATISTICS.md` has the table).
const SLACK: f64 = 3.0;

/// For so many broadcasts, drawn by what.
type Planned = (f64, Assignment);

/// What was known after a date on which anything was seen.
struct Look {
    day: usize,
    /// Rate of the arm ÷ rate of the control, and in how many broadcasts both were seen.
    ratio: Option<f64>,
    broadcasts: usize,
    information: f64,
    left_out: Option<f64>,
    /// Of the ratio's logarithm; `None` while nothing can be said of its error.
    estimate: Option<Estimate>,
}

/// See [`super::effects`]; outcomes are those of the arm and of the control only.
pub(super) fn effect(
    outcomes: &[Outcome],
    arm: usize,
    days: usize,
    (planned, by): Planned,
    level: f64,
) -> Option<Effect> {
    let looks = looks(outcomes, arm, days, by);
    let [p_better, p_worse] = running(&looks, days, planned, 0.0).last().copied().unwrap_or([1.0; 2]);
    let mut common = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    let (mut interval, mut today) = (None, None);
    for look in &looks {
        today = look.estimate.map(|estimate| {
            let half = sequence::half_width(&estimate, look.information, planned, 1.0 - level);
            let now = Interval { low: estimate.value - half, high: estimate.value + half };
            common = Interval { low: common.low.max(now.low), high: common.high.min(now.high) };
            // Where the estimate has left what all looks have in common it was not one effect all the time.
            let is_one = common.low <= estimate.value && estimate.value <= common.high;
            interval = Some(if is_one { common } else { now });
            now
        });
    }
    let shares = |logs: Interval| Interval { low: logs.low.exp_m1(), high: logs.high.exp_m1() };
    let last = looks.last()?;
    last.ratio.map(|ratio| Effect {
        value: ratio - 1.0,
        interval: interval.map(shares),
        today: today.map(shares),
        p_better,
        p_worse,
        clusters: last.broadcasts,
        information: Some(last.information),
        left_out: last.left_out,
    })
}

/// The p values of [`effect`] after each look.
pub(super) fn p_by_look(
    outcomes: &[Outcome],
    arm: usize,
    days: usize,
    (planned, by): Planned,
    log_ratio: f64,
) -> Vec<[f64; 2]> {
    running(&looks(outcomes, arm, days, by), days, planned, log_ratio)
}

/// Of lying above and below this ratio, each the least of the looks at which the estimate pointed that way.
fn running(looks: &[Look], days: usize, planned: f64, log_ratio: f64) -> Vec<[f64; 2]> {
    let mut least = [1.0_f64; 2];
    let mut by_look = vec![[1.0; 2]; days];
    for look in looks {
        if let Some(estimate) = look.estimate {
            let estimate = Estimate { value: estimate.value - log_ratio, ..estimate };
            let side = usize::from(estimate.value < 0.0);
            least[side] = sequence::least_p_value(&estimate, look.information, planned, least[side]);
        }
        by_look[look.day..].fill(least);
    }
    by_look
}

/// Whether a plain interval over broadcasts, looked at every night, ever told the arm from the control.
pub(super) fn unguarded(outcomes: &[Outcome], arm: usize, days: usize, level: f64) -> bool {
    let mut clusters: BTreeMap<usize, [[f64; 2]; 2]> = BTreeMap::new();
    let mut rest = outcomes.iter().peekable();
    (0..days).any(|day| {
        while let Some(outcome) = rest.next_if(|outcome| outcome.look <= day) {
            let side = &mut clusters.entry(outcome.cluster).or_default()[usize::from(outcome.arm == arm)];
            *side = [side[0] + outcome.sum, side[1] + outcome.trials];
        }
        is_told(clusters.values(), level)
    })
}

fn is_told<'s>(clusters: impl Iterator<Item = &'s [[f64; 2]; 2]>, level: f64) -> bool {
    let parts: Vec<[f64; 4]> = clusters.map(|[[s, n], [t, m]]| [*s, *n, *t, *m]).collect();
    if parts.len() < FEWEST_CLUSTERS {
        return false;
    }
    let total = parts.iter().fold([0.0; 4], |sum, part| std::array::from_fn(|at| sum[at] + part[at]));
    let log_ratio = |left_out: Option<usize>| {
        let gone = left_out.map_or([0.0; 4], |at| parts[at]);
        let [s, n, t, m] = std::array::from_fn(|at| total[at] - gone[at]);
        (s > 0.0 && n > 0.0 && t > 0.0 && m > 0.0).then(|| (t / m / (s / n)).ln())
    };
    // Student's intervals are never narrower than normal ones, which cost less to look at.
    let narrowest = normal_quantile(1.0 - level / 2.0);
    let is_near = |it: &Estimate| it.value.abs() <= 0.999 * narrowest * it.standard_error;
    let estimate = jackknife(parts.len(), log_ratio).filter(|it| !is_near(it));
    let interval = estimate.map(|it| it.interval(1.0 - level, Scale::Identity));
    interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0)
}

fn looks(outcomes: &[Outcome], arm: usize, days: usize, by: Assignment) -> Vec<Look> {
    // Where viewers keep their cover and are not told apart, nothing is known of how much is chance.
    let is_by_groups = by == Assignment::Viewer;
    let has_units = !is_by_groups || outcomes.iter().all(|outcome| outcome.group.is_some());
    let group = |outcome: &Outcome| outcome.group.map_or(usize::MAX, usize::from);
    let groups = outcomes.iter().filter_map(|outcome| outcome.group).max().map_or(0, |most| usize::from(most) + 1);
    let mut matched = Matched::new(if is_by_groups && has_units { groups } else { 0 });
    let mut rest = outcomes.iter().peekable();
    let mut looks = Vec::new();
    for day in 0..days {
        let mut is_news = false;
        while let Some(outcome) = rest.next_if(|outcome| outcome.look <= day) {
            matched.add(outcome.stratum, group(outcome), outcome.arm == arm, outcome.sum, outcome.trials);
            is_news = true;
        }
        if is_news {
            looks.push(look(&mut matched, day, has_units));
        }
    }
    looks
}

fn look(matched: &mut Matched, day: usize, has_units: bool) -> Look {
    let information = matched.information();
    let worth = information.min(matched.group_information());
    let is_enough = has_units && information >= FEWEST - ROUNDING;
    let estimate = if is_enough { matched.estimate() } else { None };
    Look {
        day,
        ratio: matched.ratio(),
        broadcasts: matched.strata(),
        information,
        left_out: matched.left_out(),
        estimate: estimate.map(|estimate| Estimate { degrees: SLACK * (worth - 1.0), ..estimate }),
    }
}

/// Looks begin at so many broadcasts of equal size, which sums are off by a little.
#[expect(clippy::cast_precision_loss, reason = "eight")]
const FEWEST: f64 = FEWEST_CLUSTERS as f64;
const ROUNDING: f64 = 1e-9;
