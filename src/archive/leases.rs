//! Taking leases, keeping them alive, letting them go.
//!
//! `_leases/<platform>/<market>/<local_date>/<n>.json`: the newest number counts. Who finds it dead creates the next
//! one, and creating decides between two that try. Renewing puts one's own object again; letting go deletes it. One who
//! slept past the end of a lease touches it no more, unless it is found to be still one's own.
//!
//! Nothing here is an error to the run: trouble is told in the log, and the work is done without a lease.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::Archive;
use super::keys::{self, Key};
use super::lease::{Holder, Lease};
use crate::model::{MarketDay, PlatformId};
use crate::store::{PutNew, StoreError};
use crate::time::Clock;

/// How often taking looks again when others come and go.
const LOOKS: u32 = 4;

/// The leases of one run. Renews them until they are released; dropping it releases what is left, if it still can.
#[derive(Debug)]
pub struct Leases {
    desk: Arc<Desk>,
    renewing: JoinHandle<()>,
}

/// Market-days of others, with what they show for it.
pub type Theirs = BTreeMap<MarketDay, Lease>;

#[derive(Debug)]
struct Desk {
    archive: Archive,
    holder: Holder,
    length: SignedDuration,
    /// Never but in a test anything else than the machine's.
    clock: RwLock<Clock>,
    /// Locked while the store is asked, so that nothing is renewed that is being deleted.
    held: Mutex<BTreeMap<MarketDay, Held>>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    number: u64,
    expires_at: Timestamp,
}

impl Archive {
    /// Begins to take leases of this length. Nothing is asked of the store yet.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn leases(&self, holder: Holder, length: Duration) -> Leases {
        Leases::with_clock(self, holder, length, Clock::System)
    }

    /// Deletes what dead holders left: one listing, and nothing more if nobody holds or left anything.
    pub async fn sweep_leases(&self) {
        let me = Holder::this("");
        if let Err(error) = self.delete_dead(&me, Clock::System.now()).await {
            tracing::warn!(%error, "the leases of earlier runs cannot be swept");
        }
    }

    async fn delete_dead(&self, me: &Holder, now: Timestamp) -> Result<(), StoreError> {
        for object in self.store.list(&Key::AllLeases.path()).await? {
            if keys::lease_at(&object.key).is_none() {
                continue;
            }
            let lease = self.store.get(&object.key).await?.map(|bytes| Lease::parse(&bytes));
            if lease.is_some_and(|lease| !lease.is_alive(me, now)) {
                self.store.delete(&object.key).await?;
            }
        }
        Ok(())
    }
}

impl Leases {
    pub(super) fn with_clock(archive: &Archive, holder: Holder, length: Duration, clock: Clock) -> Self {
        let every = length / 3;
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let held = Mutex::new(BTreeMap::new());
        let desk = Arc::new(Desk { archive: archive.clone(), holder, length, clock: RwLock::new(clock), held });
        let renewing = Arc::clone(&desk);
        let renewing = async move {
            loop {
                tokio::time::sleep(every).await;
                renewing.renew().await;
            }
        };
        let renewing = tokio::spawn(renewing.in_current_span());
        Self { desk, renewing }
    }

    /// Takes the leases of these market-days of a platform: one listing, and a put for each. What is another's is
    /// returned; all others are one's own to work on, with a lease or, if the store makes trouble, without.
    pub async fn take<'a>(&self, platform: &PlatformId, days: impl IntoIterator<Item = &'a MarketDay>) -> Theirs {
        let held = self.desk.held.lock().await.clone();
        let days: Vec<MarketDay> = days.into_iter().filter(|day| !held.contains_key(*day)).cloned().collect();
        if days.is_empty() {
            return Theirs::new();
        }
        let listed = match self.desk.numbers(Key::LeasesOf(platform)).await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(%error, "leases cannot be listed; going on without");
                return Theirs::new();
            }
        };
        let takes = days.into_iter().map(|day| {
            let numbers = listed.get(&day).cloned().unwrap_or_default();
            async move {
                let taken = self.desk.take(&day, numbers).await;
                (day, taken)
            }
        });
        let (mut theirs, mut trouble) = (Theirs::new(), None);
        let mut outcomes = stream::iter(takes).buffer_unordered(self.desk.archive.store.requests());
        while let Some((day, taken)) = outcomes.next().await {
            match taken {
                Ok(None) => {}
                Ok(Some(lease)) => drop(theirs.insert(day, lease)),
                Err(error) => trouble = Some(error),
            }
        }
        if let Some(error) = trouble {
            tracing::warn!(%error, "leases cannot be taken; going on without");
        }
        theirs
    }

    /// Whose these market-days are now; those that are nobody's, or one's own, are left out. One listing for each
    /// platform, and a read for each lease.
    pub async fn look<'a>(&self, days: impl IntoIterator<Item = &'a MarketDay>) -> Theirs {
        let mut by_platform: BTreeMap<PlatformId, Vec<MarketDay>> = BTreeMap::new();
        for day in days {
            by_platform.entry(day.platform.clone()).or_default().push(day.clone());
        }
        let mut theirs = Theirs::new();
        for (platform, days) in by_platform {
            match self.desk.look(&platform, days).await {
                Ok(found) => theirs.extend(found),
                Err(error) => tracing::warn!(%error, "leases cannot be read; going on without"),
            }
        }
        theirs
    }

    /// Lets go of these market-days.
    pub async fn release<'a>(&self, days: impl IntoIterator<Item = &'a MarketDay>) {
        let days: Vec<&MarketDay> = days.into_iter().collect();
        self.desk.release(Some(&days)).await;
    }

    /// Lets go of all.
    pub async fn release_all(&self) {
        self.desk.release(None).await;
    }

    /// How long a lease is.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.desk.length.unsigned_abs()
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.renewing.abort();
        if self.desk.held.try_lock().is_ok_and(|held| held.is_empty()) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let desk = Arc::clone(&self.desk);
            runtime.spawn(async move { desk.release(None).await });
        }
    }
}

impl Desk {
    fn now(&self) -> Timestamp {
        self.clock.read().unwrap_or_else(PoisonError::into_inner).now()
    }

    /// The numbers of the leases below a folder.
    async fn numbers(&self, folder: Key<'_>) -> Result<BTreeMap<MarketDay, BTreeSet<u64>>, StoreError> {
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
    async fn take(&self, day: &MarketDay, mut numbers: BTreeSet<u64>) -> Result<Option<Lease>, StoreError> {
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
            let put = self.archive.store.put_new(&Key::Lease(day, number).path(), mine.to_bytes().into()).await;
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
    async fn look(&self, platform: &PlatformId, days: Vec<MarketDay>) -> Result<Theirs, StoreError> {
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
    async fn renew(&self) {
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
        self.archive.store.put(&Key::Lease(day, lease.number).path(), bytes).await?;
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
    async fn release(&self, days: Option<&[&MarketDay]>) {
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

#[cfg(test)]
impl Leases {
    /// The machine wakes up at this instant.
    pub(super) fn wake_at(&self, now: Timestamp) {
        *self.desk.clock.write().unwrap() = Clock::Fixed(now);
    }

    /// What happens by itself every third of a lease.
    pub(super) async fn renew(&self) {
        self.desk.renew().await;
    }
}
