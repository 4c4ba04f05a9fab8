//! Taking leases, keeping them alive, letting them go.
//!
//! `_leases/<platform>/<n>.json` names the market-days of a platform that a run works on: one lease for each batch, so
//! usually one for a platform in a night. Taking one deletes the dead; renewing puts the run's own object again; letting
//! go deletes it. A run that slept past the end of its lease does not touch it, unless it is found to be still its own.
//! Leases of earlier releases, `_leases/<platform>/<market>/<local_date>/<n>.json`, are heeded.
//!
//! Nothing here is an error to the run: trouble is logged, and the work is done without a lease.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{self, Arc, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::Archive;
use super::keys::{self, Key};
use super::lease::{Holder, Lease, MOST_BYTES, SKEW};
use super::lease_store::LeaseStore;
use coverledger_core::model::{MarketDay, PlatformId};
use coverledger_core::time::Clock;
use coverledger_store::{StoreError, StoreProblem};

/// The leases of one run. Renews them until they are released; dropping it releases what is left, if it still can.
#[derive(Debug)]
pub struct Leases {
    store: Arc<LeaseStore>,
    renewing: JoinHandle<()>,
}

/// Market-days of others, with what they show for it.
pub type Theirs = BTreeMap<MarketDay, Lease>;

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
            let lease = self.lease(&object.key).await?;
            if lease.is_some_and(|lease| !lease.is_alive(me, now)) {
                self.store.delete(&object.key).await?;
            }
        }
        Ok(())
    }

    /// The lease at a key; `None` if it is gone. What is no lease is named, and binds nobody.
    pub(super) async fn lease(&self, key: &str) -> Result<Option<Lease>, StoreError> {
        let read = match self.store.get_at_most(key, MOST_BYTES).await {
            Ok(None) => return Ok(None),
            Ok(Some(bytes)) => Lease::read(&bytes),
            Err(error) if matches!(error.problem, StoreProblem::TooLarge { .. }) => Err(error.problem.to_string()),
            Err(error) => return Err(error),
        };
        Ok(Some(read.unwrap_or_else(|why| {
            tracing::warn!(lease = key, why, "this is no lease and binds nobody");
            Lease::of_nobody()
        })))
    }
}

impl Leases {
    pub(super) fn with_clock(archive: &Archive, holder: Holder, length: Duration, clock: Clock) -> Self {
        let every = length / 3;
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let (held, seen) = (Mutex::default(), sync::Mutex::default());
        let clock = RwLock::new(clock);
        let lost = watch::Sender::default();
        let store = Arc::new(LeaseStore { archive: archive.clone(), holder, length, clock, held, seen, lost });
        let renewing = Arc::clone(&store);
        let renewing = async move {
            loop {
                tokio::time::sleep(every).await;
                renewing.renew().await;
            }
        };
        let renewing = tokio::spawn(renewing.in_current_span());
        Self { store, renewing }
    }

    /// Takes one lease of these market-days of a platform: one listing, a read for each lease of the platform, and a
    /// put. What others hold is returned; everything else is this run's to work on, with a lease or, if the store makes
    /// trouble, without.
    pub async fn take<'a>(&self, platform: &PlatformId, days: impl IntoIterator<Item = &'a MarketDay>) -> Theirs {
        let mut days: BTreeSet<MarketDay> = days.into_iter().cloned().collect();
        for held in self.store.held.lock().await.values() {
            days.retain(|day| !held.days.contains(day));
        }
        if days.is_empty() {
            return Theirs::new();
        }
        self.store.take(platform, days).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "leases cannot be taken; going on without");
            Theirs::new()
        })
    }

    /// Whose these market-days are now; those that are nobody's, or this run's, are left out. One listing for each
    /// platform, and a read for each lease.
    pub async fn look<'a>(&self, days: impl IntoIterator<Item = &'a MarketDay>) -> Theirs {
        let mut by_platform: BTreeMap<PlatformId, Vec<MarketDay>> = BTreeMap::new();
        for day in days {
            by_platform.entry(day.platform.clone()).or_default().push(day.clone());
        }
        let mut theirs = Theirs::new();
        for (platform, days) in by_platform {
            match self.store.look(&platform, &days).await {
                Ok(found) => theirs.extend(found),
                Err(error) => tracing::warn!(%error, "leases cannot be read; going on without"),
            }
        }
        theirs
    }

    /// Completes when the lease of one of these market-days was lost to another run: then that run does the same work.
    pub async fn lost(&self, days: &BTreeSet<MarketDay>) {
        let mut lost = self.store.lost.subscribe();
        // The sender lives as long as this.
        let _ = lost.wait_for(|lost| !lost.is_disjoint(days)).await;
    }

    /// Lets go of these market-days.
    pub async fn release<'a>(&self, days: impl IntoIterator<Item = &'a MarketDay>) {
        let days: BTreeSet<MarketDay> = days.into_iter().cloned().collect();
        self.store.release(Some(&days)).await;
    }

    /// Lets go of all.
    pub async fn release_all(&self) {
        self.store.release(None).await;
    }

    /// How long a lease is.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.store.length.unsigned_abs()
    }

    /// For how long a lease that nobody renews may be believed after it is first seen.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.length().saturating_add(SKEW.unsigned_abs())
    }

    /// Where the leases of a platform lie in the archive.
    #[must_use]
    pub fn folder(platform: &PlatformId) -> String {
        Key::LeasesOf(platform).path()
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.renewing.abort();
        if self.store.held.try_lock().is_ok_and(|held| held.is_empty()) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let store = Arc::clone(&self.store);
            runtime.spawn(async move { store.release(None).await });
        }
    }
}

#[cfg(test)]
impl Leases {
    /// The machine wakes up at this instant.
    pub(super) fn wake_at(&self, now: Timestamp) {
        *self.store.clock.write().unwrap() = Clock::Fixed(now);
    }

    /// What happens by itself every third of a lease.
    pub(super) async fn renew(&self) {
        self.store.renew().await;
    }
}
