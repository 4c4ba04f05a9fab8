//! What a picture looks like, as numbers: each measure is declared once, with its unit, formula and source.
//!
//! Columns of `pictures`, the kinds of cover in `cover_type`, the table in `docs/LIBRARY.md` and the rules of a market name
//! a measure by its word here.

use std::fmt;

/// A measure of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Look {
    /// Width by height.
    Aspect,
    /// How colourful it is.
    Colourfulness,
    /// How saturated its colours are.
    Saturation,
    /// How bright it is.
    Brightness,
    /// How much brightness varies.
    Contrast,
    /// How warm or cold its light is.
    ColourTemperature,
    /// How sharp it is.
    Sharpness,
    /// How many edges it has.
    Clutter,
    /// How alike its halves are.
    Symmetry,
    /// How much of it stands out.
    SubjectShare,
    /// Where that is, from left to right.
    SubjectX,
    /// Where that is, from top to bottom.
    SubjectY,
    /// How many faces there are.
    Faces,
    /// How much of it is faces.
    FaceShare,
    /// How much of it is text.
    TextShare,
    /// How many lines of text there are.
    TextLines,
    /// How high the largest line is.
    TextHeight,
    /// How well text stands out from its ground.
    TextContrast,
}

impl Look {
    /// Every measure, in the order of columns.
    pub const ALL: [Self; 18] = [
        Self::Aspect,
        Self::Colourfulness,
        Self::Saturation,
        Self::Brightness,
        Self::Contrast,
        Self::ColourTemperature,
        Self::Sharpness,
        Self::Clutter,
        Self::Symmetry,
        Self::SubjectShare,
        Self::SubjectX,
        Self::SubjectY,
        Self::Faces,
        Self::FaceShare,
        Self::TextShare,
        Self::TextLines,
        Self::TextHeight,
        Self::TextContrast,
    ];

    /// Its column, and its word in rules.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Aspect => "aspect",
            Self::Colourfulness => "colourfulness",
            Self::Saturation => "saturation",
            Self::Brightness => "brightness",
            Self::Contrast => "contrast",
            Self::ColourTemperature => "colour_temperature",
            Self::Sharpness => "sharpness",
            Self::Clutter => "clutter",
            Self::Symmetry => "symmetry",
            Self::SubjectShare => "subject_share",
            Self::SubjectX => "subject_x",
            Self::SubjectY => "subject_y",
            Self::Faces => "faces",
            Self::FaceShare => "face_share",
            Self::TextShare => "text_share",
            Self::TextLines => "text_lines",
            Self::TextHeight => "text_height",
            Self::TextContrast => "text_contrast",
        }
    }

    /// The measure of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.word() == word)
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The measures of a picture; `None` where one could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Looks([Option<f64>; Look::ALL.len()]);

impl Looks {
    /// One of them.
    #[must_use]
    pub const fn of(&self, look: Look) -> Option<f64> {
        self.0[look as usize]
    }

    /// Takes a measure down.
    pub const fn set(&mut self, look: Look, value: Option<f64>) {
        self.0[look as usize] = value;
    }
}
