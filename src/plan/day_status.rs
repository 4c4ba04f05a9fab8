//! The status of a market-day in a plan.

use std::fmt;

use jiff::Timestamp;

use coverledger_archive::State;

/// The status of a market-day before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayStatus {
    /// It has not ended yet.
    NotOver,
    /// It ended before the platform delivered anything.
    NotBegun,
    /// Exports that it cannot do without are not there, or not whole.
    Waiting {
        /// Which: paths in backticks, and what lies there instead.
        missing: Vec<String>,
        /// What is not whole, in words.
        incomplete: Vec<String>,
        /// Since when: the end of the day.
        since: Timestamp,
    },
    /// Its newest revision was made from what is there now.
    Current {
        /// The revision.
        revision: u64,
        /// Whether late exports may still change it.
        state: State,
    },
    /// What is there is less than what its newest revision was made from.
    Held {
        /// In words.
        reason: String,
    },
    /// Nothing can be said: the receipts of its market cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// It is due, and not among what was asked for.
    NotAsked(Because),
    /// It has to be worked on.
    Due(Because),
}

/// Why a market-day is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// No revision yet.
    NeverPublished,
    /// Exports, configuration or time-zone data differ from its newest revision's.
    InputsChanged,
    /// Its newest revision was made by another version of the numbers.
    NumbersChanged {
        /// By which; `None` if it was made before there was one.
        from: Option<u32>,
        /// Which is made now.
        to: u32,
    },
    /// Its settle time is over and its newest revision is provisional.
    Settled,
    /// Published bytes are lost, and only its exports can bring them back.
    Lost,
    /// Somebody asked for all.
    Asked,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverPublished => "never published",
            Self::InputsChanged => "inputs changed",
            Self::NumbersChanged { from: Some(from), to } => {
                return write!(f, "made by numbers version {from}, now {to}");
            }
            Self::NumbersChanged { from: None, to } => {
                return write!(f, "made before numbers had a version, now {to}");
            }
            Self::Settled => "settled since",
            Self::Lost => "published bytes are lost",
            Self::Asked => "asked for",
        })
    }
}
