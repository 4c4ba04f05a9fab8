//! Instants whose date and time of day are in two columns, or whose day is given by the instant at which it begins.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::{SignedDuration, Timestamp};

use super::spelling::{plain, with_english_half};
use super::{from_wall, in_range, on_the_wall, read, serial, zone_of};
use crate::export::format::field::Field;
use crate::export::value::hour::hour;
use coverledger_config::{InstantFormat, WallClock};
use coverledger_core::model::Reason;
use coverledger_core::time::Zone;

const DAY_MS: i64 = 86_400_000;
/// Times of day as they are written where the file does not say by which pattern.
const TIMES: [&str; 9] = [
    "%H:%M:%S%.f",
    "%H:%M",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%p %I:%M:%S",
    "%p %I:%M",
    "%H时%M分%S秒",
    "%H时%M分",
    "%H時%M分",
];

/// Where an instant stands in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) struct InstantAt {
    /// The column of the instant, or of its date.
    pub(in crate::export) date: usize,
    /// The column of the time of day, if that is another.
    pub(in crate::export) time: Option<usize>,
}

/// Reads an instant of a record; the reason comes with the column to blame.
pub(in crate::export) fn read_at(
    fields: &[Field<'_>],
    at: InstantAt,
    format: &InstantFormat,
    market: Option<&Zone>,
) -> Result<i64, (Reason, usize)> {
    read_later(fields, at, format, market, 0)
}

/// The same so many days later on its clock, if its time of day is in a column of its own.
pub(in crate::export) fn read_later(
    fields: &[Field<'_>],
    at: InstantAt,
    format: &InstantFormat,
    market: Option<&Zone>,
    days: i64,
) -> Result<i64, (Reason, usize)> {
    let Some(time) = at.time else {
        return read(fields[at.date], format, market).map_err(|reason| (reason, at.date));
    };
    let (pattern, wall) = match format {
        InstantFormat::Pattern { pattern, wall } => (Some(pattern.as_str()), wall.as_ref()),
        InstantFormat::Native { wall } => (None, wall.as_ref()),
        _ => (None, None),
    };
    for column in [at.date, time] {
        let is_blank = |text: &str| text.trim().is_empty();
        if matches!(fields[column].as_text(), Field::Null)
            || matches!(fields[column].as_text(), Field::Text(text) if is_blank(text))
        {
            return Err((Reason::MissingValue, column));
        }
    }
    if let Some((pattern, text)) = pattern.zip(joined(fields[at.date], fields[time]))
        && let Some(at_us) = by_pattern(&text, pattern, wall, market, days)
    {
        return at_us.and_then(in_range).map_err(|reason| (reason, at.date));
    }
    let wall = wall.ok_or((Reason::BadTime, at.date))?;
    let date = date_of(fields[at.date], wall, market).map_err(|reason| (reason, at.date))?;
    let ms = time_of_day(fields[time]).map_err(|reason| (reason, time))?;
    let local = date.to_datetime(Time::midnight()).checked_add(SignedDuration::from_millis(ms + days * DAY_MS));
    let local = local.map_err(|_| (Reason::TimeOutOfRange, at.date))?;
    on_the_wall(local, wall, market).and_then(in_range).map_err(|reason| (reason, time))
}

/// Both as one text, if the date is one; a time of day that a computer wrote is put as a clock shows it.
fn joined(date: Field<'_>, time: Field<'_>) -> Option<String> {
    let number;
    let date = match date.as_text() {
        Field::Text(text) => text.trim(),
        Field::Int(whole) => {
            number = whole.to_string();
            &number
        }
        _ => return None,
    };
    match time.as_text() {
        Field::Text(text) => Some(format!("{date} {}", text.trim())),
        other => {
            let ms = time_of_day(other).ok()?;
            let (minutes, seconds) = (ms / 60_000, ms / 1_000 % 60);
            Some(format!("{date} {:02}:{:02}:{seconds:02}", minutes / 60, minutes % 60))
        }
    }
}

/// The instant that a text says by a pattern of date and time; also without its seconds, if they are none.
fn by_pattern(
    text: &str,
    pattern: &str,
    wall: Option<&WallClock>,
    market: Option<&Zone>,
    days: i64,
) -> Option<Result<i64, Reason>> {
    let parse = |text: &str| {
        let (text, pattern) = plain(text, pattern);
        BrokenDownTime::parse(&*pattern, &*text).ok()
    };
    let time = parse(text).or_else(|| parse(text.strip_suffix(":00")?))?;
    Some(match wall {
        None => {
            let at = time.to_timestamp().map_err(|_| Reason::BadTime);
            at.map(|at| at.as_microsecond() + days * DAY_MS * 1_000)
        }
        Some(wall) => {
            let local =
                time.to_datetime().and_then(|local| local.checked_add(SignedDuration::from_hours(24 * days)));
            local.map_err(|_| Reason::BadTime).and_then(|local| on_the_wall(local, wall, market))
        }
    })
}

/// The date of a cell that has one of its own: a spreadsheet's, or the instant at which the day begins.
fn date_of(field: Field<'_>, wall: &WallClock, market: Option<&Zone>) -> Result<Date, Reason> {
    let whole_day = |local: DateTime| {
        // A second time of day contradicts the first.
        (local.time() == Time::midnight()).then(|| local.date()).ok_or(Reason::BadTime)
    };
    let zone = || zone_of(wall, market);
    match field.as_text() {
        Field::Wall(us) => from_wall(us).and_then(whole_day),
        Field::Instant(us) => {
            day_of(Timestamp::from_microsecond(us).map_err(|_| Reason::TimeOutOfRange)?, zone()?)
        }
        Field::Int(days) => serial(i32::try_from(days).map_or(f64::NAN, f64::from)).and_then(whole_day),
        Field::Float(days) => serial(days).and_then(whole_day),
        Field::Text(text) => {
            let text = text.trim();
            match text.parse::<Timestamp>() {
                Ok(at) => day_of(at, zone()?),
                Err(_) => serial(text.parse().unwrap_or(f64::NAN)).and_then(whole_day),
            }
        }
        _ => Err(Reason::BadTime),
    }
}

/// The day that begins at an instant on a zone's clock. Any other instant is of a day that begins by another clock.
pub(in crate::export) fn day_of(at: Timestamp, zone: &Zone) -> Result<Date, Reason> {
    let date = zone.local(at).date();
    let begins = zone.first_instant_at(date.to_datetime(Time::midnight()));
    if begins == Some(at) { Ok(date) } else { Err(Reason::BadTime) }
}

/// A time of day in milliseconds: on a clock, as a part of a day, or as the hour that it begins.
fn time_of_day(field: Field<'_>) -> Result<i64, Reason> {
    let of_hour = || hour(field).map(|hour| i64::from(hour.start) * 1_000);
    match field.as_text() {
        Field::Length(ms) if (0..DAY_MS).contains(&ms) => Ok(ms),
        Field::Wall(us) => Ok(us.rem_euclid(DAY_MS * 1_000) / 1_000),
        Field::Float(part) if (0.0..1.0).contains(&part) => Ok(part_of_day(part)),
        Field::Text(text) => {
            let text = text.trim();
            if let Some(part) = text.parse().ok().filter(|part| text.contains('.') && (0.0..1.0).contains(part)) {
                return Ok(part_of_day(part));
            }
            let english = with_english_half(text).unwrap_or_else(|| text.to_owned());
            let clock = TIMES.iter().find_map(|pattern| {
                let time = BrokenDownTime::parse(*pattern, &english).ok()?.to_time().ok()?;
                i64::try_from(time.duration_since(Time::midnight()).as_millis()).ok()
            });
            clock.map_or_else(of_hour, Ok)
        }
        _ => of_hour(),
    }
}

/// 0.625 of a day is 15:00.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a part of a day, to the millisecond"
)]
fn part_of_day(part: f64) -> i64 {
    (part * DAY_MS as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_config::{FoldPolicy, GapPolicy, ZoneRule};

    fn at(date: Field<'_>, time: Field<'_>, pattern: Option<&str>) -> Result<String, (Reason, usize)> {
        let zone = ZoneRule::Named(Zone::named("Asia/Kolkata").unwrap());
        let wall = Some(WallClock { zone, gap: GapPolicy::Reject, fold: FoldPolicy::Reject });
        let format = match pattern {
            Some(pattern) => InstantFormat::Pattern { pattern: pattern.to_owned(), wall },
            None => InstantFormat::Native { wall },
        };
        let place = InstantAt { date: 0, time: Some(1) };
        let us = read_at(&[date, time], place, &format, None)?;
        Ok(Timestamp::from_microsecond(us).unwrap().to_string())
    }

    #[test]
    fn a_date_and_a_time_are_one_instant_however_they_are_written() {
        // 15:00 in Kolkata.
        let expected = Ok("2026-11-03T09:30:00Z".to_owned());
        let minutes = Some("%Y-%m-%d %H:%M");
        let midnight = "2026-11-03T00:00:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        for (date, time, pattern) in [
            (Field::Text("2026-11-03"), Field::Text("15:00"), minutes),
            (Field::Text("2026-11-03 "), Field::Text("\t15:00"), minutes),
            (Field::Text("46329"), Field::Text("0.625"), minutes),
            (Field::Int(46_329), Field::Float(0.625), minutes),
            (Field::Wall(midnight), Field::Length(54_000_000), None),
            (Field::Wall(midnight), Field::Text("15:00:00"), None),
            (Field::Wall(midnight), Field::Text("3:00 PM"), minutes),
            (Field::Wall(midnight), Field::Text("下午 3:00"), minutes),
            (Field::Text("2026-11-03"), Field::Length(54_000_000), minutes),
            (Field::Text("11/3/2026"), Field::Text("3:00 PM"), Some("%m/%d/%Y %I:%M %p")),
            (Field::Int(20_261_103), Field::Text("15:00"), Some("%Y%m%d %H:%M")),
            (Field::Text("2026-11-02T18:30:00.000Z"), Field::Text("15:00:00 - 15:59:59"), minutes),
            (Field::Text("2026-11-02T18:30:00.000Z"), Field::Text("15:00"), minutes),
            (Field::Text("2026-11-02T18:30:00.000Z"), Field::Int(15), minutes),
        ] {
            assert_eq!(at(date, time, pattern), expected, "{date:?} {time:?}");
        }
    }

    #[test]
    fn what_does_not_go_together_is_a_reject_of_the_column_to_blame() {
        let minutes = Some("%Y-%m-%d %H:%M");
        for (date, time, expected) in [
            (Field::Null, Field::Text("15:00"), (Reason::MissingValue, 0)),
            (Field::Text("2026-11-03"), Field::Text(" "), (Reason::MissingValue, 1)),
            (Field::Text("3 Nov"), Field::Text("15:00"), (Reason::BadTime, 0)),
            (Field::Int(46_329), Field::Text("soon"), (Reason::BadTime, 1)),
            // A date with another time of day, and a day that begins by another clock.
            (Field::Float(46_329.5), Field::Float(0.625), (Reason::BadTime, 0)),
            (Field::Text("2026-11-03T00:00:00Z"), Field::Text("15:00"), (Reason::BadTime, 0)),
        ] {
            assert_eq!(at(date, time, minutes), Err(expected), "{date:?} {time:?}");
        }
    }
}
