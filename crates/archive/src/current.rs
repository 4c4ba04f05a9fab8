//! The current paths: what a notebook's glob sees.
//!
//! They follow the newest receipt and prove nothing themselves. After each put, the publisher checks for a newer receipt
//! and, if there is one, puts its bytes. So a slow publisher cannot leave old bytes over new ones.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, stream};

use super::keys::{self, Key};
use super::{Archive, ArchiveError, Receipt, TableName, TableRecord, Unit};
use coverledger_store::{Object, StoreProblem, sha256_hex};

/// The bytes of a receipt's tables, if they are in memory.
pub(super) type AtHand = BTreeMap<TableName, Bytes>;

/// What [`Archive::mend_stale`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mended {
    /// Current paths that were brought up to their receipt.
    pub mended: Vec<Unit>,
    /// Units whose bytes are neither at the current path nor in the revision: they have to be made again from exports.
    pub lost: Vec<Unit>,
    /// Units with a current path that cannot be read or written, with the reason. Their other tables are correct.
    pub blocked: Vec<(Unit, String)>,
}

/// The tables to check for a receipt.
fn telling(receipt: &Receipt) -> &[TableRecord] {
    let tables = receipt.content.tables.as_slice();
    if receipt.content.unit.is_shown_in_order() { &tables[tables.len().saturating_sub(1)..] } else { tables }
}

impl Archive {
    /// Updates the current paths to this receipt, or to a newer one that was published meanwhile. Returns whether anything
    /// was put.
    ///
    /// # Errors
    /// The store fails, or the bytes of a revision are missing or damaged.
    async fn mend(&self, receipt: &Receipt) -> Result<bool, ArchiveError> {
        let mut mended = self.show_missing(receipt, &AtHand::new()).await?;
        if mended {
            mended |= self.follow(receipt).await?;
        }
        Ok(mended)
    }

    /// The cheap check that completes what a killed publisher left: one listing for each platform, market and table, from
    /// the first date on, and a closer check only of tables that are missing, have another size, or are older than their
    /// receipt. Of tables that are put in order, only the last is checked. Takes newest receipts, as [`Archive::newest_of`] and
    /// [`Archive::newest_rejects_of`] find them.
    ///
    /// # Errors
    /// The store fails. A single current path that cannot be read or written, such as a link, is not an error.
    pub async fn mend_stale<'a>(
        &self,
        receipts: impl IntoIterator<Item = &'a Receipt>,
    ) -> Result<Mended, ArchiveError> {
        let receipts: Vec<(String, &Receipt)> = receipts
            .into_iter()
            .map(|receipt| (Key::Receipt(&receipt.content.unit, receipt.content.revision).path(), receipt))
            .collect();
        let tables = receipts.iter().flat_map(|(_, receipt)| telling(receipt)).map(|table| &table.key);
        let mut folders: BTreeMap<&str, &str> = BTreeMap::new();
        for key in receipts.iter().map(|(key, _)| key).chain(tables) {
            let first = folders.entry(keys::folder_of_dates(key)).or_insert(keys::folder_of_date(key));
            *first = (*first).min(keys::folder_of_date(key));
        }
        let listings = folders.into_iter().map(|(folder, first)| async move {
            match self.store.list_after(folder, first).await {
                // The closer check of each finds those behind a link.
                Err(error) if self.is_of_object(&error.problem) => Ok(Vec::new()),
                listed => listed,
            }
        });
        let mut listings = stream::iter(listings).buffered(self.store.requests());
        let mut objects: BTreeMap<String, Object> = BTreeMap::new();
        while let Some(listed) = listings.next().await {
            objects.extend(listed?.into_iter().map(|object| (object.key.clone(), object)));
        }
        let mut outcome = Mended::default();
        let has_brief = receipts.iter().any(|(_, receipt)| matches!(receipt.content.unit, Unit::Brief { .. }));
        for (key, receipt) in &receipts {
            // Some stores report whole seconds, so an older revision may have been put within the same second.
            let is_first = receipt.content.revision == 1;
            let is_fresh = |table: &TableRecord| match (objects.get(&table.key), objects.get(key)) {
                (Some(current), Some(stored)) => {
                    let is_younger = current.last_modified > stored.last_modified
                        || (is_first && current.last_modified == stored.last_modified);
                    current.size == table.size && is_younger
                }
                _ => false,
            };
            if !receipt.content.retired && telling(receipt).iter().all(is_fresh) {
                continue;
            }
            match self.mend(receipt).await {
                Ok(true) => outcome.mended.push(receipt.content.unit.clone()),
                Ok(false) => {}
                Err(ArchiveError::RevisionMissing { unit, .. } | ArchiveError::RevisionDamaged { unit, .. }) => {
                    outcome.lost.push(*unit);
                }
                Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => {
                    let (unit, reason) = (receipt.content.unit.clone(), error.to_string());
                    tracing::warn!(unit = unit.to_string(), reason, "this table is not brought up to its receipt");
                    outcome.blocked.push((unit, reason));
                }
                Err(error) => return Err(error),
            }
        }
        if has_brief {
            self.mend_latest_brief(&mut outcome).await?;
        }
        Ok(outcome)
    }

    /// Puts the tables of a receipt that was just published at their current paths, or deletes those of a retired unit.
    pub(super) async fn show(&self, receipt: &Receipt, at_hand: &AtHand) -> Result<(), ArchiveError> {
        if receipt.content.retired {
            self.hide(receipt).await?;
        }
        let mut shown = Vec::new();
        for table in &receipt.content.tables {
            shown.push((table.key.clone(), self.bytes_of(receipt, table, at_hand).await?));
        }
        if receipt.content.unit.is_shown_in_order() {
            for (key, bytes) in shown {
                self.store.put(&key, bytes).await?;
            }
        } else {
            self.store.put_all(shown).await.into_iter().collect::<Result<(), _>>()?;
        }
        self.follow(receipt).await?;
        if matches!(receipt.content.unit, Unit::Brief { .. }) {
            self.show_latest_brief().await?;
        }
        Ok(())
    }

    /// Puts only tables that are missing or differ; for a retired unit, deletes what is there.
    pub(super) async fn show_missing(&self, receipt: &Receipt, at_hand: &AtHand) -> Result<bool, ArchiveError> {
        if receipt.content.retired {
            return self.hide(receipt).await;
        }
        let mut put = false;
        for table in &receipt.content.tables {
            let is_there = match self.store.get_at_most(&table.key, table.size).await {
                Ok(current) => current.is_some_and(|bytes| sha256_hex(&bytes) == table.sha256),
                Err(error) if matches!(error.problem, StoreProblem::TooLarge { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            if !is_there {
                let bytes = self.bytes_of(receipt, table, at_hand).await?;
                self.store.put(&table.key, bytes).await?;
                put = true;
            }
        }
        Ok(put)
    }

    /// After a put at the current paths: if there is a newer receipt, puts its bytes.
    pub(super) async fn follow(&self, receipt: &Receipt) -> Result<bool, ArchiveError> {
        let mut put = false;
        let mut newer: Option<Receipt> = None;
        // This ends: each iteration is a revision that another publisher added during the one before.
        while let Some(newest) = self.newest_after(newer.as_ref().unwrap_or(receipt)).await? {
            put |= self.show_missing(&newest, &AtHand::new()).await?;
            newer = Some(newest);
        }
        Ok(put)
    }

    pub(super) async fn bytes_of(
        &self,
        receipt: &Receipt,
        table: &TableRecord,
        at_hand: &AtHand,
    ) -> Result<Bytes, ArchiveError> {
        if let Some(bytes) = at_hand.get(&table.table) {
            return Ok(bytes.clone());
        }
        let key = Key::Revision(table.table, &table.sha256).path();
        self.bytes_at(key, &receipt.content.unit, &table.sha256, table.size).await
    }

    /// The bytes of a revision of a unit, if they are those that their name is the hash of.
    pub(super) async fn bytes_at(
        &self,
        key: String,
        unit: &Unit,
        sha256: &str,
        size: u64,
    ) -> Result<Bytes, ArchiveError> {
        let unit = || Box::new(unit.clone());
        match self.store.get_at_most(&key, size).await {
            Ok(None) => Err(ArchiveError::RevisionMissing { unit: unit(), key }),
            Ok(Some(bytes)) if sha256_hex(&bytes) == sha256 => Ok(bytes),
            Ok(Some(_)) => Err(ArchiveError::RevisionDamaged { unit: unit(), key }),
            Err(error) if matches!(error.problem, StoreProblem::TooLarge { .. }) => {
                Err(ArchiveError::RevisionDamaged { unit: unit(), key })
            }
            Err(error) => Err(error.into()),
        }
    }
}
