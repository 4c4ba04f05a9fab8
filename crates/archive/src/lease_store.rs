//! Store operations behind leases: acquire, renew, release.
//!
//! The leases of a platform are numbered. Whoever wants market-days reads every lease of the platform, leaves out what
//! others hold, and creates the next number for the rest. Creating decides between two who try: one of them finds the
//! number taken, and looks again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{self, PoisonError, RwLock};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};

use super::Archive;
use super::keys::{self, Key, LeaseAt};
use super::lease::{Holder, Lease, SKEW};
use super::leases::Theirs;
use coverledger_core::model::{MarketDay, PlatformId};
use coverledger_core::time::Clock;
use coverledger_store::{PutNew, StoreError};

/// How often taking looks again when others were faster. Each time one of them got its lease.
const LOOKS: u32 = 16;

/// Where the leases of one run are kept.
#[derive(Debug)]
pub(super) struct LeaseStore {
    pub(super) archive: Archive,
    pub(super) holder: Holder,
    pub(super) length: SignedDuration,
    /// The machine's, except in tests.
    pub(super) clock: RwLock<Clock>,
    /// By platform and number. Locked while the store is asked, so that nothing is renewed while it is deleted.
    pub(super) held: Mutex<BTreeMap<(PlatformId, u64), Held>>,
    /// Leases by their keys, as they were written, and when they were first seen so.
    pub(super) seen: sync::Mutex<BTreeMap<String, Seen>>,
    /// Market-days whose lease was lost to another run while they were worked on.
    pub(super) lost: watch::Sender<BTreeSet<MarketDay>>,
}

/// A lease as it was written: what it claims, and when the store got it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    claims_until: Timestamp,
    written: Timestamp,
    since: Timestamp,
}

/// A lease that this run holds.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) days: BTreeSet<MarketDay>,
    pub(super) expires_at: Timestamp,
}

/// A lease that lies in the archive.
#[derive(Debug)]
struct Found {
    key: String,
    at: LeaseAt,
    lease: Lease,
}

impl LeaseStore {
    fn now(&self) -> Timestamp {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).now()
    }

    /// Every lease of a platform, in the order of the numbers. One listing, and a read for each that was written lately
    /// enough to be alive.
    async fn of_late(&self, platform: &PlatformId) -> Result<Vec<Found>, StoreError> {
        let oldest = self.now().saturating_sub(self.length.saturating_add(SKEW)).unwrap_or(Timestamp::MIN);
        self.found(platform, |written| written > oldest).await
    }

    /// Every lease of a platform, in the order of the numbers; those that are not read bind nobody.
    async fn found(
        &self,
        platform: &PlatformId,
        is_read: impl Fn(Timestamp) -> bool,
    ) -> Result<Vec<Found>, StoreError> {
        let listed = self.archive.store.list(&Key::LeasesOf(platform).path()).await?;
        let leases = listed.into_iter().filter_map(|object| Some((keys::lease_at(&object.key)?, object)));
        let reads = leases.map(|(at, object)| {
            let is_read = is_read(object.last_modified);
            async move {
                let lease = if is_read {
                    self.read(&at, &object.key, object.last_modified).await?
                } else {
                    Some(Lease::of_nobody())
                };
                Ok::<_, StoreError>(lease.map(|lease| Found { key: object.key, at, lease }))
            }
        });
        let requests = self.archive.store.requests();
        let found: Vec<Option<Found>> = stream::iter(reads).buffer_unordered(requests).try_collect().await?;
        let mut found: Vec<Found> = found.into_iter().flatten().collect();
        found.sort_by_key(|found| found.at.number());
        Ok(found)
    }

    /// A lease, believed for no longer than one can be; `None` if it is gone. The store says when it was written.
    async fn read(&self, at: &LeaseAt, key: &str, written: Timestamp) -> Result<Option<Lease>, StoreError> {
        let Some(lease) = self.archive.lease(key).await? else { return Ok(None) };
        // Earlier releases wrote a lease for each market-day, which is told by its key.
        let lease = match at {
            LeaseAt::MarketDay(day, _) => lease.covering(std::slice::from_ref(day)),
            LeaseAt::Platform(..) => lease,
        };
        let first_seen = self.first_seen(key, lease.expires_at, written);
        Ok(Some(lease.believed(self.length, written, first_seen)))
    }

    /// When a lease was first seen as it is: one that is renewed is seen anew.
    fn first_seen(&self, key: &str, claims_until: Timestamp, written: Timestamp) -> Timestamp {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Seen { claims_until, written, since: self.now() };
        let seen = seen.entry(key.to_owned()).or_insert_with(|| now.clone());
        if (seen.claims_until, seen.written) != (claims_until, written) {
            *seen = now;
        }
        seen.since
    }

    /// A lease of this run from now on.
    fn mine(&self, days: &BTreeSet<MarketDay>) -> Lease {
        let expires_at = self.now().saturating_add(self.length).unwrap_or(Timestamp::MAX);
        Lease::new(&self.holder, expires_at).covering(days)
    }

    fn is_alive(&self, lease: &Lease) -> bool {
        lease.is_alive(&self.holder, self.now())
    }

    /// Those of the market-days that a living lease of another run covers.
    fn held_by_others<'a>(&self, found: &[Found], days: impl Iterator<Item = &'a MarketDay>) -> Theirs {
        let others: Vec<&Lease> = found
            .iter()
            .map(|found| &found.lease)
            .filter(|lease| lease.holder != self.holder && self.is_alive(lease))
            .collect();
        let held = days.filter_map(|day| {
            let lease = others.iter().rfind(|lease| lease.covers(day))?;
            Some((day.clone(), (*lease).clone()))
        });
        held.collect()
    }

    /// Takes one lease of those of a platform's market-days that nobody else holds. Returns the others.
    pub(super) async fn take(
        &self,
        platform: &PlatformId,
        days: BTreeSet<MarketDay>,
    ) -> Result<Theirs, StoreError> {
        let mut theirs = Theirs::new();
        for _ in 0..LOOKS {
            let found = self.of_late(platform).await?;
            theirs = self.held_by_others(&found, days.iter());
            let free: BTreeSet<MarketDay> =
                days.iter().filter(|day| !theirs.contains_key(*day)).cloned().collect();
            if free.is_empty() {
                return Ok(theirs);
            }
            let last = found.iter().filter(|found| found.at.is_of_platform()).map(|found| found.at.number()).max();
            // Behind the last of all numbers there is none to take.
            let Some(number) = last.unwrap_or(0).checked_add(1) else { break };
            let lease = self.mine(&free);
            if self.create(platform, number, &lease).await? {
                let held = Held { days: free, expires_at: lease.expires_at };
                self.held.lock().await.insert((platform.clone(), number), held);
                self.sweep(found.iter().filter(|found| !self.is_alive(&found.lease))).await;
                return Ok(theirs);
            }
        }
        let leases = Key::LeasesOf(platform).path();
        tracing::warn!(%platform, leases, "no lease can be taken of it; going on without");
        Ok(theirs)
    }

    /// Whether the lease of this number is this one now.
    async fn create(&self, platform: &PlatformId, number: u64, lease: &Lease) -> Result<bool, StoreError> {
        let key = Key::Lease(platform, number).path();
        match self.archive.store.put_new_fleeting(&key, lease.to_bytes().into()).await {
            Ok(PutNew::Stored) => Ok(true),
            Err(error) if error.problem.is_definite() => Err(error),
            // Another's, or this one and its answer was lost.
            Ok(PutNew::Exists) | Err(_) => Ok(self.archive.lease(&key).await?.as_ref() == Some(lease)),
        }
    }

    async fn sweep(&self, dead: impl Iterator<Item = &Found>) {
        for Found { key, .. } in dead {
            if let Err(error) = self.archive.store.delete(key).await {
                // Where one cannot be deleted, no other can.
                tracing::warn!(%error, "a dead lease cannot be deleted");
                break;
            }
        }
    }

    /// Those of a platform's market-days that others hold.
    pub(super) async fn look(&self, platform: &PlatformId, days: &[MarketDay]) -> Result<Theirs, StoreError> {
        Ok(self.held_by_others(&self.of_late(platform).await?, days.iter()))
    }

    /// Puts every lease that is still this run's again, with a later end.
    pub(super) async fn renew(&self) {
        let mut held = self.held.lock().await;
        for (place, lease) in held.clone() {
            match self.put_again(&place, &lease, &lease.days).await {
                Ok(Some(renewed)) => drop(held.insert(place, renewed)),
                Ok(None) => {
                    let lease = Key::Lease(&place.0, place.1).path();
                    tracing::warn!(lease, "the lease was lost to another run; what is published is safe");
                    let lost = held.remove(&place).map(|held| held.days).unwrap_or_default();
                    self.lost.send_modify(|known| known.extend(lost));
                }
                Err(error) => tracing::warn!(%error, "a lease cannot be renewed; trying again"),
            }
        }
    }

    /// Writes a lease anew, of these of its market-days. `None` if it is another run's by now.
    async fn put_again(
        &self,
        place: &(PlatformId, u64),
        lease: &Held,
        days: &BTreeSet<MarketDay>,
    ) -> Result<Option<Held>, StoreError> {
        if !self.is_mine(place, lease).await? {
            return Ok(None);
        }
        let mine = self.mine(days);
        let bytes = Bytes::from(mine.to_bytes());
        self.archive.store.put_fleeting(&Key::Lease(&place.0, place.1).path(), bytes).await?;
        Ok(Some(Held { days: days.clone(), expires_at: mine.expires_at }))
    }

    /// Before its end nobody else touches a lease. Later it has to be looked for, and so have those who took it over.
    async fn is_mine(&self, (platform, number): &(PlatformId, u64), lease: &Held) -> Result<bool, StoreError> {
        if self.now() < lease.expires_at {
            return Ok(true);
        }
        let found = self.found(platform, |_| true).await?;
        let is_there = found.iter().any(|found| {
            found.at.is_of_platform() && found.at.number() == *number && found.lease.holder == self.holder
        });
        let is_taken_over = |found: &Found| {
            found.at.number() > *number
                && found.lease.holder != self.holder
                && lease.days.iter().any(|day| found.lease.covers(day))
        };
        Ok(is_there && !found.iter().any(is_taken_over))
    }

    /// Lets go of some market-days, or of all: a lease is deleted with its last one.
    pub(super) async fn release(&self, days: Option<&BTreeSet<MarketDay>>) {
        let mut held = self.held.lock().await;
        for (place, lease) in held.clone() {
            let left: BTreeSet<MarketDay> = match days {
                Some(days) => lease.days.difference(days).cloned().collect(),
                None => BTreeSet::new(),
            };
            if left.len() == lease.days.len() {
                continue;
            }
            held.remove(&place);
            let released = if left.is_empty() {
                self.delete(&place, &lease).await.map(|()| None)
            } else {
                self.put_again(&place, &lease, &left).await
            };
            match released {
                Ok(still) => held.extend(still.map(|still| (place, still))),
                Err(error) => tracing::warn!(%error, "a lease cannot be released; it expires by itself"),
            }
        }
    }

    /// What another run took over is the other's to delete.
    async fn delete(&self, place: &(PlatformId, u64), lease: &Held) -> Result<(), StoreError> {
        if self.is_mine(place, lease).await? {
            self.archive.store.delete(&Key::Lease(&place.0, place.1).path()).await?;
        }
        Ok(())
    }
}
