//! The record of a job's last run: the scheduled times it handled, its problems, and the notifications that were sent.
//!
//! One object a job, replaced by each later run. No number depends on it: without it, a scheduler starts with the next
//! scheduled time, and notifications are sent again.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::{Archive, ArchiveError};
use coverledger_core::model::MarketDay;
use coverledger_core::time::Clock;
use coverledger_store::{StoreError, StoreProblem};

const VERSION: u32 = 1;
/// How much later than now a record may be and still count as one of the present: a clock may have been set back.
const BELIEVED_AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// What is known of a job from its last run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this file's format: 1.
    pub version: u32,
    /// The job.
    pub job: String,
    /// The id of the last run, as in its log and its receipts.
    pub run_id: String,
    /// The instant as of which it ran.
    pub as_of: Timestamp,
    /// The latest scheduled time that was handled, `None` if none ever was.
    pub occurrence: Option<Timestamp>,
    /// Scheduled times so far at which nothing ran.
    pub missed: u64,
    /// The schedules for times that are not handled yet, the oldest first. Empty if unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<RecordedSchedule>,
    /// Its problems when it ended.
    pub troubles: Vec<Trouble>,
    /// The problems that each channel was notified of and that are not over yet, by the channel's name.
    pub told: BTreeMap<String, Vec<Told>>,
    /// The brief that each channel was told last, by the channel's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub briefs: BTreeMap<String, ToldBrief>,
    /// The card of a brief that not every channel has taken: the next run tries again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold_card: Option<serde_json::Value>,
}

/// A brief that a channel was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToldBrief {
    /// As of which date it was.
    pub as_of: Date,
    /// Which revision of it; 0 where an earlier release told it.
    #[serde(default)]
    pub revision: u64,
    /// The SHA-256 of what was said of it.
    pub sha256: String,
}

/// A schedule and the instant after which its times count. A cron line that is edited today misses nothing of yesterday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedSchedule {
    /// Its cron expression, as written.
    pub cron: String,
    /// The IANA zone of its clock.
    pub timezone: String,
    /// Its times count after this instant, until the next schedule begins.
    pub since: Timestamp,
}

/// A problem at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trouble {
    /// The market-day; `None`, and without its three keys, for a problem of the run itself.
    #[serde(flatten)]
    pub market_day: Option<MarketDay>,
    /// The kind of problem.
    pub topic: TroubleTopic,
    /// The reason, in words.
    pub reason: String,
}

/// A problem that a channel was notified of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// The market-day; `None`, and without its three keys, for a problem of the run itself.
    #[serde(flatten)]
    pub market_day: Option<MarketDay>,
    /// The kind of problem.
    pub topic: TroubleTopic,
}

/// The kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleTopic {
    /// It failed.
    Failed,
    /// It is held back.
    Held,
    /// It waits for exports longer than `late_after`.
    Late,
    /// It is published, and more views began late than its source of quality allows.
    SlowStarts,
}

impl RunRecord {
    /// The record of a job that has never run: nothing handled, missed or notified.
    #[must_use]
    pub fn new(job: &str, run_id: &str, as_of: Timestamp) -> Self {
        Self {
            version: VERSION,
            job: job.to_owned(),
            run_id: run_id.to_owned(),
            as_of,
            occurrence: None,
            missed: 0,
            schedules: Vec::new(),
            troubles: Vec::new(),
            told: BTreeMap::new(),
            briefs: BTreeMap::new(),
            untold_card: None,
        }
    }

    /// Adds the schedule that is in force, if it differs from the last one; its times then count after `since`. Schedules whose
    /// times are all handled are removed.
    pub fn follow(&mut self, cron: &str, timezone: &str, since: Timestamp) {
        if !self.schedules.last().is_some_and(|last| last.cron == cron && last.timezone == timezone) {
            self.schedules.push(RecordedSchedule { cron: cron.to_owned(), timezone: timezone.to_owned(), since });
        }
        let is_handled = |next: &&RecordedSchedule| self.occurrence.is_some_and(|handled| next.since <= handled);
        let handled = self.schedules.iter().skip(1).take_while(is_handled).count();
        self.schedules.drain(..handled);
    }

    /// Whether a run as of an instant looks back, so that this later record is kept.
    ///
    /// A run of the present replaces a record of the future, which comes from `--at` or from a wrong clock. Otherwise nothing
    /// would be recorded, and no notifications sent, until that instant.
    #[must_use]
    pub fn outdates(&self, as_of: Timestamp, now: Timestamp) -> bool {
        let is_of_the_future = now.duration_until(self.as_of) > BELIEVED_AHEAD && as_of <= now;
        self.as_of > as_of && !is_of_the_future
    }

    /// The file. The same record is the same bytes.
    fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Archive {
    /// The record of a job's last run, `None` if there is none. One that cannot be read is ignored, with
    /// a warning in the log.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn run_record(&self, job: &str) -> Result<Option<RunRecord>, ArchiveError> {
        let key = Key::RunRecord(job).path();
        let Some(bytes) = self.note_at(&key).await? else { return Ok(None) };
        let unreadable = match serde_json::from_slice::<RunRecord>(&bytes) {
            Ok(record) if record.version == VERSION && record.job == job => return Ok(Some(record)),
            Ok(record) => format!("it is of job `{}` and has version {}", record.job, record.version),
            Err(error) => error.to_string(),
        };
        tracing::warn!(key, unreadable, "the record of a job's last run cannot be read and is taken for none");
        Ok(None)
    }

    /// Puts a job's record, unless the recorded run is of a later instant. Returns whether this record was put.
    ///
    /// # Errors
    /// The store fails.
    pub async fn put_run_record(&self, record: &RunRecord) -> Result<bool, ArchiveError> {
        let recorded = self.run_record(&record.job).await?;
        if recorded.as_ref() == Some(record) {
            return Ok(true);
        }
        if recorded.is_some_and(|recorded| recorded.outdates(record.as_of, Clock::System.now())) {
            return Ok(false);
        }
        let key = Key::RunRecord(&record.job).path();
        let bytes = record.to_bytes().map_err(|error| StoreError {
            store: self.store.name().to_owned(),
            action: "put",
            key: key.clone(),
            problem: StoreProblem::Other(error.to_string()),
        })?;
        self.store.put(&key, Bytes::from(bytes)).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use object_store::memory::InMemory;

    use super::*;
    use coverledger_core::model::{MarketId, PlatformId};
    use coverledger_store::Store;

    fn archive() -> Archive {
        Archive::for_reading(Store::over(Arc::new(InMemory::new()), "team", "memory").unwrap())
    }

    fn record(run_id: &str, as_of: &str) -> RunRecord {
        let market_day = Some(MarketDay {
            platform: PlatformId::new("youtube"),
            market: MarketId::new("JP"),
            local_date: date(2026, 11, 21),
        });
        let mut record = RunRecord::new("nightly", run_id, as_of.parse().unwrap());
        record.occurrence = Some("2026-11-22T03:30:00Z".parse().unwrap());
        record.missed = 2;
        record.schedules = vec![RecordedSchedule {
            cron: "30 3 * * *".into(),
            timezone: "UTC".into(),
            since: "2026-11-20T09:00:00Z".parse().unwrap(),
        }];
        record.troubles = vec![
            Trouble { market_day: None, topic: TroubleTopic::Failed, reason: "it hung".into() },
            Trouble { market_day: market_day.clone(), topic: TroubleTopic::Late, reason: "no export".into() },
        ];
        record.told = BTreeMap::from([("ops".into(), vec![Told { market_day, topic: TroubleTopic::Late }])]);
        let brief = ToldBrief { as_of: date(2026, 11, 21), revision: 2, sha256: "ab".repeat(32) };
        record.briefs = BTreeMap::from([("ops".into(), brief)]);
        record.untold_card = Some(serde_json::json!({"as_of": "2026-11-21"}));
        record
    }

    #[tokio::test]
    async fn a_record_is_read_back_as_it_was_put() {
        let archive = archive();
        assert_eq!(archive.run_record("nightly").await.unwrap(), None);
        let record = record("a", "2026-11-22T03:30:05Z");
        assert!(archive.put_run_record(&record).await.unwrap());
        assert_eq!(archive.run_record("nightly").await.unwrap(), Some(record));
        assert_eq!(archive.run_record("hourly").await.unwrap(), None);
        let text = archive.store.get("_runs/nightly.json").await.unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(json["troubles"][1]["local_date"], "2026-11-21");
        assert_eq!(json["troubles"][0].as_object().unwrap().len(), 2);
        assert_eq!(json["told"]["ops"][0]["topic"], "late");
    }

    #[test]
    fn a_look_ahead_does_not_silence_the_runs_of_the_present() {
        let at = |at: &str| -> Timestamp { at.parse().unwrap() };
        let (of_2030, now) = (record("a", "2030-01-01T00:00:00Z"), at("2026-11-23T03:30:00Z"));
        assert!(!of_2030.outdates(now, now));
        assert!(of_2030.outdates(at("2029-01-01T00:00:00Z"), now), "two looks ahead");
        assert!(of_2030.outdates(now, at("2030-01-02T00:00:00Z")), "a look back");
        assert!(!of_2030.outdates(at("2031-01-01T00:00:00Z"), now));
        assert!(of_2030.outdates(now, at("2029-12-31T23:30:00Z")), "a clock that was set back a little");
    }

    #[tokio::test]
    async fn a_run_of_an_earlier_instant_does_not_replace_it() {
        let archive = archive();
        let (earlier, later) = (record("a", "2026-11-22T03:30:05Z"), record("b", "2026-11-23T03:30:05Z"));
        assert!(archive.put_run_record(&later).await.unwrap());
        assert!(!archive.put_run_record(&earlier).await.unwrap());
        assert_eq!(archive.run_record("nightly").await.unwrap(), Some(later.clone()));
        let again = RunRecord { run_id: "c".into(), ..later };
        assert!(archive.put_run_record(&again).await.unwrap());
        assert_eq!(archive.run_record("nightly").await.unwrap(), Some(again));
    }

    #[tokio::test]
    async fn an_unreadable_record_is_as_good_as_none() {
        let archive = archive();
        let whole = record("a", "2026-11-22T03:30:05Z");
        let newer = RunRecord { version: 2, ..whole.clone() };
        for text in [b"{\"version\": 1".to_vec(), newer.to_bytes().unwrap()] {
            archive.store.put("_runs/nightly.json", text.into()).await.unwrap();
            assert_eq!(archive.run_record("nightly").await.unwrap(), None);
        }
        assert!(archive.put_run_record(&whole).await.unwrap());
        assert_eq!(archive.run_record("nightly").await.unwrap(), Some(whole));
    }
}
