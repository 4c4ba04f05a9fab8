//! What takes the place of receipts that cannot be read.
//!
//! Nothing is moved, replaced or deleted: the next receipt of the unit, create-only like every other, names them as
//! `quarantined`, and `previous` passes over them. So no number is given out twice, of several who repair one is first,
//! and a receipt that is put back from a copy later is in its place. What the new receipt says is the first of these
//! that there is:
//!
//! 1. the tables at the current paths, if every one of them lies in `_revisions` under its own hash, so that it was
//!    published, and they are all that the unit has to have; of what they were made is not known;
//! 2. what the newest sound receipt says;
//! 3. nothing: the unit is retired, and as due as if it had never been published.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;

use super::chain::Chain;
use super::keys::{self, Key};
use super::publish::ReceiptPut;
use super::receipt::{Content, TableRecord};
use super::sound::MOST_OF_TABLE;
use super::{Archive, ArchiveError, PublishError, Receipt, Stamp, State, TableName, Unit};
use coverledger_core::VERSION;
use coverledger_core::time::{Clock, tz_release};
use coverledger_store::{StoreProblem, sha256_hex};

impl Archive {
    /// Puts a receipt that takes the place of a unit's damaged ones, and takes it into the chain. Says whether it did.
    /// A receipt of a newer program, or one that another user could read, is not damaged.
    pub(super) async fn quarantine(&self, unit: &Unit, chain: &mut Chain) -> Result<bool, ArchiveError> {
        let mut numbers = chain.gaps();
        for (number, _) in chain.open() {
            // Once more: what was a mishap of reading is none to act upon.
            match self.receipt_or_why(unit, number).await? {
                Err(error) if error.problem.is_damage() => numbers.push(number),
                _ => return Ok(false),
            }
        }
        let Some(revision) = chain.present().last().map(|last| last + 1).filter(|_| !numbers.is_empty()) else {
            return Ok(false);
        };
        if !keys::is_revision(revision) {
            return Ok(false);
        }
        numbers.sort_unstable();
        let before = chain.sound.last_key_value().map(|(_, receipt)| receipt);
        let newest_is_lost = chain.newest().is_none();
        let shown = if newest_is_lost { self.proven_currents(unit).await? } else { None };
        let content = match (shown, before) {
            (Some(tables), before) if before.is_none_or(|before| before.content.tables != tables) => {
                of_unknown(unit, tables)
            }
            (_, Some(before)) => before.content.clone(),
            (_, None) => {
                if !self.keep_currents(unit).await? {
                    return Ok(false);
                }
                Content { retired: true, ..of_unknown(unit, Vec::new()) }
            }
        };
        let previous = before.map(|before| before.content_sha256.clone());
        let content = Content { revision, previous, quarantined: numbers, ..content };
        let now = Clock::System.now();
        let mut run_id = sha256_hex(format!("verify --repair\n{now}").as_bytes());
        run_id.truncate(16);
        let stamp = Stamp { run_id, now, clock: Clock::System };
        let receipt = Receipt::new(content, before, &stamp, self.program_commit);
        match self.put_receipt(&receipt).await {
            Ok(ReceiptPut::Mine | ReceiptPut::SameByAnother) => {
                chain.sound.insert(revision, receipt);
                Ok(true)
            }
            Ok(ReceiptPut::Other) => Ok(false),
            Err(PublishError::Archive(ArchiveError::Store(error))) if !self.is_of_object(&error.problem) => {
                Err(error.into())
            }
            Err(error) => {
                tracing::warn!(unit = unit.to_string(), %error, "damaged receipts could not be quarantined");
                Ok(false)
            }
        }
    }

    /// The tables at the current paths of a unit, if they are all that it has to have and each is proven by its content.
    async fn proven_currents(&self, unit: &Unit) -> Result<Option<Vec<TableRecord>>, ArchiveError> {
        let (mut tables, mut missing): (Vec<TableRecord>, Vec<TableName>) = (Vec::new(), Vec::new());
        for table in TableName::ALL.into_iter().filter(|table| table.family() == unit.family()) {
            let key = Key::Current(table, unit).path();
            let Some(bytes) = self.bytes_if_read(&key, MOST_OF_TABLE).await? else {
                missing.push(table);
                continue;
            };
            let sha256 = sha256_hex(&bytes);
            let kept = self.bytes_if_read(&Key::Revision(table, &sha256).path(), bytes.len() as u64).await?;
            let Some(rows) = rows(table, &bytes).filter(|_| kept.is_some_and(|kept| kept == bytes)) else {
                return Ok(None);
            };
            let size = bytes.len() as u64;
            tables.push(TableRecord { table, key, sha256, size, rows, schema_version: None });
        }
        // A market-day of a source of quality has tables of its own and none of the others.
        let is_of_quality = |table| matches!(table, TableName::Quality | TableName::QualityMinutes);
        let is_source = tables.iter().any(|found| is_of_quality(found.table));
        let lacks = |table: &TableName| !table.is_optional() && is_of_quality(*table) == is_source;
        Ok((!tables.is_empty() && !missing.iter().any(lacks)).then_some(tables))
    }

    /// Keeps what lies at the current paths of a unit by its content: it may be the only copy. Says whether all is kept.
    async fn keep_currents(&self, unit: &Unit) -> Result<bool, ArchiveError> {
        for key in self.shown_of(unit).await? {
            let bytes = match self.store.get_at_most(&key, MOST_OF_TABLE).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                // No table of anybody's.
                Err(error) if matches!(error.problem, StoreProblem::Link | StoreProblem::NoFile) => continue,
                Err(error) if self.is_of_object(&error.problem) => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let Some((table, _)) = keys::current_at(&key) else { continue };
            let revision = Key::Revision(table, &sha256_hex(&bytes)).path();
            match self.store.put_new(&revision, bytes).await {
                Ok(_) => {}
                Err(error) if self.is_of_object(&error.problem) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }

    /// What lies at a key, if it can be read and has at most so many bytes.
    pub(super) async fn bytes_if_read(&self, key: &str, most: u64) -> Result<Option<Bytes>, ArchiveError> {
        match self.store.get_at_most(key, most).await {
            Err(error) if self.is_of_object(&error.problem) => Ok(None),
            read => Ok(read?),
        }
    }
}

/// The rows of a Parquet file, if it is one. A page has none.
fn rows(table: TableName, bytes: &Bytes) -> Option<u64> {
    if table.is_page() {
        return Some(0);
    }
    let count = || {
        Ok::<i64, ParquetError>(SerializedFileReader::new(bytes.clone())?.metadata().file_metadata().num_rows())
    };
    // Whatever was made to look like a table must not end the repair of the others.
    let rows = catch_unwind(AssertUnwindSafe(count)).ok()?.ok()?;
    u64::try_from(rows).ok()
}

/// What can be said of tables of which nobody knows what they were made from. Final, so that fewer exports than there
/// were replace nothing; due again once there are all.
fn of_unknown(unit: &Unit, tables: Vec<TableRecord>) -> Content {
    Content {
        unit: unit.clone(),
        revision: 0,
        previous: None,
        state: State::Final,
        // No inputs have it.
        fingerprint: sha256_hex(b"quarantined"),
        exports: Vec::new(),
        facts: Vec::new(),
        tables,
        totals: BTreeMap::new(),
        config_sha256: sha256_hex(b"quarantined"),
        program_version: VERSION.to_owned(),
        tz_release: tz_release().to_owned(),
        engine: "unknown".to_owned(),
        numbers_version: None,
        derived_version: None,
        retired: false,
        partly: None,
        quarantined: Vec::new(),
    }
}
