//! How likely each spot of a picture is within a line of text.

use image::{GrayImage, Luma};

use crate::joint_share::cell;
use crate::rectangle::Rectangle;

/// What a model answers: for each of its pixels, row by row from the top, how likely it lies in the core of a line.
pub(super) struct ProbabilityMap {
    values: Vec<f32>,
    width: u32,
    height: u32,
}

impl ProbabilityMap {
    /// `None` if there are not as many values as pixels, or any is no number.
    pub(super) fn new(values: Vec<f32>, width: u32, height: u32) -> Option<Self> {
        let sound =
            values.len() == width as usize * height as usize && values.iter().all(|value| value.is_finite());
        sound.then_some(Self { values, width, height })
    }

    pub(super) const fn width(&self) -> u32 {
        self.width
    }

    pub(super) const fn height(&self) -> u32 {
        self.height
    }

    /// White where it is likelier than `threshold`, within a black frame of one pixel.
    pub(super) fn framed(&self, threshold: f32) -> GrayImage {
        let mut framed = GrayImage::new(self.width + 2, self.height + 2);
        for y in 0..self.height {
            for x in 0..self.width {
                framed.put_pixel(x + 1, y + 1, Luma([255 * u8::from(self.at(x, y) > threshold)]));
            }
        }
        framed
    }

    fn at(&self, x: u32, y: u32) -> f32 {
        self.values[y as usize * self.width as usize + x as usize]
    }

    /// Means over a rectangle in the pixels of the map: of the likelihoods, and of how often they are above a threshold. Zero
    /// of one that holds no middle of a pixel.
    pub(super) fn within(&self, rectangle: &Rectangle, threshold: f32) -> (f64, f64) {
        let [left, top, right, bottom] = rectangle.bounds();
        let (mut pixels, mut sum, mut above) = (0.0, 0.0, 0.0);
        for y in cell(top, self.height)..cell(bottom + 1.0, self.height) {
            for x in cell(left, self.width)..cell(right + 1.0, self.width) {
                if rectangle.holds([f64::from(x) + 0.5, f64::from(y) + 0.5]) {
                    let value = self.at(x, y);
                    pixels += 1.0;
                    sum += f64::from(value);
                    above += f64::from(u8::from(value > threshold));
                }
            }
        }
        if pixels > 0.0 { (sum / pixels, above / pixels) } else { (0.0, 0.0) }
    }
}
