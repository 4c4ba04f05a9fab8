//! Market-days of which more starts were slow than their source of quality allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Disposition;
use super::judge::is_above;
use super::reading::CountedBatch;
use crate::plan::{Batch, PlatformPlan};
use coverledger_config::Workspace;
use coverledger_core::count::QualityFact;
use coverledger_core::model::{MarketDay, columns as c};

/// How many views began on a market-day, and how many of them in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starts {
    /// Views that had a first frame.
    pub all: u64,
    /// Those that had it in time.
    pub good: u64,
}

/// The starts of the market-days of a batch, over the rows that say how many of them were good; of those days only that have
/// such.
pub(super) fn counted(batch: &Batch<'_>, counted: &CountedBatch) -> Vec<(MarketDay, Starts)> {
    let of_day = |(day, facts): (&MarketDay, &Vec<QualityFact>)| Some((day.clone(), of_facts(facts)?));
    let days = batch.days.iter().map(|day| &day.market_day).zip(&counted.quality.facts);
    days.filter_map(of_day).collect()
}

/// `None` where no row says how many of its starts were good, or nothing started: that is no share.
fn of_facts(facts: &[QualityFact]) -> Option<Starts> {
    let told = facts.iter().filter_map(|fact| fact.sums.good_of_starts());
    let starts = told
        .fold(Starts { all: 0, good: 0 }, |sum, (good, all)| Starts { all: sum.all + all, good: sum.good + good });
    (starts.all > 0).then_some(starts)
}

/// Of which published market-days more starts were slow than may be, each with how many. A day that stands as it was
/// published before is told by its receipt.
pub(super) fn told(
    workspace: &Workspace,
    plans: &[Arc<PlatformPlan>],
    counted: &[(MarketDay, Starts)],
    days: &[(MarketDay, Disposition)],
) -> BTreeMap<MarketDay, String> {
    let counted: BTreeMap<&MarketDay, Starts> = counted.iter().map(|(day, starts)| (day, *starts)).collect();
    let by_receipt = |day: &MarketDay| {
        let plan = plans.iter().find(|plan| plan.platform == day.platform)?;
        let receipt = plan.receipts.get(&(day.market.clone(), day.local_date))?;
        let total = |name: &str| receipt.content.totals.get(name).and_then(|total| u64::try_from(*total).ok());
        // Where good starts are said, the receipt's starts are those of the rows that say them.
        Some(Starts { all: total(c::STARTS)?, good: total(c::GOOD_STARTS)? })
    };
    let slow = days.iter().filter_map(|(day, end)| {
        let most = workspace.platforms.get(&day.platform)?.max_slow_starts?;
        let starts = match end {
            Disposition::Published { .. } => counted.get(day).copied(),
            Disposition::Current { .. } => by_receipt(day),
            _ => None,
        };
        let Starts { all, good } = starts?;
        let slow = all.saturating_sub(good);
        let reason = format!(
            "{slow} of {all} views had their first frame after more than 600 ms, more than the {} % that `max_slow_starts` of `{}` allows",
            most * 100.0,
            day.platform
        );
        is_above(slow, all, most).then(|| (day.clone(), reason))
    });
    slow.collect()
}
