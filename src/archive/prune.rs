//! Removing the bytes of revisions that were replaced long ago.
//!
//! The one place where anything published is ever deleted; see [`super::retention`] for what stays. Never part of a
//! run, and refused while anybody publishes. What is to go is listed before the receipts are, and whoever publishes
//! puts its tables, or puts them again, before its receipt: so a table that is named meanwhile is either not on the
//! list or young.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::keys::{self, Key};
use super::lease::{Holder, Lease};
use super::retention::{self, Chains};
use super::{Archive, ArchiveError, Receipt};
use crate::store::Object;
use crate::time::Clock;

/// What pruning removed, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Tables by content that are removed.
    pub removed: usize,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Tables by content that stay.
    pub kept: usize,
    /// Their bytes.
    pub kept_bytes: u64,
}

/// Whether to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// Only look.
    DryRun,
    /// Remove.
    Remove,
}

/// Why nothing was pruned, or not all.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// Somebody publishes.
    #[error("{who} publishes into the archive; prune when nothing runs")]
    Publishing {
        /// Who.
        who: String,
    },
    /// The archive could not be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Which tables stay, given all receipts and the cutoff.
pub(super) type Keep = for<'a> fn(&'a Chains, Timestamp) -> std::collections::BTreeSet<&'a str>;

impl Archive {
    /// Removes the bytes of revisions that were replaced before `cutoff`.
    ///
    /// # Errors
    /// Somebody publishes; a receipt cannot be relied on, so that nobody knows what it names; or the store does not do
    /// it. What was removed until then stays removed, and the archive is sound.
    pub async fn prune(&self, cutoff: Timestamp, how: Prune) -> Result<Pruned, PruneError> {
        self.prune_keeping(cutoff, how, |chains, cutoff| retention::kept(chains.values(), cutoff)).await
    }

    pub(super) async fn prune_keeping(
        &self,
        cutoff: Timestamp,
        how: Prune,
        keep: Keep,
    ) -> Result<Pruned, PruneError> {
        let Some(_alone) = self.store.lock_alone().await.map_err(ArchiveError::from)? else {
            return Err(PruneError::Publishing { who: "another process".to_owned() });
        };
        if let Some(lease) = self.somebody_at_work().await? {
            return Err(PruneError::Publishing { who: lease.holder.to_string() });
        }
        let listed = self.store.list(&Key::Revisions.path()).await.map_err(ArchiveError::from)?;
        let chains = self.all_receipts().await?;
        let kept = keep(&chains, cutoff);
        let goes = |object: &&Object| {
            let sha256 = keys::revision_at(&object.key);
            sha256.is_some_and(|sha256| !kept.contains(sha256)) && object.last_modified < cutoff
        };
        let (going, staying): (Vec<&Object>, Vec<&Object>) = listed.iter().partition(goes);
        let pruned = Pruned {
            removed: going.len(),
            removed_bytes: going.iter().map(|object| object.size).sum(),
            kept: staying.len(),
            kept_bytes: staying.iter().map(|object| object.size).sum(),
        };
        if how == Prune::DryRun || going.is_empty() {
            return Ok(pruned);
        }
        self.give_up_before(cutoff).await?;
        let keys: Vec<String> = going.into_iter().map(|object| object.key.clone()).collect();
        let deletes = keys.into_iter().map(|key| async move { self.store.delete(&key).await });
        let done: Result<Vec<()>, _> =
            stream::iter(deletes).buffer_unordered(self.store.requests()).try_collect().await;
        done.map_err(ArchiveError::from)?;
        Ok(pruned)
    }

    /// A lease that is alive.
    async fn somebody_at_work(&self) -> Result<Option<Lease>, ArchiveError> {
        let (me, now) = (Holder::this(""), Clock::System.now());
        for object in self.store.list(&Key::AllLeases.path()).await? {
            let lease = self.store.get(&object.key).await?.map(|bytes| Lease::parse(&bytes));
            if let Some(lease) = lease.filter(|lease| lease.is_alive(&me, now)) {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }

    /// Every receipt, all of them sound.
    pub(super) async fn all_receipts(&self) -> Result<Chains, ArchiveError> {
        let units = self.revisions(Key::AllReceipts).await?;
        let addresses = units
            .into_iter()
            .flat_map(|(unit, revisions)| revisions.into_iter().map(move |revision| (unit.clone(), revision)));
        let reads = addresses.map(|(unit, revision)| async move { self.receipt(&unit, revision).await });
        let receipts: Vec<Receipt> = stream::iter(reads).buffered(self.store.requests()).try_collect().await?;
        let mut chains = Chains::new();
        for receipt in receipts {
            let chain: &mut BTreeMap<u64, Receipt> = chains.entry(receipt.content.unit.clone()).or_default();
            chain.insert(receipt.content.revision, receipt);
        }
        Ok(chains)
    }
}
