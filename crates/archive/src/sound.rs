//! Validation of receipts: the only place where their content is checked, both when they are read and before they are put.
//!
//! Anybody with write access may have changed a receipt. What is derived from it later (paths, sums, the next number) must be
//! safe for any content that passes.

use std::collections::BTreeSet;

use super::keys::{self, Key};
use super::{Content, ExportRecord, FactRecord, TableRecord};

/// The largest receipt that is accepted, in bytes: about 50,000 exports of one market-day fit in.
pub(super) const MOST_BYTES: u64 = 16 << 20;
/// The most bytes to read of a table whose size no receipt states: the largest tables have a few megabytes.
pub(super) const MOST_OF_TABLE: u64 = 1 << 30;
/// The largest size of an export or a table, in bytes: several times what any store accepts. The sum over all that fit into a
/// receipt does not overflow.
const MOST_SIZE: u64 = 1 << 46;
/// The largest number of rows of an export or a table.
const MOST_ROWS: u64 = 1 << 44;

/// Checks the content of a receipt whose unit is the one of its key.
///
/// # Errors
/// A lowercase fragment that names the first impossible value.
pub(super) fn check(content: &Content) -> Result<(), String> {
    if !keys::is_revision(content.revision) {
        return Err(format!("`{}` is no number of a revision", content.revision));
    }
    let mut seen = BTreeSet::new();
    for table in &content.tables {
        if !seen.insert(table.table) {
            return Err(format!("it names the table `{}` twice", table.table));
        }
        check_table(content, table)?;
    }
    if content.retired && !content.tables.is_empty() {
        return Err("it says `retired` and names tables".to_owned());
    }
    content.exports.iter().try_for_each(check_export)?;
    content.facts.iter().try_for_each(check_fact)?;
    let is_earlier = |number: &u64| keys::is_revision(*number) && *number < content.revision;
    if !content.quarantined.is_sorted_by(|one, next| one < next) || !content.quarantined.iter().all(is_earlier) {
        return Err("what it names as quarantined are not earlier revisions, sorted".to_owned());
    }
    Ok(())
}

fn check_table(content: &Content, record: &TableRecord) -> Result<(), String> {
    let TableRecord { table, key, sha256, size, rows, schema_version: _ } = record;
    if !keys::is_sha256(sha256) {
        return Err(format!(
            "its table `{table}` has `{sha256}` for a SHA-256 (expected 64 lower-case hex digits)"
        ));
    }
    if table.family() != content.unit.family() {
        return Err(format!("its table `{table}` is none of `{}`", content.unit));
    }
    let own = Key::Current(*table, &content.unit).path();
    if *key != own {
        return Err(format!("its table `{table}` has the key `{key}` (expected `{own}`)"));
    }
    if *size > MOST_SIZE || *rows > MOST_ROWS {
        return Err(format!("its table `{table}` has {size} bytes and {rows} rows, which is impossible"));
    }
    Ok(())
}

fn check_export(export: &ExportRecord) -> Result<(), String> {
    let rows = &export.rows;
    let counts = [rows.rows_in, rows.counted, rows.duplicate, rows.outside, rows.rejected];
    if export.size > MOST_SIZE || counts.into_iter().any(|count| count > MOST_ROWS) {
        return Err(format!("the size or the rows of its export `{}` are impossible", export.key));
    }
    Ok(())
}

fn check_fact(fact: &FactRecord) -> Result<(), String> {
    let day = &fact.market_day;
    let is_named = keys::is_id(day.platform.as_str()) && keys::is_id(day.market.as_str());
    if is_named && keys::is_revision(fact.revision) {
        return Ok(());
    }
    Err(format!("revision {} of `{day}`, which it stands on, is impossible", fact.revision))
}
