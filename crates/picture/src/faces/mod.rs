//! Faces on a picture: how many look at the viewer, and how much of it they take up.
//!
//! The detector is `SeetaFace` (Wu, Kan, He, Shan & Chen 2017, "Funnel-structured cascade for multi-view face detection with
//! alignment-awareness"), ported as `rustface`, with its model of frontal faces (BSD-2-Clause, its licence lies beside it).
//! It finds faces of photographs that look at the camera, of a tenth of the shorter side or larger; it is blind to drawn
//! faces, and what it does with profiles has not been measured: the method says so.

#[cfg(test)]
mod tests;

use image::GrayImage;
use rustface::{FaceInfo, ImageData, Model};

use super::count::count;
use super::eye::EyeError;
use super::joint_share::joint_share;
use super::rectangle::Rectangle;

/// The model, as it comes with `rustface` 0.1.7.
const MODEL: &[u8] = include_bytes!("../../assets/seeta_fd_frontal_v1.0.bin");

/// The method. The number goes up with every change that changes what it tells.
pub(crate) const METHOD: &str = "SeetaFace, photographs of frontal faces only, version 1";
/// The detector's window, in pixels: it reads outside of pictures that are smaller.
const WINDOW: u32 = 40;
/// How sure it must be: twice what `rustface` shows in its example. `tests/pictures_text.py` tells what other limits would find.
const LEAST_SCORE: f64 = 4.0;
/// What is not even considered.
const WORTH_A_LOOK: f64 = 2.0;

/// What finds faces. Each eye has its own. It is the model and not the detector, which cannot go from thread to thread: to
/// make one anew for each picture takes a hundredth of what looking takes.
pub(crate) struct Faces(Model);

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
    /// Nobody looked for faces, or the picture is too thin to have one.
    pub(crate) const NOT_LOOKED_FOR: Self = Self { method: "not measured", count: None, share: None };
}

impl Faces {
    /// With its model.
    ///
    /// # Errors
    /// The model cannot be loaded.
    pub(crate) fn new() -> Result<Self, EyeError> {
        rustface::read_model(MODEL).map(Self).map_err(|error| EyeError::Faces(error.to_string()))
    }

    /// Looks for faces on the grey copy of an upright picture, whose longer side is at most `copies::MEASURED_SIDE`.
    pub(crate) fn look(&self, grey: &GrayImage) -> FacesSeen {
        if grey.width().min(grey.height()) < WINDOW {
            return FacesSeen::NOT_LOOKED_FOR;
        }
        let sure = self.scored(grey).into_iter().filter(|(_, score)| *score >= LEAST_SCORE);
        let found: Vec<_> = sure.map(|(place, _)| place).collect();
        let share = joint_share(&found, grey.width(), grey.height());
        FacesSeen { method: METHOD, count: Some(count(found.len())), share: Some(share) }
    }

    /// Where they are, and how sure that is, on a picture that is not thinner than a window.
    pub(crate) fn scored(&self, grey: &GrayImage) -> Vec<(Rectangle, f64)> {
        let mut detector = rustface::create_detector_with_model(self.0.clone());
        detector.set_score_thresh(WORTH_A_LOOK);
        detector.set_pyramid_scale_factor(0.8);
        detector.set_slide_window_step(4, 4);
        let found = detector.detect(&ImageData::new(grey.as_raw(), grey.width(), grey.height()));
        let place = |face: &FaceInfo| {
            let bounds = face.bbox();
            let [left, top] = [bounds.x(), bounds.y()].map(f64::from);
            (Rectangle::upright(left, top, f64::from(bounds.width()), f64::from(bounds.height())), face.score())
        };
        found.iter().map(place).collect()
    }
}
