//! What a market-day would be made from, as one hash: when it changes, the day is due again.

use std::fmt::Write as _;

use super::PlannedExport;
use crate::config::{Order, Platform, Rows};
use crate::model::Turn;
use crate::time::tz_release;

/// Hash of everything that a market-day would be made from: its exports as they are listed, the configuration, the
/// program and the time-zone data; and the turns of rotations that reach into it, which nothing else depends on.
pub(super) fn fingerprint(
    config_sha256: &str,
    platform: &Platform,
    covering: &[&PlannedExport],
    turns: impl Iterator<Item = (i64, Turn)>,
) -> String {
    let mut text = format!("{config_sha256}\n{}\n{}\n", env!("CARGO_PKG_VERSION"), tz_release());
    for export in covering {
        let definition = &platform.exports[export.export];
        let object = &export.found.object;
        let etag = object.etag.as_deref().unwrap_or("-");
        let _ = write!(text, "{}\t{}\t{etag}\t{}", definition.name, object.key, object.size);
        if goes_by_modification(&definition.rows) {
            let _ = write!(text, "\t{}", object.last_modified);
        }
        text.push('\n');
    }
    for (from_us, Turn { starts_us, burn_in }) in turns {
        let _ = writeln!(text, "turn\t{from_us}\t{starts_us}\t{burn_in}");
    }
    crate::store::sha256_hex(text.as_bytes())
}

/// Whether the time of an object decides what is counted.
fn goes_by_modification(rows: &Rows) -> bool {
    let by = match rows {
        Rows::Counts(counts) => &counts.newest.by,
        Rows::Covers(covers) => &covers.newest.by,
        Rows::Events { .. } | Rows::Impressions { .. } => return false,
    };
    *by == Order::Modified
}

#[cfg(test)]
mod tests;
