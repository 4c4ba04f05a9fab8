//! Why the archive could not be read or written.

use super::{ReceiptError, ReceiptProblem, TableName, Unit};
use coverledger_store::{StoreError, StoreProblem};

/// Any error of a step that the caller provides.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why the archive could not be read or repaired.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A receipt is not reliable.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The bytes of a table are missing.
    #[error("`{key}`, a table of `{unit}`, is not there (run `coverledger verify`)")]
    RevisionMissing {
        /// The unit.
        unit: Box<Unit>,
        /// Its key.
        key: String,
    },
    /// The bytes of a table do not match the hash in its name.
    #[error(
        "`{key}`, a table of `{unit}`, does not hold the bytes that its name is the hash of (run `coverledger verify`)"
    )]
    RevisionDamaged {
        /// The unit.
        unit: Box<Unit>,
        /// Its key.
        key: String,
    },
    /// `_retention.json` cannot be read, so it is unknown since when nothing was pruned.
    #[error("`{key}`, which says since when nothing is missing, {reason}")]
    Retention {
        /// Its key.
        key: String,
        /// What is wrong.
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
        /// The unit.
        unit: Box<Unit>,
        /// Why.
        source: BoxError,
    },
    /// Nothing was published: its receipt could not be read again.
    #[error("the receipt of `{unit}` would be none: it {problem}")]
    NoReceipt {
        /// The unit.
        unit: Box<Unit>,
        /// Why it could not be read.
        problem: ReceiptProblem,
    },
    /// Nothing was published: a table of the newest revision is not among the new ones, so its current path would keep the
    /// old bytes.
    #[error("`{unit}` has a table `{table}` in its newest revision and none now")]
    TableDropped {
        /// The unit.
        unit: Box<Unit>,
        /// The table.
        table: TableName,
    },
    /// Nothing was published: other publishers were faster every time.
    #[error(
        "`{unit}` was published by others {looks} times while this run tried to; run again when they are done"
    )]
    Conflict {
        /// The unit.
        unit: Box<Unit>,
        /// The number of tries.
        looks: u32,
    },
    /// It is unknown whether it was published.
    #[error("whether revision {revision} of `{unit}` was published is unknown: {reason}; the next run finds out")]
    UnknownOutcome {
        /// The unit.
        unit: Box<Unit>,
        /// The revision.
        revision: u64,
        /// The store's last answer.
        reason: String,
    },
    /// It is published, but its current path may still show the revision before.
    #[error(
        "revision {revision} of `{unit}` is published, but its current path could not be brought up to it; the next run or `coverledger verify --repair` does that"
    )]
    NotShown {
        /// The unit.
        unit: Box<Unit>,
        /// The revision.
        revision: u64,
        /// Why.
        source: Box<ArchiveError>,
    },
}

impl PublishError {
    /// Whether a write failed because the disk is full or read-only.
    #[must_use]
    pub fn is_of_disk(&self) -> bool {
        let error = match self {
            Self::Archive(error) => error,
            Self::NotShown { source, .. } => source,
            // What is put beside the tables is put while they are made.
            Self::Render { source, .. } => match source.downcast_ref() {
                Some(error) => error,
                None => return false,
            },
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
