//! Reads instants: microseconds since 1970, UTC.
//!
//! [`read`] says what every value means. A [`Reader`] reads a whole column and says the same, faster.

mod apart;
mod fixed;
mod pattern;
mod reader;
mod rfc3339;
mod spelling;

pub(in crate::export) use apart::{InstantAt, day_of, read_at, read_later};
pub(in crate::export) use reader::Reader;
pub use spelling::plain;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::DateTimeParser;

use crate::export::format::field::Field;
use coverledger_config::{FoldPolicy, GapPolicy, InstantFormat, WallClock, ZoneRule};
use coverledger_core::model::Reason;
use coverledger_core::time::{Resolved, Zone};

/// 2000-01-01T00:00:00Z; anything earlier is a wrong unit or a broken clock.
const EARLIEST_US: i64 = 946_684_800_000_000;
/// 2100-01-01T00:00:00Z, exclusive.
const LATEST_US: i64 = 4_102_444_800_000_000;

/// 1970-01-01 as a spreadsheet's number.
const SERIAL_OF_1970: f64 = 25_569.0;
/// 2000-01-01 as a spreadsheet's number.
const FIRST_SERIAL: f64 = 36_526.0;
/// 2100-01-01 as a spreadsheet's number.
const AFTER_LAST_SERIAL: f64 = 73_051.0;

static RFC_3339: DateTimeParser = DateTimeParser::new();

/// Reads a value by its declared format. Fractions finer than a microsecond are cut off.
/// `market` is the zone of the row's market, for clocks that are the market's.
pub(in crate::export) fn read(
    field: Field<'_>,
    format: &InstantFormat,
    market: Option<&Zone>,
) -> Result<i64, Reason> {
    let at_us = match (format, field.as_text()) {
        (_, Field::Null) => return Err(Reason::MissingValue),
        (InstantFormat::Rfc3339 | InstantFormat::Native { .. }, Field::Instant(us)) => us,
        (InstantFormat::Rfc3339, Field::Text(text)) => {
            RFC_3339.parse_timestamp(text.trim()).map_err(|_| Reason::BadTime)?.as_microsecond()
        }
        (InstantFormat::EpochSeconds, field) => scaled(field, 1_000_000)?,
        (InstantFormat::EpochMillis, field) => scaled(field, 1_000)?,
        (InstantFormat::EpochMicros, field) => scaled(field, 1)?,
        (
            InstantFormat::Native { wall: Some(wall) }
            | InstantFormat::Pattern { wall: Some(wall), .. }
            | InstantFormat::Patterns { wall, .. },
            Field::Wall(us),
        ) => on_the_wall(from_wall(us)?, wall, market)?,
        // A spreadsheet may forget that a number is a date.
        (InstantFormat::Native { wall: Some(wall) }, Field::Float(days)) => {
            on_the_wall(serial(days)?, wall, market)?
        }
        (InstantFormat::Native { wall: Some(wall) }, Field::Int(days)) => {
            let days = i32::try_from(days).map_err(|_| Reason::BadTime)?;
            on_the_wall(serial(days.into())?, wall, market)?
        }
        (InstantFormat::Patterns { patterns, wall }, field) => {
            let mut read = Err(Reason::BadTime);
            for pattern in patterns {
                read = by_pattern(field, pattern, Some(wall), market);
                // A time that a clock change skipped or doubled was read; another pattern makes it no better.
                if read != Err(Reason::BadTime) {
                    break;
                }
            }
            read?
        }
        (InstantFormat::Pattern { pattern, wall }, field) => by_pattern(field, pattern, wall.as_ref(), market)?,
        _ => return Err(Reason::BadTime),
    };
    in_range(at_us)
}

/// An instant that can be meant.
pub(in crate::export) fn in_range(at_us: i64) -> Result<i64, Reason> {
    if (EARLIEST_US..LATEST_US).contains(&at_us) { Ok(at_us) } else { Err(Reason::TimeOutOfRange) }
}

/// What a wall clock shows.
pub(in crate::export) fn from_wall(us: i64) -> Result<DateTime, Reason> {
    let local = Timestamp::from_microsecond(us).map_err(|_| Reason::TimeOutOfRange)?;
    Ok(jiff::tz::Offset::UTC.to_datetime(local))
}

/// What a wall clock shows by a spreadsheet's number: days since 1899-12-30, in the years that can be meant, to the
/// millisecond.
#[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
pub(in crate::export) fn serial(days: f64) -> Result<DateTime, Reason> {
    if !(FIRST_SERIAL..AFTER_LAST_SERIAL).contains(&days) {
        return Err(Reason::BadTime);
    }
    let ms = ((days - SERIAL_OF_1970) * 86_400_000.0).round() as i64;
    from_wall(ms * 1_000)
}

fn scaled(field: Field<'_>, us_per_unit: i64) -> Result<i64, Reason> {
    let units = match field {
        Field::Int(units) => units,
        Field::Text(text) => text.trim().parse().map_err(|_| Reason::BadTime)?,
        _ => return Err(Reason::BadTime),
    };
    units.checked_mul(us_per_unit).ok_or(Reason::TimeOutOfRange)
}

/// Text by its pattern. Where a wall clock is meant, a spreadsheet's number will do too.
fn by_pattern(
    field: Field<'_>,
    pattern: &str,
    wall: Option<&WallClock>,
    market: Option<&Zone>,
) -> Result<i64, Reason> {
    let mut number = itoa::Buffer::new();
    let text = match (field, wall) {
        // Some exports keep spreadsheets from reading a time by a tab behind it.
        (Field::Text(text), _) => text.trim(),
        (Field::Int(value), Some(_)) => number.format(value),
        (Field::Float(days), Some(wall)) => return on_the_wall(serial(days)?, wall, market),
        _ => return Err(Reason::BadTime),
    };
    let (plain_text, pattern) = plain(text, pattern);
    let parsed = BrokenDownTime::parse(&*pattern, &*plain_text);
    match wall {
        None => Ok(parsed.and_then(|parsed| parsed.to_timestamp()).map_err(|_| Reason::BadTime)?.as_microsecond()),
        Some(wall) => {
            let local = parsed.and_then(|parsed| parsed.to_datetime());
            let local = local.or_else(|_| serial(text.trim().parse().map_err(|_| Reason::BadTime)?))?;
            on_the_wall(local, wall, market)
        }
    }
}

/// Whose clock it is.
fn zone_of<'z>(wall: &'z WallClock, market: Option<&'z Zone>) -> Result<&'z Zone, Reason> {
    match &wall.zone {
        ZoneRule::Named(zone) => Ok(zone),
        ZoneRule::Market => market.ok_or(Reason::BadTime),
    }
}

fn on_the_wall(local: DateTime, wall: &WallClock, market: Option<&Zone>) -> Result<i64, Reason> {
    let zone = zone_of(wall, market)?;
    let at = match (zone.resolve(local), wall.gap, wall.fold) {
        (Resolved::Exact(at), _, _)
        | (Resolved::Gap { before: at, .. }, GapPolicy::Before, _)
        | (Resolved::Gap { after: at, .. }, GapPolicy::After, _)
        | (Resolved::Fold { earlier: at, .. }, _, FoldPolicy::Earlier)
        | (Resolved::Fold { later: at, .. }, _, FoldPolicy::Later) => at,
        (Resolved::Gap { .. }, GapPolicy::Reject, _) => return Err(Reason::TimeInGap),
        (Resolved::Fold { .. }, _, FoldPolicy::Reject) => return Err(Reason::TimeInFold),
        (Resolved::OutOfRange, _, _) => return Err(Reason::TimeOutOfRange),
    };
    Ok(at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn wall(zone: &str, gap: GapPolicy, fold: FoldPolicy) -> InstantFormat {
        let wall = Some(WallClock { zone: ZoneRule::Named(Zone::named(zone).unwrap()), gap, fold });
        InstantFormat::Pattern { pattern: "%Y/%m/%d %H:%M:%S".into(), wall }
    }

    #[test]
    fn rfc_3339_with_a_space_and_microseconds() {
        let read = |text| read(Field::Text(text), &InstantFormat::Rfc3339, None);
        assert_eq!(read("2019-11-24 00:00:17.004101+00:00"), Ok(us("2019-11-24T00:00:17.004101Z")));
        assert_eq!(read("2026-11-21T08:00:00+08:00"), Ok(us("2026-11-21T00:00:00Z")));
        assert_eq!(read("2026-11-21T08:00:00"), Err(Reason::BadTime), "no offset");
        assert_eq!(read("2026-02-30T08:00:00Z"), Err(Reason::BadTime));
        assert_eq!(read("1999-12-31T23:59:59Z"), Err(Reason::TimeOutOfRange));
    }

    #[test]
    fn epochs_in_their_unit() {
        assert_eq!(read(Field::Text("1795219200"), &InstantFormat::EpochSeconds, None), Ok(1_795_219_200_000_000));
        assert_eq!(
            read(Field::Int(1_795_219_200_123), &InstantFormat::EpochMillis, None),
            Ok(1_795_219_200_123_000)
        );
        let wrong_unit = read(Field::Int(1_795_219_200_123), &InstantFormat::EpochSeconds, None);
        assert_eq!(wrong_unit, Err(Reason::TimeOutOfRange));
        assert_eq!(read(Field::Text("1.7e9"), &InstantFormat::EpochSeconds, None), Err(Reason::BadTime));
    }

    #[test]
    fn a_spreadsheets_numbers_are_wall_clocks() {
        // 46170 days after 1899-12-30 is 2026-05-28; five eighths of a day are 15 hours. Berlin is at UTC+2.
        let berlin = wall("Europe/Berlin", GapPolicy::Reject, FoldPolicy::Reject);
        let expected = Ok(us("2026-05-28T13:00:00Z"));
        assert_eq!(read(Field::Float(46_170.625), &berlin, None), expected);
        assert_eq!(read(Field::Text("46170.625"), &berlin, None), expected);
        assert_eq!(read(Field::Wall(us("2026-05-28T15:00:00Z")), &berlin, None), expected);
        assert_eq!(read(Field::Int(46_170), &berlin, None), Ok(us("2026-05-27T22:00:00Z")));
        // 12:34:56 is 45,296 ÷ 86,400 of a day, which no floating-point number is.
        assert_eq!(
            read(Field::Float(46_170.0 + 45_296.0 / 86_400.0), &berlin, None),
            Ok(us("2026-05-28T10:34:56Z"))
        );
        for number in [7.0, 20_260_528.0, f64::NAN, -1.0] {
            assert_eq!(read(Field::Float(number), &berlin, None), Err(Reason::BadTime), "{number}");
        }
        let InstantFormat::Pattern { wall: clock, .. } = &berlin else { panic!("no pattern") };
        let native = InstantFormat::Native { wall: clock.clone() };
        assert_eq!(read(Field::Float(46_170.625), &native, None), expected);
        assert_eq!(read(Field::Int(46_170), &native, None), Ok(us("2026-05-27T22:00:00Z")));
        assert_eq!(read(Field::Int(1_795_219_200), &native, None), Err(Reason::BadTime));
        assert_eq!(read(Field::Float(46_170.625), &InstantFormat::Rfc3339, None), Err(Reason::BadTime));
    }

    #[test]
    fn of_several_patterns_the_first_that_reads_it_is_taken() {
        let InstantFormat::Pattern { wall: Some(wall), .. } =
            wall("Europe/Berlin", GapPolicy::Reject, FoldPolicy::Reject)
        else {
            panic!("no wall")
        };
        let patterns = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].map(str::to_owned).to_vec();
        let format = InstantFormat::Patterns { patterns, wall };
        let expected = Ok(us("2026-11-03T09:06:00Z"));
        for text in ["2026-11-03 10:06", "2026-11-03 10:06:00", "2026-11-03 10:06\t"] {
            assert_eq!(read(Field::Text(text), &format, None), expected, "{text}");
        }
        assert_eq!(read(Field::Wall(us("2026-11-03T10:06:00Z")), &format, None), expected);
        assert_eq!(read(Field::Text("03/11/2026 10:06"), &format, None), Err(Reason::BadTime));
        assert_eq!(read(Field::Text("2026-03-29 02:30"), &format, None), Err(Reason::TimeInGap));
    }

    #[test]
    fn gaps_and_folds_are_rejected_unless_a_policy_is_stated() {
        let gap = Field::Text("2026/03/29 02:30:00");
        let fold = Field::Text("2026/10/25 02:30:00");
        let strict = wall("Europe/Berlin", GapPolicy::Reject, FoldPolicy::Reject);
        assert_eq!(read(gap, &strict, None), Err(Reason::TimeInGap));
        assert_eq!(read(fold, &strict, None), Err(Reason::TimeInFold));
        let later = wall("Europe/Berlin", GapPolicy::Before, FoldPolicy::Later);
        assert_eq!(read(gap, &later, None), Ok(us("2026-03-29T01:30:00Z")));
        assert_eq!(read(fold, &later, None), Ok(us("2026-10-25T01:30:00Z")));
        let earlier = wall("Europe/Berlin", GapPolicy::After, FoldPolicy::Earlier);
        assert_eq!(read(gap, &earlier, None), Ok(us("2026-03-29T00:30:00Z")));
        assert_eq!(read(fold, &earlier, None), Ok(us("2026-10-25T00:30:00Z")));
    }
}
