//! Which objects of a table are asked for, and which rows of them.

use std::pin::pin;

use futures::TryStreamExt;
use polars::prelude::*;

use crate::cli::args::Show;
use coverledger_archive::{Archive, ArchiveError, TableFamily, TableName, said_by_key};
use coverledger_core::model::columns as c;
use coverledger_read::export::caught;
use coverledger_report as report;

/// What is asked for.
pub(super) struct Query {
    table: TableName,
    /// What its key must hold.
    parts: Vec<String>,
    /// What its rows must hold.
    within: Vec<(&'static str, String)>,
    /// Whether only the newest date of each place is meant.
    is_newest: bool,
}

impl Query {
    pub(super) fn of(args: &Show) -> Self {
        let date_key = args.table.date_column();
        let mut places = Vec::new();
        places.extend(args.platform.as_ref().map(|name| (c::PLATFORM, name.clone())));
        places.extend(args.market.as_ref().map(|name| (c::MARKET, name.clone())));
        // Objects of an experiment and of the library hold all their places; of the others each has objects of its own.
        let is_of_all_places = matches!(
            args.table.family(),
            TableFamily::Experiments | TableFamily::Catalogue | TableFamily::Library | TableFamily::Brief
        );
        let (within, mut parts) = if is_of_all_places {
            (places, Vec::new())
        } else {
            (Vec::new(), places.into_iter().map(|(key, name)| format!("{key}={name}")).collect())
        };
        parts.extend(args.date.zip(date_key).map(|(date, key)| format!("{key}={date}")));
        // What was decided before is history, and shown only if it is asked for.
        let is_newest = date_key == Some(c::AS_OF) && args.date.is_none();
        Self { table: args.table, parts, within, is_newest }
    }

    /// The keys of the objects.
    pub(super) async fn keys(&self, archive: &Archive) -> Result<Vec<String>, ArchiveError> {
        if self.is_newest {
            archive.newest_keys_of_table(self.table, &self.parts).await
        } else {
            archive.keys_of_table(self.table, &self.parts).await
        }
    }

    /// Whether there is any row of it.
    pub(super) async fn finds(&self, archive: &Archive) -> Result<bool, ArchiveError> {
        let mut objects = pin!(archive.each(self.keys(archive).await?));
        while let Some((key, bytes)) = objects.try_next().await? {
            let frame = bytes.ok().and_then(|bytes| self.read(&key, bytes).ok());
            if frame.is_some_and(|frame| frame.height() > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is asked for of an object.
    pub(super) fn read(&self, key: &str, bytes: bytes::Bytes) -> PolarsResult<DataFrame> {
        let frame = caught(|| report::read(self.table, &[bytes]));
        let frame = frame.unwrap_or_else(|_| Err(polars_err!(ComputeError: "no sound Parquet file")))?;
        let mut frame = in_its_place(key, frame)?;
        for (column, name) in &self.within {
            // What is said of all places together has none of them.
            if frame.height() > 0 && frame.column(column).is_ok() {
                let is_there =
                    frame.column(column)?.str()?.iter().map(|found| found == Some(name.as_str())).collect();
                frame = frame.filter(&is_there)?;
            }
        }
        Ok(frame)
    }
}

/// A table that is what its key says. Whether its numbers are those that were published only `verify` tells.
pub(super) fn in_its_place(key: &str, frame: DataFrame) -> PolarsResult<DataFrame> {
    for (name, said) in said_by_key(key) {
        let Ok(column) = frame.column(name) else { continue };
        for row in [0, frame.height().saturating_sub(1)] {
            let Ok(value) = column.get(row) else { continue };
            let found = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
            if !value.is_null() && found != said {
                polars_bail!(ComputeError: "it speaks of `{name}` `{found}`, and lies where that is `{said}`");
            }
        }
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_something_else_is_not_shown() {
        let of = |market: &str| {
            let null = report::empty(TableName::Funnel);
            let columns = null.columns().iter().map(|column| match column.name().as_str() {
                c::PLATFORM => Column::new(c::PLATFORM.into(), ["shop"]),
                c::MARKET => Column::new(c::MARKET.into(), [market]),
                name => Column::full_null(name.into(), 1, column.dtype()),
            });
            DataFrame::new(1, columns.collect()).unwrap()
        };
        let key = "funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
        assert!(in_its_place(key, of("GB")).is_ok());
        let other = in_its_place(key, of("US")).unwrap_err().to_string();
        assert!(other.contains("`market` `US`") && other.contains("`GB`"), "{other}");
        let mut parquet = Vec::new();
        ParquetWriter::new(&mut parquet).finish(&mut of("GB")).unwrap();
        let other = report::read(TableName::SlotAudience, &[parquet.into()]).unwrap_err().to_string();
        assert!(other.contains("no table `slot_audience`"), "{other}");
    }
}
