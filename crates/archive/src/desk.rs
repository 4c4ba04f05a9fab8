//! What the store is asked to take a lease, to keep it alive and to let go of it.

use std::collections::BTreeMap;
use std::sync::{self, PoisonError, RwLock};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Archive;
use super::keys::{self, Key};
use super::lease::{Holder, Lease};
use super::leases::Theirs;
use coverledger_core::model::{MarketDay, PlatformId};
use coverledger_core::time::Clock;
use coverledger_store::{PutNew, StoreError};

/// How often taking looks again when others come and go.
const LOOKS: u32 = 4;

/// Where the leases of one run are kept.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) archive: Archive,
    pub(super) holder: Holder,
    pub(super) length: SignedDuration,
    /// Never but in a test anything else than the machine's.
    pub(super) clock: RwLock<Clock>,
    /// Locked while the store is asked, so that nothing is renewed that is being deleted.
    pub(super) held: Mutex<BTreeMap<MarketDay, Held>>,
    /// Leases as they were written, and when they were first seen so.
    pub(super) seen: sync::Mutex<BTreeMap<(MarketDay, u64), Seen>>,
}

/// Leases of market-days by their numbers, and when each was written by the store's clock.
pub(super) type Numbers = BTreeMap<MarketDay, BTreeMap<u64, Timestamp>>;

/// A lease as it was written: what it claims, and when the store got it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    claims_until: Timestamp,
    written: Timestamp,
    since: Timestamp,
}

/// A lease that one holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) number: u64,
    pub(super) expires_at: Timestamp,
}

impl Desk {
    fn now(&self) -> Timestamp {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).now()
    }

    /// The numbers of the leases below a folder.
    pub(super) async fn numbers(&self, folder: Key<'_>) -> Result<Numbers, StoreError> {
        let mut numbers = Numbers::new();
        for object in self.archive.store.list(&folder.path()).await? {
            if let Some((day, number)) = keys::lease_at(&object.key) {
                numbers.entry(day).or_default().insert(number, object.last_modified);
            }
        }
        Ok(numbers)
    }

    /// A lease, believed for no longer than one can be; `None` if it is gone. `written` is when it was, if it was listed.
    async fn read(
        &self,
        day: &MarketDay,
        number: u64,
        written: Option<Timestamp>,
    ) -> Result<Option<Lease>, StoreError> {
        let Some(lease) = self.archive.lease(&Key::Lease(day, number).path()).await? else { return Ok(None) };
        let written = written.unwrap_or_else(|| self.now());
        let first_seen = self.first_seen(day, number, lease.expires_at, written);
        Ok(Some(lease.believed(self.length, written, first_seen)))
    }

    /// When a lease was first seen as it is: one that is renewed is seen anew.
    fn first_seen(&self, day: &MarketDay, number: u64, claims_until: Timestamp, written: Timestamp) -> Timestamp {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Seen { claims_until, written, since: self.now() };
        let seen = seen.entry((day.clone(), number)).or_insert_with(|| now.clone());
        if (seen.claims_until, seen.written) != (claims_until, written) {
            *seen = now;
        }
        seen.since
    }

    fn mine(&self) -> Lease {
        Lease::new(&self.holder, self.now().saturating_add(self.length).unwrap_or(Timestamp::MAX))
    }

    /// Takes the lease of a market-day, of which these were listed. Returns another's that is alive.
    pub(super) async fn take(
        &self,
        day: &MarketDay,
        mut numbers: BTreeMap<u64, Timestamp>,
    ) -> Result<Option<Lease>, StoreError> {
        for look in 0..LOOKS {
            if look > 0 {
                numbers = self.numbers(Key::Leases(day)).await?.remove(day).unwrap_or_default();
            }
            let newest = numbers.last_key_value().map(|(number, written)| (*number, *written));
            if let Some((newest, written)) = newest {
                match self.read(day, newest, Some(written)).await? {
                    Some(lease) if lease.is_alive(&self.holder, self.now()) => return Ok(Some(lease)),
                    Some(_) => {}
                    // Released since it was listed; its number may be another's again.
                    None => continue,
                }
            }
            // Behind the last of all numbers there is none to take.
            let Some(number) = newest.map_or(0, |(newest, _)| newest).checked_add(1) else { break };
            let mine = self.mine();
            let put =
                self.archive.store.put_new_fleeting(&Key::Lease(day, number).path(), mine.to_bytes().into()).await;
            let found = match put {
                Ok(PutNew::Stored) => Some(mine.clone()),
                Err(error) if error.problem.is_definite() => return Err(error),
                // Perhaps one's own with a lost answer.
                Ok(PutNew::Exists) | Err(_) => self.read(day, number, None).await?,
            };
            match found {
                Some(lease) if lease == mine => {
                    self.held.lock().await.insert(day.clone(), Held { number, expires_at: mine.expires_at });
                    for dead in numbers.into_keys() {
                        self.archive.store.delete(&Key::Lease(day, dead).path()).await?;
                    }
                    return Ok(None);
                }
                Some(lease) if lease.is_alive(&self.holder, self.now()) => return Ok(Some(lease)),
                Some(_) | None => {}
            }
        }
        let leases = Key::Leases(day).path();
        tracing::warn!(market_day = %day, leases, "no lease can be taken of it; going on without");
        Ok(None)
    }

    /// Others' leases that are alive.
    pub(super) async fn look(&self, platform: &PlatformId, days: Vec<MarketDay>) -> Result<Theirs, StoreError> {
        let listed = self.numbers(Key::LeasesOf(platform)).await?;
        let newest = days.into_iter().filter_map(|day| {
            let (number, newest) = listed.get(&day)?.last_key_value()?;
            Some((*number, *newest, day))
        });
        let reads = newest.map(|(number, newest, day)| async move {
            let lease = self.read(&day, number, Some(newest)).await?;
            Ok::<_, StoreError>(lease.map(|lease| (day, lease)))
        });
        let found: Vec<Option<(MarketDay, Lease)>> =
            stream::iter(reads).buffer_unordered(self.archive.store.requests()).try_collect().await?;
        let is_theirs = |lease: &Lease| lease.holder != self.holder && lease.is_alive(&self.holder, self.now());
        Ok(found.into_iter().flatten().filter(|(_, lease)| is_theirs(lease)).collect())
    }

    /// Puts every lease that is still one's own again, with a later end.
    pub(super) async fn renew(&self) {
        let mut held = self.held.lock().await;
        let renewals = held.clone().into_iter().map(|(day, lease)| async move {
            let renewed = self.renewed(&day, lease).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a lease cannot be renewed; trying again");
                Some(lease)
            });
            (day, renewed)
        });
        let renewed: Vec<_> =
            stream::iter(renewals).buffer_unordered(self.archive.store.requests()).collect().await;
        for (day, renewed) in renewed {
            if let Some(renewed) = renewed {
                held.insert(day, renewed);
            } else {
                tracing::warn!(market_day = %day, "the lease was lost to another run; what is published is safe");
                held.remove(&day);
            }
        }
    }

    /// `None` if it is another's by now.
    async fn renewed(&self, day: &MarketDay, lease: Held) -> Result<Option<Held>, StoreError> {
        if !self.is_mine(day, lease).await? {
            return Ok(None);
        }
        let mine = self.mine();
        let bytes = Bytes::from(mine.to_bytes());
        self.archive.store.put_fleeting(&Key::Lease(day, lease.number).path(), bytes).await?;
        Ok(Some(Held { expires_at: mine.expires_at, ..lease }))
    }

    /// Before its end nobody else touches it; later it has to be looked for.
    async fn is_mine(&self, day: &MarketDay, lease: Held) -> Result<bool, StoreError> {
        if self.now() < lease.expires_at {
            return Ok(true);
        }
        let numbers = self.numbers(Key::Leases(day)).await?.remove(day).unwrap_or_default();
        let Some((_, written)) = numbers.last_key_value().filter(|(number, _)| **number == lease.number) else {
            return Ok(false);
        };
        Ok(self.read(day, lease.number, Some(*written)).await?.is_some_and(|found| found.holder == self.holder))
    }

    /// Lets go of some, or of all.
    pub(super) async fn release(&self, days: Option<&[&MarketDay]>) {
        let mut held = self.held.lock().await;
        let days: Vec<MarketDay> = match days {
            Some(days) => days.iter().map(|day| (*day).clone()).collect(),
            None => held.keys().cloned().collect(),
        };
        let leaving: Vec<(MarketDay, Held)> =
            days.into_iter().filter_map(|day| held.remove(&day).map(|lease| (day, lease))).collect();
        let deletes = leaving.into_iter().map(|(day, lease)| async move {
            // What another took over is the other's to delete.
            if self.is_mine(&day, lease).await? {
                self.archive.store.delete(&Key::Lease(&day, lease.number).path()).await?;
            }
            Ok::<(), StoreError>(())
        });
        let mut deletes = stream::iter(deletes).buffer_unordered(self.archive.store.requests());
        while let Some(deleted) = deletes.next().await {
            if let Err(error) = deleted {
                tracing::warn!(%error, "a lease cannot be released; it expires by itself");
            }
        }
    }
}
