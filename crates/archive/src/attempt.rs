//! Why a market-day was not published: a note beside the receipts, for `status` and for people.
//!
//! A note applies to one input fingerprint; once a market-day's inputs change or are published, it is outdated. Only the
//! last note is kept. For a day that was held back or failed, the note decides nothing. If the exports, once read, had no
//! records for the day, the note prevents reading them again while they are the same.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::{Archive, ArchiveError};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_store::{StoreError, StoreProblem};

/// How an attempt ended that published nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// The exports were read, but have too many errors, or less data than the revision they would replace.
    Held,
    /// An export could not be read, or the day could not be published.
    Failed,
    /// The exports were read, and end before the day.
    Waiting,
    /// The exports were read, and begin after the day.
    NotBegun,
    /// The exports were read, and no longer contain the day, which stays as it was published.
    Kept,
}

/// The last attempt at a market-day that published nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Version of this file's format.
    pub version: u32,
    /// The fingerprint of its inputs.
    pub fingerprint: String,
    /// How it ended.
    pub end: AttemptEnd,
    /// Why.
    pub reason: String,
}

impl Attempt {
    /// A note on these inputs.
    #[must_use]
    pub fn new(fingerprint: &str, end: AttemptEnd, reason: String) -> Self {
        Self { version: 1, fingerprint: fingerprint.to_owned(), end, reason }
    }
}

impl Attempt {
    /// Whether it needs the attention of a person.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        matches!(self.end, AttemptEnd::Held | AttemptEnd::Failed)
    }
}

impl Archive {
    /// Leaves a note on a market-day, unless it is there already.
    ///
    /// # Errors
    /// The store fails.
    pub async fn note(&self, day: &MarketDay, attempt: &Attempt) -> Result<(), ArchiveError> {
        let key = Key::Attempt(day).path();
        let text = serde_json::to_vec_pretty(attempt).map_err(|error| StoreError {
            store: self.store.name().to_owned(),
            action: "put",
            key: key.clone(),
            problem: StoreProblem::Other(error.to_string()),
        })?;
        if self.note_at(&key).await?.is_none_or(|there| there != text) {
            self.store.put(&key, Bytes::from(text)).await?;
        }
        Ok(())
    }

    /// The notes on these market-days of a platform: one listing, and a read of each note that is there. A note that
    /// cannot be read is ignored.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn notes_of(
        &self,
        platform: &PlatformId,
        days: &BTreeSet<(MarketId, Date)>,
    ) -> Result<BTreeMap<(MarketId, Date), Attempt>, ArchiveError> {
        let listed = self.store.list(&Key::Attempts(platform).path()).await?;
        let keys: BTreeSet<String> = listed.into_iter().map(|object| object.key).collect();
        let mut notes = BTreeMap::new();
        for (market, local_date) in days {
            let day = MarketDay { platform: platform.clone(), market: market.clone(), local_date: *local_date };
            let key = Key::Attempt(&day).path();
            if !keys.contains(&key) {
                continue;
            }
            let text = self.note_at(&key).await?;
            if let Some(note) = text.and_then(|text| serde_json::from_slice(&text).ok()) {
                notes.insert((day.market, day.local_date), note);
            }
        }
        Ok(notes)
    }
}
