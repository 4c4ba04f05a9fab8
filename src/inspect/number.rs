//! Numbers, durations and clock times as people see them, each with the bounds of its rounding.
//!
//! What a text can be is said by the readers of declared exports; here is only the guess at what it is.

use crate::config::NumberStyle;
use crate::export::{self, Cell};

/// What a value is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
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
    pub shape: Shape,
    /// The least it can be.
    pub low: f64,
    /// As it stands.
    pub value: f64,
    /// The most it can be.
    pub high: f64,
}

/// Signs of money, the longer before what they contain.
const MONEY: [&str; 24] = [
    "US$", "S$", "R$", "A$", "Rp", "RM", "USD", "IDR", "BRL", "EUR", "GBP", "MYR", "THB", "VND", "PHP", "CNY",
    "JPY", "$", "€", "£", "¥", "₫", "฿", "₱",
];

/// The sign of money that a text begins or ends with.
pub(super) fn money(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let has_digits = text.contains(|c: char| c.is_ascii_digit());
    MONEY.into_iter().find(|sign| has_digits && (text.starts_with(sign) || text.ends_with(sign)))
}

/// Whether a cell says nothing.
pub(super) fn is_nothing(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => matches!(export::number(text, NumberStyle::default()), Ok(None)),
        _ => false,
    }
}

/// The number in a cell.
pub(super) fn of(cell: &Cell, style: NumberStyle) -> Option<Number> {
    match cell {
        Cell::Text(text) => read(text, style),
        // A spreadsheet has no whole numbers: 412 is one all the same.
        Cell::Int(_) | Cell::Float(_) => read(&super::cell::text(cell), NumberStyle::default()),
        _ => None,
    }
}

/// The duration in a cell; bare numbers are seconds.
pub(super) fn duration(cell: &Cell, style: NumberStyle) -> Option<Number> {
    seconds(&super::cell::text(cell), style)
}

fn seconds(text: &str, style: NumberStyle) -> Option<Number> {
    let [low, value, high] = {
        let millis = export::length(text, style).ok()??;
        [millis.low(), millis.value(), millis.high()].map(|ms| ms / 1000.0)
    };
    Some(Number { shape: Shape::Duration, low, value, high })
}

/// Reads a number or a duration.
pub(super) fn read(text: &str, style: NumberStyle) -> Option<Number> {
    let Ok(number) = export::number(text, style) else { return seconds(text, style) };
    let number = number?;
    let digits_end = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shape = match () {
        () if number.is_percent() => Shape::Percent,
        () if money(text).is_some() => Shape::Money,
        () if number.is_exact() => Shape::Whole,
        () if digits_end.len() < text.trim_end().len() => Shape::Rounded,
        () => Shape::Decimal,
    };
    let whole = number.count().filter(|_| shape == Shape::Rounded);
    #[expect(clippy::cast_precision_loss, reason = "a count is at most a million millions")]
    let bounds = whole.map(|count| [count.low as f64, count.value as f64, count.high as f64]);
    let [low, value, high] = bounds.unwrap_or_else(|| [number.low(), number.value(), number.high()]);
    Some(Number { shape, low, value, high })
}

/// The hour in `7`, `07`, `07:00`, `07:00:00 - 07:59:59`; `bare` where a lone number may be one.
pub(super) fn hour(text: &str, bare: bool) -> Option<i8> {
    let first = text.split([' ', '-', '~', '–']).next()?;
    let mut parts = first.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let rest: Vec<&str> = parts.collect();
    let on_the_hour = rest.iter().all(|part| *part == "00") && rest.len() <= 2;
    ((0..24).contains(&hour) && on_the_hour && (bare || !rest.is_empty())).then_some(hour)
}

/// How a table writes its numbers, and what shows it.
pub(super) fn style<'a>(texts: impl Iterator<Item = &'a str>) -> (NumberStyle, Option<String>) {
    let (mut point, mut comma, mut thousands) = (None, None, [0usize; 2]);
    for text in texts {
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        let plausible = digits.len() > 1
            && text.chars().filter(|c| c.is_alphabetic()).count() <= 4
            && !text.contains([':', '/']);
        let Some(last) = digits.rfind(['.', ',']).filter(|_| plausible) else { continue };
        let (before, after) = (&digits[..last], digits.len() - last - 1);
        let sign = digits.as_bytes()[last];
        let (same, other) = (before.bytes().any(|byte| byte == sign), before.contains(['.', ',']));
        // Dates and versions have two of a kind without groups of three.
        if same {
            let group = digits.split(char::from(sign)).skip(1).all(|part| part.len() == 3);
            if group {
                thousands[usize::from(sign == b',')] += 2;
            }
            continue;
        }
        let certain = other || after != 3 || before.starts_with('0') || before.len() > 3;
        let found = if sign == b'.' { &mut point } else { &mut comma };
        if certain && after > 0 {
            found.get_or_insert_with(|| text.trim().to_owned());
        } else {
            thousands[usize::from(sign == b',')] += 1;
        }
    }
    let by_comma = NumberStyle { decimal: ',', group: '.' };
    match (point, comma) {
        (None, Some(example)) => (by_comma, Some(example)),
        (Some(example), _) => (NumberStyle::default(), Some(example)),
        // Nothing but `1.234`: thousands, if there are several and no comma.
        (None, None) if thousands[0] >= 3 && thousands[1] == 0 => (by_comma, None),
        (None, None) => (NumberStyle::default(), None),
    }
}
