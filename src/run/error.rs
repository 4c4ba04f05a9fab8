//! What stops a whole run. Trouble with one export or one market-day does not.

use thiserror::Error;

use crate::reading::ReadingError;
use coverledger_archive::ArchiveError;
use coverledger_core::count::EngineError;
use coverledger_store::StoreError;

/// Why a run could not be carried out.
#[derive(Debug, Error)]
pub enum RunError {
    /// No such job.
    #[error("there is no job `{job}` ({known})")]
    UnknownJob {
        /// What was asked for.
        job: String,
        /// What there is, and what may have been meant.
        known: String,
    },
    /// Something the job does not have.
    #[error("job `{job}` has no {what} `{name}` (it has: {known})")]
    NotInJob {
        /// The job.
        job: String,
        /// `platform` or `market`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// Exports cannot be listed.
    #[error("the exports cannot be reached")]
    Exports(#[source] StoreError),
    /// The archive's store does not do what it has to.
    #[error("the archive cannot be reached")]
    Store(#[source] StoreError),
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The secret of returning viewers is another than the one that what is kept of them was made with.
    #[error(
        "`returning` in `archive.yaml`: environment variable `{key_env}`: it is not the secret that generation {generation} began with, and viewers under another would never come back (put the former one there, or say `generation: {next}`: then what is kept of the former generation is deleted, and viewers are known from then on)"
    )]
    ReturningKey {
        /// The environment variable.
        key_env: String,
        /// Which secret it should be.
        generation: u16,
        /// The next one.
        next: u16,
    },
    /// Counting failed, such as for a full spill folder.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Counting on Spark is wanted of a program that was built without it.
    #[error(
        "`engine` in `archive.yaml`: this coverledger was built without Spark (build it with `--features spark`, or give `--engine local`)"
    )]
    WithoutSpark,
    /// Counting on a cluster failed.
    #[cfg(feature = "spark")]
    #[error("Spark could not count")]
    Cluster(#[from] crate::cluster::ClusterError),
    /// A bug: rows were lost between reading and counting.
    #[error("a worker thread stopped unexpectedly")]
    Worker,
}

impl From<ReadingError> for RunError {
    fn from(error: ReadingError) -> Self {
        match error {
            ReadingError::Engine(error) => Self::Engine(error),
            ReadingError::Worker => Self::Worker,
        }
    }
}
