//! What the name of a column says one in it stands for: ten thousand under `曝光（万）`, sixty seconds under
//! `Watch time (min)`.
//!
//! Only what stands in brackets at the end of a name, or as its last words, is looked at, and only what can mean one
//! thing: `(M)` may be millions, minutes or men, so it has to be said.

use super::counting::ColumnName;

/// What can be in brackets behind the name of a count, and what one is then.
const COUNTS: [(u64, &str); 5] = [
    (
        1_000,
        "k|thousand|thousands|in thousands|in thousand|000|000s|'000|'000s|in 000s|tsd|in tsd|tausend|in tausend|rb|ribu|ribuan|dalam ribuan|тыс|в тысячах|nghìn|พัน|千|仟|千次|千人|単位:千|单位:千|천|천명|천회",
    ),
    (10_000, "w|万|萬|万次|萬次|万人|萬人|万回|单位:万|單位:萬|単位:万|만|만명|만회"),
    (100_000, "lakh|lakhs|in lakhs|in lakh|लाख|แสน"),
    (
        1_000_000,
        "million|millions|in millions|in million|mio|in mio|millionen|in millionen|jt|juta|dalam jutaan|млн|triệu|ล้าน|百万|单位:百万|백만",
    ),
    (100_000_000, "亿|億|亿次|億次|亿人|单位:亿|억"),
];

/// What can be in brackets and mean several things.
const UNCLEAR: &str = "m|mm|b|bn|mil|l|t|cr|md|mrd|tr|n|百|十亿";

/// What can be in brackets, or the last word, of a name of a length of time; in milliseconds.
const LENGTHS: [(u64, &str); 4] = [
    (1, "ms|msec|millis|millisecond|milliseconds|毫秒|millisekunden|milisegundos"),
    (1_000, "s|sec|secs|second|seconds|秒|秒钟|초|sekunden|segundos|secondes|detik|giây|วินาที|сек"),
    (60_000, "min|mins|minute|minutes|分|分钟|分鐘|분|minuten|minutos|menit|phút|นาที|мин"),
    (3_600_000, "h|hr|hrs|hour|hours|小时|小時|时|時間|시간|stunden|horas|heures|jam|giờ|ชั่วโมง|час"),
];

/// Words that are hours in brackets, and time itself at the end of a name: `평균 시청 지속 시간` is the average time watched.
const TIME_ITSELF: [&str; 2] = ["시간", "時間"];

/// A second, which is what a bare length of time counts.
const SECOND_MS: u64 = 1_000;

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing of a unit.
    Nothing,
    /// One is so many.
    Unit(u64),
    /// It may be a unit, and which is not clear.
    Unclear,
}

impl ColumnName {
    /// What a bare number is in a column of lengths of time, in milliseconds: a second, unless its name says otherwise.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        match of_length(self) {
            Ok(Said::Unit(one_ms)) => one_ms,
            Ok(Said::Nothing | Said::Unclear) | Err(()) => SECOND_MS,
        }
    }
}

/// What every name of a column of counts says; `Err` where they do not say the same.
pub(super) fn of_count(column: &ColumnName) -> Result<Said, ()> {
    of_all(column, |name| {
        let Some(unit) = bracketed(name) else {
            return match name.rsplit_once(" in ") {
                Some((_, last)) => looked_up(&COUNTS, last).map_or(Said::Nothing, Said::Unit),
                None => Said::Nothing,
            };
        };
        match looked_up(&COUNTS, &unit) {
            Some(one) => Said::Unit(one),
            None if UNCLEAR.split('|').any(|word| word == unit) => Said::Unclear,
            None => Said::Nothing,
        }
    })
}

/// What every name of a column of lengths of time says, in milliseconds.
pub(super) fn of_length(column: &ColumnName) -> Result<Said, ()> {
    of_all(column, |name| {
        let last = name.rsplit([' ', '_', '.', '-']).next().unwrap_or_default();
        let bracketed = bracketed(name);
        let is_time_itself = bracketed.is_none() && TIME_ITSELF.contains(&last);
        let unit = bracketed.unwrap_or_else(|| last.to_owned());
        let squeezed: String = name.chars().filter(|c| c.is_alphabetic()).collect();
        let watched = [(60_000, "minuteswatched"), (3_600_000, "hourswatched")];
        let watched = watched.iter().find(|(_, word)| squeezed.ends_with(word)).map(|(one, _)| *one);
        // A single letter in place of a word is a name's own.
        let is_word = unit.chars().count() > 1 || unit != last;
        let found =
            looked_up(&LENGTHS, &unit).filter(|_| !is_time_itself && (is_word || !unit.is_ascii())).or(watched);
        // What says nothing is in seconds.
        Said::Unit(found.unwrap_or(SECOND_MS))
    })
}

fn of_all(column: &ColumnName, of: impl Fn(&str) -> Said) -> Result<Said, ()> {
    let mut said = column.names().iter().map(|name| of(&plain(name)));
    let first = said.next().unwrap_or(Said::Nothing);
    if said.all(|other| other == first) { Ok(first) } else { Err(()) }
}

/// A name in lower case, with narrow brackets and colons.
fn plain(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '【' | '〔' | '[' => '(',
        '】' | '〕' | ']' => ')',
        '’' | '‘' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    name.chars().map(narrow).collect::<String>().to_lowercase().trim().to_owned()
}

/// What stands in brackets at the end of a name.
fn bracketed(name: &str) -> Option<String> {
    let (_, inside) = name.strip_suffix(')')?.rsplit_once('(')?;
    Some(inside.trim().trim_end_matches('.').replace(": ", ":"))
}

fn looked_up(table: &[(u64, &str)], unit: &str) -> Option<u64> {
    table.iter().find(|(_, words)| words.split('|').any(|word| word == unit)).map(|(one, _)| *one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_its_unit_in_brackets_or_with_in() {
        for (name, one) in [
            ("曝光（万）", 10_000),
            ("曝光次数(万)", 10_000),
            ("播放量【千】", 1_000),
            ("曝光（单位：亿）", 100_000_000),
            ("Impressions (K)", 1_000),
            ("Impressions (in thousands)", 1_000),
            ("Impressions in thousands", 1_000),
            ("Impressions (’000)", 1_000),
            ("Impressionen (Tsd.)", 1_000),
            ("Impressionen (in Mio.)", 1_000_000),
            ("Tayangan (juta)", 1_000_000),
            ("노출(만)", 10_000),
            ("Показы (тыс.)", 1_000),
        ] {
            assert_eq!(of_count(&ColumnName::new(name)), Ok(Said::Unit(one)), "{name}");
        }
        for name in
            ["Impressions", "万", "Views (unique)", "CTR (%)", "直播间曝光次数（人次）", "Opt in thousands_", "K"]
        {
            assert_eq!(of_count(&ColumnName::new(name)), Ok(Said::Nothing), "{name}");
        }
        for name in ["Viewers (M)", "Alcance (mil)", "Reach (B)"] {
            assert_eq!(of_count(&ColumnName::new(name)), Ok(Said::Unclear), "{name}");
        }
        let both = ColumnName::any_of(vec!["曝光".into(), "曝光（万）".into()]).unwrap();
        assert_eq!(of_count(&both), Err(()));
    }

    #[test]
    fn a_length_says_its_unit_in_brackets_or_at_its_end() {
        for (name, one) in [
            ("Watch time (hours)", 3_600_000),
            ("Watch time (min)", 60_000),
            ("人均观看时长（秒）", 1_000),
            ("观看总时长（分钟）", 60_000),
            ("avg_watch_time_ms", 1),
            ("watch_time_minutes", 60_000),
            ("estimatedMinutesWatched", 60_000),
            ("average_view_duration_seconds", 1_000),
            ("Durée (h)", 3_600_000),
        ] {
            assert_eq!(of_length(&ColumnName::new(name)), Ok(Said::Unit(one)), "{name}");
        }
        for name in [
            "Average view duration",
            "Average viewing duration per hour live",
            "dwell",
            "time_s",
            "时长",
            "평균 시청 지속 시간",
            "視聴 時間",
        ] {
            assert_eq!(of_length(&ColumnName::new(name)), Ok(Said::Unit(SECOND_MS)), "{name}");
        }
    }
}
