//! Offsets from UTC: read from text, and looked up in zones.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use coverledger_core::time::{Resolved, Zone};

/// The zone that is always so far from UTC: this one if its clock never changes, else one that has only a number.
pub(super) fn fixed(zone: &Zone, offset: i32) -> Option<String> {
    if is_constant(zone) {
        return Some(zone.name().to_owned());
    }
    // Their signs are those of POSIX: west of Greenwich is positive.
    let hours = -offset / 3600;
    (offset % 3600 == 0).then(|| if hours == 0 { "UTC".to_owned() } else { format!("Etc/GMT{hours:+}") })
}

/// The first of zones whose clocks agree in winter and in summer: any of them reads the same.
pub(super) fn agreed(zones: &[String]) -> Option<String> {
    let seasons = [jiff::civil::date(2026, 1, 15), jiff::civil::date(2026, 7, 15)];
    let offsets =
        |name: &String| Zone::named(name).ok().map(|zone| seasons.map(|on| offset_at(&zone, on.at(12, 0, 0, 0))));
    let all: BTreeSet<_> = zones.iter().map(offsets).collect();
    (all.len() == 1).then(|| zones.first().cloned()).flatten()
}

/// Whether a zone's clock shows the same offset all year.
fn is_constant(zone: &Zone) -> bool {
    let at = |date: jiff::civil::Date| offset_at(zone, date.at(12, 0, 0, 0));
    at(jiff::civil::date(2026, 1, 15)) == at(jiff::civil::date(2026, 7, 15))
}

pub(super) fn offset_at(zone: &Zone, wall: DateTime) -> Option<i32> {
    match zone.resolve(wall) {
        Resolved::Exact(at) | Resolved::Fold { earlier: at, .. } | Resolved::Gap { after: at, .. } => {
            Some(zone.offset_seconds(at))
        }
        Resolved::OutOfRange => None,
    }
}

/// Whether a line speaks of time zones.
pub(super) fn speaks_of_zones(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "time zone",
        "timezone",
        "time_zone",
        "zeitzone",
        "fuso hor",
        "zona horaria",
        "huso horario",
        "fuseau",
        "fuso orario",
        "tijdzone",
        "时区",
        "時區",
        "タイムゾーン",
        "시간대",
        "zona waktu",
        "múi giờ",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// The offset in `Start time (GMT+8)`, in seconds; 0 for `(UTC)`.
pub(super) fn offset_in(text: &str) -> Option<i32> {
    let upper = text.to_uppercase();
    let is_word = |at: &usize| {
        let (before, after) = (upper[..*at].chars().next_back(), upper[*at + 3..].chars().next());
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c.is_ascii());
        !is_letter(before) && !is_letter(after)
    };
    let found = |word: &str| upper.match_indices(word).map(|(at, _)| at).find(is_word);
    let at = ["UTC", "GMT"].iter().find_map(|word| found(word))? + 3;
    let rest = upper[at..].trim_start();
    let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-' | '−')) else { return Some(0) };
    let digits = &rest[sign.len_utf8()..];
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(digits.len());
    let (hours, minutes) = digits[..end].split_once(':').unwrap_or((&digits[..end], "0"));
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Some(if sign == '+' { seconds } else { -seconds })
}
