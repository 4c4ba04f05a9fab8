//! Rows as they are read: a thread reads, and Python takes batches from it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use arrow_array::RecordBatch;
use arrow_pyarrow::PyArrowType;
use pyo3::prelude::*;

use super::error::{guarded, said};
use super::executor::Failure;
use super::waiting::LOOK;
use coverledger::cluster::executor::ExecutorError;

/// So many batches may wait to be taken; then the reader waits.
const AHEAD: usize = 2;

/// What the reader says.
enum Told {
    Batch(RecordBatch),
    /// There are no more, and all is well.
    Done,
    Failed(String),
}

/// An iterator of batches. One that is dropped stops its reader, at the next batch that that has.
#[pyclass(frozen, module = "coverledger._native")]
pub struct Batches {
    /// Nothing more comes once it is `None`.
    told: Mutex<Option<Receiver<Told>>>,
}

impl Batches {
    /// Begins to read. The reader is given a place for batches, which says whether to go on.
    pub fn begin(
        read: impl FnOnce(&mut dyn FnMut(RecordBatch) -> bool) -> Result<(), ExecutorError> + Send + 'static,
    ) -> PyResult<Self> {
        let (tell, told) = sync_channel(AHEAD);
        let reader = move || {
            let mut emit = |batch| tell.send(Told::Batch(batch)).is_ok();
            let end = match guarded(|| read(&mut emit).map_err(Failure::from)) {
                Ok(()) => Told::Done,
                Err(failure) => Told::Failed(failure.text()),
            };
            // Whoever dropped the iterator does not want to know.
            let _ = tell.send(end);
        };
        let started = thread::Builder::new().name("coverledger-read".to_owned()).spawn(reader);
        started.map_err(|error| said(format!("coverledger: the reader cannot be started: {error}")))?;
        Ok(Self { told: Mutex::new(Some(told)) })
    }

    fn next(&self) -> Option<Result<Told, RecvTimeoutError>> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.as_ref().map(|told| told.recv_timeout(LOOK))
    }

    fn end(&self) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[pymethods]
impl Batches {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<PyArrowType<RecordBatch>>> {
        loop {
            match py.detach(|| self.next()) {
                Some(Ok(Told::Batch(batch))) => return Ok(Some(PyArrowType(batch))),
                Some(Err(RecvTimeoutError::Timeout)) => py.check_signals()?,
                None => return Ok(None),
                Some(Ok(Told::Done)) => {
                    self.end();
                    return Ok(None);
                }
                Some(Ok(Told::Failed(text))) => {
                    self.end();
                    return Err(said(text));
                }
                // An end that nobody told of is none.
                Some(Err(RecvTimeoutError::Disconnected)) => {
                    self.end();
                    return Err(said("coverledger: the reader ended without a word"));
                }
            }
        }
    }

    /// Stops the reader.
    fn close(&self) {
        self.end();
    }
}
