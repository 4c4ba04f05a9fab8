//! Text on a picture: where it is, and how much of it there is.

use std::sync::Arc;

use image::RgbImage;

use super::eye::EyeError;

/// Pixels of the longer side of what [`look`] is given when there is a model. Without one it is given the copy that is
/// measured.
pub(crate) const SIDE: u32 = 640;

/// A model that finds text, loaded once and shared by every eye.
#[derive(Clone)]
pub struct TextModel(#[expect(dead_code, reason = "loaded by the text part")] Arc<()>);

impl TextModel {
    /// Of the bytes of an ONNX file: the detection model of PP-OCRv4.
    ///
    /// # Errors
    /// They are no model that can be run.
    pub fn load(_onnx: Vec<u8>) -> Result<Self, EyeError> {
        Ok(Self(Arc::new(())))
    }
}

/// What was found of text. `None` is what was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextSeen {
    /// The method that found it: its name and version.
    pub method: &'static str,
    /// `Look::TextShare`.
    pub share: Option<f64>,
    /// `Look::TextLines`.
    pub lines: Option<f64>,
    /// `Look::TextHeight`.
    pub height: Option<f64>,
    /// `Look::TextContrast`.
    pub contrast: Option<f64>,
}

/// Looks for text on a picture that is upright, sRGB and without transparency.
pub(crate) fn look(_picture: &RgbImage, _model: Option<&TextModel>) -> TextSeen {
    TextSeen { method: "not measured", share: None, lines: None, height: None, contrast: None }
}
