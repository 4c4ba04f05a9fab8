//! Pictures made smaller.
//!
//! One of eight bits a channel comes out the same on every machine, to the bit: the arithmetic is of whole numbers, whatever
//! instructions the processor has.

use std::borrow::Cow;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage, RgbImage};

/// Bytes that are kept from one picture to the next.
const KEPT_BYTES: usize = 16 << 20;

/// How pixels become fewer: with a triangle that widens with the reduction, so that every pixel counts and none rings.
/// Pillow's `BILINEAR` is the same.
const BLEND: ResizeAlg = ResizeAlg::Convolution(FilterType::Bilinear);

/// What makes pictures smaller.
#[derive(Default)]
pub(crate) struct Scaler(Resizer);

impl Scaler {
    /// A copy of this size; as it is, where it has that. Of a picture that is neither grey nor of three colours in eight bits,
    /// which there is not, one that is.
    pub(crate) fn scale(&mut self, image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
        if let DynamicImage::ImageLuma8(from) = image {
            let mut to = GrayImage::new(width, height);
            self.resize::<U8>((from, from.dimensions()), (&mut to, (width, height)), BLEND);
            return to.into();
        }
        let rgb = image.as_rgb8().map_or_else(|| Cow::Owned(image.to_rgb8()), Cow::Borrowed);
        let mut to = RgbImage::new(width, height);
        self.resize::<U8x3>((&rgb, rgb.dimensions()), (&mut to, (width, height)), BLEND);
        if self.0.size_of_internal_buffers() > KEPT_BYTES {
            self.0.reset_internal_buffers();
        }
        to.into()
    }

    /// A smaller copy of a copy; as it is, where it is small enough.
    pub(crate) fn shrink(&mut self, copy: &RgbImage, side: u32) -> RgbImage {
        self.smaller(copy, side, BLEND)
    }

    /// One of every so many pixels of a copy, so that no colour comes up which is not there.
    pub(crate) fn sample(&mut self, copy: &RgbImage, side: u32) -> RgbImage {
        self.smaller(copy, side, ResizeAlg::Nearest)
    }

    fn smaller(&mut self, copy: &RgbImage, side: u32, how: ResizeAlg) -> RgbImage {
        let (width, height) = fit(copy.width(), copy.height(), side);
        let mut small = RgbImage::new(width, height);
        self.resize::<U8x3>((copy, copy.dimensions()), (&mut small, (width, height)), how);
        small
    }

    /// Of two kinds of pixel only: each more is another megabyte of instructions, for every processor and precision.
    fn resize<P: PixelTrait>(&mut self, from: (&[u8], (u32, u32)), to: (&mut [u8], (u32, u32)), how: ResizeAlg) {
        let (from, (from_width, from_height)) = from;
        let (to, (to_width, to_height)) = to;
        let from = TypedImageRef::<P>::from_buffer(from_width, from_height, from);
        let to = TypedImage::<P>::from_buffer(to_width, to_height, to);
        let (Ok(from), Ok(mut to)) = (from, to) else {
            debug_assert!(false, "a buffer is not as long as its picture");
            return;
        };
        let done = self.0.resize_typed(&from, &mut to, &ResizeOptions::new().resize_alg(how));
        debug_assert!(done.is_ok(), "{done:?}");
    }
}

/// The largest size of these proportions whose longer side is at most `side`; never larger than it is.
pub(crate) fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
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
