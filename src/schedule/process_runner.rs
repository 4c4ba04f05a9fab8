//! The driver's environment in production: records in the archive, runs in processes of their own, the system's clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::agenda::{Note, Pass, Start};
use super::child::Program;
use super::configuration::{Configuration, Found};
use super::driver::{Asked, Environment, Handled};
use super::health::Ending;
use super::reminders::{DueSwitch, Reminders};
use super::switches::switches;
use crate::notify::{self, Channel, Item, Message, Notice};
use crate::run::{AlertState, RunFinalizer, Stop, error_text};
use crate::stores;
use coverledger_archive::{Archive, RunRecord};
use coverledger_config::{self as config, Job, Topic, Workspace};
use coverledger_core::time::Clock;

/// How long the archive may take to answer.
const TIME_OUT: Duration = Duration::from_mins(1);
const NO_ANSWER: &str = "the archive does not answer";

/// Carries out runs in processes of their own.
#[derive(Debug, Clone)]
pub struct ProcessRunner {
    /// The configuration in force.
    pub configuration: Arc<Configuration>,
    /// What is started for a run.
    pub program: Program,
    /// Finds the addresses of channels, which are notified of failed runs and of an edited configuration.
    pub addresses: fn(&BTreeMap<String, config::Channel>) -> Vec<Channel>,
    /// Jobs of whose failure people were notified while the archive could not say whether they had been before.
    pub alerted_without_record: Arc<Mutex<BTreeSet<String>>>,
    /// Switches of covers that people were reminded of.
    pub reminders: Arc<Mutex<Reminders>>,
}

impl Environment for ProcessRunner {
    fn now(&self) -> Timestamp {
        Clock::System.now()
    }

    async fn recall(&self, job: &str) -> Result<Option<Handled>, String> {
        let record = self.record(job).await?;
        let handled = |record: RunRecord| {
            let RunRecord { occurrence, missed, schedules, .. } = record;
            Handled { occurrence, missed, schedules }
        };
        Ok(record.map(handled))
    }

    async fn run(&self, start: &Start, asked: watch::Receiver<Asked>) -> Ending {
        let started_at = self.now();
        let sound = self.configuration.sound();
        // Taken out of the configuration a moment ago.
        let Some(job) = sound.workspace.jobs.get(&start.job) else { return Ending::Stopped };
        let limit = Duration::from_secs(u64::try_from(job.limit_seconds).unwrap_or(0));
        let ending = self.program.run(start, &sound.files, limit, asked).await;
        if let Ending::Failed { reason, try_again } = &ending {
            // What a run was to catch up on is handled only by a run that completes.
            let is_done_with = !try_again && start.look_back_from.is_none();
            let occurrence = is_done_with.then_some(start.occurrence);
            self.record_failure(&sound.workspace, start, started_at, occurrence, reason).await;
        } else {
            self.alerted_without_record().remove(&start.job);
        }
        ending
    }

    async fn pass(&self, pass: &Pass) {
        let what = |record: &mut RunRecord| {
            record.occurrence = record.occurrence.max(Some(pass.occurrence));
            record.missed += pass.missed;
        };
        self.record_change(&pass.job, self.now(), what).await;
    }

    async fn note(&self, note: &Note) {
        let what = |record: &mut RunRecord| record.schedules.clone_from(&note.schedules);
        self.record_change(&note.job, self.now(), what).await;
    }

    fn remind(&self) {
        let workspace = self.workspace();
        let due = self.reminders.lock().unwrap_or_else(PoisonError::into_inner).look(&workspace, self.now());
        if !due.is_empty() {
            // A channel that does not answer delays nothing.
            tokio::spawn(self.clone().notify_of_switches(workspace, due));
        }
    }

    async fn look_at_files(&self) -> Found {
        let configuration = Arc::clone(&self.configuration);
        let found = tokio::task::spawn_blocking(move || configuration.look()).await;
        let found = found.unwrap_or(Found::NothingNew);
        if !matches!(found, Found::NothingNew) {
            // A channel that does not answer delays nothing.
            tokio::spawn(self.clone().notify_of_files(found.clone()));
        }
        found
    }

    fn jobs(&self) -> (BTreeMap<String, Job>, SignedDuration) {
        let workspace = self.workspace();
        (workspace.jobs.clone(), SignedDuration::from_secs(i64::from(workspace.settings.lease_seconds)))
    }
}

impl ProcessRunner {
    fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&self.configuration.sound().workspace)
    }

    /// Notifies people that the configuration was edited, and whether it is in force.
    async fn notify_of_files(self, found: Found) {
        let reason = match found {
            Found::NothingNew => return,
            Found::Taken { changed } => format!("it is taken from now on; changed: {}", changed.join(", ")),
            Found::Refused { problems } => {
                format!("it is not sound, and the last sound one stays in force: {problems}")
            }
            Found::Restored => "it is again what it was, and in force".to_owned(),
        };
        let items = vec![Item { market_day: None, reason }];
        let workspace = self.workspace();
        let home = &workspace.settings.home_timezone;
        let message = Notice::from(Message::new("", "", self.now(), home, Topic::Configuration, items));
        let channels = (self.addresses)(&workspace.channels);
        let posts: Vec<_> = channels.iter().map(|channel| (channel, vec![message.clone()])).collect();
        for notify::Delivery { channel, result, .. } in notify::send(&posts).await {
            if let Err(error) = result {
                tracing::warn!(channel, error = error_text(&error), "nobody was told of the configuration");
            }
        }
    }

    /// Notifies people of switches that are near; those of one instant together.
    async fn notify_of_switches(self, workspace: Arc<Workspace>, due: Vec<DueSwitch>) {
        let channels = (self.addresses)(&workspace.channels);
        let notices: Vec<Notice> = switches(&workspace, due).into_iter().map(Notice::Switch).collect();
        let posts: Vec<_> = channels.iter().map(|channel| (channel, notices.clone())).collect();
        for notify::Delivery { channel, result, .. } in notify::send(&posts).await {
            if let Err(error) = result {
                tracing::warn!(channel, error = error_text(&error), "nobody was told of a switch");
            }
        }
    }

    fn alerted_without_record(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.alerted_without_record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn record(&self, job: &str) -> Result<Option<RunRecord>, String> {
        let archive = self.archive()?;
        let record = tokio::time::timeout(TIME_OUT, archive.run_record(job)).await;
        record.map_err(|_| NO_ANSWER.to_owned())?.map_err(|error| error_text(&error))
    }

    fn archive(&self) -> Result<Archive, String> {
        stores::archive_for_planning(&self.workspace().settings).map_err(|error| error_text(&error))
    }

    /// Notifies people of a failed run, and records it.
    async fn record_failure(
        &self,
        workspace: &Workspace,
        start: &Start,
        as_of: Timestamp,
        occurrence: Option<Timestamp>,
        reason: &str,
    ) {
        let job = &start.job;
        let archive = match stores::archive_for_recording(&workspace.settings) {
            Ok(archive) => Some(archive),
            Err(error) => {
                tracing::warn!(job, error = error_text(&error), "the run cannot be recorded");
                None
            }
        };
        let archive = match archive {
            Some(archive) if self.record(job).await.is_ok() => Some(archive),
            _ => None,
        };
        // People are notified once of an archive that does not answer, not at every try.
        if archive.is_none() && !self.alerted_without_record().insert(job.clone()) {
            return;
        }
        let finalizer = RunFinalizer {
            job,
            run_id: "",
            as_of,
            occurrence,
            missed: if occurrence.is_some() { start.missed } else { 0 },
            workspace,
            channels: &(self.addresses)(&workspace.channels),
            card: None,
            stop: &Stop::new(),
        };
        let told = finalizer.finalize(archive.as_ref(), |before| AlertState::of_dead_run(reason, before));
        if tokio::time::timeout(TIME_OUT, told).await.is_err() {
            tracing::warn!(job, reason = NO_ANSWER, "the run cannot be recorded");
        }
    }

    /// Changes a job's record. What cannot be recorded is unknown to the next scheduler; nothing else depends on it.
    async fn record_change(&self, job: &str, now: Timestamp, change: impl FnOnce(&mut RunRecord)) {
        let noted = async {
            let mut record = self.record(job).await?.unwrap_or_else(|| RunRecord::new(job, "", now));
            change(&mut record);
            let archive = stores::archive_for_recording(&self.workspace().settings).map_err(|e| error_text(&e))?;
            archive.put_run_record(&record).await.map_err(|error| error_text(&error))
        };
        let reason = match tokio::time::timeout(TIME_OUT, noted).await {
            Ok(Ok(_)) => return,
            Ok(Err(reason)) => reason,
            Err(_) => NO_ANSWER.to_owned(),
        };
        tracing::warn!(job, reason, "the job's record cannot be written");
    }
}
