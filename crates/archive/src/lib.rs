//! Plain Parquet that any notebook reads with a glob, and a receipt that proves it.
//!
//! A unit ([`Unit`]: a market-day, the rejects of one export date, or what is decided as of a local date) is published as numbered revisions:
//!
//! 1. each table at `_revisions/<sha256>.parquet`, create-only (a page at `….html`);
//! 2. the receipt with the next number, create-only: **the moment of truth**;
//! 3. the same bytes at the current path.
//!
//! A reader of one current object sees the old bytes or the new, never half. What a killed publisher left undone
//! after 2 is mended by the next run ([`Archive::mend_stale`]) or by [`Archive::verify`]. Readers of several tables,
//! or of a past state, follow receipts ([`Archive::snapshot`]). No receipt or revision is ever replaced by other
//! content, none is deleted but by [`Archive::prune`]. When something was published is said by the machine's clock, all
//! else by the run's own.
//!
//! A receipt that cannot be read costs its own unit and no other. [`Archive::verify`] with repair puts a next one that takes
//! its place; it stays where it is.
//!
//! What is not published any longer is retired ([`Archive::retire`]): a receipt without tables, and nothing at the
//! current paths.
//!
//! Publishing the same thing again writes nothing. Runs that are at work at the same time share it by leases
//! ([`Archive::leases`]), which save work and decide nothing; these alone read the machine's clock. Stands on `store`,
//! `model` and `time`.

mod anew;
mod attempt;
mod chain;
mod current;
mod doubt;
mod draft;
mod error;
mod facts;
mod finding;
mod keys;
mod latest;
mod lease;
mod lease_store;
mod leases;
mod moment;
mod numbers;
mod prune;
mod publish;
mod quarantine;
mod read;
mod receipt;
mod record;
mod retention;
mod retire;
mod returning;
mod same_table;
mod shown;
mod snapshot;
mod sound;
mod staging;
mod table;
mod thumbnails;
mod times;
mod unit;
mod verify;
mod visit_part;

#[cfg(test)]
mod tests;

pub use anew::Anew;
pub use attempt::{Attempt, AttemptEnd};
pub use coverledger_core::model::{TableFamily, TableName};
pub use current::Mended;
pub use doubt::Doubts;
pub use draft::{Draft, Published, Stamp, TableBytes};
pub use error::{ArchiveError, BoxError, PublishError};
pub use facts::{PublishedTable, PublishedTables};
pub use finding::{Finding, Problem, Verification};
pub use lease::{Covered, Holder, Lease};
pub use leases::{Leases, Theirs};
pub use moment::{Dates, Moment};
pub use numbers::Fingerprint;
pub use prune::{Prune, PruneError, PruneLimits, Pruned, Unaccounted};
pub use read::Newest;
pub use receipt::{
    Content, ExportRecord, FactRecord, Receipt, ReceiptError, ReceiptProblem, RowCounts, State, TableRecord,
};
pub use record::{RecordedSchedule, RunRecord, Told, ToldBrief, Trouble, TroubleTopic};
pub use retention::Retention;
pub use retire::Retired;
pub use returning::{VisitPart, VisitsError};
pub use shown::Shown;
pub use snapshot::{Snapshot, SnapshotObject};
pub use staging::{LeftStaging, Staging, StagingNote};
pub use table::{Objects, said_by_key, unit_at};
pub use times::WrongTime;
pub use unit::Unit;
pub use verify::Repair;
pub use visit_part::{VisitPartError, VisitPartReader, VisitPartWriter};

use coverledger_store::{Store, StoreError, Traffic, WriterLock};

/// An archive in a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archive {
    store: Store,
    lock: Option<WriterLock>,
    program_commit: Option<&'static str>,
}

impl Archive {
    /// An archive to read. Nothing is asked of the store yet.
    #[must_use]
    pub const fn for_reading(store: Store) -> Self {
        Self { store, lock: None, program_commit: None }
    }

    /// Requests to its store since it was opened.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.store.traffic()
    }

    /// An archive to publish into or to repair. In a folder, sweeps what
    /// killed writers left half-written, and their leases.
    ///
    /// # Errors
    /// The store refuses, is not there, or ignores create-only puts.
    pub async fn for_writing(store: Store) -> Result<Self, StoreError> {
        let lock = store.lock_for_writing(&keys::FOLDERS, &keys::SMALL_FOLDERS).await?;
        store.probe().await?;
        let archive = Self { store, lock: Some(lock), program_commit: None };
        if archive.store.folder().is_some() {
            archive.sweep_leases().await;
        }
        Ok(archive)
    }

    /// Names the commit that the program was built from in the receipts it puts from now on.
    #[must_use]
    pub fn by_commit(self, commit: &'static str) -> Self {
        Self { program_commit: Some(commit), ..self }
    }

    /// Is done with writing. In a folder, the next writer need not look everywhere for what killed ones left.
    pub async fn close(self) {
        if let Some(lock) = self.lock {
            self.store.leave(lock).await;
        }
    }

    /// The store it lies in.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }
}
