//! Ends a run: notifies people and writes the job's record. Failing to do either does not fail the run.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::brief_news::BriefNews;
use super::{AlertChanges, AlertState, Stop, error_text};
use crate::notify::{self, Card, CardOfRun, Channel, Item, Message, Notice};
use coverledger_archive::{Archive, RunRecord, Told};
use coverledger_config::{Topic, Workspace};
use coverledger_core::time::Clock;

/// A run that is over.
#[derive(Debug, Clone, Copy)]
pub struct RunFinalizer<'a> {
    /// The job.
    pub job: &'a str,
    /// The run, as told in its log and its receipts.
    pub run_id: &'a str,
    /// The instant as of which it ran.
    pub as_of: Timestamp,
    /// The scheduled time that it handled, if it handled one.
    pub occurrence: Option<Timestamp>,
    /// Scheduled times that went by since the run before.
    pub missed: u64,
    /// The configuration. What channels that it does not have were notified of is forgotten.
    pub workspace: &'a Workspace,
    /// The channels whose address is known.
    pub channels: &'a [Channel],
    /// What a brief that it published says.
    pub card: Option<&'a Card>,
    /// Once a stop is asked for, nobody is notified: the next run does it.
    pub stop: &'a Stop,
}

impl RunFinalizer<'_> {
    /// Notifies channels of what changed since the run before, whose record `state` is given, and replaces that record.
    /// Without an archive there is no record: every trouble is notified each time.
    ///
    /// A run of an earlier instant than the recorded one notifies nobody and records nothing: it was a look back.
    pub async fn finalize(
        &self,
        archive: Option<&Archive>,
        state: impl FnOnce(Option<&RunRecord>) -> AlertState,
    ) -> Vec<notify::Delivery> {
        let before = match archive {
            Some(archive) => archive.run_record(self.job).await,
            None => Ok(None),
        };
        let before = match before {
            Ok(before) => before,
            Err(error) => {
                // Without it, everybody would be told again, and what was handled would be forgotten.
                let error = error_text(&error);
                tracing::warn!(job = self.job, error, "the last run's record cannot be read: nobody is told");
                return Vec::new();
            }
        };
        if before.as_ref().is_some_and(|before| before.outdates(self.as_of, Clock::System.now())) {
            tracing::info!(job = self.job, "a later run is recorded; this one is not, and nobody is told");
            return Vec::new();
        }
        let state = state(before.as_ref());
        let told_before = before.as_ref().map(|before| before.told.clone()).unwrap_or_default();
        let mut news = BriefNews::of(self.card, before.as_ref(), self.as_of);
        if let Some(archive) = archive
            && news.is_any()
        {
            news.hear_of_others(self.job, self.workspace, archive).await;
        }
        let results = self.notify(&state, &told_before, &news).await;
        if let Some(archive) = archive {
            let mut record = self.record(before.as_ref(), state, &told_before, &results);
            let took = |channel: &str| {
                results
                    .iter()
                    .any(|told| told.channel == channel && told.topic == Topic::Brief && told.result.is_ok())
            };
            news.record(&self.workspace.channels, took, &mut record);
            if let Err(error) = archive.put_run_record(&record).await {
                tracing::warn!(job = self.job, error = error_text(&error), "the run cannot be recorded");
            }
        }
        results
    }

    async fn notify(
        &self,
        state: &AlertState,
        told: &BTreeMap<String, Vec<Told>>,
        news: &BriefNews,
    ) -> Vec<notify::Delivery> {
        let posts: Vec<(&Channel, Vec<Notice>)> = self
            .channels
            .iter()
            .map(|channel| {
                let told = told.get(channel.name()).map_or(&[][..], Vec::as_slice);
                let changes = state.changes(told, |topic| channel.wants(topic));
                let changes = changes.into_iter().map(|change| self.message(change).into());
                // Trouble that nobody of the brief's readers mends comes first.
                let card = news.card_for(channel.name(), channel.language()).map(|card| self.of_run(card));
                (channel, changes.chain(card).collect())
            })
            .collect();
        let results = self.stop.or(notify::send(&posts)).await.unwrap_or_default();
        for notify::Delivery { channel, topic, result } in &results {
            match result {
                Ok(()) => tracing::info!(channel, ?topic, "told"),
                Err(error) => {
                    tracing::warn!(
                        channel,
                        ?topic,
                        error = error_text(error),
                        "nobody was told; the next run tries again"
                    );
                }
            }
        }
        results
    }

    fn message(&self, changes: AlertChanges) -> Message {
        let items = changes.items.into_iter().map(|(market_day, reason)| Item { market_day, reason }).collect();
        let home = &self.workspace.settings.home_timezone;
        Message::new(self.job, self.run_id, self.as_of, home, changes.topic, items)
    }

    /// What has begun since the brief was made is no longer to come.
    fn of_run(&self, card: &Card) -> Notice {
        let card = card.to_come(self.as_of);
        Notice::Brief(CardOfRun {
            job: self.job.to_owned(),
            run_id: self.run_id.to_owned(),
            as_of: self.as_of,
            card,
        })
    }

    fn record(
        &self,
        before: Option<&RunRecord>,
        state: AlertState,
        told: &BTreeMap<String, Vec<Told>>,
        results: &[notify::Delivery],
    ) -> RunRecord {
        let mut record = RunRecord::new(self.job, self.run_id, self.as_of);
        record.occurrence = before.and_then(|before| before.occurrence).max(self.occurrence);
        record.missed = before.map_or(0, |before| before.missed) + self.missed;
        record.schedules = before.map(|before| before.schedules.clone()).unwrap_or_default();
        let schedule = self.workspace.jobs.get(self.job).and_then(|job| job.schedule.as_ref());
        if let (Some(schedule), Some(occurrence)) = (schedule, self.occurrence) {
            let since = if record.schedules.is_empty() { occurrence } else { self.as_of };
            record.follow(schedule.cron.as_str(), schedule.timezone.name(), since);
        }
        let told = self.workspace.channels.iter().map(|(name, channel)| {
            let took = |topic: Topic| {
                results.iter().any(|told| told.channel == *name && told.topic == topic && told.result.is_ok())
            };
            let before = told.get(name).map_or(&[][..], Vec::as_slice);
            (name.clone(), state.notified(before, |topic| channel.tell.contains(&topic), took))
        });
        record.told = told.filter(|(_, told)| !told.is_empty()).collect();
        record.troubles = state.troubles;
        record
    }
}
