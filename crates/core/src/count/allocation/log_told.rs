//! What a log of covers leaves open on a market-day: two covers at once, and rows for which it has none.

use std::collections::BTreeMap;

use super::airtime::{Airtime, Attribution};
use super::names::Names;
use crate::model::CountRow;

/// Logs are kept by hand: less is no gap.
const LEAST_GAP_US: i64 = 60_000_000;

/// What the logs of a market-day leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTold {
    /// Time in which a log says two covers of a broadcast at once, in the order of broadcasts and of time.
    pub overlaps: Vec<Overlap>,
    /// Rows of counts for which no log says a cover, by broadcast.
    pub without: BTreeMap<String, Without>,
}

/// Two covers at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap {
    /// In which broadcast.
    pub broadcast: String,
    /// Its first instant (microseconds since 1970, UTC).
    pub from_us: i64,
    /// The first instant after it.
    pub until_us: i64,
    /// Which covers, sorted.
    pub covers: [String; 2],
}

/// Rows of a broadcast in time without a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Without {
    /// How many.
    pub rows: u64,
    /// The first such instant (microseconds since 1970, UTC).
    pub from_us: i64,
    /// The last.
    pub until_us: i64,
    /// Whether the log has anything of the broadcast.
    pub is_in_log: bool,
}

/// While a market-day is allocated, by the numbers of broadcasts.
#[derive(Debug, Default)]
pub(super) struct Telling {
    overlaps: Vec<(u32, i64, i64, [u32; 2])>,
    without: BTreeMap<u32, Without>,
}

impl Telling {
    /// Takes what a log says of a broadcast on a day (microseconds since 1970, UTC).
    pub(super) fn log(&mut self, broadcast: u32, airtime: &Airtime, (day_start, day_end): (i64, i64)) {
        let of_day = airtime.overlaps().filter(|(start, end, _)| *start < day_end && *end > day_start);
        self.overlaps.extend(of_day.map(|(start, end, covers)| (broadcast, start, end, covers)));
    }

    /// Takes a row that leaves its cover to the log.
    pub(super) fn row(
        &mut self,
        broadcast: u32,
        row: &CountRow,
        attribution: &Attribution,
        log: Option<&Airtime>,
    ) {
        let open = match (attribution.cover, log) {
            (None, _) => Some((row.start_us, row.end_us)),
            (Some(_), Some(log)) => log.gap_within(row.start_us, row.end_us, LEAST_GAP_US),
            (Some(_), None) => None,
        };
        let Some((from_us, until_us)) = open else { return };
        let without = self.without.entry(broadcast).or_insert(Without {
            rows: 0,
            from_us,
            until_us,
            is_in_log: log.is_some(),
        });
        without.rows += 1;
        without.from_us = without.from_us.min(from_us);
        without.until_us = without.until_us.max(until_us);
    }

    pub(super) fn finish(self, names: &Names<'_>) -> LogTold {
        let name = |number: u32| names.name(number).to_string();
        let overlaps = self.overlaps.into_iter().map(|(broadcast, from_us, until_us, covers)| {
            let mut covers = covers.map(name);
            covers.sort();
            Overlap { broadcast: name(broadcast), from_us, until_us, covers }
        });
        let mut overlaps: Vec<Overlap> = overlaps.collect();
        overlaps.sort();
        let without = self.without.into_iter().map(|(broadcast, without)| (name(broadcast), without));
        LogTold { overlaps, without: without.collect() }
    }
}
