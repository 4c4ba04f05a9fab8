//! The tables that were in force at an instant.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::keys::Key;
use super::receipt::{ReceiptError, State};
use super::times::{WrongTime, wrong_time};
use super::{Archive, ArchiveError, Doubts, Receipt, TableName, Unit};
use coverledger_core::time::Clock;

/// One table of one unit, as it was known at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotObject {
    /// The unit.
    pub unit: Unit,
    /// The table.
    pub table: TableName,
    /// The revision that was the newest then.
    pub revision: u64,
    /// When it was published.
    pub published_at: Timestamp,
    /// Whether late exports could still change it.
    pub state: State,
    /// The permanent key of its bytes: `_revisions/<sha256>.parquet`; of a page, `.html`.
    pub key: String,
    /// The SHA-256 of the file, in hex.
    pub sha256: String,
    /// The size of the file in bytes.
    pub size: u64,
    /// The number of rows.
    pub rows: u64,
    /// Whether its bytes were removed by pruning.
    pub is_pruned: bool,
}

/// The tables that were in force at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Sorted by unit and table.
    pub objects: Vec<SnapshotObject>,
    /// Why it may be incomplete: units whose state is unknown are left out.
    pub doubts: Doubts,
}

/// What is known about one unit at an instant.
pub(super) enum Then {
    Truth(Box<Receipt>),
    NotYet,
    /// The receipt that may have been in force cannot be read, or is missing.
    Unknown(Result<String, ReceiptError>),
    /// The receipt has an impossible time of publication.
    Untimely(String, WrongTime),
}

impl Then {
    /// Says why the state is not known, if it is not.
    pub(super) fn doubted(&self, doubts: &mut Doubts) {
        match self {
            Self::Truth(_) | Self::NotYet => {}
            Self::Unknown(Ok(missing)) => doubts.missing(missing),
            Self::Unknown(Err(error)) => doubts.receipt(error),
            Self::Untimely(key, time) => doubts.time(key, time),
        }
    }
}

impl Archive {
    /// The tables that were the newest at `as_of`, by the clocks of the runs that published them. Units that were first
    /// published later are not included; of pruned tables only the receipts are left.
    ///
    /// # Errors
    /// The store fails, or `_retention.json` cannot be read. A damaged or missing receipt is not an error but one of the
    /// [`Doubts`].
    pub async fn snapshot(&self, as_of: Timestamp) -> Result<Snapshot, ArchiveError> {
        let currents = self.current_keys().await?;
        let listed = self.list_receipts(&Key::AllReceipts.path(), "").await?;
        let mut snapshot = Snapshot::default();
        for (key, problem) in &listed.passed_over {
            snapshot.doubts.passed_over(key, problem);
        }
        snapshot.doubts.unaccounted(listed.revisions.keys(), currents);
        let has_receipts = !listed.revisions.is_empty();
        let searches = listed
            .revisions
            .into_iter()
            .map(|(unit, revisions)| async move { self.then(&unit, &revisions, as_of).await });
        let mut searches = stream::iter(searches).buffered(self.store.requests());
        while let Some(then) = searches.try_next().await? {
            match then {
                Then::Truth(receipt) => snapshot.objects.extend(objects(*receipt)),
                Then::NotYet => {}
                unknown => unknown.doubted(&mut snapshot.doubts),
            }
        }
        // Listed after the receipts, because a publisher puts its tables before its receipt.
        let tables = self.store.list(&Key::Revisions.path()).await?;
        let sizes: BTreeMap<&str, u64> = tables.iter().map(|table| (table.key.as_str(), table.size)).collect();
        if !has_receipts && !tables.is_empty() {
            snapshot.doubts.no_receipts();
        }
        let may_be_pruned = self.retention().await?.is_some_and(|retention| as_of < retention.pruned_before);
        let Snapshot { objects, doubts } = &mut snapshot;
        objects.retain_mut(|object| match sizes.get(object.key.as_str()) {
            Some(size) if *size == object.size => true,
            Some(size) => {
                doubts.table(&object.key, &format!("has {size} bytes and not {}", object.size));
                false
            }
            None if may_be_pruned => {
                object.is_pruned = true;
                true
            }
            None => {
                doubts.table(&object.key, "is not there");
                false
            }
        });
        Ok(snapshot)
    }

    pub(super) async fn then(
        &self,
        unit: &Unit,
        revisions: &BTreeSet<u64>,
        as_of: Timestamp,
    ) -> Result<Then, ArchiveError> {
        let (mut later, mut after, now) = (None, None::<Receipt>, Clock::System.now());
        let untimely = |receipt: &Receipt, before: Option<&Receipt>| {
            let time = wrong_time(receipt, before, now)?;
            Some(Then::Untimely(Key::Receipt(unit, receipt.content.revision).path(), time))
        };
        for &revision in revisions.iter().rev() {
            if later.is_some_and(|later| revision + 1 < later) {
                return Ok(Then::Unknown(Ok(Key::Receipt(unit, revision + 1).path())));
            }
            let receipt = match self.receipt_or_why(unit, revision).await? {
                Ok(receipt) => receipt,
                Err(error) => return Ok(Then::Unknown(Err(error))),
            };
            if let Some(wrong) = after.and_then(|after| untimely(&after, Some(&receipt))) {
                return Ok(wrong);
            }
            if receipt.published_at <= as_of {
                let before = match revisions.range(..revision).next_back() {
                    Some(before) => self.receipt_or_why(unit, *before).await?.ok(),
                    None => None,
                };
                let wrong = untimely(&receipt, before.as_ref());
                return Ok(wrong.unwrap_or_else(|| Then::Truth(Box::new(receipt))));
            }
            (later, after) = (Some(revision), Some(receipt));
        }
        if let Some(wrong) = after.and_then(|first| untimely(&first, None)) {
            return Ok(wrong);
        }
        match later {
            Some(first) if first > 1 => Ok(Then::Unknown(Ok(Key::Receipt(unit, 1).path()))),
            _ => Ok(Then::NotYet),
        }
    }
}

/// Every table of a receipt.
pub(super) fn objects(receipt: Receipt) -> impl Iterator<Item = SnapshotObject> {
    let Receipt { content, published_at, .. } = receipt;
    let (unit, revision, state) = (content.unit, content.revision, content.state);
    content.tables.into_iter().map(move |table| SnapshotObject {
        unit: unit.clone(),
        table: table.table,
        revision,
        published_at,
        state,
        key: Key::Revision(table.table, &table.sha256).path(),
        sha256: table.sha256,
        size: table.size,
        rows: table.rows,
        is_pruned: false,
    })
}
