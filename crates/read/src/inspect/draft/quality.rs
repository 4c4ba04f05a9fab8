//! The file of a source of quality: every column is proposed by its name alone, so that nothing of it loads unread.

use std::fmt::Write;

use super::{Draft, Drafted, one_line};
use crate::inspect::column_kind::ColumnKind;
use crate::inspect::role::Role;

const EXPORT: &str = "views";

/// A draft of exports of how views went. No arithmetic proves what a player measured, so it stays a comment.
pub(super) fn draft(name: &str, draft: &Draft<'_>, file: &str, columns: &[(&'static str, usize)]) -> Drafted {
    let to_decide = vec![
        "which platform's broadcasts these views are of: the name of its file in `config/platforms/` (`of`)".to_owned(),
        "which column means what, in which unit (`_ms` or `_seconds`), and whether the time watched has stalls in it (`watch_ms`) or not (`playing_ms`): known by names only (`columns`)".to_owned(),
    ];
    let mut text = format!(
        "# Drafted by `coverledger inspect` from {} rows of `{}`: how views went. Read every line before you trust it.\n\
         # It does not load before this is decided, each at the word DECIDE below:\n",
        draft.finding.rows,
        one_line(file)
    );
    // Writing to text cannot fail.
    for (index, question) in to_decide.iter().enumerate() {
        let _ = writeln!(text, "#   {}. {question}", index + 1);
    }
    text.push_str("version: 1\n# DECIDE: take away the `#`, with the platform that is meant.\n# of: PLATFORM\n");
    text.push_str("settle: 48h   # how long after a day's end its files may still change\nexports:\n");
    let _ = write!(
        text,
        "  - name: {EXPORT}\n    rows: quality\n    grain: view   # or `minute` or `broadcast`, where a row is of many views\n{}{}    columns:\n",
        draft.place(name, file),
        draft.format()
    );
    text.push_str("      # DECIDE: take away the `#` of every line that is right.\n");
    let market = match draft.role(Role::Market) {
        Some(column) => format!("{{column: {}, otherwise: reject}}", draft.name(column)),
        None => "path   # or one market for all: {value: US}".to_owned(),
    };
    let broadcast = draft.role(Role::Broadcast).filter(|column| columns.iter().all(|(_, of)| of != column));
    let broadcast = broadcast.map_or_else(|| "COLUMN".to_owned(), |column| draft.name(column));
    let _ =
        writeln!(text, "      # market: {market}\n      # broadcast_id: {broadcast}   # the platform's id of it");
    for (key, column) in columns {
        let said = match (*key, &draft.column(*column).kind) {
            ("occurred_at", ColumnKind::Instant(_) | ColumnKind::Wall(_)) => {
                draft.instant(*column, ", timezone: UTC")
            }
            _ => draft.name(*column),
        };
        // Ids of viewers stay out of files that are kept.
        let sample = Some(&draft.column(*column).sample).filter(|_| !key.ends_with("_id"));
        let sample = sample.map(|sample| format!("   # such as {}", one_line(sample))).unwrap_or_default();
        let _ = writeln!(text, "      # {key}: {said}{sample}");
    }
    Drafted { text, export: EXPORT, lies_at: draft.lies_at(name, file), log: None, to_decide }
}
