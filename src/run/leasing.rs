//! Skips market-days leased by other runs and re-checks them at the end.
//!
//! A lease only saves work; what is published is decided by receipts. So no trouble with leases ends a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Disposition, Stop, error_text};
use crate::plan::{Batch, Because, DayStatus, PlannedDay, PlatformPlan};
use coverledger_archive::{Archive, Holder, Leases, Receipt, Theirs};
use coverledger_core::model::{MarketDay, MarketId};
use coverledger_core::time::Clock;

/// How often a run that waits for the end of a lease looks at it, in the length of one.
const LOOKS: u32 = 6;
/// When a run that waits logs for the second time for whom; each further time after twice as much time.
const SAY_AGAIN: Duration = Duration::from_secs(30);
/// How soon a run that waits notices that it is asked to stop.
const BLINK: Duration = Duration::from_millis(100);

/// The leases of a run, and what it has claimed so far.
pub(super) struct Leasing<'a> {
    archive: &'a Archive,
    leases: Leases,
    claimed: Mutex<BTreeSet<MarketDay>>,
}

/// What came of claiming a batch.
pub(super) struct Claim<'p> {
    /// What is to be worked on.
    pub(super) batch: Option<Batch<'p>>,
    /// What other runs have published since the plan was made.
    pub(super) settled: Vec<(&'p PlannedDay, Disposition)>,
    /// What other runs hold.
    pub(super) theirs: Theirs,
    /// How many current paths of what other runs published had to be brought up to their receipts.
    pub(super) mended: usize,
}

impl<'a> Leasing<'a> {
    pub(super) fn new(archive: &'a Archive, run_id: &str, length_seconds: u32) -> Self {
        let leases = archive.leases(Holder::this(run_id), Duration::from_secs(length_seconds.into()));
        Self { archive, leases, claimed: Mutex::default() }
    }

    /// Takes what no other run holds, and looks again at the receipts of what it took: another run may just have
    /// published it.
    pub(super) async fn claim<'p>(&self, plan: &'p PlatformPlan, batch: Batch<'p>) -> Claim<'p> {
        let fresh: Vec<&'p PlannedDay> =
            batch.days.iter().copied().filter(|day| !self.claimed().contains(&day.market_day)).collect();
        if fresh.is_empty() {
            return Claim { batch: Some(batch), settled: Vec::new(), theirs: Theirs::new(), mended: 0 };
        }
        let theirs = self.leases.take(&plan.platform, fresh.iter().map(|day| &day.market_day)).await;
        let mine: Vec<&'p PlannedDay> =
            fresh.into_iter().filter(|day| !theirs.contains_key(&day.market_day)).collect();
        let newer = self.newer(plan, &mine).await;
        let settled: Vec<(&'p PlannedDay, Disposition)> =
            mine.iter().filter_map(|day| Some((*day, by_another(day, newer.get(&day.market_day)?)?))).collect();
        let left_out: BTreeSet<&MarketDay> = settled.iter().map(|(day, _)| &day.market_day).collect();
        self.leases.release(left_out.iter().copied()).await;
        let batch = plan.without(batch, |day| theirs.contains_key(day) || left_out.contains(day));
        self.claimed().extend(mine.iter().map(|day| day.market_day.clone()));
        Claim { batch, settled, theirs, mended: self.mend(newer.values()).await }
    }

    fn claimed(&self) -> MutexGuard<'_, BTreeSet<MarketDay>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run that published these may have been killed before it brought the current paths up to them.
    async fn mend(&self, newer: impl Iterator<Item = &Receipt>) -> usize {
        match self.archive.mend_stale(newer).await {
            Ok(found) => found.mended.len(),
            Err(error) => {
                tracing::warn!(error = error_text(&error), "what another run published may not be shown yet");
                0
            }
        }
    }

    /// Receipts that have come since the plan was made.
    async fn newer(&self, plan: &PlatformPlan, days: &[&PlannedDay]) -> BTreeMap<MarketDay, Receipt> {
        let mut known: BTreeMap<&MarketId, BTreeMap<Date, u64>> = BTreeMap::new();
        for MarketDay { market, local_date, .. } in days.iter().map(|day| &day.market_day) {
            let receipt = plan.receipts.get(&(market.clone(), *local_date));
            let revision = receipt.map_or(0, |receipt| receipt.content.revision);
            known.entry(market).or_default().insert(*local_date, revision);
        }
        let mut newer = BTreeMap::new();
        for (market, known) in known {
            match self.archive.newer_of(&plan.platform, market, &known).await {
                // Of what cannot be read, publishing says what is wrong.
                Ok(found) => newer.extend(found.or_warn().into_iter().map(|(local_date, receipt)| {
                    let (platform, market) = (plan.platform.clone(), market.clone());
                    (MarketDay { platform, market, local_date }, receipt)
                })),
                // Publishing looks for itself, and says what is wrong.
                Err(error) => tracing::warn!(error = error_text(&error), "receipts cannot be read again"),
            }
        }
        newer
    }

    /// Completes when one of these market-days was lost to another run.
    pub(super) async fn lost(&self, days: &BTreeSet<MarketDay>) {
        self.leases.lost(days).await;
    }

    /// What other runs hold of these market-days.
    pub(super) async fn look<'d>(&self, days: impl IntoIterator<Item = &'d MarketDay>) -> Theirs {
        self.leases.look(days).await
    }

    /// Releases a batch.
    pub(super) async fn release(&self, batch: &Batch<'_>) {
        self.leases.release(batch.days.iter().map(|day| &day.market_day)).await;
    }

    /// Waits for what other runs hold: until it is released, is seen to be renewed, or has been looked at for as long as
    /// a lease can last. Logs for whom, and until when at most. Returns what they hold still.
    pub(super) async fn wait(&self, theirs: Theirs, stop: &Stop) -> Theirs {
        let (mut pending, mut alive) = (theirs, Theirs::new());
        let mut left = self.leases.longest();
        let (mut waited, mut say_after) = (Duration::ZERO, Duration::ZERO);
        while !pending.is_empty() && !stop.is_asked() {
            let now = self.leases.look(pending.keys()).await;
            let seen = std::mem::take(&mut pending);
            for (day, lease) in now {
                if seen.get(&day) == Some(&lease) {
                    pending.insert(day, lease)
                } else {
                    alive.insert(day, lease)
                };
            }
            if left.is_zero() {
                break;
            }
            if waited >= say_after && !pending.is_empty() {
                say_whom(&pending, Clock::System.now(), left);
                say_after = waited.saturating_mul(2).max(SAY_AGAIN);
            }
            let pause = until_first_end(&pending, Clock::System.now()).min(self.leases.length() / LOOKS).min(left);
            left -= pause;
            waited += pause;
            doze(pause, stop).await;
        }
        alive.extend(pending);
        alive
    }

    /// Releases everything, and deletes the leases of dead runs. A night that claimed nothing asks nothing of the store.
    pub(super) async fn end(self) {
        self.leases.release_all().await;
        if !self.claimed().is_empty() {
            self.archive.sweep_leases().await;
        }
    }
}

/// How a market-day ends for which another run published this receipt; `None` if everything is still to be done.
fn by_another(day: &PlannedDay, newer: &Receipt) -> Option<Disposition> {
    let (revision, state) = (newer.content.revision, newer.content.state);
    if day.is_told_by(newer) {
        let is_asked = matches!(day.status, DayStatus::Due(Because::Asked));
        return (!is_asked).then_some(Disposition::Current { revision, state, notes: Vec::new() });
    }
    if newer.content.fingerprint == day.fingerprint {
        return None;
    }
    let reason = format!(
        "revision {revision} was published by run `{}` meanwhile, from other exports or settings than this run has seen; run again",
        newer.run_id
    );
    Some(Disposition::Unsettled { reason })
}

/// Logs for which runs this one waits, where their leases lie, and until when at most.
fn say_whom(theirs: &Theirs, now: Timestamp, left: Duration) {
    let latest = now.saturating_add(left).unwrap_or(Timestamp::MAX);
    let mut of: BTreeMap<String, Vec<&MarketDay>> = BTreeMap::new();
    for (day, lease) in theirs {
        of.entry(lease.holder.to_string()).or_default().push(day);
    }
    for (holder, days) in of {
        let until = days.iter().map(|day| theirs[*day].expires_at.min(latest)).max().unwrap_or(latest);
        let (market_days, lease) = (days.len(), Leases::folder(&days[0].platform));
        tracing::warn!(holder, market_days, lease, "waiting for another run, until {until:.0} at most");
    }
}

fn until_first_end(theirs: &Theirs, now: Timestamp) -> Duration {
    let ends = theirs.values().map(|lease| lease.expires_at.duration_since(now));
    let first = ends.min().and_then(|left| Duration::try_from(left).ok()).unwrap_or_default();
    first.max(BLINK)
}

async fn doze(pause: Duration, stop: &Stop) {
    let mut left = pause;
    while !left.is_zero() && !stop.is_asked() {
        let blink = left.min(BLINK);
        tokio::time::sleep(blink).await;
        left -= blink;
    }
}
