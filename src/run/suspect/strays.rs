//! Another day's records under this day's name, told without their bytes: by when they were, and how many.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::{ENOUGH_RECORDS, Object};
use crate::plan::PlannedExport;
use coverledger_archive::{Receipt, Unit};
use coverledger_core::model::MarketId;
use coverledger_core::time::DayRule;

/// Which file: of which export, of which market where its path names one, of which date.
type Slot<'a> = (usize, Option<&'a MarketId>, Date);

/// How many records the files of each date have, as far as it is known.
pub(super) struct Sizes<'a> {
    by_slot: BTreeMap<Slot<'a>, u64>,
    /// Of files that are not listed any more: by the market-day that was made from them.
    unlisted: BTreeMap<Date, u64>,
}

impl<'a> Sizes<'a> {
    /// By what was read now, and by what receipts tell.
    pub(super) fn of(
        objects: &[Object<'a>],
        by_key: &BTreeMap<&str, &'a PlannedExport>,
        receipts: impl Iterator<Item = &'a Receipt>,
    ) -> Self {
        let mut sizes: BTreeMap<&str, (u64, Option<Date>)> = BTreeMap::new();
        for receipt in receipts {
            let Unit::MarketDay(day) = &receipt.content.unit else { continue };
            for export in &receipt.content.exports {
                sizes.insert(&export.key, (export.rows.rows_in, Some(day.local_date)));
            }
        }
        for object in objects {
            sizes.insert(&object.planned.found.object.key, (object.stats.records, None));
        }
        let mut known = Self { by_slot: BTreeMap::new(), unlisted: BTreeMap::new() };
        for (key, (records, local_date)) in sizes {
            let slot = by_key.get(key).and_then(|planned| slot(planned));
            match (slot, local_date) {
                (Some(slot), _) => *known.by_slot.entry(slot).or_default() += records,
                (None, Some(date)) => *known.unlisted.entry(date).or_default() += records,
                (None, None) => {}
            }
        }
        known
    }

    /// How many records the files of an export have that are of the days of these instants.
    fn between(&self, (export, market, _): Slot<'_>, object: &Object<'_>) -> u64 {
        let Some((first_us, last_us)) = object.stats.span_us else { return 0 };
        let instant = |us: i64| Timestamp::from_microsecond(us).ok();
        let Some((first, end)) = instant(first_us).zip(instant(last_us.saturating_add(1))) else { return 0 };
        let days = DayRule::calendar(object.definition.day_zone.clone());
        let size = |date: Date| self.by_slot.get(&(export, market, date)).or_else(|| self.unlisted.get(&date));
        days.days_over(first, end).filter_map(|day| size(day.date)).sum()
    }
}

fn slot(planned: &PlannedExport) -> Option<Slot<'_>> {
    Some((planned.export, planned.found.path.market.as_ref(), planned.found.export_date?))
}

/// Objects none of whose records lies in the day that their paths name, though that day is over and there are records
/// enough: all objects of a date together, since one of them may hold nothing but stragglers.
///
/// Where `early_days` or `late_days` say that a record may sit in another day's file, that alone proves nothing: after
/// a day without a broadcast comes a file of nothing but stragglers. But stragglers are few beside what came in time;
/// a file with half as many records as that day's own, or of a day nothing else is known of, is that day's. And where
/// a platform dates its files by their delivery, no file holds its own day: it is then so of several dates.
pub(super) fn strays(objects: &[Object<'_>], sizes: &Sizes<'_>, now: Timestamp) -> BTreeMap<usize, String> {
    let mut by_slot: BTreeMap<Slot<'_>, Vec<&Object<'_>>> = BTreeMap::new();
    for object in objects {
        if let Some(slot) = slot(object.planned) {
            by_slot.entry(slot).or_default().push(object);
        }
    }
    by_slot.retain(|slot, objects| {
        let records = objects.iter().map(|object| object.stats.records).sum::<u64>();
        let elsewhere = objects.iter().map(|object| sizes.between(*slot, object)).max().unwrap_or(0);
        let is_that_days = objects.iter().all(|object| !object.is_in_reach()) || records >= elsewhere.div_ceil(2);
        records >= ENOUGH_RECORDS && is_that_days && objects.iter().all(|object| !object.holds_own_day())
    });
    let mut in_reach: BTreeMap<usize, BTreeSet<Date>> = BTreeMap::new();
    for ((export, _, date), objects) in &by_slot {
        if objects.iter().any(|object| object.is_in_reach()) {
            in_reach.entry(*export).or_default().insert(*date);
        }
    }
    by_slot.retain(|(export, _, date), objects| {
        let is_usual = in_reach.get(export).is_some_and(|dates| dates.contains(date) && dates.len() > 1);
        !is_usual && objects.iter().all(|object| object.own_day.is_some_and(|day| day.end <= now))
    });
    by_slot.into_values().flatten().filter_map(|object| Some((object.index, reason(object)?))).collect()
}

fn reason(object: &Object<'_>) -> Option<String> {
    let (first_us, last_us) = object.stats.span_us?;
    let instant = |us: i64| Timestamp::from_microsecond(us).ok();
    Some(format!(
        "export `{}`: none of its {} records lies in {} ({}), the day that its path names: they are from {} to {} (is it another day's file? give `--accept-shrink` if that is right)",
        object.planned.found.object.key,
        object.stats.records,
        object.own_day?.date,
        object.definition.day_zone.name(),
        instant(first_us)?,
        instant(last_us)?,
    ))
}
