//! Counts the true events in the simplest way: one pass, a map of cells and a map of first touches.
//!
//! It sees the events before they are written to files: no row is late, repeated or broken. So its counts are independent of
//! the engine's, and the two can be compared.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::DemoError;
use crate::plan::Broadcast;
use crate::platform::Rows;
use crate::row::{Event, Row};
use crate::world::MARKETS;
use coverledger_core::model::{Count, Counts};

const HALF_HOUR_MS: i64 = 30 * 60 * 1000;

/// An entry that lasts at least this long is a stay; the configuration says so too.
const STAY_SECONDS: u32 = 60;

/// The key of a row of counts, in the order of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RowKey {
    pub(super) start_ms: i64,
    pub(super) market: usize,
    /// The number of the broadcast.
    pub(super) broadcast: u64,
    pub(super) cover: usize,
    pub(super) gender: usize,
    pub(super) age: usize,
}

/// The counts of a row.
pub(super) struct Sum<'w> {
    pub(super) broadcast: &'w Broadcast,
    pub(super) counts: Counts,
}

/// The scope in which a viewer counts once: the current broadcast, a cover, a day of the market, and the kind of count.
type Touch = (usize, Date, u32, Count);

/// The counts of one platform.
pub(super) struct Census<'w> {
    grain_ms: i64,
    clocks: Vec<TimeZone>,
    cells: BTreeMap<RowKey, Sum<'w>>,
    on: Option<&'w Broadcast>,
    /// The first time and cell in which a viewer of the current broadcast did something.
    firsts: HashMap<Touch, (i64, RowKey)>,
    /// The market's date of each half-hour of the current broadcast. No clock of the demo changes its date within a half-hour.
    dates: HashMap<i64, Date>,
}

impl<'w> Census<'w> {
    pub(super) fn new(grain_ms: i64) -> Result<Self, DemoError> {
        let clocks = MARKETS.iter().map(|market| TimeZone::get(market.zone)).collect::<Result<_, _>>()?;
        Ok(Self {
            grain_ms,
            clocks,
            cells: BTreeMap::new(),
            on: None,
            firsts: HashMap::new(),
            dates: HashMap::new(),
        })
    }

    /// Counts one event. The rows of a broadcast arrive together.
    pub(super) fn note(&mut self, row: &Row<'w>) -> Result<(), DemoError> {
        if self.on.is_none_or(|on| on.number != row.broadcast.number) {
            self.close();
            self.on = Some(row.broadcast);
        }
        let seconds = row.dwell_seconds.unwrap_or(0);
        // A leave implies an entry.
        let at_ms = match row.event {
            Event::Leave => row.occurred_at_ms - i64::from(seconds) * 1000,
            _ => row.occurred_at_ms,
        };
        let spot = RowKey {
            start_ms: at_ms.div_euclid(self.grain_ms) * self.grain_ms,
            market: row.broadcast.market,
            broadcast: row.broadcast.number,
            cover: row.cover,
            gender: row.audience.gender,
            age: row.audience.age,
        };
        let date = self.date_at(row.broadcast.market, at_ms)?;
        let sum = self.cells.entry(spot).or_insert(Sum { broadcast: row.broadcast, counts: Counts::default() });
        for count in happenings(row) {
            *sum.counts.get_mut(count) += 1;
            let Some(viewers) = viewers_of(count) else {
                continue;
            };
            let first = self.firsts.entry((row.cover, date, row.viewer, viewers)).or_insert((at_ms, spot));
            if at_ms < first.0 {
                *first = (at_ms, spot);
            }
        }
        sum.counts.dwell_ms += u64::from(seconds) * 1000;
        Ok(())
    }

    /// Removes and returns the rows that begin before an instant, in the order of the files.
    pub(super) fn take_before(&mut self, end_ms: i64) -> BTreeMap<RowKey, Sum<'w>> {
        self.close();
        let end = RowKey { start_ms: end_ms, market: 0, broadcast: 0, cover: 0, gender: 0, age: 0 };
        let later = self.cells.split_off(&end);
        mem::replace(&mut self.cells, later)
    }

    /// Ends the current broadcast: all its viewers are known now.
    fn close(&mut self) {
        for ((_, _, _, viewers), (_, spot)) in self.firsts.drain() {
            if let Some(sum) = self.cells.get_mut(&spot) {
                *sum.counts.get_mut(viewers) += 1;
            }
        }
        self.dates.clear();
        self.on = None;
    }

    fn date_at(&mut self, market: usize, at_ms: i64) -> Result<Date, DemoError> {
        let half_hour = at_ms.div_euclid(HALF_HOUR_MS);
        if let Some(date) = self.dates.get(&half_hour) {
            return Ok(*date);
        }
        let wall = self.clocks[market].to_datetime(Timestamp::from_millisecond(at_ms)?);
        let date = wall.checked_sub(MARKETS[market].day_starts_at.hours())?.date();
        self.dates.insert(half_hour, date);
        Ok(date)
    }
}

/// The count that a row increases by one.
fn happenings(row: &Row<'_>) -> impl Iterator<Item = Count> {
    let is_stay = row.dwell_seconds.is_some_and(|seconds| seconds >= STAY_SECONDS);
    let happened = match (row.broadcast.platform.rows, row.event) {
        (Rows::Impressions, _) => [
            (Count::Impressions, true),
            (Count::Clicks, row.clicked),
            (Count::Entries, row.entered),
            (Count::Stays, is_stay),
            (Count::Orders, row.ordered),
        ],
        // If taps are not recorded, the entry is the click.
        (kind, event) => [
            (Count::Impressions, event == Event::Impression),
            (Count::Clicks, event == Event::Click || (event == Event::Entry && kind == Rows::EventsWithoutTaps)),
            (Count::Entries, event == Event::Entry),
            (Count::Stays, event == Event::Leave && is_stay),
            (Count::Orders, event == Event::Order),
        ],
    };
    happened.into_iter().filter_map(|(count, so)| so.then_some(count))
}

/// The corresponding count of unique viewers.
fn viewers_of(count: Count) -> Option<Count> {
    match count {
        Count::Impressions => Some(Count::UniqueImpressions),
        Count::Clicks => Some(Count::Clickers),
        Count::Entries => Some(Count::Entrants),
        _ => None,
    }
}
