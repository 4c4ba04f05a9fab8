//! How fresh the brief is: until when data goes, what is missing, held back or provisional.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PlaceName, Row, Text};

/// How fresh it is, over all places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Freshness {
    /// Every place, in the order of the nights.
    pub places: Vec<PlaceFreshness>,
}

/// How a place stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every local date that is over is published.
    Fresh,
    /// Some are not there yet.
    Late,
    /// Some are held back.
    Held,
    /// Some could not be read.
    Failed,
    /// Nothing was ever published.
    Nothing,
}

/// How fresh a place is: of a row of `advice`.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceFreshness {
    /// Which place.
    pub place: PlaceName,
    /// Its row of `advice`.
    pub row: Row,
    /// How it stands.
    pub state: State,
    /// The last local date that is published.
    pub data_until: Option<Date>,
    /// The last local date that was over when this was made.
    pub over_until: Date,
    /// Local dates that are over and not published.
    pub missing_days: i64,
    /// Local dates of the window that late exports may still change.
    pub provisional_days: i64,
    /// When the last of them is final, as a date on the team's own clock.
    pub final_by: Option<Date>,
    /// Why dates are missing, in a sentence.
    pub reason: Option<Text>,
}
