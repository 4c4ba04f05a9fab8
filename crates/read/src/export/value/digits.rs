//! Whole numbers and marks of text, eight bytes at a time.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
const HYPHENS: u64 = u64::from_le_bytes([b'-'; 8]);
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// What eight characters are as digits, the first in the lowest byte. `None` if one of them is no digit.
#[inline]
pub(super) fn eight(text: [u8; 8]) -> Option<u64> {
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    are_digits(digits).then_some(digits)
}

/// Whether every byte is at most nine.
#[inline]
pub(super) const fn are_digits(bytes: u64) -> bool {
    // A byte that carries into the next one has its own high bit set, and none is then.
    (bytes.wrapping_add(ONES * (0x7f - 9)) | bytes) & HIGH == 0
}

/// The number that eight digits are, the first in the lowest byte.
#[inline]
const fn number(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits * 10 + (digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}

/// A whole number of one to sixteen digits and nothing else.
#[inline]
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    match text.len() {
        1..8 => text.iter().try_fold(0, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit <= 9).then(|| number * 10 + u64::from(digit))
        }),
        8..=16 => {
            let (head, tail) = (eight(*text.first_chunk()?)?, eight(*text.last_chunk()?)?);
            // Those of the head that the tail has too are shifted out.
            let head = match text.len() {
                8 => 0,
                length => number(head << (8 * (16 - length))),
            };
            Some(head * 100_000_000 + number(tail))
        }
        _ => None,
    }
}

/// Whether nothing in a text is white space, ASCII punctuation before `0` but a hyphen, or beyond ASCII.
#[inline]
pub(super) fn is_word(text: &[u8]) -> bool {
    let is_word = |bytes: u64| {
        // The high bit of a byte: it is `0` or beyond; it is no hyphen.
        let beyond = (bytes | HIGH) - ZEROS;
        let other = bytes ^ HYPHENS;
        let no_hyphen = ((other & !HIGH) + (!HIGH)) | other;
        (beyond | !no_hyphen) & !bytes & HIGH == HIGH
    };
    let Some(last) = text.last_chunk::<8>() else {
        return text.iter().all(|byte| matches!(byte, b'0'..=0x7f | b'-'));
    };
    text.as_chunks::<8>().0.iter().all(|word| is_word(u64::from_le_bytes(*word)))
        && is_word(u64::from_le_bytes(*last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn digits_are_the_number_that_the_parser_says(text in "([0-9]{0,20}|[0-9]{0,9}[/:+. \u{0}\u{80}é-][0-9]{0,9})") {
            let is_plain = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            prop_assert_eq!(whole(text.as_bytes()), is_plain.then(|| text.parse().unwrap()));
        }

        #[test]
        fn a_word_has_nothing_in_it_that_means_more(
            around in ["[0-9A-Za-z_-]{0,20}", "[0-9A-Za-z_-]{0,20}"],
            odd in prop::sample::select(&["", "-", "\u{7f}", "\u{80}", "\u{e9}", "\u{f8}", "\u{2019}", " ", "+", ".", ",", "'", "/", "\t", "\0"][..]),
        ) {
            let text = around.join(odd);
            prop_assert_eq!(is_word(text.as_bytes()), text.bytes().all(|byte| matches!(byte, b'0'..=0x7f | b'-')));
        }
    }
}
