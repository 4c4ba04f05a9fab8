//! A published table, read row by row, whatever release wrote it.
//!
//! A column that is missing is null in every row: a page that says less is better than none.

use std::collections::BTreeMap;

use coverledger_core::model::{ColumnSpec, ColumnType, TableName};
use jiff::Span;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::Offset;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int32Chunked, Int64Chunked, PolarsResult, StringChunked,
};

use super::line::Line;
use crate::BriefError;

/// A table with its columns found once.
pub(super) struct Table<'f> {
    pub(super) name: TableName,
    columns: BTreeMap<&'f str, Cells<'f>>,
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

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'f> {
    Text(&'f str),
    Whole(i64),
    Float(f64),
    Truth(bool),
    Day(Date),
    Instant(Timestamp),
    WallTime(DateTime),
}

impl<'f> Table<'f> {
    /// The table as it was read; without rows where there is none.
    ///
    /// # Errors
    /// A column is of another type than is declared: it is another table.
    pub(super) fn of(name: TableName, frame: Option<&'f DataFrame>) -> Result<Self, BriefError> {
        let mut table = Self { name, columns: BTreeMap::new(), height: frame.map_or(0, DataFrame::height) };
        let Some(frame) = frame else { return Ok(table) };
        for ColumnSpec { name: column, of_type, .. } in name.spec().columns() {
            let Ok(found) = frame.column(&column) else { continue };
            let cells = Cells::of(found, of_type).map_err(|source| BriefError {
                table: name.as_str(),
                column: column.into_owned(),
                due: of_type.word(),
                source,
            })?;
            table.columns.insert(found.name().as_str(), cells);
        }
        Ok(table)
    }

    /// Its rows, in their order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.height).map(|row| Line { table: self, row })
    }

    /// What the cell of a row holds; `None` if that is null, or if there is no such column.
    pub(super) fn value(&self, column: &str, row: usize) -> Option<Value<'f>> {
        self.columns.get(column)?.value(row)
    }

    /// Whether whoever wrote it knew the column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

impl<'f> Cells<'f> {
    fn of(column: &'f Column, of_type: ColumnType) -> PolarsResult<Self> {
        Ok(match of_type {
            ColumnType::Text => Self::Text(column.str()?),
            ColumnType::Whole => Self::Whole(column.i64()?),
            ColumnType::Float => Self::Float(column.f64()?),
            ColumnType::Truth => Self::Truth(column.bool()?),
            ColumnType::Day => Self::Day(&column.date()?.phys),
            ColumnType::Instant => Self::Instant(&column.datetime()?.phys),
            ColumnType::WallTime => Self::WallTime(&column.datetime()?.phys),
        })
    }

    fn value(&self, row: usize) -> Option<Value<'f>> {
        Some(match self {
            Self::Text(cells) => Value::Text(cells.get(row)?),
            Self::Whole(cells) => Value::Whole(cells.get(row)?),
            // What is no number is told as null: there is nothing to draw.
            Self::Float(cells) => Value::Float(cells.get(row).filter(|number| number.is_finite())?),
            Self::Truth(cells) => Value::Truth(cells.get(row)?),
            Self::Day(cells) => Value::Day(day(cells.get(row)?)?),
            Self::Instant(cells) => Value::Instant(instant(cells.get(row)?)?),
            Self::WallTime(cells) => Value::WallTime(Offset::UTC.to_datetime(instant(cells.get(row)?)?)),
        })
    }
}

/// The day that so many days after the first of 1970 is, if there is one.
fn day(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

fn instant(us: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(us).ok()
}
