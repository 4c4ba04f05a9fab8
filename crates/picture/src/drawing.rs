//! A thumbnail, decoded again for whoever draws it.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

pub use image::DynamicImage;

/// Longest side of what is decoded, in pixels: of a thumbnail it is 320.
const SIDE: u32 = 1_024;
/// Bytes that decoding takes at most.
const MOST_BYTES: u64 = 32 << 20;

/// A thumbnail from the bytes of its WebP file; `None` if they are none.
#[must_use]
pub fn decoded_thumbnail(webp: &[u8]) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(webp), ImageFormat::WebP);
    reader.limits(limits);
    reader.decode().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_picture_is_a_thumbnail() {
        let of = |side: u32| {
            let pixels = image::RgbImage::from_pixel(side, 4, image::Rgb([200, 30, 40]));
            webp::Encoder::from_rgb(&pixels, side, 4).encode(75.0).to_vec()
        };
        let drawn = decoded_thumbnail(&of(320)).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (320, 4));
        assert_eq!(decoded_thumbnail(&of(SIDE + 1)), None);
        assert_eq!(decoded_thumbnail(b"RIFF and no more"), None);
    }
}
