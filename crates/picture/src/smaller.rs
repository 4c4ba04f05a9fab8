//! A thumbnail made smaller still, for a page that holds many.

use webp::{Encoder, WebPConfig};

use super::drawing::decoded_thumbnail;
use super::scaler::Scaler;

/// Small pictures show their flaws less.
const QUALITY: f32 = 62.0;
/// How long libwebp searches, from 0 to 6.
const METHOD: i32 = 4;

/// The WebP file of a thumbnail with no side longer than so many pixels; `None` if the bytes are no thumbnail.
#[must_use]
pub fn smaller_thumbnail(webp: &[u8], side: u32) -> Option<Vec<u8>> {
    let picture = Scaler::default().shrink(&decoded_thumbnail(webp)?.to_rgb8(), side);
    let mut config = WebPConfig::new().ok()?;
    config.quality = QUALITY;
    config.method = METHOD;
    let encoder = Encoder::from_rgb(&picture, picture.width(), picture.height());
    encoder.encode_advanced(&config).ok().map(|file| file.to_vec())
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn it_keeps_its_proportions_and_is_the_same_each_time() {
        let pixels = RgbImage::from_fn(240, 320, |x, y| {
            Rgb([x % 256, y % 256, 90].map(|level| u8::try_from(level).unwrap()))
        });
        let large = Encoder::from_rgb(&pixels, 240, 320).encode(75.0).to_vec();
        let small = smaller_thumbnail(&large, 120).unwrap();
        let drawn = decoded_thumbnail(&small).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (90, 120));
        assert!(small.len() < large.len());
        assert_eq!(smaller_thumbnail(&large, 120), Some(small));
        assert_eq!(smaller_thumbnail(b"no picture", 120), None);
    }
}
