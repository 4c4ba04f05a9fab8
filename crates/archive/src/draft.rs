//! The input of publishing, and its result.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;

use super::TableName;
use super::receipt::{ExportRecord, FactRecord, State};
use coverledger_core::time::Clock;

/// What is to be published, except for the tables: they contain the revision's number, which is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Whether late exports may still change it.
    pub state: State,
    /// The hash over everything that determines it.
    pub fingerprint: String,
    /// Exports read, in any order.
    pub exports: Vec<ExportRecord>,
    /// Published facts that it is derived from, in any order.
    pub facts: Vec<FactRecord>,
    /// Sums of the counts by their column.
    pub totals: BTreeMap<String, i64>,
    /// The hash over the part of the configuration that determines it.
    pub config_sha256: String,
    /// Version of this program.
    pub program_version: String,
    /// Release of the time-zone data.
    pub tz_release: String,
    /// The engine that counted.
    pub engine: String,
    /// Why it stays provisional after its settle time, if it does.
    pub partly: Option<String>,
}

/// A table as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableBytes {
    /// The table.
    pub table: TableName,
    /// The Parquet file.
    pub bytes: Bytes,
    /// The number of rows.
    pub rows: u64,
}

/// The run that publishes, the instant as of which it runs, and its clock. Not part of the hashed content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The run's id.
    pub run_id: String,
    /// The instant as of which it runs.
    pub now: Timestamp,
    /// The clock for the time of publication, independent of `now`. Always the machine's clock, except in tests.
    pub clock: Clock,
}

/// The result of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// A new revision.
    New {
        /// Its number.
        revision: u64,
    },
    /// The newest revision has the same content; at most its current paths were updated.
    AlreadyPublished {
        /// Its number.
        revision: u64,
    },
}
