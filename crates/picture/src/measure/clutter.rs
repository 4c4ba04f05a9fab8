//! How many edges a picture has.

use image::GrayImage;
use imageproc::edges::canny;

use super::super::count::count;

/// The thresholds of Canny's hysteresis, in gradients of Sobel's window (which reach 1,140).
pub(super) const THRESHOLDS: (f32, f32) = (50.0, 100.0);

/// `Look::Clutter`; `None` of a picture that is smaller than the window.
pub(super) fn clutter(grey: &GrayImage) -> Option<f64> {
    if grey.width() < 3 || grey.height() < 3 {
        return None;
    }
    let edges = canny(grey, THRESHOLDS.0, THRESHOLDS.1);
    let marked = edges.pixels().filter(|pixel| pixel.0[0] > 0).count();
    Some(count(marked) / count(edges.pixels().len()))
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_plain_picture_has_none() {
        assert_eq!(clutter(&GrayImage::from_pixel(40, 30, Luma([200]))), Some(0.0));
        assert_eq!(clutter(&GrayImage::from_pixel(40, 2, Luma([200]))), None);
    }

    #[test]
    fn an_edge_is_a_line_or_two_of_pixels() {
        let halves = GrayImage::from_fn(100, 100, |x, _| Luma([if x < 50 { 20 } else { 220 }]));
        let found = clutter(&halves).unwrap();
        assert!((0.0097..=0.0201).contains(&found), "{found}");
    }
}
