//! Cells of tables that were never written.

use coverledger_core::model::{TableName, columns as c};

use crate::{Figure, Interval, Row, Text};

/// Columns of an estimate and of its bounds.
pub(super) type Three = [&'static str; 3];

pub(super) const RATE: Three = ["rate", "rate_low", "rate_high"];
pub(super) const AGAINST_RATE: Three = ["against_rate", "against_rate_low", "against_rate_high"];
pub(super) const CHANGE: Three = [c::CHANGE, "change_low", "change_high"];
pub(super) const EFFECT: Three = [c::EFFECT, "effect_low", "effect_high"];
pub(super) const RATIO: Three = [c::RATIO, "ratio_low", "ratio_high"];

pub(super) fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

pub(super) fn row(table: TableName, key: &[(&'static str, &str)]) -> Row {
    Row { table, key: key.iter().map(|(column, value)| (*column, (*value).to_owned())).collect() }
}

pub(super) const fn figure(column: &'static str, value: f64) -> Figure {
    Figure { value: Some(value), column, why_null: None, row: None }
}

pub(super) fn null(column: &'static str, en: &str, zh: &str) -> Figure {
    Figure { value: None, column, why_null: Some(text(en, zh)), row: None }
}

/// A cell that is null for the reason that most are.
pub(super) fn unknown(column: &'static str) -> Figure {
    null(column, "a count is not known", "有计数不详")
}

pub(super) const fn interval([point, low, high]: Three, values: [f64; 3]) -> Interval {
    let [at, from, to] = values;
    Interval { point: figure(point, at), low: figure(low, from), high: figure(high, to) }
}

/// An estimate that nothing bounds.
pub(super) fn point([point, low, high]: Three, value: f64) -> Interval {
    let bound = |column| {
        let (en, zh) = ("Seen in 6 broadcasts; an interval needs 8.", "只出现过 6 场，区间至少需要 8 场。");
        null(column, en, zh)
    };
    Interval { point: figure(point, value), low: bound(low), high: bound(high) }
}

/// No estimate at all.
pub(super) fn nothing([point, low, high]: Three) -> Interval {
    Interval { point: unknown(point), low: unknown(low), high: unknown(high) }
}
