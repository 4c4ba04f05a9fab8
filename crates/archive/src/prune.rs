//! Removing the bytes of revisions that were replaced long ago.
//!
//! The only place where anything published is deleted; [`super::retention`] says what stays. It is never part of a run, and
//! refused while anybody publishes. Tables are listed before the receipts, and a publisher puts its tables, or puts them
//! again, before its receipt: so a table that is named meanwhile is either not in the list or recent.
//!
//! Only receipts say what stays, so nothing is removed if there is doubt ([`super::doubt`]): if a receipt cannot be read or
//! seems to be lost, or if more would be removed than allowed. Tables that no receipt names are removed only on request.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::doubt::Doubts;
use super::keys::{self, Key};
use super::lease::{Holder, Lease};
use super::retention::{self, Chains};
use super::{Archive, ArchiveError};
use coverledger_core::time::Clock;
use coverledger_store::{Object, sha256_hex};

/// What pruning removed, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Tables by content that are removed.
    pub removed: usize,
    /// Their size in bytes.
    pub removed_bytes: u64,
    /// Tables by content that stay.
    pub kept: usize,
    /// Their size in bytes.
    pub kept_bytes: u64,
    /// Of those that stay, the old ones that no receipt names.
    pub unaccounted: usize,
}

/// Whether to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// Only look.
    DryRun,
    /// Remove.
    Remove,
}

/// How to treat old tables that no receipt names. They are left by a publisher that was killed before its receipt, and by a
/// lost receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unaccounted {
    /// Nothing is pruned.
    #[default]
    Refuse,
    /// They stay, and the rest is pruned.
    Keep,
    /// They are removed.
    Remove,
}

/// Limits of pruning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PruneLimits {
    /// How to treat old tables that no receipt names.
    pub unaccounted: Unaccounted,
    /// The largest share of all tables that may be removed, 0 to 1.
    pub max_share: f64,
}

impl PruneLimits {
    /// If every unit was published five times, the first pruning removes four fifths. More is unusual and has to be confirmed.
    pub const MAX_SHARE: f64 = 0.8;
}

impl Default for PruneLimits {
    fn default() -> Self {
        Self { unaccounted: Unaccounted::default(), max_share: Self::MAX_SHARE }
    }
}

/// Why pruning was refused or stopped.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// A run is publishing.
    #[error("{who} publishes into the archive; prune when nothing runs")]
    Publishing {
        /// The holder of the lease.
        who: String,
    },
    /// It is unknown which tables are still needed.
    #[error("nothing was removed, since what is still needed cannot be told: {0}")]
    Doubt(Doubts),
    /// Old tables that no receipt names.
    #[error(
        "nothing was removed, since {count} old tables such as `{first}` are named by no receipt below `_receipts`: of a publisher that was killed, or of receipts that are lost (with `--unaccounted keep` they stay and the rest is pruned; with `--unaccounted remove` they go)"
    )]
    Unaccounted {
        /// Their number.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// More would be removed than allowed.
    #[error(
        "nothing was removed, since by the receipts below `_receipts` {going} of {all} tables would go, and `--max-share` allows a share of {max_share} (raise it if that many were replaced before {cutoff:.0})"
    )]
    Share {
        /// How many would be removed.
        going: usize,
        /// How many there are.
        all: usize,
        /// The allowed share.
        max_share: f64,
        /// The cutoff.
        cutoff: Timestamp,
    },
    /// The archive could not be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Which tables stay, given all receipts and the cutoff.
pub(super) type Keep = for<'a> fn(&'a Chains, Timestamp) -> std::collections::BTreeSet<&'a str>;

impl Archive {
    /// Removes the bytes of revisions that were replaced before `cutoff`, or reports what would be removed.
    ///
    /// # Errors
    /// A run is publishing; receipts may be missing; more would be removed than the limits allow; or the store fails. What was
    /// removed until then stays removed, and the archive is sound.
    pub async fn prune(&self, cutoff: Timestamp, how: Prune, limits: &PruneLimits) -> Result<Pruned, PruneError> {
        self.prune_keeping(cutoff, how, limits, |chains, cutoff| retention::kept(chains.values(), cutoff)).await
    }

    pub(super) async fn prune_keeping(
        &self,
        cutoff: Timestamp,
        how: Prune,
        limits: &PruneLimits,
        keep: Keep,
    ) -> Result<Pruned, PruneError> {
        let Some(_alone) = self.store.lock_alone().await.map_err(ArchiveError::from)? else {
            return Err(PruneError::Publishing { who: "another process".to_owned() });
        };
        if let Some(lease) = self.somebody_at_work().await? {
            return Err(PruneError::Publishing { who: lease.holder.to_string() });
        }
        // Checked first, so that nothing is begun that cannot be recorded; a dry run reports it too.
        self.retention().await?;
        let listed = self.store.list(&Key::Revisions.path()).await.map_err(ArchiveError::from)?;
        // Listed before the receipts: every table here then has its receipt by the time those are listed.
        let currents = self.current_keys().await?;
        let all = self.all_receipts().await?;
        let doubts = Doubts::of(&all, currents.clone(), !listed.is_empty());
        if !doubts.is_empty() {
            return Err(PruneError::Doubt(doubts));
        }
        let chains: Chains = all.chains.into_iter().map(|(unit, chain)| (unit, chain.sound)).collect();
        let kept = keep(&chains, cutoff);
        let named: BTreeSet<&str> =
            chains.values().flat_map(BTreeMap::values).flat_map(retention::tables).collect();
        let is_named = |object: &Object| keys::revision_at(&object.key).is_some_and(|hash| named.contains(hash));
        let goes = |object: &&Object| {
            let sha256 = keys::revision_at(&object.key);
            sha256.is_some_and(|sha256| !kept.contains(sha256)) && object.last_modified < cutoff
        };
        let (mut going, mut staying): (Vec<&Object>, Vec<&Object>) = listed.iter().partition(goes);
        let unaccounted: Vec<&Object> = going.iter().copied().filter(|object| !is_named(object)).collect();
        let left = match (limits.unaccounted, unaccounted.first()) {
            (Unaccounted::Refuse, Some(first)) => {
                let (count, first) = (unaccounted.len(), first.key.clone());
                return Err(PruneError::Unaccounted { count, first });
            }
            (Unaccounted::Keep, _) => {
                going.retain(|object| is_named(object));
                staying.extend(&unaccounted);
                unaccounted.len()
            }
            (Unaccounted::Refuse, None) => 0,
            (Unaccounted::Remove, _) => {
                let doubts = self.in_view(&currents, &unaccounted).await?;
                if !doubts.is_empty() {
                    return Err(PruneError::Doubt(doubts));
                }
                0
            }
        };
        if is_above(going.len(), listed.len(), limits.max_share) {
            let (going, all, max_share) = (going.len(), listed.len(), limits.max_share);
            return Err(PruneError::Share { going, all, max_share, cutoff });
        }
        let pruned = Pruned {
            removed: going.len(),
            removed_bytes: going.iter().map(|object| object.size).sum(),
            kept: staying.len(),
            kept_bytes: staying.iter().map(|object| object.size).sum(),
            unaccounted: left,
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

    /// Those of the unnamed tables that are at a current path today.
    async fn in_view(&self, currents: &BTreeSet<String>, tables: &[&Object]) -> Result<Doubts, ArchiveError> {
        let most = tables.iter().map(|table| table.size).max().unwrap_or_default();
        let mut doubts = Doubts::default();
        for current in currents.iter().filter(|_| most > 0) {
            let Some((of, _)) = keys::current_at(current) else { continue };
            let Some(bytes) = self.bytes_if_read(current, most).await? else { continue };
            if tables.iter().any(|table| table.size == bytes.len() as u64) {
                let table = Key::Revision(of, &sha256_hex(&bytes)).path();
                if tables.iter().any(|unnamed| unnamed.key == table) {
                    doubts.lost_receipt_of(current, &table);
                }
            }
        }
        Ok(doubts)
    }

    /// A lease that has not expired.
    async fn somebody_at_work(&self) -> Result<Option<Lease>, ArchiveError> {
        let (me, now) = (Holder::this(""), Clock::System.now());
        for object in self.store.list(&Key::AllLeases.path()).await? {
            let lease = self.lease(&object.key).await.map_err(ArchiveError::from)?;
            if let Some(lease) = lease.filter(|lease| lease.is_alive(&me, now)) {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 tables")]
fn is_above(going: usize, all: usize, max_share: f64) -> bool {
    going as f64 > all as f64 * max_share
}
