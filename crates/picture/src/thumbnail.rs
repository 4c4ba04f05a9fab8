//! A picture made small enough to be kept beside its numbers.

use image::RgbImage;
use webp::{Encoder, WebPConfig};

use super::scaler::Scaler;

/// Pixels of the longer side at most.
const SIDE: u32 = 320;

/// Bytes at most.
pub(crate) const MOST_BYTES: usize = 24 << 10;

/// What is tried, until the bytes are few enough: quality first, then size.
const TRIES: [(u32, f32); 9] = [
    (SIDE, 75.0),
    (SIDE, 70.0),
    (SIDE, 65.0),
    (SIDE, 60.0),
    (240, 60.0),
    (160, 60.0),
    (96, 60.0),
    (64, 60.0),
    (32, 60.0),
];

/// How long libwebp searches, from 0 to 6.
const METHOD: i32 = 4;

/// A WebP file of a copy; `None` where libwebp cannot make one, which means that memory has run out.
pub(crate) fn thumbnail(copy: &RgbImage, scaler: &mut Scaler) -> Option<Vec<u8>> {
    let mut small = scaler.shrink(copy, SIDE);
    for (side, quality) in TRIES {
        if side < small.width().max(small.height()) {
            small = scaler.shrink(copy, side);
        }
        let file = encoded(&small, quality)?;
        if file.len() <= MOST_BYTES {
            return Some(file);
        }
    }
    None
}

/// A WebP file of this quality.
fn encoded(picture: &RgbImage, quality: f32) -> Option<Vec<u8>> {
    let mut config = WebPConfig::new().ok()?;
    config.quality = quality;
    config.method = METHOD;
    let encoder = Encoder::from_rgb(picture, picture.width(), picture.height());
    encoder.encode_advanced(&config).ok().map(|file| file.to_vec())
}

#[cfg(test)]
mod tests {
    use image::{ImageReader, Rgb};

    use super::*;

    fn size(file: &[u8]) -> (u32, u32) {
        let read = ImageReader::new(std::io::Cursor::new(file)).with_guessed_format().unwrap();
        assert_eq!(read.format(), Some(image::ImageFormat::WebP));
        read.into_dimensions().unwrap()
    }

    #[test]
    fn a_thumbnail_is_small_and_keeps_its_proportions() {
        let copy =
            RgbImage::from_fn(410, 512, |x, y| Rgb([x, y, x ^ y].map(|level| u8::try_from(level % 256).unwrap())));
        let file = thumbnail(&copy, &mut Scaler::default()).unwrap();
        assert_eq!(size(&file), (256, 320));
        assert!(file.len() <= MOST_BYTES);
        assert_eq!(file, thumbnail(&copy, &mut Scaler::default()).unwrap());
    }

    #[test]
    fn noise_is_made_smaller_until_it_fits() {
        let mut state = 1_u32;
        let noise = RgbImage::from_fn(320, 320, |_, _| {
            Rgb([0; 3].map(|_: u8| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            }))
        });
        let file = thumbnail(&noise, &mut Scaler::default()).unwrap();
        assert!(file.len() <= MOST_BYTES && size(&file).0 < 320, "{} bytes, {:?}", file.len(), size(&file));
    }

    #[test]
    fn a_pixel_stays_one() {
        let file = thumbnail(&RgbImage::from_pixel(1, 1, Rgb([9, 8, 7])), &mut Scaler::default()).unwrap();
        assert_eq!(size(&file), (1, 1));
    }
}
