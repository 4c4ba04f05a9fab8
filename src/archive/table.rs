//! Present bytes of a table, for showing.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::keys::{self, Key};
use super::{Archive, ArchiveError, TableName};

impl Archive {
    /// Every current object of a table whose key contains all of `parts` (such as `market=US`), sorted by key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn table(&self, table: TableName, parts: &[String]) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let keys = self.current(table, parts).await?;
        self.read(keys).await
    }

    /// The same, of the last date alone of each platform and market, or of each experiment.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_of_table(
        &self,
        table: TableName,
        parts: &[String],
    ) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let keys = self.current(table, parts).await?;
        let last: BTreeMap<String, String> =
            keys.into_iter().map(|key| (keys::folder_of_dates(&key).to_owned(), key)).collect();
        self.read(last.into_values().collect()).await
    }

    /// Sorted.
    async fn current(&self, table: TableName, parts: &[String]) -> Result<Vec<String>, ArchiveError> {
        let listed = self.store.list(&Key::Currents(table).path()).await?;
        let is_wanted = |key: &str| parts.iter().all(|part| key.split('/').any(|segment| segment == part));
        Ok(listed.into_iter().map(|object| object.key).filter(|key| is_wanted(key)).collect())
    }

    async fn read(&self, keys: Vec<String>) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let reads = keys.into_iter().map(|key| async move {
            let bytes = self.store.get(&key).await?;
            Ok::<_, ArchiveError>(bytes.map(|bytes| (key, bytes)))
        });
        let found: Vec<Option<(String, Bytes)>> =
            stream::iter(reads).buffered(self.store.requests()).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}
