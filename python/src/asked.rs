//! What is asked for of a table.

use std::collections::BTreeSet;

use jiff::civil::Date;
use polars::prelude::*;

use super::moment::{date, moment};
use super::read::ReadError;
use coverledger::archive::{Dates, Moment, TableName, Unit};
use coverledger::config::among;
use coverledger::model::{MarketId, PlatformId, columns as c};

/// A column of places, with the names that are asked for; `None`: all.
type Names = (&'static str, Option<BTreeSet<String>>);

/// A table, when, and which rows of it.
#[derive(Debug)]
pub struct Asked {
    /// Which.
    pub table: TableName,
    /// As it was when.
    pub moment: Moment,
    places: [Names; 2],
    first: Option<Date>,
    last: Option<Date>,
}

/// The table of a name.
///
/// # Errors
/// There is none.
pub fn table_of(name: &str) -> Result<TableName, ReadError> {
    if name == TableName::Brief.as_str() {
        return Err(ReadError::Usage(format!("`{name}` is a page and no table (`advice` is what it says)")));
    }
    let known = || TableName::with_rows().map(TableName::as_str);
    let table = TableName::with_rows().find(|table| table.as_str() == name);
    table.ok_or_else(|| ReadError::Usage(format!("unknown table `{name}` ({})", among("known", known(), name))))
}

impl Asked {
    /// Checks what was written.
    ///
    /// # Errors
    /// It makes no sense.
    pub fn new(
        table: &str,
        as_of: Option<&str>,
        platforms: Option<Vec<String>>,
        markets: Option<Vec<String>>,
        [first, last]: [Option<&str>; 2],
    ) -> Result<Self, ReadError> {
        let table = table_of(table)?;
        let day = |argument, text: Option<&str>| text.map(|text| date(argument, text)).transpose();
        let (first, last) =
            (day("from_", first).map_err(ReadError::Usage)?, day("to", last).map_err(ReadError::Usage)?);
        if table.date_column().is_none() && (first.is_some() || last.is_some()) {
            let why = "has no date: there is one of it (leave `from_` and `to` out)";
            return Err(ReadError::Usage(format!("`{table}` {why}")));
        }
        if let Some((first, last)) = first.zip(last).filter(|(first, last)| first > last) {
            return Err(ReadError::Usage(format!("`from_` is `{first}`, after `to`, which is `{last}`")));
        }
        let columns = table.spec().columns();
        let places = [("platforms", c::PLATFORM, platforms), ("markets", c::MARKET, markets)];
        for (argument, column, names) in &places {
            if names.is_some() && !columns.iter().any(|known| known.name == *column) {
                let why = format!("has no column `{column}` (leave `{argument}` out)");
                return Err(ReadError::Usage(format!("`{table}` {why}")));
            }
        }
        let places = places.map(|(_, column, names)| (column, names.map(BTreeSet::from_iter)));
        Ok(Self { table, moment: moment("as_of", as_of).map_err(ReadError::Usage)?, places, first, last })
    }

    /// Of what is decided as of a date, the dates before it are history, and meant only where dates are asked for.
    pub fn dates(&self) -> Dates {
        let is_of_all_dates = self.first.is_some() || self.last.is_some();
        let is_decided = self.table.date_column() == Some(c::AS_OF);
        if is_decided && !is_of_all_dates { Dates::Last } else { Dates::All }
    }

    /// Whether a unit may hold rows that are asked for.
    pub fn is_of(&self, unit: &Unit) -> bool {
        let date = unit.date();
        let is_asked = |name: Option<&str>, (_, names): &Names| {
            name.zip(names.as_ref()).is_none_or(|(name, names)| names.contains(name))
        };
        let [platforms, markets] = &self.places;
        is_asked(unit.platform().map(PlatformId::as_str), platforms)
            && is_asked(unit.market().map(MarketId::as_str), markets)
            && self.first.is_none_or(|first| date.is_some_and(|date| first <= date))
            && self.last.is_none_or(|last| date.is_some_and(|date| date <= last))
    }

    /// The rows that are asked for; what is said of all places together is of none.
    ///
    /// # Errors
    /// It is not the table.
    pub fn rows(&self, mut frame: DataFrame) -> PolarsResult<DataFrame> {
        for (column, names) in &self.places {
            let Some(names) = names else { continue };
            let is_asked = |name: Option<&str>| name.is_some_and(|name| names.contains(name));
            let kept: BooleanChunked = frame.column(column)?.str()?.iter().map(is_asked).collect();
            if !kept.all() {
                frame = frame.filter(&kept)?;
            }
        }
        Ok(frame)
    }

    /// Names that are asked for and that nothing in an archive was ever published of; what it knows is told.
    ///
    /// # Errors
    /// There is one.
    pub fn known(&self, published: &BTreeSet<Unit>) -> Result<(), ReadError> {
        let platforms: BTreeSet<&str> =
            published.iter().filter_map(Unit::platform).map(PlatformId::as_str).collect();
        let markets: BTreeSet<&str> = published.iter().filter_map(Unit::market).map(MarketId::as_str).collect();
        for ((column, names), known) in self.places.iter().zip([platforms, markets]) {
            if let Some(name) = names.iter().flatten().find(|name| !known.contains(name.as_str())) {
                let known = among("known", known, name);
                return Err(ReadError::Usage(format!("there is no {column} `{name}` ({known})")));
            }
        }
        Ok(())
    }

    /// Whether any name is asked for.
    pub fn has_places(&self) -> bool {
        self.places.iter().any(|(_, names)| names.is_some())
    }
}
