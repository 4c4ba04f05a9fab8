//! The immutable record of one published revision.
//!
//! ```json
//! {
//!   "version": 1,
//!   "content": { … },
//!   "content_sha256": "…",
//!   "run_id": "…",
//!   "published_at": "2026-11-22T03:31:07.5Z",
//!   "as_of": "2026-11-22T03:30:00Z",
//!   "program_commit": "…"
//! }
//! ```
//!
//! `content_sha256` covers `content` as it stands in the file, without the white space between its parts: what
//! Python's `json.dumps(receipt["content"], separators=(",", ":"), ensure_ascii=False)` gives. Who ran, when and as of
//! when is outside of it, so the same inputs make the same content.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Stamp, TableName, Unit, sound};
use coverledger_core::model::MarketDay;
use coverledger_store::{StoreProblem, sha256_hex};

const VERSION: u32 = 1;

/// One published revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What was published, from what, by which rules.
    pub content: Content,
    /// SHA-256 of the content, in hex.
    pub content_sha256: String,
    /// Which run published it.
    pub run_id: String,
    /// When it was published, by the machine's clock; in receipts without `as_of` the instant as of which the run ran.
    pub published_at: Timestamp,
    /// The latest instant as of which it was judged: that of the run, or of the revision before if the run looked back;
    /// `None` in receipts that were written before it was told.
    pub as_of: Option<Timestamp>,
    /// The commit of the program; `None` in receipts that were written before it was told.
    pub program_commit: Option<String>,
}

/// What was published, from what, by which rules. Holds no clock and no host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it speaks of.
    pub unit: Unit,
    /// Counted from 1 without gaps.
    pub revision: u64,
    /// `content_sha256` of the revision before, `None` for the first.
    pub previous: Option<String>,
    /// Whether late exports may still change it.
    pub state: State,
    /// Hash of all that it was made from, by which a later run knows that there is nothing new.
    pub fingerprint: String,
    /// Exports read, sorted by key.
    pub exports: Vec<ExportRecord>,
    /// Published facts that it was made from, sorted: of a decision or an experiment, or of a market-day whose derived tables
    /// were rendered from the archive. Where there are none, nothing is written of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactRecord>,
    /// Tables written, in the order of [`TableName`].
    pub tables: Vec<TableRecord>,
    /// Sums of the counts by their column, to notice when a later revision holds less.
    pub totals: BTreeMap<String, i64>,
    /// Hash of the configuration that had a say.
    pub config_sha256: String,
    /// Version of this program.
    pub program_version: String,
    /// Release of the time-zone data: `2026f`.
    pub tz_release: String,
    /// What counted.
    pub engine: String,
    /// Version of the numbers of its family of tables; `None` in receipts that were written before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers_version: Option<u32>,
    /// Version of the tables that are derived from others of the unit. Where it is the number of `numbers_version`, nothing
    /// is written of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived_version: Option<u32>,
    /// Whether the unit was retired: it has no tables from here on, until a later revision has. Where it was not, nothing
    /// is written of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Why it stays provisional after its settle time: which part of the day its exports cover. Where they cover all of
    /// it, nothing is written of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<String>,
    /// Earlier receipts of the unit that cannot be relied on, or are missing, by their number; sorted. This one takes
    /// their place, and `previous` passes over them. Where there are none, nothing is written of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<u64>,
}

impl Content {
    /// By which version of derived tables it was made; `None` if that was before numbers had a version.
    #[must_use]
    pub fn derived_by(&self) -> Option<u32> {
        self.derived_version.or(self.numbers_version)
    }
}

/// Whether late exports may still change what was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The settle time had not passed.
    Provisional,
    /// The settle time had passed.
    Final,
}

/// An export that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExportRecord {
    /// Relative to the store of exports.
    pub key: String,
    /// As it was listed.
    pub etag: Option<String>,
    /// In bytes.
    pub size: u64,
    /// Of the whole object, in hex.
    pub sha256: String,
    /// What became of its records.
    pub rows: RowCounts,
    /// Since when the store has these bytes, as far as receipts know; of an export of which the newest by modification
    /// is counted. Nothing is written of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
}

/// Published facts that were read: a revision of a market-day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactRecord {
    /// Which market-day.
    #[serde(flatten)]
    pub market_day: MarketDay,
    /// Which revision of it.
    pub revision: u64,
}

/// What became of the records of an export: in = counted + duplicate + outside + rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct RowCounts {
    /// Physical records.
    pub rows_in: u64,
    /// Counted.
    pub counted: u64,
    /// Counted elsewhere already.
    pub duplicate: u64,
    /// Of other days, or of markets that the configuration ignores.
    pub outside: u64,
    /// Not readable as what they should be.
    pub rejected: u64,
}

/// A table that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// Which.
    pub table: TableName,
    /// Its current path. The bytes of this very revision stay at `_revisions/<sha256>.parquet`; those of
    /// a page at `_revisions/<sha256>.html`.
    pub key: String,
    /// Of the file, in hex.
    pub sha256: String,
    /// Of the file, in bytes.
    pub size: u64,
    /// Rows in it.
    pub rows: u64,
    /// Version of the table's schema; `None` where that is not known: in receipts that were written before there was one,
    /// and of tables that were found without their receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<u32>,
}

/// A receipt that cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the receipt `{key}` {problem}{}", .problem.way_out())]
pub struct ReceiptError {
    /// Where it lies.
    pub key: String,
    /// What is wrong with it.
    pub problem: ReceiptProblem,
}

/// What is wrong with a receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptProblem {
    /// Listed and gone.
    #[error("was listed and is gone")]
    Gone,
    /// It lies there, and its bytes do not come.
    #[error("cannot be read: {0}")]
    OutOfReach(StoreProblem),
    /// Not JSON, or not of the shape of a receipt.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Made by another program.
    #[error("has version {0} (known: {VERSION}; use the program that wrote it or a newer one)")]
    Version(u32),
    /// Its content is not what was hashed.
    #[error("states content hash `{stated}` and its content has `{found}`")]
    Hash {
        /// As stated.
        stated: String,
        /// As computed.
        found: String,
    },
    /// It speaks of something else than its key.
    #[error("speaks of revision {revision} of `{unit}`")]
    Misplaced {
        /// What it speaks of.
        unit: Box<Unit>,
        /// Which revision of it.
        revision: u64,
    },
}

impl ReceiptProblem {
    /// What to do about it, for messages.
    pub(super) const fn way_out(&self) -> &'static str {
        match self {
            Self::Gone | Self::Version(_) => "",
            Self::OutOfReach(StoreProblem::Link) => " (`coverledger verify` names what lies behind links)",
            Self::OutOfReach(_) | Self::Unreadable(_) | Self::Hash { .. } | Self::Misplaced { .. } => {
                " (put it back from a copy, or have it quarantined by `coverledger verify --repair`)"
            }
        }
    }

    /// Whether no other try, no other program and no other user would read it, as far as can be told from here.
    pub(super) const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_)
                | Self::Hash { .. }
                | Self::Misplaced { .. }
                | Self::OutOfReach(StoreProblem::TooLarge { .. } | StoreProblem::Link | StoreProblem::NoFile)
        )
    }
}

#[derive(Serialize, Deserialize)]
struct Shape {
    version: u32,
    content: Box<RawValue>,
    content_sha256: String,
    run_id: String,
    published_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program_commit: Option<String>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Receipt {
    /// The receipt of this content after the revision before, published now.
    pub(super) fn new(content: Content, before: Option<&Self>, stamp: &Stamp, commit: Option<&str>) -> Self {
        let content_sha256 = sha256_hex(&compact(&content));
        Self {
            content,
            content_sha256,
            run_id: stamp.run_id.clone(),
            published_at: stamp.clock.now(),
            as_of: Some(before.map_or(stamp.now, |before| stamp.now.max(before.judged_as_of()))),
            program_commit: commit.map(str::to_owned),
        }
    }

    /// The latest instant as of which it was judged: who looks back from there knows less.
    #[must_use]
    pub fn judged_as_of(&self) -> Timestamp {
        self.as_of.unwrap_or(self.published_at)
    }

    /// The file. The same receipt is the same bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // No string of JSON holds a bare newline, so this moves nothing but white space.
        let content = pretty(&self.content).replace('\n', "\n  ");
        let shape = Shape {
            version: VERSION,
            content: RawValue::from_string(content).expect("what was just written as JSON is JSON"),
            content_sha256: self.content_sha256.clone(),
            run_id: self.run_id.clone(),
            published_at: self.published_at,
            as_of: self.as_of,
            program_commit: self.program_commit.clone(),
        };
        let mut bytes = serde_json::to_vec_pretty(&shape).expect("a receipt has only text keys and numbers");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file of a receipt and checks that it is whole.
    pub(super) fn parse(key: &str, unit: &Unit, revision: u64, bytes: &[u8]) -> Result<Self, ReceiptError> {
        Self::checked(unit, revision, bytes).map_err(|problem| ReceiptError { key: key.to_owned(), problem })
    }

    fn checked(unit: &Unit, revision: u64, bytes: &[u8]) -> Result<Self, ReceiptProblem> {
        // Whatever else it is, its bytes are all there is to say of it.
        if bytes.len() as u64 > sound::MOST_BYTES {
            let (size, most) = (bytes.len() as u64, sound::MOST_BYTES);
            return Err(ReceiptProblem::OutOfReach(StoreProblem::TooLarge { size, most }));
        }
        let unreadable = |error: serde_json::Error| ReceiptProblem::Unreadable(error.to_string());
        let Versioned { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if version != VERSION {
            return Err(ReceiptProblem::Version(version));
        }
        let shape: Shape = serde_json::from_slice(bytes).map_err(unreadable)?;
        let found = sha256_hex(&without_white_space(shape.content.get()));
        if found != shape.content_sha256 {
            return Err(ReceiptProblem::Hash { stated: shape.content_sha256, found });
        }
        let content: Content = serde_json::from_str(shape.content.get()).map_err(unreadable)?;
        if content.unit != *unit || content.revision != revision {
            return Err(ReceiptProblem::Misplaced { unit: Box::new(content.unit), revision: content.revision });
        }
        sound::check(&content).map_err(ReceiptProblem::Unreadable)?;
        Ok(Self {
            content,
            content_sha256: found,
            run_id: shape.run_id,
            published_at: shape.published_at,
            as_of: shape.as_of,
            program_commit: shape.program_commit,
        })
    }
}

fn pretty(content: &Content) -> String {
    serde_json::to_string_pretty(content).expect("a receipt has only text keys and numbers")
}

/// The same without white space between its parts.
fn compact(content: &Content) -> Vec<u8> {
    serde_json::to_vec(content).expect("a receipt has only text keys and numbers")
}

/// JSON text without the white space outside of its strings.
fn without_white_space(json: &str) -> Vec<u8> {
    let (mut in_string, mut escaped) = (false, false);
    let mut kept = Vec::with_capacity(json.len());
    // No byte of a character beyond ASCII is one of those that matter here.
    for &byte in json.as_bytes() {
        if in_string || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            kept.push(byte);
        }
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else {
            in_string = byte == b'"';
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_and_strings_stay() {
        let json = "{\n  \"a \\\" b\\\\\": [1, 2],\t\"c\": \"d  e\" }";
        assert_eq!(without_white_space(json), br#"{"a \" b\\":[1,2],"c":"d  e"}"#);
        let beyond = "{ \"名\" : \"封 面\" }";
        assert_eq!(without_white_space(beyond), "{\"名\":\"封 面\"}".as_bytes());
    }
}
