//! The columns of a table as a report shows them: those that a draft may need, each on a line.

use unicode_width::UnicodeWidthStr;

use super::Column;
use super::column_kind::ColumnKind;
use super::role::Role;
use super::text_page::{LEFT, PAGE, SHOWN, TextPage, clipped, padded};
use coverledger_core::model::Count;

/// Columns that are shown each on a line; of more the rest is on one.
const COLUMNS: usize = 8;
/// How much room a value is given at the cost of the names.
const SAMPLE: usize = 12;

/// Writes them.
pub(super) fn lines(page: &mut TextPage, columns: &[Column]) {
    let shown = shown(columns);
    let width =
        |text: &dyn Fn(&Column) -> usize| shown.iter().map(|index| text(&columns[*index])).max().unwrap_or(0);
    let kinds = width(&|column| column.kind.word().width());
    let roles = width(&|column| column.role.map_or(1, |role| role.word().width()));
    let left = PAGE.saturating_sub(LEFT + kinds + roles + 6 + 2);
    let titled = |column: &Column| titled(column, left.saturating_sub(SAMPLE).clamp(16, SHOWN));
    let names = width(&|column| titled(column).width());
    let room = left.saturating_sub(names).clamp(8, SHOWN);
    for (line, index) in shown.iter().enumerate() {
        let column = &columns[*index];
        let role = column.role.map_or("·", super::role::Role::word);
        let sample =
            if column.sample.is_empty() { String::new() } else { format!("`{}`", clipped(&column.sample, room)) };
        let empty = if column.empty > 0 && column.kind != ColumnKind::Empty {
            format!(", {} empty", column.empty)
        } else {
            String::new()
        };
        let text = format!(
            "{}  {}  {}  {sample}{empty}",
            padded(&titled(column), names),
            padded(column.kind.word(), kinds),
            padded(role, roles)
        );
        page.line(if line == 0 { "columns" } else { "" }, text.trim_end());
    }
    let hidden: Vec<usize> = (0..columns.len()).filter(|index| !shown.contains(index)).collect();
    if !hidden.is_empty() {
        let first: Vec<String> =
            hidden.iter().take(2).map(|index| format!("`{}`", clipped(&columns[*index].name, 18))).collect();
        let more = if hidden.len() > first.len() { ", …" } else { "" };
        page.line("", &format!("and {} more: {}{more}", hidden.len(), first.join(", ")));
    }
}

fn titled(column: &Column, most: usize) -> String {
    if column.name.is_empty() { "(no name)".to_owned() } else { clipped(&column.name, most) }
}

/// The columns that have a line each: all of a few, else those that a draft may need.
fn shown(columns: &[Column]) -> Vec<usize> {
    if columns.len() <= COLUMNS {
        return (0..columns.len()).collect();
    }
    let weight = |index: &usize| {
        let column = &columns[*index];
        match column.role {
            Some(role) if role.is_rate() || role.is_time() => 0,
            Some(
                Role::Count(Count::Impressions | Count::Clicks | Count::Entries) | Role::Broadcast | Role::Cover,
            ) => 0,
            Some(Role::Count(_) | Role::Market | Role::Length) => 1,
            Some(_) => 2,
            None if column.kind.is_time() || column.is_ratio() => 1,
            None => 3,
        }
    };
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(weight);
    order.truncate(COLUMNS - 1);
    order.sort_unstable();
    order
}
