//! What was the truth at an instant.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::keys::Key;
use super::receipt::State;
use super::{Archive, ArchiveError, Receipt, TableName, Unit};

/// One table of one unit, as it was known at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotObject {
    /// Of what.
    pub unit: Unit,
    /// Which table.
    pub table: TableName,
    /// Which revision was the newest then.
    pub revision: u64,
    /// Since when.
    pub published_at: Timestamp,
    /// Whether late exports could still change it.
    pub state: State,
    /// Where its bytes lie for good: `_revisions/<sha256>.parquet`.
    pub key: String,
    /// Of the file, in hex.
    pub sha256: String,
    /// Of the file, in bytes.
    pub size: u64,
    /// Rows in it.
    pub rows: u64,
    /// Whether its bytes were removed by pruning.
    pub is_pruned: bool,
}

impl Archive {
    /// The tables that were the newest at `as_of`, by the clocks of the runs that published them. Sorted by unit and
    /// table; units first published later are not there, and of those that were pruned only the receipts are.
    ///
    /// # Errors
    /// The store does not answer, or a receipt on the way cannot be relied on.
    pub async fn snapshot(&self, as_of: Timestamp) -> Result<Vec<SnapshotObject>, ArchiveError> {
        let units = self.revisions(Key::AllReceipts).await?;
        let searches = units.into_iter().map(|(unit, revisions)| async move {
            for revision in revisions.into_iter().rev() {
                let receipt = self.receipt(&unit, revision).await?;
                if receipt.published_at <= as_of {
                    return Ok::<_, ArchiveError>(Some(receipt));
                }
            }
            Ok(None)
        });
        let found: Vec<Option<Receipt>> =
            stream::iter(searches).buffered(self.store.requests()).try_collect().await?;
        let mut objects: Vec<SnapshotObject> = found.into_iter().flatten().flat_map(objects).collect();
        if self.retention().await?.is_some_and(|retention| as_of < retention.pruned_before) {
            let listed = self.store.list(&Key::Revisions.path()).await?;
            let there: BTreeSet<&str> = listed.iter().map(|object| object.key.as_str()).collect();
            for object in &mut objects {
                object.is_pruned = !there.contains(object.key.as_str());
            }
        }
        Ok(objects)
    }
}

fn objects(receipt: Receipt) -> impl Iterator<Item = SnapshotObject> {
    let Receipt { content, published_at, .. } = receipt;
    let (unit, revision, state) = (content.unit, content.revision, content.state);
    content.tables.into_iter().map(move |table| SnapshotObject {
        unit: unit.clone(),
        table: table.table,
        revision,
        published_at,
        state,
        key: Key::Revision(&table.sha256).path(),
        sha256: table.sha256,
        size: table.size,
        rows: table.rows,
        is_pruned: false,
    })
}
