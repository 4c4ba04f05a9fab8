//! Where a market-day stands.

use std::fmt;

use jiff::Timestamp;

use coverledger_archive::State;

/// Where a market-day stands before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
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
    /// What was counted is published, and its derived tables are to be rendered from that: no export is read.
    ToRender {
        /// Why.
        because: Because,
        /// Where it stands if they cannot be rendered.
        or_else: Box<Standing>,
    },
}

impl Standing {
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
        /// By which; `None` if it was made before there was one.
        from: Option<u32>,
        /// Which is made now.
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
