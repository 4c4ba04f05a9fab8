//! What a run did, for programs: `--output json` prints it, `schedule` reads it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Disposition, OtherConfiguration, RunReport, Unconfigured, error_text};
use crate::notify::Delivery;
use coverledger_archive::{RowCounts, State};
use coverledger_core::model::{MarketDay, Unknown};

const VERSION: u32 = 1;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Shape of this text: 1.
    pub version: u32,
    /// Told in logs and receipts.
    pub run_id: String,
    /// The instant as of which it ran.
    pub as_of: Timestamp,
    /// Every market-day that was looked at.
    pub days: Vec<DayAccount>,
    /// What was decided once they were published; without `config/decisions.yaml` nothing is, and nothing said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<DecisionAccount>,
    /// What became of the library of covers; without `config/library.yaml` there is none, and nothing said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub library: Vec<ShelvedAccount>,
    /// What became of the morning brief; without `config/brief.yaml` there is none, and nothing said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brief: Vec<ShelvedAccount>,
    /// Exports that were read.
    pub exports: u64,
    /// Their rows, by what became of them.
    pub rows: RowCounts,
    /// Bytes that were read of them, those among them that had to be read again.
    pub bytes_read: u64,
    /// Requests to stores that were made again because they failed, or because what came was not what was asked for.
    pub retries: u64,
    /// Bytes that counting put on disk for a while.
    pub spilled_bytes: u64,
    /// Published objects whose current path had to be mended.
    pub mended: u64,
    /// Messages to people, one for each channel and topic that there was something new about.
    pub told: Vec<ToldAccount>,
    /// What the program exits with.
    pub exit_code: u8,
    /// What is published and no configuration knows; where there is nothing of the kind, nothing is said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unconfigured: Vec<UnconfiguredAccount>,
    /// Published market-days outside of what was looked at that another configuration made; nothing is said where there
    /// are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_configuration: Option<OtherConfigurationAccount>,
}

/// Something that is published and no configuration knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnconfiguredAccount {
    /// Of which platform.
    pub platform: String,
    /// In which market; `None` of what its exports tell of themselves.
    pub market: Option<String>,
    /// How many market-days; 0 of what its exports tell of themselves.
    pub market_days: u64,
    /// What the configuration lacks.
    pub reason: String,
}

/// Published market-days of another configuration, and what settles them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherConfigurationAccount {
    /// How many.
    pub days: u64,
    /// The first local date of them.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// The command that makes them anew.
    pub command: String,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldAccount {
    /// To which channel.
    pub channel: String,
    /// About what: `failed`, `held`, `late` or `recovered`.
    pub topic: String,
    /// Why the channel did not take it; `None` if it did.
    pub error: Option<String>,
}

/// What became of one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionAccount {
    /// Of what: `shop/GB/decisions/2026-11-20` or `experiment/red_or_blue/2026-11-20`.
    pub unit: String,
    /// `published`, `current`, `failed`, `unsettled` or `stopped`.
    pub outcome: String,
    /// The newest revision, if it is published.
    pub revision: Option<u64>,
    /// Provisional or final, if it is published.
    pub state: Option<State>,
    /// Why not, if it is not.
    pub reason: Option<String>,
}

/// What became of one part of the library of covers, or of the brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelvedAccount {
    /// Of what: `catalogue`, `library/2026-11-20` or `brief/2026-11-20`, or what was left out.
    pub unit: String,
    /// `published`, `current`, `failed`, `unsettled` or `stopped`.
    pub outcome: String,
    /// The newest revision, if it is published.
    pub revision: Option<u64>,
    /// Why not, if it is not.
    pub reason: Option<String>,
    /// What else there is to say about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl ShelvedAccount {
    fn of(unit: &str, disposition: &Disposition) -> Self {
        Self {
            unit: unit.to_owned(),
            outcome: disposition.word().to_owned(),
            revision: published(disposition).map(|(revision, _)| revision),
            reason: disposition.reason(),
            notes: disposition.notes().to_vec(),
        }
    }
}

/// What became of one market-day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAccount {
    /// Of which platform.
    pub platform: String,
    /// In which market.
    pub market: String,
    /// Which day.
    pub local_date: Date,
    /// When the day ended: what is not published is missing since then.
    pub ended_at: Timestamp,
    /// `published`, `current`, `waiting`, `held`, `failed`, `unsettled`, `elsewhere`, `stopped`, `not over`,
    /// `not begun` or `not asked for`.
    pub outcome: String,
    /// The newest revision, if it is published.
    pub revision: Option<u64>,
    /// Provisional or final, if it is published.
    pub state: Option<State>,
    /// Why not, if it is not.
    pub reason: Option<String>,
    /// Which of its counts are known in part only, and by which rows; of a market-day that this run published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownAccount>,
    /// Clicks without an impression by the same viewer; `None` where it was not counted, or there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan_clicks: Option<u64>,
    /// What else there is to say about it, if it is published; where there is nothing, nothing is written of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Rows of one export that do not say a count which they should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownAccount {
    /// Which count.
    pub count: String,
    /// The key of the export.
    pub object: String,
    /// How many rows do not say it.
    pub rows: u64,
    /// Of how many of the export that count on the day.
    pub of: u64,
    /// The first of them, by their number in the export.
    pub records: Vec<u32>,
}

impl UnknownAccount {
    fn of(unknown: &Unknown) -> Self {
        Self {
            count: unknown.count.word().to_owned(),
            object: unknown.object.clone(),
            rows: unknown.rows,
            of: unknown.of,
            records: unknown.records.clone(),
        }
    }
}

impl Account {
    /// The account of a run as of `as_of`, for which the program exits with `exit_code`.
    #[must_use]
    pub fn of(report: &RunReport, deliveries: &[Delivery], as_of: Timestamp, exit_code: u8) -> Self {
        Self {
            version: VERSION,
            run_id: report.run_id.clone(),
            as_of,
            days: report.days.iter().filter_map(|(day, end)| DayAccount::of(report, day, end)).collect(),
            decisions: report.decisions.iter().map(|(unit, end)| DecisionAccount::of(unit, end)).collect(),
            library: report.library.iter().map(|(unit, end)| ShelvedAccount::of(unit, end)).collect(),
            brief: report.brief.iter().map(|(unit, end)| ShelvedAccount::of(unit, end)).collect(),
            exports: report.exports.len() as u64,
            rows: report.rows(),
            bytes_read: report.exports.iter().map(|export| export.bytes).sum::<u64>() + report.bytes_reread,
            retries: report.retries,
            spilled_bytes: report.spilled_bytes,
            mended: report.mended as u64,
            told: deliveries.iter().map(ToldAccount::of).collect(),
            exit_code,
            unconfigured: report.unconfigured.iter().map(UnconfiguredAccount::of).collect(),
            other_configuration: report.other_configuration.as_ref().map(OtherConfigurationAccount::of),
        }
    }
}

impl UnconfiguredAccount {
    fn of(found: &Unconfigured) -> Self {
        Self {
            platform: found.platform.to_string(),
            market: found.market.as_ref().map(ToString::to_string),
            market_days: found.shown.as_ref().map_or(0, |shown| shown.market_days as u64),
            reason: found.why.clone(),
        }
    }
}

impl OtherConfigurationAccount {
    fn of(other: &OtherConfiguration) -> Self {
        let OtherConfiguration { days, from, to, command } = other.clone();
        Self { days, from, to, command }
    }
}

impl ToldAccount {
    fn of(delivery: &Delivery) -> Self {
        Self {
            channel: delivery.channel.clone(),
            topic: delivery.topic.word().to_owned(),
            error: delivery.result.as_ref().err().map(|error| error_text(error)),
        }
    }
}

impl DecisionAccount {
    fn of(unit: &str, disposition: &Disposition) -> Self {
        let published = published(disposition);
        Self {
            unit: unit.to_owned(),
            outcome: disposition.word().to_owned(),
            revision: published.map(|(revision, _)| revision),
            state: published.map(|(_, state)| state),
            reason: disposition.reason(),
        }
    }
}

fn published(disposition: &Disposition) -> Option<(u64, State)> {
    match disposition {
        Disposition::Published { revision, state, .. } | Disposition::Current { revision, state, .. } => {
            Some((*revision, *state))
        }
        _ => None,
    }
}

impl DayAccount {
    fn of(report: &RunReport, day: &MarketDay, disposition: &Disposition) -> Option<Self> {
        let published = published(disposition);
        Some(Self {
            platform: day.platform.to_string(),
            market: day.market.to_string(),
            local_date: day.local_date,
            ended_at: *report.ends.get(day)?,
            outcome: disposition.word().to_owned(),
            revision: published.map(|(revision, _)| revision),
            state: published.map(|(_, state)| state),
            reason: disposition.reason(),
            unknown: report
                .partly_known()
                .filter(|(of, _)| *of == day)
                .map(|(_, unknown)| UnknownAccount::of(unknown))
                .collect(),
            orphan_clicks: report.orphans.iter().find(|(of, _)| of == day).map(|(_, found)| found.orphans),
            notes: disposition.notes().to_vec(),
        })
    }
}
