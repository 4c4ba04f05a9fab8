//! What the scheduler counts, as `OpenMetrics` text. Names are a promise: docs/OPERATIONS.md lists them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::freshness::{DayState, Freshness, Seen};
use super::health::{Ending, Health, RunEnd};
use coverledger_archive::RowCounts;
use coverledger_config::Workspace;

/// What the text is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Words of [`Ending::word`].
const RESULTS: [&str; 5] = ["done", "incomplete", "failed", "stopped", "elsewhere"];
/// From a run that finds nothing new to one that takes the night.
const RUN_SECONDS: [f64; 11] = [1.0, 3.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 3600.0, 10_800.0, 21_600.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfJob {
    job: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    job: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    job: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfResult {
    job: String,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfChange {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfChannel {
    channel: String,
    result: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// Everything that is counted.
pub struct Metrics {
    /// The configuration in force.
    workspace: Mutex<Arc<Workspace>>,
    /// What was last seen of each job's market-days.
    seen: Mutex<BTreeMap<String, Seen>>,
    registry: Registry,
    market_days: Family<OfState, Gauge>,
    oldest_due_age: Family<OfJob, Gauge>,
    rows: Family<OfOutcome, Counter>,
    read_bytes: Family<OfJob, Counter>,
    run_seconds: Family<OfJob, Histogram>,
    runs: Family<OfResult, Counter>,
    retries: Family<OfJob, Counter>,
    missed_runs: Family<OfJob, Counter>,
    next_run: Family<OfJob, Seconds>,
    last_run: Family<OfJob, Seconds>,
    notifications: Family<OfChannel, Counter>,
    configuration_sound: Gauge,
    configuration_changes: Family<OfChange, Counter>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Nothing has been counted yet: counters of every scheduled job and every channel stand at 0.
    #[must_use]
    pub fn new(workspace: Arc<Workspace>) -> Self {
        let mut metrics = Self {
            seen: Mutex::default(),
            registry: Registry::with_prefix("coverledger"),
            market_days: Family::default(),
            oldest_due_age: Family::default(),
            rows: Family::default(),
            read_bytes: Family::default(),
            run_seconds: Family::new_with_constructor(|| Histogram::new(RUN_SECONDS)),
            runs: Family::default(),
            retries: Family::default(),
            missed_runs: Family::default(),
            next_run: Family::default(),
            last_run: Family::default(),
            notifications: Family::default(),
            configuration_sound: Gauge::default(),
            configuration_changes: Family::default(),
            workspace: Mutex::new(workspace),
        };
        metrics.register();
        let in_force = Arc::clone(&metrics.workspace_in_force());
        metrics.start_at_zero(&in_force);
        metrics
    }

    /// Takes over another configuration. What was counted stays; of a job that is gone nothing is said any more
    /// of what is ahead of it.
    pub fn follow(&self, workspace: &Arc<Workspace>) {
        self.start_at_zero(workspace);
        let before = std::mem::replace(&mut *self.workspace_in_force(), Arc::clone(workspace));
        let is_scheduled = |job: &str| workspace.jobs.get(job).is_some_and(|job| job.schedule.is_some());
        for job in before.jobs.keys().filter(|job| !is_scheduled(job)) {
            let of_job = OfJob { job: job.clone() };
            for gauge in [&self.next_run, &self.last_run] {
                gauge.remove(&of_job);
            }
            self.oldest_due_age.remove(&of_job);
            for state in DayState::ALL {
                self.market_days.remove(&OfState { job: job.clone(), state: state.word() });
            }
            self.seen().remove(job);
        }
    }

    fn start_at_zero(&self, workspace: &Workspace) {
        for (job, _) in workspace.jobs.iter().filter(|(_, job)| job.schedule.is_some()) {
            let of_job = OfJob { job: job.clone() };
            self.count_rows(job, &RowCounts::default());
            self.run_seconds.get_or_create_owned(&of_job);
            for counter in [&self.read_bytes, &self.retries, &self.missed_runs] {
                counter.get_or_create_owned(&of_job);
            }
            for result in RESULTS {
                self.runs.get_or_create_owned(&OfResult { job: job.clone(), result });
            }
        }
        for channel in workspace.channels.keys() {
            self.count_told(channel, 0, 0);
        }
        for result in ["taken", "refused"] {
            self.configuration_changes.get_or_create_owned(&OfChange { result });
        }
    }

    fn register(&mut self) {
        let Self { registry, .. } = self;
        let days = "Market-days of the look-back that are over, by where they stand";
        registry.register("market_days", days, self.market_days.clone());
        let age =
            "Seconds since the end of the oldest market-day of the look-back that is not published, 0 if all are";
        registry.register("oldest_due_age_seconds", age, self.oldest_due_age.clone());
        registry.register("rows", "Records of exports read by runs, by what became of them", self.rows.clone());
        registry.register("read_bytes", "Bytes of exports read by runs", self.read_bytes.clone());
        registry.register("run_seconds", "How long runs took", self.run_seconds.clone());
        registry.register("runs", "Runs that ended, by how", self.runs.clone());
        let retries = "Requests to stores that runs made again because they failed";
        registry.register("retries", retries, self.retries.clone());
        let missed = "Scheduled times at which nothing ran, over the life of the archive";
        registry.register("missed_runs", missed, self.missed_runs.clone());
        let next = "When the job runs next, in seconds since 1970";
        registry.register("next_run_timestamp_seconds", next, self.next_run.clone());
        let last = "When the last run since the scheduler started ended, in seconds since 1970";
        registry.register("last_run_timestamp_seconds", last, self.last_run.clone());
        let told = "Messages posted by runs, by whether the channel took them";
        registry.register("notifications", told, self.notifications.clone());
        let sound = "1 if the configuration's files are what is in force, 0 if they are not sound";
        registry.register("configuration_sound", sound, self.configuration_sound.clone());
        let changes = "Changes of the configuration, by what became of them";
        registry.register("configuration_changes", changes, self.configuration_changes.clone());
    }

    /// Counts a run that ended.
    pub fn hear(&self, end: &RunEnd) {
        let of_job = OfJob { job: end.job.clone() };
        self.runs.get_or_create_owned(&OfResult { job: end.job.clone(), result: end.ending.word() }).inc();
        self.last_run.get_or_create_owned(&of_job).set(seconds(end.ended_at));
        if matches!(end.ending, Ending::HandledElsewhere) {
            return;
        }
        self.run_seconds.get_or_create_owned(&of_job).observe(end.seconds);
        if let Ending::Accounted(account) = &end.ending {
            self.read_bytes.get_or_create_owned(&of_job).inc_by(account.bytes_read);
            self.retries.get_or_create_owned(&of_job).inc_by(account.retries);
            self.count_rows(&end.job, &account.rows);
            for told in &account.told {
                let took = u64::from(told.error.is_none());
                self.count_told(&told.channel, took, 1 - took);
            }
            self.seen().insert(end.job.clone(), Seen::by_run(account));
        }
    }

    /// Takes what was seen of a job's market-days in the archive; a run knows better.
    pub fn start_from(&self, job: &str, seen: Seen) {
        self.seen().entry(job.to_owned()).or_default().fill(seen);
    }

    /// Everything as text, as of now. Where nothing was seen of a job's market-days, nothing is said of them.
    ///
    /// # Errors
    /// Never in practice: the text is written to memory.
    pub fn expose(&self, health: &Health, now: Timestamp) -> Result<String, fmt::Error> {
        for (job, health) in &health.jobs {
            let of_job = OfJob { job: job.clone() };
            match health.next {
                Some(next) => drop(self.next_run.get_or_create_owned(&of_job).set(seconds(next))),
                None => drop(self.next_run.remove(&of_job)),
            }
            let missed = self.missed_runs.get_or_create_owned(&of_job);
            missed.inc_by(health.missed.saturating_sub(missed.get()));
        }
        self.configuration_sound.set(i64::from(health.files.problems.is_none()));
        for (result, count) in [("taken", health.files.taken), ("refused", health.files.refused)] {
            let changes = self.configuration_changes.get_or_create_owned(&OfChange { result });
            changes.inc_by(count.saturating_sub(changes.get()));
        }
        let workspace = Arc::clone(&self.workspace_in_force());
        for (name, seen) in &*self.seen() {
            let Some(job) = workspace.jobs.get(name) else { continue };
            let freshness = Freshness::of(&workspace, job, seen, now);
            for (state, days) in freshness.days {
                let of_state = OfState { job: name.clone(), state: state.word() };
                self.market_days.get_or_create_owned(&of_state).set(i64::from(days));
            }
            let of_job = OfJob { job: name.clone() };
            self.oldest_due_age.get_or_create_owned(&of_job).set(freshness.oldest_due_age_seconds);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn count_rows(&self, job: &str, rows: &RowCounts) {
        let RowCounts { rows_in: _, counted, duplicate, outside, rejected } = *rows;
        let counts =
            [("counted", counted), ("duplicate", duplicate), ("outside", outside), ("rejected", rejected)];
        for (outcome, count) in counts {
            self.rows.get_or_create_owned(&OfOutcome { job: job.to_owned(), outcome }).inc_by(count);
        }
    }

    fn count_told(&self, channel: &str, told: u64, failed: u64) {
        for (result, count) in [("told", told), ("failed", failed)] {
            self.notifications
                .get_or_create_owned(&OfChannel { channel: channel.to_owned(), result })
                .inc_by(count);
        }
    }

    fn workspace_in_force(&self) -> MutexGuard<'_, Arc<Workspace>> {
        self.workspace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact until the year 285 million")]
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

#[cfg(test)]
mod tests;
