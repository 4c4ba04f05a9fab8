//! From likelihoods to boxes: the post-processing of Liao et al. 2020, "Real-time scene text detection with differentiable
//! binarization", as `PaddleOCR` does it but for one number.

use imageproc::contours::{BorderType, find_contours};

use super::map::ProbabilityMap;
use crate::rectangle::Rectangle;

/// What is likelier than this is taken for the core of a line.
pub(super) const LIKELY: f32 = 0.3;
/// How likely a box must be on average.
const LEAST_SCORE: f64 = 0.5;
/// How far a box is grown, in areas per perimeter, since only the cores of lines are marked. `PaddleOCR` has 1.6, which leaves
/// room around letters; 1.2 leaves little, and with it heights and shares are nearest to those of the letters.
const GROWTH: f64 = 1.2;
/// Pixels that the core of a line is high at least.
const LEAST_CORE: f64 = 3.0;
/// Pixels that a line is high at least: smaller letters have no shape.
const LEAST_HEIGHT: f64 = 7.0;
/// No cover has more; a texture can.
const MOST_BOXES: usize = 400;

/// A box around text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextBox {
    /// In pixels of the picture.
    pub place: Rectangle,
    /// How likely it is on average.
    pub score: f64,
}

/// The boxes on a picture of a size, in the order of their topmost points; the likeliest of very many.
pub(super) fn boxes(map: &ProbabilityMap, (width, height): (u32, u32)) -> Vec<TextBox> {
    // What touches the left edge of a picture has no outer contour for `imageproc` 0.27.
    let contours = find_contours::<i32>(&map.framed(LIKELY));
    let outer =
        contours.iter().filter(|contour| contour.border_type == BorderType::Outer && contour.parent.is_none());
    let mut found: Vec<TextBox> = outer
        .filter_map(|contour| {
            let points = contour.points.iter().map(|point| [f64::from(point.x) - 0.5, f64::from(point.y) - 0.5]);
            // From the middles of pixels to their edges.
            let core = Rectangle::around(points)?.grown(0.5);
            let (score, _) = map.within(&core, LIKELY);
            let grown = core.grown(core.area() * GROWTH / core.perimeter());
            let sound = core.height() >= LEAST_CORE && grown.height() >= LEAST_HEIGHT && score >= LEAST_SCORE;
            let (x, y) = (f64::from(width) / f64::from(map.width()), f64::from(height) / f64::from(map.height()));
            let place = Rectangle::around(grown.corners().map(|corner| [corner[0] * x, corner[1] * y]))?;
            sound.then_some(TextBox { place, score })
        })
        .collect();
    if found.len() > MOST_BOXES {
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(MOST_BOXES);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of 100 × 50 pixels that is likely in a rectangle.
    fn map(likely: f32, rectangle: Rectangle) -> ProbabilityMap {
        let at = |at: u32| [f64::from(at % 100) + 0.5, f64::from(at / 100) + 0.5];
        let values = (0..5000).map(|pixel| if rectangle.holds(at(pixel)) { likely } else { 0.0 });
        ProbabilityMap::new(values.collect(), 100, 50).unwrap()
    }

    #[test]
    fn a_likely_core_is_one_box_grown_by_its_area_over_its_perimeter() {
        let found = boxes(&map(0.9, Rectangle::upright(20.0, 20.0, 40.0, 8.0)), (1000, 500));
        assert_eq!(found.len(), 1);
        // 320 · 1.2 / 96 = 4 pixels of the map on every side, and the picture is ten times as large.
        let bounds = found[0].place.bounds();
        assert!(bounds.into_iter().zip([160.0, 160.0, 640.0, 320.0]).all(|(is, due)| (is - due).abs() < 1e-6));
        assert!((found[0].score - 0.9).abs() < 1e-6);
    }

    #[test]
    fn an_unlikely_or_tiny_core_is_none() {
        assert_eq!(boxes(&map(0.45, Rectangle::upright(20.0, 20.0, 40.0, 8.0)), (100, 50)), []);
        assert_eq!(boxes(&map(0.2, Rectangle::upright(20.0, 20.0, 40.0, 8.0)), (100, 50)), []);
        assert_eq!(boxes(&map(0.9, Rectangle::upright(20.0, 20.0, 40.0, 2.0)), (100, 50)), []);
    }

    #[test]
    fn a_map_of_nothing_or_of_all_is_no_trouble() {
        let whole = |value: f32| ProbabilityMap::new(vec![value; 64 * 32], 64, 32).unwrap();
        assert_eq!(boxes(&whole(0.0), (640, 320)), []);
        assert_eq!(boxes(&whole(1.0), (640, 320)).len(), 1);
        assert!(ProbabilityMap::new(vec![f32::NAN; 64 * 32], 64, 32).is_none());
        assert!(ProbabilityMap::new(vec![0.0; 3], 64, 32).is_none());
    }
}
