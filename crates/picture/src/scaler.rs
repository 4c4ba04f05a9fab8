//! Pictures made smaller.
//!
//! One of eight bits a channel comes out the same on every machine, to the bit: the arithmetic is of whole numbers, whatever
//! instructions the processor has.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x2, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage};

/// Bytes that are kept from one picture to the next.
const KEPT_BYTES: usize = 16 << 20;

/// How pixels become fewer: with a triangle that widens with the reduction, so that every pixel counts and none rings.
/// Pillow's `BILINEAR` is the same.
const BLEND: ResizeAlg = ResizeAlg::Convolution(FilterType::Bilinear);

/// What makes pictures smaller.
#[derive(Default)]
pub(crate) struct Scaler(Resizer);

impl Scaler {
    /// A copy of this size, of eight bits a channel.
    pub(crate) fn scale(&mut self, image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
        let mut small = DynamicImage::new(width, height, image.color());
        match (image, &mut small) {
            (DynamicImage::ImageLuma8(from), DynamicImage::ImageLuma8(to)) => {
                self.resize::<U8>((from, from.dimensions()), (to, (width, height)), BLEND);
            }
            (DynamicImage::ImageLumaA8(from), DynamicImage::ImageLumaA8(to)) => {
                self.resize::<U8x2>((from, from.dimensions()), (to, (width, height)), BLEND);
            }
            (DynamicImage::ImageRgb8(from), DynamicImage::ImageRgb8(to)) => {
                self.resize::<U8x3>((from, from.dimensions()), (to, (width, height)), BLEND);
            }
            (DynamicImage::ImageRgba8(from), DynamicImage::ImageRgba8(to)) => {
                self.resize::<U8x4>((from, from.dimensions()), (to, (width, height)), BLEND);
            }
            _ => return self.scale(&eight_bits(image), width, height),
        }
        if self.0.size_of_internal_buffers() > KEPT_BYTES {
            self.0.reset_internal_buffers();
        }
        small
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

    /// Only the kinds of pixel that there are, since each is some thousand instructions.
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

/// Of eight bits a channel.
fn eight_bits(image: &DynamicImage) -> DynamicImage {
    let color = image.color();
    match (color.has_color(), color.has_alpha()) {
        (true, true) => image.to_rgba8().into(),
        (true, false) => image.to_rgb8().into(),
        (false, true) => image.to_luma_alpha8().into(),
        (false, false) => image.to_luma8().into(),
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

    #[test]
    fn sixteen_bits_are_scaled_as_eight() {
        let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_fn(40, 30, |x, y| {
            image::Rgb([x * 1_600, y * 2_000, 65_535].map(|level| u16::try_from(level).unwrap()))
        }));
        let (deep, flat) =
            (Scaler::default().scale(&deep, 20, 15), Scaler::default().scale(&eight_bits(&deep), 20, 15));
        assert_eq!(deep, flat);
    }
}
