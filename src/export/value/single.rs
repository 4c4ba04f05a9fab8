//! Single values: ids, flags, dwell.

use crate::export::format::field::Field;
use crate::model::Reason;

/// A week: a longer stay in a room is a broken number.
const MAX_DWELL_SECONDS: f64 = 7.0 * 86_400.0;

/// Ids and names are kept, and longer ones are none: platforms give 10 to 40 characters.
pub(in crate::export) const MAX_NAME_BYTES: usize = 256;

/// Whole numbers of so many digits are no longer all told apart by a double.
const DIGITS_OF_A_DOUBLE: usize = 16;

/// An id as text. A number that a spreadsheet rounded is no id any more.
pub(in crate::export) fn id<'a>(field: Field<'a>, number: &'a mut itoa::Buffer) -> Result<&'a str, Reason> {
    match field {
        Field::Text(text) if text.len() > MAX_NAME_BYTES => Err(Reason::TooLong),
        Field::Text(text) => {
            let text = text.trim();
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

/// Whether text looks like `7.65142E+18`, as spreadsheets write it, `7.65142E18`, as programs do, or
/// `7651424342342342656.0`. `7E18` is no number for sure: it may be hexadecimal.
fn is_mangled(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr::memchr3(b'+', b'.', b',', bytes).is_none() || !bytes[0].is_ascii_digit() {
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
        Field::Int(0) | Field::Null => Ok(false),
        Field::Int(1) => Ok(true),
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
        for mangled in
            ["7.65142E+18", "7E+5", "7,65E+18", "1.2e+10", "7.651424342342342E18", "7651424342342342656.0"]
        {
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
        ] {
            assert!(!is_mangled(sound), "{sound}");
        }
    }

    #[test]
    fn dwell_is_whole_milliseconds_within_a_week() {
        assert_eq!(dwell_ms(Field::Text("18.2804")), Ok(Some(18_280)));
        assert_eq!(dwell_ms(Field::Int(60)), Ok(Some(60_000)));
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
