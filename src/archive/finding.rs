//! What verifying may find, in words.

use std::fmt;

use super::Unit;
use super::receipt::ReceiptProblem;

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Units that were ever published.
    pub units: usize,
    /// Receipts read.
    pub receipts: usize,
    /// Tables read by their content.
    pub revisions: usize,
    /// Of those, removed by pruning as they may be.
    pub pruned: usize,
    /// Tables read at their current path.
    pub currents: usize,
    /// What is not as it should be, sorted by key.
    pub findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub key: String,
    /// What.
    pub problem: Problem,
    /// Whether it was mended just now.
    pub mended: bool,
}

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file among the receipts that is none.
    #[error("is no receipt, though it lies among them")]
    StrayReceipt,
    /// A receipt that cannot be relied on.
    #[error("is a receipt that {0}")]
    Receipt(ReceiptProblem),
    /// A receipt is missing between others.
    #[error("is not there, though a later revision of `{unit}` is")]
    Gap {
        /// Of what.
        unit: Box<Unit>,
    },
    /// A receipt does not follow from the one before.
    #[error("names as the revision before it one that is not the one before it")]
    BrokenChain,
    /// A table of a revision is gone.
    #[error("is not there, though revision {revision} of `{unit}` names it; it cannot be mended from here")]
    RevisionMissing {
        /// Of what.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// A table of a revision is not what its name says.
    #[error(
        "does not hold the bytes that its name is the hash of, and revision {revision} of `{unit}` names it; it cannot be mended from here"
    )]
    RevisionDamaged {
        /// Of what.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// Since when nothing is missing is not known.
    #[error("says since when nothing is missing, and {0}")]
    Retention(String),
    /// Nothing at a current path.
    #[error("is not there, though revision {revision} of `{unit}` was published")]
    CurrentMissing {
        /// Of what.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// Other bytes at a current path.
    #[error("does not hold the bytes of revision {revision} of `{unit}`")]
    CurrentDiffers {
        /// Of what.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// Something at the current path of what was retired.
    #[error("is there, though revision {revision} of `{unit}` says that it was retired")]
    CurrentRetired {
        /// Of what.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// A table that no receipt names.
    #[error("lies among the tables, and no newest receipt names it")]
    StrayTable,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}{}", self.key, self.problem, if self.mended { " (mended)" } else { "" })
    }
}

impl Verification {
    pub(super) fn found(&mut self, key: impl Into<String>, problem: Problem) {
        self.findings.push(Finding { key: key.into(), problem, mended: false });
    }

    /// Findings that were not mended.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.mended)
    }
}
