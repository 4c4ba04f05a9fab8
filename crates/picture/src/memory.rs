//! How much memory a look at a picture takes, told from its first bytes: by it pictures are looked at side by side.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::ImageReader;

use super::limits::Limits;

/// Red, green, blue and transparency of 16 bits each: nothing that is decoded takes more a pixel.
const MOST_A_PIXEL: u64 = 8;
/// The small copies that are measured, whatever the picture.
const COPIES: u64 = 20 << 20;
/// The copy that text is looked for on, and what the model makes of it.
const TEXT: u64 = 96 << 20;

/// Bytes that a look at a picture takes at most, its own included. Nothing is decoded, and what cannot be read is refused
/// before it takes more.
#[must_use]
pub fn memory_of_a_look(bytes: &[u8], limits: &Limits, reads_text: bool) -> u64 {
    let decoded = size(bytes).map_or(0, |(width, height)| u64::from(width) * u64::from(height) * MOST_A_PIXEL);
    let most = limits.pixels.saturating_mul(4);
    let file = (bytes.len() as u64).saturating_mul(2);
    decoded.min(most) + file + COPIES + if reads_text { TEXT } else { 0 }
}

/// Its width and height as its header says them.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let told = || ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok();
    // A decoder that panics will refuse its picture.
    catch_unwind(told).ok().flatten()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    #[test]
    fn a_look_takes_what_its_pixels_take_and_never_more_than_the_limits() {
        let mut png = Cursor::new(Vec::new());
        RgbImage::new(1000, 500).write_to(&mut png, ImageFormat::Png).unwrap();
        let (bytes, limits) = (png.into_inner(), Limits::default());
        let beside = 2 * bytes.len() as u64 + COPIES;
        assert_eq!(memory_of_a_look(&bytes, &limits, false), 4_000_000 + beside);
        assert_eq!(memory_of_a_look(&bytes, &limits, true), 4_000_000 + beside + TEXT);
        let tight = Limits { pixels: 10_000, ..limits };
        assert_eq!(memory_of_a_look(&bytes, &tight, false), 40_000 + beside);
        assert_eq!(memory_of_a_look(b"none", &limits, false), 8 + COPIES);
    }
}
