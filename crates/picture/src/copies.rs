//! Small upright copies of a picture, in sRGB and without transparency.
//!
//! A picture is scaled before anything else is done to it, since a copy of half a megapixel is turned and converted in no
//! time. Its colours come out as if they had been converted first, but for rounding.

use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, Rgb, RgbImage};
use moxcms::Transform8BitExecutor;

use super::decode::Decoded;
use super::portrait::Note;
use super::profile::to_srgb;
use super::scaler::{Scaler, fit};

/// Pixels of the longer side of the copy that is measured. A smaller picture is measured as it is.
pub(crate) const MEASURED_SIDE: u32 = 512;

/// A picture that copies are made of.
pub(crate) struct Original {
    image: DynamicImage,
    orientation: Orientation,
    transform: Option<(Arc<Transform8BitExecutor>, moxcms::Layout)>,
    /// What is done to each copy.
    pub notes: Vec<Note>,
}

impl Original {
    /// Of what was decoded.
    pub(crate) fn new(decoded: Decoded) -> Self {
        let Decoded { image, orientation, profile, mut notes, .. } = decoded;
        let transform = profile.and_then(|profile| {
            let transform = to_srgb(&profile, image.color());
            notes.push(if transform.is_some() { Note::ProfileConverted } else { Note::ProfileIgnored });
            transform
        });
        if orientation != Orientation::NoTransforms {
            notes.push(Note::Oriented);
        }
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

    /// A copy whose longer side is at most this, and whether any of it is transparent.
    pub(crate) fn copy(&self, scaler: &mut Scaler, side: u32) -> (RgbImage, bool) {
        let (width, height) = fit(self.image.width(), self.image.height(), side);
        let small = if (width, height) == (self.image.width(), self.image.height()) {
            self.image.clone()
        } else {
            scaler.scale(&self.image, width, height)
        };
        let (rgb, transparent) = on_white(&converted(small, self.transform.as_ref()));
        let mut upright = DynamicImage::ImageRgb8(rgb);
        upright.apply_orientation(self.orientation);
        (upright.into_rgb8(), transparent)
    }
}

/// In 8 bits a channel, and in sRGB.
fn converted(
    image: DynamicImage,
    transform: Option<&(Arc<Transform8BitExecutor>, moxcms::Layout)>,
) -> DynamicImage {
    let (alpha, grey) = (image.color().has_alpha(), !image.color().has_color());
    let Some((transform, layout)) = transform else {
        return if alpha { image.into_rgba8().into() } else { image.into_rgb8().into() };
    };
    let (width, height) = (image.width(), image.height());
    let from: Vec<u8> = match (grey, alpha) {
        (true, true) => image.into_luma_alpha8().into_raw(),
        (true, false) => image.into_luma8().into_raw(),
        (false, true) => image.into_rgba8().into_raw(),
        (false, false) => image.into_rgb8().into_raw(),
    };
    let mut to =
        DynamicImage::new(width, height, if alpha { image::ColorType::Rgba8 } else { image::ColorType::Rgb8 });
    let done = match &mut to {
        DynamicImage::ImageRgba8(to) => transform.transform(&from, to),
        DynamicImage::ImageRgb8(to) => transform.transform(&from, to),
        _ => Ok(()),
    };
    debug_assert!(done.is_ok(), "{layout:?}: {done:?}");
    to
}

/// Laid on white, and whether that changed anything.
fn on_white(image: &DynamicImage) -> (RgbImage, bool) {
    let DynamicImage::ImageRgba8(image) = image else { return (image.to_rgb8(), false) };
    let mut transparent = false;
    let rgb = RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(u32::from);
        transparent |= alpha < 255;
        Rgb([red, green, blue].map(|part| {
            let laid = (part * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(laid).unwrap_or(u8::MAX)
        }))
    });
    (rgb, transparent)
}

/// The brightness of each pixel: luma of ITU-R BT.709, as `image` reckons it.
pub(crate) fn grey(copy: &RgbImage) -> GrayImage {
    image::imageops::grayscale(copy)
}
