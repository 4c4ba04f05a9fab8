//! The interval of a row: two instants, a day, an hour of a day, or what the path says.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;

use super::count_layout::PeriodColumns;
use super::{Mapped, NoSignal};
use crate::export::find::PathValues;
use crate::export::format::field::Field;
use crate::export::value::hour::hour;
use crate::export::value::instant::{self, day_of, from_wall, plain, serial};
use crate::export::value::quantity::length_of;
use coverledger_config::{NumberStyle, Period, PeriodEnd, ZoneRule};
use coverledger_core::model::Reason;
use coverledger_core::time::{DayRule, Zone};

/// No row counts over more: a longer one is a wrong column or a broken date.
const LONGEST_US: i64 = 32 * 86_400 * 1_000_000;

/// When a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) start_us: i64,
    pub(super) end_us: i64,
    pub(super) is_all_day: bool,
}

impl Interval {
    /// Whether a part of it lies outside of these instants, the second excluded.
    pub(super) const fn is_beyond(&self, (from_us, until_us): (i64, i64)) -> bool {
        self.start_us < from_us || self.end_us > until_us
    }
}

/// Settings that the interval of a row depends on, besides its fields.
#[derive(Clone, Copy)]
pub(in crate::export) struct RowClock<'a> {
    /// The zone of the row's market.
    pub(in crate::export) market: Option<&'a Zone>,
    pub(in crate::export) path: &'a PathValues,
    pub(in crate::export) numbers: NumberStyle,
    /// What a bare number is in the column of the length, in milliseconds.
    pub(in crate::export) length_ms: u64,
}

/// Reads the interval of a row.
pub(in crate::export) fn read(
    period: &Period,
    columns: &PeriodColumns,
    fields: &[Field<'_>],
    clock: RowClock<'_>,
) -> Mapped<Interval> {
    let (interval, blamed) = match (period, columns) {
        (Period::Span { start, end }, PeriodColumns::Span { start: at, end: until }) => {
            let reject = |(reason, column)| NoSignal::Reject(reason, Some(column));
            let start_us = instant::read_at(fields, *at, &start.format, clock.market).map_err(reject)?;
            let until = until.unwrap_or(*at);
            let end_us = match end {
                PeriodEnd::Column(end) => {
                    let end_us = instant::read_at(fields, until, &end.format, clock.market).map_err(reject)?;
                    // Two times of one date: `22:00` to `01:00` goes over midnight.
                    let is_one_date = at.time.is_some() && until.time.is_some() && at.date == until.date;
                    if is_one_date && end_us < start_us {
                        instant::read_later(fields, until, &end.format, clock.market, 1).map_err(reject)?
                    } else {
                        end_us
                    }
                }
                PeriodEnd::Grain(seconds) => start_us + i64::from(*seconds) * 1_000_000,
                PeriodEnd::Length(_) => {
                    start_us
                        + length_us(fields[until.date], clock.numbers, clock.length_ms)
                            .map_err(blame(until.date))?
                }
            };
            (Interval { start_us, end_us, is_all_day: false }, Some(until.date))
        }
        (Period::Day { pattern, zone, .. }, PeriodColumns::Day { date, hour }) => {
            let zone = match zone {
                ZoneRule::Named(zone) => zone,
                ZoneRule::Market => clock.market.ok_or(NoSignal::Reject(Reason::BadTime, Some(*date)))?,
            };
            let on = day(fields[*date], pattern, zone).map_err(blame(*date))?;
            let column = hour.unwrap_or(*date);
            let interval = match hour {
                None => whole_day(on, zone),
                Some(hour) => hour_of(on, fields[*hour], zone),
            };
            (interval.map_err(blame(column))?, Some(column))
        }
        _ => {
            let (start, end) =
                clock.path.start.zip(clock.path.end).ok_or(NoSignal::Reject(Reason::MissingValue, None))?;
            let (start_us, end_us) = (start.as_microsecond(), end.as_microsecond());
            (Interval { start_us, end_us, is_all_day: true }, None)
        }
    };
    let length_us = interval.end_us - interval.start_us;
    if length_us <= 0 {
        Err(NoSignal::Reject(Reason::EmptyInterval, blamed))
    } else if length_us > LONGEST_US {
        Err(NoSignal::Reject(Reason::IntervalTooLong, blamed))
    } else {
        Ok(interval)
    }
}

fn blame(column: usize) -> impl Fn(Reason) -> NoSignal {
    move |reason| NoSignal::Reject(reason, Some(column))
}

/// A column of lengths, in microseconds.
fn length_us(field: Field<'_>, numbers: NumberStyle, one_ms: u64) -> Result<i64, Reason> {
    let length = length_of(field, numbers, one_ms)?.ok_or(Reason::MissingValue)?;
    let (_, value, _) = length.bounds();
    i64::try_from(value.saturating_mul(1_000) / length.unit()).map_err(|_| Reason::IntervalTooLong)
}

/// A date by a pattern, a spreadsheet's own, or the instant at which the day begins on its clock.
fn day(field: Field<'_>, pattern: &str, zone: &Zone) -> Result<Date, Reason> {
    let by_pattern = |text: &str| {
        let (text, pattern) = plain(text.trim(), pattern);
        let parsed = BrokenDownTime::parse(&*pattern, &*text).and_then(|parsed| parsed.to_date());
        parsed.map_err(|_| Reason::BadTime)
    };
    let by_serial = |days: f64| serial(days).map(DateTime::date);
    match field.as_text() {
        Field::Null => Err(Reason::MissingValue),
        Field::Text(text) if text.trim().is_empty() => Err(Reason::MissingValue),
        Field::Text(text) => by_pattern(text)
            .or_else(|_| by_serial(text.trim().parse().unwrap_or(f64::NAN)))
            .or_else(|_| day_of(text.trim().parse().map_err(|_| Reason::BadTime)?, zone)),
        Field::Wall(us) => from_wall(us).map(DateTime::date),
        Field::Instant(us) => day_of(Timestamp::from_microsecond(us).map_err(|_| Reason::TimeOutOfRange)?, zone),
        Field::Int(number) => by_pattern(itoa::Buffer::new().format(number))
            .or_else(|_| by_serial(i32::try_from(number).map_or(f64::NAN, f64::from))),
        Field::Float(days) => by_serial(days),
        _ => Err(Reason::BadTime),
    }
}

fn whole_day(on: Date, zone: &Zone) -> Result<Interval, Reason> {
    let day = DayRule::calendar(zone.clone()).day(on).ok_or(Reason::TimeInGap)?;
    in_range(day.start.as_microsecond(), day.end.as_microsecond(), true)
}

/// From the first instant at which the clock shows the beginning of the hour to the first at which it shows its end: an
/// hour that comes twice is both, and of one that the clock jumps over nothing is left.
fn hour_of(on: Date, field: Field<'_>, zone: &Zone) -> Result<Interval, Reason> {
    let hour = hour(field)?;
    let instant = |second_of_day: u32| {
        let midnight = on.to_datetime(jiff::civil::Time::midnight());
        let wall = midnight.checked_add(jiff::SignedDuration::from_secs(second_of_day.into())).ok()?;
        zone.first_instant_at(wall).map(jiff::Timestamp::as_microsecond)
    };
    let (start_us, end_us) = instant(hour.start).zip(instant(hour.end)).ok_or(Reason::TimeOutOfRange)?;
    if start_us == end_us { Err(Reason::TimeInGap) } else { in_range(start_us, end_us, false) }
}

fn in_range(start_us: i64, end_us: i64, is_all_day: bool) -> Result<Interval, Reason> {
    instant::in_range(start_us)?;
    Ok(Interval { start_us, end_us, is_all_day })
}

#[cfg(test)]
mod tests;
