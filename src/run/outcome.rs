//! How a run ended, market-day by market-day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::notify::Card;
use crate::plan::{DayStatus, PlannedDay};
use coverledger_archive::{RowCounts, State};
use coverledger_core::model::{MarketDay, Unknown};

use super::progress::{Observer, Step};
use super::{Orphans, OtherConfiguration, Starts, Unconfigured};

/// How a market-day ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// It has not ended yet.
    NotOver,
    /// It is due, and was not asked for.
    NotAsked,
    /// What is published is what there is.
    Current {
        /// The newest revision.
        revision: u64,
        /// Whether late exports may still change it.
        state: State,
        /// What else there is to say about it.
        notes: Vec<String>,
    },
    /// A new revision was published.
    Published {
        /// Its number.
        revision: u64,
        /// Whether late exports may still change it.
        state: State,
        /// What else there is to say about it.
        notes: Vec<String>,
    },
    /// It ended before the platform delivered anything.
    NotBegun,
    /// Exports are missing, or not whole.
    Waiting {
        /// Which: paths in backticks, and what lies there instead.
        missing: Vec<String>,
        /// What is not whole, in words.
        incomplete: Vec<String>,
        /// Since when: the end of the day.
        since: Timestamp,
    },
    /// Held back: the data is not good enough, or less than what it would replace.
    Held {
        /// Why.
        reason: String,
    },
    /// It could not be counted or published.
    Failed {
        /// Why.
        reason: String,
    },
    /// The disk did not take what was to be written for it, here or in the archive's folder: nobody can mend that by
    /// looking at exports.
    NoSpace {
        /// Why.
        reason: String,
    },
    /// Another run is at it.
    Elsewhere {
        /// Which, in words.
        by: String,
    },
    /// The run was asked to stop before it came to it.
    Stopped,
    /// Others published at the same time, or whether it was published is not known.
    Unsettled {
        /// Why.
        reason: String,
    },
}

impl Disposition {
    /// The one word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotOver => "not over",
            Self::NotAsked => "not asked for",
            Self::Current { .. } => "current",
            Self::Published { .. } => "published",
            Self::NotBegun => "not begun",
            Self::Waiting { .. } => "waiting",
            Self::Held { .. } => "held",
            Self::Failed { .. } | Self::NoSpace { .. } => "failed",
            Self::Elsewhere { .. } => "elsewhere",
            Self::Stopped => "stopped",
            Self::Unsettled { .. } => "unsettled",
        }
    }

    /// Why nothing was published, in words.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Waiting { missing, incomplete, since } if incomplete.is_empty() => {
                Some(format!("{}, missing since {since}", waits_for(missing, incomplete)))
            }
            Self::Waiting { missing, incomplete, since } => {
                Some(format!("{}, since {since}", waits_for(missing, incomplete)))
            }
            Self::Held { reason }
            | Self::Failed { reason }
            | Self::NoSpace { reason }
            | Self::Unsettled { reason } => Some(reason.clone()),
            Self::Elsewhere { by } => Some(format!("{by} is at work on it")),
            Self::Stopped => Some("the run was asked to stop".to_owned()),
            Self::NotOver | Self::NotAsked | Self::NotBegun | Self::Current { .. } | Self::Published { .. } => {
                None
            }
        }
    }

    /// What there is to say about a market-day that is published.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match self {
            Self::Current { notes, .. } | Self::Published { notes, .. } => notes,
            _ => &[],
        }
    }

    /// What a market-day that is not due ends as.
    #[must_use]
    pub fn of(day: &PlannedDay) -> Option<Self> {
        Some(match &day.status {
            DayStatus::Due(_) | DayStatus::ToRender { .. } => return None,
            DayStatus::NotOver => Self::NotOver,
            DayStatus::NotBegun => Self::NotBegun,
            DayStatus::NotAsked(_) => Self::NotAsked,
            DayStatus::Waiting { missing, incomplete, since } => {
                Self::Waiting { missing: missing.clone(), incomplete: incomplete.clone(), since: *since }
            }
            DayStatus::Current { revision, state } => {
                Self::Current { revision: *revision, state: *state, notes: day.notes.clone() }
            }
            DayStatus::Held { reason } => Self::Held { reason: reason.clone() },
            DayStatus::Unreadable { reason } => Self::Failed { reason: reason.clone() },
        })
    }
}

/// What a market-day waits for: exports that are not there, and what is there and is not whole.
#[must_use]
pub fn waits_for(missing: &[String], incomplete: &[String]) -> String {
    let missing = (!missing.is_empty()).then(|| format!("no export at {}", missing.join(", ")));
    missing.into_iter().chain(incomplete.iter().cloned()).collect::<Vec<_>>().join("; ")
}

/// What became of one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOutcome {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// Its records, by what became of them; none if it could not be read.
    pub rows: RowCounts,
    /// Whether they are told apart by an `event_id`; rows of counts and of covers are not.
    pub has_event_ids: bool,
    /// Why it could not be read.
    pub failure: Option<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunReport {
    /// Told in logs and receipts.
    pub run_id: String,
    /// Every market-day that was looked at.
    pub days: Vec<(MarketDay, Disposition)>,
    /// When each of them ended or will end.
    pub ends: BTreeMap<MarketDay, Timestamp>,
    /// What was decided at its end: of which platform and market or which experiment as of when, and how that ended.
    pub decisions: Vec<(String, Disposition)>,
    /// What became of the library of covers: of which part of it, and how that ended; empty without one.
    pub library: Vec<(String, Disposition)>,
    /// What became of the morning brief; empty without one.
    pub brief: Vec<(String, Disposition)>,
    /// Every export that was read; one that fed two batches is here twice.
    pub exports: Vec<ExportOutcome>,
    /// Bytes that counting put on disk for a while.
    pub spilled_bytes: u64,
    /// Published objects whose current path had to be mended.
    pub mended: usize,
    /// Requests to stores that were made again because they failed.
    pub retries: u64,
    /// Bytes of exports that a bucket served in vain: they were read again.
    pub bytes_reread: u64,
    /// What is published and no configuration knows.
    pub unconfigured: Vec<Unconfigured>,
    /// Published market-days that were not looked at and that are of another configuration than those that were.
    pub other_configuration: Option<OtherConfiguration>,
    /// Market-days that were counted, of which a count is known in part only, with the rows that leave it out.
    pub unknown: Vec<(MarketDay, Vec<Unknown>)>,
    /// Market-days that were counted, with clicks that have no impression.
    pub orphans: Vec<(MarketDay, Orphans)>,
    /// Market-days of sources of quality that were counted, with how many views began.
    pub starts: Vec<(MarketDay, Starts)>,
    /// Published market-days of which more starts were slow than may be, each with how many.
    pub slow_starts: BTreeMap<MarketDay, String>,
    /// What the brief of the newest night says, if this run published a revision of it.
    pub card: Option<Card>,
}

fn undone(ends: &[(String, Disposition)]) -> Vec<(&str, String)> {
    let is_bad = |end: &Disposition| matches!(end.word(), "failed" | "unsettled");
    let ends = ends.iter().filter(|(_, end)| is_bad(end));
    ends.map(|(what, end)| (what.as_str(), end.reason().unwrap_or_default())).collect()
}

impl RunReport {
    /// What of the published market-days is known in part only.
    pub fn partly_known(&self) -> impl Iterator<Item = (&MarketDay, &Unknown)> {
        let published = self.days.iter().filter(|(_, end)| matches!(end, Disposition::Published { .. }));
        let published: BTreeSet<&MarketDay> = published.map(|(day, _)| day).collect();
        let days = self.unknown.iter().filter(move |(day, _)| published.contains(day));
        days.flat_map(|(day, unknown)| unknown.iter().map(move |unknown| (day, unknown)))
    }

    /// How many market-days ended as this word.
    #[must_use]
    pub fn count(&self, word: &str) -> usize {
        self.days.iter().filter(|(_, disposition)| disposition.word() == word).count()
    }

    /// Whether a stop left anything undone.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let days = self.days.iter().map(|(_, end)| end);
        let afterwards = self.decisions.iter().chain(&self.library).chain(&self.brief).map(|(_, end)| end);
        days.chain(afterwards).any(|end| *end == Disposition::Stopped)
    }

    /// What could not be decided, and why.
    #[must_use]
    pub fn undecided(&self) -> Vec<(&str, String)> {
        undone(&self.decisions)
    }

    /// What of the library of covers and of the brief could not be brought up to date, and why.
    #[must_use]
    pub fn unshelved(&self) -> Vec<(&str, String)> {
        [undone(&self.library), undone(&self.brief)].concat()
    }

    /// Ends what nothing was said of: a stop was asked for before it came to it.
    pub(super) fn leave_rest(&mut self, now: Timestamp, observer: Observer<'_>) {
        let told: BTreeSet<&MarketDay> = self.days.iter().map(|(day, _)| day).collect();
        let rest = self.ends.iter().filter(|(day, _)| !told.contains(day));
        let rest: Vec<_> = rest
            .map(|(day, end)| (day.clone(), if *end > now { Disposition::NotOver } else { Disposition::Stopped }))
            .collect();
        for (market_day, disposition) in &rest {
            observer(&Step::Done { market_day, disposition });
        }
        self.days.extend(rest);
    }

    /// The records of all exports that were read, by what became of them.
    #[must_use]
    pub fn rows(&self) -> RowCounts {
        self.exports.iter().fold(RowCounts::default(), |sum, export| RowCounts {
            rows_in: sum.rows_in + export.rows.rows_in,
            counted: sum.counted + export.rows.counted,
            duplicate: sum.duplicate + export.rows.duplicate,
            outside: sum.outside + export.rows.outside,
            rejected: sum.rejected + export.rows.rejected,
        })
    }
}
