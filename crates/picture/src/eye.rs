//! What looks at pictures, one at a time. Each thread has its own.

use std::sync::Arc;

use thiserror::Error;

use super::limits::Limits;
use super::portrait::Portrait;
use super::refused::Refused;

/// A model that finds text, loaded once and shared by every eye.
#[derive(Clone)]
pub struct TextModel(#[expect(dead_code, reason = "loaded by the text part")] Arc<()>);

/// Why an eye cannot be made.
#[derive(Debug, Error)]
pub enum EyeError {
    /// The model's bytes are no model that can be run.
    #[error("the model of text cannot be loaded: {0}")]
    Model(String),
}

impl TextModel {
    /// Of the bytes of an ONNX file: the detection model of PP-OCRv4.
    ///
    /// # Errors
    /// They are no model that can be run.
    pub fn load(_onnx: Vec<u8>) -> Result<Self, EyeError> {
        Ok(Self(Arc::new(())))
    }
}

/// What looks at pictures.
pub struct Eye {
    _limits: Limits,
    _text: Option<TextModel>,
    _faces: bool,
}

impl Eye {
    /// An eye that reads text with this model, or only guesses its share without one, and that looks for faces or does not.
    ///
    /// # Errors
    /// The model of faces cannot be loaded.
    pub const fn new(limits: Limits, text: Option<TextModel>, faces: bool) -> Result<Self, EyeError> {
        Ok(Self { _limits: limits, _text: text, _faces: faces })
    }

    /// Looks at a picture.
    ///
    /// # Errors
    /// Why it is not measured.
    pub fn look(&mut self, _bytes: &[u8]) -> Result<Portrait, Refused> {
        Err(Refused::Unknown)
    }
}
