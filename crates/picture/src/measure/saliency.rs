//! What stands out of a picture: its spectral residual.
//!
//! The logarithm of the amplitudes of natural pictures is smooth; what sticks out of it, laid back with the phases, are the
//! places that stand out (Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007; their published
//! program, at 64 pixels).

use fast_image_resize::{ResizeOptions, Resizer};
use image::{GrayImage, ImageBuffer, Luma};
use imageproc::filter::{gaussian_blur_f32, separable_filter_equal};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlannerScalar};

use super::super::copies::FILTER;
use super::super::count::count;

/// Pixels of either side of the map.
const SIDE: usize = 64;

/// The width of the blur of the map, in its pixels.
const SIGMA: f32 = 2.5;

/// How many times the mean of the map stands out.
const ABOVE: f32 = 3.0;

type Map = ImageBuffer<Luma<f32>, Vec<f32>>;

/// What stands out.
pub(super) struct Subject {
    /// `Look::SubjectShare`.
    pub share: f64,
    /// `Look::SubjectX` and `Look::SubjectY`; nothing that stands out is nowhere.
    pub place: Option<(f64, f64)>,
}

/// Where the map is above thrice its mean: how much of it, and its centre by how much it stands out.
pub(super) fn subject(grey: &GrayImage) -> Subject {
    let map = map(grey);
    let sum: f64 = map.pixels().map(|pixel| f64::from(pixel.0[0])).sum();
    let least = f64::from(ABOVE) * sum / count(SIDE * SIDE);
    let (mut above, mut weight, mut right, mut down) = (0, 0.0, 0.0, 0.0);
    for (x, y, pixel) in map.enumerate_pixels() {
        let stands_out = f64::from(pixel.0[0]);
        if stands_out > least {
            above += 1;
            weight += stands_out;
            right += stands_out * (f64::from(x) + 0.5);
            down += stands_out * (f64::from(y) + 0.5);
        }
    }
    let side = count(SIDE);
    Subject {
        share: count(above) / (side * side),
        place: (above > 0).then(|| (right / weight / side, down / weight / side)),
    }
}

/// How much each place stands out.
fn map(grey: &GrayImage) -> Map {
    let small = small(grey);
    let mut planner = FftPlannerScalar::new();
    let (forward, inverse) = (planner.plan_fft_forward(SIDE), planner.plan_fft_inverse(SIDE));
    let mut spectrum: Vec<_> = small.iter().map(|level| Complex::new(f64::from(*level), 0.0)).collect();
    transform(&*forward, &mut spectrum);
    // An amplitude of less than one level is noise of reckoning in a plain picture: one is added, here and below, so that
    // it does not count.
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 14")]
    let amplitudes = spectrum.iter().map(|value| value.norm().ln_1p() as f32).collect();
    let amplitudes = square(amplitudes);
    let smooth = separable_filter_equal(&amplitudes, &[1.0_f32 / 3.0; 3]);
    for (value, smooth) in spectrum.iter_mut().zip(smooth.iter()) {
        // The amplitude by its residual, and the phase as it is: together a division.
        *value = *value * (-f64::from(*smooth)).exp();
    }
    transform(&*inverse, &mut spectrum);
    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a weight")]
    let energy = spectrum.iter().map(|value| (value.norm_sqr() / count(SIDE * SIDE).powi(2)) as f32).collect();
    gaussian_blur_f32(&square(energy), SIGMA)
}

/// The picture at the size of the map, whatever its proportions.
fn small(grey: &GrayImage) -> GrayImage {
    #[expect(clippy::cast_possible_truncation, reason = "64")]
    let mut small = GrayImage::new(SIDE as u32, SIDE as u32);
    let scaled = Resizer::new().resize(grey, &mut small, &ResizeOptions::new().resize_alg(FILTER));
    debug_assert!(scaled.is_ok(), "{scaled:?}");
    small
}

/// A map of these values.
fn square(values: Vec<f32>) -> Map {
    #[expect(clippy::cast_possible_truncation, reason = "64")]
    Map::from_raw(SIDE as u32, SIDE as u32, values).unwrap_or_default()
}

/// Transforms the rows and then the columns.
fn transform(fft: &dyn Fft<f64>, values: &mut [Complex<f64>]) {
    for _ in 0..2 {
        fft.process(values);
        for row in 0..SIDE {
            for column in 0..row {
                values.swap(row * SIDE + column, column * SIDE + row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_out_of_a_plain_picture() {
        for level in [0, 1, 130, 255] {
            let found = subject(&GrayImage::from_pixel(200, 100, Luma([level])));
            assert!(found.share.abs() < 1e-12 && found.place.is_none(), "{level}: {}", found.share);
        }
    }

    #[test]
    fn a_disc_on_a_plain_ground_is_where_it_is() {
        for (cx, cy) in [(100.0, 100.0), (300.0, 120.0), (250.0, 380.0)] {
            let disc = GrayImage::from_fn(400, 500, |x, y| {
                let away = (f64::from(x) - cx).hypot(f64::from(y) - cy);
                Luma([if away < 30.0 { 220 } else { 60 }])
            });
            let found = subject(&disc);
            let (x, y) = found.place.unwrap();
            assert!((x - cx / 400.0).abs() < 0.03 && (y - cy / 500.0).abs() < 0.03, "{x} {y}");
            assert!((0.003..0.1).contains(&found.share), "{}", found.share);
        }
    }
}
