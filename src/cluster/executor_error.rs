//! Why an executor could not do its part.

use thiserror::Error;

use super::table::TableError;
use crate::error_text::error_text;
use crate::reading::ReadingError;
use coverledger_core::count::EngineError;
use coverledger_store::StoreError;

/// Why an executor could not do its part. What is wrong with one object is said in its account.
#[derive(Debug, Error)]
pub enum ExecutorError {
    /// What was sent is of another release.
    #[error(
        "coverledger {needed} is needed here, and this is {here} (install the wheel of {needed} on every executor)"
    )]
    Version {
        /// That of the driver: version, commit, and the version of its numbers.
        needed: String,
        /// That of the wheel.
        here: String,
    },
    /// What was sent cannot be understood.
    #[error("what was sent to the executor cannot be understood: {0}")]
    Shipped(String),
    /// A secret is not in the environment of the executor.
    #[error("{0} (executors need the same one as the run)")]
    Key(String),
    /// What was sent comes to another batch here.
    #[error("an executor comes to another batch than the run: {0}")]
    OtherBatch(String),
    /// The store of exports is not there, as seen from the executor.
    #[error("the exports cannot be reached from an executor")]
    Exports(#[source] StoreError),
    /// Rows are not of the table that was expected.
    #[error("failed to take rows")]
    Table(#[from] TableError),
    /// Counting failed, such as for a full spill folder.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// This machine gives no thread.
    #[error("an executor cannot begin to read")]
    Threads(#[source] std::io::Error),
    /// A bug: a task that fetches was lost.
    #[error("a worker thread stopped unexpectedly")]
    Worker,
}

impl ExecutorError {
    /// What happened and why, in one line.
    #[must_use]
    pub fn text(&self) -> String {
        error_text(self)
    }
}

impl From<ReadingError> for ExecutorError {
    fn from(error: ReadingError) -> Self {
        match error {
            ReadingError::Engine(error) => Self::Engine(error),
            ReadingError::Worker => Self::Worker,
        }
    }
}
