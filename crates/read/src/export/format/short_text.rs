//! Short texts that are compared at once, and what was made of those that came recently.

/// Longer ones are none.
const MOST_BYTES: usize = 31;
const WORDS: usize = 4;
const WORD_BYTES: usize = 8;
const SLOTS: usize = 128;

/// A text of at most [`MOST_BYTES`], filled up with zeros, and its length in the last byte.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) struct ShortText([u64; WORDS]);

impl PartialEq for ShortText {
    /// Word by word: as an array, they would be put into memory for it.
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.0, other.0);
        (one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) | (one[3] ^ other[3]) == 0
    }
}

/// What no text is.
const NONE: ShortText = ShortText([u64::MAX; WORDS]);

/// By length: which bits of four words are of the text.
const MASKS: [[u64; WORDS]; MOST_BYTES + 1] = {
    let mut masks = [[0; WORDS]; MOST_BYTES + 1];
    let mut at = 0;
    while at < (MOST_BYTES + 1) * MOST_BYTES {
        let (length, byte) = (at / MOST_BYTES, at % MOST_BYTES);
        if byte < length {
            masks[length][byte / WORD_BYTES] |= 0xff << (8 * (byte % WORD_BYTES));
        }
        at += 1;
    }
    masks
};

impl ShortText {
    /// The part of a text from a place on; `None` if it is too long.
    #[inline]
    pub(in crate::export) fn of(text: &[u8], from: usize, length: usize) -> Option<Self> {
        let masks = MASKS.get(length)?;
        let bytes = match text.get(from..).and_then(<[u8]>::first_chunk::<{ WORDS * WORD_BYTES }>) {
            Some(bytes) => *bytes,
            None => at_the_end(text.get(from..from + length)?),
        };
        let [a, b, c, d] = *bytes.as_chunks::<WORD_BYTES>().0 else { return None };
        let [a, b, c, d] = [a, b, c, d].map(u64::from_le_bytes);
        Some(Self([a & masks[0], b & masks[1], c & masks[2], (d & masks[3]) | ((length as u64) << 56)]))
    }

    #[inline]
    fn slot(&self) -> usize {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let [a, b, c, d] = self.0;
        let mixed = (a ^ c.rotate_left(29)).wrapping_mul(MIX) ^ (b ^ d.rotate_left(17)).rotate_left(32);
        usize::try_from(mixed.wrapping_mul(MIX) >> 57).unwrap_or_default() % SLOTS
    }
}

/// A text behind which there are too few bytes.
#[cold]
fn at_the_end(text: &[u8]) -> [u8; WORDS * WORD_BYTES] {
    let mut bytes = [0; WORDS * WORD_BYTES];
    bytes.iter_mut().zip(text).for_each(|(byte, of_text)| *byte = *of_text);
    bytes
}

/// What was made of short texts: of two that fall on one slot, of the later one.
#[derive(Default)]
pub(in crate::export) struct RecentTexts<T> {
    slots: Vec<(ShortText, T)>,
}

impl<T: Copy + Default> RecentTexts<T> {
    /// What was made of a text.
    #[inline]
    pub(in crate::export) fn get(&self, text: &ShortText) -> Option<T> {
        self.slots.get(text.slot()).filter(|(known, _)| known == text).map(|(_, made)| *made)
    }

    /// Remembers what was made of a text.
    pub(in crate::export) fn insert(&mut self, text: ShortText, made: T) {
        self.slots.resize(SLOTS, (NONE, T::default()));
        self.slots[text.slot()] = (text, made);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_equal_to_itself_wherever_it_stands_and_to_no_other(
            one in "[ab\u{0}é]{0,20}",
            other in "[ab\u{0}é]{0,20}",
            before in "[a-z]{0,40}",
            behind in "[a-z]{0,40}",
        ) {
            let short = |text: &str| ShortText::of(text.as_bytes(), 0, text.len());
            let longer = format!("{one}\0");
            prop_assert!(short(&longer).is_none() || short(&one) != short(&longer));
            let around = format!("{before}{one}{behind}");
            prop_assert_eq!(ShortText::of(around.as_bytes(), before.len(), one.len()), short(&one));
            prop_assert_eq!(short(&one).is_some(), one.len() <= MOST_BYTES);
            prop_assert!(short(&one).is_none() || (short(&one) == short(&other)) == (one == other));
            prop_assert_ne!(short(&one), Some(NONE));
        }

        #[test]
        fn what_comes_again_is_what_was_made_of_this_text(
            texts in prop::collection::vec("[ab\u{0}]{0,12}", 1..400),
        ) {
            let mut recent = RecentTexts::default();
            for text in &texts {
                let short = ShortText::of(text.as_bytes(), 0, text.len()).unwrap();
                let number = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
                prop_assert!(recent.get(&short).is_none_or(|made| made == number), "{}", text);
                recent.insert(short, number);
                prop_assert_eq!(recent.get(&short), Some(number));
            }
        }
    }
}
