//! How bright a picture is, and how much that varies.

use image::RgbImage;

use super::super::count::count;

/// Steps of luminance. The steepest part of the curve, near black, is a hundredth of a point of lightness a step.
const STEPS: u32 = 65_535;

/// From sRGB to lightness: tables, made once.
pub(crate) struct LightnessScale {
    /// Of each level of a channel, its linear light in steps, by the weight of the channel: red, green, blue.
    luminance: [[f64; 256]; 3],
    /// Of each step of luminance, its lightness.
    lightness: Vec<f32>,
}

impl LightnessScale {
    /// The weights of ITU-R BT.709.
    const WEIGHTS: [f64; 3] = [0.2126, 0.7152, 0.0722];

    pub(crate) fn new() -> Self {
        let of = |weight: f64| linear().map(|light| light * weight * f64::from(STEPS));
        let lightness = (0..=STEPS).map(|step| star(f64::from(step) / f64::from(STEPS))).collect();
        Self { luminance: Self::WEIGHTS.map(of), lightness }
    }

    /// CIE L* of a pixel.
    fn of(&self, [red, green, blue]: [u8; 3]) -> f64 {
        let [reds, greens, blues] = &self.luminance;
        let steps = reds[usize::from(red)] + greens[usize::from(green)] + blues[usize::from(blue)];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to STEPS, rounded")]
        let step = (steps + 0.5) as usize;
        f64::from(self.lightness[step.min(self.lightness.len() - 1)])
    }
}

/// The linear light of each level of a channel of sRGB (IEC 61966-2-1).
pub(super) fn linear() -> [f64; 256] {
    std::array::from_fn(|level| {
        let part = count(level) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// CIE L* of a luminance from 0 to 1.
#[expect(clippy::cast_possible_truncation, reason = "seven digits of a number from 0 to 100")]
fn star(luminance: f64) -> f32 {
    let root = if luminance > (6.0_f64 / 29.0).powi(3) {
        luminance.cbrt()
    } else {
        luminance * (29.0_f64 / 6.0).powi(2) / 3.0 + 4.0 / 29.0
    };
    (116.0 * root - 16.0) as f32
}

/// `Look::Brightness` and `Look::Contrast`.
pub(super) fn mean_and_spread(copy: &RgbImage, scale: &LightnessScale) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for pixel in copy.pixels() {
        let lightness = scale.of(pixel.0);
        sum += lightness;
        squares += lightness * lightness;
    }
    let pixels = count(copy.pixels().len());
    let mean = sum / pixels;
    // What is left of rounding is no spread.
    let variance = squares / pixels - mean * mean;
    (mean, if variance < 1e-9 { 0.0 } else { variance.sqrt() })
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn black_is_0_white_100_and_the_grey_of_level_119_50() {
        let scale = LightnessScale::new();
        for (level, expected) in [(0, 0.0), (255, 100.0), (119, 50.03)] {
            let (mean, spread) = mean_and_spread(&RgbImage::from_pixel(5, 3, Rgb([level; 3])), &scale);
            assert!((mean - expected).abs() < 0.01, "{level}: {mean}");
            assert!(spread.abs() < 1e-6, "{level}: {spread}");
        }
    }

    #[test]
    fn half_black_half_white_varies_by_50() {
        let halves = RgbImage::from_fn(8, 8, |x, _| Rgb([if x < 4 { 0 } else { 255 }; 3]));
        let (mean, spread) = mean_and_spread(&halves, &LightnessScale::new());
        assert!((mean - 50.0).abs() < 1e-4 && (spread - 50.0).abs() < 1e-4, "{mean} {spread}");
    }
}
