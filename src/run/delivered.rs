//! What else is looked for than exports of the dates that a run looks at: objects that say that a date is complete, and
//! whether anything came before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::RunError;
use crate::plan::{Known, Place, Window, export_dates};
use coverledger_archive::{Archive, ArchiveError};
use coverledger_config::{Export, IfMissing, Platform, Workspace};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_core::time::LocalDay;
use coverledger_read::export::{Found, find};
use coverledger_store::Store;

/// So many export dates before those that are looked at tell whether a platform had begun to deliver.
const LOOKED_BEFORE_DAYS: i64 = 31;

/// A market-day that is looked at, and its windows.
type Planned = (MarketId, LocalDay, Vec<Window>);

/// The objects that say of a date that one of these market-days reads that it is complete.
pub(super) async fn markers(
    workspace: &Workspace,
    platform: &Platform,
    exports: &Store,
    days: &[Planned],
) -> Result<BTreeSet<Place>, RunError> {
    let mut markers = BTreeSet::new();
    for (index, export) in platform.exports.iter().enumerate() {
        let Some(path) = export.completeness.complete_when.clone() else { continue };
        let marker = Export { path, ..export.clone() };
        let dates = export_dates(days.iter().map(|(_, _, windows)| windows.as_slice()), index);
        let search = find(exports, &marker, &workspace.markets, &dates).await.map_err(RunError::Exports)?;
        markers.extend(
            search.found.into_iter().filter_map(|found| Some((index, found.path.market, found.export_date?))),
        );
    }
    Ok(markers)
}

/// The markets of which anything was published or delivered before what is looked at.
///
/// That is asked for only where it matters: where the first dates that are needed have no object. Of deliveries the
/// month before is looked through.
pub(super) async fn begun(
    workspace: &Workspace,
    id: &PlatformId,
    platform: &Platform,
    exports: &Store,
    archive: &Archive,
    known: &Known,
    days: &[Planned],
) -> Result<BTreeSet<MarketId>, RunError> {
    let mut begun = BTreeSet::new();
    // Where nothing at all is found, it is asked only by who takes that for a quiet time.
    let may_be_quiet = platform.exports.iter().any(|e| e.completeness.if_missing == IfMissing::Quiet);
    let mut asked: BTreeMap<&MarketId, Date> = BTreeMap::new();
    for (market, day, windows) in days {
        let needed = windows.iter().flat_map(Window::needed).min();
        let of_market = |found: &Found| found.path.market.as_ref().is_none_or(|named| named == market);
        let first = known.exports.iter().filter(|e| of_market(&e.found)).filter_map(|e| e.found.export_date).min();
        if needed.is_some_and(|needed| first.map_or(may_be_quiet, |first| needed < first)) {
            let earliest = asked.entry(market).or_insert(day.date);
            *earliest = day.date.min(*earliest);
        }
    }
    for (market, date) in &asked {
        match archive.is_published_before(id, market, *date).await {
            // What lies behind a link was published, and each of its days says that it cannot be read.
            Ok(true) | Err(ArchiveError::Receipt(_)) => {
                begun.insert((*market).clone());
            }
            published => {
                published?;
            }
        }
    }
    asked.retain(|market, _| !begun.contains(*market));
    let dates = days.iter().flat_map(|(_, _, windows)| windows).flat_map(Window::dates);
    let first = dates.min().filter(|_| !asked.is_empty());
    let Some(first) = first else { return Ok(begun) };
    let before: BTreeSet<Date> =
        (1..=LOOKED_BEFORE_DAYS).filter_map(|days| first.checked_sub(days.days()).ok()).collect();
    for export in platform.exports.iter().filter(|export| export.path.is_dated()) {
        let search = find(exports, export, &workspace.markets, &before).await.map_err(RunError::Exports)?;
        for found in search.found {
            let of = |market: &&&MarketId| found.path.market.as_ref().is_none_or(|named| named == **market);
            begun.extend(asked.keys().filter(of).map(|market| (*market).clone()));
        }
    }
    Ok(begun)
}
