//! Market-days of which more starts were slow than their source of quality allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Disposition;
use super::judge::is_above;
use super::reading::CountedBatch;
use crate::plan::{Batch, PlatformPlan};
use coverledger_config::Workspace;
use coverledger_core::count::{QualityFact, QualitySums};
use coverledger_core::model::{MarketDay, columns as c};

/// How many views began on a market-day, and how many of them in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starts {
    /// Views that had a first frame.
    pub all: u64,
    /// Those that had it in time.
    pub good: u64,
}

/// The starts of the market-days of a batch; of those only that say any.
pub(super) fn counted(batch: &Batch<'_>, counted: &CountedBatch) -> Vec<(MarketDay, Starts)> {
    let of_day = |(day, facts): (&MarketDay, &Vec<QualityFact>)| {
        let sum = |of: fn(&QualitySums) -> Option<u64>| facts.iter().filter_map(|fact| of(&fact.sums)).sum();
        (day.clone(), Starts { all: sum(QualitySums::starts), good: sum(QualitySums::good_starts) })
    };
    let days = batch.days.iter().map(|day| &day.market_day).zip(&counted.quality.facts);
    days.map(of_day).filter(|(_, starts)| starts.all > 0).collect()
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
