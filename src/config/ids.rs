//! `broadcast_id` and `cover_id`: how a row finds its broadcast and its cover.

use super::frame::Frame;
use super::kind::RowKind;
use super::mapping::{CoverRule, TextRule};
use super::path::PathPattern;
use super::place::Place;

/// Reads `broadcast_id`: a column, one value, or `path`.
pub(super) fn read_broadcast(at: &Place<'_>, frame: &Frame<'_>) -> Option<TextRule> {
    if !(at.is_text() && at.node.source == "path") {
        return read_rule(at);
    }
    if frame.path_lacks(PathPattern::names_broadcast) {
        return at.refuse(
            "`path` of this export has no `{broadcast}` (for a column of that name write `{column: path}`)",
        );
    }
    Some(TextRule::Path)
}

/// Reads `cover_id`: a column, one value, or `log`.
pub(super) fn read_cover(at: &Place<'_>, frame: &Frame<'_>) -> Option<CoverRule> {
    if !(at.is_text() && at.node.source == "log") {
        return read_rule(at).map(CoverRule::Row);
    }
    if frame.kind != RowKind::Counts {
        return at.refuse("`log` goes only with `rows: counts` (for a column of that name write `{column: log}`)");
    }
    Some(CoverRule::Log)
}

fn read_rule(at: &Place<'_>) -> Option<TextRule> {
    if !at.is_map() {
        return at.column().map(TextRule::Column);
    }
    let section = at.section("a column", &["column", "value"])?;
    match (section.optional("column"), section.optional("value")) {
        (Some(column), None) => column.column().map(TextRule::Column),
        (None, Some(value)) => value.text("an id", "a text").map(|text| TextRule::Value(text.to_owned())),
        (Some(_), Some(value)) => value.refuse("does not go with `column`"),
        (None, None) => section.place().refuse("names neither `column` nor `value`"),
    }
}
