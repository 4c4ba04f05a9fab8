//! The scheduler's health, as shown over HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::configuration::Found;
use crate::run::Account;

/// How the scheduler is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// When it started.
    pub started_at: Timestamp,
    /// When it last looked whether something is due.
    pub last_look: Timestamp,
    /// Why it is not ready, in words: it is being stopped, or the archive does not answer. `None`: it is ready.
    pub not_ready: Option<String>,
    /// Every job that has a schedule.
    pub jobs: BTreeMap<String, JobHealth>,
    /// What became of the configuration's files.
    pub files: Files,
}

/// What became of the configuration's files since the scheduler started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// How often a changed configuration was taken.
    pub taken: u64,
    /// How often one was refused.
    pub refused: u64,
    /// What is wrong with the files as they are; `None`: they are what is in force.
    pub problems: Option<String>,
}

impl Files {
    pub(super) fn hear(&mut self, found: &Found) {
        match found {
            Found::NothingNew => {}
            Found::Taken { .. } => {
                self.taken += 1;
                self.problems = None;
            }
            Found::Refused { problems } => {
                self.refused += 1;
                self.problems = Some(problems.clone());
            }
            Found::Restored => self.problems = None,
        }
    }
}

/// An event of the scheduler.
#[derive(Debug, Clone)]
pub enum Event {
    /// A run is over.
    RunEnded {
        /// How it ended.
        end: Box<RunEnd>,
        /// When its job runs next.
        next: Option<Timestamp>,
    },
    /// Somebody edited the configuration.
    Files {
        /// What became of it.
        found: Found,
        /// When each job runs next, as far as its record is known.
        next: BTreeMap<String, Option<Timestamp>>,
    },
}

/// How a job is doing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobHealth {
    /// When it runs next, if nothing is missed. `None` while its record could not be read.
    pub next: Option<Timestamp>,
    /// Scheduled times so far at which nothing ran.
    pub missed: u64,
    /// Since when it runs, if it does.
    pub running_since: Option<Timestamp>,
    /// How its last run ended, since the scheduler started.
    pub last: Option<RunEnd>,
    /// What its last run accounted for that gave an account.
    pub account: Option<Account>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// Of which job.
    pub job: String,
    /// The scheduled time that it stood for.
    pub occurrence: Timestamp,
    /// Scheduled times that it stood for and that were missed.
    pub missed: u64,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long it took, by the monotonic clock.
    pub seconds: f64,
    /// How.
    pub ending: Ending,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// It gave an account; its exit code is in there.
    Accounted(Box<Account>),
    /// It gave no account: a panic, a kill, the time limit, an archive that does not answer.
    Failed {
        /// Why, in words.
        reason: String,
        /// Whether it is worth another try soon.
        try_again: bool,
    },
    /// It was ended because the scheduler was told to stop.
    Stopped,
    /// Another scheduler had handled its time by then.
    HandledElsewhere,
}

impl Ending {
    /// The one word for it in metrics and logs: `done`, `incomplete`, `failed`, `stopped` or `elsewhere`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accounted(account) if account.exit_code == 0 => "done",
            Self::Accounted(_) => "incomplete",
            Self::Failed { .. } => "failed",
            Self::Stopped => "stopped",
            Self::HandledElsewhere => "elsewhere",
        }
    }
}
