//! Effects by steps, from viewers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::cells::{EFFECT_DAYS, STEPS, ViewerDays, VisitCell, step};
use super::super::panel::Chain;
use super::{Compared, Loss, Method, Metric, Row, Step};
use crate::tally::float;
use coverledger_core::model::VisitQuality;
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, StepCell, StepEffects};

const BAD: [VisitQuality; STEPS] = [VisitQuality::Slow, VisitQuality::Stalled, VisitQuality::Failed];

/// Of CTR and of entries: all bad visits, each step that there is, and what a step more does.
pub(super) fn rows(days: &ViewerDays, chain: Chain) -> Vec<Row> {
    let is_watched = days.last_month.dates > 0;
    if days.visits.is_empty() {
        let compared = Compared { is_watched, ..Compared::default() };
        return vec![super::no_row(Method::Viewers(Some(compared)))];
    }
    [Metric::Ctr, Metric::Entries].into_iter().flat_map(|metric| of_metric(days, metric, chain)).collect()
}

fn of_metric(days: &ViewerDays, metric: Metric, chain: Chain) -> Vec<Row> {
    let fit = |is_by_step| StepEffects::of(&cells(days, metric, is_by_step));
    let (together, by_step) = (fit(false), fit(true));
    let effect = |fit: &StepEffects, contrast: [f64; STEPS]| {
        (fit.clusters() >= FEWEST_CLUSTERS).then(|| fit.effect(contrast)).flatten()
    };
    let row = |step: Step, effect: Option<Estimate>| Row {
        method: Method::Viewers(Some(compared(days, metric, step))),
        metric,
        step,
        effect,
        loss: effect.and_then(|effect| loss(days, metric, step, &effect, chain)),
        p_adjusted: None,
    };
    let mut rows = vec![row(Step::AllBad, effect(&together, [1.0, 0.0, 0.0]))];
    for (at, quality) in BAD.into_iter().enumerate().filter(|(at, _)| by_step.has(at + 1)) {
        let mut contrast = [0.0; STEPS];
        contrast[at] = 1.0;
        rows.push(row(Step::One(quality), effect(&by_step, contrast)));
    }
    if let Some(contrast) = per_step(&by_step) {
        rows.push(row(Step::Growth, effect(&by_step, contrast)));
    }
    rows
}

/// How effects grow from the first to the last step that there is; `None` of one step alone.
fn per_step(fit: &StepEffects) -> Option<[f64; STEPS]> {
    let there: Vec<usize> = (0..STEPS).filter(|at| fit.has(at + 1)).collect();
    let (first, last) = (*there.first()?, *there.last()?);
    let mut contrast = [0.0; STEPS];
    if first == last {
        return None;
    }
    let steps = float((last - first) as u64);
    contrast[last] = 1.0 / steps;
    contrast[first] = -1.0 / steps;
    Some(contrast)
}

fn cells(days: &ViewerDays, metric: Metric, is_by_step: bool) -> Vec<StepCell> {
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let cell = |(key, cell): (&super::super::cells::VisitKey, &VisitCell)| {
        let at = step(key.quality);
        let doses = doses(cell, metric);
        let (step, doses) = if is_by_step {
            (at.map_or(0, |at| at + 1), doses)
        } else {
            (usize::from(at.is_some()), [doses.iter().sum(), 0.0, 0.0])
        };
        let [weight, before, after] = outcome(cell, metric);
        StepCell {
            cluster: number(key.broadcast),
            stratum: number(key.slot),
            group: usize::from(key.group),
            step,
            weight,
            outcome: after - before,
            doses,
        }
    };
    days.visits.iter().map(cell).filter(|cell| cell.weight > 0.0).collect()
}

/// Weight, and the weighted sums before and after.
fn outcome(cell: &VisitCell, metric: Metric) -> [f64; 3] {
    match metric {
        Metric::Ctr => [cell.weight, cell.before, cell.after],
        Metric::Entries => [float(cell.visits), float(cell.entries[0]), float(cell.entries[1])],
    }
}

fn doses(cell: &VisitCell, metric: Metric) -> [f64; STEPS] {
    match metric {
        Metric::Ctr => cell.exposed,
        #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 local dates")]
        Metric::Entries => cell.exposed_dates.map(|dates| dates as f64 / f64::from(EFFECT_DAYS)),
    }
}

/// Whether visits of this quality are meant.
fn is_meant(quality: VisitQuality, of: Step) -> bool {
    match of {
        Step::AllBad | Step::Growth => true,
        Step::One(one) => quality == one,
    }
}

/// What is compared, in broadcasts and slots that had both.
fn compared(days: &ViewerDays, metric: Metric, of: Step) -> Compared {
    type Side = ([f64; 3], u64, u64);
    let mut strata: BTreeMap<(u32, u32), [Side; 2]> = BTreeMap::new();
    for (key, cell) in &days.visits {
        let is_good = step(key.quality).is_none();
        if !is_good && !is_meant(key.quality, of) {
            continue;
        }
        let side = &mut strata.entry((key.broadcast, key.slot)).or_default()[usize::from(is_good)];
        for (sum, more) in side.0.iter_mut().zip(outcome(cell, metric)) {
            *sum += more;
        }
        side.1 += if metric == Metric::Ctr { cell.compared } else { cell.visits };
        side.2 += cell.visits;
    }
    let mut compared = Compared { is_told: true, is_watched: true, ..Compared::default() };
    let (mut levels, mut weights) = ([[0.0; 2]; 2], 0.0);
    let mut broadcasts: BTreeSet<u32> = BTreeSet::new();
    for ((broadcast, _), [bad, good]) in &strata {
        let [weight_bad, weight_good] = [bad.0[0], good.0[0]];
        if weight_bad <= 0.0 || weight_good <= 0.0 {
            continue;
        }
        broadcasts.insert(*broadcast);
        compared.bad += bad.1;
        compared.good += good.1;
        compared.left_out += bad.2 - bad.1 + good.2 - good.1;
        let weight = weight_bad * weight_good / (weight_bad + weight_good);
        weights += weight;
        for (level, (sums, ..)) in levels.iter_mut().zip([bad, good]) {
            level[0] += weight * sums[1] / sums[0];
            level[1] += weight * sums[2] / sums[0];
        }
    }
    compared.broadcasts = broadcasts.len();
    compared.levels = (weights > 0.0).then(|| levels.map(|level| level.map(|sum| sum / weights)));
    compared
}

fn loss(days: &ViewerDays, metric: Metric, of: Step, effect: &Estimate, chain: Chain) -> Option<Loss> {
    let last = &days.last_month;
    if metric != Metric::Ctr || of == Step::Growth || last.dates == 0 {
        return None;
    }
    let sum = |counts: &[u64; STEPS]| -> u64 {
        BAD.iter().zip(counts).filter(|(quality, _)| is_meant(**quality, of)).map(|(_, count)| count).sum()
    };
    Some(Loss::of(effect, last.dates, sum(&last.bad_visits), float(sum(&last.exposed)), chain))
}
