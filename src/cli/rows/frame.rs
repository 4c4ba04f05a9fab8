//! The rows of a table that was read, value by value.

use jiff::civil::{Date, DateTime, date};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use polars::prelude::*;

use super::{Column, Value};
use coverledger_core::model::ColumnType;

/// A table whose values are all ones that can be written.
pub struct Rows<'f> {
    columns: Vec<Cells<'f>>,
    height: usize,
}

enum Cells<'f> {
    Text(&'f StringChunked),
    Whole(&'f Int64Chunked),
    Float(&'f Float64Chunked),
    Truth(&'f BooleanChunked),
    Day(&'f Int32Chunked),
    Instant(&'f Int64Chunked),
    WallTime(&'f Int64Chunked),
}

impl<'f> Rows<'f> {
    /// Those columns of a table, in that order.
    ///
    /// # Errors
    /// It lacks one or has it of another type, or a day or an instant in it is beyond the years that a calendar has.
    pub fn of(frame: &'f DataFrame, columns: &[Column]) -> PolarsResult<Self> {
        let columns = columns.iter().map(|column| Cells::of(frame, column)).collect::<PolarsResult<_>>()?;
        Ok(Self { columns, height: frame.height() })
    }

    /// How many there are.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The values of one.
    pub fn row(&self, row: usize) -> Vec<Value<'f>> {
        self.columns.iter().map(|cells| cells.value(row)).collect()
    }
}

impl<'f> Cells<'f> {
    fn of(frame: &'f DataFrame, column: &Column) -> PolarsResult<Self> {
        let values = frame.column(&column.name)?;
        let cells = match column.of_type {
            ColumnType::Text => Self::Text(values.str()?),
            ColumnType::Whole => Self::Whole(values.i64()?),
            ColumnType::Float => Self::Float(values.f64()?),
            ColumnType::Truth => Self::Truth(values.bool()?),
            ColumnType::Day => Self::Day(&values.date()?.phys),
            ColumnType::Instant => Self::Instant(&values.datetime()?.phys),
            ColumnType::WallTime => Self::WallTime(&values.datetime()?.phys),
        };
        let is_in_a_calendar = match &cells {
            Self::Day(days) => days.iter().flatten().all(|days| day(days).is_some()),
            Self::Instant(times) | Self::WallTime(times) => {
                times.iter().flatten().all(|us| Timestamp::from_microsecond(us).is_ok())
            }
            _ => true,
        };
        if !is_in_a_calendar {
            polars_bail!(ComputeError: "its column `{}` has a time beyond the year 9999", column.name);
        }
        Ok(cells)
    }

    fn value(&self, row: usize) -> Value<'f> {
        match self {
            Self::Text(cells) => cells.get(row).into(),
            Self::Whole(cells) => cells.get(row).into(),
            Self::Float(cells) => cells.get(row).into(),
            Self::Truth(cells) => cells.get(row).into(),
            Self::Day(cells) => cells.get(row).and_then(day).into(),
            Self::Instant(cells) => cells.get(row).and_then(instant).map_or(Value::Null, Value::Instant),
            Self::WallTime(cells) => cells.get(row).and_then(wall_time).map_or(Value::Null, Value::WallTime),
        }
    }
}

/// The day that so many days after the first of 1970 is, if there is one.
pub fn day(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

fn instant(us: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(us).ok()
}

fn wall_time(us: i64) -> Option<DateTime> {
    Some(Offset::UTC.to_datetime(instant(us)?))
}
