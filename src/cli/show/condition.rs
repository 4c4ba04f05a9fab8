//! What rows have to hold: `--where 'column=value'`.
//!
//! A value is read as the type of its column is. No value after `=` is null. A null is unlike every value, and neither more
//! nor less than any.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use polars::prelude::*;

use super::columns::named;
use crate::cli::Failure;
use crate::cli::args::Show;
use crate::cli::rows::{Column, Rows, Value};
use coverledger_core::model::{ColumnSpec, ColumnType};

/// What a row has to hold.
pub(super) struct Condition {
    column: Column,
    relation: Relation,
    /// `None` is null.
    value: Option<Value<'static>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Longer ones first, as `<=` begins like `<`.
const RELATIONS: [(&str, Relation); 6] = [
    ("!=", Relation::IsNot),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("=", Relation::Is),
    ("<", Relation::Less),
    (">", Relation::More),
];

impl Condition {
    /// All that were asked for.
    ///
    /// # Errors
    /// One makes no sense.
    pub(super) fn all(args: &Show) -> Result<Vec<Self>, Failure> {
        let columns = args.table.spec().columns();
        args.conditions.iter().map(|text| Self::of(text, args, &columns)).collect()
    }

    fn of(text: &str, args: &Show, columns: &[ColumnSpec]) -> Result<Self, Failure> {
        let at = text.find(['=', '!', '<', '>']).unwrap_or(text.len());
        let (name, rest) = text.split_at(at);
        let found = RELATIONS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (sign, relation) = found.ok_or_else(|| {
            let known = "expected `column=value`, or `!=`, `<`, `<=`, `>` or `>=` in place of `=`";
            Failure::usage(format!("`--where {text}` compares nothing ({known})"))
        })?;
        let column = named(args.table, columns, name)?;
        let written = rest[sign.len()..].trim();
        let of_type = column.of_type;
        let is_ordered = !matches!(of_type, ColumnType::Text | ColumnType::Truth);
        if !matches!(relation, Relation::Is | Relation::IsNot) && (!is_ordered || written.is_empty()) {
            let column = &column.name;
            let why = match of_type {
                ColumnType::Text => "is text, which has no order",
                ColumnType::Truth => "is true or false, which has no order",
                _ => "is compared with nothing",
            };
            let hint = if is_ordered { "give a value" } else { "expected `=` or `!=`" };
            return Err(Failure::usage(format!("`--where {text}`: `{column}` {why} ({hint})")));
        }
        let value = (!written.is_empty()).then(|| read(written, of_type)).transpose().map_err(|expected| {
            let column = &column.name;
            Failure::usage(format!(
                "`--where {text}`: `{written}` is no value of `{column}` (expected {expected})"
            ))
        })?;
        Ok(Self { column: column.clone().into(), relation: *relation, value })
    }

    fn holds(&self, found: &Value<'_>) -> bool {
        let is_null = matches!(found, Value::Null);
        let Some(value) = &self.value else { return is_null == (self.relation == Relation::Is) };
        let order = found.compare(value);
        match self.relation {
            Relation::Is => order == Some(Ordering::Equal),
            Relation::IsNot => order != Some(Ordering::Equal),
            Relation::Less => order == Some(Ordering::Less),
            Relation::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Relation::More => order == Some(Ordering::Greater),
            Relation::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// The rows of which all of these hold.
pub(super) fn those_that_hold(frame: DataFrame, conditions: &[Condition]) -> PolarsResult<DataFrame> {
    if conditions.is_empty() || frame.height() == 0 {
        return Ok(frame);
    }
    let columns: Vec<Column> = conditions.iter().map(|condition| condition.column.clone()).collect();
    let rows = Rows::of(&frame, &columns)?;
    let holds = |row| conditions.iter().zip(rows.row(row)).all(|(condition, value)| condition.holds(&value));
    let mask: BooleanChunked = (0..rows.height()).map(|row| Some(holds(row))).collect();
    frame.filter(&mask)
}

/// A value as the type of its column is; or what was expected.
fn read(text: &str, of_type: ColumnType) -> Result<Value<'static>, &'static str> {
    let midnight =
        |text: &str| text.parse::<Date>().ok().map(|day| day.to_datetime(jiff::civil::Time::midnight()));
    Ok(match of_type {
        ColumnType::Text => Value::from(text.to_owned()),
        ColumnType::Whole => {
            Value::Whole(text.parse().map_err(|_| "a whole number, such as `500`: its type is `int64`")?)
        }
        ColumnType::Float => {
            let (digits, scale) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits.trim_end(), 100.0));
            let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
            let number = number.ok_or("a number, such as `0.03` or `3%`: its type is `float64`")?;
            Value::Float(number / scale)
        }
        ColumnType::Truth => Value::Truth(text.parse().map_err(|_| "`true` or `false`: its type is `bool`")?),
        ColumnType::Day => {
            Value::Day(text.parse().map_err(|_| "a date, such as `2026-11-20`: its type is `date`")?)
        }
        ColumnType::Instant => {
            let day = midnight(text).and_then(|time| jiff::tz::Offset::UTC.to_timestamp(time).ok());
            let instant = text.parse::<Timestamp>().ok().or(day);
            let expected =
                "an instant, such as `2026-11-20T08:00:00Z`, or a date: its type is `timestamp[us, UTC]`";
            Value::Instant(instant.ok_or(expected)?)
        }
        ColumnType::WallTime => {
            let time = text.parse::<DateTime>().ok().or_else(|| midnight(text));
            let expected =
                "a time on a clock, such as `2026-11-20T08:00:00`, or a date: its type is `timestamp[us]`";
            Value::WallTime(time.ok_or(expected)?)
        }
    })
}
