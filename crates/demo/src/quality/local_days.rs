//! The local dates of one market, counted from the evening before the demo's first one.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use crate::calendar::Calendar;
use crate::error::DemoError;
use crate::world::Market;

/// When each local date of a market begins.
pub(super) struct LocalDays(Vec<i64>);

impl LocalDays {
    pub(super) fn new(calendar: &Calendar, market: &Market) -> Result<Self, DemoError> {
        let zone = TimeZone::get(market.zone)?;
        let hour = i8::try_from(market.day_starts_at).unwrap_or(0);
        let last = calendar.last_date.tomorrow()?;
        let mut starts_ms = Vec::new();
        for date in calendar.first_date.yesterday()?.series(1.day()).take_while(|date| *date <= last) {
            starts_ms.push(date.at(hour, 0, 0, 0).to_zoned(zone.clone())?.timestamp().as_millisecond());
        }
        Ok(Self(starts_ms))
    }

    /// The local date of an instant.
    pub(super) fn at(&self, at_ms: i64) -> u16 {
        let begun = self.0.partition_point(|start| *start <= at_ms);
        u16::try_from(begun.saturating_sub(1)).unwrap_or(0)
    }
}
