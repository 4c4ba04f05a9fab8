//! What stands out of a picture: its spectral residual.
//!
//! The logarithm of the amplitudes of natural pictures is smooth; what sticks out of it, laid back with the phases, are the
//! places that stand out (Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007; their published
//! program, at 64 pixels).

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::filter::{gaussian_blur_f32, separable_filter_equal};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlannerScalar};

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
    let mut spectrum: Vec<_> = small.into_iter().map(|level| Complex::new(level, 0.0)).collect();
    transform(&*forward, &mut spectrum);
    // An amplitude of less than one level is noise of reckoning in a plain picture: one is added, here and below, so that
    // it does not count.
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 14")]
    let amplitudes = spectrum.iter().map(|value| value.norm().ln_1p() as f32).collect();
    let amplitudes = square(amplitudes);
    let smooth = separable_filter_equal(&amplitudes, &[1.0_f32 / 3.0; 3]);
    for (value, smooth) in spectrum.iter_mut().zip(smooth.iter()) {
        // The amplitude by its residual, and the phase as it is: together a division.
        *value *= (-f64::from(*smooth)).exp();
    }
    transform(&*inverse, &mut spectrum);
    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a weight")]
    let energy = spectrum.iter().map(|value| (value.norm_sqr() / count(SIDE * SIDE).powi(2)) as f32).collect();
    gaussian_blur_f32(&square(energy), SIGMA)
}

/// The mean level of each place: of its pixels, each by how much of it lies there. In whole numbers, since the phases of
/// small amplitudes would tell how levels were rounded.
fn small(grey: &GrayImage) -> Vec<f64> {
    let (columns, rows) = (overlaps(grey.width()), overlaps(grey.height()));
    let area = f64::from(grey.width()) * f64::from(grey.height());
    // Rows first: of each row the sums of its places, and then of each place the sum of its rows.
    let mut sums = vec![0_u64; SIDE * SIDE];
    for (pixels, row) in grey.rows().zip(&rows) {
        let mut of_row = [0_u64; SIDE];
        for (pixel, column) in pixels.zip(&columns) {
            for (place, width) in column {
                of_row[*place] += u64::from(pixel.0[0]) * width;
            }
        }
        for (place, height) in row {
            for (sum, of_row) in sums[place * SIDE..][..SIDE].iter_mut().zip(of_row) {
                *sum += of_row * height;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 255 times the area in parts, which is below 2^53")]
    sums.into_iter().map(|sum| sum as f64 / area).collect()
}

/// Of each of this many pixels, on which places it lies and with how many of its parts, of which it has as many as there are
/// places. A place takes as many parts as there are pixels.
fn overlaps(pixels: u32) -> Vec<Vec<(usize, u64)>> {
    let pixels = pixels as usize;
    let of = |pixel: usize| {
        let (begin, end) = (pixel * SIDE, (pixel + 1) * SIDE);
        (begin / pixels..end.div_ceil(pixels))
            .map(|place| (place, (end.min((place + 1) * pixels) - begin.max(place * pixels)) as u64))
            .collect()
    };
    (0..pixels).map(of).collect()
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
    fn a_place_has_the_mean_of_its_pixels() {
        for (width, height) in [(64, 64), (100, 37), (512, 410), (1, 1), (63, 65)] {
            let plain = small(&GrayImage::from_pixel(width, height, Luma([90])));
            assert!(plain.iter().all(|level| (level - 90.0).abs() < 1e-9), "{width} × {height}");
        }
        // Of 96 pixels, place 1 has half of pixel 1 and all of pixel 2.
        let rising = GrayImage::from_fn(96, 64, |x, _| Luma([u8::try_from(2 * x).unwrap()]));
        assert!((small(&rising)[1] - (0.5 * 2.0 + 4.0) / 1.5).abs() < 1e-9);
    }

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
