//! What a platform has delivered, by export, market and date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::lack::Lack;
use super::window::Window;
use super::{Known, PlannedExport};
use coverledger_config::{Export, IfMissing, Pages, PathInstant, Platform, Rows};
use coverledger_core::model::MarketId;
use coverledger_core::time::DayRule;
use coverledger_read::export::near_misses;

/// How many dates before and after a date are its neighbours.
const NEIGHBOURS: i64 = 3;

/// An export by its index, the market if the path names one, and a date.
pub type Place = (usize, Option<MarketId>, Date);

/// A date that has fewer objects than the dates around it.
struct Fewer {
    there: usize,
    usual: usize,
    /// How many of the dates around it have the usual number.
    neighbours: usize,
}

/// What a platform has delivered.
pub(super) struct Delivered<'a> {
    pub(super) platform: &'a Platform,
    pub(super) now: Timestamp,
    objects: BTreeMap<Place, usize>,
    markers: &'a BTreeSet<Place>,
    unmatched: &'a BTreeMap<(usize, Option<Date>), BTreeSet<String>>,
    begun: &'a BTreeSet<MarketId>,
    /// For each market, the earliest published local date among those the plan looks at.
    published: BTreeMap<&'a MarketId, Date>,
}

impl<'a> Delivered<'a> {
    pub(super) fn new(platform: &'a Platform, known: &'a Known, now: Timestamp) -> Self {
        let mut objects: BTreeMap<Place, usize> = BTreeMap::new();
        for PlannedExport { export, found, .. } in &known.exports {
            if let Some(date) = found.export_date {
                *objects.entry((*export, found.path.market.clone(), date)).or_default() += 1;
            }
        }
        let mut published = BTreeMap::new();
        for (market, date) in known.receipts.keys() {
            published.entry(market).or_insert(*date);
        }
        Self {
            platform,
            now,
            objects,
            markers: &known.markers,
            unmatched: &known.unmatched,
            begun: &known.begun,
            published,
        }
    }

    /// The number of objects of an export for a market and a date.
    fn count(&self, export: usize, market: &MarketId, date: Date) -> usize {
        let of = |market: Option<&MarketId>| self.objects.get(&(export, market.cloned(), date)).copied();
        of(None).unwrap_or(0) + of(Some(market)).unwrap_or(0)
    }

    /// Whether the object that marks a date as complete is there.
    pub(super) fn is_marked(&self, export: usize, market: &MarketId, date: Date) -> bool {
        let is_there = |market: Option<&MarketId>| self.markers.contains(&(export, market.cloned(), date));
        is_there(None) || is_there(Some(market))
    }

    /// The first date for which an object was found for a market.
    fn first(&self, market: &MarketId) -> Option<Date> {
        self.dates(market).min()
    }

    /// Every date for which an object was found for a market.
    fn dates(&self, market: &MarketId) -> impl Iterator<Item = Date> {
        let of_market = move |named: &Option<MarketId>| named.as_ref().is_none_or(|named| named == market);
        self.objects.keys().filter(move |(_, named, _)| of_market(named)).map(|(_, _, date)| *date)
    }

    /// A path at which an export has no object, in words, with similar names that are there.
    pub(super) fn told(&self, export: usize, date: Option<Date>, path: &str) -> String {
        let near = self.unmatched.get(&(export, date)).and_then(|keys| near_misses(path, keys.iter()));
        near.map_or_else(|| format!("`{path}`"), |near| format!("`{path}` ({near})"))
    }

    /// Whether everything that a market-day lacks is older than the platform's first delivery for the market.
    pub(super) fn is_before_first(&self, lack: &Lack, market: &MarketId, local_date: Date) -> bool {
        !lack.is_none() && lack.is_before(self.first(market)) && !self.was_known_before(market, local_date)
    }

    /// Whether the platform had delivered anything for a market before a date.
    pub(super) fn had_begun(&self, market: &MarketId, date: Date) -> bool {
        self.was_known_before(market, date) || self.first(market).is_some_and(|first| first < date)
    }

    /// The same, from receipts and earlier listings only, not from the objects found now.
    fn was_known_before(&self, market: &MarketId, date: Date) -> bool {
        self.begun.contains(market) || self.published.get(market).is_some_and(|first| *first < date)
    }

    /// The dates of a market-day that have fewer objects than the dates around them, in words. If a date that the day
    /// requires has no object at all, the day waits ([`Lack`]); if a date that may only hold late rows has none, it is
    /// listed here once no more objects of that date are expected.
    pub(super) fn fewer(&self, market: &MarketId, windows: &[Window]) -> Vec<String> {
        let mut told = Vec::new();
        for (index, (export, window)) in self.platform.exports.iter().zip(windows).enumerate() {
            if !is_counted_on(export) {
                continue;
            }
            for date in window.dates() {
                let is_needed = window.needed().any(|needed| needed == date);
                let is_told = |fewer: &Fewer| match fewer.there {
                    0 => !is_needed && self.is_overdue(index, market, date),
                    _ => is_needed || fewer.neighbours > 1,
                };
                if let Some(Fewer { there, usual, .. }) = self.fewer_of(index, market, date).filter(is_told) {
                    let path = export.path.shown(Some(date), export.folder_of(market));
                    told.push(format!(
                        "`{path}` has {there} object{}, fewer than its neighbours, which have {usual}",
                        if there == 1 { "" } else { "s" }
                    ));
                }
            }
        }
        told
    }

    /// The number of objects of a date and of the dates around it, if the date has fewer and most of the others have
    /// equally many. If the numbers differ from date to date, as with one file a broadcast, `None`.
    fn fewer_of(&self, export: usize, market: &MarketId, date: Date) -> Option<Fewer> {
        let there = self.count(export, market, date);
        let platform_days = DayRule::calendar(self.platform.exports[export].day_zone.clone());
        let is_over = |date: &Date| platform_days.day(*date).is_some_and(|day| day.end <= self.now);
        let around = (-NEIGHBOURS..=NEIGHBOURS).filter(|days| *days != 0);
        let around = around.filter_map(|days| date.checked_add(days.days()).ok()).filter(is_over);
        let around: Vec<usize> =
            around.map(|date| self.count(export, market, date)).filter(|count| *count > 0).collect();
        let usual = around.iter().copied().max()?;
        let as_usual = around.iter().filter(|count| **count == usual).count();
        (there < usual && 2 * as_usual > around.len()).then_some(Fewer { there, usual, neighbours: as_usual })
    }

    /// Whether a date that a market-day does not require, and that has no object, should have one by now: there are
    /// objects for dates before and after it.
    fn is_overdue(&self, export: usize, market: &MarketId, date: Date) -> bool {
        let definition = &self.platform.exports[export];
        let is_quiet = definition.completeness.if_missing == IfMissing::Quiet;
        let own_day = DayRule::calendar(definition.day_zone.clone()).day(date);
        let settled = own_day.is_some_and(|day| {
            self.now.as_second() >= day.end.as_second().saturating_add(self.platform.settle_seconds)
        });
        let is_gap = || {
            let dates = self
                .dates(market)
                .fold((false, false), |(before, after), other| (before || other < date, after || other > date));
            dates == (true, true)
        };
        !is_quiet && settled && is_gap()
    }
}

/// The neighbours before a date.
pub(super) fn neighbours_before(date: Date) -> impl Iterator<Item = Date> {
    (1..=NEIGHBOURS).filter_map(move |days| date.checked_sub(days.days()).ok())
}

/// Whether the dates of an export can be expected to have equally many objects: no number is declared, and the path has
/// no broadcast and no period.
fn is_counted_on(export: &Export) -> bool {
    // An export in pages has one object a page, and its documents say whether all are there.
    let is_paged = matches!(export.completeness.pages, Pages::Declared(_));
    let is_declared =
        export.completeness.parts.is_some() || export.completeness.complete_when.is_some() || is_paged;
    let is_by_broadcast = export.path.names_broadcast() || export.path.says(PathInstant::Start);
    let is_of_rows = !matches!(export.rows, Rows::Covers(_)) && export.fallback_for().is_none();
    is_of_rows && !is_declared && !is_by_broadcast
}
