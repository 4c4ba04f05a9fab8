//! One hash over everything that determines a market-day: when it changes, the day is due again.

use std::fmt::Write as _;

use super::PlannedExport;
use coverledger_archive::{Fingerprint, Receipt, TableFamily};
use coverledger_config::{Order, Platform, Rows, ViewerGroups};
use coverledger_core::model::{Bar, Turn};

/// The hash over everything that determines a market-day: its exports as listed, the configuration, the version of the
/// numbers, the time-zone data, the turns of rotations that overlap the day, what tells the key of the viewer groups
/// from others that it is counted by, and whether it is counted by bars.
pub(super) fn fingerprint(
    config_sha256: &str,
    platform: &Platform,
    covering: &[&PlannedExport],
    turns: impl Iterator<Item = (i64, Turn)>,
    groups: Option<&ViewerGroups>,
    counts_bars: bool,
) -> String {
    let mut fingerprint = Fingerprint::new(TableFamily::MarketDays, config_sha256);
    for export in covering {
        let definition = &platform.exports[export.export];
        let object = &export.found.object;
        let etag = object.etag.as_deref().unwrap_or("-");
        let mut line = format!("{}\t{}\t{etag}\t{}", definition.name, object.key, object.size);
        if goes_by_modification(&definition.rows) {
            let _ = write!(line, "\t{}", object.last_modified);
        }
        fingerprint.line(line);
    }
    for (from_us, Turn { starts_us, burn_in }) in turns {
        fingerprint.line(format_args!("turn\t{from_us}\t{starts_us}\t{burn_in}"));
    }
    if let Some(ViewerGroups { key_id, .. }) = groups {
        fingerprint.line(format_args!("viewer_groups\t{key_id}"));
    }
    if counts_bars {
        fingerprint.line(format_args!("bars\t{}", Bar::MINUTES));
    }
    fingerprint.hash()
}

/// What a note is left under that says that the derived tables of a revision, rendered from the archive, are what they were.
#[must_use]
pub fn rendering(receipt: &Receipt) -> String {
    let family = receipt.content.unit.family();
    let mut fingerprint = Fingerprint::new(family, &receipt.content.config_sha256);
    fingerprint.line(format_args!("rendered from {} by {}", receipt.content_sha256, family.derived_version()));
    fingerprint.hash()
}

/// Whether the modification time of an object affects what is counted.
fn goes_by_modification(rows: &Rows) -> bool {
    let by = match rows {
        Rows::Counts(counts) => &counts.newest.by,
        Rows::Covers(covers) => &covers.newest.by,
        Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => return false,
    };
    *by == Order::Modified
}

#[cfg(test)]
pub(super) mod tests;
