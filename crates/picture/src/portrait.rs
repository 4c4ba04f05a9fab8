//! What is known of a picture after one look.

use super::refused::Format;
use coverledger_core::model::{Looks, PictureHashes};

/// What a look at a picture found.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// What its bytes are, whatever its name says.
    pub format: Format,
    /// Its width as it is seen, after its orientation was heeded.
    pub width_px: u32,
    /// Its height as it is seen.
    pub height_px: u32,
    /// What was done to it, or could not be.
    pub notes: Vec<Note>,
    /// Its measures.
    pub looks: Looks,
    /// Its main colours, the largest first; at most five.
    pub colours: Vec<DominantColour>,
    /// Which method told its text: its name and version.
    pub text_method: &'static str,
    /// Which method told its faces.
    pub face_method: &'static str,
    /// By which versions of it are known again.
    pub hashes: PictureHashes,
    /// A WebP file of at most 24 KiB, the longer side at most 320 pixels.
    pub thumbnail: Vec<u8>,
}

/// A main colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DominantColour {
    /// sRGB.
    pub rgb: [u8; 3],
    /// Its share of the picture.
    pub share: f64,
}

/// What was done to a picture before it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Turned or mirrored as its EXIF orientation says.
    Oriented,
    /// Converted to sRGB from its colour profile.
    ProfileConverted,
    /// Its colour profile cannot be applied: taken for sRGB.
    ProfileIgnored,
    /// Laid on white, since parts of it are transparent.
    OnWhite,
    /// Its first frame; it has more.
    FirstFrame,
    /// More bytes follow its end, which are not looked at: another picture, a film, an archive.
    BytesFollow,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Oriented,
        Self::ProfileConverted,
        Self::ProfileIgnored,
        Self::OnWhite,
        Self::FirstFrame,
        Self::BytesFollow,
    ];

    /// Its word in `pictures`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oriented => "oriented",
            Self::ProfileConverted => "profile_converted",
            Self::ProfileIgnored => "profile_ignored",
            Self::OnWhite => "on_white",
            Self::FirstFrame => "first_frame",
            Self::BytesFollow => "bytes_follow",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Oriented => "turned or mirrored as its EXIF orientation says",
            Self::ProfileConverted => "converted to sRGB from the colour profile in it",
            Self::ProfileIgnored => "its colour profile is damaged or of CMYK: its colours are taken for sRGB",
            Self::OnWhite => "parts of it are transparent, and were laid on white",
            Self::FirstFrame => "it moves; this is its first frame",
            Self::BytesFollow => "behind its end more bytes follow, which were not looked at",
        }
    }
}
