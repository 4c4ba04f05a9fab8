//! Which tables are kept, and which bytes may be removed.
//!
//! Receipts stay for ever: they are small and prove what was published. The bytes of a revision that was replaced long
//! ago may be removed. With an instant as the cutoff, these stay:
//!
//! * what was published at or after it;
//! * of each unit, the newest before it, which was in force at the cutoff and perhaps long after; and the one before that, if
//!   it states a later time of publication;
//!
//! so that every snapshot at or after the cutoff stays complete. `_retention.json` records the cutoff.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::{Archive, ArchiveError, Receipt, Unit};
use coverledger_store::{StoreError, StoreProblem};

/// It holds one instant.
const MOST_BYTES: u64 = 1 << 16;
const VERSION: u32 = 1;

/// The instant since which nothing was pruned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Version of this file's format: 1.
    pub version: u32,
    /// What was replaced before this instant may have been removed.
    pub pruned_before: Timestamp,
}

/// Sound receipts of each unit by their number.
pub(super) type Chains = BTreeMap<Unit, BTreeMap<u64, Receipt>>;

/// The hashes of all tables that stay.
pub(super) fn kept<'a>(
    chains: impl IntoIterator<Item = &'a BTreeMap<u64, Receipt>>,
    cutoff: Timestamp,
) -> BTreeSet<&'a str> {
    let mut kept = BTreeSet::new();
    for chain in chains {
        let is_before = |receipt: &&Receipt| receipt.published_at < cutoff;
        let mut earlier = chain.values().rev().skip_while(|receipt| !is_before(receipt)).peekable();
        let mut truth: Vec<&Receipt> = Vec::new();
        while let Some(receipt) = earlier.next() {
            truth.push(receipt);
            // If a receipt states an earlier time than its predecessor, a clock was set back, or the time was damaged.
            if earlier.peek().is_none_or(|before| before.published_at <= receipt.published_at) {
                break;
            }
        }
        let since = chain.values().filter(|receipt| !is_before(receipt));
        kept.extend(truth.into_iter().chain(since).flat_map(tables));
    }
    kept
}

pub(super) fn tables(receipt: &Receipt) -> impl Iterator<Item = &str> {
    receipt.content.tables.iter().map(|table| table.sha256.as_str())
}

impl Archive {
    /// The instant since which nothing was pruned; `None` if nothing ever was.
    ///
    /// # Errors
    /// The store does not answer, or what it holds is not readable.
    pub async fn retention(&self) -> Result<Option<Retention>, ArchiveError> {
        let key = Key::Retention.path();
        let wrong = |reason| Err(ArchiveError::Retention { key: key.clone(), reason });
        let bytes = match self.store.get_at_most(&key, MOST_BYTES).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) if self.is_folder_at(&key).await? => {
                return wrong("cannot be read: it is a folder".to_owned());
            }
            Ok(None) => return Ok(None),
            Err(error) if self.is_of_object(&error.problem) => {
                return wrong(format!("cannot be read: {}", error.problem));
            }
            Err(error) => return Err(error.into()),
        };
        match serde_json::from_slice::<Retention>(&bytes) {
            Ok(retention) if retention.version != VERSION => {
                wrong(format!("has version {} (known: {VERSION})", retention.version))
            }
            Ok(retention) => Ok(Some(retention)),
            Err(error) => wrong(format!("cannot be read: {error}")),
        }
    }

    /// Whether there is a folder where a file is to be put. A bucket has no folders.
    async fn is_folder_at(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.store.folder().is_some() && self.store.subfolders("").await?.contains(key))
    }

    /// Records that what was replaced before `cutoff` may be missing from now on. The cutoff is never moved back.
    pub(super) async fn give_up_before(&self, cutoff: Timestamp) -> Result<(), ArchiveError> {
        if self.retention().await?.is_some_and(|there| there.pruned_before >= cutoff) {
            return Ok(());
        }
        let key = Key::Retention.path();
        let retention = Retention { version: VERSION, pruned_before: cutoff };
        let mut bytes = serde_json::to_vec_pretty(&retention).map_err(|error| StoreError {
            store: self.store.name().to_owned(),
            action: "put",
            key: key.clone(),
            problem: StoreProblem::Other(error.to_string()),
        })?;
        bytes.push(b'\n');
        self.store.put(&key, Bytes::from(bytes)).await?;
        Ok(())
    }
}
