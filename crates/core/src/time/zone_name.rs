//! Hints for names that are not IANA time zones, and warnings for zones that are not what their names say.
//!
//! Following a hint must not move a market's days. Where a name gives an offset, or is an abbreviation, the hint has that
//! offset or there is no hint. Of two zones that fit equally well and differ in their offset, neither is named.

mod cities;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::zone::Zone;
use cities::{ABBREVIATIONS, AMBIGUOUS, CITIES, FIXED};

/// What to write instead of a name that is no zone, in words; `None` if nothing is near.
pub(super) fn hint(name: &str) -> Option<String> {
    if let Some(offset) = offset_in(name) {
        return Some(hint_for_offset(offset));
    }
    let wanted = plain(name);
    let did_you_mean = |zone: &str| format!("did you mean `{zone}`?");
    let abbreviation = |(short, _): &&(&str, &str)| *short == wanted;
    if let Some((_, zones)) = AMBIGUOUS.iter().find(abbreviation) {
        return Some(format!("it may be {zones}: write which"));
    }
    if let Some((_, zone)) = ABBREVIATIONS.iter().find(abbreviation) {
        return Some(did_you_mean(zone));
    }
    // An offset that cannot be read is near to other offsets only.
    let is_of_utc = ["utc", "gmt", "etc/"].iter().any(|word| wanted.starts_with(word));
    if is_of_utc && wanted.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    nearest(&wanted).map(did_you_mean)
}

/// Why a zone may not be what was meant by its name, with the offset that it really has.
pub(super) fn caution(zone: &Zone) -> Option<String> {
    let offset = told(zone.offset_seconds(some_day(1)));
    let name = zone.name();
    let city = match name {
        "EST" => "America/New_York",
        "MST" => "America/Denver",
        "HST" => "Pacific/Honolulu",
        _ => {
            let (sign, hours) = name.strip_prefix("Etc/GMT")?.split_at_checked(1)?;
            let other = match sign {
                "+" => '-',
                "-" => '+',
                _ => return None,
            };
            if hours == "0" {
                return None;
            }
            let opposite = Zone::named(&format!("Etc/GMT{other}{hours}")).ok();
            let opposite = opposite.map(|opposite| {
                let (zone, offset) = (opposite.name(), told(opposite.offset_seconds(some_day(1))));
                format!("; `{zone}` is {offset}")
            });
            let opposite = opposite.unwrap_or_default();
            return Some(format!("`{name}` is {offset}: the sign in its name is reversed{opposite}"));
        }
    };
    Some(format!(
        "`{name}` is {offset} all year, without summer time (for a place write its zone, such as `{city}`)"
    ))
}

/// Seconds east of UTC in a name such as `GMT+8`, `UTC-05:30`, `Etc/GMT+05` or `+0800`, as people mean it.
fn offset_in(name: &str) -> Option<i32> {
    let name: String = name.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let name = name.strip_prefix("etc/").unwrap_or(&name);
    let number = ["utc", "gmt", "z"].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
    let sign = match number.chars().next()? {
        '+' | '\u{ff0b}' => 1,
        '-' | '\u{2212}' | '\u{2013}' | '\u{ff0d}' => -1,
        _ => return None,
    };
    let number: String = number.chars().skip(1).collect();
    let (hours, minutes) = match number.split_once([':', '：']) {
        Some((hours, minutes)) => (hours, minutes),
        None if number.len() == 4 && number.is_ascii() => number.split_at(2),
        None => (number.as_str(), "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3600 + minutes * 60))
}

fn hint_for_offset(offset_seconds: i32) -> String {
    let place = FIXED.iter().find(|zone| Zone::named(zone).is_ok_and(|zone| zone.always_is(offset_seconds)));
    let place = place.map(|zone| format!(", such as `{zone}`")).unwrap_or_default();
    let hours = offset_seconds / 3600;
    let fixed = match offset_seconds % 3600 {
        _ if offset_seconds == 0 => "; that offset all year is `UTC`".to_owned(),
        0 => {
            let fixed = format!("Etc/GMT{:+}", -hours);
            let is_there = Zone::named(&fixed).is_ok();
            let text = format!("; that offset all year is `{fixed}`, the sign of which is reversed");
            if is_there { text } else { String::new() }
        }
        _ => String::new(),
    };
    format!("{} is an offset and no zone: write the zone of the place{place}{fixed}", told(offset_seconds))
}

/// The zone whose name, last part or city is the nearest; `None` if none is near, or zones of several offsets are.
fn nearest(wanted: &str) -> Option<&'static str> {
    let (area, last) = match wanted.rsplit_once('/') {
        Some((area, last)) => (Some(area), last),
        None => (None, wanted),
    };
    // Short words are near to everything.
    let reach = match last.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name());
    let zones = zones.map(|zone| (plain(zone), zone)).filter(|(plain, _)| !plain.starts_with("etc/"));
    let cities = CITIES.iter().map(|(city, zone)| ((*city).to_owned(), *zone));
    let mut near: Vec<_> = zones
        .chain(cities)
        .filter_map(|(known, zone)| {
            let (known_area, known_last) =
                known.rsplit_once('/').map_or((None, known.as_str()), |(area, last)| (Some(area), last));
            let distance = strsim::damerau_levenshtein(last, known_last);
            let is_same_area = area.is_some() && area == known_area;
            (distance <= reach).then_some(((distance, !is_same_area, known_area.is_none()), zone))
        })
        .collect();
    near.sort_unstable();
    let ((distance, is_elsewhere, _), _) = *near.first()?;
    let equally: Vec<&str> = near
        .iter()
        .filter(|((of, elsewhere, _), _)| (*of, *elsewhere) == (distance, is_elsewhere))
        .map(|(_, zone)| *zone)
        .collect();
    let offsets: BTreeSet<Vec<i32>> = equally
        .iter()
        .filter_map(|zone| Zone::named(zone).ok())
        .map(|zone| vec![zone.offset_seconds(some_day(1)), zone.offset_seconds(some_day(7))])
        .collect();
    (offsets.len() == 1).then(|| equally[0])
}

/// A name as it is compared: lower case, words with `_` between them.
fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.chars()
        .filter(|c| !matches!(c, '.' | '\'' | '’'))
        .map(|c| if matches!(c, ' ' | '-') { '_' } else { c })
        .collect()
}

/// `UTC-08:00`
fn told(offset_seconds: i32) -> String {
    let (sign, seconds) = (if offset_seconds < 0 { '-' } else { '+' }, offset_seconds.abs());
    format!("UTC{sign}{:02}:{:02}", seconds / 3600, seconds % 3600 / 60)
}

/// The first of a month of 2026: an offset of today.
fn some_day(month: i8) -> Timestamp {
    let day = jiff::civil::date(2026, month, 1).to_zoned(TimeZone::UTC);
    day.map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp())
}

impl Zone {
    /// Whether the zone has this offset since 2026 and keeps it.
    fn always_is(&self, offset_seconds: i32) -> bool {
        let since = some_day(1);
        self.offset_seconds(since) == offset_seconds && self.next_transition(since).is_none()
    }
}

#[cfg(test)]
mod tests;
