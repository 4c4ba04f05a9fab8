//! The current objects of a table, for `show`.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::keys::{self, Key};
use super::sound::MOST_OF_TABLE;
use super::{Archive, ArchiveError, TableName, Unit};
use coverledger_core::model::{MarketId, PlatformId, columns as c};
use coverledger_store::StoreProblem;

/// The objects of a table, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objects {
    /// Those that could be read, with their keys.
    pub read: Vec<(String, Bytes)>,
    /// The keys of the others, and why they could not be read.
    pub unreadable: Vec<(String, StoreProblem)>,
}

/// The columns whose value is given by a current path, with their values as text; empty for other paths.
#[must_use]
pub fn said_by_key(key: &str) -> Vec<(&'static str, String)> {
    let places = |platform: &PlatformId, market: &MarketId, column, date: &Date| {
        vec![(c::PLATFORM, platform.to_string()), (c::MARKET, market.to_string()), (column, date.to_string())]
    };
    match keys::current_at(key).map(|(_, unit)| unit) {
        Some(Unit::MarketDay(day)) => places(&day.platform, &day.market, c::LOCAL_DATE, &day.local_date),
        Some(Unit::Decisions { platform, market, as_of } | Unit::Viewers { platform, market, as_of }) => {
            places(&platform, &market, c::AS_OF, &as_of)
        }
        Some(Unit::Rejects { platform, .. }) => vec![(c::PLATFORM, platform.to_string())],
        Some(Unit::Experiment { experiment, as_of }) => {
            vec![(c::EXPERIMENT, experiment), (c::AS_OF, as_of.to_string())]
        }
        Some(Unit::CoverMonth { platform, market, month }) => places(&platform, &market, c::MONTH, &month),
        Some(Unit::Library { as_of } | Unit::Brief { as_of }) => vec![(c::AS_OF, as_of.to_string())],
        Some(Unit::Catalogue) | None => Vec::new(),
    }
}

/// The unit whose present bytes lie at a key; `None` for keys that are no current path.
#[must_use]
pub fn unit_at(key: &str) -> Option<Unit> {
    keys::current_at(key).map(|(_, unit)| unit)
}

impl Archive {
    /// Every current object of a table whose key contains all of `parts` (such as `market=US`).
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn table(&self, table: TableName, parts: &[String]) -> Result<Objects, ArchiveError> {
        self.read(self.keys_of_table(table, parts).await?).await
    }

    /// The same, but only the last date of each platform and market, or of each experiment.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_of_table(&self, table: TableName, parts: &[String]) -> Result<Objects, ArchiveError> {
        self.read(self.newest_keys_of_table(table, parts).await?).await
    }

    /// The keys of [`Self::newest_of_table`].
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_keys_of_table(
        &self,
        table: TableName,
        parts: &[String],
    ) -> Result<Vec<String>, ArchiveError> {
        let keys = self.keys_of_table(table, parts).await?;
        let last: BTreeMap<String, String> =
            keys.into_iter().map(|key| (keys::folder_of_dates(&key).to_owned(), key)).collect();
        Ok(last.into_values().collect())
    }

    /// The keys of [`Self::table`], sorted. Links to files and folders that are skipped are included; reading them gives the
    /// error.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn keys_of_table(&self, table: TableName, parts: &[String]) -> Result<Vec<String>, ArchiveError> {
        let listed = self.store.listing_after(&Key::Currents(table).path(), "").await?;
        let is_wanted = |key: &String| parts.iter().all(|part| key.split('/').any(|segment| segment == part));
        // A folder may contain a wanted object, unless it belongs to another value of the same key.
        let names = |segment: &str, part: &str| {
            segment.split_once('=').map(|(name, _)| name) == part.split_once('=').map(|(name, _)| name)
        };
        let may_hold = |key: &String| {
            parts.iter().all(|part| key.split('/').all(|segment| segment == part || !names(segment, part)))
        };
        let mut keys: Vec<String> =
            listed.objects.into_iter().map(|object| object.key).filter(is_wanted).collect();
        keys.extend(listed.links.into_iter().chain(listed.no_files).filter(may_hold));
        keys.sort();
        Ok(keys)
    }

    async fn read(&self, keys: Vec<String>) -> Result<Objects, ArchiveError> {
        let mut reads = std::pin::pin!(self.each(keys));
        let mut objects = Objects::default();
        while let Some((key, bytes)) = reads.try_next().await? {
            match bytes {
                Ok(bytes) => objects.read.push((key, bytes)),
                Err(problem) => objects.unreadable.push((key, problem)),
            }
        }
        Ok(objects)
    }

    /// The objects at these keys, one after the other and in their order: no more of them are in memory than are asked for at
    /// a time. Those that are gone meanwhile are left out; those that cannot be read come with the reason. The store that
    /// does not answer is an error.
    pub fn each(
        &self,
        keys: Vec<String>,
    ) -> impl Stream<Item = Result<(String, Result<Bytes, StoreProblem>), ArchiveError>> {
        let reads = keys.into_iter().map(move |key| async move {
            let bytes = match self.store.get_at_most(&key, MOST_OF_TABLE).await {
                // Listed as a link, and leads to a folder of the archive.
                Ok(None) if keys::current_at(&key).is_none() => Err(StoreProblem::Link),
                Ok(None) => return Ok(None),
                Ok(Some(bytes)) => Ok(bytes),
                Err(error) if self.is_of_object(&error.problem) => Err(error.problem),
                Err(error) => return Err(ArchiveError::from(error)),
            };
            Ok(Some((key, bytes)))
        });
        stream::iter(reads).buffered(self.store.requests()).try_filter_map(|read| async move { Ok(read) })
    }
}
