//! Lengths of time as people write them: `1m28s`, `18.28s`, `2h3m`, `0:02:35`, `12:34`, `88`; in milliseconds.

use super::number::{NotANumber, Number, rounded_number};
use super::number_text::{folded, is_unknown};
use coverledger_config::NumberStyle;

/// Units in seconds, as platforms write them in the languages they speak. Lower case.
const UNITS: [(i64, &str); 4] = [
    (86_400, "d day days tag tage hari ngày 天 日 일"),
    (
        3_600,
        "h hr hrs hour hours std stunde stunden hora horas heure heures ora ore jam j giờ ч час ชั่วโมง ชม 小时 小時 时 時 时间 時間 시간",
    ),
    (60, "m min mins minute minutes minuten minuto minutos minuti menit mnt phút мин นาที 分 分钟 分鐘 분"),
    (
        1,
        "s sec secs second seconds sek sekunde sekunden seg segundo segundos seconde secondes secondi detik dtk giây сек с วินาที 秒 秒钟 秒鐘 초",
    ),
];

/// A week and a month in seconds would be broken numbers as a mean; a total can be any length of time up to this.
const MOST_SECONDS: i128 = 100_000_000_000;

/// Reads a length of time in milliseconds; `None` where the text says that it is not known. What it can be is half a unit
/// of its last part more or less. A bare number is seconds.
///
/// ```
/// use coverledger_config::NumberStyle;
/// use coverledger_read::export::length;
///
/// let mean = length("1m28s", NumberStyle::default()).unwrap().unwrap();
/// assert_eq!((mean.low(), mean.value(), mean.high()), (87_500.0, 88_000.0, 88_500.0));
/// ```
///
/// # Errors
/// [`NotANumber`] for everything else.
pub fn length(text: &str, style: NumberStyle) -> Result<Option<Number>, NotANumber> {
    let text = folded(text).to_lowercase();
    if is_unknown(&text) {
        return Ok(None);
    }
    let length = match () {
        () if text.contains(':') => on_a_clock(&text, style),
        () if text.starts_with('p') => iso(&text),
        () => by_units(&text, style),
    };
    let length = length.map(Number::floored).filter(|length| {
        let (low, _, high) = length.bounds();
        low >= 0 && high <= MOST_SECONDS * 1_000 * length.unit()
    });
    length.map(Some).ok_or(NotANumber)
}

/// Milliseconds of a length that a computer wrote: to the second where nothing is said beyond it.
pub(super) const fn of_millis(ms: i64) -> Number {
    let ms = ms as i128;
    let half = if ms % 1_000 == 0 { 5_000 } else { 5 };
    let low = if ms * 10 < half { 0 } else { ms * 10 - half };
    Number::within(low, ms * 10, ms * 10 + half, 1)
}

/// `pt3h` as ISO 8601 has it: by a computer, and so to the second. Years and months have no length.
fn iso(text: &str) -> Option<Number> {
    let (days, time) = text.strip_prefix('p')?.split_once('t').unwrap_or((&text[1..], ""));
    let is_whole = |part: &str, unit: &[char]| part.is_empty() || part.ends_with(unit);
    if (days.is_empty() && time.is_empty()) || !is_whole(days, &['d']) || !is_whole(time, &['h', 'm', 's']) {
        return None;
    }
    let span: jiff::SignedDuration = text.parse().ok().or_else(|| {
        let days: i64 = days.strip_suffix('d')?.parse().ok()?;
        let rest = if time.is_empty() { jiff::SignedDuration::ZERO } else { format!("pt{time}").parse().ok()? };
        rest.checked_add(jiff::SignedDuration::from_hours(days.checked_mul(24)?))
    })?;
    i64::try_from(span.as_millis()).ok().filter(|ms| *ms >= 0).map(of_millis)
}

/// `12:34` is minutes and seconds, `0:02:35` hours too.
fn on_a_clock(text: &str, style: NumberStyle) -> Option<Number> {
    let parts: Vec<&str> = text.split(':').collect();
    let (seconds, whole) = parts.split_last()?;
    if !(1..=2).contains(&whole.len()) {
        return None;
    }
    let mut minutes: i128 = 0;
    for (index, part) in whole.iter().enumerate() {
        let is_digits = !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
        let value: i128 = is_digits.then(|| part.parse().ok()).flatten()?;
        if index > 0 && value >= 60 {
            return None;
        }
        minutes = minutes * 60 + value;
    }
    if !seconds.as_bytes().get(..2)?.iter().all(u8::is_ascii_digit) || seconds.as_bytes()[0] > b'5' {
        return None;
    }
    let is_fine = seconds.len() == 2 || matches!(seconds.as_bytes()[2], b'.' | b',');
    let seconds = bare_seconds(seconds, style).filter(|_| is_fine)?;
    sum(minutes * 60, seconds)
}

/// `1m28s`, `2 小时 3 分`; the units grow smaller, and only the last can have a part.
fn by_units(text: &str, style: NumberStyle) -> Option<Number> {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut rest = text;
    let mut before: i128 = 0;
    let mut smallest = i64::MAX;
    loop {
        let end = rest.find(|c: char| !(is_digit(c) || matches!(c, '.' | ',' | '\'' | ' ')));
        let Some(end) = end else {
            return match smallest {
                i64::MAX => bare_seconds(rest, style)?.times(1_000),
                // `2h30` is two hours and a half.
                3_600 if rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit()) && rest < "60" => {
                    sum(before, rounded_number(rest, style).ok().flatten()?.to_the_unit()?.times(60)?)
                }
                _ => None,
            };
        };
        let (digits, tail) = rest.split_at(end);
        let word_end = tail.find(is_digit).unwrap_or(tail.len());
        let (word, tail) = tail.split_at(word_end);
        let word = word.trim().trim_end_matches(['.', ',']);
        let value = rounded_number(digits.trim(), style).ok().flatten()?;
        if word == "ms" || word == "毫秒" {
            let value = if value.is_exact() { value.to_the_unit()? } else { value };
            return (tail.is_empty() && smallest == i64::MAX).then_some(value);
        }
        let unit = UNITS.iter().find(|(_, words)| words.split(' ').any(|unit| unit == word))?.0;
        if unit >= smallest {
            return None;
        }
        smallest = unit;
        if tail.is_empty() {
            let value = if value.is_exact() { value.to_the_unit()? } else { value };
            return sum(before, value.times(i128::from(unit))?);
        }
        let (low, _, _) = value.bounds();
        before += value.is_exact().then_some(low)?.checked_mul(i128::from(unit))?;
        rest = tail;
    }
}

fn bare_seconds(text: &str, style: NumberStyle) -> Option<Number> {
    let seconds = rounded_number(text, style).ok().flatten().filter(|number| !number.is_percent())?;
    if seconds.is_exact() { seconds.to_the_unit() } else { Some(seconds) }
}

/// Whole seconds and some more, in milliseconds.
fn sum(seconds: i128, more: Number) -> Option<Number> {
    more.plus(seconds)?.times(1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: NumberStyle = NumberStyle { decimal: ',', group: '.' };

    fn ms(text: &str, style: NumberStyle) -> (f64, f64, f64) {
        let length = length(text, style).unwrap_or_else(|_| panic!("{text}")).unwrap_or_else(|| panic!("{text}"));
        (length.low(), length.value(), length.high())
    }

    #[test]
    fn lengths_are_known_to_half_a_unit_of_their_last_part() {
        let table = [
            ("1m28s", (87_500.0, 88_000.0, 88_500.0)),
            ("18.28s", (18_275.0, 18_280.0, 18_285.0)),
            ("2h3m", (7_350_000.0, 7_380_000.0, 7_410_000.0)),
            ("1h 2m 3s", (3_722_500.0, 3_723_000.0, 3_723_500.0)),
            ("0:02:35", (154_500.0, 155_000.0, 155_500.0)),
            ("12:34", (753_500.0, 754_000.0, 754_500.0)),
            ("01:02:03.5", (3_723_450.0, 3_723_500.0, 3_723_550.0)),
            ("100:00:00", (359_999_500.0, 360_000_000.0, 360_000_500.0)),
            ("88", (87_500.0, 88_000.0, 88_500.0)),
            ("88.5", (88_450.0, 88_500.0, 88_550.0)),
            ("1,234", (1_233_500.0, 1_234_000.0, 1_234_500.0)),
            ("0", (0.0, 0.0, 500.0)),
            ("3分20秒", (199_500.0, 200_000.0, 200_500.0)),
            ("1小时5分钟", (3_870_000.0, 3_900_000.0, 3_930_000.0)),
            ("2 jam 5 menit 3 detik", (7_502_500.0, 7_503_000.0, 7_503_500.0)),
            ("1.5 min", (87_000.0, 90_000.0, 93_000.0)),
            ("1m0.0s", (59_950.0, 60_000.0, 60_050.0)),
            ("250ms", (249.5, 250.0, 250.5)),
            ("１分２８秒", (87_500.0, 88_000.0, 88_500.0)),
            ("2h30", (8_970_000.0, 9_000_000.0, 9_030_000.0)),
            ("PT3H", (10_799_500.0, 10_800_000.0, 10_800_500.0)),
            ("PT1H2M3S", (3_722_500.0, 3_723_000.0, 3_723_500.0)),
            ("P1DT2H", (93_599_500.0, 93_600_000.0, 93_600_500.0)),
        ];
        for (text, expected) in table {
            assert_eq!(ms(text, NumberStyle::default()), expected, "{text}");
        }
        assert_eq!(ms("18,28s", COMMA), (18_275.0, 18_280.0, 18_285.0));
        assert_eq!(ms("18,5", COMMA), (18_450.0, 18_500.0, 18_550.0));
    }

    #[test]
    fn what_is_no_length_of_time_is_none() {
        for text in [
            "abc",
            "28s1m",
            "1m1m",
            "1m28",
            "5 apples",
            "-5s",
            "1:2:3:4",
            "1:60",
            "1:5",
            ":30",
            "1:",
            "1:99:00",
            "5%",
            "1.5h20m",
            "1.2.3",
            "99999999999999999s",
            "1:234",
            "2h60",
            "2h5",
            "2d30",
            "P",
            "PT",
            "P1M",
            "P1Y",
            "PT3",
        ] {
            assert_eq!(length(text, NumberStyle::default()), Err(NotANumber), "{text}");
        }
        assert_eq!(length("-", NumberStyle::default()), Ok(None));
        assert_eq!(length("N/A", NumberStyle::default()), Ok(None));
    }

    #[test]
    fn a_computers_length_is_to_the_second_or_the_millisecond() {
        let bounds = |ms| (of_millis(ms).low(), of_millis(ms).high());
        assert_eq!(bounds(155_000), (154_500.0, 155_500.0));
        assert_eq!(bounds(18_280), (18_279.5, 18_280.5));
        assert_eq!(bounds(0), (0.0, 500.0));
    }

    proptest! {
        #[test]
        fn a_printed_length_contains_the_truth(truth_ms in 0..400_000_000_i64) {
            let seconds = (truth_ms + 500) / 1_000;
            let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            for text in [format!("{h}:{m:02}:{s:02}"), format!("{h}h{m}m{s}s"), format!("{h}小时{m}分{s}秒"), seconds.to_string()] {
                let (low, value, high) = length(&text, NumberStyle::default()).unwrap().unwrap().bounds();
                let truth = i128::from(truth_ms) * length(&text, NumberStyle::default()).unwrap().unwrap().unit();
                prop_assert!(low <= truth && truth < high, "{truth_ms} as {text}");
                prop_assert!(low <= value && value <= high);
            }
        }

        #[test]
        fn anything_like_a_length_is_read_or_refused(text in "[0-9hms:., 分秒-]{0,20}") {
            let _ = length(&text, NumberStyle::default());
        }
    }
}
