//! Dates and instants as they are written.

use coverledger::archive::Moment;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// A day.
///
/// # Errors
/// It is none.
pub fn date(argument: &str, text: &str) -> Result<Date, String> {
    // What holds a time is no day, though one could be made of it.
    let is_day = text.len() == 10;
    let date = text.parse().ok().filter(|_| is_day);
    date.ok_or_else(|| format!("`{argument}` is `{text}`, which is no date (such as `2026-11-20`)"))
}

/// An instant.
///
/// # Errors
/// It is none, or says no zone.
pub fn instant(argument: &str, text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        format!("`{argument}` is `{text}`, which is no instant (such as `2026-11-20T08:00Z`, with its zone)")
    })
}

/// The state that is meant: the newest, that at an instant, or that at the end of a day in UTC.
///
/// # Errors
/// It is neither.
pub fn moment(argument: &str, text: Option<&str>) -> Result<Moment, String> {
    let Some(text) = text else { return Ok(Moment::Newest) };
    if let Ok(day) = date(argument, text) {
        let next = day.checked_add(1.day()).ok();
        let next = next.and_then(|next| next.to_zoned(TimeZone::UTC).ok());
        let next = next.ok_or_else(|| format!("`{argument}` is `{text}`, which is too late"))?.timestamp();
        return Ok(Moment::At(next - SignedDuration::from_nanos(1)));
    }
    instant(argument, text).map(Moment::At).map_err(|why| format!("{why} and no date either"))
}
