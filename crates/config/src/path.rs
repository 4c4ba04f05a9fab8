//! The checked pattern of the paths of an export's objects.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

/// Where the objects of an export lie: `tiktok/{date:%Y-%m-%d}/*.csv.gz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    /// The pattern as written.
    pub text: String,
    /// Its parts in order.
    pub parts: Vec<PathPart>,
}

/// A part of a path pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathPart {
    /// These characters.
    Literal(String),
    /// The date of the export, by this strftime pattern.
    Date(String),
    /// The market, at least one character but no `/`.
    Market,
    /// The broadcast, at least one character but no `/`.
    Broadcast,
    /// An instant in UTC, by a strptime pattern.
    Instant(PathInstant, String),
    /// Any characters but `/`.
    Any,
}

/// What an instant in a path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathInstant {
    /// `{start:…}`: the first instant of the object's period.
    Start,
    /// `{end:…}`: the first instant after it.
    End,
    /// `{created:…}`: when the platform made the object.
    Created,
}

impl PathInstant {
    /// The instant that a part of a path says by a strptime pattern: in UTC unless the pattern reads an offset, at
    /// midnight unless it reads a time.
    #[must_use]
    pub fn read(format: &str, text: &str) -> Option<Timestamp> {
        let time = BrokenDownTime::parse(format, text).ok()?;
        if time.timestamp().is_some() || time.offset().is_some() {
            return time.to_timestamp().ok();
        }
        TimeZone::UTC.to_timestamp(time.to_datetime().ok()?).ok()
    }

    /// Whether what a strptime pattern reads is an instant by itself: an offset, or seconds since 1970.
    #[must_use]
    pub fn reads_an_offset(format: &str) -> bool {
        let written = strtime::format(format, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));
        let time = written.and_then(|written| BrokenDownTime::parse(format, &written));
        time.is_ok_and(|time| time.timestamp().is_some() || time.offset().is_some())
    }
}

impl PathPattern {
    /// Whether objects are found by date. One without a date feeds every market-day.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, PathPart::Date(_)))
    }

    /// Whether the path names the market.
    #[must_use]
    pub fn names_market(&self) -> bool {
        self.parts.contains(&PathPart::Market)
    }

    /// Whether the path names the broadcast.
    #[must_use]
    pub fn names_broadcast(&self) -> bool {
        self.parts.contains(&PathPart::Broadcast)
    }

    /// Whether the path says this instant.
    #[must_use]
    pub fn says(&self, instant: PathInstant) -> bool {
        self.parts.iter().any(|part| matches!(part, PathPart::Instant(which, _) if *which == instant))
    }

    /// The path as people write it, with `*` for what is not given: the export date, the market's name in it.
    #[must_use]
    pub fn shown(&self, export_date: Option<Date>, market: Option<&str>) -> String {
        let shown = |part| match part {
            PathPart::Literal(text) => text,
            PathPart::Market => market.unwrap_or("*").to_owned(),
            _ => "*".to_owned(),
        };
        self.on(export_date).into_iter().map(shown).collect()
    }

    /// The pattern for one export date, with `*` left in.
    #[must_use]
    pub fn on(&self, export_date: Option<Date>) -> Vec<PathPart> {
        self.parts
            .iter()
            .map(|part| match (part, export_date) {
                (PathPart::Date(format), Some(date)) => PathPart::Literal(date.strftime(format).to_string()),
                _ => part.clone(),
            })
            .collect()
    }
}
