//! How saturated a picture's colours are.

use image::RgbImage;

use super::super::count::count;

/// `Look::Saturation`.
pub(super) fn saturation(copy: &RgbImage) -> f64 {
    let sum: f64 = copy
        .pixels()
        .map(|pixel| {
            let [red, green, blue] = pixel.0;
            let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
            if high == 0 { 0.0 } else { f64::from(high - low) / f64::from(high) }
        })
        .sum();
    sum / count(copy.pixels().len())
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn grey_has_none_a_pure_colour_all_and_black_none() {
        for (colour, expected) in
            [([128, 128, 128], 0.0), ([255, 0, 0], 1.0), ([0, 0, 0], 0.0), ([200, 100, 150], 0.5)]
        {
            let found = saturation(&RgbImage::from_pixel(3, 3, Rgb(colour)));
            assert!((found - expected).abs() < 1e-12, "{colour:?}: {found}");
        }
    }
}
