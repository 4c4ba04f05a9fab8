//! A picture without transparency, of eight bits a channel.

use image::{DynamicImage, GrayImage, RgbImage};

/// The picture laid on white, grey or of three colours, and whether anything of it was transparent.
pub(crate) fn flat(image: DynamicImage) -> (DynamicImage, bool) {
    let (width, height) = (image.width(), image.height());
    let color = image.color();
    match (color.has_color(), color.has_alpha()) {
        (true, false) => (image.into_rgb8().into(), false),
        (false, false) => (image.into_luma8().into(), false),
        (true, true) => {
            let (raw, is_transparent) = on_white::<4>(image.into_rgba8().into_raw());
            (RgbImage::from_raw(width, height, raw).unwrap_or_default().into(), is_transparent)
        }
        (false, true) => {
            let (raw, is_transparent) = on_white::<2>(image.into_luma_alpha8().into_raw());
            (GrayImage::from_raw(width, height, raw).unwrap_or_default().into(), is_transparent)
        }
    }
}

/// Pixels whose last channel tells how opaque they are, laid on white and without it. In their own place: a copy of a large
/// picture is as much memory again.
fn on_white<const CHANNELS: usize>(mut raw: Vec<u8>) -> (Vec<u8>, bool) {
    let mut is_transparent = false;
    let colours = CHANNELS - 1;
    let pixels = raw.len() / CHANNELS;
    for pixel in 0..pixels {
        let alpha = u32::from(raw[pixel * CHANNELS + colours]);
        is_transparent |= alpha < 255;
        for channel in 0..colours {
            let level = u32::from(raw[pixel * CHANNELS + channel]);
            let laid = (level * alpha + 255 * (255 - alpha) + 127) / 255;
            raw[pixel * colours + channel] = u8::try_from(laid).unwrap_or(u8::MAX);
        }
    }
    raw.truncate(pixels * colours);
    (raw, is_transparent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear_is_white_and_what_is_opaque_stays() {
        let pixels = vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128];
        assert_eq!(on_white::<4>(pixels), (vec![10, 20, 30, 255, 255, 255, 127, 177, 255], true));
        assert_eq!(on_white::<2>(vec![9, 255, 200, 255]), (vec![9, 200], false));
    }
}
