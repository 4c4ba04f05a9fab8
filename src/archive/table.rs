//! Present bytes of a table, for showing.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::keys::Key;
use super::{Archive, ArchiveError, TableName};

impl Archive {
    /// Every current object of a table whose key contains all of `parts` (such as `market=US`), sorted by key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn table(&self, table: TableName, parts: &[String]) -> Result<Vec<(String, Bytes)>, ArchiveError> {
        let listed = self.store.list(&Key::Currents(table).path()).await?;
        let is_wanted = |key: &str| parts.iter().all(|part| key.split('/').any(|segment| segment == part));
        let keys: Vec<String> = listed.into_iter().map(|object| object.key).filter(|key| is_wanted(key)).collect();
        let reads = keys.into_iter().map(|key| async move {
            let bytes = self.store.get(&key).await?;
            Ok::<_, ArchiveError>(bytes.map(|bytes| (key, bytes)))
        });
        let found: Vec<Option<(String, Bytes)>> =
            stream::iter(reads).buffered(self.store.requests()).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}
