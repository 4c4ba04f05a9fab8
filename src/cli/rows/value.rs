//! One value of a table, whatever it is written as.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use coverledger_core::model::{ColumnSpec, ColumnType};

/// The largest whole number that a program with floating-point numbers only still tells from its neighbours.
pub(super) const MOST_EXACT: u64 = (1 << 53) - 1;

/// A column of what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The type of its values.
    pub of_type: ColumnType,
}

impl From<ColumnSpec> for Column {
    fn from(spec: ColumnSpec) -> Self {
        Self { name: spec.name, of_type: spec.of_type }
    }
}

impl From<(&'static str, ColumnType)> for Column {
    fn from((name, of_type): (&'static str, ColumnType)) -> Self {
        Self { name: name.into(), of_type }
    }
}

/// A value. Null is not zero and not an empty text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    /// None.
    Null,
    /// Text.
    Text(Cow<'v, str>),
    /// A whole number.
    Whole(i64),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Truth(bool),
    /// A calendar day.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
    /// A time on some zone's wall clock.
    WallTime(DateTime),
}

impl Value<'_> {
    /// As text that reads back as the same value; `None` of null. Days and times are as ISO 8601 writes them.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => Cow::Borrowed(text),
            Self::Whole(number) => number.to_string().into(),
            // The shortest digits that read back as the same number.
            Self::Float(number) => format!("{number:?}").into(),
            Self::Truth(truth) => truth.to_string().into(),
            Self::Day(day) => day.to_string().into(),
            Self::Instant(instant) => instant.to_string().into(),
            Self::WallTime(time) => time.to_string().into(),
        })
    }
}

impl Value<'_> {
    /// How two values of one type lie to each other; `None` of null and of two types.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Value::Text(other)) => Some(one.cmp(other)),
            (Self::Whole(one), Value::Whole(other)) => Some(one.cmp(other)),
            (Self::Float(one), Value::Float(other)) => one.partial_cmp(other),
            (Self::Truth(one), Value::Truth(other)) => Some(one.cmp(other)),
            (Self::Day(one), Value::Day(other)) => Some(one.cmp(other)),
            (Self::Instant(one), Value::Instant(other)) => Some(one.cmp(other)),
            (Self::WallTime(one), Value::WallTime(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Date> for Value<'_> {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}
