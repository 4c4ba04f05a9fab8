//! Single values: ids, flags, dwell.

use super::digits::{is_word, whole};
use crate::export::format::field::Field;
use coverledger_core::model::Reason;

/// Digits of whole seconds that are read without the general parser.
const WHOLE_DIGITS: usize = 15;
/// A week: a longer stay in a room is a broken number.
const MAX_DWELL_SECONDS: f64 = 7.0 * 86_400.0;

/// Ids and names are kept, and longer ones are none: platforms give 10 to 40 characters.
pub(in crate::export) const MAX_NAME_BYTES: usize = 256;

/// A double cannot represent every whole number of so many digits.
const DIGITS_OF_A_DOUBLE: usize = 16;

/// An id as text. A number that a spreadsheet rounded is no id any more.
pub(in crate::export) fn id<'a>(field: Field<'a>, number: &'a mut itoa::Buffer) -> Result<&'a str, Reason> {
    match field {
        Field::Text(text) if text.len() > MAX_NAME_BYTES => Err(Reason::TooLong),
        Field::Text(text) if is_plain(text) => Ok(text),
        Field::Text(text) => {
            let text = unguarded(text.trim());
            if text.is_empty() {
                Err(Reason::MissingValue)
            } else if is_mangled(text) {
                Err(Reason::MangledId)
            } else {
                Ok(text)
            }
        }
        Field::Int(value) => Ok(number.format(value)),
        Field::Null => Err(Reason::MissingValue),
        Field::Float(_) | Field::Decimal(_) => Err(Reason::MangledId),
        _ => Err(Reason::BadValue),
    }
}

/// Whether an id is just what it looks like: there is nothing to trim, no guard around it, and none of the signs of a number
/// that was rounded.
#[inline]
fn is_plain(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && is_word(text.as_bytes())
}

/// An id without what people put around it so that a spreadsheet takes it for text: `'7646…`, `="7646…"`, `"7646…"`.
#[inline]
fn unguarded(text: &str) -> &str {
    let is_plain = text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric);
    if is_plain { text } else { without_guards(text) }
}

fn without_guards(text: &str) -> &str {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let quoted = |text: &str| text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    if let Some(inner) = text.strip_prefix(['\'', '\u{2019}']) {
        let inner = inner.strip_suffix(['\'', '\u{2019}']).unwrap_or(inner).trim();
        return if inner.is_empty() { text } else { inner };
    }
    match text.strip_prefix('=') {
        Some(inner) if quoted(inner.trim()) => inner.trim().trim_matches('"').trim(),
        Some(inner) if digits(inner) => inner,
        None if quoted(text) => text.trim_matches('"').trim(),
        _ => text,
    }
}

/// Groups of three digits that a long number has at least; four of them may be an address.
const LEAST_GROUPS: usize = 5;

/// Whether text is a long number in groups, `7,646,166,143,702,453,530`: a spreadsheet has read it as one, and beyond
/// fifteen digits rounded it.
fn is_grouped(text: &str) -> bool {
    let is_sign = |c: char| matches!(c, ',' | '.' | '\'' | '\u{2019}') || c.is_whitespace();
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| is_sign(*c)) else { return false };
    let mut groups = text.split(sign);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let is_first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && is_digits(group));
    let mut count = 1;
    is_first
        && groups.inspect(|_| count += 1).all(|group| group.len() == 3 && is_digits(group))
        && count >= LEAST_GROUPS
}

/// Whether text looks like `7.65142E+18`, as spreadsheets write it, `7.65142E18`, as programs do, or
/// `7651424342342342656.0`. `7E18` is no number for sure: it may be hexadecimal.
fn is_mangled(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !bytes[0].is_ascii_digit() {
        return false;
    }
    if bytes.len() > DIGITS_OF_A_DOUBLE && is_grouped(text) {
        return true;
    }
    if memchr::memchr3(b'+', b'.', b',', bytes).is_none() {
        return false;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        let zeros = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'0');
        return text
            .split_once('.')
            .is_some_and(|(whole, part)| whole.len() >= DIGITS_OF_A_DOUBLE && digits(whole) && zeros(part));
    };
    match (exponent.strip_prefix('+'), mantissa.split_once(['.', ','])) {
        (Some(power), None) => digits(power) && digits(mantissa),
        (power, Some((whole, part))) => digits(power.unwrap_or(exponent)) && digits(whole) && digits(part),
        (None, None) => false,
    }
}

/// A truth value as exports write it. Nothing at all is no.
pub(in crate::export) fn flag(field: Field<'_>) -> Result<bool, Reason> {
    match field {
        Field::Bool(flag) => Ok(flag),
        Field::Int(0) | Field::Null | Field::Text("0") => Ok(false),
        Field::Int(1) | Field::Text("1") => Ok(true),
        Field::Text(text) => {
            let text = text.trim();
            let is_one_of = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is_one_of(["0", "false", "f", "no", "n"]) || text.is_empty() {
                Ok(false)
            } else if is_one_of(["1", "true", "t", "yes", "y"]) {
                Ok(true)
            } else {
                Err(Reason::BadFlag)
            }
        }
        _ => Err(Reason::BadFlag),
    }
}

/// Seconds, whole or decimal, as milliseconds rounded half up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded to a week just before")]
#[expect(clippy::cast_precision_loss, reason = "seconds within a week are exact")]
pub(in crate::export) fn dwell_ms(field: Field<'_>) -> Result<Option<u32>, Reason> {
    let seconds = match field {
        Field::Null => return Ok(None),
        Field::Int(seconds) => seconds as f64,
        Field::Text(text)
            if text.len() <= WHOLE_DIGITS
                && let Some(seconds) = whole(text.as_bytes()) =>
        {
            seconds as f64
        }
        Field::Float(seconds) => seconds,
        Field::Text(text) | Field::Decimal(text) => text.trim().parse::<f64>().map_err(|_| Reason::BadNumber)?,
        _ => return Err(Reason::BadNumber),
    };
    if !(0.0..=MAX_DWELL_SECONDS).contains(&seconds) {
        return Err(Reason::BadNumber);
    }
    Ok(Some((seconds * 1000.0).round() as u32))
}

/// Adds a value to a look-up key so that no two different rows of values share a key.
pub(in crate::export) fn push_key(key: &mut Vec<u8>, field: Field<'_>) {
    match field {
        Field::Null => key.push(0),
        Field::Text(text) => {
            key.push(1);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Field::Int(number) | Field::Instant(number) | Field::Wall(number) | Field::Length(number) => {
            key.push(2);
            key.extend_from_slice(&number.to_le_bytes());
        }
        Field::Float(number) | Field::Percent(number) => {
            key.push(3);
            key.extend_from_slice(&number.to_le_bytes());
        }
        Field::Bool(flag) => key.extend_from_slice(&[4, u8::from(flag)]),
        Field::Nested => key.push(5),
        Field::Decimal(text) => {
            key.push(6);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_spreadsheet_rounded_are_known() {
        for mangled in [
            "7.65142E+18",
            "7E+5",
            "7,65E+18",
            "1.2e+10",
            "7.651424342342342E18",
            "7651424342342342656.0",
            "7,646,166,143,702,453,530",
            "7.646.166.143.702.453.530",
            "7 646 166 143 702 453 530",
            "7\u{202f}646\u{202f}166\u{202f}143\u{202f}702\u{202f}453\u{202f}530",
            "46'166'143'702'453",
        ] {
            assert!(is_mangled(mangled), "{mangled}");
        }
        for sound in [
            "765142",
            "7.65",
            "E+18",
            "a7.65E+18",
            "7E18",
            "u+1",
            "+",
            "7.E+1",
            "7.0",
            "7.6E",
            "7.6e18a",
            "2026.11.21",
            "7651424342342342656.1",
            "192.168.100.200",
            "7,646,166",
            "7,646,166,143,702,453,53",
            "7 646 room 143 702 453 530",
        ] {
            assert!(!is_mangled(sound), "{sound}");
        }
    }

    #[test]
    fn what_keeps_an_id_from_a_spreadsheet_is_no_part_of_it() {
        for guarded in [
            "7646166143702453525",
            "7646166143702453525\t",
            "'7646166143702453525",
            "'7646166143702453525'",
            "\u{2019}7646166143702453525",
            "=\"7646166143702453525\"",
            "= \"7646166143702453525\" ",
            "=\"\"7646166143702453525\"\"",
            "=7646166143702453525",
            "\"7646166143702453525\"",
        ] {
            let mut number = itoa::Buffer::new();
            assert_eq!(id(Field::Text(guarded), &mut number), Ok("7646166143702453525"), "{guarded}");
        }
        for plain in ["-abc", "=a+b", "_x", "'", "room 'x'", "\u{5ba4}1"] {
            let mut number = itoa::Buffer::new();
            assert_eq!(id(Field::Text(plain), &mut number), Ok(plain), "{plain}");
        }
        assert_eq!(id(Field::Text("=\"\""), &mut itoa::Buffer::new()), Err(Reason::MissingValue));
        assert_eq!(id(Field::Text("'7.65142E+18"), &mut itoa::Buffer::new()), Err(Reason::MangledId));
    }

    #[test]
    fn an_id_is_plain_where_nothing_is_taken_off_it_and_nothing_was_rounded() {
        let read = |text| id(Field::Text(text), &mut itoa::Buffer::new()).map(str::to_owned);
        for text in
            ["7646166143702453525", "550e8400-e29b-41d4-a716-446655440000", "KnnC82WncUg", "7E18", "a", "7-1"]
        {
            assert!(is_plain(text), "{text}");
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        for text in
            ["", " 1", "1 ", "'1", "=1", "-1", "7.65142E+18", "7,646,166,143,702,453,530", "1é", "1\u{a0}", "\t"]
        {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn dwell_is_whole_milliseconds_within_a_week() {
        assert_eq!(dwell_ms(Field::Text("18.2804")), Ok(Some(18_280)));
        assert_eq!(dwell_ms(Field::Int(60)), Ok(Some(60_000)));
        for (text, ms) in [("60", 60_000), ("000060", 60_000), ("604800", 604_800_000), ("0", 0), (" 60", 60_000)]
        {
            assert_eq!(dwell_ms(Field::Text(text)), Ok(Some(ms)), "{text}");
        }
        assert_eq!(dwell_ms(Field::Null), Ok(None));
        for bad in ["-1", "nan", "inf", "604801", "1m28s"] {
            assert_eq!(dwell_ms(Field::Text(bad)), Err(Reason::BadNumber), "{bad}");
        }
    }

    #[test]
    fn no_two_rows_of_values_share_a_key() {
        let key = |fields: &[Field<'_>]| {
            let mut key = Vec::new();
            for field in fields {
                push_key(&mut key, *field);
            }
            key
        };
        assert_ne!(key(&[Field::Text("a"), Field::Text("b")]), key(&[Field::Text("ab"), Field::Null]));
        assert_ne!(key(&[Field::Text("a"), Field::Null]), key(&[Field::Null, Field::Text("a")]));
    }
}
