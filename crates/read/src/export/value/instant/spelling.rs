//! Words and signs in times besides digits: halves of the day, weekdays, offsets and years of another era, in the markets'
//! languages. A pattern knows only the English ones.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use coverledger_config::BUDDHIST_YEAR;

/// How many years the Buddhist era is ahead.
const BUDDHIST_YEARS: i32 = 543;

/// Words for the halves of the day: before noon, after noon.
const HALVES: [(&str, &str); 17] = [
    ("上午", "下午"),
    ("午前", "午後"),
    ("오전", "오후"),
    ("ก่อนเที่ยง", "หลังเที่ยง"),
    ("a. m.", "p. m."),
    ("a.m.", "p.m."),
    ("A.M.", "P.M."),
    ("sáng", "chiều"),
    ("SA", "CH"),
    ("PG", "PTG"),
    ("ÖÖ", "ÖS"),
    ("पूर्वाह्न", "अपराह्न"),
    ("ص", "م"),
    ("a.m", "p.m"),
    ("a m", "p m"),
    ("am", "pm"),
    ("AM", "PM"),
];

/// Weekdays where they stand between date and time or before both: whole words only.
const WEEKDAYS: &str = "星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 \
    週一 週二 週三 週四 週五 週六 週日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 월요일 화요일 수요일 목요일 금요일 \
    토요일 일요일 (月) (火) (水) (木) (金) (土) (日) (월) (화) (수) (목) (금) (토) (일) Monday Tuesday Wednesday Thursday \
    Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Mo Di Mi \
    Do Fr Sa So lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira quinta-feira \
    sexta-feira lundi mardi mercredi jeudi vendredi samedi dimanche Senin Selasa Rabu Kamis Jumat Sabtu Minggu วันจันทร์ \
    วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์";

/// Each weekday and the same in small letters, by its first sign, with its place among all: the foremost counts.
static SHAPES: LazyLock<BTreeMap<char, Vec<(usize, String)>>> = LazyLock::new(|| {
    let shapes = WEEKDAYS.split_whitespace().flat_map(|word| [word.to_owned(), word.to_lowercase()]);
    let mut by_first: BTreeMap<char, Vec<(usize, String)>> = BTreeMap::new();
    for (place, shape) in shapes.enumerate() {
        by_first.entry(shape.chars().next().unwrap_or_default()).or_default().push((place, shape));
    }
    by_first
});

/// A text and its pattern as `strptime` reads them: without the weekday, with an English half of the day, a whole offset,
/// and a year of our era.
#[must_use]
pub fn plain<'t, 'p>(text: &'t str, pattern: &'p str) -> (Cow<'t, str>, Cow<'p, str>) {
    let mut text = Cow::Borrowed(text.trim());
    let mut known = Cow::Borrowed(pattern);
    if pattern.contains(BUDDHIST_YEAR) {
        known = pattern.replace(BUDDHIST_YEAR, "%Y").into();
        // A year that is none of that era is no year by this pattern.
        text = common_year(&text).unwrap_or_default().into();
    }
    if !pattern.contains("%a")
        && !pattern.contains("%A")
        && let Some(without) = without_weekday(&text)
    {
        text = without.into();
    }
    if (pattern.contains("%p") || pattern.contains("%P"))
        && let Some(english) = with_english_half(&text)
    {
        text = english.into();
    }
    if let Some(whole) = with_whole_offset(&text, pattern) {
        text = whole.into();
    }
    (text, known)
}

/// `2569-11-03` as `2026-11-03`. `None` unless the first four digits in a row are a year of that era.
fn common_year(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let begins = |at: &usize| (at == &0 || !is_digit(*at - 1)) && (0..4).all(|more| is_digit(*at + more));
    let at = (0..bytes.len()).find(begins)?;
    let year = text[at..at + 4].parse::<i32>().ok()? - BUDDHIST_YEARS;
    (1900..2200).contains(&year).then(|| format!("{}{year}{}", &text[..at], &text[at + 4..]))
}

/// The text without its weekday. It is gone through once: a column is held against a thousand patterns.
fn without_weekday(text: &str) -> Option<String> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let stands = |at: usize, shape: &str| {
        let is_whole = || {
            let (before, after) = (text[..at].chars().next_back(), text[at + shape.len()..].chars().next());
            !shape.is_ascii() || !(is_letter(before) || is_letter(after))
        };
        text[at..].starts_with(shape) && is_whole()
    };
    let begins = text.char_indices().filter(|(_, first)| first.is_alphabetic() || *first == '(');
    let found = begins.flat_map(|(at, first)| {
        let shapes = SHAPES.get(&first).into_iter().flatten();
        shapes.filter(move |(_, shape)| stands(at, shape)).map(move |(place, shape)| (*place, at, shape.len()))
    });
    let (_, at, length) = found.min()?;
    let before = text[..at].trim_end_matches(['(', '（', '[']);
    let after = text[at + length..].trim_start_matches([')', '）', ']', ',', '.', '،']);
    Some(format!("{before}{after}").trim().to_owned())
}

/// The text with `AM` or `PM` for the half of the day that it names in another language.
pub(super) fn with_english_half(text: &str) -> Option<String> {
    let spaced = text.replace(['\u{a0}', '\u{202f}'], " ");
    for (before_noon, after_noon) in HALVES {
        // `p. m.` has the letters of neither in `a. m.`, but `PTG` ends as `PG` does.
        for (word, english) in [(after_noon, "PM"), (before_noon, "AM")] {
            let Some(at) = spaced.find(word) else { continue };
            let (before, after) = (&spaced[..at], &spaced[at + word.len()..]);
            let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && word.is_ascii());
            if !is_letter(before.chars().next_back()) && !is_letter(after.chars().next()) {
                return Some(format!("{before}{english}{after}"));
            }
        }
    }
    None
}

/// `… GMT+8` as `… GMT+0800`, where the pattern reads an offset.
fn with_whole_offset(text: &str, pattern: &str) -> Option<String> {
    let has_colon = pattern.contains("%:z");
    if !has_colon && !pattern.contains("%z") {
        return None;
    }
    let closed = text.trim_end_matches([')', '）', ' ']);
    let at = closed.rfind(['+', '-', '−'])?;
    let sign = if closed[at..].starts_with('+') { '+' } else { '-' };
    let digits = closed[at..].trim_start_matches(['+', '-', '−']);
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() <= 2 => (digits, "00"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hours) || minutes.len() != 2 || !is_number(minutes) {
        return None;
    }
    let colon = if has_colon { ":" } else { "" };
    let rest = &text[closed.len()..];
    Some(format!("{}{sign}{hours:0>2}{colon}{minutes}{rest}", &closed[..at]))
}

#[cfg(test)]
mod tests {
    use jiff::fmt::strtime::BrokenDownTime;

    use super::*;

    fn read(text: &str, pattern: &str) -> String {
        let (text, pattern) = plain(text, pattern);
        let time = BrokenDownTime::parse(&*pattern, &*text).unwrap_or_else(|e| panic!("{text} by {pattern}: {e}"));
        match time.offset() {
            Some(_) => time.to_timestamp().unwrap().to_string(),
            None => time.to_datetime().unwrap().to_string(),
        }
    }

    #[test]
    fn times_are_read_in_the_markets_languages() {
        for (text, pattern) in [
            ("2026年11月3日 下午7:30", "%Y年%m月%d日 %p%I:%M"),
            ("2026年11月3日19时30分", "%Y年%m月%d日%H时%M分"),
            ("2026年11月3日 星期二 19:30", "%Y年%m月%d日 %H:%M"),
            ("2026/11/03(火) 19:30", "%Y/%m/%d %H:%M"),
            ("2026. 11. 3. 오후 7:30", "%Y. %m. %d. %p %I:%M"),
            ("3/11/2026 7:30 p. m.", "%d/%m/%Y %I:%M %p"),
            ("3/11/2026 7:30\u{202f}p.\u{a0}m.", "%d/%m/%Y %I:%M %p"),
            ("7:30 CH 03/11/2026", "%I:%M %p %d/%m/%Y"),
            ("3/11/2026 7:30 PTG", "%d/%m/%Y %I:%M %p"),
            ("11/3/2026 7:30 pm", "%m/%d/%Y %I:%M %p"),
            ("Tue, 03 Nov 2026 19:30", "%d %b %Y %H:%M"),
            ("Dienstag, 03.11.2026 19:30", "%d.%m.%Y %H:%M"),
            ("2569-11-03 19:30", "%EY-%m-%d %H:%M"),
            ("03/11/2569 19:30", "%d/%m/%EY %H:%M"),
            ("2026-11-03 19:30\t", "%Y-%m-%d %H:%M"),
        ] {
            assert_eq!(read(text, pattern), "2026-11-03T19:30:00", "{text}");
        }
        // 2567 has no 29 February by our count, 2024 has.
        assert_eq!(read("2567-02-29 19:30", "%EY-%m-%d %H:%M"), "2024-02-29T19:30:00");
        assert_eq!(read("2026年11月3日 上午12:05", "%Y年%m月%d日 %p%I:%M"), "2026-11-03T00:05:00");
    }

    #[test]
    fn whole_weekdays_are_left_out_and_nothing_else() {
        for text in
            ["2026-11-21T10:00:00Z", "Nov 21, 2026 7:30 PM", "21-Nov-2026 GMT+8", "Sunset, Monat, 7", "(7)"]
        {
            assert_eq!(without_weekday(text), None, "{text}");
        }
        for shape in SHAPES.values().flatten().map(|(_, shape)| shape) {
            for text in [format!("{shape}, 21 7"), format!("21 7 ({shape})"), format!("21 7 {shape}")] {
                assert_eq!(without_weekday(&text).as_deref(), Some("21 7"), "{text}");
            }
        }
        assert_eq!(without_weekday("Monat 7, Mo").as_deref(), Some("Monat 7,"));
    }

    #[test]
    fn offsets_are_read_short_and_long() {
        for (text, pattern) in [
            ("2026-11-03 19:30:00 GMT+8", "%Y-%m-%d %H:%M:%S GMT%z"),
            ("2026-11-03 19:30:00 +8", "%Y-%m-%d %H:%M:%S %z"),
            ("2026-11-03 19:30:00 (UTC+08:00)", "%Y-%m-%d %H:%M:%S (UTC%:z)"),
            ("2026-11-03 04:30:00 GMT-7", "%Y-%m-%d %H:%M:%S GMT%z"),
            ("2026-11-03 17:00 GMT+530", "%Y-%m-%d %H:%M GMT%z"),
        ] {
            assert_eq!(read(text, pattern), "2026-11-03T11:30:00Z", "{text}");
        }
    }

    #[test]
    fn a_year_of_another_era_is_none_by_a_pattern_for_ours() {
        let (text, pattern) = plain("2026-11-03 19:30", "%EY-%m-%d %H:%M");
        assert!(BrokenDownTime::parse(&*pattern, &*text).is_err());
    }
}
