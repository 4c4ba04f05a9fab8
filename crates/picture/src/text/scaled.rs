//! A picture as a model wants it.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Sides of what the model sees are multiples of this: it halves them five times.
const MULTIPLE: u32 = 32;

/// A copy whose sides are multiples of 32, in planes.
pub(super) struct Scaled {
    /// Blue, green and red, from −1 to 1, each row by row from the top.
    pub planes: Vec<f32>,
    pub width: u32,
    pub height: u32,
}

impl Scaled {
    /// With a longer side of at most `side`, and never made larger but for the multiple. `None` of an empty picture.
    pub(super) fn of(picture: &RgbImage, side: u32) -> Option<Self> {
        let (from_width, from_height) = picture.dimensions();
        if picture.is_empty() {
            return None;
        }
        let longer = from_width.max(from_height);
        let fit = |length: u32| {
            let scaled = u64::from(length) * u64::from(side.min(longer)) / u64::from(longer);
            let multiples = (scaled + u64::from(MULTIPLE / 2)) / u64::from(MULTIPLE);
            u32::try_from(multiples).unwrap_or(1).max(1) * MULTIPLE
        };
        let (width, height) = (fit(from_width), fit(from_height));
        let from = ImageRef::new(from_width, from_height, picture.as_raw(), PixelType::U8x3).ok()?;
        let mut to = Image::new(width, height, PixelType::U8x3);
        // A triangle that widens with the reduction: small letters are averaged and do not fall between samples.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        Resizer::new().resize(&from, &mut to, &options).ok()?;
        let plane = |channel: usize| {
            to.buffer().iter().skip(channel).step_by(3).map(|part| f32::from(*part) / 127.5 - 1.0)
        };
        Some(Self { planes: plane(2).chain(plane(1)).chain(plane(0)).collect(), width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_multiples_of_32_and_channels_are_turned_round() {
        let red = RgbImage::from_pixel(1080, 1350, image::Rgb([255, 0, 127]));
        let scaled = Scaled::of(&red, 480).unwrap();
        assert_eq!((scaled.width, scaled.height), (384, 480));
        let plane = 384 * 480;
        assert_eq!(scaled.planes.len(), 3 * plane);
        for (at, expected) in [(0, 127.0 / 127.5 - 1.0), (plane, -1.0), (2 * plane, 1.0)] {
            assert!((scaled.planes[at] - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn a_small_picture_is_not_made_larger_and_a_thin_one_has_a_side_left() {
        let size = |width, height| Scaled::of(&RgbImage::new(width, height), 480).map(|of| (of.width, of.height));
        assert_eq!(size(100, 60), Some((96, 64)));
        assert_eq!(size(1, 1), Some((32, 32)));
        assert_eq!(size(8000, 1), Some((480, 32)));
        assert_eq!(size(0, 0), None);
    }
}
