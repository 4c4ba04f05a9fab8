//! `broadcast_id` and `cover_id`: how a row finds its broadcast and its cover.

use super::counting::ColumnName;
use super::cursor::Cursor;
use super::export_context::ExportContext;
use super::kind::RowKind;
use super::mapping::{CoverRule, MadeId, TextRule};
use super::path::PathPattern;
use super::registry::{Column, Key, Keys, Maybe, Part, Shape, keys, maybe};

keys! {
    /// How a row finds its broadcast.
    section BroadcastKeys("broadcast_id", "a broadcast") {
        column: Maybe<Column> = maybe("none", Column, "read from this column"),
        value: Maybe<Part> = maybe("none", Part(Shape::Text), "the same for every row; one of the two"),
        columns: Maybe<Part> = maybe(
            "none", Part(Shape::List(Box::new(Shape::Column), 2, None).called("list of columns")),
            "of `broadcast_id` in `counts` and `covers`: the id is made of these, joined by ` / `; with `column` as well, only where an object does not have it",
        ),
    }
}

keys! {
    /// How a row finds its cover.
    section CoverKeys("cover_id", "a column") {
        column: Maybe<Column> = maybe("none", Column, "read from this column"),
        value: Maybe<Part> = maybe("none", Part(Shape::Text), "the same for every row; one of the two"),
    }
}

/// Reads `broadcast_id`: a column, one value, or `path`.
pub(super) fn read_broadcast(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<TextRule> {
    if at.is_map() {
        let keys = BroadcastKeys::open(at)?;
        return match keys.columns.at() {
            Some(columns) => read_made(&keys, &columns, context).map(TextRule::Made),
            None => rule_of(&keys.column, &keys.value),
        };
    }
    if !(at.is_text() && at.node.source == "path") {
        return at.column().map(TextRule::Column);
    }
    if context.path_lacks(PathPattern::names_broadcast) {
        return at.refuse(
            "`path` of this export has no `{broadcast}` (for a column of that name write `{column: path}`)",
        );
    }
    Some(TextRule::Path)
}

/// Reads `cover_id`: a column, one value, or `log`.
pub(super) fn read_cover(at: &Cursor<'_>, context: &ExportContext<'_>) -> Option<CoverRule> {
    if !(at.is_text() && at.node.source == "log") {
        return read_rule(at).map(CoverRule::Row);
    }
    if context.kind != RowKind::Counts {
        return at.refuse("`log` goes only with `rows: counts` (for a column of that name write `{column: log}`)");
    }
    Some(CoverRule::Log)
}

/// Reads the columns that an id is made of, and the one that is it where an object has it.
fn read_made(keys: &BroadcastKeys<'_>, columns: &Cursor<'_>, context: &ExportContext<'_>) -> Option<MadeId> {
    const EXPECTED: &str = "at least two columns, such as `[Title, Start time]`";
    if !matches!(context.kind, RowKind::Counts | RowKind::Covers) {
        return columns.refuse("goes only with `rows: counts` and `rows: covers`");
    }
    if let Some(value) = keys.value.at() {
        return value.refuse("does not go with `columns`");
    }
    let given = keys.column.read();
    let items = columns.list("the columns that an id is made of")?;
    if items.len() < 2 {
        return columns
            .refuse(format!("one column is no id made of several (expected {EXPECTED}; of one: `column`)"));
    }
    let total = items.len();
    let mut parts: Vec<ColumnName> = Vec::new();
    for item in items {
        let Some(column) = item.column() else { continue };
        if parts.contains(&column) {
            item.problem(format!("`{column}` is here twice"));
        } else {
            parts.push(column);
        }
    }
    let given = given?;
    (parts.len() == total).then_some(MadeId { given, parts })
}

fn read_rule(at: &Cursor<'_>) -> Option<TextRule> {
    if !at.is_map() {
        return at.column().map(TextRule::Column);
    }
    let keys = CoverKeys::open(at)?;
    rule_of(&keys.column, &keys.value)
}

fn rule_of(column: &Key<'_, Maybe<Column>>, value: &Key<'_, Maybe<Part>>) -> Option<TextRule> {
    match (column.at(), value.at()) {
        (Some(at), None) => at.column().map(TextRule::Column),
        (None, Some(value)) => value.text("an id", "a text").map(|text| TextRule::Value(text.to_owned())),
        (Some(_), Some(value)) => value.refuse("does not go with `column`"),
        (None, None) => column.section().refuse("names neither `column` nor `value`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn broadcast(text: &str, kind: RowKind) -> (Option<TextRule>, Vec<String>) {
        testing::read(&format!("b: {text}"), |at| {
            let context = ExportContext { kind, format: None, path: None, markets: None, click: None };
            read_broadcast(&at.section("x", &["b"])?.required("b", "x")?, &context)
        })
    }

    #[test]
    fn an_id_is_made_of_several_columns_where_an_object_has_none() {
        let name = |name: &str| ColumnName::new(name);
        let (rule, problems) = broadcast("{columns: [Title, Start]}", RowKind::Counts);
        assert_eq!(problems, <[&str; 0]>::default());
        assert_eq!(rule, Some(TextRule::Made(MadeId { given: None, parts: vec![name("Title"), name("Start")] })));
        let (rule, _) =
            broadcast("{column: [Room ID, LIVE ID], columns: [Title, [Start, Begin]]}", RowKind::Covers);
        let Some(TextRule::Made(made)) = rule else { panic!("{rule:?}") };
        assert_eq!(made.given.unwrap().names(), ["Room ID", "LIVE ID"]);
        assert_eq!(made.parts[1].names(), ["Start", "Begin"]);
    }

    #[test]
    fn what_is_no_id_of_several_columns_is_told() {
        let table = [
            ("{columns: [Title]}", "line 1, `b.columns`: one column is no id made of several"),
            ("{columns: [Title, Title]}", "line 1, `b.columns[1]`: `Title` is here twice"),
            ("{columns: [Title, Start], value: x}", "line 1, `b.value`: does not go with `columns`"),
        ];
        for (text, expected) in table {
            let (rule, problems) = broadcast(text, RowKind::Counts);
            assert_eq!(rule, None, "{text}");
            assert!(problems[0].starts_with(expected), "{text}: {problems:?}");
        }
        let (rule, problems) = broadcast("{columns: [Title, Start]}", RowKind::Events);
        assert_eq!(rule, None);
        assert!(
            problems[0].contains("`b.columns`: goes only with `rows: counts` and `rows: covers`"),
            "{problems:?}"
        );
    }
}
