//! A row as its platform writes it: one cell for each column.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::audience::{AGES, GENDERS};
use super::platform::{Clock, Content, Ids, Platform};
use super::random::mix;
use super::row::Row;
use super::world::{COVERS, MARKETS};

/// The most columns that a platform has.
const MOST_COLUMNS: usize = 12;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Int(i64),
    Flag(bool),
    Missing,
}

/// Buffers for texts, so that writing a row allocates nothing.
#[derive(Default)]
pub(super) struct TextBuffers {
    pub(super) time: String,
    pub(super) id: String,
    /// The last date written and its text.
    date: Option<(i64, String)>,
}

/// The cells of one row.
pub(super) struct Cells<'a> {
    list: [Cell<'a>; MOST_COLUMNS],
    count: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn of(platform: &'static Platform, row: &Row<'a>, scratch: &'a mut TextBuffers) -> Self {
        scratch.write_time(platform.clock, row.occurred_at_ms);
        scratch.write_id(platform.ids, row.number);
        let scratch = &*scratch;
        let mut list = [Cell::Missing; MOST_COLUMNS];
        for (cell, column) in list.iter_mut().zip(platform.columns) {
            *cell = value(platform, row, scratch, column.holds);
        }
        Self { list, count: platform.columns.len() }
    }

    pub(super) fn list(&self) -> &[Cell<'a>] {
        &self.list[..self.count]
    }

    pub(super) fn list_mut(&mut self) -> &mut [Cell<'a>] {
        &mut self.list[..self.count]
    }
}

fn value<'a>(platform: &'static Platform, row: &Row<'a>, scratch: &'a TextBuffers, holds: Content) -> Cell<'a> {
    match holds {
        Content::EventId => match platform.ids {
            Ids::Snowflake => Cell::Int(Ids::snowflake(row.occurred_at_ms.div_euclid(1000), row.number)),
            Ids::Hex => Cell::Text(&scratch.id),
            Ids::Serial => Cell::Int(900_000_000_000 + i64::try_from(row.number).unwrap_or(0)),
        },
        Content::OccurredAt => match platform.clock {
            Clock::EpochMs => Cell::Int(row.occurred_at_ms),
            Clock::Rfc3339 | Clock::SingaporeText => Cell::Text(&scratch.time),
        },
        Content::Event => Cell::Text(platform.event_word(row.event)),
        Content::Market => {
            let market = &MARKETS[row.broadcast.market];
            Cell::Text(if platform.lower_case_markets { market.lower_code } else { market.code })
        }
        Content::Broadcast => Cell::Text(&row.broadcast.id),
        Content::Host => Cell::Text(&row.broadcast.host),
        Content::Cover => Cell::Text(COVERS[row.cover].id),
        Content::Viewer => Cell::Int(platform.ids.viewer(row.viewer)),
        Content::Gender => text_or_missing(GENDERS[row.audience.gender]),
        Content::Age => text_or_missing(AGES[row.audience.age]),
        Content::Dwell => row.dwell_seconds.map_or(Cell::Missing, |seconds| Cell::Int(i64::from(seconds))),
        Content::Clicked => Cell::Flag(row.clicked),
        Content::Entered => Cell::Flag(row.entered),
        Content::Ordered => Cell::Flag(row.ordered),
    }
}

fn text_or_missing(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Missing } else { Cell::Text(text) }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The offset of Singapore since 1982.
const SINGAPORE_MS: i64 = 8 * 60 * 60 * 1000;

impl TextBuffers {
    pub(super) fn write_time(&mut self, clock: Clock, at_ms: i64) {
        let (wall_ms, date_pattern, between) = match clock {
            Clock::Rfc3339 => (at_ms, "%Y-%m-%d", 'T'),
            Clock::SingaporeText => (at_ms + SINGAPORE_MS, "%Y/%m/%d", ' '),
            Clock::EpochMs => return,
        };
        let (day, of_day) = (wall_ms.div_euclid(DAY_MS), wall_ms.rem_euclid(DAY_MS));
        if self.date.as_ref().is_none_or(|(known, _)| *known != day) {
            self.date = Some((day, utc_date(day).strftime(date_pattern).to_string()));
        }
        let seconds = of_day / 1000;
        self.time.clear();
        self.time.push_str(self.date.as_ref().map_or("", |(_, text)| text));
        self.time.push(between);
        push_digits(&mut self.time, seconds / 3600, 2);
        self.time.push(':');
        push_digits(&mut self.time, seconds / 60 % 60, 2);
        self.time.push(':');
        push_digits(&mut self.time, seconds % 60, 2);
        if clock == Clock::Rfc3339 {
            self.time.push('.');
            push_digits(&mut self.time, of_day % 1000, 3);
            self.time.push('Z');
        }
    }

    pub(super) fn write_id(&mut self, ids: Ids, number: u64) {
        if ids == Ids::Hex {
            self.id.clear();
            let bits = mix(number);
            for place in (0..16).rev() {
                let digit = u32::try_from((bits >> (place * 4)) & 15).unwrap_or(0);
                self.id.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        }
    }
}

fn utc_date(day: i64) -> Date {
    let start = Timestamp::from_millisecond(day * DAY_MS).unwrap_or_default();
    Offset::UTC.to_datetime(start).date()
}

fn push_digits(text: &mut String, number: i64, count: u32) {
    for place in (0..count).rev() {
        let digit = u32::try_from(number / 10_i64.pow(place) % 10).unwrap_or(0);
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}
