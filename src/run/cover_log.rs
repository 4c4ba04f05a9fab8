//! What to say of a log of covers that leaves something open.

use jiff::Timestamp;

use coverledger_core::count::{LogTold, Overlap, Without};
use coverledger_core::time::Zone;

/// So many broadcasts are named.
const NAMED: usize = 3;

/// Notes on a market-day, on its market's clock.
pub(super) fn notes(told: &LogTold, zone: &Zone) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(Overlap { broadcast, from_us, until_us, covers: [one, other] }) = told.overlaps.first() {
        notes.push(format!(
            "the log of covers has `{one}` and `{other}` at once in broadcast `{broadcast}`, {}{}: what was counted then is nobody's",
            between(*from_us, *until_us, zone),
            more(told.overlaps.len() - 1, "such time", "such times"),
        ));
    }
    if !told.without.is_empty() {
        let rows: u64 = told.without.values().map(|without| without.rows).sum();
        let named: Vec<String> =
            told.without.iter().take(NAMED).map(|(id, without)| of(id, without, zone)).collect();
        let left = told.without.len().saturating_sub(NAMED);
        notes.push(format!(
            "the log of covers leaves {} of counts without a cover for all or a part of their time: {}{}",
            counted(rows),
            named.join("; "),
            more(left, "broadcast", "broadcasts")
        ));
    }
    notes
}

fn of(broadcast: &str, without: &Without, zone: &Zone) -> String {
    let Without { rows, from_us, until_us, is_in_log } = *without;
    let span = between(from_us, until_us, zone);
    let why = if is_in_log { "has none on air" } else { "is not in it" };
    format!("broadcast `{broadcast}` {why} ({}, {span})", counted(rows))
}

fn counted(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}

fn more(count: usize, one: &str, several: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!(" (and 1 more {one})"),
        count => format!(" (and {count} more {several})"),
    }
}

/// `2026-11-20 20:00 to 20:15 (Europe/London)`
fn between(from_us: i64, until_us: i64, zone: &Zone) -> String {
    let local = |us: i64| Timestamp::from_microsecond(us).map(|at| zone.local(at));
    let (Ok(from), Ok(until)) = (local(from_us), local(until_us)) else { return "at no time".to_owned() };
    let shown = if from.date() == until.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    format!("{} to {} ({})", from.strftime("%Y-%m-%d %H:%M"), until.strftime(shown), zone.name())
}
