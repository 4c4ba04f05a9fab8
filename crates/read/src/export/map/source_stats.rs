//! Statistics of the records of an export: their times, markets and prints. They show whether a file belongs to the day
//! and market that its path says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::hosts::Hosts;
use super::prints::Prints;
use coverledger_config::CountRows;
use coverledger_core::model::{CountTable, Figures};

/// Names of other markets that are kept; of more, only the fact is kept.
const MOST_NAMED: usize = 5;
/// A longer word is the name of no market.
const LONGEST_NAME_BYTES: usize = 16;

/// Times, markets and prints of the records of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceStats {
    /// Records that carry information: events, or rows with a count other than zero. None in a log of covers, which may
    /// be the same day after day.
    pub records: u64,
    /// Their first and their last instant (microseconds since 1970, UTC). `None` without records, and where the path
    /// of the object says when they were.
    pub span_us: Option<(i64, i64)>,
    /// Prints that show which records are in another export too; `None` for counts, and where event ids do the same.
    pub prints: Option<Prints>,
    /// The same over all rows of counts, those of zeros included: such a row says that nothing happened.
    pub(super) rows_us: Option<(i64, i64)>,
    /// From the first instant of a record that was taken to the last: of a leave from when the room was entered.
    taken_us: Option<(i64, i64)>,
    /// The hours in which those records happened, since 1970.
    hours: Hours,
    /// Markets that the configuration does not know.
    pub other_markets: OtherMarkets,
    /// Records of which no market-day reads the object.
    pub beyond: Beyond,
    /// Whose rooms its broadcasts are, where a column says it.
    pub hosts: Hosts,
}

/// Sound records of market-days that do not read their object: each is a reject, `beyond_reach`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beyond {
    /// How many.
    pub records: u64,
    /// From the first instant to the last at which they count (microseconds since 1970, UTC): of a leave that is when
    /// the room was entered.
    pub span_us: Option<(i64, i64)>,
    /// Those of them that happened on a day that reads the object, and count on one that does not: long stays.
    pub long_stays: u64,
}

impl Beyond {
    /// Takes a record that counts from one instant to another, both included.
    pub(super) fn record(&mut self, (first_us, last_us): (i64, i64), is_long_stay: bool) {
        self.records += 1;
        self.long_stays += u64::from(is_long_stay);
        self.span_us = Some(joined(self.span_us, (first_us, last_us)));
    }
}

/// A span that reaches as far as another, too.
fn joined(span_us: Option<(i64, i64)>, (first_us, last_us): (i64, i64)) -> (i64, i64) {
    span_us.map_or((first_us, last_us), |(first, last)| (first.min(first_us), last.max(last_us)))
}

/// Words in the market column that the configuration does not know.
///
/// Only a few short ones are kept: a file for another market has one or two of them, a column of something else, of
/// viewers even, has thousands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OtherMarkets {
    /// Records of them.
    pub records: u64,
    named: BTreeSet<String>,
    are_more: bool,
}

impl SourceStats {
    /// Adds a record with its instant.
    pub(super) fn record(&mut self, at_us: i64) {
        self.records += 1;
        self.span_us = Some(joined(self.span_us, (at_us, at_us)));
    }

    /// Adds a record that was not rejected, with the instants at which it counts and happened.
    pub(super) fn taken(&mut self, credited_us: i64, occurred_us: i64) {
        self.taken_us = Some(joined(self.taken_us, (credited_us, occurred_us)));
        self.hours.add(occurred_us);
        if credited_us < occurred_us {
            self.hours.add(credited_us);
        }
    }

    /// Whether any record that was taken is of a stretch of time, to the hour; of rows of counts, which cover more than their
    /// beginning, that is taken for granted.
    #[must_use]
    pub fn has_records_within(&self, (first_us, last_us): (i64, i64)) -> bool {
        self.rows_us.is_some() || self.hours.any_within(first_us, last_us)
    }

    /// Adds a row of counts.
    pub(super) fn row(&mut self, (first_us, last_us): (i64, i64), figures: &Figures) {
        self.rows_us = Some(joined(self.rows_us, (first_us, last_us)));
        if figures.says_something() {
            self.records += 1;
            self.span_us = Some(joined(self.span_us, (first_us, last_us)));
        }
    }

    /// Adds a page of counts.
    pub(in crate::export) fn page(&mut self, rows: &CountRows, page: &CountTable) {
        for row in &page.rows {
            self.row((row.start_us, row.end_us - 1), &row.figures);
        }
        self.span_us = self.span_us.filter(|_| !rows.period.is_in_path());
    }

    /// The stretch of time that the records which were taken speak of, from its first instant to its last: also of the
    /// entry that a leave tells of, on whose day it counts.
    #[must_use]
    pub fn covered_us(&self) -> Option<(i64, i64)> {
        self.rows_us.or(self.taken_us)
    }
}

/// Hours with records: as many as a year has; of more, it is only known that there are more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Hours {
    known: BTreeSet<i64>,
    newest: Option<i64>,
    are_more: bool,
}

const HOUR_US: i64 = 3_600_000_000;
const MOST_HOURS: usize = 24 * 366;

impl Hours {
    fn add(&mut self, at_us: i64) {
        let hour = at_us.div_euclid(HOUR_US);
        // Most records are of the same hour as the one before.
        if self.newest == Some(hour) {
            return;
        }
        self.newest = Some(hour);
        if self.known.len() < MOST_HOURS {
            self.known.insert(hour);
        } else {
            self.are_more |= !self.known.contains(&hour);
        }
    }

    fn any_within(&self, first_us: i64, last_us: i64) -> bool {
        let hours = first_us.div_euclid(HOUR_US)..=last_us.div_euclid(HOUR_US);
        self.are_more || self.known.range(hours).next().is_some()
    }
}

impl OtherMarkets {
    pub(super) fn add(&mut self, word: &str) {
        let is_name = word.len() <= LONGEST_NAME_BYTES && !word.trim().is_empty();
        if self.named.len() < MOST_NAMED && is_name {
            self.named.insert(word.trim().to_owned());
        } else if !self.named.contains(word.trim()) {
            self.are_more = true;
        }
    }

    /// Their names, quoted; `None` if there are none, or too many to be the names of markets.
    #[must_use]
    pub fn named(&self) -> Option<String> {
        let names: Vec<String> = self.named.iter().map(|name| format!("`{name}`")).collect();
        (!names.is_empty() && !self.are_more).then(|| names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_short_words_are_markets_and_many_are_something_else() {
        let mut markets = OtherMarkets::default();
        assert_eq!(markets.named(), None);
        for word in ["FR", "DE", "FR "] {
            markets.add(word);
        }
        assert_eq!(markets.named().as_deref(), Some("`DE`, `FR`"));
        for word in ["v1", "v2", "v3", "v4"] {
            markets.add(word);
        }
        assert_eq!(markets.named(), None);
        let mut long = OtherMarkets::default();
        long.add("7651424342342342342");
        assert_eq!(long.named(), None);
    }

    #[test]
    fn a_span_goes_from_the_first_instant_to_the_last_in_any_order() {
        let mut stats = SourceStats::default();
        for at_us in [5, -3, 4] {
            stats.record(at_us);
        }
        assert_eq!((stats.records, stats.span_us), (3, Some((-3, 5))));
    }
}
