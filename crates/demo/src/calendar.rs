//! The dates of the demo, and the platform day of an instant.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::error::DemoError;

/// Limits the demo to one year of time-zone rules.
pub(super) const MAX_DAYS: u16 = 300;

/// The local dates of the demo and the path dates of its exports.
pub(super) struct Calendar {
    pub(super) first_date: Date,
    pub(super) last_date: Date,
    /// The first path date, a day before the first local one: a Sydney morning is the platform's day before.
    first_exports: Date,
    /// The last path date, two days after the last local one: a New York evening is the platform's next day, and its
    /// late rows are delivered one more day later.
    last_exports: Date,
}

impl Calendar {
    pub(super) fn ending(last_date: Date, days: u16) -> Result<Self, DemoError> {
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(DemoError::Days { days });
        }
        let first_date = last_date.checked_sub((i64::from(days) - 1).days())?;
        Ok(Self {
            first_date,
            last_date,
            first_exports: first_date.yesterday()?,
            last_exports: last_date.tomorrow()?.tomorrow()?,
        })
    }

    /// The evening before the first date, then the dates themselves.
    pub(super) fn broadcast_dates(&self) -> impl Iterator<Item = Date> + use<> {
        let last_date = self.last_date;
        self.first_exports.series(1.day()).take_while(move |date| *date <= last_date)
    }
}

/// The path dates of one platform, by the clock of its own day.
pub(super) struct PathDays {
    dates: Vec<Date>,
    /// The first instant of each date and, last, the end of all.
    starts_ms: Vec<i64>,
}

impl PathDays {
    pub(super) fn new(calendar: &Calendar, zone: &str) -> Result<Self, DemoError> {
        let zone = TimeZone::get(zone)?;
        let last = calendar.last_exports;
        let dates: Vec<Date> = calendar.first_exports.series(1.day()).take_while(|date| *date <= last).collect();
        let mut starts_ms = Vec::with_capacity(dates.len() + 1);
        for date in dates.iter().copied().chain([last.tomorrow()?]) {
            starts_ms.push(date.to_zoned(zone.clone())?.timestamp().as_millisecond());
        }
        Ok(Self { dates, starts_ms })
    }

    pub(super) fn len(&self) -> usize {
        self.dates.len()
    }

    pub(super) fn date(&self, day: usize) -> Date {
        self.dates[day]
    }

    /// The first instant of a day and the first after it.
    pub(super) fn bounds_ms(&self, day: usize) -> (i64, i64) {
        (self.starts_ms[day], self.starts_ms[day + 1])
    }

    /// How many days from the first path date to `date`.
    pub(super) fn position(&self, date: Date) -> usize {
        self.dates.partition_point(|known| *known < date)
    }

    /// The day that contains an instant, if it is in the demo.
    pub(super) fn day_of(&self, at_ms: i64) -> Option<usize> {
        let day = self.starts_ms.partition_point(|start| *start <= at_ms).checked_sub(1)?;
        (day < self.len()).then_some(day)
    }
}
