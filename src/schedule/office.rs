//! The real world of a driver: records in the archive, runs in processes, the system's clock.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::agenda::{Pass, Start};
use super::child::Program;
use super::driver::{Asked, Handled, World};
use super::health::Ending;
use crate::archive::{Archive, RunRecord};
use crate::config::Workspace;
use crate::notify::Channel;
use crate::run::{Aftermath, Situation, Stop, error_text, stores};
use crate::time::Clock;

/// How long the archive may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);
const NO_ANSWER: &str = "the archive does not answer";

/// Where runs are really carried out.
#[derive(Debug, Clone)]
pub struct Office {
    /// The configuration, as it was read at the start.
    pub workspace: Arc<Workspace>,
    /// What is started for a run.
    pub program: Program,
    /// Who is told of runs that came to nothing.
    pub channels: Arc<[Channel]>,
    /// Jobs of whose failures people were told while the archive did not say what they knew already.
    pub told_blindly: Arc<Mutex<BTreeSet<String>>>,
}

impl World for Office {
    fn now(&self) -> Timestamp {
        Clock::System.now()
    }

    async fn recall(&self, job: &str) -> Result<Option<Handled>, String> {
        let record = self.record(job).await?;
        Ok(record.map(|record| Handled { occurrence: record.occurrence, missed: record.missed }))
    }

    async fn run(&self, start: &Start, asked: watch::Receiver<Asked>) -> Ending {
        let started_at = self.now();
        let limit = self.workspace.jobs.get(&start.job).map_or(0, |job| job.limit_seconds);
        let limit = Duration::from_secs(u64::try_from(limit).unwrap_or(0));
        let ending = self.program.run(start, limit, asked).await;
        if let Ending::Failed { reason, try_again } = &ending {
            // What was to be caught up is not handled until a run came through it.
            let is_done_with = !try_again && start.look_back_from.is_none();
            let occurrence = is_done_with.then_some(start.occurrence);
            self.bury(start, started_at, occurrence, reason).await;
        } else {
            self.told_blindly().remove(&start.job);
        }
        ending
    }

    async fn pass(&self, pass: &Pass) {
        let what = |record: &mut RunRecord| {
            record.occurrence = record.occurrence.max(Some(pass.occurrence));
            record.missed += pass.missed;
        };
        self.note(&pass.job, self.now(), what).await;
    }
}

impl Office {
    fn told_blindly(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.told_blindly.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn record(&self, job: &str) -> Result<Option<RunRecord>, String> {
        let archive = self.archive()?;
        let record = tokio::time::timeout(PATIENCE, archive.run_record(job)).await;
        record.map_err(|_| NO_ANSWER.to_owned())?.map_err(|error| error_text(&error))
    }

    fn archive(&self) -> Result<Archive, String> {
        stores::archive_for_planning(&self.workspace.settings).map_err(|error| error_text(&error))
    }

    /// Tells of a run that came to nothing, and records it.
    async fn bury(&self, start: &Start, as_of: Timestamp, occurrence: Option<Timestamp>, reason: &str) {
        let job = &start.job;
        let archive = match stores::archive_for_recording(&self.workspace.settings) {
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
        // That the archive does not answer is the last thing to be silent about, and to be told at every try.
        if archive.is_none() && !self.told_blindly().insert(job.clone()) {
            return;
        }
        let aftermath = Aftermath {
            job,
            run_id: "",
            as_of,
            occurrence,
            missed: if occurrence.is_some() { start.missed } else { 0 },
            configured: &self.workspace.channels,
            channels: &self.channels,
            stop: &Stop::new(),
        };
        let told = aftermath.conclude(archive.as_ref(), |before| Situation::of_dead_run(reason, before));
        if tokio::time::timeout(PATIENCE, told).await.is_err() {
            tracing::warn!(job, reason = NO_ANSWER, "the run cannot be recorded");
        }
    }

    /// Changes a job's record. What cannot be recorded is lost to whoever starts the next scheduler, and nothing else.
    async fn note(&self, job: &str, now: Timestamp, change: impl FnOnce(&mut RunRecord)) {
        let noted = async {
            let mut record = self.record(job).await?.unwrap_or_else(|| RunRecord::new(job, "", now));
            change(&mut record);
            let archive = stores::archive_for_recording(&self.workspace.settings).map_err(|e| error_text(&e))?;
            archive.put_run_record(&record).await.map_err(|error| error_text(&error))
        };
        let reason = match tokio::time::timeout(PATIENCE, noted).await {
            Ok(Ok(_)) => return,
            Ok(Err(reason)) => reason,
            Err(_) => NO_ANSWER.to_owned(),
        };
        tracing::warn!(job, reason, "how the run ended cannot be recorded");
    }
}
