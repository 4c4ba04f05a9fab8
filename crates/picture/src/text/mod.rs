//! Text on a picture: where it is, how much of it there is, how large it is and how well it stands out.
//!
//! With a model that finds text: its [`ProbabilityMap`] is cut into boxes, a [`second_look`] takes away those that are none,
//! boxes of one line are joined, and lines are measured. Without one a classical method guesses a share ([`coarse_share`])
//! and nothing else is told. What the text says, or in which language, is never told.

mod boxes;
mod coarse;
mod contrast;
mod lines;
mod map;
mod model;
mod onnx;
mod scaled;
mod second_look;
#[cfg(test)]
pub(crate) mod tests;

use image::RgbImage;

use super::count::count;
use super::joint_share::joint_share;
use super::rectangle::Rectangle;

use boxes::TextBox;
pub use model::TextModel;

/// Pixels of the longer side of what [`look`] is given when there is a model: more than the model sees, for contrast is
/// measured on it. Without a model it is given the copy that is measured.
pub(crate) const SIDE: u32 = 960;

/// Pixels of the longer side of what the model sees. At 640 it finds more, above all small lines, and takes twice as long:
/// the table is in `docs/LIBRARY.md`, "Text".
pub(crate) const MODEL_SIDE: u32 = 480;

/// The method with a model. The number at its end goes up with every change that changes what it tells.
pub(crate) const WITH_MODEL: &str = "PP-OCRv4 detection at 480 px, version 1";

/// The method without one, which tells only a share.
pub(crate) const COARSE: &str = "coarse, version 1";

/// What was found of text. `None` is what was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextSeen {
    /// The method that found it: its name and version.
    pub method: &'static str,
    /// `Look::TextShare`: the part of the picture that lies in boxes of text.
    pub share: Option<f64>,
    /// `Look::TextLines`: how many lines there are.
    pub lines: Option<f64>,
    /// `Look::TextHeight`: the height of the largest line as a part of the picture's; not measured if there is no text.
    pub height: Option<f64>,
    /// `Look::TextContrast`: the contrast ratio of WCAG 2.2 between text and its ground, in the line that half of the text's
    /// area stands out less than; not measured if there is no text.
    pub contrast: Option<f64>,
}

/// Looks for text on a picture that is upright, sRGB and without transparency.
pub(crate) fn look(picture: &RgbImage, model: Option<&TextModel>) -> TextSeen {
    if let Some(lines) = model.and_then(|model| find(picture, model, MODEL_SIDE)) {
        return measured(picture, &lines);
    }
    let share = coarse::coarse_share(picture);
    TextSeen { method: COARSE, share: Some(share), lines: None, height: None, contrast: None }
}

/// What the lines of a picture make up.
pub(crate) fn measured(picture: &RgbImage, lines: &[Rectangle]) -> TextSeen {
    let (width, height) = picture.dimensions();
    let largest = lines.iter().map(Rectangle::height).reduce(f64::max);
    TextSeen {
        method: WITH_MODEL,
        share: Some(joint_share(lines, width, height)),
        lines: Some(count(lines.len())),
        height: largest.map(|largest| (largest / f64::from(height.max(1))).min(1.0)),
        contrast: contrast::typical(picture, lines),
    }
}

/// The lines of text that a model sees at a size; `None` if it cannot be run.
pub(crate) fn find(picture: &RgbImage, model: &TextModel, side: u32) -> Option<Vec<Rectangle>> {
    let boxes = first_look(picture, model, side)?;
    let kept = second_look::second_look(boxes, picture, |picture| model.look(picture, side / 2))?;
    Some(lines::lines(&kept))
}

fn first_look(picture: &RgbImage, model: &TextModel, side: u32) -> Option<Vec<TextBox>> {
    Some(boxes::boxes(&model.look(picture, side)?, picture.dimensions()))
}

/// What a single look finds.
#[cfg(test)]
pub(crate) fn boxes_at_first(picture: &RgbImage, model: &TextModel) -> Vec<Rectangle> {
    first_look(picture, model, MODEL_SIDE).unwrap().iter().map(|found| found.place).collect()
}
