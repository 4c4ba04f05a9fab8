//! The findings of `verify`, in words.

use std::collections::BTreeSet;
use std::fmt;

use super::Unit;
use super::chain::Chain;
use super::keys::Key;
use super::receipt::ReceiptProblem;
use super::times::WrongTime;

/// The result of `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Units that were ever published.
    pub units: usize,
    /// Receipts read.
    pub receipts: usize,
    /// Tables in `_revisions` that were read.
    pub revisions: usize,
    /// Tables in `_revisions` that were pruned, as allowed.
    pub pruned: usize,
    /// Tables in `_revisions` that no receipt names: left by a publisher that was killed, that is running, or by a lost receipt.
    pub unaccounted: usize,
    /// Receipts that cannot be read and that a later one supersedes.
    pub quarantined: usize,
    /// Tables read at their current path.
    pub currents: usize,
    /// Whether pictures of covers were ever published, so that there are thumbnails.
    pub has_catalogue: bool,
    /// Thumbnails that were read; 0 where there is no library of covers.
    pub thumbnails: usize,
    /// The findings, sorted by key.
    pub findings: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The key.
    pub key: String,
    /// What is wrong.
    pub problem: Problem,
    /// Whether it was just repaired.
    pub mended: bool,
    /// Whether another receipt was just put to supersede it. Its content is lost, so it is reported once more.
    pub quarantined: bool,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file among the receipts that is not a receipt.
    #[error("is no receipt, though it lies among them")]
    StrayReceipt,
    /// A link among the receipts.
    #[error(
        "is a symbolic link, so no receipt behind it is read and `prune` refuses: put the folder or the file itself there"
    )]
    ReceiptsBehindLink,
    /// Something among the receipts that is not a file.
    #[error(
        "is a pipe, a socket or a device, so nobody knows what receipts lay in its place and `prune` refuses: put the folder or the file itself there"
    )]
    ReceiptsNoFile,
    /// A receipt with an impossible time of publication.
    #[error("is a receipt that {0}")]
    Time(WrongTime),
    /// A receipt that is not reliable.
    #[error("is a receipt that {0}")]
    Receipt(ReceiptProblem),
    /// A receipt is missing between others.
    #[error("is not there, though a later revision of `{unit}` is")]
    Gap {
        /// The unit.
        unit: Box<Unit>,
    },
    /// A receipt does not name the previous one correctly.
    #[error("names as the revision before it one that is not the one before it")]
    BrokenChain,
    /// A table of a revision is gone.
    #[error("is not there, though revision {revision} of `{unit}` names it")]
    RevisionMissing {
        /// The unit.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// The bytes of a table do not match the hash in its name.
    #[error("does not hold the bytes that its name is the hash of, and revision {revision} of `{unit}` names it")]
    RevisionDamaged {
        /// The unit.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
    },
    /// A table of a revision cannot be read.
    #[error("cannot be read, and revision {revision} of `{unit}` names it: {reason}")]
    RevisionOutOfReach {
        /// The unit.
        unit: Box<Unit>,
        /// The first revision that names it.
        revision: u64,
        /// The reason.
        reason: String,
    },
    /// `_retention.json` cannot be read, so it is unknown since when nothing was pruned.
    #[error("says since when nothing is missing, and {0}")]
    Retention(String),
    /// Nothing at a current path.
    #[error("is not there, though revision {revision} of `{unit}` was published")]
    CurrentMissing {
        /// The unit.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// Other bytes at a current path.
    #[error("does not hold the bytes of revision {revision} of `{unit}`")]
    CurrentDiffers {
        /// The unit.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// Something that cannot be read at a current path.
    #[error("cannot be read, and revision {revision} of `{unit}` was published: {reason}")]
    CurrentOutOfReach {
        /// The unit.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
        /// The reason.
        reason: String,
    },
    /// Something at the current path of a retired unit.
    #[error("is there, though revision {revision} of `{unit}` says that it was retired")]
    CurrentRetired {
        /// The unit.
        unit: Box<Unit>,
        /// The newest revision.
        revision: u64,
    },
    /// A table that no receipt names.
    #[error("lies among the tables, and no newest receipt names it")]
    StrayTable,
    /// A thumbnail that `pictures` names is gone.
    #[error("is not there, though `pictures` names it")]
    ThumbnailMissing,
    /// The bytes of a thumbnail do not match the hash in its name, or cannot be read.
    #[error("does not hold the bytes that its name is the hash of")]
    ThumbnailDamaged,
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
            Problem::ThumbnailMissing => " (the next run makes it again from its picture)",
            Problem::ThumbnailDamaged => " (delete it: the next run makes it again from its picture)",
            _ => "",
        };
        write!(f, "`{}` {}{end}", self.key, self.problem)
    }
}

impl Verification {
    pub(super) fn found(&mut self, key: impl Into<String>, problem: Problem) {
        self.findings.push(Finding { key: key.into(), problem, mended: false, quarantined: false });
    }

    /// Marks a unit's receipts that were just superseded.
    pub(super) fn quarantine(&mut self, unit: &Unit, chain: &Chain) {
        let newest = chain.newest().into_iter().flat_map(|newest| &newest.content.quarantined);
        let keys: BTreeSet<String> = newest.map(|number| Key::Receipt(unit, *number).path()).collect();
        for finding in &mut self.findings {
            let is_quarantined = matches!(finding.problem, Problem::Receipt(_) | Problem::Gap { .. });
            finding.quarantined |= is_quarantined && keys.contains(&finding.key);
        }
    }

    /// Findings that were not repaired.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.mended)
    }
}
