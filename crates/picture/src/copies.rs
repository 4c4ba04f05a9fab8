//! Small upright copies of a picture, in sRGB and without transparency.
//!
//! A picture is scaled before anything else is done to it, since a copy of half a megapixel is turned and converted in no
//! time. Its colours come out as if they had been converted first, but for rounding.

use std::sync::Arc;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, Rgb, RgbImage};
use moxcms::Transform8BitExecutor;

use super::decode::Decoded;
use super::portrait::Note;
use super::profile::to_srgb;

/// Pixels of the longer side of the copy that is measured. A smaller picture is measured as it is.
pub(crate) const MEASURED_SIDE: u32 = 512;

/// How a picture is made small: with a triangle that widens with the reduction, so that every pixel counts and none rings.
/// Pillow's `BILINEAR` is the same.
pub(crate) const FILTER: ResizeAlg = ResizeAlg::Convolution(FilterType::Bilinear);

/// A scaler that lets go of large buffers.
#[derive(Default)]
pub(crate) struct Scaler(Resizer);

/// Bytes that a scaler keeps from one picture to the next.
const KEPT_BYTES: usize = 16 << 20;

impl Scaler {
    /// A copy of this size. Of a kind of pixel that cannot be scaled, which no decoder makes, a copy in 8 bits a channel.
    fn scale(&mut self, image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
        let mut small = DynamicImage::new(width, height, image.color());
        if self.0.resize(image, &mut small, &ResizeOptions::new().resize_alg(FILTER)).is_err() {
            return image.thumbnail_exact(width, height);
        }
        if self.0.size_of_internal_buffers() > KEPT_BYTES {
            self.0.reset_internal_buffers();
        }
        small
    }

    /// A smaller copy of a copy.
    pub(crate) fn shrink(&mut self, copy: &RgbImage, side: u32) -> RgbImage {
        let (width, height) = fit(copy.width(), copy.height(), side);
        if (width, height) == copy.dimensions() {
            return copy.clone();
        }
        let mut small = RgbImage::new(width, height);
        // Both are of 8 bits in three channels, which is all that can be wrong.
        let scaled = self.0.resize(copy, &mut small, &ResizeOptions::new().resize_alg(FILTER));
        debug_assert!(scaled.is_ok(), "{scaled:?}");
        small
    }
}

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

/// The largest size of these proportions whose longer side is at most `side`; never larger than it is.
fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let part = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    (part(width), part(height))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_its_proportions_and_never_grows() {
        assert_eq!(fit(1080, 1350, 512), (410, 512));
        assert_eq!(fit(8000, 1, 512), (512, 1));
        assert_eq!(fit(300, 200, 512), (300, 200));
        assert_eq!(fit(513, 513, 512), (512, 512));
    }
}
