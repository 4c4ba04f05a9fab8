//! The status of a market-day.

use std::fmt;

use jiff::Timestamp;

use coverledger_archive::State;

/// The status of a market-day before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayStatus {
    /// It has not ended yet.
    NotOver,
    /// It ended before the platform's first delivery.
    NotBegun,
    /// Exports that it requires are missing or incomplete.
    Waiting {
        /// The missing paths in backticks, with similar names that are there.
        missing: Vec<String>,
        /// What is incomplete, in words.
        incomplete: Vec<String>,
        /// Since when: the end of the day.
        since: Timestamp,
    },
    /// Its newest revision was made from the present inputs.
    Current {
        /// The revision.
        revision: u64,
        /// Whether late exports may still change it.
        state: State,
    },
    /// The present inputs are less than those of its newest revision.
    Held {
        /// The reason, in words.
        reason: String,
    },
    /// Unknown: the receipts of its market cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// It is due, but not part of the selection.
    NotAsked(Because),
    /// It has to be processed.
    Due(Because),
    /// What was counted is published, and its derived tables are to be rendered from that: no export is read.
    ToRender {
        /// Why.
        because: Because,
        /// Where it stands if they cannot be rendered.
        or_else: Box<DayStatus>,
    },
}

impl DayStatus {
    /// Where it stands if its derived tables are not rendered from the archive.
    #[must_use]
    pub fn by_its_exports(&self) -> &Self {
        if let Self::ToRender { or_else, .. } = self { or_else } else { self }
    }
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
        /// That version; `None` if it was made before numbers had a version.
        from: Option<u32>,
        /// The present version.
        to: u32,
    },
    /// The tables that are derived from what was counted were made by another version.
    DerivedChanged {
        /// By which; `None` if they were made before there was one.
        from: Option<u32>,
        /// Which is made now.
        to: u32,
    },
    /// Its settle time is over and its newest revision is provisional.
    Settled,
    /// Published bytes are lost and can only be made again from its exports.
    Lost,
    /// All market-days were selected (`--reprocess all`).
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
            Self::DerivedChanged { from: Some(from), to } => {
                return write!(f, "derived tables made by version {from}, now {to}");
            }
            Self::DerivedChanged { from: None, to } => {
                return write!(f, "derived tables made before numbers had a version, now {to}");
            }
            Self::Settled => "settled since",
            Self::Lost => "published bytes are lost",
            Self::Asked => "asked for",
        })
    }
}
