//! A row of a published table, and the figures in it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use coverledger_core::model::{ColumnSpec, TableName, columns as c};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::null::{Null, why_null};
use super::table::{Table, Value};
use crate::{Figure, Interval, Row, Text};

/// A row.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) table: &'t Table<'t>,
    pub(super) row: usize,
}

/// Every column of every table by name.
static COLUMNS: LazyLock<BTreeMap<TableName, BTreeMap<String, ColumnSpec>>> = LazyLock::new(|| {
    let of = |table: TableName| {
        table.spec().columns().into_iter().map(|column| (column.name.clone().into_owned(), column)).collect()
    };
    TableName::ALL.into_iter().map(|table| (table, of(table))).collect()
});

/// How a column is declared.
pub(super) fn declared(table: TableName, column: &str) -> Option<&'static ColumnSpec> {
    COLUMNS.get(&table)?.get(column)
}

impl<'t> Line<'t> {
    fn value(self, column: &str) -> Option<Value<'t>> {
        self.table.value(column, self.row)
    }

    /// A text; `None` where it is null.
    pub(super) fn text(self, column: &str) -> Option<&'t str> {
        match self.value(column)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text to keep.
    pub(super) fn owned(self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// A text that keys are made of: empty where it is null.
    pub(super) fn id(self, column: &str) -> &'t str {
        self.text(column).unwrap_or_default()
    }

    /// A whole number.
    pub(super) fn whole(self, column: &str) -> Option<i64> {
        match self.value(column)? {
            Value::Whole(number) => Some(number),
            _ => None,
        }
    }

    /// A truth; null is none.
    pub(super) fn is(self, column: &str) -> bool {
        self.value(column) == Some(Value::Truth(true))
    }

    /// A day.
    pub(super) fn day(self, column: &str) -> Option<Date> {
        match self.value(column)? {
            Value::Day(day) => Some(day),
            _ => None,
        }
    }

    /// An instant.
    pub(super) fn instant(self, column: &str) -> Option<Timestamp> {
        match self.value(column)? {
            Value::Instant(at) => Some(at),
            _ => None,
        }
    }

    /// A time on a wall clock.
    pub(super) fn wall_time(self, column: &str) -> Option<DateTime> {
        match self.value(column)? {
            Value::WallTime(at) => Some(at),
            _ => None,
        }
    }

    /// A text in both languages; in whichever there is, where one is missing.
    pub(super) fn words(self, en: &str, zh: &str) -> Option<Text> {
        let said = |column| self.text(column).filter(|text| !text.trim().is_empty());
        let text = match (said(en), said(zh)) {
            (Some(en), Some(zh)) => Text { en: en.to_owned(), zh: zh.to_owned() },
            (Some(one), None) | (None, Some(one)) => Text::same(one),
            (None, None) => return None,
        };
        Some(text)
    }

    /// The reason of the row, in both languages.
    pub(super) fn reason(self) -> Text {
        self.words(c::REASON_EN, c::REASON_ZH).unwrap_or_default()
    }

    /// The number of a cell, whether it is whole or not.
    pub(super) fn number(self, column: &str) -> Option<f64> {
        match self.value(column)? {
            Value::Float(number) => Some(number),
            // Counts of a table stay far below 2^53.
            #[expect(clippy::cast_precision_loss, reason = "no count of a table comes near 2^53")]
            Value::Whole(number) => Some(number as f64),
            _ => None,
        }
    }

    /// A figure: what the cell holds, or why it holds nothing.
    pub(super) fn figure(self, column: &'static str) -> Figure {
        let value = self.number(column);
        let why_null = value.is_none().then(|| why_null(self.why(column), self.few(column)));
        Figure { value, column, why_null, row: None }
    }

    fn why(self, column: &str) -> Null<'static> {
        match declared(self.table.name, column) {
            Some(_) if !self.table.has(column) => Null::Earlier,
            Some(spec) => Null::Means(spec.null.as_deref().unwrap_or_default()),
            None => Null::Earlier,
        }
    }

    /// Of a bound: how many broadcasts it would be by, where these are too few.
    fn few(self, column: &str) -> Option<i64> {
        let bounded = column.strip_suffix("_low").or_else(|| column.strip_suffix("_high"))?;
        let beside =
            [c::RATIO, c::RATE, c::AGAINST_RATE].contains(&bounded) && self.table.has(c::COMPARED_BROADCASTS);
        let by = if beside { c::COMPARED_BROADCASTS } else { c::BROADCASTS };
        self.whole(by).filter(|broadcasts| (0..8).contains(broadcasts) && self.number(bounded).is_some())
    }

    /// A figure that stands in another row than what it belongs to.
    pub(super) fn figure_of_row(self, column: &'static str) -> Figure {
        Figure { row: Some(self.row()), ..self.figure(column) }
    }

    /// An estimate with its bounds; the column must be declared with both.
    pub(super) fn interval(self, column: &'static str) -> Interval {
        let bound = |name: String| match declared(self.table.name, &name) {
            Some(spec) => self.figure(&spec.name),
            None => Figure { value: None, column, why_null: Some(why_null(Null::Earlier, None)), row: None },
        };
        Interval { point: self.figure(column), low: bound(c::low(column)), high: bound(c::high(column)) }
    }

    /// What tells this row apart.
    pub(super) fn row(self) -> Row {
        let key = self.table.name.spec().key.iter().map(|column| (*column, self.shown(column)));
        Row { table: self.table.name, key: key.collect() }
    }

    /// A cell of a key as text; empty where it is null.
    fn shown(self, column: &str) -> String {
        match self.value(column) {
            Some(Value::Text(text)) => text.to_owned(),
            Some(Value::Whole(number)) => number.to_string(),
            Some(Value::Float(number)) => number.to_string(),
            Some(Value::Truth(truth)) => truth.to_string(),
            Some(Value::Day(day)) => day.to_string(),
            Some(Value::Instant(at)) => at.to_string(),
            Some(Value::WallTime(at)) => at.to_string(),
            None => String::new(),
        }
    }
}
