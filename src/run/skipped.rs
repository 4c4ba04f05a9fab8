//! Published market-days whose date the market's clock skips: of another zone they were days, and by this one there is no
//! such date. What they counted is counted in their neighbours now, so they are retired.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::error_text;
use crate::plan::Selection;
use coverledger_archive::{Archive, PublishError, Retired, Stamp, Unit};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// Retires those among the dates of a selection. What cannot be retired is told in the log, and looked for again by the
/// next run that looks at the date.
pub(super) async fn retire_skipped(
    workspace: &Workspace,
    selection: &Selection,
    archive: &Archive,
    stamp: &Stamp,
) {
    for (id, market) in workspace.markets.iter().filter(|(id, _)| selection.markets.contains(*id)) {
        let dates = selection.dates.of(market, stamp.now).into_iter();
        let skipped: BTreeSet<Date> = dates.filter(|date| market.day.day(*date).is_none()).collect();
        if skipped.is_empty() {
            continue;
        }
        for platform in &selection.platforms {
            let retired = retire(archive, platform, id, &skipped, stamp).await;
            if let Err(error) = retired {
                let (market, error) = (id.to_string(), error_text(&error));
                tracing::warn!(market, error, "market-days of dates that the clock skips could not be retired");
            }
        }
    }
}

async fn retire(
    archive: &Archive,
    platform: &PlatformId,
    market: &MarketId,
    skipped: &BTreeSet<Date>,
    stamp: &Stamp,
) -> Result<(), PublishError> {
    let newest = archive.newest_of(platform, market, skipped).await?.or_warn();
    for local_date in newest.into_keys() {
        let day = MarketDay { platform: platform.clone(), market: market.clone(), local_date };
        if archive.retire(&Unit::MarketDay(day.clone()), stamp).await? == Retired::Now {
            tracing::info!(market_day = day.to_string(), "retired: the clock of its market skips this date");
        }
    }
    Ok(())
}
