//! What ends the reading of a batch. What is wrong with one object does not.

use thiserror::Error;

use coverledger_core::count::EngineError;

/// Why a batch cannot be read any further.
#[derive(Debug, Error)]
pub(crate) enum ReadingError {
    /// The counter does not take rows, such as for a full spill folder.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A bug: a task that fetches was lost, or a definition that is read.
    #[error("a worker thread stopped unexpectedly")]
    Worker,
}
