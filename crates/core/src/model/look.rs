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

    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Aspect => "ratio; 1 is a square, above 1 lies, below 1 stands",
            Self::Colourfulness => {
                "levels of 255; 0 grey, 15 slightly, 33 moderately, 59 quite, 109 extremely colourful"
            }
            Self::Saturation => "mean, 0 (grey) to 1 (pure colours)",
            Self::Brightness => "mean CIE L*, 0 (black) to 100 (white)",
            Self::Contrast => "standard deviation of CIE L*, 0 to 50",
            Self::ColourTemperature => {
                "kelvins; 2,900 as a light bulb, 6,500 as daylight; null where the mean colour is no white"
            }
            Self::Sharpness => "squared levels of 255; null below 3 pixels",
            Self::Clutter | Self::SubjectShare | Self::FaceShare | Self::TextShare => {
                "share of the picture, 0 to 1"
            }
            Self::Symmetry => "correlation, -1 to 1",
            Self::SubjectX => "share of the width, 0 (left) to 1 (right); null where nothing stands out",
            Self::SubjectY => "share of the height, 0 (top) to 1 (bottom); null where nothing stands out",
            Self::Faces => "faces",
            Self::TextLines => "lines",
            Self::TextHeight => "share of the picture's height, 0 to 1",
            Self::TextContrast => "ratio of WCAG, 1 (none) to 21 (black on white)",
        }
    }

    /// How it is reckoned, on a copy of the picture in sRGB whose longer side is at most 512 pixels.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        match self {
            Self::Aspect => "width / height, as seen after the picture's orientation was heeded",
            Self::Colourfulness => {
                "sqrt(sd(rg)² + sd(yb)²) + 0.3·sqrt(mean(rg)² + mean(yb)²), rg = R − G, yb = (R + G)/2 − B"
            }
            Self::Saturation => "mean of S of HSV: (max − min)/max of R, G, B; 0 of black",
            Self::Brightness => "mean of L* of the luminance 0.2126 R + 0.7152 G + 0.0722 B of linear R, G, B",
            Self::Contrast => "standard deviation of that L* over the pixels",
            Self::ColourTemperature => {
                "of the mean linear colour: 449 n³ + 3525 n² + 6823.3 n + 5520.33, n = (x − 0.3320)/(0.1858 − y); null \
                 outside 1,667 to 25,000 K and farther than 0.05 from the Planckian locus in CIE 1960 u, v"
            }
            Self::Sharpness => "variance of the Laplacian [0 1 0; 1 −4 1; 0 1 0] of luma (BT.709)",
            Self::Clutter => {
                "share of pixels on Canny's edges of luma: blur 1.4 pixels, Sobel, hysteresis 50 to 100"
            }
            Self::Symmetry => {
                "Pearson's correlation of the luma of the left half with the mirrored right half; of halves that do not \
                 vary 1 if they are the same, else 0"
            }
            Self::SubjectShare => {
                "share of a map of 64 × 64 that is above thrice its mean; the map is the spectral residual of luma, \
                 exp(log A − mean₃ₓ₃ log A) with the phases, squared and blurred by 2.5; log A is log(1 + A)"
            }
            Self::SubjectX => "mean position of what is above thrice the mean of that map, weighted by it",
            Self::SubjectY => "the same from top to bottom",
            Self::Faces => "faces found upright",
            Self::FaceShare => "their rectangles within the picture, none counted twice, by the picture's area",
            Self::TextShare => {
                "rectangles of its lines within the picture, none counted twice, by the picture's area"
            }
            Self::TextLines => "lines of text found; null where no model looked",
            Self::TextHeight => {
                "the shorter side of the largest line's rectangle by the picture's height; null without text"
            }
            Self::TextContrast => {
                "(L₁ + 0.05)/(L₂ + 0.05) of the relative luminance of strokes and ground, median of the lines by area; null \
                 without text"
            }
        }
    }

    /// Who reckons it so.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Aspect => "by definition",
            Self::Colourfulness => "Hasler and Süsstrunk, Measuring colorfulness in natural images, 2003",
            Self::Saturation => "Smith, Color gamut transform pairs, 1978",
            Self::Brightness => "CIE 1976 L*a*b* (ISO/CIE 11664-4); sRGB by IEC 61966-2-1",
            Self::Contrast => "Peli, Contrast in complex images, 1990 (RMS contrast), on CIE L*",
            Self::ColourTemperature => {
                "McCamy, Correlated color temperature as an explicit function of chromaticity coordinates, 1992; Krystek, \
                 An algorithm to calculate correlated colour temperature, 1985; CIE 15 for the distance"
            }
            Self::Sharpness => "Pech-Pacheco and others, Diatom autofocusing in brightfield microscopy, 2000",
            Self::Clutter => "Mack and Oliva, Computational estimation of visual complexity, 2004; Canny, 1986",
            Self::Symmetry => {
                "Mayer and Landwehr, Quantifying visual aesthetics based on processing fluency theory, 2018"
            }
            Self::SubjectShare | Self::SubjectX | Self::SubjectY => {
                "Hou and Zhang, Saliency detection: a spectral residual approach, 2007"
            }
            Self::Faces | Self::FaceShare => "SeetaFace detection, by rustface; see docs/LIBRARY.md, \"Faces\"",
            Self::TextShare | Self::TextLines | Self::TextHeight => {
                "PP-OCRv4 detection, or the coarse method; see docs/LIBRARY.md, \"Text\""
            }
            Self::TextContrast => "WCAG 2.2, contrast ratio",
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_measure_is_found_by_its_word_and_kept_in_its_place() {
        let mut looks = Looks::default();
        for (at, look) in Look::ALL.into_iter().enumerate() {
            assert_eq!((Look::named(look.word()), look as usize), (Some(look), at));
            looks.set(look, Some(f64::from(look as u8)));
        }
        assert!(Look::ALL.into_iter().all(|look| looks.of(look) == Some(f64::from(look as u8))));
        assert_eq!(Look::named("beauty"), None);
    }

    /// The table of the page, from what is declared here.
    fn table() -> String {
        let row = |look: Look| {
            format!(
                "| `{look}` | {} | {} | {} |\n",
                look.unit(),
                look.formula().replace('|', "\\|"),
                look.source()
            )
        };
        let head = "| measure | unit | formula | source |\n| --- | --- | --- | --- |\n".to_owned();
        Look::ALL.into_iter().fold(head, |table, look| table + &row(look))
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "asked to record, it writes instead of comparing")]
    fn the_page_says_what_is_declared() {
        const BEGIN: &str = "<!-- measures -->\n";
        const END: &str = "<!-- end of measures -->";
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/LIBRARY.md");
        let page = fs::read_to_string(&file).unwrap();
        let (before, rest) = page.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let due = format!("{before}{BEGIN}{}{END}{after}", table());
        if page == due {
            return;
        }
        if std::env::var_os("COVERLEDGER_RECORD_TABLES").is_some() {
            fs::write(file, due).unwrap();
            return;
        }
        panic!("record it with\n    COVERLEDGER_RECORD_TABLES=1 cargo test -p coverledger-core look");
    }
}
