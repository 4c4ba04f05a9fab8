//! From a selection to a plan: lists exports, reads receipts, decides nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::plan::{Known, PlannedExport, PlatformPlan, Selection, listed_dates, windows};
use coverledger_archive::{Archive, ArchiveError, Newest};
use coverledger_config::{Platform, Workspace};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_read::export::{Search, find, is_matched, near_misses};
use coverledger_store::Store;

use super::delivered::{begun, markers};
use super::{RunError, error_text};

/// Receipts of so many markets are looked for at a time.
const MARKETS_AT_A_TIME: usize = 4;

/// Keys that lie where objects of a date were looked for.
type Unmatched = BTreeMap<Option<Date>, BTreeSet<String>>;

/// Plans every platform of a selection.
///
/// # Errors
/// When exports cannot be listed or receipts cannot be read.
pub async fn plan(
    workspace: &Workspace,
    selection: &Selection,
    exports: &Store,
    archive: &Archive,
    now: Timestamp,
) -> Result<Vec<PlatformPlan>, RunError> {
    let mut plans = Vec::new();
    for id in &selection.platforms {
        let Some(platform) = workspace.platforms.get(id) else { continue };
        let known = known(workspace, id, platform, selection, exports, archive, now).await?;
        plans.push(PlatformPlan::new(workspace, id, platform, selection, now, known));
    }
    Ok(plans)
}

/// When the market-days of a selection end.
pub(super) fn ends(
    workspace: &Workspace,
    selection: &Selection,
    now: Timestamp,
) -> BTreeMap<MarketDay, Timestamp> {
    let mut ends = BTreeMap::new();
    for (id, platform) in &workspace.platforms {
        if selection.platforms.contains(id) {
            let windows = windows(workspace, platform, selection, now).into_iter();
            ends.extend(windows.map(|(market, day, _)| {
                (MarketDay { platform: id.clone(), market, local_date: day.date }, day.end)
            }));
        }
    }
    ends
}

/// Those of the keys that lie near an export which are no other's either.
fn of_nobody(workspace: &Workspace, unmatched: Unmatched) -> Unmatched {
    let is_an_exports = |date: Option<Date>, key: &str| {
        let dates = date.into_iter().collect();
        let exports = workspace.platforms.values().flat_map(|platform| &platform.exports);
        exports.into_iter().any(|export| is_matched(export, &workspace.markets, &dates, key))
    };
    let unmatched = unmatched.into_iter().map(|(date, mut keys)| {
        keys.retain(|key| !is_an_exports(date, key));
        (date, keys)
    });
    unmatched.filter(|(_, keys)| !keys.is_empty()).collect()
}

async fn known(
    workspace: &Workspace,
    id: &PlatformId,
    platform: &Platform,
    selection: &Selection,
    exports: &Store,
    archive: &Archive,
    now: Timestamp,
) -> Result<Known, RunError> {
    let days = windows(workspace, platform, selection, now);
    let mut known = Known::default();
    for (index, export) in platform.exports.iter().enumerate() {
        let dates = listed_dates(days.iter().map(|(_, _, windows)| windows.as_slice()), index);
        let search = find(exports, export, &workspace.markets, &dates).await.map_err(RunError::Exports)?;
        let Search { found, unmatched } = search;
        let unmatched = of_nobody(workspace, unmatched);
        if found.is_empty() && export.fallback_for().is_some() {
            let keys: Vec<String> = unmatched.values().flatten().cloned().collect();
            if let Some(near) = near_misses(&export.path.text, keys.iter()) {
                tracing::warn!(path = export.path.text, near, "no object matches this path");
            }
        }
        known.unmatched.extend(unmatched.into_iter().map(|(date, keys)| ((index, date), keys)));
        known.exports.extend(found.into_iter().map(|found| PlannedExport {
            platform: id.clone(),
            export: index,
            found,
        }));
    }
    let all = days.iter().map(|(market, day, _)| (market.clone(), day.date)).collect();
    known.attempts = archive.notes_of(id, &all).await?;
    let mut by_market: BTreeMap<MarketId, BTreeSet<Date>> = BTreeMap::new();
    for (market, day, _) in &days {
        by_market.entry(market.clone()).or_default().insert(day.date);
    }
    let newest = by_market.into_iter().map(|(market, dates)| async move {
        let newest = archive.newest_of(id, &market, &dates).await;
        (market, dates, newest)
    });
    let mut newest = stream::iter(newest).buffered(MARKETS_AT_A_TIME);
    while let Some((market, dates, newest)) = newest.next().await {
        let of_date = |date: Date| (market.clone(), date);
        let Newest { receipts, unreadable } = match newest {
            // All of them lie behind a link.
            Err(ArchiveError::Receipt(error)) => {
                let reason = error_text(&error);
                known.unreadable.extend(dates.into_iter().map(|date| (of_date(date), reason.clone())));
                continue;
            }
            newest => newest?,
        };
        known.receipts.extend(receipts.into_iter().map(|(date, receipt)| (of_date(date), receipt)));
        known.unreadable.extend(unreadable.into_iter().map(|(date, why)| (of_date(date), error_text(&why))));
    }
    known.markers = markers(workspace, platform, exports, &days).await?;
    known.begun = begun(workspace, id, platform, exports, archive, &known, &days).await?;
    Ok(known)
}
