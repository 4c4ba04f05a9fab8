//! Logs whose rows are displays: each says whether it was clicked, and nothing is counted in it.

use super::{Draft, Section};
use crate::inspect::column_kind::ColumnKind;
use crate::inspect::interval_columns::IntervalColumns;
use crate::inspect::name::fold;
use crate::inspect::role::Role;
use crate::inspect::{Column, Finding};
use coverledger_core::model::Count;

/// What a column is called that says whether a display was clicked.
const CLICKED: [&str; 12] = [
    "click",
    "clicks",
    "clicked",
    "is click",
    "is clicked",
    "clk",
    "isclick",
    "click flag",
    "点击",
    "是否点击",
    "クリック",
    "클릭",
];

/// Rows that it takes: of a few, counts may happen to be 0 and 1.
const ENOUGH: usize = 20;

/// Whether every row of a table is one display.
pub(super) fn are(finding: &Finding) -> bool {
    let is_counted = |column: &Column| {
        matches!(column.role, Some(Role::Count(count)) if count != Count::Clicks)
            || column.role.is_some_and(Role::is_rate)
    };
    clicked(finding).is_some()
        && matches!(finding.when, IntervalColumns::Span { .. })
        && finding.rows >= ENOUGH
        && finding.totals.is_empty()
        && !finding.columns.iter().any(is_counted)
}

/// The column that is 0 or 1 in every row.
fn clicked(finding: &Finding) -> Option<usize> {
    let is_flag = |column: &Column| match column.kind {
        ColumnKind::Flag => true,
        ColumnKind::Whole | ColumnKind::Decimal => {
            let ones =
                column.numbers.iter().flatten().filter(|number| number.value.total_cmp(&1.0).is_eq()).count();
            let noughts = column
                .numbers
                .iter()
                .flatten()
                .filter(|number| number.value.abs().total_cmp(&0.0).is_eq())
                .count();
            column.empty == 0 && ones > 0 && noughts > 0 && ones + noughts == column.numbers.len()
        }
        _ => false,
    };
    finding.columns.iter().position(|column| CLICKED.contains(&fold(&column.raw).as_str()) && is_flag(column))
}

impl Draft<'_> {
    pub(super) fn displays(&self) -> Section {
        let text = clicked(self.finding).map_or_else(String::new, |clicked| {
            format!(
                "      # Every row is one display: `{}` is 0 or 1 in each.\n      clicked: {}\n",
                super::one_line(&self.column(clicked).name),
                self.name(clicked)
            )
        });
        Section { text, question: None }
    }
}
