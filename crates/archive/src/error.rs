//! Why the archive could not be read or written.

use super::{ReceiptError, ReceiptProblem, TableName, Unit};
use coverledger_store::{StoreError, StoreProblem};

/// Any error that a caller's own step may end with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why the archive could not be read or mended.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A receipt cannot be relied on.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// A table's own bytes are gone.
    #[error("`{key}`, a table of `{unit}`, is not there (run `coverledger verify`)")]
    RevisionMissing {
        /// Whose table.
        unit: Box<Unit>,
        /// Where it should lie.
        key: String,
    },
    /// A table's own bytes are not what its name says.
    #[error(
        "`{key}`, a table of `{unit}`, does not hold the bytes that its name is the hash of (run `coverledger verify`)"
    )]
    RevisionDamaged {
        /// Whose table.
        unit: Box<Unit>,
        /// Where it lies.
        key: String,
    },
    /// Since when nothing is missing is not known.
    #[error("`{key}`, which says since when nothing is missing, {reason}")]
    Retention {
        /// Where it lies.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Nothing was published: the archive could not be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Nothing was published: the tables could not be made.
    #[error("the tables of `{unit}` cannot be made")]
    Render {
        /// Of what.
        unit: Box<Unit>,
        /// Why.
        source: BoxError,
    },
    /// Nothing was published: its receipt could not be read again.
    #[error("the receipt of `{unit}` would be none: it {problem}")]
    NoReceipt {
        /// Of what.
        unit: Box<Unit>,
        /// What would be wrong with it.
        problem: ReceiptProblem,
    },
    /// Nothing was published: a table of the newest revision is not among the new ones, and its current path would go
    /// on showing the old bytes.
    #[error("`{unit}` has a table `{table}` in its newest revision and none now")]
    TableDropped {
        /// Of what.
        unit: Box<Unit>,
        /// Which table.
        table: TableName,
    },
    /// Nothing was published: other publishers were faster every time.
    #[error(
        "`{unit}` was published by others {looks} times while this run tried to; run again when they are done"
    )]
    Conflict {
        /// What.
        unit: Box<Unit>,
        /// How often it was tried.
        looks: u32,
    },
    /// Whether it was published is not known.
    #[error("whether revision {revision} of `{unit}` was published is unknown: {reason}; the next run finds out")]
    UnknownOutcome {
        /// What.
        unit: Box<Unit>,
        /// Which revision.
        revision: u64,
        /// What the store said last.
        reason: String,
    },
    /// It is published, but its current path may still show the revision before.
    #[error(
        "revision {revision} of `{unit}` is published, but its current path could not be brought up to it; the next run or `coverledger verify --repair` does that"
    )]
    NotShown {
        /// What.
        unit: Box<Unit>,
        /// Which revision.
        revision: u64,
        /// Why.
        source: Box<ArchiveError>,
    },
}

impl PublishError {
    /// Whether the disk did not take something: it is full, or read-only.
    #[must_use]
    pub fn is_of_disk(&self) -> bool {
        let error = match self {
            Self::Archive(error) => error,
            Self::NotShown { source, .. } => source,
            _ => return false,
        };
        matches!(error, ArchiveError::Store(error) if matches!(error.problem, StoreProblem::Disk(_)))
    }
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Archive(error.into())
    }
}
