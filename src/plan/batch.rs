//! Market-days that are counted together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{DayStatus, PlannedDay, PlannedExport, PlatformPlan, export_dates};
use coverledger_core::model::MarketDay;

/// Due market-days that are counted together, and every export that any of them needs.
#[derive(Debug, Clone)]
pub struct Batch<'p> {
    /// Newest first.
    pub days: Vec<&'p PlannedDay>,
    /// Sorted by key.
    pub exports: Vec<&'p PlannedExport>,
}

impl<'p> Batch<'p> {
    /// All objects of the export dates that these days need, for every market: the rejects of a date are published
    /// together.
    fn of(plan: &'p PlatformPlan, days: Vec<&'p PlannedDay>) -> Self {
        let windows = days.iter().map(|day| day.windows.as_slice());
        let definitions = days.first().map_or(0, |day| day.windows.len());
        let dates: Vec<BTreeSet<Date>> =
            (0..definitions).map(|export| export_dates(windows.clone(), export)).collect();
        let is_read = |planned: &&PlannedExport| {
            let of_export = dates.get(planned.export);
            planned.found.export_date.is_none_or(|date| of_export.is_some_and(|dates| dates.contains(&date)))
        };
        let exports = plan.exports.iter().filter(is_read).collect();
        Self { days, exports }
    }

    /// The local dates in the batch.
    #[must_use]
    pub fn dates(&self) -> usize {
        self.days.iter().map(|day| day.market_day.local_date).collect::<BTreeSet<Date>>().len()
    }

    /// The size of its exports in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.exports.iter().map(|export| export.found.object.size).sum()
    }
}

impl PlatformPlan {
    /// The due market-days in batches, newest first: as many dates at a time as `max_dates` and `max_bytes` of
    /// exports allow, at least one.
    #[must_use]
    pub fn batches(&self, max_dates: usize, max_bytes: u64) -> Vec<Batch<'_>> {
        self.batches_of(max_dates, max_bytes, |_| true)
    }

    /// The same, for the due market-days for which `wanted` returns true.
    #[must_use]
    pub fn batches_of(
        &self,
        max_dates: usize,
        max_bytes: u64,
        wanted: impl Fn(&MarketDay) -> bool,
    ) -> Vec<Batch<'_>> {
        let is_due = |day: &&PlannedDay| matches!(day.status, DayStatus::Due(_)) && wanted(&day.market_day);
        let mut by_date: BTreeMap<Date, Vec<&PlannedDay>> = BTreeMap::new();
        for day in self.days.iter().filter(is_due) {
            by_date.entry(day.market_day.local_date).or_default().push(day);
        }
        let mut batches: Vec<Batch<'_>> = Vec::new();
        let mut open: Vec<&PlannedDay> = Vec::new();
        let mut dates = 0;
        for days in by_date.into_values().rev() {
            let more: Vec<&PlannedDay> = open.iter().copied().chain(days.iter().copied()).collect();
            let batch = Batch::of(self, more);
            if dates > 0 && (dates == max_dates || batch.bytes() > max_bytes) {
                batches.push(Batch::of(self, std::mem::take(&mut open)));
                open = days;
                dates = 1;
            } else {
                open = batch.days;
                dates += 1;
            }
        }
        if !open.is_empty() {
            batches.push(Batch::of(self, open));
        }
        batches
    }

    /// The batch of these market-days of the plan, in this order.
    #[must_use]
    pub fn batch_of(&self, market_days: &[MarketDay]) -> Batch<'_> {
        let planned: BTreeMap<&MarketDay, &PlannedDay> =
            self.days.iter().map(|day| (&day.market_day, day)).collect();
        Batch::of(self, market_days.iter().filter_map(|day| planned.get(day).copied()).collect())
    }

    /// The batch without these market-days; `None` if nothing is left.
    #[must_use]
    pub fn without<'p>(&'p self, batch: Batch<'p>, left_out: impl Fn(&MarketDay) -> bool) -> Option<Batch<'p>> {
        let (before, mut days) = (batch.days.len(), batch.days);
        days.retain(|day| !left_out(&day.market_day));
        if days.len() == before {
            return Some(Batch { days, exports: batch.exports });
        }
        (!days.is_empty()).then(|| Batch::of(self, days))
    }

    /// The batch cut in two: by date, newer dates first, or by market if there is only one date. `None` if it is a single
    /// market-day.
    #[must_use]
    pub fn halves<'p>(&'p self, batch: &Batch<'p>) -> Option<(Batch<'p>, Batch<'p>)> {
        if batch.days.len() < 2 {
            return None;
        }
        let dates: BTreeSet<Date> = batch.days.iter().map(|day| day.market_day.local_date).collect();
        let middle = dates.iter().nth(dates.len() / 2).filter(|_| dates.len() > 1);
        let (newer, older) = if let Some(middle) = middle {
            batch.days.iter().copied().partition(|day| day.market_day.local_date >= *middle)
        } else {
            let (one, other) = batch.days.split_at(batch.days.len() / 2);
            (one.to_vec(), other.to_vec())
        };
        Some((Batch::of(self, newer), Batch::of(self, older)))
    }
}
