//! The id of one event, or of one viewer.

use std::borrow::Cow;

/// An id, and what distinguishes it from others.
#[derive(Debug, Clone, Copy)]
pub struct Id<'a> {
    key: IdHash,
    given: Given<'a>,
}

/// How an id came.
#[derive(Debug, Clone, Copy)]
enum Given<'a> {
    /// A place in a text, sliced only when it is asked for.
    Text(&'a str, (u32, u32)),
    /// A whole number.
    Whole(i64),
    /// A hash of it, and nothing else.
    Hash(IdHash),
}

/// 128 bits in two halves: the first is kept in rows, the second chooses the partition. Only rows of one partition are
/// compared, so both halves distinguish ids.
pub type IdHash = (u64, u64);

/// An odd number whose bits look random: 2^64 by the golden ratio.
pub(crate) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// The longest whole number as text.
const LONGEST_WHOLE: usize = 20;

impl<'a> Id<'a> {
    /// The id that is this text.
    #[must_use]
    #[inline]
    pub fn of(text: &'a str) -> Self {
        Self::keyed(Self::key_of(text), text, (0, u32::try_from(text.len()).unwrap_or(u32::MAX)))
    }

    /// The id that is this whole number: the same as that of its text.
    #[must_use]
    #[inline]
    pub fn whole(number: i64) -> Self {
        Self { key: key_of_whole(number), given: Given::Whole(number) }
    }

    /// An id whose key was made before, and its place in a text.
    #[must_use]
    #[inline]
    pub fn keyed(key: IdHash, around: &'a str, span: (u32, u32)) -> Self {
        Self { key, given: Given::Text(around, span) }
    }

    /// An id of which nothing is known but what another process knew it by, be that its key or its hash.
    #[must_use]
    #[inline]
    pub fn hashed(hash: IdHash) -> Self {
        Self { key: hash, given: Given::Hash(hash) }
    }

    /// What [`Id::key`] is of an id that is this text.
    ///
    /// ```
    /// use coverledger_core::model::Id;
    ///
    /// assert_eq!(Id::key_of("7701160190346928122"), Id::whole(7_701_160_190_346_928_122).key());
    /// assert_ne!(Id::key_of("007"), Id::whole(7).key());
    /// ```
    #[must_use]
    #[inline]
    pub fn key_of(text: &str) -> IdHash {
        whole(text).map_or_else(|| Self::hash_of(text), key_of_whole)
    }

    /// What [`Id::hash`] is of an id that is this text.
    #[must_use]
    #[inline]
    pub fn hash_of(text: &str) -> IdHash {
        let hash = xxhash_rust::xxh3::xxh3_128(text.as_bytes());
        let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
        (half(hash), half(hash >> 64))
    }

    /// What distinguishes it from others within a run. Of a whole number its bits, mixed so that no two numbers have the same
    /// first half; of any other text, its hash. It is kept nowhere: what lasts is made of [`Id::hash`].
    #[must_use]
    #[inline]
    pub fn key(&self) -> IdHash {
        self.key
    }

    /// The XXH3 hash (128 bits) of its text.
    #[must_use]
    pub fn hash(&self) -> IdHash {
        match self.given {
            Given::Text(around, span) => Self::hash_of(sliced(around, span)),
            Given::Whole(number) => Self::hash_of(itoa::Buffer::new().format(number)),
            Given::Hash(hash) => hash,
        }
    }

    /// Its text; nothing of an id of which only a hash is known.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        match self.given {
            Given::Text(around, span) => Cow::Borrowed(sliced(around, span)),
            Given::Whole(number) => Cow::Owned(number.to_string()),
            Given::Hash(_) => Cow::Borrowed(""),
        }
    }
}

fn sliced(around: &str, (start, end): (u32, u32)) -> &str {
    around.get(start as usize..end as usize).unwrap_or_default()
}

/// A bijection, so that no two numbers are taken for one: the last steps of `SplitMix64` (Steele, Lea, Flood 2014).
#[inline]
fn key_of_whole(number: i64) -> IdHash {
    let mut bits = number.cast_unsigned();
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits, bits.wrapping_mul(SPREAD).rotate_left(32))
}

/// The whole number that is written like this text, and no other text is written like it.
#[inline]
fn whole(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    // Most ids that are no numbers have a letter at one end.
    let ends_in_digit = bytes.last().is_some_and(u8::is_ascii_digit);
    if !ends_in_digit || bytes.len() > LONGEST_WHOLE {
        return None;
    }
    let (is_negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let is_canonical = digits.first() != Some(&b'0') || bytes == b"0";
    let mut number: u64 = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(digit.into())?;
    }
    if !is_canonical {
        return None;
    }
    let number = i128::from(number);
    i64::try_from(if is_negative { -number } else { number }).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_text_of_a_number_is_its_number() {
        let i64s = [0, 7, -7, 10, 900_000_661_359, i64::MAX, i64::MIN];
        for number in i64s {
            assert_eq!(Id::of(&number.to_string()).key(), Id::whole(number).key(), "{number}");
        }
        let others = [
            "",
            "-",
            "-0",
            "00",
            "007",
            "+7",
            "7.0",
            "7 ",
            " 7",
            "7a",
            "a7",
            "--7",
            "1e3",
            "٧",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
            "18446744073709551616",
            "000000000000000000001",
        ];
        for text in others {
            assert_eq!(whole(text), None, "{text}");
            assert_eq!(Id::of(text).key(), Id::hash_of(text), "{text}");
        }
    }

    #[test]
    fn neighbours_are_spread_over_all_partitions() {
        let mut parts = [[0_u32; 64]; 3];
        for number in 0..64_000 {
            let (first, second) = Id::whole(7_700_000_000_000_000_000 + number * 4096).key();
            for (parts, bits) in parts.iter_mut().zip([second, first.rotate_right(32), first >> 57]) {
                parts[usize::try_from(bits & 63).unwrap()] += 1;
            }
        }
        // Six standard deviations of a binomial of 1,000.
        assert!(parts.iter().flatten().all(|rows| rows.abs_diff(1_000) < 190), "{parts:?}");
    }

    proptest! {
        #[test]
        fn a_number_is_one_id_in_either_form(number: i64) {
            let text = number.to_string();
            let (one, other) = (Id::of(&text), Id::whole(number));
            prop_assert_eq!(one.key(), other.key());
            prop_assert_eq!(one.hash(), other.hash());
            prop_assert_eq!(one.hash(), Id::hash_of(&text));
        }

        #[test]
        fn numbers_are_told_apart_by_the_first_half(one: i64, other: i64) {
            prop_assert_eq!(one == other, Id::whole(one).key().0 == Id::whole(other).key().0);
        }

        #[test]
        fn a_text_is_a_number_if_the_number_is_written_so(text in "-?[0-9]{1,21}|[0-9a-f]{1,20}") {
            let written = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
            prop_assert_eq!(whole(&text), written);
        }
    }
}
