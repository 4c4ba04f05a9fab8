//! What the store is asked to take a lease, to keep it alive and to let go of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Archive;
use super::keys::{self, Key};
use super::lease::{Holder, Lease};
use super::leases::Theirs;
use crate::model::{MarketDay, PlatformId};
use crate::store::{PutNew, StoreError};
use crate::time::Clock;

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
    pub(super) async fn numbers(&self, folder: Key<'_>) -> Result<BTreeMap<MarketDay, BTreeSet<u64>>, StoreError> {
        let mut numbers: BTreeMap<MarketDay, BTreeSet<u64>> = BTreeMap::new();
        for object in self.archive.store.list(&folder.path()).await? {
            if let Some((day, number)) = keys::lease_at(&object.key) {
                numbers.entry(day).or_default().insert(number);
            }
        }
        Ok(numbers)
    }

    async fn read(&self, day: &MarketDay, number: u64) -> Result<Option<Lease>, StoreError> {
        let bytes = self.archive.store.get(&Key::Lease(day, number).path()).await?;
        Ok(bytes.map(|bytes| Lease::parse(&bytes)))
    }

    fn mine(&self) -> Lease {
        Lease::new(&self.holder, self.now().saturating_add(self.length).unwrap_or(Timestamp::MAX))
    }

    /// Takes the lease of a market-day, of which these were listed. Returns another's that is alive.
    pub(super) async fn take(
        &self,
        day: &MarketDay,
        mut numbers: BTreeSet<u64>,
    ) -> Result<Option<Lease>, StoreError> {
        for look in 0..LOOKS {
            if look > 0 {
                numbers = self.numbers(Key::Leases(day)).await?.remove(day).unwrap_or_default();
            }
            let newest = numbers.last().copied();
            if let Some(newest) = newest {
                match self.read(day, newest).await? {
                    Some(lease) if lease.is_alive(&self.holder, self.now()) => return Ok(Some(lease)),
                    Some(_) => {}
                    // Released since it was listed; its number may be another's again.
                    None => continue,
                }
            }
            let (number, mine) = (newest.unwrap_or(0) + 1, self.mine());
            let put =
                self.archive.store.put_new_fleeting(&Key::Lease(day, number).path(), mine.to_bytes().into()).await;
            let found = match put {
                Ok(PutNew::Stored) => Some(mine.clone()),
                Err(error) if error.problem.is_definite() => return Err(error),
                // Perhaps one's own with a lost answer.
                Ok(PutNew::Exists) | Err(_) => self.read(day, number).await?,
            };
            match found {
                Some(lease) if lease == mine => {
                    self.held.lock().await.insert(day.clone(), Held { number, expires_at: mine.expires_at });
                    for dead in numbers {
                        self.archive.store.delete(&Key::Lease(day, dead).path()).await?;
                    }
                    return Ok(None);
                }
                Some(lease) if lease.is_alive(&self.holder, self.now()) => return Ok(Some(lease)),
                Some(_) | None => {}
            }
        }
        tracing::warn!(market_day = %day, "its lease comes and goes; going on without");
        Ok(None)
    }

    /// Others' leases that are alive.
    pub(super) async fn look(&self, platform: &PlatformId, days: Vec<MarketDay>) -> Result<Theirs, StoreError> {
        let listed = self.numbers(Key::LeasesOf(platform)).await?;
        let newest = days.into_iter().filter_map(|day| Some((listed.get(&day)?.last().copied()?, day)));
        let reads = newest.map(|(number, day)| async move {
            let lease = self.read(&day, number).await?;
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
        if numbers.last() != Some(&lease.number) {
            return Ok(false);
        }
        Ok(self.read(day, lease.number).await?.is_some_and(|found| found.holder == self.holder))
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
