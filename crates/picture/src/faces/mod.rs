//! Faces on a picture.

use image::GrayImage;

use super::eye::EyeError;

/// What finds faces, with its model loaded. Each eye has its own.
pub(crate) struct Faces;

/// What was found of faces. `None` is what was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FacesSeen {
    /// The method that found them: its name and version, and what it is blind to.
    pub method: &'static str,
    /// `Look::Faces`.
    pub count: Option<f64>,
    /// `Look::FaceShare`.
    pub share: Option<f64>,
}

impl FacesSeen {
    /// Nobody looked for faces.
    pub(crate) const NOT_LOOKED_FOR: Self = Self { method: "not measured", count: None, share: None };
}

impl Faces {
    /// With its model.
    ///
    /// # Errors
    /// The model cannot be loaded.
    #[expect(clippy::unnecessary_wraps, reason = "loading a model fails")]
    pub(crate) const fn new() -> Result<Self, EyeError> {
        Ok(Self)
    }

    /// Looks for faces on the grey copy of an upright picture, whose longer side is at most `copies::MEASURED_SIDE`.
    pub(crate) const fn look(&mut self, _grey: &GrayImage) -> FacesSeen {
        FacesSeen::NOT_LOOKED_FOR
    }
}
