//! The patterns by which dates and times are tried, and the values that mix instants with dates.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::export::plain_time;

/// Patterns of dates, the ambiguous ones with the day first before those with the month first; those of the Buddhist era
/// behind all others.
pub(super) const DATES: [&str; 30] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y年%m月%d日",
    "%Y년 %m월 %d일",
    "%Y. %m. %d.",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%d.%m.%y",
    "%m.%d.%y",
    "%y/%m/%d",
    "%y-%m-%d",
    "%y.%m.%d",
    "%EY-%m-%d",
    "%d/%m/%EY",
    "%d-%m-%EY",
];

/// What may stand behind a date.
const TIMES: [&str; 24] = [
    " %H:%M:%S",
    "T%H:%M:%S",
    " %H:%M",
    "T%H:%M",
    " %H:%M:%S%.f",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %I:%M:%S%p",
    " %I:%M%p",
    ", %H:%M:%S",
    ", %H:%M",
    ", %I:%M:%S %p",
    ", %I:%M %p",
    " %p%I:%M:%S",
    " %p%I:%M",
    " %p %I:%M:%S",
    " %p %I:%M",
    " %H时%M分%S秒",
    " %H时%M分",
    " %H时",
    " %H時%M分%S秒",
    " %H時%M分",
    " %H時",
    " %H시 %M분",
];

/// What may stand behind a time and says its offset from UTC.
const OFFSETS: [&str; 5] = [" GMT%z", " UTC%z", " %z", "%z", " (GMT%z)"];

/// Patterns of a date and a time by a clock that is not named.
pub(super) static WALLS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let stamps = ["%Y%m%d%H%M%S%f", "%Y%m%d%H%M%S"].map(str::to_owned);
    let spelled = TIMES.iter().flat_map(|time| DATES.iter().map(move |date| format!("{date}{time}")));
    stamps.into_iter().chain(spelled).collect()
});

/// What signs the patterns of dates have.
pub(super) static DATE_SIGNS: LazyLock<[u32; 30]> = LazyLock::new(|| DATES.map(signs_of));
/// What signs those of a date and a time by a clock have.
pub(super) static WALL_SIGNS: LazyLock<Vec<u32>> = LazyLock::new(|| all_signs(&WALLS));
/// What signs those with an offset have.
pub(super) static INSTANT_SIGNS: LazyLock<Vec<u32>> = LazyLock::new(|| all_signs(&INSTANTS));

fn all_signs(patterns: &[String]) -> Vec<u32> {
    patterns.iter().map(|pattern| signs_of(pattern)).collect()
}

/// Patterns of a date and a time with an offset.
pub(super) static INSTANTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let times = [" %H:%M:%S", " %H:%M", "T%H:%M:%S", " %I:%M %p"];
    let walls = times.iter().flat_map(|time| DATES.iter().map(move |date| format!("{date}{time}")));
    walls.flat_map(|wall| OFFSETS.iter().map(move |offset| format!("{wall}{offset}"))).collect()
});

/// Signs that stand in patterns for themselves, and that nothing puts into a text that has not got them.
const SIGNS: [char; 20] = [
    '/', ':', '.', '-', ',', 'T', 'G', 'U', '(', '年', '月', '日', '년', '월', '일', '时', '時', '分', '秒', '시',
];

/// Which of the signs a text has, as bits: of most texts and patterns this says at once that they do not go together.
pub(super) fn signs(text: &str) -> u32 {
    let sign = |c: char| SIGNS.iter().position(|sign| *sign == c).map_or(0, |bit| 1 << bit);
    text.chars().map(sign).fold(0, |all, one| all | one)
}

/// Which of the signs a text must have to be read by a pattern.
fn signs_of(pattern: &str) -> u32 {
    let mut parts = pattern.split('%');
    let first = parts.next().map_or(0, signs);
    // Behind a per cent sign stands what is no sign of its own: a letter, `E` and a letter, a point and a letter.
    let rest = parts.map(|part| signs(part.trim_start_matches(['.', 'E']).get(1..).unwrap_or_default()));
    rest.fold(first, |all, one| all | one)
}

/// No date is longer, and any has a year or a day and a month.
pub(super) fn may_be_time(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (4..=26).contains(&digits) && text.len() <= 96
}

/// The years that a date can be of. No export of live streams is older than 2015, which tells whether a year of two digits
/// is one.
fn years(pattern: &str) -> std::ops::Range<i16> {
    if pattern.contains("%y") { 2015..2100 } else { 2000..2100 }
}

/// Reads a date that really stands there: `20261121` and nothing shorter or longer.
pub(super) fn date_of(text: &str, pattern: &str) -> Option<Date> {
    let (plain, known) = plain_time(text, pattern);
    let date = Date::strptime(&*known, &*plain).ok()?;
    (years(pattern).contains(&date.year()) && (pattern != "%Y%m%d" || text.len() == 8)).then_some(date)
}

/// Reads a time on a wall clock.
pub(super) fn wall_of(text: &str, pattern: &str) -> Option<DateTime> {
    let (plain, known) = plain_time(text, pattern);
    let wall = DateTime::strptime(&*known, &*plain).ok()?;
    years(pattern).contains(&wall.year()).then_some(wall)
}

/// The same pattern with its day, its month, and a year of two digits in other places.
pub(super) fn rivals(pattern: &str) -> Vec<String> {
    let Some(separator) = pattern.get(2..3).filter(|separator| ["/", "-", "."].contains(separator)) else {
        return Vec::new();
    };
    let parts: Vec<&str> = pattern.get(..8).unwrap_or_default().split(separator).collect();
    let ways: &[[&str; 3]] = match parts.as_slice() {
        ["%d" | "%m", "%d" | "%m", "%Y"] => &[["%d", "%m", "%Y"], ["%m", "%d", "%Y"]],
        ["%d" | "%m", "%d" | "%m", "%y"] | ["%y", "%m", "%d"] => {
            &[["%d", "%m", "%y"], ["%m", "%d", "%y"], ["%y", "%m", "%d"]]
        }
        _ => return Vec::new(),
    };
    let others = ways.iter().filter(|way| way[..] != parts[..]);
    others.map(|way| format!("{}{}", way.join(separator), &pattern[8..])).collect()
}

/// Reads an instant.
pub(super) fn instant_of(text: &str, pattern: &str) -> Option<Timestamp> {
    let (plain, known) = plain_time(text, pattern);
    Timestamp::strptime(&*known, &*plain).ok()
}

/// How many of some values are instants and how many are dates, if they are both and next to nothing else.
pub(super) fn mix<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Option<(usize, usize)> {
    let (mut instants, mut dates, mut others) = (0, 0, 0_usize);
    let all = texts.clone().count();
    for text in texts {
        let signs = signs(text);
        let is_date = |(pattern, own): (&&str, &u32)| signs & own == *own && date_of(text, pattern).is_some();
        if text.parse::<Timestamp>().is_ok() {
            instants += 1;
        } else if DATES.iter().zip(&*DATE_SIGNS).any(is_date) {
            dates += 1;
        } else {
            others += 1;
            // So many are more than next to nothing, whatever comes.
            if others * 50 > all {
                return None;
            }
        }
    }
    (instants > 0 && dates > 0 && (instants + dates) * 50 >= all * 49).then_some((instants, dates))
}

/// Whether instants are days by some clock: all at one time of day in UTC, and of more than one of them.
pub(super) fn are_days(instants: impl Iterator<Item = Timestamp>) -> bool {
    const DAY: i64 = 86_400;
    let mut times = instants.map(|at| (at.as_second().rem_euclid(DAY), at.subsec_nanosecond()));
    let Some((second, part)) = times.next() else { return false };
    // Clocks are at whole quarters of an hour from UTC.
    part == 0 && second % 900 == 0 && times.all(|time| time == (second, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_one_time_of_day_are_days() {
        let days = |texts: &[&str]| are_days(texts.iter().map(|text| text.parse().unwrap()));
        assert!(days(&["2026-10-05T18:30:00Z", "2026-10-06T18:30:00.000Z"]));
        assert!(!days(&["2026-10-05T18:30:00Z", "2026-10-05T19:30:00Z"]));
        assert!(!days(&["2026-10-05T18:31:00Z"]));
        assert!(!days(&[]));
    }

    #[test]
    fn day_month_and_a_short_year_may_be_exchanged() {
        assert_eq!(rivals("%d-%m-%Y %H:%M"), ["%m-%d-%Y %H:%M"]);
        assert_eq!(rivals("%m.%d.%Y"), ["%d.%m.%Y"]);
        assert_eq!(rivals("%m/%d/%y"), ["%d/%m/%y", "%y/%m/%d"]);
        assert_eq!(rivals("%y-%m-%d"), ["%d-%m-%y", "%m-%d-%y"]);
        assert!(rivals("%Y-%m-%d").is_empty());
        assert!(rivals("%d-%b-%Y").is_empty());
    }

    #[test]
    fn signs_tell_what_no_pattern_reads_before_it_is_tried() {
        let may = |text: &str, pattern: &str| signs(text) & signs_of(pattern) == signs_of(pattern);
        assert!(may("2026-11-21 19:30:00.5", "%Y-%m-%d %H:%M:%S%.f") && may("21/11/2569", "%d/%m/%EY"));
        assert!(!may("123456", "%d/%m/%Y") && !may("2026-11-21", "%Y-%m-%d %H:%M") && may("123456", "%Y%m%d"));
        let texts =
            ["2026年11月21日 19时30分", "21.11.2026, 7:30 PM", "2026-11-21T19:30+08:00", "Nov 21, 2026 (GMT+8)"];
        let patterns = || DATES.iter().copied().chain(WALLS.iter().map(String::as_str));
        for (text, pattern) in texts.iter().flat_map(|text| patterns().map(move |pattern| (text, pattern))) {
            let reads = date_of(text, pattern).is_some() || wall_of(text, pattern).is_some();
            assert!(!reads || may(text, pattern), "{text} by {pattern}");
        }
    }

    #[test]
    fn a_mix_of_instants_and_dates_is_counted() {
        let texts = ["2026-10-05T18:30:00Z", "2026-10-06", "2026-10-07"];
        assert_eq!(mix(texts.into_iter()), Some((1, 2)));
        assert_eq!(mix(["2026-10-06", "2026-10-07"].into_iter()), None);
        assert_eq!(mix(["2026-10-06", "2026-10-05T18:30:00Z", "soon"].into_iter()), None);
    }
}
