//! Publishing one unit: nothing twice, nothing half, nothing lost.

use std::future::ready;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;

use super::current::AtHand;
use super::keys::Key;
use super::receipt::{Content, TableRecord};
use super::{
    Archive, ArchiveError, BoxError, Draft, PublishError, Published, Receipt, Stamp, TableBytes, TableName, Unit,
    sound,
};
use coverledger_store::{PutNew, StoreError, sha256_hex};

/// How often publishing looks again when others were faster.
pub(super) const LOOKS: u32 = 8;
/// How often a put of unknown outcome is tried.
const TRIES: u32 = 4;
/// How long tables may lie there before their receipt: far less than what pruning leaves alone.
pub(super) const YOUNG: Duration = Duration::from_hours(1);

pub(super) enum ReceiptPut {
    Mine,
    SameByAnother,
    Other,
}

impl Archive {
    /// Publishes a unit, unless its newest revision says the same already.
    ///
    /// `render` makes the tables for a revision's number; the same number gives the same bytes. It is asked for the
    /// newest revision's number first, to compare, and then for the next one's. Of the tables that a unit can do
    /// without, those without rows are left out, unless they replace one.
    ///
    /// # Errors
    /// See [`PublishError`], which says of each whether anything was published.
    pub async fn publish<R>(
        &self,
        unit: &Unit,
        draft: &Draft,
        render: R,
        stamp: &Stamp,
    ) -> Result<Published, PublishError>
    where
        R: Fn(u64) -> Result<Vec<TableBytes>, BoxError> + Send + Sync,
    {
        let newest = self.newest(unit).await?;
        self.publish_after(newest, unit, draft, |revision| ready(render(revision)), stamp).await
    }

    /// Publishes a unit whose newest receipt was just looked for and is this one. If others were faster since, it is
    /// looked for again. `render` may wait, so that tables can be made on another thread.
    ///
    /// # Errors
    /// As those of [`Archive::publish`].
    pub async fn publish_after<R, F>(
        &self,
        newest: Option<Receipt>,
        unit: &Unit,
        draft: &Draft,
        render: R,
        stamp: &Stamp,
    ) -> Result<Published, PublishError>
    where
        R: Fn(u64) -> F + Send + Sync,
        F: Future<Output = Result<Vec<TableBytes>, BoxError>> + Send,
    {
        let ordered = |newest: Option<&Receipt>, tables: Result<Vec<TableBytes>, BoxError>| {
            tables
                .map(|tables| in_order(unit, needed(newest, tables)))
                .map_err(|source| PublishError::Render { unit: Box::new(unit.clone()), source })
        };
        let mut known = Some(newest);
        for _ in 0..LOOKS {
            let newest = match known.take() {
                Some(newest) => newest,
                None => self.newest(unit).await?,
            };
            // Made from anything else, it is another revision whatever its tables say.
            if let Some(newest) = newest.as_ref().filter(|newest| is_made_of_the_same(&newest.content, draft)) {
                let tables = ordered(Some(newest), render(newest.content.revision).await)?;
                if newest.content.tables.iter().eq(tables.iter().map(|(record, _)| record)) {
                    self.settle(newest, &tables).await?;
                    return Ok(Published::AlreadyPublished { revision: newest.content.revision });
                }
                if let Some(before) = self.same_in_other_bytes(newest, &tables).await? {
                    self.settle(newest, &before).await?;
                    return Ok(Published::AlreadyPublished { revision: newest.content.revision });
                }
            }
            let revision = newest.as_ref().map_or(1, |newest| newest.content.revision + 1);
            let tables = ordered(newest.as_ref(), render(revision).await)?;
            if let Some(table) = dropped(newest.as_ref(), &tables) {
                return Err(PublishError::TableDropped { unit: Box::new(unit.clone()), table });
            }
            let begun = Instant::now();
            self.keep_all(&tables).await?;
            if begun.elapsed() > YOUNG {
                // Whoever slept so long between the two puts may find that pruning took the tables.
                continue;
            }
            let content = content(unit, revision, newest.as_ref(), draft, &tables);
            let receipt = Receipt::new(content, newest.as_ref(), stamp, self.program_commit);
            let published = match self.put_receipt(&receipt).await? {
                ReceiptPut::Mine => Published::New { revision },
                ReceiptPut::SameByAnother => Published::AlreadyPublished { revision },
                ReceiptPut::Other => continue,
            };
            self.show(&receipt, &at_hand(&tables)).await.map_err(|error| not_shown(&receipt, error))?;
            return Ok(published);
        }
        Err(PublishError::Conflict { unit: Box::new(unit.clone()), looks: LOOKS })
    }

    /// Makes sure that all three places hold what the newest receipt says. Writes nothing if they do.
    async fn settle(&self, newest: &Receipt, tables: &[(TableRecord, Bytes)]) -> Result<(), PublishError> {
        for (record, bytes) in tables {
            if self.store.size(&Key::Revision(record.table, &record.sha256).path()).await? != Some(record.size) {
                self.keep(record, bytes, None).await?;
            }
        }
        let put = self.show_missing(newest, &at_hand(tables)).await;
        if put.map_err(|error| not_shown(newest, error))? {
            self.follow(newest).await.map_err(|error| not_shown(newest, error))?;
        }
        Ok(())
    }

    /// Step 1: all tables by their content.
    pub(super) async fn keep_all(&self, tables: &[(TableRecord, Bytes)]) -> Result<(), StoreError> {
        let revision = |record: &TableRecord| Key::Revision(record.table, &record.sha256).path();
        let objects = tables.iter().map(|(record, bytes)| (revision(record), bytes.clone())).collect();
        let put = self.store.put_new_all(objects).await;
        let kept = tables.iter().zip(put).map(|((record, bytes), put)| self.keep(record, bytes, Some(put)));
        join_all(kept).await.into_iter().collect()
    }

    /// A table by its content, after its first put, if there was one. If it is there it is put again, so that it is young by the
    /// time its receipt is and no pruning takes it for forgotten ([`Archive::prune`]).
    async fn keep(
        &self,
        record: &TableRecord,
        bytes: &Bytes,
        mut put: Option<Result<PutNew, StoreError>>,
    ) -> Result<(), StoreError> {
        let key = Key::Revision(record.table, &record.sha256).path();
        let (mut last, mut was_there) = (None, false);
        for attempt in 0..TRIES {
            pause(attempt).await;
            let put = match put.take() {
                Some(put) => put,
                None => self.store.put_new(&key, bytes.clone()).await,
            };
            match put {
                Ok(PutNew::Stored) => return Ok(()),
                Ok(PutNew::Exists) => was_there = true,
                Err(error) if error.problem.is_definite() => return Err(error),
                Err(error) => last = Some(error),
            }
            match self.store.size(&key).await {
                Ok(Some(size)) if size == record.size => {
                    if was_there && let Err(error) = self.store.put(&key, bytes.clone()).await {
                        tracing::warn!(%error, "a table that was there already could not be put again");
                    }
                    return Ok(());
                }
                Ok(Some(size)) => {
                    // Not what its name says, so nobody's data: the bytes at hand are.
                    tracing::warn!(key, size, expected = record.size, "replacing a damaged revision object");
                    return self.store.put(&key, bytes.clone()).await;
                }
                Ok(None) => {}
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(error) => Err(error),
            None => self.store.put(&key, bytes.clone()).await,
        }
    }

    /// Step 2, the moment of truth. A doubtful answer is settled by reading back.
    pub(super) async fn put_receipt(&self, receipt: &Receipt) -> Result<ReceiptPut, PublishError> {
        let Content { unit, revision, .. } = &receipt.content;
        let key = Key::Receipt(unit, *revision).path();
        let bytes = Bytes::from(receipt.to_bytes());
        // What nobody would read is not put.
        Receipt::parse(&key, unit, *revision, &bytes)
            .map_err(|error| PublishError::NoReceipt { unit: Box::new(unit.clone()), problem: error.problem })?;
        let mut reason = String::from("the store says that it exists and does not show it");
        let mut only_clear_refusals = true;
        for attempt in 0..TRIES {
            pause(attempt).await;
            let refusal = match self.store.put_new(&key, bytes.clone()).await {
                Ok(PutNew::Stored) => return Ok(ReceiptPut::Mine),
                Ok(PutNew::Exists) => None,
                Err(error) => Some(error),
            };
            only_clear_refusals &= refusal.as_ref().is_some_and(|error| error.problem.is_definite());
            if let Some(error) = &refusal {
                reason = error.to_string();
            }
            match self.store.get_at_most(&key, sound::MOST_BYTES).await {
                Ok(Some(found)) => {
                    let found = Receipt::parse(&key, unit, *revision, &found).map_err(ArchiveError::from)?;
                    return Ok(whose(receipt, &found));
                }
                Ok(None) => {}
                Err(error) => reason = error.to_string(),
            }
            if only_clear_refusals && let Some(error) = refusal {
                return Err(error.into());
            }
        }
        Err(PublishError::UnknownOutcome { unit: Box::new(unit.clone()), revision: *revision, reason })
    }
}

fn whose(mine: &Receipt, found: &Receipt) -> ReceiptPut {
    if found == mine {
        ReceiptPut::Mine
    } else if found.content_sha256 == mine.content_sha256 {
        ReceiptPut::SameByAnother
    } else {
        ReceiptPut::Other
    }
}

pub(super) fn not_shown(receipt: &Receipt, error: ArchiveError) -> PublishError {
    let Content { unit, revision, .. } = &receipt.content;
    PublishError::NotShown { unit: Box::new(unit.clone()), revision: *revision, source: Box::new(error) }
}

/// Nobody looks for a table without rows, but one that was there with rows has to say that it has none now.
pub(super) fn needed(newest: Option<&Receipt>, tables: Vec<TableBytes>) -> Vec<TableBytes> {
    let was_there =
        |table| newest.is_some_and(|newest| newest.content.tables.iter().any(|record| record.table == table));
    let is_needed = |table: &TableBytes| table.rows > 0 || !table.table.is_optional() || was_there(table.table);
    tables.into_iter().filter(is_needed).collect()
}

pub(super) fn in_order(unit: &Unit, tables: Vec<TableBytes>) -> Vec<(TableRecord, Bytes)> {
    let mut tables: Vec<_> = tables
        .into_iter()
        .map(|TableBytes { table, bytes, rows }| {
            let (key, sha256) = (Key::Current(table, unit).path(), sha256_hex(&bytes));
            let schema_version = Some(table.schema_version());
            (TableRecord { table, key, sha256, size: bytes.len() as u64, rows, schema_version }, bytes)
        })
        .collect();
    tables.sort_by_key(|(record, _)| record.table);
    tables
}

pub(super) fn at_hand(tables: &[(TableRecord, Bytes)]) -> AtHand {
    tables.iter().map(|(record, bytes)| (record.table, bytes.clone())).collect()
}

fn is_made_of_the_same(newest: &Content, draft: &Draft) -> bool {
    newest.fingerprint == draft.fingerprint
        && newest.state == draft.state
        && newest.partly == draft.partly
        && newest.derived_by() == Some(newest.unit.family().derived_version())
}

/// How a receipt says by which version its derived tables were made.
pub(super) fn derived_version(numbers: Option<u32>, derived: u32) -> Option<u32> {
    Some(derived).filter(|_| numbers != Some(derived))
}

pub(super) fn dropped(newest: Option<&Receipt>, tables: &[(TableRecord, Bytes)]) -> Option<TableName> {
    let before = newest.into_iter().flat_map(|newest| &newest.content.tables);
    before.map(|record| record.table).find(|table| tables.iter().all(|(record, _)| record.table != *table))
}

fn content(
    unit: &Unit,
    revision: u64,
    newest: Option<&Receipt>,
    draft: &Draft,
    tables: &[(TableRecord, Bytes)],
) -> Content {
    let Draft {
        state,
        fingerprint,
        mut exports,
        mut facts,
        totals,
        config_sha256,
        program_version,
        tz_release,
        engine,
        partly,
    } = draft.clone();
    exports.sort();
    facts.sort();
    Content {
        unit: unit.clone(),
        revision,
        previous: newest.map(|newest| newest.content_sha256.clone()),
        state,
        fingerprint,
        exports,
        facts,
        tables: tables.iter().map(|(record, _)| record.clone()).collect(),
        totals,
        config_sha256,
        program_version,
        tz_release,
        engine,
        numbers_version: Some(unit.family().version()),
        derived_version: derived_version(Some(unit.family().version()), unit.family().derived_version()),
        retired: false,
        partly,
        quarantined: Vec::new(),
    }
}

/// Lets a put that is under way elsewhere come to its end before the next try.
async fn pause(attempt: u32) {
    if attempt > 0 {
        tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
    }
}
