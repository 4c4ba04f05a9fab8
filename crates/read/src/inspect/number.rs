//! Numbers, durations and clock times as people see them, each with the bounds of its rounding.
//!
//! What a text can be is said by the readers of declared exports; here is only the guess at what it is.

use super::role::Role;
use crate::export::{self, PeekCell};
use coverledger_config::NumberStyle;
use coverledger_core::model::Count;

/// What a value is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NumberShape {
    /// `434,944,680`
    Whole,
    /// `0.0135`
    Decimal,
    /// `1.00K`
    Rounded,
    /// `1.35%`
    Percent,
    /// `Rp 1.000`
    Money,
    /// `1m28s`
    Duration,
}

/// A value and the bounds that its rounding leaves; durations in seconds, percents as the number before the sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// How it is written.
    pub shape: NumberShape,
    /// The least it can be.
    pub low: f64,
    /// As it stands.
    pub value: f64,
    /// The most it can be.
    pub high: f64,
}

/// Signs of money, the longer before what they contain.
const MONEY: [&str; 32] = [
    "MX$", "AU$", "NZ$", "CA$", "HK$", "NT$", "MXN", "KRW", "US$", "S$", "R$", "A$", "Rp", "RM", "USD", "IDR",
    "BRL", "EUR", "GBP", "MYR", "THB", "VND", "PHP", "CNY", "JPY", "$", "€", "£", "¥", "₫", "฿", "₱",
];

/// The sign of money that a text begins or ends with.
pub(super) fn money(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let has_digits = text.contains(|c: char| c.is_ascii_digit());
    MONEY.into_iter().find(|sign| has_digits && (text.starts_with(sign) || text.ends_with(sign)))
}

/// Whether a cell says nothing.
pub(super) fn is_nothing(cell: &PeekCell) -> bool {
    match cell {
        PeekCell::Empty => true,
        PeekCell::Text(text) => matches!(export::number(text, NumberStyle::default()), Ok(None)),
        _ => false,
    }
}

/// The number in a cell.
pub(super) fn of(cell: &PeekCell, style: NumberStyle) -> Option<Number> {
    match cell {
        PeekCell::Text(text) => read(text, style),
        // A spreadsheet has no whole numbers: 412 is one all the same.
        PeekCell::Int(_) | PeekCell::Float(_) => read(&super::cell::text(cell), NumberStyle::default()),
        _ => None,
    }
}

/// The duration in a cell; bare numbers are seconds.
pub(super) fn duration(cell: &PeekCell, style: NumberStyle) -> Option<Number> {
    seconds(&super::cell::text(cell), style)
}

fn seconds(text: &str, style: NumberStyle) -> Option<Number> {
    let [low, value, high] = {
        let millis = export::length(text, style).ok()??;
        [millis.low(), millis.value(), millis.high()].map(|ms| ms / 1000.0)
    };
    Some(Number { shape: NumberShape::Duration, low, value, high })
}

/// Reads a number or a duration.
pub(super) fn read(text: &str, style: NumberStyle) -> Option<Number> {
    let Ok(number) = export::number(text, style) else { return seconds(text, style) };
    let number = number?;
    let digits_end = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shape = match () {
        () if number.is_percent() => NumberShape::Percent,
        () if money(text).is_some() => NumberShape::Money,
        () if number.is_exact() => NumberShape::Whole,
        () if digits_end.len() < text.trim_end().len() => NumberShape::Rounded,
        () => NumberShape::Decimal,
    };
    let whole = number.count().filter(|_| shape == NumberShape::Rounded);
    #[expect(clippy::cast_precision_loss, reason = "a count is at most a million millions")]
    let bounds = whole.map(|count| [count.low as f64, count.value as f64, count.high as f64]);
    let [low, value, high] = bounds.unwrap_or_else(|| [number.low(), number.value(), number.high()]);
    Some(Number { shape, low, value, high })
}

/// The hour in `7`, `07`, `07:00`, `1 PM`, `07:00:00 - 07:59:59`; `bare` where a lone number may be one.
pub(super) fn hour(text: &str, bare: bool) -> Option<i8> {
    let text = text.trim().to_lowercase();
    let first = text.split(['-', '~', '–']).next()?.trim();
    let (clock, half) = match (first.strip_suffix("am"), first.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        _ => (first, None),
    };
    let mut parts = clock.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let rest: Vec<&str> = parts.collect();
    let on_the_hour = rest.iter().all(|part| *part == "00") && rest.len() <= 2;
    let (hour, most) = match half {
        Some(noon) if hour > 0 => (hour % 12 + noon, if hour > 12 { 0 } else { 24 }),
        Some(_) => return None,
        None => (hour, 24),
    };
    ((0..most).contains(&hour) && on_the_hour && (bare || half.is_some() || !rest.is_empty())).then_some(hour)
}

const POINT: NumberStyle = NumberStyle { decimal: '.', group: ',' };
const COMMA: NumberStyle = NumberStyle { decimal: ',', group: '.' };

/// So many numbers that may be thousands are some.
const ENOUGH_THOUSANDS: usize = 3;

/// What speaks for a decimal point, or for a decimal comma.
#[derive(Default)]
struct Evidence {
    /// A number that can be read in one style only.
    example: Option<String>,
    /// How many of them there are.
    weight: usize,
    /// Numbers such as `1.234` that may be either, with groups of thousands in this style.
    thousands: usize,
}

impl Evidence {
    fn speak(&mut self, text: &str) {
        self.example.get_or_insert_with(|| text.trim().to_owned());
        self.weight += 1;
    }
}

/// How a table writes its numbers, and what shows it.
///
/// Only columns of numbers say something, never dates, lists and texts. `1.234` alone is either: in a column of counts
/// it has thousands, since there are no parts of a count; in a column of rates it has a part, since 1234 % is no rate.
pub(super) fn style<'a>(columns: impl Iterator<Item = (&'a str, Vec<&'a str>)>) -> (NumberStyle, Option<String>) {
    let (mut point, mut comma) = (Evidence::default(), Evidence::default());
    for (name, texts) in columns {
        look_at(name, &texts, &mut point, &mut comma);
    }
    match (point.example, comma.example) {
        (None, Some(example)) => (COMMA, Some(example)),
        // A few of another hand do not speak for all.
        (Some(_), Some(example)) if comma.weight > point.weight => (COMMA, Some(example)),
        (Some(example), _) => (POINT, Some(example)),
        (None, None) if comma.thousands >= ENOUGH_THOUSANDS && point.thousands == 0 => (COMMA, None),
        (None, None) => (POINT, None),
    }
}

/// `10146,10063` are two ids: nothing counted has so many digits before and behind its decimal sign.
fn is_list(text: &str) -> bool {
    const FEWEST: usize = 4;
    let mut parts = text.trim().split([',', '.']);
    let is_id = |part: &str| part.len() >= FEWEST && part.bytes().all(|byte| byte.is_ascii_digit());
    !text.trim().starts_with('0') && parts.clone().count() > 1 && parts.all(is_id)
}

fn look_at(name: &str, texts: &[&str], point: &mut Evidence, comma: &mut Evidence) {
    let read = |text: &str, style| export::number(text, style);
    let is_there = |text: &&&str| !matches!(read(text, POINT), Ok(None));
    let there: Vec<&str> = texts.iter().filter(is_there).copied().collect();
    let separated = || there.iter().filter(|text| text.contains(['.', ',']));
    let is_number = |text: &&&str| read(text, POINT).is_ok() || read(text, COMMA).is_ok();
    if separated().next().is_none() || there.iter().filter(is_number).count() * 10 < there.len() * 9 {
        return;
    }
    let role = Role::of(name);
    let is_rate = name.contains(['%', '％']) || role.is_some_and(Role::is_rate);
    let is_count = matches!(role, Some(Role::Count(count)) if count != Count::Dwell);
    for text in separated().filter(|text| !is_list(text)) {
        let (by_point, by_comma) = match (read(text, POINT).ok().flatten(), read(text, COMMA).ok().flatten()) {
            (Some(_), None) => {
                point.speak(text);
                continue;
            }
            (None, Some(_)) => {
                comma.speak(text);
                continue;
            }
            (Some(by_point), Some(by_comma)) if by_point.value().total_cmp(&by_comma.value()).is_ne() => {
                (by_point, by_comma)
            }
            _ => continue,
        };
        // The larger one has thousands.
        let has_groups_by_comma = by_comma.value() > by_point.value();
        let (grouped, parted) =
            if has_groups_by_comma { (&mut *comma, &mut *point) } else { (&mut *point, &mut *comma) };
        match () {
            () if is_rate || by_point.is_percent() => parted.speak(text),
            () if is_count => grouped.speak(text),
            () => grouped.thousands += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(columns: &[(&str, &[&str])]) -> char {
        style(columns.iter().map(|(name, texts)| (*name, texts.to_vec()))).0.decimal
    }

    #[test]
    fn dates_lists_and_texts_say_nothing_of_a_decimal_comma() {
        let rate: (&str, &[&str]) = ("Impressions click-through rate (%)", &["2.395", "4.125", "3.275"]);
        for other in [
            &["Sep 30, 2026", "Sep 29, 2026"][..],
            &["30,9", "a,b,c", "live, red"],
            &["Red, 12,5 cm", "Blue, 7 cm"],
            &["30.09.2026", "29.09.2026"],
            &["12,34,56", "7", "3,5,7,9"],
            &["10146,10063", "null", "10083"],
        ] {
            assert_eq!(decimal(&[("Impressions", &["45678", "6789"]), rate, ("other", other)]), '.', "{other:?}");
        }
    }

    #[test]
    fn three_digits_are_thousands_in_counts_and_parts_in_rates() {
        assert_eq!(decimal(&[("Impressions", &["850", "1.000", "12.000"])]), ',');
        assert_eq!(decimal(&[("Impressions", &["850", "1,000", "12,000"])]), '.');
        assert_eq!(decimal(&[("CTR", &["2.395%", "4.125%"])]), '.');
        assert_eq!(decimal(&[("CTR", &["2,395%", "4,125%"])]), ',');
        assert_eq!(decimal(&[("CTR (%)", &["2,395", "4,125"])]), ',');
        assert_eq!(decimal(&[("Impressions", &["1.000"]), ("CTR", &["2,39%"])]), ',');
        assert_eq!(decimal(&[("what", &["1.234", "2.345", "3.456"])]), ',');
        assert_eq!(decimal(&[("what", &["1.234", "2.345"])]), '.');
        assert_eq!(decimal(&[("what", &["1.35", "2.5"])]), '.');
        assert_eq!(decimal(&[("what", &["1,35", "2,5", "-", ""])]), ',');
        assert_eq!(decimal(&[("what", &["1.234.567"])]), ',');
        // One of another hand does not outweigh the rest.
        assert_eq!(decimal(&[("CTR", &["5,18%", "4,25%", "5.18%"])]), ',');
    }

    #[test]
    fn hours_are_read_with_their_half_of_the_day() {
        for (text, read) in [
            ("12 AM", 0),
            ("1 am", 1),
            ("12 PM", 12),
            ("1:00 PM", 13),
            ("11PM", 23),
            ("1 PM - 2 PM", 13),
            ("07:00:00 - 07:59:59", 7),
        ] {
            assert_eq!(hour(text, false), Some(read), "{text}");
        }
        assert_eq!(hour("7", true), Some(7));
        for text in ["7", "13 PM", "0 PM", "1:30 PM", "7 o'clock", "24:00", "noon"] {
            assert_eq!(hour(text, false), None, "{text}");
        }
        assert_eq!(hour("7 o'clock", true), None);
    }
}
