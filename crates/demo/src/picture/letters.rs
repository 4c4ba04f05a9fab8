//! Text: a line of letters of a font, side by side.
//!
//! The font has the letters that the covers show, of Noto Sans in three scripts (`assets/make_font.py`). Nothing is shaped:
//! words in Devanagari are such as need no conjuncts.

use ab_glyph::{Font as _, FontRef, OutlineCurve, Point};

use super::canvas::{Canvas, Ink};
use super::outline::Outline;
use crate::error::DemoError;

pub(super) const FONT: &[u8] = include_bytes!("../../assets/noto-sans-subset.ttf");

/// Straight edges for one curve.
const EDGES: i64 = 8;

/// The parts of a letter's height in which its outline is given.
const UNITS: i64 = 1000;

/// The letters of the covers.
pub(super) struct Letters(FontRef<'static>);

/// A line of text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Its height in pixels, of which capitals take seven tenths.
    pub(super) size: i32,
    /// The middle of its foot.
    pub(super) foot: (i32, i32),
    pub(super) ink: Ink,
}

impl Letters {
    pub(super) fn new() -> Result<Self, DemoError> {
        Ok(Self(FontRef::try_from_slice(FONT).map_err(|_| DemoError::Font)?))
    }

    /// Draws a line of text. A letter that the font does not have leaves a gap.
    pub(super) fn draw(&self, canvas: &mut Canvas, line: Line<'_>) {
        let (size, foot) = (i64::from(line.size), (i64::from(line.foot.0), i64::from(line.foot.1)));
        let mut left = foot.0 * 64 - self.width(line.text, size) / 2;
        let mut outline = Outline::default();
        for letter in line.text.chars() {
            let id = self.0.glyph_id(letter);
            for curve in self.0.outline(id).map(|outline| outline.curves).unwrap_or_default() {
                let at = |(x, y): (i64, i64)| (left + x * size * 64 / UNITS, foot.1 * 64 - y * size * 64 / UNITS);
                let points = straight(&curve);
                for pair in points.windows(2) {
                    outline.push(at(pair[0]), at(pair[1]));
                }
            }
            left += self.advance(letter) * size * 64 / UNITS;
        }
        canvas.outline(&outline, line.ink);
    }

    /// The size at which a text is so many pixels wide, and no larger than the largest.
    pub(super) fn fitting(&self, text: &str, pixels: i32, largest: i32) -> i32 {
        let wide = self.width(text, UNITS).max(1);
        let size = i32::try_from(i64::from(pixels) * 64 * UNITS / wide).unwrap_or(largest);
        size.min(largest)
    }

    /// In 64ths of a pixel.
    fn width(&self, text: &str, size: i64) -> i64 {
        text.chars().map(|letter| self.advance(letter) * size * 64 / UNITS).sum()
    }

    fn advance(&self, letter: char) -> i64 {
        whole(self.0.h_advance_unscaled(self.0.glyph_id(letter)))
    }

    #[cfg(test)]
    pub(super) fn has(&self, letter: char) -> bool {
        self.0.glyph_id(letter).0 != 0
    }
}

/// The ends of straight edges along a curve.
fn straight(curve: &OutlineCurve) -> Vec<(i64, i64)> {
    let units = |point: Point| (whole(point.x), whole(point.y));
    match *curve {
        // Outlines of a TrueType font have no cubic curves.
        OutlineCurve::Line(from, to) | OutlineCurve::Cubic(from, _, _, to) => vec![units(from), units(to)],
        OutlineCurve::Quad(from, by, to) => {
            let (from, by, to) = (units(from), units(by), units(to));
            let at = |step: i64| {
                let (first, second, third) =
                    ((EDGES - step) * (EDGES - step), 2 * step * (EDGES - step), step * step);
                let mean =
                    |from: i64, by: i64, to: i64| (from * first + by * second + to * third) / (EDGES * EDGES);
                (mean(from.0, by.0, to.0), mean(from.1, by.1, to.1))
            };
            (0..=EDGES).map(at).collect()
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "outlines are in whole units, some thousands at most")]
fn whole(units: f32) -> i64 {
    units.round() as i64
}
