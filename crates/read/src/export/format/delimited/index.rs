//! Finds the ends of fields and lines in text without quotes, many bytes at a time.

/// Where the delimiters and newlines of a text without quotes are.
#[derive(Default)]
pub(super) struct Index {
    /// Of both, after one that is before the text: each is followed by a field.
    pub(super) ends: Vec<u32>,
    pub(super) newlines: Vec<u32>,
}

/// One more is the beginning of the text.
const BEFORE_THE_TEXT: u32 = u32::MAX;

impl Index {
    /// Finds them in a text that is no longer than [`u32`] can tell. The delimiter is no newline.
    pub(super) fn build(&mut self, text: &[u8], delimiter: u8) {
        self.ends.clear();
        self.ends.push(BEFORE_THE_TEXT);
        self.newlines.clear();
        let (blocks, rest) = text.as_chunks::<64>();
        let mut base = 0;
        for block in blocks {
            self.add(base, masks(block, delimiter));
            base += 64;
        }
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let within = (1 << rest.len()) - 1;
        self.add(base, masks(&last, delimiter).map(|mask| mask & within));
    }

    #[inline]
    fn add(&mut self, base: u32, [ends, newlines]: [u64; 2]) {
        push(&mut self.ends, base, ends);
        push(&mut self.newlines, base, newlines);
    }
}

/// Adds the places of the bits of a mask.
#[inline]
fn push(places: &mut Vec<u32>, base: u32, mut mask: u64) {
    while mask != 0 {
        places.push(base + mask.trailing_zeros());
        mask &= mask - 1;
    }
}

/// Which bytes of a block end a field or a line, and which are newlines: a bit for each.
#[inline]
fn masks(block: &[u8; 64], delimiter: u8) -> [u64; 2] {
    // Compared many at a time, whatever the processor.
    let (mut ends, mut newlines) = ([0; 64], [0; 64]);
    for ((end, newline), byte) in ends.iter_mut().zip(&mut newlines).zip(block) {
        *newline = u8::from(*byte == b'\n');
        *end = u8::from(*byte == delimiter) | *newline;
    }
    [bits(&ends), bits(&newlines)]
}

/// The lowest bits of bytes that have no other.
#[inline]
fn bits(bytes: &[u8; 64]) -> u64 {
    let words = bytes.as_chunks::<8>().0.iter().enumerate();
    // A bit for each of the words in each of eight bytes; in the order of the bytes they are the other way round.
    transposed(words.fold(0, |all, (place, word)| all | u64::from_le_bytes(*word) << place))
}

/// Eight rows of eight bits as columns (Warren, *Hacker's Delight*, 7–3).
#[inline]
const fn transposed(mut bits: u64) -> u64 {
    let other = (bits ^ (bits >> 7)) & 0x00aa_00aa_00aa_00aa;
    bits ^= other ^ (other << 7);
    let other = (bits ^ (bits >> 14)) & 0x0000_cccc_0000_cccc;
    bits ^= other ^ (other << 14);
    let other = (bits ^ (bits >> 28)) & 0x0000_0000_f0f0_f0f0;
    bits ^ other ^ (other << 28)
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
            let places = |wanted: &[u8]| -> Vec<u32> {
                (0..).zip(text.bytes()).filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at).collect()
            };
            prop_assert_eq!(&index.ends[1..], &places(&[delimiter, b'\n']));
            prop_assert_eq!(index.ends[0].wrapping_add(1), 0);
            prop_assert_eq!(&index.newlines, &places(b"\n"));
        }
    }
}
