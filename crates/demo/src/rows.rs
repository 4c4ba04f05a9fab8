//! The kind of a demo's rows.

use std::fmt;
use std::str::FromStr;

use super::error::DemoError;

/// The kind of an export's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoRows {
    /// One event, or one impression with flags for what followed.
    Events,
    /// Counts of half an hour or an hour by broadcast, cover and audience.
    Counts,
}

impl DemoRows {
    const ALL: [Self; 2] = [Self::Events, Self::Counts];
}

impl fmt::Display for DemoRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Events => "events",
            Self::Counts => "counts",
        })
    }
}

impl FromStr for DemoRows {
    type Err = DemoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|rows| rows.to_string() == text);
        found.ok_or_else(|| DemoError::UnknownRows { found: text.to_owned() })
    }
}
