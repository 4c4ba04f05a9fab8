//! Tables of an archive, by receipts.

use std::pin::pin;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_pyarrow::{PyArrowType, Table};
use arrow_schema::{ArrowError, Schema};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use polars::prelude::{DataFrame, PolarsError, PolarsResult, polars_err};
use pyo3::prelude::*;

use super::asked::{Asked, table_of};
use super::error::raised;
use super::waiting::wait;
use super::{place, table};
use coverledger::archive::{Archive, ArchiveError, Doubts, Moment, Snapshot, TableName, Unit, unit_at};
use coverledger::config::ConfigError;
use coverledger::export::caught;
use coverledger::report;
use coverledger::store::StoreError;

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What is asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The configuration has problems.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The archive cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Nobody knows what was in force.
    #[error("what was the truth {when} cannot be told of all: {doubts}")]
    Doubtful {
        /// When.
        when: String,
        /// Why.
        doubts: Doubts,
    },
    /// The past that is asked for is not there any more.
    #[error("{pruned} of the {all} objects of `{table}` that were the truth {when} were pruned")]
    Pruned {
        /// How many.
        pruned: usize,
        /// Of how many.
        all: usize,
        /// The table.
        table: TableName,
        /// When.
        when: String,
    },
    /// An object is no such table.
    #[error("`{key}` cannot be read (`coverledger verify` says more)")]
    Object {
        /// Its key.
        key: String,
        /// Why.
        source: PolarsError,
    },
    /// Rows cannot be handed on.
    #[error("rows cannot be handed on")]
    Rows(#[from] PolarsError),
    /// The same.
    #[error("rows cannot be handed on")]
    Arrow(#[from] ArrowError),
}

impl From<ReadError> for PyErr {
    fn from(error: ReadError) -> Self {
        raised(&error)
    }
}

/// Reads a table: (name, place of the archive, state, platforms, markets, first and last date).
#[pyfunction]
pub fn read_table(
    py: Python<'_>,
    table: &str,
    archive: &str,
    as_of: Option<&str>,
    platforms: Option<Vec<String>>,
    markets: Option<Vec<String>>,
    dates: [Option<String>; 2],
) -> PyResult<PyArrowType<Table>> {
    let asked = Asked::new(table, as_of, platforms, markets, dates.each_ref().map(Option::as_deref))?;
    wait(py, || async {
        let archive = place::archive(archive)?;
        Ok(PyArrowType(read(&archive, &asked).await?))
    })
}

async fn read(archive: &Archive, asked: &Asked) -> Result<Table, ReadError> {
    let Asked { table, moment, .. } = *asked;
    let found = archive.table_at(table, moment, asked.dates(), |unit| asked.is_of(unit)).await?;
    let found = complete(table, moment, found)?;
    if found.objects.is_empty() || asked.has_places() {
        // Nothing was found, and perhaps because it was looked for in the wrong place.
        let published = archive.ever_published().await?;
        if published.is_empty() {
            let store = archive.store().name();
            let why = format!("nothing is published in `{store}` (is it the folder of an archive?)");
            return Err(ReadError::Usage(why));
        }
        asked.known(&published)?;
    }
    let schema = table::schema(table);
    let mut objects = pin!(archive.bytes_of_each(found.objects));
    let mut batches: Vec<RecordBatch> = Vec::new();
    while let Some((object, bytes)) = objects.try_next().await? {
        let frame = decoded(table, bytes).map_err(|source| ReadError::Object { key: object.key, source })?;
        batches.push(table::batch(table, &schema, &asked.rows(frame)?)?);
    }
    Ok(Table::try_new(batches, schema)?)
}

/// A table as this release has it, whatever release wrote it.
fn decoded(table: TableName, bytes: Bytes) -> PolarsResult<DataFrame> {
    let frame = caught(|| report::read(table, &[bytes]));
    let mut frame = frame.unwrap_or_else(|_| Err(polars_err!(ComputeError: "no sound Parquet file")))?;
    frame.rechunk_mut();
    Ok(frame)
}

/// A state of which all is known and there.
fn complete(table: TableName, moment: Moment, found: Snapshot) -> Result<Snapshot, ReadError> {
    let when = || match moment {
        Moment::Newest => "now".to_owned(),
        Moment::At(instant) => format!("at {instant}"),
    };
    if !found.doubts.is_empty() {
        return Err(ReadError::Doubtful { when: when(), doubts: found.doubts });
    }
    match found.objects.iter().filter(|object| object.is_pruned).count() {
        0 => Ok(found),
        pruned => Err(ReadError::Pruned { pruned, all: found.objects.len(), table, when: when() }),
    }
}

/// What there is of a table at the current paths: its name, its question, the columns that tell rows apart, the column of its
/// date, the number of its objects, and the first and the last date that they are of.
type Listed = (String, String, Vec<String>, Option<String>, usize, Option<String>, Option<String>);

/// Every table that an archive has.
#[pyfunction]
pub fn tables(py: Python<'_>, archive: &str) -> PyResult<Vec<Listed>> {
    wait(py, || async {
        let archive = place::archive(archive)?;
        let tables = stream::iter(TableName::with_rows()).map(|table| listed(&archive, table));
        let tables = tables.buffered(archive.store().requests()).try_collect::<Vec<Option<Listed>>>().await?;
        Ok(tables.into_iter().flatten().collect())
    })
}

async fn listed(archive: &Archive, table: TableName) -> Result<Option<Listed>, ReadError> {
    let keys = archive.keys_of_table(table, &[]).await?;
    let units: Vec<_> = keys.iter().filter_map(|key| unit_at(key)).collect();
    if units.is_empty() {
        return Ok(None);
    }
    let spec = table.spec();
    let (first, last) = (units.iter().filter_map(Unit::date).min(), units.iter().filter_map(Unit::date).max());
    Ok(Some((
        spec.name.to_owned(),
        spec.question.to_owned(),
        spec.key.iter().map(ToString::to_string).collect(),
        table.date_column().map(str::to_owned),
        units.len(),
        first.map(|date| date.to_string()),
        last.map(|date| date.to_string()),
    )))
}

/// The columns of a table.
#[pyfunction]
pub fn table_schema(table: &str) -> PyResult<PyArrowType<Schema>> {
    Ok(PyArrowType(Arc::unwrap_or_clone(table::schema(table_of(table)?))))
}
