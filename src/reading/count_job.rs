//! What is counted of a batch: its exports and market-days by their names, which day is counted from which export, and the
//! turns of rotations and groups of viewers that it is counted by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::{Batch, PlannedDay, PlannedExport, Window};
use coverledger_config::{Platform, Workspace};
use coverledger_core::count::{CountDay, CountExport, CountJob, Scope};
use coverledger_core::model::{GroupKey, MarketDay, MarketId, Turns};

/// For so long after a day begins a click may be of an impression of the day before, which the day does not read.
const ACROSS_MIDNIGHT_US: i64 = 3_600_000_000;

/// The turns of the platform in every market of a batch that has any.
pub(crate) fn turns(workspace: &Workspace, batch: &Batch<'_>) -> BTreeMap<MarketId, Turns> {
    let mut turns = BTreeMap::new();
    for day in &batch.days {
        let market = &day.market_day.market;
        turns.entry(market.clone()).or_insert_with(|| workspace.turns(&day.market_day.platform, market));
    }
    turns
}

/// What decides into which groups the viewers of each market-day fall; `None` where it is not counted by groups.
pub(crate) fn group_keys<'w>(workspace: &'w Workspace, days: &[&PlannedDay]) -> Vec<Option<&'w GroupKey>> {
    let groups = |day: &&PlannedDay| {
        let MarketDay { platform, market, local_date } = &day.market_day;
        workspace.viewer_groups(platform, market, *local_date).map(|groups| &groups.key)
    };
    days.iter().map(groups).collect()
}

/// What is counted: the exports and market-days of a batch by their names.
pub(crate) fn job(
    workspace: &Workspace,
    batch: &Batch<'_>,
    scope: Scope,
    turns: &BTreeMap<MarketId, Turns>,
) -> CountJob {
    let slots = |market: &MarketId| {
        workspace.markets.get(market).map(|market| market.slots.names().map(str::to_owned).collect())
    };
    let markets: BTreeMap<&MarketId, (Arc<[String]>, Arc<Turns>)> = turns
        .iter()
        .map(|(market, turns)| (market, (slots(market).unwrap_or_default(), Arc::new(turns.clone()))))
        .collect();
    let day = |day: &&PlannedDay| {
        let market = day.market_day.market.clone();
        let (slots, turns) = markets.get(&market).cloned().unwrap_or_default();
        let visits_by = workspace.viewers_kept_by(&day.market_day.platform, &market);
        CountDay { market, local_date: day.market_day.local_date, slots, turns, visits_by }
    };
    let export = |(export, wave): (&&PlannedExport, u32)| CountExport {
        key: Arc::from(export.found.object.key.as_str()),
        definition: u16::try_from(export.export).unwrap_or(u16::MAX),
        wave,
    };
    CountJob {
        exports: batch.exports.iter().zip(waves(batch)).map(export).collect(),
        days: batch.days.iter().map(day).collect(),
        scope,
        bars: workspace.counts_bars(),
    }
}

/// In which wave each export is read, by the order of their dates.
pub(crate) fn waves(batch: &Batch<'_>) -> Vec<u32> {
    let dates = || batch.exports.iter().map(|export| export.found.export_date);
    let in_order: BTreeSet<_> = dates().collect();
    let wave_of: BTreeMap<_, u32> = in_order.into_iter().zip(0..).collect();
    dates().map(|date| wave_of[&date]).collect()
}

/// Which exports each market-day is counted from.
pub(crate) fn scope(batch: &Batch<'_>, platform: &Platform) -> Scope {
    let mut scope = Scope::new(batch.exports.len(), batch.days.len());
    for (number, export) in batch.exports.iter().enumerate() {
        for (day_number, day) in batch.days.iter().enumerate() {
            if day.stands_on(export) {
                scope.cover(number, day_number);
            }
        }
    }
    for (number, day) in batch.days.iter().enumerate() {
        if platform.tells_orphans(&day.market_day.market) && stands_on_all(day, platform) {
            scope.count_orphans(number, day.day.start.as_microsecond() + ACROSS_MIDNIGHT_US);
        }
    }
    scope
}

/// Whether a day stands on every export that feeds its market: where one was added later, its impressions are not there.
fn stands_on_all(day: &PlannedDay, platform: &Platform) -> bool {
    let market = &day.market_day.market;
    let mut windows = platform.exports.iter().zip(&day.windows);
    windows.all(|(export, window)| *window != Window::Nowhere || !export.feeds(market))
}
