//! Percent-encoding in paths: `US%2FCA` is how Hive and Spark write the value `US/CA` of a partition.

use std::borrow::Cow;

/// The value that a part of a path says. What is not encoded, or not UTF-8 once it is decoded, stays as it stands; `+`
/// is itself.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let encoded = match after {
            [high, low, ..] if first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = encoded {
            bytes.push(high << 4 | low);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether no character of it is ever percent-encoded.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_and_the_rest_stays() {
        let table = [
            ("US%2FCA", "US/CA"),
            ("US%2fCA", "US/CA"),
            ("%E7%9B%B4%E6%92%AD", "直播"),
            ("直%E6%92%AD", "直播"),
            ("100%25", "100%"),
            ("a%20b+c", "a b+c"),
            ("50%off", "50%off"),
            ("%", "%"),
            ("%2", "%2"),
            ("%%41", "%A"),
            ("%FF", "%FF"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }
}
