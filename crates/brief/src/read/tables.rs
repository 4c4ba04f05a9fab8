//! The tables that a brief is read from, and their newest rows.

use std::collections::BTreeMap;

use coverledger_core::model::{TableName, columns as c};
use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::line::Line;
use super::table::Table;
use crate::BriefError;

/// Published tables, the rows of all places stacked. Any may be missing.
#[derive(Debug, Clone, Default)]
pub struct BriefTables {
    /// By their names.
    pub frames: BTreeMap<TableName, DataFrame>,
}

/// A platform in a market, by its ids.
pub(super) type PlaceId<'t> = (&'t str, &'t str);

/// The same, opened.
pub(super) struct Tables<'f>(BTreeMap<TableName, Table<'f>>);

impl<'f> Tables<'f> {
    pub(super) fn of(tables: &'f BriefTables) -> Result<Self, BriefError> {
        let opened = |table| Ok((table, Table::of(table, tables.frames.get(&table))?));
        TableName::ALL.into_iter().map(opened).collect::<Result<_, _>>().map(Self)
    }

    /// Every row of a table, in its order.
    pub(super) fn all(&self, table: TableName) -> impl Iterator<Item = Line<'_>> {
        self.0.get(&table).into_iter().flat_map(Table::lines)
    }

    /// The rows of the newest date of the table, up to this one.
    pub(super) fn newest(&self, table: TableName, until: Date) -> Vec<Line<'_>> {
        self.newest_by(table, until, |_| ())
    }

    /// The rows of the newest date of each place, up to this one; by place.
    pub(super) fn newest_of_places(&self, table: TableName, until: Date) -> BTreeMap<PlaceId<'_>, Vec<Line<'_>>> {
        let mut places: BTreeMap<PlaceId<'_>, Vec<Line<'_>>> = BTreeMap::new();
        for line in self.newest_by(table, until, place) {
            places.entry(place(line)).or_default().push(line);
        }
        places
    }

    /// The rows of the newest date of each of what `whose` tells apart.
    pub(super) fn newest_by<'t, K: Ord>(
        &'t self,
        table: TableName,
        until: Date,
        whose: impl Fn(Line<'t>) -> K,
    ) -> Vec<Line<'t>> {
        let dated =
            || self.all(table).filter_map(|line| Some((line, line.day(c::AS_OF).filter(|day| *day <= until)?)));
        let mut newest: BTreeMap<K, Date> = BTreeMap::new();
        for (line, day) in dated() {
            newest.entry(whose(line)).and_modify(|newest| *newest = day.max(*newest)).or_insert(day);
        }
        dated().filter(|(line, day)| newest.get(&whose(*line)) == Some(day)).map(|(line, _)| line).collect()
    }
}

/// The place of a row.
pub(super) fn place(line: Line<'_>) -> PlaceId<'_> {
    (line.id(c::PLATFORM), line.id(c::MARKET))
}
