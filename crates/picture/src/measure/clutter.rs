//! How many edges a picture has.
//!
//! Canny's edges as `OpenCV` marks them. `imageproc` has them too, but follows an edge in six of eight directions, and marks
//! both sides of one between two plain parts: twice as many in a drawing, a quarter fewer in noise.

use image::{GrayImage, ImageBuffer, Luma};
use imageproc::filter::gaussian_blur_f32;
use imageproc::gradients::{horizontal_sobel, vertical_sobel};

use super::super::count::count;

/// The width of the blur, in pixels.
const SIGMA: f32 = 1.4;

/// Gradients of Sobel's window (which reach 1,140) that begin an edge, and that go on with one; squared.
const BEGINS: i32 = 100 * 100;
const GOES_ON: i32 = 50 * 50;

/// Slopes of Sobel's window.
type Slopes = ImageBuffer<Luma<i16>, Vec<i16>>;

/// `Look::Clutter`; `None` of a picture that is smaller than the window.
pub(super) fn clutter(grey: &GrayImage) -> Option<f64> {
    if grey.width() < 3 || grey.height() < 3 {
        return None;
    }
    let blurred = gaussian_blur_f32(grey, SIGMA);
    let ridges = Ridges::of(&horizontal_sobel(&blurred), &vertical_sobel(&blurred));
    Some(count(ridges.followed()) / count(grey.pixels().len()))
}

/// Where the gradient is steepest across its direction. There is a frame of one around all, in which nothing is.
struct Ridges {
    /// Of each place, its squared gradient if it is steepest, else 0.
    steep: Vec<i32>,
    /// Places in a row.
    stride: usize,
}

impl Ridges {
    fn of(right: &Slopes, down: &Slopes) -> Self {
        let (width, height) = (right.width() as usize, right.height() as usize);
        let stride = width + 2;
        let mut steepness = vec![0; stride * (height + 2)];
        let slopes = || {
            right.pixels().zip(down.pixels()).map(|(right, down)| (i32::from(right.0[0]), i32::from(down.0[0])))
        };
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (y + 1) * stride + x + 1));
        for ((right, down), at) in slopes().zip(places()) {
            steepness[at] = right * right + down * down;
        }
        let mut steep = vec![0; steepness.len()];
        for ((right, down), at) in slopes().zip(places()) {
            let here = steepness[at];
            if here <= GOES_ON {
                continue;
            }
            let (before, behind) = across(right, down, at, stride);
            let (before, behind) = (steepness[before], steepness[behind]);
            // Of two that are alike the first is taken, but on a diagonal neither.
            let diagonal = !is_flat(right, down) && !is_flat(down, right);
            if here > before && (here > behind || !diagonal && here == behind) {
                steep[at] = here;
            }
        }
        Self { steep, stride }
    }

    /// How many places lie on an edge: those that begin one, and those that go on with one in any of eight directions.
    fn followed(mut self) -> usize {
        let stride = self.stride;
        let mut begun: Vec<usize> = (0..self.steep.len()).filter(|at| self.steep[*at] > BEGINS).collect();
        for at in &begun {
            self.steep[*at] = 0;
        }
        let mut marked = 0;
        while let Some(at) = begun.pop() {
            marked += 1;
            let around = [
                at - stride - 1,
                at - stride,
                at - stride + 1,
                at - 1,
                at + 1,
                at + stride - 1,
                at + stride,
                at + stride + 1,
            ];
            for next in around {
                if std::mem::take(&mut self.steep[next]) > 0 {
                    begun.push(next);
                }
            }
        }
        marked
    }
}

/// The two places between which the gradient of one rises: beside, above and below, or across a corner.
const fn across(right: i32, down: i32, at: usize, stride: usize) -> (usize, usize) {
    if is_flat(right, down) {
        (at - 1, at + 1)
    } else if is_flat(down, right) {
        (at - stride, at + stride)
    } else if (right < 0) == (down < 0) {
        (at - stride - 1, at + stride + 1)
    } else {
        (at - stride + 1, at + stride - 1)
    }
}

/// Whether a gradient is within 22.5 degrees of the direction of its first part: by the tangent, in parts of 2^15.
const fn is_flat(along: i32, aside: i32) -> bool {
    aside.abs() << 15 < along.abs() * 13_573
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_picture_has_none() {
        assert_eq!(clutter(&GrayImage::from_pixel(40, 30, Luma([200]))), Some(0.0));
        assert_eq!(clutter(&GrayImage::from_pixel(40, 2, Luma([200]))), None);
    }

    #[test]
    fn an_edge_is_a_line_of_pixels() {
        let halves = GrayImage::from_fn(100, 100, |x, _| Luma([if x < 50 { 20 } else { 220 }]));
        let found = clutter(&halves).unwrap();
        assert!((found - 0.01).abs() < 1e-9, "{found}");
    }
}
