//! Since when bytes are known: a file that is uploaded once more is no newer than it was.
//!
//! Where the newest by modification is counted, a store's clock decides, and it starts anew with every upload. What a
//! receipt tells of the same bytes is older and true.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::plan::{Batch, PlannedExport};
use crate::reading::{ReadExport, Unread};
use coverledger_archive::{Archive, ExportRecord, Receipt, Unit};
use coverledger_config::{Export, Order, Platform, Rows};
use coverledger_core::model::MarketId;

/// Objects that receipts tell of, by their bytes.
pub(super) struct KnownSince<'a>(BTreeMap<&'a str, Vec<Known<'a>>>);

struct Known<'a> {
    market: &'a MarketId,
    key: &'a str,
    modified: Timestamp,
}

impl<'a> KnownSince<'a> {
    pub(super) fn of(receipts: impl Iterator<Item = &'a Receipt>) -> Self {
        let mut by_bytes: BTreeMap<&str, Vec<Known<'a>>> = BTreeMap::new();
        for receipt in receipts {
            let Unit::MarketDay(day) = &receipt.content.unit else { continue };
            for export in &receipt.content.exports {
                if let Some(modified) = export.modified {
                    let known = Known { market: &day.market, key: &export.key, modified };
                    by_bytes.entry(&export.sha256).or_default().push(known);
                }
            }
        }
        Self(by_bytes)
    }

    /// Says of all that was read of a batch since when the store has it.
    pub(super) fn fill_in(
        &self,
        platform: &Platform,
        batch: &Batch<'_>,
        exports: &mut [Result<ReadExport, Unread>],
    ) {
        for (planned, read) in batch.exports.iter().zip(exports) {
            if let (Some(definition), Ok(read)) = (platform.exports.get(planned.export), read) {
                read.modified = self.modified(definition, planned, &read.sha256);
            }
        }
    }

    /// Since when the store has the bytes of an object; `None` where that decides nothing.
    ///
    /// Bytes alone are not enough where the path says whose they are: another market's are another's, and rows that do
    /// not say when they were can be the same of another period.
    fn modified(&self, definition: &Export, planned: &PlannedExport, sha256: &str) -> Option<Timestamp> {
        let (newest, is_by_path) = match &definition.rows {
            Rows::Counts(counts) => (&counts.newest, counts.period.is_in_path()),
            Rows::Covers(covers) => (&covers.newest, false),
            Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => return None,
        };
        if newest.by != Order::Modified {
            return None;
        }
        let object = &planned.found.object;
        let is_same = |known: &&Known<'_>| {
            let market = planned.found.path.market.as_ref();
            market.is_none_or(|market| market == known.market) && (!is_by_path || known.key == object.key)
        };
        let known = self.0.get(sha256).into_iter().flatten().filter(is_same).map(|known| known.modified);
        Some(known.fold(object.last_modified, Timestamp::min))
    }
}

/// So many revisions back it is looked for bytes that are there again.
const MOST_REVISIONS: usize = 16;

/// Why a market-day should not be made from bytes that an earlier revision of it was made from, and the newest one was
/// not: somebody uploaded an old file over the one that had replaced it. `None` if there are no such; a receipt that was
/// pruned or cannot be read tells nothing.
pub(super) async fn again(archive: &Archive, newest: &Receipt, exports: &[ExportRecord]) -> Option<String> {
    let reaches_the_day = |export: &&ExportRecord| export.rows.counted + export.rows.duplicate > 0;
    let is_in = |receipt: &Receipt, bytes: &str| {
        receipt.content.exports.iter().filter(reaches_the_day).any(|export| export.sha256 == bytes)
    };
    let fresh = exports.iter().filter(|export| export.modified.is_some()).filter(reaches_the_day);
    let fresh: Vec<&ExportRecord> = fresh.filter(|export| !is_in(newest, &export.sha256)).collect();
    if fresh.is_empty() {
        return None;
    }
    let mut before = archive.before(newest).await;
    for _ in 0..MOST_REVISIONS {
        let Ok(Some(receipt)) = before else { break };
        if let Some(export) = fresh.iter().find(|export| is_in(&receipt, &export.sha256)) {
            return Some(format!(
                "export `{}` has the bytes again that revision {} was made from and revision {} no longer (was an old file uploaded again? bring back the one that replaced it, or give `--accept-shrink` if that is right)",
                export.key, receipt.content.revision, newest.content.revision
            ));
        }
        before = archive.before(&receipt).await;
    }
    None
}
