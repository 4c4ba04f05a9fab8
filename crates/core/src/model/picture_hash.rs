//! The perceptual hash of a picture: 144 comparisons, of which few change when a picture is encoded anew, resized or translated.

use std::fmt;
use std::str::FromStr;

/// Comparisons in a hash: more than bits, since each has three answers.
pub const PICTURE_HASH_BITS: u32 = 144;

/// Where fewer comparisons tell anything, a picture has no features by which a version of it could be known.
const FEWEST_TOLD: u32 = 16;

/// Bytes of a hash: a bit a comparison for brighter, and as many for darker.
const BYTES: usize = 36;

/// A perceptual hash: of each of 144 pairs of neighbouring parts of a picture, whether it grows brighter from the one to the
/// other, darker, or neither, so that nobody could tell.
///
/// As text 72 lower-case hex digits: 36 of the bits that stand for brighter, and 36 of those for darker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHash {
    brighter: Bits,
    darker: Bits,
}

impl PictureHash {
    /// Of the comparisons that say brighter, and those that say darker, from the lowest bit of the first byte on.
    #[must_use]
    pub fn new(brighter: [u8; 18], darker: [u8; 18]) -> Self {
        Self { brighter: Bits::new(brighter), darker: Bits::new(darker) }
    }

    /// Whether there is nothing in it by which a version could be known.
    #[must_use]
    pub const fn is_featureless(&self) -> bool {
        self.brighter.or(self.darker).count() < FEWEST_TOLD
    }

    /// How unlike two are, in bits of 144; `None` where either is featureless.
    ///
    /// Brighter against darker counts as one, either against neither as a half. What is neither in both says nothing, as flat
    /// parts are alike in all pictures: the rest is scaled up to 144.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<u32> {
        let told = self.brighter.or(self.darker).or(other.brighter).or(other.darker).count();
        let is_known = !self.is_featureless() && !other.is_featureless();
        is_known.then(|| (self.halves(other) * PICTURE_HASH_BITS).div_ceil(2 * told))
    }

    /// The same, where it is at most so many bits; otherwise `None`.
    #[inline]
    fn within(&self, other: &Self, bits: u32) -> Option<u32> {
        let most = bits.saturating_mul(2);
        // Half of the answers tell of nearly all pairs that they differ in more.
        if self.glance(other) > most || self.halves(other) > most {
            return None;
        }
        self.distance(other).filter(|distance| *distance <= bits)
    }

    /// In how many of half of the answers two differ, twice. Three words are counted as two: what is set in one or in all of
    /// them, and what is set in two or in all.
    #[inline]
    const fn glance(&self, other: &Self) -> u32 {
        let (one, two) = (self.brighter.0[0] ^ other.brighter.0[0], self.brighter.0[1] ^ other.brighter.0[1]);
        let three = self.darker.0[0] ^ other.darker.0[0];
        let either = one ^ two;
        (either ^ three).count_ones() + 2 * ((one & two) | (either & three)).count_ones()
    }

    /// In how many answers two differ, twice.
    const fn halves(&self, other: &Self) -> u32 {
        self.brighter.differing(other.brighter) + self.darker.differing(other.darker)
    }
}

/// A bit a comparison; the last word is filled up with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Bits([u64; 3]);

impl Bits {
    fn new(bytes: [u8; 18]) -> Self {
        let mut words = [0_u64; 3];
        for (at, byte) in bytes.iter().enumerate() {
            words[at / 8] |= u64::from(*byte) << (8 * (at % 8));
        }
        Self(words)
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        self.0.into_iter().flat_map(u64::to_le_bytes).take(18)
    }

    const fn count(self) -> u32 {
        let Self([one, two, three]) = self;
        one.count_ones() + two.count_ones() + three.count_ones()
    }

    const fn or(self, other: Self) -> Self {
        let (Self([one, two, three]), Self([first, second, third])) = (self, other);
        Self([one | first, two | second, three | third])
    }

    const fn differing(self, other: Self) -> u32 {
        let (Self([one, two, three]), Self([first, second, third])) = (self, other);
        Self([one ^ first, two ^ second, three ^ third]).count()
    }
}

impl fmt::Display for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.brighter.bytes().chain(self.darker.bytes()).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PictureHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 2 * BYTES || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(());
        }
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| ());
        let mut bits = [[0; 18]; 2];
        for (at, bits) in bits.as_flattened_mut().iter_mut().enumerate() {
            *bits = byte(at)?;
        }
        let [brighter, darker] = bits;
        Ok(Self::new(brighter, darker))
    }
}

/// The hashes of a picture and of what is likely made of it: by them a version of it is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHashes {
    /// Of the whole picture.
    pub whole: PictureHash,
    /// Without a border of one colour: of what is within it.
    pub trimmed: PictureHash,
    /// Of what is within the border, without a twentieth on each side.
    pub centre: PictureHash,
    /// Of what is within the border, without a tenth on each side.
    pub heart: PictureHash,
    /// Of the mirror image of what is within the border.
    pub mirrored: PictureHash,
}

impl PictureHashes {
    /// All of them, in the order of their columns in `pictures`: `hash`, `hash_trimmed`, `hash_centre`, `hash_heart`,
    /// `hash_mirrored`.
    #[must_use]
    pub const fn all(&self) -> [PictureHash; 5] {
        let Self { whole, trimmed, centre, heart, mirrored } = *self;
        [whole, trimmed, centre, heart, mirrored]
    }

    /// Of all of them, in the order of [`PictureHashes::all`].
    #[must_use]
    pub const fn of([whole, trimmed, centre, heart, mirrored]: [PictureHash; 5]) -> Self {
        Self { whole, trimmed, centre, heart, mirrored }
    }

    /// How unlike two pictures are, in bits of 144, by the versions of them that are most alike; `None` where nothing of
    /// either has features. The same in both directions.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<u32> {
        self.within(other, u32::MAX)
    }

    /// The same, where it is at most so many bits; otherwise `None`. Of most pairs a glance tells that it is more.
    ///
    /// Each is held against the other as it is, and against what of the other may have become of it: its crops and its mirror
    /// image, whole and cropped. Two different crops of one picture are not held against each other, but for the centres.
    #[must_use]
    pub fn within(&self, other: &Self, bits: u32) -> Option<u32> {
        let mut least = None;
        let mut hold = |mine: &PictureHash, theirs: &PictureHash| {
            if let Some(distance) = mine.within(theirs, bits) {
                least = Some(least.map_or(distance, |least: u32| least.min(distance)));
            }
        };
        hold(&self.trimmed, &other.trimmed);
        hold(&self.centre, &other.centre);
        for (one, other) in [(self, other), (other, self)] {
            hold(&one.centre, &other.trimmed);
            hold(&one.heart, &other.trimmed);
            hold(&one.mirrored, &other.trimmed);
            hold(&one.mirrored, &other.centre);
            hold(&one.mirrored, &other.heart);
            // Few pictures have a border.
            if one.whole != one.trimmed {
                hold(&one.whole, &other.trimmed);
                hold(&one.whole, &other.whole);
            }
        }
        least
    }

    /// Whether nothing can be known again of it.
    #[must_use]
    pub fn is_featureless(&self) -> bool {
        self.all().iter().all(PictureHash::is_featureless)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash_of(answers: &[(u8, bool)]) -> PictureHash {
        let mut bits = [[0_u8; 18]; 2];
        for (at, is_brighter) in answers {
            let (byte, bit) = (usize::from(at / 8), 1 << (at % 8));
            bits[usize::from(!is_brighter)][byte] |= bit;
            bits[usize::from(*is_brighter)][byte] &= !bit;
        }
        let [brighter, darker] = bits;
        PictureHash::new(brighter, darker)
    }

    fn any_hash() -> impl Strategy<Value = PictureHash> {
        // Of few comparisons, so that some are alike.
        prop::collection::vec((0_u8..40, any::<bool>()), 0..60).prop_map(|answers| hash_of(&answers))
    }

    fn any_hashes() -> impl Strategy<Value = PictureHashes> {
        (any_hash(), prop::option::of(any_hash()), any_hash(), any_hash(), any_hash()).prop_map(
            |(whole, trimmed, centre, heart, mirrored)| {
                let trimmed = trimmed.unwrap_or(whole);
                PictureHashes { whole, trimmed, centre, heart, mirrored }
            },
        )
    }

    #[test]
    fn what_is_flat_in_both_says_nothing() {
        let answers = |told: u8| (0..told).map(|at| (at, at % 2 == 0)).collect::<Vec<_>>();
        let turned = |told: u8, turned: u8| {
            hash_of(&answers(told).into_iter().map(|(at, is)| (at, is == (at >= turned))).collect::<Vec<_>>())
        };
        for (told, distance) in [(144, Some(3)), (72, Some(6)), (71, Some(7)), (16, Some(27)), (15, None)] {
            assert_eq!(hash_of(&answers(told)).distance(&turned(told, 3)), distance, "{told}");
        }
        // Brighter against neither is half of brighter against darker.
        assert_eq!(hash_of(&answers(144)).distance(&hash_of(&answers(142))), Some(1));
        assert_eq!(hash_of(&answers(72)).distance(&hash_of(&answers(36))), Some(36));
        assert!(hash_of(&answers(15)).is_featureless() && !hash_of(&answers(16)).is_featureless());
    }

    #[test]
    fn text_that_is_no_hash_is_refused() {
        let text = "00".repeat(35) + "8f";
        assert_eq!(text.parse::<PictureHash>().map(|hash| hash.to_string()), Ok(text.clone()));
        for wrong in ["", &text[1..], &text.replace('8', "g"), &text.replace("8f", "é"), &text.replace("00", "+0")]
        {
            assert_eq!(wrong.parse::<PictureHash>(), Err(()), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_hash_is_read_as_it_is_written(hash in any_hash()) {
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }

        #[test]
        fn the_distance_is_that_of_the_versions_most_alike(one in any_hashes(), other in any_hashes(), bits in 0_u32..80) {
            let mut all = vec![
                one.whole.distance(&other.whole), one.trimmed.distance(&other.trimmed), one.centre.distance(&other.centre),
            ];
            for (one, other) in [(one, other), (other, one)] {
                for crop in [one.whole, one.centre, one.heart, one.mirrored] {
                    all.push(crop.distance(&other.trimmed));
                }
                all.extend([other.centre, other.heart].iter().map(|crop| one.mirrored.distance(crop)));
            }
            let least = all.into_iter().flatten().min();
            prop_assert_eq!(one.distance(&other), least);
            prop_assert_eq!(other.distance(&one), least);
            prop_assert_eq!(one.within(&other, bits), least.filter(|least| *least <= bits));
        }
    }
}
