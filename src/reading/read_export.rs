//! What reading one export came to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error_text::error_text;
use coverledger_core::count::RowsByDay;
use coverledger_core::model::CountTable;
use coverledger_read::export::{ExportError, ReadReport};
use coverledger_store::{StoreError, StoreProblem};

/// What is said besides of too many combinations where market-days are counted by groups of viewers.
const OF_GROUPS: &str = " (or give `memory` in `archive.yaml` more: a split by viewer counts each combination in up to 129 parts, by groups of viewers)";

/// What reading one export came to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReadExport {
    /// Hash and size of the bytes that were read.
    pub(crate) sha256: String,
    /// Since when the store has these bytes, where that decides what is counted. Receipts tell, so that a run fills it in.
    pub(crate) modified: Option<Timestamp>,
    pub(crate) report: ReadReport,
    pub(crate) rows: Read,
}

impl ReadExport {
    /// Whether its rows are events, which are told apart by an id.
    pub(crate) const fn has_event_ids(&self) -> bool {
        matches!(self.rows, Read::Signals(_) | Read::Views(_))
    }
}

/// What was read.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Read {
    /// Signals, which went to the counter.
    Signals(RowsByDay),
    /// How views went, which went to the counter of that.
    Views(RowsByDay),
    /// Counts or covers, which wait to be booked.
    Counts(CountTable),
    /// Counts or covers that were booked, and are nowhere else any more.
    Allocated,
}

/// Why an export is not counted.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unread {
    pub(crate) reason: String,
    /// It may be counted with fewer market-days at a time.
    pub(crate) is_too_much: bool,
    /// It is not the export's fault: this machine's disk did not take it.
    pub(crate) is_of_disk: bool,
}

impl Unread {
    pub(crate) fn new(reason: String) -> Self {
        Self { reason, is_too_much: false, is_of_disk: false }
    }

    /// That there are more distinct cells than so many, which is what memory allows for.
    pub(crate) fn too_many_cells(most: usize, are_by_groups: bool) -> Self {
        let mut reason = error_text(&ExportError::TooManyCells(most));
        if are_by_groups {
            reason.push_str(OF_GROUPS);
        }
        Self { is_too_much: true, ..Self::new(reason) }
    }

    pub(super) fn of(error: &StoreError) -> Self {
        Self { is_of_disk: matches!(error.problem, StoreProblem::Disk(_)), ..Self::new(error_text(error)) }
    }
}
