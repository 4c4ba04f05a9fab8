//! What executors of Spark call: this program's reader and counter.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_pyarrow::{PyArrowType, Table};
use arrow_schema::{Schema, SchemaRef};
use pyo3::prelude::*;

use super::batches::Batches;
use super::error::{Panicked, guarded, said};
use coverledger::cluster::executor::{self, ExecutorError};
use coverledger::cluster::table;
use coverledger::error_text::error_text;

/// A plan of what was shipped.
#[pyclass(frozen, module = "coverledger._native")]
pub struct Executor(Arc<executor::Executor>);

/// Why an executor could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It says why.
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    /// There is a bug in it.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// Rows came or went that are not of the table.
    #[error("what came is no table of this program")]
    Rows(#[from] arrow_schema::ArrowError),
}

impl Failure {
    /// With whose it is in front: it is read among many lines of Spark's.
    pub fn text(&self) -> String {
        format!("coverledger: {}", error_text(self))
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        said(failure.text())
    }
}

type Rows = PyArrowType<RecordBatchStreamReader>;

#[pymethods]
impl Executor {
    /// Makes the plan. Nothing is read yet.
    #[new]
    fn new(py: Python<'_>, shipped: &[u8]) -> PyResult<Self> {
        let made = py.detach(|| guarded(|| executor::Executor::new(shipped).map_err(Failure::from)));
        Ok(Self(Arc::new(made?)))
    }

    /// Whether what was shipped is of this release; nothing else of it is looked at.
    #[staticmethod]
    fn check(shipped: &[u8]) -> PyResult<()> {
        Ok(executor::Executor::check(shipped).map_err(Failure::from)?)
    }

    /// Reads the objects of a task, on a thread of its own.
    fn read(&self, task: u32) -> PyResult<Batches> {
        let executor = Arc::clone(&self.0);
        Batches::begin(move |emit| executor.read(task, emit))
    }

    /// Counts the signals of a group of events.
    fn count_events(&self, py: Python<'_>, rows: Rows) -> PyResult<PyArrowType<Table>> {
        carried_out(py, rows, table::staged(), |rows| self.0.count_events(rows))
    }

    /// Credits first touches among the signals of a group of viewers.
    fn count_viewers(&self, py: Python<'_>, rows: Rows) -> PyResult<PyArrowType<Table>> {
        carried_out(py, rows, table::counted(), |rows| self.0.count_viewers(rows))
    }

    /// Adds up partial counts.
    fn add_up(&self, py: Python<'_>, rows: Rows) -> PyResult<PyArrowType<Table>> {
        carried_out(py, rows, table::counted(), |rows| self.0.add_up(rows))
    }
}

fn carried_out(
    py: Python<'_>,
    rows: Rows,
    schema: SchemaRef,
    part: impl FnOnce(&[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> + Send,
) -> PyResult<PyArrowType<Table>> {
    let counted = py.detach(|| {
        guarded(|| {
            let rows = rows.0.collect::<Result<Vec<RecordBatch>, _>>()?;
            Ok::<_, Failure>(Table::try_new(part(&rows)?, schema)?)
        })
    });
    Ok(PyArrowType(counted?))
}

/// The table that is staged, and that goes on from events to viewers.
#[pyfunction]
pub fn staged_schema() -> PyArrowType<Schema> {
    PyArrowType(Arc::unwrap_or_clone(table::staged()))
}

/// The table of partial counts.
#[pyfunction]
pub fn counted_schema() -> PyArrowType<Schema> {
    PyArrowType(Arc::unwrap_or_clone(table::counted()))
}
