//! From a selection to a plan: lists exports, reads receipts, decides nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use jiff::Timestamp;

use crate::archive::{Archive, ArchiveError};
use crate::config::{Platform, Workspace};
use crate::export::find;
use crate::model::{MarketDay, MarketId, PlatformId};
use crate::plan::{Known, PlannedExport, PlatformPlan, Selection, export_dates, windows};
use crate::store::Store;

use super::{RunError, error_text};

/// Receipts of so many markets are looked for at a time.
const MARKETS_AT_A_TIME: usize = 4;

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
    let dates = export_dates(&days);
    let mut known = Known::default();
    for (index, export) in platform.exports.iter().enumerate() {
        let found = find(exports, export, &workspace.markets, &dates).await.map_err(RunError::Exports)?;
        known.exports.extend(found.into_iter().map(|found| PlannedExport {
            platform: id.clone(),
            export: index,
            found,
        }));
    }
    let all = days.iter().map(|(market, day, _)| (market.clone(), day.date)).collect();
    known.attempts = archive.notes_of(id, &all).await?;
    let mut by_market: BTreeMap<MarketId, BTreeSet<jiff::civil::Date>> = BTreeMap::new();
    for (market, day, _) in days {
        by_market.entry(market).or_default().insert(day.date);
    }
    let newest = by_market.into_iter().map(|(market, dates)| async move {
        let newest = archive.newest_of(id, &market, &dates).await;
        (market, newest)
    });
    let mut newest = stream::iter(newest).buffered(MARKETS_AT_A_TIME);
    while let Some((market, newest)) = newest.next().await {
        let newest = match newest {
            Err(ArchiveError::Receipt(error)) => {
                known.unreadable.insert(market, error_text(&error));
                continue;
            }
            newest => newest?,
        };
        known.receipts.extend(newest.into_iter().map(|(date, receipt)| ((market.clone(), date), receipt)));
    }
    Ok(known)
}
