//! From boxes to lines: a detector parts a line where words stand far apart.

use super::boxes::TextBox;
use crate::rectangle::Rectangle;

/// How far two boxes of a line stand apart at most, in heights of the higher one.
const WIDEST_GAP: f64 = 0.7;
/// How much higher one box of a line may be than another.
const MOST_UNLIKE: f64 = 1.8;
/// How far a box's middle may lie off the line, in heights of the lower one.
const MOST_OFF: f64 = 0.35;
/// The cosine of the widest angle between two boxes of a line: 10°.
const LEAST_PARALLEL: f64 = 0.985;
/// A box that is not longer than this many heights has no direction.
const NO_DIRECTION: f64 = 1.5;

/// The lines that boxes make up, each as the smallest rectangle around its boxes, in the order of their first boxes.
pub(super) fn lines(boxes: &[TextBox]) -> Vec<Rectangle> {
    let mut joined: Vec<Rectangle> = boxes.iter().map(|found| found.place).collect();
    // A line that was joined may reach the next box; each round leaves one rectangle fewer.
    while let Some((one, other, both)) = first_pair(&joined) {
        joined[one] = both;
        joined.remove(other);
    }
    joined
}

/// The first two that are of one line, and the rectangle around them.
fn first_pair(places: &[Rectangle]) -> Option<(usize, usize, Rectangle)> {
    let pairs = (0..places.len()).flat_map(|one| (one + 1..places.len()).map(move |other| (one, other)));
    pairs.into_iter().find_map(|(one, other)| joined(&places[one], &places[other]).map(|both| (one, other, both)))
}

/// Two boxes as one, if they are of one line.
fn joined(one: &Rectangle, other: &Rectangle) -> Option<Rectangle> {
    let (longer, shorter) = if one.length() >= other.length() { (one, other) } else { (other, one) };
    let ([x, y], [other_x, other_y]) = (longer.along(), shorter.along());
    let parallel = (x * other_x + y * other_y).abs() >= LEAST_PARALLEL;
    let undirected = shorter.length() <= NO_DIRECTION * shorter.height();
    let (higher, lower) = (one.height().max(other.height()), one.height().min(other.height()));
    let [far, off] = longer.offset(shorter.centre()).map(f64::abs);
    let gap = far - longer.length().midpoint(shorter.length());
    let of_one_line = (parallel || undirected)
        && higher <= MOST_UNLIKE * lower
        && off <= MOST_OFF * lower
        && gap <= WIDEST_GAP * higher;
    of_one_line.then(|| Rectangle::around(one.corners().into_iter().chain(other.corners()))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(places: &[Rectangle]) -> Vec<Rectangle> {
        lines(&places.iter().map(|place| TextBox { place: *place, score: 0.9 }).collect::<Vec<_>>())
    }

    #[test]
    fn words_beside_each_other_are_one_line() {
        let words = [
            Rectangle::upright(10.0, 50.0, 60.0, 20.0),
            Rectangle::upright(160.0, 52.0, 18.0, 16.0),
            Rectangle::upright(82.0, 51.0, 70.0, 19.0),
        ];
        let found = line(&words);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0].length() - 168.0).abs() < 1e-6 && (found[0].height() - 20.0).abs() < 1e-6);
    }

    #[test]
    fn lines_below_each_other_words_far_apart_and_sizes_that_differ_stay_apart() {
        let first = Rectangle::upright(10.0, 50.0, 60.0, 20.0);
        assert_eq!(line(&[first, Rectangle::upright(10.0, 72.0, 60.0, 20.0)]).len(), 2);
        assert_eq!(line(&[first, Rectangle::upright(90.0, 50.0, 60.0, 20.0)]).len(), 2);
        assert_eq!(line(&[first, Rectangle::upright(72.0, 40.0, 90.0, 40.0)]).len(), 2);
    }

    #[test]
    fn a_turned_line_is_joined_along_its_direction() {
        let (sin, cos) = 10.0_f64.to_radians().sin_cos();
        let word = |from: f64, to: f64| {
            let point = |x: f64, y: f64| [100.0 + x * cos - y * sin, 100.0 + x * sin + y * cos];
            Rectangle::around([point(from, 0.0), point(to, 0.0), point(to, 20.0), point(from, 20.0)]).unwrap()
        };
        assert_eq!(line(&[word(0.0, 80.0), word(90.0, 150.0)]).len(), 1);
    }
}
