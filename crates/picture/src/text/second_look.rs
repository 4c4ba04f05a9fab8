//! What text is not: large round things, such as cups, eyes, coins and stars, pass for a letter or two.
//!
//! A line of text is text at any size at which its letters can be told, whereas a cup that passes for a letter at one size
//! seldom does at another. So a picture on which a large box was found is looked at again at half the size, where a large
//! line is as high as most lines are, and only what is seen there too is kept.

use image::RgbImage;

use super::boxes::{LIKELY, TextBox};
use super::map::ProbabilityMap;
use crate::rectangle::Rectangle;

/// A box of this height is looked at again, as a part of the picture's.
const LARGE: f64 = 0.12;
/// How much of it must be likely then.
const SEEN_AGAIN: f64 = 0.1;

/// The boxes that are text at both sizes. `again` looks at the picture at half the size, and is asked only if there is a large
/// box; `None` if it cannot.
pub(super) fn second_look(
    mut boxes: Vec<TextBox>,
    picture: &RgbImage,
    again: impl FnOnce(&RgbImage) -> Option<ProbabilityMap>,
) -> Option<Vec<TextBox>> {
    let (width, height) = picture.dimensions();
    let large = |found: &TextBox| found.place.height() >= LARGE * f64::from(height);
    if !boxes.iter().any(large) {
        return Some(boxes);
    }
    let map = again(picture)?;
    let (x, y) = (f64::from(map.width()) / f64::from(width), f64::from(map.height()) / f64::from(height));
    boxes.retain(|found| {
        let place = Rectangle::around(found.place.corners().map(|corner| [corner[0] * x, corner[1] * y]));
        !large(found) || place.is_some_and(|place| map.within(&place, LIKELY).1 >= SEEN_AGAIN)
    });
    Some(boxes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(left: f64, height: f64) -> TextBox {
        TextBox { place: Rectangle::upright(left, 10.0, 60.0, height), score: 0.9 }
    }

    #[test]
    fn a_large_box_that_is_not_seen_again_is_none() {
        let picture = RgbImage::new(200, 100);
        // The left half is likely at half the size.
        let half = |_: &RgbImage| {
            let values = (0..5000).map(|pixel| if pixel % 100 < 50 { 1.0 } else { 0.0 });
            ProbabilityMap::new(values.collect(), 100, 50)
        };
        let (seen, unseen, small) = (found(10.0, 30.0), found(120.0, 30.0), found(120.0, 8.0));
        assert_eq!(second_look(vec![seen, unseen, small], &picture, half), Some(vec![seen, small]));
    }

    #[test]
    fn small_boxes_are_not_worth_another_look() {
        let never = |_: &RgbImage| panic!("it looked again");
        let small = vec![found(120.0, 8.0)];
        assert_eq!(second_look(small.clone(), &RgbImage::new(200, 100), never), Some(small));
    }
}
