//! Taking a unit out of sight.
//!
//! 1. a receipt with the next number that says `retired` and names no table, create-only: the moment of truth;
//! 2. nothing at the current paths.
//!
//! What was published before stays under its receipts, and a snapshot of the past has it. Whoever publishes the unit again
//! takes the number after. What a kill between the two steps leaves at the current paths is taken away by the next
//! `retire`, or by [`Archive::verify`] with repair; nobody puts it back, for the newest receipt has no tables.

use std::collections::BTreeMap;

use super::current::AtHand;
use super::keys::Key;
use super::publish::{LOOKS, ReceiptPut, not_shown};
use super::receipt::Content;
use super::{Archive, ArchiveError, PublishError, Receipt, Stamp, TableName, Unit};
use coverledger_core::VERSION;
use coverledger_core::time::tz_release;
use coverledger_store::sha256_hex;

/// What came of retiring a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retired {
    /// It is retired from now on.
    Now,
    /// It was retired before; at most something was left at its current paths.
    Before,
    /// It was never published.
    NeverPublished,
}

impl Archive {
    /// Takes a unit out of sight, until it is published again.
    ///
    /// # Errors
    /// See [`PublishError`], which says of each whether it was retired.
    pub async fn retire(&self, unit: &Unit, stamp: &Stamp) -> Result<Retired, PublishError> {
        for _ in 0..LOOKS {
            let Some(newest) = self.newest(unit).await? else { return Ok(Retired::NeverPublished) };
            if newest.content.retired {
                let hidden = self.show_missing(&newest, &AtHand::new()).await;
                if hidden.map_err(|error| not_shown(&newest, error))? {
                    self.follow(&newest).await.map_err(|error| not_shown(&newest, error))?;
                }
                return Ok(Retired::Before);
            }
            let receipt = Receipt::new(without_tables(&newest), Some(&newest), stamp, self.program_commit);
            let retired = match self.put_receipt(&receipt).await? {
                ReceiptPut::Mine => Retired::Now,
                ReceiptPut::SameByAnother => Retired::Before,
                ReceiptPut::Other => continue,
            };
            self.show(&receipt, &AtHand::new()).await.map_err(|error| not_shown(&receipt, error))?;
            return Ok(retired);
        }
        Err(PublishError::Conflict { unit: Box::new(unit.clone()), looks: LOOKS })
    }

    /// Step 2. Says whether anything was there.
    pub(super) async fn hide(&self, retired: &Receipt) -> Result<bool, ArchiveError> {
        let shown = self.shown_of(&retired.content.unit).await?;
        for key in &shown {
            self.store.delete(key).await?;
        }
        Ok(!shown.is_empty())
    }

    /// The current paths of a unit at which there is something.
    pub(super) async fn shown_of(&self, unit: &Unit) -> Result<Vec<String>, ArchiveError> {
        let mut shown = Vec::new();
        for table in TableName::ALL.into_iter().filter(|table| table.family() == unit.family()) {
            let key = Key::Current(table, unit).path();
            match self.store.size(&key).await {
                Ok(None) => {}
                Ok(Some(_)) => shown.push(key),
                // A link, say, which is not what was published, and is there.
                Err(error) if self.is_of_object(&error.problem) => shown.push(key),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(shown)
    }
}

fn without_tables(newest: &Receipt) -> Content {
    let Content { unit, revision, state, config_sha256, engine, .. } = newest.content.clone();
    Content {
        revision: revision + 1,
        previous: Some(newest.content_sha256.clone()),
        state,
        // No inputs have it, so that the unit is due as soon as somebody looks at it again.
        fingerprint: sha256_hex(b"retired"),
        exports: Vec::new(),
        facts: Vec::new(),
        tables: Vec::new(),
        totals: BTreeMap::new(),
        config_sha256,
        program_version: VERSION.to_owned(),
        tz_release: tz_release().to_owned(),
        engine,
        numbers_version: Some(unit.family().version()),
        derived_version: None,
        retired: true,
        partly: None,
        quarantined: Vec::new(),
        unit,
    }
}
