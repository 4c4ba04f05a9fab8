//! Why a picture is not measured.

use thiserror::Error;

/// What the bytes of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl Format {
    /// Its word in `pictures`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

/// Why a picture is not measured. Each has a word for tables ([`Refused::word`]) and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is none of the formats that are read.
    #[error("no JPEG, PNG or WebP")]
    Unknown,
}

impl Refused {
    /// Its word in `pictures`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_format",
        }
    }
}
