//! The private store: what is kept of viewers over days, below `_returning`, beside everything that is published.
//!
//! A part holds the visits of a market-day, under the number of the revision that is about to be published; it is put before
//! that revision's receipt, so that no published day lacks its part. Of several parts of a date the one with the highest number
//! counts. No receipt names a part, no table's glob reaches it, and [`Archive::prune_visits`] deletes what is older than it may
//! be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::keys::{self, Key, VisitsAt};
use super::visit_part::{VisitPartError, VisitPartReader};
use super::{Archive, ArchiveError};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_store::{Object, StoreError, StoreProblem, sha256_hex};

/// Digits of the hash in the name of a part.
const HASH_DIGITS: usize = 16;
/// It holds one short text.
const MOST_KEY_BYTES: u64 = 1 << 16;
const VERSION: u32 = 1;

/// What tells the key of a generation from others, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct KeyFile {
    version: u32,
    check: String,
}

/// A part of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitPart {
    /// The revision that it is of.
    pub revision: u64,
    object: Object,
}

impl VisitPart {
    /// What names it: its key, which holds a hash of its bytes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.object.key
    }
}

/// Why a part cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum VisitsError {
    /// The store fails.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It is damaged.
    #[error("`{key}` cannot be read (backfill its market-day with `--reprocess all`)")]
    Part {
        /// Its key.
        key: String,
        /// What is wrong.
        source: VisitPartError,
    },
    /// Its bytes are not those that its name says.
    #[error("`{0}` is damaged (backfill its market-day with `--reprocess all`)")]
    Damaged(String),
}

impl Archive {
    /// Makes sure that a generation has this key and no other: its first use decides. Returns whether it has.
    ///
    /// # Errors
    /// The store does not answer, or what it holds is not readable.
    pub async fn is_key_of(&self, generation: u16, check: &str) -> Result<bool, ArchiveError> {
        let key = Key::Generation(generation).path();
        if let Some(known) = self.key_check(&key).await? {
            return Ok(known == check);
        }
        let file = KeyFile { version: VERSION, check: check.to_owned() };
        let mut bytes =
            serde_json::to_vec_pretty(&file).map_err(|error| self.unsound(&key, "put", error.to_string()))?;
        bytes.push(b'\n');
        self.store.put_new(&key, Bytes::from(bytes)).await?;
        // Another run may have been faster.
        Ok(self.key_check(&key).await?.is_some_and(|known| known == check))
    }

    async fn key_check(&self, key: &str) -> Result<Option<String>, ArchiveError> {
        let Some(bytes) = self.store.get_at_most(key, MOST_KEY_BYTES).await? else { return Ok(None) };
        match serde_json::from_slice::<KeyFile>(&bytes) {
            Ok(KeyFile { version: VERSION, check }) => Ok(Some(check)),
            Ok(KeyFile { version, .. }) => {
                Err(self.unsound(key, "read", format!("it has version {version} (known: {VERSION})")))
            }
            Err(error) => Err(self.unsound(key, "read", error.to_string())),
        }
    }

    fn unsound(&self, key: &str, action: &'static str, reason: String) -> ArchiveError {
        let store = self.store.name().to_owned();
        StoreError { store, action, key: key.to_owned(), problem: StoreProblem::Other(reason) }.into()
    }

    /// Keeps the visits of a market-day as those of a revision. What was kept before as those of the same revision, and is
    /// other, goes.
    ///
    /// # Errors
    /// The store does not take it.
    pub async fn keep_visits(
        &self,
        generation: u16,
        day: &MarketDay,
        revision: u64,
        part: Bytes,
    ) -> Result<(), ArchiveError> {
        let sha256 = sha256_hex(&part);
        let hash = sha256.get(..HASH_DIGITS).unwrap_or_default();
        let key = Key::Visits(generation, day, revision, hash).path();
        // The name is made from the bytes: whatever lies there is these, or is damaged.
        self.store.put(&key, part).await?;
        let others = self.store.list(keys::folder_of_date(&key)).await?;
        let is_replaced = |object: &&Object| {
            object.key != key && keys::visits_at(&object.key).is_some_and(|other| other.revision == revision)
        };
        for other in others.iter().filter(is_replaced) {
            self.store.delete(&other.key).await?;
        }
        Ok(())
    }

    /// The part of each of these revisions of market-days of a platform in a market, as far as it is kept: one listing. A part
    /// is put before its receipt, so one of a later number is of a revision that was never published.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn visit_parts(
        &self,
        generation: u16,
        platform: &PlatformId,
        market: &MarketId,
        revisions: &BTreeMap<Date, u64>,
    ) -> Result<BTreeMap<Date, VisitPart>, ArchiveError> {
        let mut parts: BTreeMap<Date, VisitPart> = BTreeMap::new();
        for object in self.store.list(&Key::VisitsOfMarket(generation, platform, market).path()).await? {
            let Some(VisitsAt { market_day, revision, .. }) = keys::visits_at(&object.key) else { continue };
            let is_published = revisions.get(&market_day.local_date).is_some_and(|newest| revision <= *newest);
            if is_published && parts.get(&market_day.local_date).is_none_or(|other| other.revision <= revision) {
                parts.insert(market_day.local_date, VisitPart { revision, object });
            }
        }
        Ok(parts)
    }

    /// Reads a part. Of a bucket it is spooled into an unnamed file in `spool_dir`.
    ///
    /// # Errors
    /// The store does not answer, or the part is not what its name says.
    pub async fn visits(&self, part: &VisitPart, spool_dir: &Path) -> Result<VisitPartReader, VisitsError> {
        let key = || part.object.key.clone();
        let fetched = self.store.fetch(&part.object, spool_dir).await.map_err(ArchiveError::from)?;
        let named = keys::visits_at(&part.object.key);
        if !named.is_some_and(|named| fetched.sha256.starts_with(named.hash)) {
            return Err(VisitsError::Damaged(key()));
        }
        VisitPartReader::new(fetched.file).map_err(|source| VisitsError::Part { key: key(), source })
    }

    /// Deletes the parts that are to go: those that `keeps` does not keep, those of former generations, and of each market-day
    /// all but the last two revisions, for the last one may never have been published. Also what tells the keys of former
    /// generations apart. Returns how many parts were deleted.
    ///
    /// # Errors
    /// The store does not answer, or does not delete. What was deleted until then is.
    pub async fn prune_visits(
        &self,
        generation: u16,
        keeps: impl Fn(&MarketDay) -> bool,
    ) -> Result<usize, ArchiveError> {
        let listed = self.store.list(&Key::AllVisits.path()).await?;
        let mut revisions: BTreeMap<(u16, MarketDay), BTreeSet<u64>> = BTreeMap::new();
        let parts = || listed.iter().filter_map(|object| Some((object, keys::visits_at(&object.key)?)));
        // A program with an older configuration does not know a newer generation, and leaves it alone.
        let stays = |part: &VisitsAt<'_>| part.generation >= generation && keeps(&part.market_day);
        for (_, part) in parts().filter(|(_, part)| stays(part)) {
            revisions.entry((part.generation, part.market_day)).or_default().insert(part.revision);
        }
        let goes = |part: &VisitsAt<'_>| {
            let of_day = revisions.get(&(part.generation, part.market_day.clone()));
            of_day.is_none_or(|of_day| of_day.range(part.revision + 1..).nth(1).is_some()) || !stays(part)
        };
        let parts: Vec<&str> =
            parts().filter(|(_, part)| goes(part)).map(|(object, _)| object.key.as_str()).collect();
        let is_former = |key: &&str| keys::returning_key_at(key).is_some_and(|of| of < generation);
        let former = listed.iter().map(|object| object.key.as_str()).filter(is_former);
        // Keys last: as long as there are parts they can be told of.
        for keys in [parts.clone(), former.collect()] {
            let deletes = keys.into_iter().map(|key| self.store.delete(key));
            let done: Result<Vec<()>, _> =
                stream::iter(deletes).buffer_unordered(self.store.requests()).try_collect().await;
            done?;
        }
        Ok(parts.len())
    }
}
