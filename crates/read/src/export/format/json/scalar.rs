//! A JSON value that is neither nested nor escaped, eight bytes at a time.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    Null,
    /// Text in quotes, without escapes.
    Quoted,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Fraction,
    /// A truth value.
    Truth(bool),
}

/// The value at a place and where it ends. `None` if it is nothing plain, or none at all.
#[inline]
pub(super) fn scalar(text: &[u8], at: usize) -> Option<(Scalar, usize)> {
    match text.get(at..)? {
        [b'"', ..] => Some((Scalar::Quoted, closing_quote(text, at + 1)? + 1)),
        [b'1'..=b'9', ..] => {
            let end = digits(text, at + 1);
            let is_whole = text.get(end) != Some(&b'.');
            if is_whole { Some((Scalar::Whole, end)) } else { number(text, at) }
        }
        [b'-', ..] => number(text, at + 1),
        [b'0', ..] => number(text, at),
        [b'n', b'u', b'l', b'l', ..] => Some((Scalar::Null, at + 4)),
        [b't', b'r', b'u', b'e', ..] => Some((Scalar::Truth(true), at + 4)),
        [b'f', b'a', b'l', b's', b'e', ..] => Some((Scalar::Truth(false), at + 5)),
        _ => None,
    }
}

/// Where text closes, if nothing comes before that means more than itself.
#[inline]
pub(super) fn closing_quote(text: &[u8], mut at: usize) -> Option<usize> {
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*word);
        let (quote, backslash) = (word ^ QUOTES, word ^ BACKSLASHES);
        // A borrow marks only bytes above the first that is meant, and the first is the one that counts.
        let ends = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(SPACES) & !word);
        let ends = ends & HIGH;
        if ends != 0 {
            at += (ends.trailing_zeros() / 8) as usize;
            return (text[at] == b'"').then_some(at);
        }
        at += 8;
    }
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' | 0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

/// The number whose digits begin here and where it ends. One with an exponent is left to others.
fn number(text: &[u8], at: usize) -> Option<(Scalar, usize)> {
    let whole = digits(text, at);
    let has_zeros = text.get(at) == Some(&b'0') && whole > at + 1;
    if whole == at || has_zeros {
        return None;
    }
    match text.get(whole) {
        Some(b'.') => {
            Some(digits(text, whole + 1)).filter(|end| *end > whole + 1).map(|end| (Scalar::Fraction, end))
        }
        _ => Some((Scalar::Whole, whole)),
    }
}

/// Where digits end.
#[inline]
fn digits(text: &[u8], mut at: usize) -> usize {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    const TO_HIGH: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let digit = u64::from_le_bytes(*word) ^ ZEROS;
        // The high bit of a byte is set where it is more than nine; no carry goes from one byte to the next.
        let others = (((digit & LOW) + TO_HIGH) | digit) & !LOW;
        if others != 0 {
            return at + (others.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_plain_value_ends_where_the_parser_says_it_ends(
            value in "(\"[ -~é]{0,20}\"|\"[a-c\\\\\\n\"\u{1f}\u{7f}\u{80}]{0,20}\"|-?[0-9]{0,20}([.][0-9]{0,9})?([eE][+-]?[0-9]{1,3})?|null|true|false|nul|\\[1\\]|)",
            behind in "([,} ].{0,12}|)",
        ) {
            let text = format!("{value}{behind}");
            // The parser skips blanks before a value; whoever calls this has skipped them.
            prop_assume!(!text.starts_with(' '));
            let mut values = serde_json::Deserializer::from_str(&text).into_iter::<&serde_json::value::RawValue>();
            let parsed = values.next().and_then(Result::ok).map(serde_json::value::RawValue::get);
            if let Some((kind, end)) = scalar(text.as_bytes(), 0) {
                let is_number = matches!(kind, Scalar::Whole | Scalar::Fraction);
                // What follows is looked at by others: a number may go on with an exponent.
                prop_assert!(parsed == Some(&text[..end]) || (is_number && text[end..].starts_with(['e', 'E', '.'])), "{text}");
            } else if let Some(parsed) = parsed {
                let is_odd = parsed.starts_with('[') || parsed.contains('\\') || parsed.contains(['e', 'E']);
                prop_assert!(is_odd, "{text} is {parsed}");
            }
        }
    }
}
