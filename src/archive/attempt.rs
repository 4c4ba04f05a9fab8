//! Why a market-day was held back or failed: a note beside the receipts, for `status` and for people.
//!
//! It decides nothing. It speaks of one input fingerprint; once a market-day's inputs change, or are published, the
//! note is history. Only the last one is kept.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::{Archive, ArchiveError};
use crate::model::MarketDay;
use crate::store::{StoreError, StoreProblem};

/// How an attempt ended that published nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// The data was read and is not good enough, or less than what it would replace.
    Held,
    /// It could not be read or published.
    Failed,
}

/// The last attempt at a market-day that published nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Shape of this file.
    pub version: u32,
    /// The inputs it was made from.
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

impl Archive {
    /// Leaves a note on a market-day, unless it is there already.
    ///
    /// # Errors
    /// The store does not do it.
    pub async fn note(&self, day: &MarketDay, attempt: &Attempt) -> Result<(), ArchiveError> {
        let key = Key::Attempt(day).path();
        let text = serde_json::to_vec_pretty(attempt).map_err(|error| StoreError {
            store: self.store.name().to_owned(),
            action: "put",
            key: key.clone(),
            problem: StoreProblem::Other(error.to_string()),
        })?;
        if self.store.get(&key).await?.is_none_or(|there| there != text) {
            self.store.put(&key, Bytes::from(text)).await?;
        }
        Ok(())
    }

    /// The note on a market-day, if there is one. A note that cannot be read is as good as none.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn noted(&self, day: &MarketDay) -> Result<Option<Attempt>, ArchiveError> {
        let text = self.store.get(&Key::Attempt(day).path()).await?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }
}
