//! The values of spreadsheet cells.

use std::borrow::Cow;

use calamine::{DataRef, ExcelDateTime};
use jiff::civil::{Date, DateTime, Time};

use crate::export::format::field::Field;

/// Excel keeps 15 digits: a longer whole number may have lost some.
const FIRST_UNSAFE: f64 = 1e15;
const DAY_MS: f64 = 86_400_000.0;

/// A value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::export) enum SheetValue<'a> {
    Empty,
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    /// A share that is shown with a percent sign.
    Percent(f64),
    Bool(bool),
    Instant(i64),
    Wall(i64),
    Length(i64),
}

impl<'a> SheetValue<'a> {
    pub(in crate::export) fn of(cell: DataRef<'a>, is_percent: bool) -> Self {
        match cell {
            DataRef::Empty => Self::Empty,
            DataRef::SharedString(text) => Self::Text(Cow::Borrowed(text)),
            DataRef::String(text) => Self::Text(Cow::Owned(text)),
            DataRef::Int(number) => Self::Int(number),
            DataRef::Float(number) if is_percent && number.is_finite() => Self::Percent(number),
            DataRef::Float(number) => Self::number(number),
            DataRef::Bool(flag) => Self::Bool(flag),
            DataRef::DateTime(at) => Self::date(&at),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                iso(&text).unwrap_or(Self::Text(text.into()))
            }
            DataRef::Error(error) => Self::Text(error.to_string().into()),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 15 digits")]
    fn number(number: f64) -> Self {
        if !number.is_finite() {
            Self::Text(number.to_string().into())
        } else if number.fract() == 0.0 && number.abs() < FIRST_UNSAFE {
            Self::Int(number as i64)
        } else {
            Self::Float(number)
        }
    }

    /// A serial date. Below one day it is a time of day, or a span of time.
    #[expect(clippy::cast_possible_truncation, reason = "bounded to the dates that there are just before")]
    fn date(at: &ExcelDateTime) -> Self {
        let days = at.as_f64();
        if !days.is_finite() || days.abs() >= 3_000_000.0 {
            return Self::number(days);
        }
        if at.is_duration() || (0.0..1.0).contains(&days) {
            return Self::Length((days * DAY_MS).round() as i64);
        }
        let (year, month, day, ..) = at.to_ymd_hms_milli();
        let midnight = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
        let midnight = midnight.and_then(|((year, month), day)| Date::new(year, month, day).ok());
        match midnight {
            Some(midnight) if days > 0.0 => {
                Self::Wall(wall_us(midnight.into()) + ((days - days.floor()) * DAY_MS).round() as i64 * 1000)
            }
            _ => Self::number(days),
        }
    }

    /// Whether a row of only such values is no row.
    pub(in crate::export) fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    pub(in crate::export) fn field(&self) -> Field<'_> {
        match self {
            Self::Empty => Field::Null,
            Self::Text(text) if text.is_empty() => Field::Null,
            Self::Text(text) => Field::Text(text),
            Self::Int(number) => Field::Int(*number),
            Self::Float(number) => Field::Float(*number),
            Self::Percent(share) => Field::Percent(*share),
            Self::Bool(flag) => Field::Bool(*flag),
            Self::Instant(us) => Field::Instant(*us),
            Self::Wall(us) => Field::Wall(*us),
            Self::Length(ms) => Field::Length(*ms),
        }
    }

    /// As the name of a column.
    pub(in crate::export) fn name(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) | Self::Percent(number) => number.to_string(),
            Self::Wall(us) => wall(*us).map(|at| at.to_string()).unwrap_or_default(),
            Self::Empty | Self::Bool(_) | Self::Instant(_) | Self::Length(_) => String::new(),
        }
    }
}

/// Dates, clocks and spans of ISO 8601.
fn iso(text: &str) -> Option<SheetValue<'static>> {
    if text.starts_with(['P', '-']) {
        let span: jiff::SignedDuration = text.parse().ok()?;
        return Some(SheetValue::Length(i64::try_from(span.as_millis()).ok()?));
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(SheetValue::Instant(at.as_microsecond()));
    }
    if let Ok(time) = text.parse::<Time>()
        && !text.contains(['T', '-'])
    {
        let span = time.duration_since(Time::midnight());
        return Some(SheetValue::Length(i64::try_from(span.as_millis()).ok()?));
    }
    text.parse().ok().map(|at: DateTime| SheetValue::Wall(wall_us(at)))
}

/// Microseconds since 1970 by its own clock.
fn wall_us(at: DateTime) -> i64 {
    jiff::tz::Offset::UTC.to_timestamp(at).map_or(i64::MIN, jiff::Timestamp::as_microsecond)
}

fn wall(us: i64) -> Option<DateTime> {
    jiff::Timestamp::from_microsecond(us).ok().map(|at| jiff::tz::Offset::UTC.to_datetime(at))
}

/// Whether a number format shows a percentage: a `%` that is neither quoted nor escaped.
pub(in crate::export) fn is_percent(format: &str) -> bool {
    let mut chars = format.chars();
    let mut is_quoted = false;
    while let Some(char) = chars.next() {
        match char {
            '"' => is_quoted = !is_quoted,
            '\\' | '_' | '*' if !is_quoted => drop(chars.next()),
            '%' if !is_quoted => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime as Clock, TimeDelta};

    use super::*;

    fn us(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn serial_dates_are_wall_clocks_in_both_systems() {
        let date =
            |days, is_1904| SheetValue::of(DataRef::DateTime(ExcelDateTime::new(days, Clock, is_1904)), false);
        assert_eq!(date(46_170.625, false), SheetValue::Wall(us("2026-05-28T15:00:00Z")));
        assert_eq!(date(46_170.625 - 1462.0, true), SheetValue::Wall(us("2026-05-28T15:00:00Z")));
        assert_eq!(date(46_170.0 + 1.0 / 3.0, false), SheetValue::Wall(us("2026-05-28T08:00:00Z")));
        assert_eq!(date(1.0, false), SheetValue::Wall(us("1900-01-01T00:00:00Z")));
        // Excel's 29 February 1900 never was.
        assert_eq!(date(60.0, false), SheetValue::Int(60));
        assert_eq!(date(-3.5, false), SheetValue::Float(-3.5));
    }

    #[test]
    fn times_and_spans_are_lengths() {
        let cell = |days, kind| SheetValue::of(DataRef::DateTime(ExcelDateTime::new(days, kind, false)), false);
        // 0:02:35 and 88:05:00.
        assert_eq!(cell(155.0 / 86_400.0, Clock), SheetValue::Length(155_000));
        assert_eq!(cell(317_100.0 / 86_400.0, TimeDelta), SheetValue::Length(317_100_000));
        let iso = |text: &str| SheetValue::of(DataRef::DurationIso(text.to_owned()), false);
        assert_eq!(iso("PT2M35S"), SheetValue::Length(155_000));
        assert_eq!(iso("10:30:00"), SheetValue::Length(37_800_000));
        assert_eq!(iso("2026-11-21T10:30:00"), SheetValue::Wall(us("2026-11-21T10:30:00Z")));
        assert_eq!(iso("2026-11-21"), SheetValue::Wall(us("2026-11-21T00:00:00Z")));
        assert_eq!(iso("2026-11-21T10:30:00+02:00"), SheetValue::Instant(us("2026-11-21T08:30:00Z")));
        assert_eq!(iso("soon"), SheetValue::Text("soon".into()));
    }

    #[test]
    fn numbers_are_whole_as_long_as_a_spreadsheet_keeps_their_digits() {
        let cell = |number, is_percent| SheetValue::of(DataRef::Float(number), is_percent);
        assert_eq!(cell(434_944_680.0, false), SheetValue::Int(434_944_680));
        assert_eq!(cell(999_999_999_999_999.0, false), SheetValue::Int(999_999_999_999_999));
        assert_eq!(cell(7.651_42e18, false), SheetValue::Float(7.651_42e18));
        assert_eq!(cell(0.0135, false), SheetValue::Float(0.0135));
        assert_eq!(cell(0.0135, true), SheetValue::Percent(0.0135));
        assert_eq!(cell(f64::NAN, false), SheetValue::Text("NaN".into()));
    }

    #[test]
    fn a_percent_sign_must_be_meant() {
        for percent in ["0%", "0.00%", "[Red]0.0%;-0.0%"] {
            assert!(is_percent(percent), "{percent}");
        }
        for other in ["General", "0.00", "0\"%\"", "0\\%", "#,##0_%"] {
            assert!(!is_percent(other), "{other}");
        }
    }
}
