//! How sharp a picture is.

use image::GrayImage;
use imageproc::filter::laplacian_filter;

use super::super::count::{count, real};

/// `Look::Sharpness`; `None` of a picture that is smaller than the window.
pub(super) fn sharpness(grey: &GrayImage) -> Option<f64> {
    if grey.width() < 3 || grey.height() < 3 {
        return None;
    }
    let edges = laplacian_filter(grey);
    let (mut sum, mut squares) = (0_i64, 0_i64);
    for pixel in edges.pixels() {
        let value = i64::from(pixel.0[0]);
        sum += value;
        squares += value * value;
    }
    let pixels = count(edges.pixels().len());
    let mean = real(sum) / pixels;
    Some((real(squares) / pixels - mean * mean).max(0.0))
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_plain_picture_has_none_and_a_slope_none() {
        assert_eq!(sharpness(&GrayImage::from_pixel(9, 9, Luma([77]))), Some(0.0));
        assert_eq!(sharpness(&GrayImage::from_pixel(2, 9, Luma([77]))), None);
    }

    #[test]
    fn a_point_counts_by_its_window() {
        // One pixel of 10 on black: −40 once and 10 four times, over 81 pixels.
        let mut point = GrayImage::new(9, 9);
        point.put_pixel(4, 4, Luma([10]));
        let found = sharpness(&point).unwrap();
        assert!((found - 2000.0 / 81.0).abs() < 1e-9, "{found}");
    }
}
