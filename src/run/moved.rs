//! Whether a market-day was published as another stretch of time than it is now: of another zone, of another beginning of
//! the day. Its totals may then be smaller though nothing is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::error_text;
use crate::plan::PlannedDay;
use coverledger_archive::{Archive, Receipt, TableName};
use coverledger_config::Market;
use coverledger_core::model::MarketDay;
use coverledger_report as report;

/// Whether the slots of a published market-day began at other instants than they do by the configuration. Where the
/// configuration is the one that it was published by they do not, and where it has no rows in slots nobody can say.
pub(super) async fn has_moved(archive: &Archive, market: &Market, day: &PlannedDay, published: &Receipt) -> bool {
    if published.content.config_sha256 == day.config_sha256 {
        return false;
    }
    let told = slots_told(archive, &day.market_day, published.content.revision).await;
    let names = market.slots.starts();
    let spans = market.slots.spans(&market.day, &day.day).into_iter();
    let present: BTreeSet<(String, i64)> =
        spans.filter_map(|span| Some((names.get(span.slot)?.0.clone(), span.start.as_microsecond()))).collect();
    told.iter().any(|slot| !present.contains(slot))
}

/// The slots of a published market-day with their first instants; none if they cannot be read.
async fn slots_told(archive: &Archive, day: &MarketDay, revision: u64) -> BTreeSet<(String, i64)> {
    let revisions = BTreeMap::from([(day.local_date, revision)]);
    let tables = archive.published_tables(&day.platform, &day.market, &revisions, TableName::SlotAudience).await;
    let told = tables.map_err(|error| error_text(&error)).and_then(|found| {
        if let Some(reason) = found.unreadable.into_values().next() {
            return Err(reason);
        }
        let told: Result<Vec<_>, _> = found.tables.iter().map(|table| report::slots_told(&table.bytes)).collect();
        told.map_err(|error| error_text(&error))
    });
    told.unwrap_or_else(|error| {
        tracing::warn!(market_day = day.to_string(), error, "the published slots of a market-day cannot be read");
        Vec::new()
    })
    .into_iter()
    .flatten()
    .collect()
}
