//! What is known of the day before the first that a run looks at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::plan::{Batch, PlatformPlan};
use crate::run::error_text;
use coverledger_archive::{Archive, Receipt};
use coverledger_core::model::MarketId;

/// The newest receipts of the market-days before the ones of a batch, as far as the plan does not have them: of one
/// of those days may be the file that was delivered again. What cannot be read tells nothing.
pub(in crate::run) async fn receipts_before(
    archive: &Archive,
    plan: &PlatformPlan,
    batch: &Batch<'_>,
) -> Vec<Receipt> {
    let is_planned = |market: &MarketId, date: Date| {
        plan.days.iter().any(|day| day.market_day.market == *market && day.market_day.local_date == date)
    };
    let mut before: BTreeMap<&MarketId, BTreeSet<Date>> = BTreeMap::new();
    for day in &batch.days {
        let market = &day.market_day.market;
        if let Some(date) = day.market_day.local_date.yesterday().ok().filter(|date| !is_planned(market, *date)) {
            before.entry(market).or_default().insert(date);
        }
    }
    let mut receipts = Vec::new();
    for (market, dates) in before {
        match archive.newest_of(&plan.platform, market, &dates).await {
            Ok(newest) => receipts.extend(newest.or_warn().into_values()),
            Err(error) => {
                let market = market.to_string();
                tracing::warn!(market, error = error_text(&error), "receipts of the day before cannot be read");
            }
        }
    }
    receipts
}
