//! How much of a picture is text, without a model: a guess.
//!
//! Letters stand side by side, so along a line of text there are many steep edges one after the other (`LeBourgeois` 1997, "Robust
//! multifont OCR system from gray level images"; Wolf & Jolion 2004, "Extraction and recognition of artificial text in
//! multimedia documents"). Edges are summed along rows, the sums parted by Otsu's method, and what is as long, as high and as
//! full as lines are is taken for text. Textures pass for text and large letters do not, so no line is told, let alone its
//! height.

use image::{GrayImage, Luma, RgbImage};
use imageproc::contrast::otsu_level;
use imageproc::distance_transform::Norm;
use imageproc::morphology::{close, open};
use imageproc::region_labelling::{Connectivity, connected_components};

use crate::count::count;
use crate::joint_share::{cell, joint_share};
use crate::rectangle::Rectangle;

/// Pixels to either side that an edge counts for.
const REACH: usize = 8;
/// The least mean of steps of brightness from pixel to pixel where text is. Otsu's method parts anything, even noise.
const LEAST_STEEP: u8 = 14;
/// Pixels that a line is high at least, and the part of the picture that it is high at most.
const LEAST_HEIGHT: u32 = 8;
const MOST_HEIGHT: f64 = 0.25;
/// How much longer than high a line is at least, and how much of its bounds it fills.
const LEAST_LENGTH: f64 = 1.3;
const LEAST_FULL: f64 = 0.55;

/// The part of a picture that looks like lines of text.
pub(super) fn coarse_share(picture: &RgbImage) -> f64 {
    let (width, height) = picture.dimensions();
    if width < 3 || height < 3 {
        return 0.0;
    }
    let steep = steepness(&image::imageops::grayscale(picture));
    let level = otsu_level(&steep).max(LEAST_STEEP);
    let dense =
        GrayImage::from_fn(width, height, |x, y| Luma([255 * u8::from(steep.get_pixel(x, y).0[0] > level)]));
    let regions = open(&close(&dense, Norm::LInf, 2), Norm::LInf, 2);
    joint_share(&lines(&regions), width, height)
}

/// The mean of the steps of brightness around each pixel of a row.
fn steepness(grey: &GrayImage) -> GrayImage {
    let width = grey.width() as usize;
    let mut steep = GrayImage::new(grey.width(), grey.height());
    for (from, to) in grey.as_raw().chunks_exact(width).zip(steep.chunks_exact_mut(width)) {
        // Sums of steps up to each pixel.
        let mut sums = vec![0_u32; width];
        for at in 1..width {
            sums[at] = sums[at - 1] + u32::from(from[at].abs_diff(from[at - 1]));
        }
        for (at, mean) in to.iter_mut().enumerate() {
            let (left, right) = (at.saturating_sub(REACH), (at + REACH).min(width - 1));
            let steps = f64::from(sums[right] - sums[left]) / count((right - left).max(1));
            *mean = u8::try_from(cell(steps, 255)).unwrap_or(u8::MAX);
        }
    }
    steep
}

/// The bounds of the regions that look like lines.
fn lines(regions: &GrayImage) -> Vec<Rectangle> {
    let labels = connected_components(regions, Connectivity::Eight, Luma([0]));
    // Left, top, right, bottom and pixels of each region.
    let mut found: Vec<[u32; 5]> = Vec::new();
    for (x, y, label) in labels.enumerate_pixels() {
        let Some(label) = label.0[0].checked_sub(1) else { continue };
        let label = label as usize;
        if label >= found.len() {
            found.resize(label + 1, [u32::MAX, u32::MAX, 0, 0, 0]);
        }
        let [left, top, right, bottom, pixels] = found[label];
        found[label] = [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1), pixels + 1];
    }
    let of_text = |[left, top, right, bottom, pixels]: [u32; 5]| {
        let [width, height] = [right.saturating_sub(left), bottom.saturating_sub(top)].map(f64::from);
        let sound = height >= f64::from(LEAST_HEIGHT)
            && height <= MOST_HEIGHT * f64::from(regions.height())
            && width >= LEAST_LENGTH * height
            && f64::from(pixels) >= LEAST_FULL * width * height;
        sound.then(|| Rectangle::upright(f64::from(left), f64::from(top), width, height))
    };
    found.into_iter().filter_map(of_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn rows_of_strokes_are_text_and_plain_grounds_are_none() {
        let picture = RgbImage::from_fn(400, 500, |x, y| {
            let stroke = (50..350).contains(&x) && (200..224).contains(&y) && x % 8 < 3;
            Rgb(if stroke { [20, 20, 20] } else { [230, 220, 210] })
        });
        let share = coarse_share(&picture);
        assert!((share - 300.0 * 24.0 / 200_000.0).abs() < 0.02, "{share}");
        assert!(coarse_share(&RgbImage::from_pixel(400, 500, Rgb([90, 120, 40]))).abs() < f64::EPSILON);
    }

    #[test]
    fn a_picture_of_any_size_has_a_share() {
        for (width, height) in [(0, 0), (1, 1), (3, 3), (512, 1), (1, 512), (512, 4), (5, 512)] {
            let noise = RgbImage::from_fn(width, height, |x, y| {
                let value = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) % 251;
                Rgb([u8::try_from(value).unwrap(); 3])
            });
            assert!((0.0..=1.0).contains(&coarse_share(&noise)), "{width} × {height}");
        }
    }
}
