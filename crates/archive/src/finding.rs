//! What verifying may find, in words.

use std::collections::BTreeSet;
use std::fmt;

use super::Unit;
use super::chain::Chain;
use super::keys::Key;
use super::receipt::ReceiptProblem;
use super::times::WrongTime;

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
    /// Tables by content that no receipt names: of a publisher that was killed, that is at work, or of a lost receipt.
    pub unaccounted: usize,
    /// Receipts that cannot be read and that a later one takes the place of.
    pub quarantined: usize,
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
    /// Whether another receipt takes its place since just now. What it said is lost, so it is told once more.
    pub quarantined: bool,
}

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file among the receipts that is none.
    #[error("is no receipt, though it lies among them")]
    StrayReceipt,
    /// A link among the receipts.
    #[error(
        "is a symbolic link, so no receipt behind it is read and `prune` refuses: put the folder or the file itself there"
    )]
    ReceiptsBehindLink,
    /// Something among the receipts that is no file.
    #[error(
        "is a pipe, a socket or a device, so nobody knows what receipts lay in its place and `prune` refuses: put the folder or the file itself there"
    )]
    ReceiptsNoFile,
    /// A receipt that cannot have been published when it says so.
    #[error("is a receipt that {0}")]
    Time(WrongTime),
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
    #[error("is not there, though revision {revision} of `{unit}` names it")]
    RevisionMissing {
        /// Of what.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// A table of a revision is not what its name says.
    #[error("does not hold the bytes that its name is the hash of, and revision {revision} of `{unit}` names it")]
    RevisionDamaged {
        /// Of what.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// A table of a revision cannot be read.
    #[error("cannot be read, and revision {revision} of `{unit}` names it: {reason}")]
    RevisionOutOfReach {
        /// Of what.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
        /// Why.
        reason: String,
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
    /// Something that cannot be read at a current path.
    #[error("cannot be read, and revision {revision} of `{unit}` was published: {reason}")]
    CurrentOutOfReach {
        /// Of what.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
        /// Why.
        reason: String,
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
        let end = match &self.problem {
            _ if self.quarantined => " (quarantined)",
            _ if self.mended => " (mended)",
            Problem::Receipt(problem) => problem.way_out(),
            Problem::RevisionMissing { .. }
            | Problem::RevisionDamaged { .. }
            | Problem::RevisionOutOfReach { .. } => {
                " (`--repair` puts it back where a current path has its bytes)"
            }
            _ => "",
        };
        write!(f, "`{}` {}{end}", self.key, self.problem)
    }
}

impl Verification {
    pub(super) fn found(&mut self, key: impl Into<String>, problem: Problem) {
        self.findings.push(Finding { key: key.into(), problem, mended: false, quarantined: false });
    }

    /// Marks those of a unit's receipts of which another takes the place now.
    pub(super) fn quarantine(&mut self, unit: &Unit, chain: &Chain) {
        let newest = chain.newest().into_iter().flat_map(|newest| &newest.content.quarantined);
        let keys: BTreeSet<String> = newest.map(|number| Key::Receipt(unit, *number).path()).collect();
        for finding in &mut self.findings {
            let is_quarantined = matches!(finding.problem, Problem::Receipt(_) | Problem::Gap { .. });
            finding.quarantined |= is_quarantined && keys.contains(&finding.key);
        }
    }

    /// Findings that were not mended.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.mended)
    }
}
