//! Where errors become exceptions.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::PyErr;
use pyo3::exceptions::PyException;

pyo3::create_exception!(coverledger, CoverledgerError, PyException, "What went wrong, in one sentence.");

/// An error with everything that caused it.
pub fn raised(error: &(dyn std::error::Error + 'static)) -> PyErr {
    said(coverledger::error_text::error_text(error))
}

/// A sentence.
pub fn said(text: impl Into<String>) -> PyErr {
    CoverledgerError::new_err(text.into())
}

/// What a function returns; a panic is an error that says so.
pub fn guarded<T, E: From<Panicked>>(of: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(of)).unwrap_or_else(|panic| Err(Panicked::of(&*panic).into()))
}

/// A bug.
#[derive(Debug, thiserror::Error)]
#[error("a bug: the program panicked: {0}")]
pub struct Panicked(String);

impl Panicked {
    fn of(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Self(text.unwrap_or("it gave no reason").to_owned())
    }
}
