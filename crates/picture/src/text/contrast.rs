//! How well text stands out from its ground.

use image::RgbImage;

use crate::joint_share::cell;
use crate::rectangle::Rectangle;

/// Samples across a line, and how many at most along it.
const ACROSS: u32 = 32;
const MOST_ALONG: u32 = 320;

/// The contrast ratio of the line that half of the area of all lines stands out less than; `None` without lines.
pub(super) fn typical(picture: &RgbImage, lines: &[Rectangle]) -> Option<f64> {
    let light = Light::new();
    let mut ratios: Vec<(f64, f64)> =
        lines.iter().filter_map(|line| Some((of_line(picture, &light, line)?, line.area()))).collect();
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = ratios.iter().map(|(_, area)| area).sum::<f64>() / 2.0;
    let mut below = 0.0;
    ratios.into_iter().find_map(|(ratio, area)| {
        below += area;
        (below >= half).then_some(ratio)
    })
}

/// The contrast ratio within a line, from 1 to 21: WCAG 2.2, "contrast ratio" and "relative luminance"
/// (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>). Letters and ground are told apart by the lightness that parts them
/// best (Otsu 1979, "A threshold selection method from gray-level histograms"); each counts with its median, which the
/// blurred edges of letters do not move. `None` of one that lies outside the picture.
fn of_line(picture: &RgbImage, light: &Light, line: &Rectangle) -> Option<f64> {
    let (width, height) = picture.dimensions();
    let along = cell((f64::from(ACROSS) * line.length() / line.height().max(1.0)).ceil(), MOST_ALONG).max(1);
    let mut histogram = [0_u32; 256];
    for column in 0..along {
        for row in 0..ACROSS {
            let share = |at: u32, of: u32| (f64::from(at) + 0.5) / f64::from(of);
            let [x, y] = line.at(share(column, along), share(row, ACROSS));
            if x >= 0.0 && y >= 0.0 && x < f64::from(width) && y < f64::from(height) {
                let pixel = picture.get_pixel(cell(x, width), cell(y, height));
                histogram[light.step(pixel.0)] += 1;
            }
        }
    }
    let parted = best_part(&histogram);
    let dark = median(&histogram[..parted])?;
    // All of one lightness.
    let bright = median(&histogram[parted..]).map_or(dark, |above| above + parted);
    Some((Light::luminance(bright) + 0.05) / (Light::luminance(dark) + 0.05))
}

/// Lightness in 256 steps, each of the same ratio of contrast to the next: on dark grounds text is parted from them as well
/// as on light ones.
struct Light {
    /// Of each value of a channel in sRGB, how much light it is, from 0 to 1.
    linear: [f64; 256],
}

impl Light {
    fn new() -> Self {
        let linear = |value: usize| {
            let part = f64::from(u8::try_from(value).unwrap_or(u8::MAX)) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        Self { linear: std::array::from_fn(linear) }
    }

    /// The step of a colour.
    fn step(&self, rgb: [u8; 3]) -> usize {
        let [red, green, blue] = rgb.map(|part| self.linear[usize::from(part)]);
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        cell(((luminance + 0.05) / 0.05).ln() / 21.0_f64.ln() * 255.0 + 0.5, 255) as usize
    }

    /// The relative luminance of a step.
    fn luminance(step: usize) -> f64 {
        let step = f64::from(u8::try_from(step).unwrap_or(u8::MAX));
        0.05 * (step / 255.0 * 21.0_f64.ln()).exp() - 0.05
    }
}

/// The first step of the upper part, where the parts differ most from each other; behind the last if all are alike.
fn best_part(histogram: &[u32; 256]) -> usize {
    let steps = || histogram.iter().zip(0_u32..).map(|(count, step)| (f64::from(*count), f64::from(step)));
    let (total, sum) = steps().fold((0.0, 0.0), |(total, sum), (count, step)| (total + count, sum + count * step));
    let (mut below, mut sum_below, mut best, mut part) = (0.0, 0.0, 0.0, histogram.len());
    for (at, (count, step)) in steps().enumerate() {
        below += count;
        sum_below += count * step;
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let between = below * above * (sum_below / below - (sum - sum_below) / above).powi(2);
            if between > best {
                (best, part) = (between, at + 1);
            }
        }
    }
    part
}

/// The step that half of them lie at or below; `None` of none.
fn median(histogram: &[u32]) -> Option<usize> {
    let total: u32 = histogram.iter().sum();
    let mut below = 0;
    histogram.iter().position(|count| {
        below += count;
        total > 0 && 2 * below >= total
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Bars of a colour on a ground, as thick and as far apart as strokes are.
    fn bars(ink: [u8; 3], ground: [u8; 3]) -> RgbImage {
        RgbImage::from_fn(400, 100, |x, y| {
            let within = (20..380).contains(&x) && (30..70).contains(&y) && x % 12 < 4;
            Rgb(if within { ink } else { ground })
        })
    }

    #[test]
    fn a_ratio_is_that_of_the_two_colours() {
        let line = Rectangle::upright(20.0, 30.0, 360.0, 40.0);
        // The ratios of the calculator at <https://webaim.org/resources/contrastchecker/>.
        for (ink, ground, ratio) in [
            ([0, 0, 0], [255, 255, 255], 21.0),
            ([255, 255, 255], [0, 0, 0], 21.0),
            ([0x77, 0x77, 0x77], [255, 255, 255], 4.48),
            ([255, 0, 0], [255, 255, 255], 4.0),
            ([90, 90, 90], [90, 90, 90], 1.0),
        ] {
            let found = typical(&bars(ink, ground), &[line]).unwrap();
            assert!((found / ratio - 1.0).abs() < 0.02, "{ink:?} on {ground:?}: {found}, not {ratio}");
        }
    }

    #[test]
    fn the_typical_ratio_is_that_of_the_larger_line() {
        let mut picture = bars([0, 0, 0], [255, 255, 255]);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            if y >= 80 && x % 6 < 3 {
                *pixel = Rgb([200, 200, 200]);
            }
        }
        let (large, small) =
            (Rectangle::upright(20.0, 30.0, 360.0, 40.0), Rectangle::upright(20.0, 82.0, 90.0, 16.0));
        let found = typical(&picture, &[small, large]).unwrap();
        assert!(found > 20.0, "{found}");
        assert_eq!(typical(&picture, &[]), None);
        assert_eq!(typical(&picture, &[Rectangle::upright(-90.0, 0.0, 50.0, 20.0)]), None);
    }
}
