//! Once a run is over: the job's record is written. Failing to is no reason to fail.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Situation, error_text};
use crate::archive::{Archive, ArchiveError, RunRecord};

/// A run that is over.
#[derive(Debug, Clone, Copy)]
pub struct Aftermath<'a> {
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
    /// The channels that are configured.
    pub channels: &'a [&'a str],
}

impl Aftermath<'_> {
    /// Replaces the record of the run before, of which `situation` is told. A run of an earlier instant than the
    /// recorded one changes nothing: it was a look back.
    pub async fn conclude(&self, archive: &Archive, situation: impl FnOnce(Option<&RunRecord>) -> Situation) {
        if let Err(error) = self.record(archive, situation).await {
            tracing::warn!(job = self.job, error = error_text(&error), "the run cannot be recorded");
        }
    }

    async fn record(
        &self,
        archive: &Archive,
        situation: impl FnOnce(Option<&RunRecord>) -> Situation,
    ) -> Result<(), ArchiveError> {
        let before = archive.run_record(self.job).await?;
        if before.as_ref().is_some_and(|before| before.as_of > self.as_of) {
            tracing::info!(job = self.job, "a later run is recorded; this one is not");
            return Ok(());
        }
        let situation = situation(before.as_ref());
        let mut record = RunRecord::new(self.job, self.run_id, self.as_of);
        if let Some(before) = &before {
            (record.occurrence, record.missed) = (before.occurrence, before.missed);
        }
        record.occurrence = record.occurrence.max(self.occurrence);
        record.missed += self.missed;
        let mut told = before.map(|before| before.told).unwrap_or_default();
        let told = self.channels.iter().map(|channel| {
            let told = told.remove(*channel).unwrap_or_default();
            ((*channel).to_owned(), situation.told(&told, |_| true, |_| false))
        });
        record.told = told.filter(|(_, told)| !told.is_empty()).collect::<BTreeMap<_, _>>();
        record.troubles = situation.troubles;
        archive.put_run_record(&record).await?;
        Ok(())
    }
}
