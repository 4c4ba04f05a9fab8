//! The perceptual hash of a picture: 144 bits, of which few change when a picture is encoded anew, resized or translated.

use std::fmt;
use std::str::FromStr;

/// Bits of a hash.
pub const PICTURE_HASH_BITS: u32 = 144;

/// A perceptual hash. As text: 36 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHash([u8; 18]);

impl PictureHash {
    /// Of these bits.
    #[must_use]
    pub const fn new(bits: [u8; 18]) -> Self {
        Self(bits)
    }

    /// In how many bits two differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
    }
}

impl fmt::Display for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PictureHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 36 || !text.is_ascii() {
            return Err(());
        }
        let mut bits = [0; 18];
        for (at, byte) in bits.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| ())?;
        }
        Ok(Self(bits))
    }
}

/// The hashes of a picture and of what is likely made of it: by them a version of it is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureHashes {
    /// Of the whole picture.
    pub whole: PictureHash,
    /// Without a border of one colour.
    pub trimmed: PictureHash,
    /// Of its centre.
    pub centre: PictureHash,
    /// Of its mirror image.
    pub mirrored: PictureHash,
}
