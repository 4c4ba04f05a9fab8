//! What to say of objects that a market-day cannot all take at their word.

use jiff::Timestamp;

use crate::plan::Batch;
use coverledger_core::count::{Conflict, ConflictKind, Delivered};

const DAY_US: i64 = 86_400_000_000;

/// Why a market-day should not be made from both. `others` are as many more of such pairs.
pub(super) fn reason(batch: &Batch<'_>, conflict: &Conflict, others: usize) -> String {
    let key = |row: Delivered| batch.exports[row.export].found.object.key.as_str();
    let Conflict { kind, subject, older, newer } = conflict;
    let (older_key, newer_key) = (key(*older), key(*newer));
    let (of_older, of_newer) = (interval(*older), interval(*newer));
    let others = match others {
        0 => String::new(),
        1 => " (and 1 more pair of exports)".to_owned(),
        others => format!(" (and {others} more pairs of exports)"),
    };
    match kind {
        ConflictKind::Overlap => {
            let is_session = older.start_us == newer.start_us && older.end_us - older.start_us < DAY_US;
            let hint = if is_session {
                "; a session that was told while it was on air is counted as it was told last under `newest: {per: broadcast}`"
            } else {
                ""
            };
            format!(
                "exports `{older_key}` and `{newer_key}` both count `{subject}`, the one from {of_older}, the other from {of_newer}: two intervals that overlap without being equal cannot both be counted{others} (take one of the two away{hint}; give `--accept-shrink` to add them up)"
            )
        }
        ConflictKind::Strangers => {
            format!(
                "export `{newer_key}` would replace what `{older_key}` counts of `{subject}` from {of_older}, and the two have nothing in common (are they of two accounts, or parts of one period? `newest: {{per: broadcast}}` counts both; give `--accept-shrink` if the newer one is right)"
            ) + &others
        }
        ConflictKind::MadeId => {
            format!(
                "exports `{older_key}` and `{newer_key}` may both count `{subject}`, the one from {of_older}, the other from {of_newer}: its id is made of several columns and tells nothing of the other's (take one of the two away; give `--accept-shrink` if they are two broadcasts){others}"
            )
        }
        ConflictKind::Part => {
            format!(
                "export `{newer_key}` is newer than `{older_key}` and repeats some of its rows as they were, without those of `{subject}` from {of_older}, which would be lost (is it a download that broke off? take it away, or give `--accept-shrink` if it is right)"
            ) + &others
        }
    }
}

fn interval(row: Delivered) -> String {
    let instant = |us: i64| Timestamp::from_microsecond(us).map_or_else(|_| "?".to_owned(), |at| at.to_string());
    if row.start_us == row.end_us {
        return format!("{} on", instant(row.start_us));
    }
    format!("{} to {}", instant(row.start_us), instant(row.end_us))
}
