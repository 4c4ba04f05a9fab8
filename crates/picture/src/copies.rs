//! Small upright copies of a picture, in sRGB and without transparency.
//!
//! What is transparent is laid on white first. A picture is scaled before it is converted and turned, since a copy of half a
//! megapixel is converted in no time; its colours come out as if they had been converted first, but for rounding.

use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use moxcms::Transform8BitExecutor;

use super::decode::Decoded;
use super::flat::flat;
use super::portrait::Note;
use super::profile::to_srgb;
use super::scaler::{Scaler, fit};

/// Pixels of the longer side of the copy that is measured. A smaller picture is measured as it is.
pub(crate) const MEASURED_SIDE: u32 = 512;

/// A picture that copies are made of.
pub(crate) struct Original {
    /// Grey or of three colours, of eight bits a channel.
    image: DynamicImage,
    orientation: Orientation,
    transform: Option<Arc<Transform8BitExecutor>>,
    /// What was and is done to it.
    pub notes: Vec<Note>,
}

impl Original {
    /// Of what was decoded.
    pub(crate) fn new(decoded: Decoded) -> Self {
        let Decoded { image, orientation, profile, mut notes, .. } = decoded;
        let (image, is_transparent) = flat(image);
        if is_transparent {
            notes.push(Note::OnWhite);
        }
        let transform = profile.and_then(|profile| {
            let transform = to_srgb(&profile, image.color().has_color());
            notes.push(if transform.is_some() { Note::ProfileConverted } else { Note::ProfileIgnored });
            transform
        });
        if orientation != Orientation::NoTransforms {
            notes.push(Note::Oriented);
        }
        notes.sort_unstable();
        Self { image, orientation, transform, notes }
    }

    /// Its width and height as it is seen.
    pub(crate) fn upright_size(&self) -> (u32, u32) {
        let (width, height) = (self.image.width(), self.image.height());
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (height, width),
            _ => (width, height),
        }
    }

    /// A copy whose longer side is at most this.
    pub(crate) fn copy(&self, scaler: &mut Scaler, side: u32) -> RgbImage {
        let (width, height) = fit(self.image.width(), self.image.height(), side);
        let mut upright = DynamicImage::ImageRgb8(self.converted(scaler.scale(&self.image, width, height)));
        upright.apply_orientation(self.orientation);
        upright.into_rgb8()
    }

    /// In sRGB.
    fn converted(&self, image: DynamicImage) -> RgbImage {
        let Some(transform) = &self.transform else { return image.into_rgb8() };
        let mut converted = RgbImage::new(image.width(), image.height());
        // Both are as long as their pictures, which is all that can be wrong.
        let done = transform.transform(image.as_bytes(), &mut converted);
        debug_assert!(done.is_ok(), "{done:?}");
        converted
    }
}

/// The brightness of each pixel: luma of ITU-R BT.709, as `image` reckons it.
pub(crate) fn grey(copy: &RgbImage) -> GrayImage {
    image::imageops::grayscale(copy)
}
