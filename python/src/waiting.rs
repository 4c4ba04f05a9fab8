//! Waits for what takes long.

use std::pin::pin;
use std::time::Duration;

use pyo3::prelude::*;

use super::error::{Panicked, guarded, raised, said};

/// How often it is looked for a signal.
pub const LOOK: Duration = Duration::from_millis(100);

/// Waits for a future without the lock of the interpreter. Ctrl-C ends it.
pub fn wait<T: Send, F: Future<Output = PyResult<T>>>(
    py: Python<'_>,
    future: impl FnOnce() -> F + Send,
) -> PyResult<T> {
    py.detach(|| guarded(|| block_on(future())))
}

fn block_on<T>(future: impl Future<Output = PyResult<T>>) -> PyResult<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| said(format!("the program cannot wait for anything: {error}")))?;
    let done = runtime.block_on(async {
        let mut future = pin!(future);
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                done = &mut future => return done,
                _ = looks.tick() => look()?,
            }
        }
    });
    // What was dropped because of a signal may still run; there is no need to wait for it.
    runtime.shutdown_background();
    done
}

/// Whether Ctrl-C was pressed.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough over lifetimes")]
fn look() -> PyResult<()> {
    Python::attach(|py| py.check_signals())
}

impl From<Panicked> for PyErr {
    fn from(panicked: Panicked) -> Self {
        raised(&panicked)
    }
}
