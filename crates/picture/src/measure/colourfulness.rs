//! How colourful a picture is.

use image::RgbImage;

use super::super::count::{count, real};

/// `Look::Colourfulness`, from whole sums of the two opponent colours, the second of them doubled.
pub(super) fn colourfulness(copy: &RgbImage) -> f64 {
    let (mut red_green, mut yellow_blue) = (Moments::default(), Moments::default());
    for pixel in copy.pixels() {
        let [red, green, blue] = pixel.0.map(i64::from);
        red_green.add(red - green);
        yellow_blue.add(red + green - 2 * blue);
    }
    let pixels = count(copy.pixels().len());
    let (red_green, yellow_blue) = (red_green.over(pixels, 1.0), yellow_blue.over(pixels, 2.0));
    (red_green.variance + yellow_blue.variance).sqrt() + 0.3 * red_green.mean.hypot(yellow_blue.mean)
}

/// Sums of whole numbers.
#[derive(Default)]
struct Moments {
    sum: i64,
    squares: i64,
}

/// Of numbers a whole multiple of which was summed.
struct Spread {
    mean: f64,
    variance: f64,
}

impl Moments {
    const fn add(&mut self, value: i64) {
        self.sum += value;
        self.squares += value * value;
    }

    fn over(&self, count: f64, multiple: f64) -> Spread {
        let mean = real(self.sum) / count;
        let variance = (real(self.squares) / count - mean * mean).max(0.0);
        Spread { mean: mean / multiple, variance: variance / (multiple * multiple) }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn grey_has_no_colour() {
        assert!(colourfulness(&RgbImage::from_pixel(7, 5, Rgb([90, 90, 90]))).abs() < 1e-12);
    }

    #[test]
    fn of_one_colour_only_its_distance_from_grey_counts() {
        // Red minus green is 255, yellow minus blue 127.5; nothing varies.
        let red = colourfulness(&RgbImage::from_pixel(4, 4, Rgb([255, 0, 0])));
        assert!((red - 0.3 * 255.0_f64.hypot(127.5)).abs() < 1e-9, "{red}");
    }

    #[test]
    fn halves_of_two_colours_vary_by_half_their_distance() {
        let halves = RgbImage::from_fn(8, 4, |x, _| if x < 4 { Rgb([255, 0, 0]) } else { Rgb([0, 255, 0]) });
        // Red minus green is ±255, yellow minus blue 127.5 everywhere.
        let found = colourfulness(&halves);
        assert!((found - (255.0 + 0.3 * 127.5)).abs() < 1e-9, "{found}");
    }
}
