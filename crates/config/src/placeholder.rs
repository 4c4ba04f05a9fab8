//! Placeholders in a path: `{date:…}`, `{market}`, `{broadcast}`, `{start:…}`, `{end:…}`, `{created:…}`.

use jiff::civil::{DateTime, datetime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::path::{PathInstant, PathPart};

const DIRECTIVES: &str = "`%Y`, `%m`, `%d`, `%j`, `%F`, `%y`, `%b`, `%B`";
const KNOWN: &str =
    "`{date:%Y-%m-%d}`, `{market}`, `{broadcast}`, `{start:…}`, `{end:…}` or `{created:%Y%m%dT%H%M%S}`";

/// What stands between braces.
pub(super) fn read(inside: &str) -> Result<PathPart, String> {
    let (name, format) = inside.split_once(':').map_or((inside, None), |(name, format)| (name, Some(format)));
    let instant = |which, format: &str| {
        check_instant(format).map_err(|message| format!("`{{{inside}}}` {message}"))?;
        Ok(PathPart::Instant(which, format.to_owned()))
    };
    match (name, format) {
        ("date", Some(format)) => directives(format).map(|_| PathPart::Date(format.to_owned())),
        ("market", None) => Ok(PathPart::Market),
        ("broadcast", None) => Ok(PathPart::Broadcast),
        ("start", Some(format)) => instant(PathInstant::Start, format),
        ("end", Some(format)) => instant(PathInstant::End, format),
        ("created", Some(format)) => instant(PathInstant::Created, format),
        _ => Err(format!("unknown placeholder `{{{inside}}}` (expected {KNOWN}; `*` stands for anything)")),
    }
}

/// The directives of a date format, each of which names a part of a day.
pub(super) fn directives(format: &str) -> Result<Vec<char>, String> {
    let mut found = Vec::new();
    let mut chars = format.chars();
    while let Some(next) = chars.next() {
        if next == '*' || next == '{' {
            return Err(format!("`{{date:{format}}}` holds `{next}`"));
        }
        if next != '%' {
            continue;
        }
        let directive = match chars.next() {
            Some('-') => chars.next(),
            other => other,
        };
        match directive {
            Some('%') => {}
            Some(part @ ('Y' | 'm' | 'd' | 'j' | 'F' | 'y' | 'b' | 'B')) => found.push(part),
            other => {
                let shown = other.map(String::from).unwrap_or_default();
                return Err(format!(
                    "`%{shown}` in `{{date:{format}}}` is not a part of a day (expected {DIRECTIVES})"
                ));
            }
        }
    }
    if found.is_empty() {
        return Err(format!("`{{date:{format}}}` names no part of a day (expected {DIRECTIVES})"));
    }
    Ok(found)
}

/// Writes two sample instants by the format and reads them back: a day at least, and no other than was written.
fn check_instant(format: &str) -> Result<(), String> {
    if format.contains(['*', '{']) {
        return Err("holds `*` or `{`".to_owned());
    }
    for sample in [datetime(2026, 11, 21, 19, 35, 42, 0), datetime(2019, 3, 4, 7, 8, 9, 0)] {
        let zoned = sample.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
        let written =
            strtime::format(format, &zoned).map_err(|error| format!("is no strptime pattern: {error}"))?;
        let found = PathInstant::read(format, &written)
            .ok_or("does not read an instant (expected a date at least, such as `%Y%m%dT%H%M%S` or `%s`)")?;
        let found = TimeZone::UTC.to_datetime(found);
        let is_part =
            |at: DateTime| at == sample || at == cut(sample, 1) || at == cut(sample, 2) || at == cut(sample, 3);
        if !is_part(found) {
            return Err(format!("reads another instant than it writes (`{written}` as `{found}`)"));
        }
    }
    Ok(())
}

/// Without seconds; without minutes; without hours.
fn cut(at: DateTime, parts: u8) -> DateTime {
    let hour = if parts > 2 { 0 } else { at.hour() };
    let minute = if parts > 1 { 0 } else { at.minute() };
    at.date().at(hour, minute, 0, 0)
}
