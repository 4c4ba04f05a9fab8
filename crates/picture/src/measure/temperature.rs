//! How warm or cold the light of a picture is.

use image::RgbImage;

use super::lightness::linear;

/// How far from the light of a glowing body a colour may be, in the plane of CIE 1960, to have a temperature (CIE 15).
const FARTHEST: f64 = 0.05;

/// Kelvins for which the formula holds.
const KELVINS: std::ops::RangeInclusive<f64> = 1_667.0..=25_000.0;

/// `Look::ColourTemperature`; `None` where the mean colour is no white, however warm or cold, and of a black picture.
pub(super) fn temperature(copy: &RgbImage) -> Option<f64> {
    let mut levels = [[0_u32; 256]; 3];
    for pixel in copy.pixels() {
        for (channel, level) in levels.iter_mut().zip(pixel.0) {
            channel[usize::from(level)] += 1;
        }
    }
    let linear = linear();
    let [red, green, blue] = levels
        .map(|levels| levels.iter().zip(linear).map(|(pixels, light)| f64::from(*pixels) * light).sum::<f64>());
    // From linear sRGB to CIE XYZ (IEC 61966-2-1).
    let x = 0.4124 * red + 0.3576 * green + 0.1805 * blue;
    let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let z = 0.0193 * red + 0.1192 * green + 0.9505 * blue;
    let sum = x + y + z;
    (sum > 0.0).then(|| of_chromaticity(x / sum, y / sum)).flatten()
}

/// The cubic of `McCamy`.
fn of_chromaticity(x: f64, y: f64) -> Option<f64> {
    let n = (x - 0.3320) / (0.1858 - y);
    let kelvins = 449.0 * n.powi(3) + 3_525.0 * n * n + 6_823.3 * n + 5_520.33;
    (KELVINS.contains(&kelvins) && distance_from_glow(x, y, kelvins) <= FARTHEST).then_some(kelvins)
}

/// How far a colour is from a glowing body of this temperature, by Krystek's approximation.
fn distance_from_glow(x: f64, y: f64, kelvins: f64) -> f64 {
    let below = -2.0 * x + 12.0 * y + 3.0;
    let (u, v) = (4.0 * x / below, 6.0 * y / below);
    let square = kelvins * kelvins;
    let glow_u = (0.860_117_757 + 1.541_182_54e-4 * kelvins + 1.286_412_12e-7 * square)
        / (1.0 + 8.424_202_35e-4 * kelvins + 7.081_451_63e-7 * square);
    let glow_v = (0.317_398_726 + 4.228_062_45e-5 * kelvins + 4.204_816_91e-8 * square)
        / (1.0 - 2.897_418_16e-5 * kelvins + 1.614_560_53e-7 * square);
    (u - glow_u).hypot(v - glow_v)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn of(colour: [u8; 3]) -> Option<f64> {
        temperature(&RgbImage::from_pixel(2, 2, Rgb(colour)))
    }

    #[test]
    fn white_is_daylight_whatever_its_brightness() {
        for level in [20, 128, 255] {
            let found = of([level; 3]).unwrap();
            assert!((found - 6_504.0).abs() < 10.0, "{found}");
        }
    }

    #[test]
    fn the_lights_of_cie_have_their_temperatures() {
        // Illuminants A, D50 and D75, by their chromaticities.
        for (x, y, expected) in
            [(0.447_57, 0.407_45, 2_856.0), (0.345_67, 0.358_50, 5_003.0), (0.299_02, 0.314_85, 7_504.0)]
        {
            let found = of_chromaticity(x, y).unwrap();
            assert!((found - expected).abs() < 0.005 * expected, "{found} instead of {expected}");
        }
    }

    #[test]
    fn what_is_no_white_has_no_temperature() {
        for colour in [[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 255]] {
            assert_eq!(of(colour), None, "{colour:?}");
        }
    }
}
