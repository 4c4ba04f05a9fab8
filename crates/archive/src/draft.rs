//! What is handed in to be published, and what comes of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;

use super::TableName;
use super::receipt::{ExportRecord, FactRecord, State};
use coverledger_core::time::Clock;

/// What is to be published, but for the tables: they carry the revision's number, which is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Whether late exports may still change it.
    pub state: State,
    /// Hash of all that it was made from.
    pub fingerprint: String,
    /// Exports read, in any order.
    pub exports: Vec<ExportRecord>,
    /// Published facts that it stands on, in any order.
    pub facts: Vec<FactRecord>,
    /// Sums of the counts by their column.
    pub totals: BTreeMap<String, i64>,
    /// Hash of the configuration that had a say.
    pub config_sha256: String,
    /// Version of this program.
    pub program_version: String,
    /// Release of the time-zone data.
    pub tz_release: String,
    /// What counted.
    pub engine: String,
    /// Why it stays provisional after its settle time, if it does.
    pub partly: Option<String>,
}

/// A table as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableBytes {
    /// Which.
    pub table: TableName,
    /// The Parquet file.
    pub bytes: Bytes,
    /// Rows in it.
    pub rows: u64,
}

/// Who publishes, as of which instant, and by which clock. Outside of what is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The run.
    pub run_id: String,
    /// The instant as of which it runs.
    pub now: Timestamp,
    /// Says when something was published, whatever the run is as of. Never but in a test anything else than the
    /// machine's.
    pub clock: Clock,
}

/// What publishing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// A new revision.
    New {
        /// Its number.
        revision: u64,
    },
    /// The newest revision says the same; at most its current path was mended.
    AlreadyPublished {
        /// Its number.
        revision: u64,
    },
}
