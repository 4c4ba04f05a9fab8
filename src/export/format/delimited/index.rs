//! Where the fields and lines of plain text end, found 64 bytes at a time.

/// The ends of the fields and lines of a text without quotes.
#[derive(Default)]
pub(super) struct Index {
    /// Where every field ends: at a delimiter or a newline.
    pub(super) ends: Vec<u32>,
    /// How many fields there are up to the end of every line.
    pub(super) lines: Vec<u32>,
}

impl Index {
    /// Finds them in a text that ends with a newline and is no longer than [`u32`] can tell.
    pub(super) fn build(&mut self, text: &[u8], delimiter: u8) {
        self.ends.clear();
        self.lines.clear();
        let (delimiter, newline) = (Word::of(delimiter), Word::of(b'\n'));
        let (blocks, rest) = text.as_chunks::<64>();
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let within = (1 << rest.len()) - 1;
        let blocks = blocks.iter().map(|block| (block, u64::MAX)).chain(std::iter::once((&last, within)));
        let mut base = 0;
        for (block, within) in blocks {
            let (mut fields, mut lines) = (0, 0);
            for (place, word) in block.as_chunks::<8>().0.iter().enumerate() {
                let word = u64::from_le_bytes(*word);
                fields |= delimiter.mask(word) << (8 * place);
                lines |= newline.mask(word) << (8 * place);
            }
            self.note(base, (fields | lines) & within, lines & within);
            base += 64;
        }
    }

    fn note(&mut self, base: u32, mut ends: u64, mut lines: u64) {
        let before = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        while lines != 0 {
            let upto = lines ^ (lines - 1);
            self.lines.push(before + (ends & upto).count_ones());
            lines &= lines - 1;
        }
        while ends != 0 {
            self.ends.push(base + ends.trailing_zeros());
            ends &= ends - 1;
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
        fn every_end_is_found(text in "([a,\\n\u{e9}\u{0}\u{80}\u{ac}-]{0,20}){0,20}\\n", delimiter in prop::sample::select(&b",;\t\x00\x80"[..])) {
            let mut index = Index::default();
            index.build(b"left,from\nbefore\n", delimiter);
            index.build(text.as_bytes(), delimiter);
            let is_end = |byte: &u8| *byte == delimiter || *byte == b'\n';
            let bytes = text.as_bytes();
            let ends: Vec<u32> = (0..).zip(bytes).filter(|(_, byte)| is_end(byte)).map(|(at, _)| at).collect();
            prop_assert_eq!(&index.ends, &ends);
            let fields = |at: usize| bytes[..=at].iter().filter(|byte| is_end(byte)).count();
            let lines: Vec<usize> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| fields(at)).collect();
            let found: Vec<usize> = index.lines.iter().map(|count| usize::try_from(*count).unwrap()).collect();
            prop_assert_eq!(found, lines);
        }
    }
}
