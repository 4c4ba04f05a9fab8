//! What comes in an hour on air, and how much of that is due to the covers that were shown.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::clock::hours_of;
use super::fit::{Cells, Fit, add, cells_by_day};
use crate::evidence::{Evidence, Observed};
use crate::rates::Rate;
use crate::tally::{LEVEL, float};
use coverledger_config::Market;
use coverledger_core::model::Count;
use coverledger_stats::{FEWEST_CLUSTERS, Interval, Scale, information, jackknife};

/// What comes in an hour in which the slot is on air.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    /// The slot's hours on the dates on which it was on air.
    pub(super) hours: f64,
    pub(super) per_hour: Option<f64>,
    pub(super) interval: Option<Interval>,
    /// Had all slots had the same covers; `None` where its covers ran in no other slot.
    pub(super) adjusted: Option<f64>,
    pub(super) adjusted_interval: Option<Interval>,
    /// What the adjusted one, or where there is none the plain one, exceeds with 95 %.
    pub(super) proven: Option<f64>,
}

/// What is counted of slots and audiences, by date.
pub(super) struct Paces<'a> {
    evidence: &'a Evidence,
    /// Entrants, or clicks where no entrants are known.
    pub(super) counted: Option<Count>,
    /// The hours of each slot on each date on which it was on air, for whatever audience.
    hours: Vec<BTreeMap<Date, f64>>,
    /// How good the covers were that each cell of slot and audience had, and without each date.
    covers: Fit,
    covers_without: BTreeMap<Date, Fit>,
}

impl<'a> Paces<'a> {
    pub(super) fn of(evidence: &'a Evidence, market: &Market, rate: Option<&Rate>) -> Self {
        let is_known = |count: &Count| evidence.rows.iter().any(|row| row.figures.get(*count).is_some());
        let mut hours = vec![BTreeMap::new(); evidence.slots.len()];
        for row in &evidence.rows {
            let slot: &mut BTreeMap<Date, f64> = &mut hours[row.slot];
            if !slot.contains_key(&row.local_date) {
                let of_day = hours_of(market, &evidence.slots[row.slot], row.local_date);
                slot.extend(of_day.map(|hours| (row.local_date, hours)));
            }
        }
        let by_day = rate.map(|rate| cells_by_day(evidence, rate)).unwrap_or_default();
        let mut whole = Cells::new();
        for cells in by_day.values() {
            add(&mut whole, cells, 1.0);
        }
        let cells = evidence.slots.len() * evidence.audiences.len();
        let covers = Fit::of(&whole, cells, evidence.covers.len(), None);
        let without = |(date, of_day): (&Date, &Cells)| {
            let mut rest = whole.clone();
            add(&mut rest, of_day, -1.0);
            (*date, Fit::of(&rest, cells, evidence.covers.len(), Some(&covers)))
        };
        let covers_without = by_day.iter().map(without).collect();
        let counted = [Count::Entrants, Count::Clicks].into_iter().find(is_known);
        Self { evidence, counted, hours, covers, covers_without }
    }

    /// The slots of one audience, or of all together; rows of each are those of the slot and of it.
    pub(super) fn of_audience(&self, audience: Option<usize>, slots: &[usize]) -> Vec<Pace> {
        let days: Vec<BTreeMap<Date, f64>> = slots.iter().map(|slot| self.days(*slot, audience)).collect();
        let hours = |slot: usize| &self.hours[slot];
        let spread = spread(slots.iter().zip(&days).map(|(slot, days)| (hours(*slot), days)));
        (slots.iter().zip(&days)).map(|(slot, days)| self.pace(*slot, audience, days, spread)).collect()
    }

    /// What came on each date on which the slot was on air: nought where this audience did not come. Empty where it is not
    /// known.
    fn days(&self, slot: usize, audience: Option<usize>) -> BTreeMap<Date, f64> {
        let Some(counted) = self.counted else { return BTreeMap::new() };
        let mut days: BTreeMap<Date, f64> = self.hours[slot].keys().map(|date| (*date, 0.0)).collect();
        let is_of = |row: &&Observed| row.slot == slot && audience.is_none_or(|audience| row.audience == audience);
        for row in self.evidence.rows.iter().filter(is_of) {
            let Some(measure) = row.figures.get(counted) else { return BTreeMap::new() };
            if let Some(sum) = days.get_mut(&row.local_date) {
                *sum += float(measure.value);
            }
        }
        days
    }

    fn pace(&self, slot: usize, audience: Option<usize>, days: &BTreeMap<Date, f64>, spread: Option<f64>) -> Pace {
        let hours = &self.hours[slot];
        let (all, whole): (f64, f64) = (hours.values().sum(), days.values().sum());
        if days.is_empty() || all <= 0.0 {
            return Pace { hours: all, ..Pace::default() };
        }
        let dates: Vec<&Date> = days.keys().collect();
        let per_hour = |left_out: Option<usize>| match left_out.map(|at| dates[at]) {
            None => Some(whole / all),
            Some(date) => {
                let rest = all - hours[date];
                (rest > 1e-9).then(|| (whole - days[date]).max(0.0) / rest)
            }
        };
        let goodness = |left_out: Option<usize>| {
            let fit = left_out.and_then(|at| self.covers_without.get(dates[at])).unwrap_or(&self.covers);
            fit.of_slot(self.evidence, slot, audience)
        };
        let adjusted = |left_out: Option<usize>| Some(per_hour(left_out)? / goodness(left_out)?);
        let interval = |of: &dyn Fn(Option<usize>) -> Option<f64>| {
            let is_enough = dates.len() >= FEWEST_CLUSTERS;
            let estimate = is_enough.then(|| jackknife(dates.len(), of)).flatten();
            let estimate = estimate.filter(|estimate| estimate.value > 0.0);
            estimate.map(|estimate| estimate.worth(worth(days.values())).interval(LEVEL, Scale::Log))
        };
        let told = adjusted(None).or(per_hour(None));
        // As many days as it was on air, each as different from the others as days of these slots are.
        let error = spread.map(|spread| (spread / float(dates.len() as u64)).sqrt());
        Pace {
            hours: all,
            per_hour: per_hour(None),
            interval: interval(&per_hour),
            adjusted: adjusted(None),
            adjusted_interval: interval(&adjusted),
            proven: told.map(|told| told / (error.unwrap_or(0.0) * 1.645).exp()),
        }
    }
}

/// So many days of equal size are these worth, by half: a few great days make sums skewed, and with the degrees of freedom
/// of all days the interval would lie too low.
pub(super) fn worth<'a>(days: impl Iterator<Item = &'a f64>) -> f64 {
    information(days.copied()) / 2.0
}

/// The variance of what comes in an hour from day to day, ÷ the square of its mean, pooled over slots; `None` where none was
/// on air twice.
fn spread<'b>(slots: impl Iterator<Item = (&'b BTreeMap<Date, f64>, &'b BTreeMap<Date, f64>)>) -> Option<f64> {
    let (mut squares, mut degrees) = (0.0, 0.0);
    for (hours, days) in slots {
        let mean = days.values().sum::<f64>() / hours.values().sum::<f64>();
        if days.len() < 2 || mean <= 0.0 {
            continue;
        }
        squares += days.iter().map(|(date, sum)| (sum / hours[date] / mean - 1.0).powi(2)).sum::<f64>();
        degrees += float(days.len() as u64) - 1.0;
    }
    (degrees > 0.0).then(|| squares / degrees)
}
