//! Tables by hand.

use coverledger_config::Workspace;
use coverledger_core::model::{ColumnType, TableName, columns as c};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use polars::prelude::{Column, DataFrame, DataType, TimeUnit};

use crate::BriefTables;

/// What a cell is to hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'a> {
    Text(&'a str),
    Whole(i64),
    Float(f64),
    Truth(bool),
    Day(Date),
    Instant(&'a str),
    WallTime(DateTime),
}

impl<'a> From<&'a str> for Held<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Held<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<f64> for Held<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Held<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Date> for Held<'_> {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime> for Held<'_> {
    fn from(at: DateTime) -> Self {
        Self::WallTime(at)
    }
}

/// Cells of a row by column; all others are null.
pub(super) type Cells<'a> = Vec<(&'static str, Held<'a>)>;

fn micros(at: DateTime) -> i64 {
    at.to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond()
}

/// A table with every column that is declared.
pub(super) fn frame(table: TableName, rows: &[Cells<'_>]) -> DataFrame {
    let declared = table.spec().columns();
    for (column, _) in rows.iter().flatten() {
        assert!(declared.iter().any(|spec| spec.name == *column), "{table} has no column {column}");
    }
    let columns = declared.iter().map(|spec| {
        let cells: Vec<Option<Held<'_>>> = rows
            .iter()
            .map(|row| row.iter().find(|(name, _)| spec.name == *name).map(|(_, held)| *held))
            .collect();
        column(&spec.name, spec.of_type, &cells)
    });
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

fn wrong(held: Held<'_>) -> ! {
    panic!("a column of another type does not hold {held:?}")
}

fn column(name: &str, of_type: ColumnType, cells: &[Option<Held<'_>>]) -> Column {
    let whole = |cells: &[Option<Held<'_>>]| -> Vec<Option<i64>> {
        let of = |held: &Option<Held<'_>>| {
            held.map(|held| match held {
                Held::Whole(number) => number,
                Held::Instant(at) => at.parse::<Timestamp>().unwrap().as_microsecond(),
                Held::WallTime(at) => micros(at),
                _ => wrong(held),
            })
        };
        cells.iter().map(of).collect()
    };
    let name_of = || name.into();
    match of_type {
        ColumnType::Text => {
            let of = |held: &Option<Held<'_>>| {
                held.map(|held| if let Held::Text(text) = held { text.to_owned() } else { wrong(held) })
            };
            Column::new(name_of(), cells.iter().map(of).collect::<Vec<Option<String>>>())
        }
        ColumnType::Whole => Column::new(name_of(), whole(cells)),
        ColumnType::Float => {
            let of = |held: &Option<Held<'_>>| {
                held.map(|held| if let Held::Float(number) = held { number } else { wrong(held) })
            };
            Column::new(name_of(), cells.iter().map(of).collect::<Vec<Option<f64>>>())
        }
        ColumnType::Truth => {
            let of = |held: &Option<Held<'_>>| {
                held.map(|held| if let Held::Truth(truth) = held { truth } else { wrong(held) })
            };
            Column::new(name_of(), cells.iter().map(of).collect::<Vec<Option<bool>>>())
        }
        ColumnType::Day => {
            let days = |day: Date| (day - date(1970, 1, 1)).get_days();
            let of = |held: &Option<Held<'_>>| {
                held.map(|held| if let Held::Day(day) = held { days(day) } else { wrong(held) })
            };
            Column::new(name_of(), cells.iter().map(of).collect::<Vec<Option<i32>>>())
                .cast(&DataType::Date)
                .unwrap()
        }
        ColumnType::Instant => Column::new(name_of(), whole(cells))
            .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(polars::prelude::TimeZone::UTC)))
            .unwrap(),
        ColumnType::WallTime => {
            Column::new(name_of(), whole(cells)).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap()
        }
    }
}

/// The night of everything here.
pub(super) const NIGHT: Date = date(2026, 11, 1);

/// A row of a place as of the night, under the newest conventions.
pub(super) fn of<'a>(platform: &'a str, market: &'a str, more: Cells<'a>) -> Cells<'a> {
    let place: Cells<'a> =
        vec![(c::PLATFORM, platform.into()), (c::MARKET, market.into()), (c::AS_OF, NIGHT.into())];
    [place, more].concat()
}

/// Tables by their rows.
pub(super) fn tables(frames: Vec<(TableName, Vec<Cells<'_>>)>) -> BriefTables {
    BriefTables { frames: frames.into_iter().map(|(table, rows)| (table, frame(table, &rows))).collect() }
}

/// The shipped configuration.
pub(super) fn workspace() -> Workspace {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    coverledger_config::load(&here.join("config"), &here.join("jobs")).unwrap()
}
