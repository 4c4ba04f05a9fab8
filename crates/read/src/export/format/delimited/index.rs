//! Finds the ends of fields and lines in text without quotes, many bytes at a time.

/// Where the delimiters and newlines of a text without quotes are.
#[derive(Default)]
pub(super) struct Index {
    pub(super) delimiters: Vec<u32>,
    pub(super) newlines: Vec<u32>,
}

impl Index {
    /// Finds them in a text that is no longer than [`u32`] can tell.
    pub(super) fn build(&mut self, text: &[u8], delimiter: u8) {
        self.delimiters.clear();
        self.newlines.clear();
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.newlines.extend(memchr::memchr_iter(b'\n', text).map(place));
        // Fields are too short for a search each.
        let delimiter = Word::of(delimiter);
        let (blocks, rest) = text.as_chunks::<64>();
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let within = (1 << rest.len()) - 1;
        let blocks = blocks.iter().map(|block| (block, u64::MAX)).chain(std::iter::once((&last, within)));
        let mut base = 0;
        for (block, within) in blocks {
            let mut mask = 0;
            for (place, word) in block.as_chunks::<8>().0.iter().enumerate() {
                mask |= delimiter.mask(u64::from_le_bytes(*word)) << (8 * place);
            }
            mask &= within;
            while mask != 0 {
                self.delimiters.push(base + mask.trailing_zeros());
                mask &= mask - 1;
            }
            base += 64;
        }
    }
}

/// A byte to look for, eight times.
#[derive(Clone, Copy)]
struct Word(u64);

impl Word {
    fn of(byte: u8) -> Self {
        Self(u64::from_le_bytes([byte; 8]))
    }

    /// Which of eight bytes are the one: a bit for each.
    fn mask(self, word: u64) -> u64 {
        const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let other = word ^ self.0;
        // The high bit of a byte is set where none of its bits is; no carry goes from one byte to the next.
        let same = !(((other & LOW) + LOW) | other | LOW);
        (same >> 7).wrapping_mul(GATHER) >> 56
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_delimiter_and_newline_is_found(text in "([a,\\n\u{e9}\u{0}\u{80}\u{ac}-]{0,20}){0,20}", delimiter in prop::sample::select(&b",;\t\x00\x80"[..])) {
            let mut index = Index::default();
            index.build(b"left,from\nbefore\n", delimiter);
            index.build(text.as_bytes(), delimiter);
            let places = |wanted: u8| -> Vec<u32> {
                (0..).zip(text.bytes()).filter(|(_, byte)| *byte == wanted).map(|(at, _)| at).collect()
            };
            prop_assert_eq!(&index.delimiters, &places(delimiter));
            prop_assert_eq!(&index.newlines, &places(b'\n'));
        }
    }
}
