//! Did earlier advice pay: rows of `advice_log`.

use jiff::civil::Date;

use super::{Action, Interval, PlaceName, Row, Text};

/// What became of earlier advice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AdviceLog {
    /// The newest first.
    pub past: Vec<PastAdvice>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was followed, and the rate rose beyond chance.
    Paid,
    /// It was followed, and the rate fell beyond chance.
    DidNotPay,
    /// It was followed, and nothing is certain yet.
    TooEarly,
    /// Another cover was on air.
    NotFollowed,
    /// Nothing was on air since.
    NothingSince,
}

/// A past advice: a row of `advice_log`.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAdvice {
    /// Which place.
    pub place: PlaceName,
    /// Its row of `advice_log`.
    pub row: Row,
    /// As of which date it was first given.
    pub advised_on: Date,
    /// As of which date it was last given.
    pub advised_until: Date,
    /// What was advised.
    pub action: Action,
    /// The cover.
    pub cover_id: Option<String>,
    /// Instead of which.
    pub instead_of: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was expected: ratio − 1.
    pub expected: Interval,
    /// What came: the rate since ÷ before, − 1.
    pub since: Interval,
    /// In words.
    pub reason: Text,
}
