//! A canvas for shapes, drawn with whole numbers at twice the size and then made half as large, which smooths the edges.

use image::RgbImage;

use super::outline::Outline;

/// A colour.
pub(super) type Ink = [u8; 3];

/// The size of the canvas; pictures are half as large.
pub(super) const WIDTH: i32 = 1080;
pub(super) const HEIGHT: i32 = 1350;

/// Steps of colour of a slope.
const STEPS: i32 = 240;

/// What is drawn so far.
pub(super) struct Canvas {
    rows: Vec<Vec<Ink>>,
}

impl Canvas {
    /// A canvas that changes from one colour to the other along a direction.
    pub(super) fn sloped(from: Ink, to: Ink, (right, down): (i32, i32)) -> Self {
        let most = (WIDTH * right.abs() + HEIGHT * down.abs()).max(1);
        let start = WIDTH * right.min(0) + HEIGHT * down.min(0);
        let steps: Vec<Ink> = (0..=STEPS).map(|step| between(from, to, step, STEPS)).collect();
        let ink = |along: i32| steps[place((along.clamp(0, most) * STEPS / most).unsigned_abs())];
        let row = |y: i32| (0..WIDTH).map(|x| ink(x * right + y * down - start)).collect();
        Self { rows: (0..HEIGHT).map(row).collect() }
    }

    /// A rectangle, by its corner and its size.
    pub(super) fn rect(&mut self, (left, top): (i32, i32), (width, height): (i32, i32), ink: Ink) {
        for y in top..top + height {
            self.span(y, left, left + width, ink);
        }
    }

    /// An ellipse, by its centre and its radii.
    pub(super) fn ellipse(&mut self, centre: (i32, i32), (wide, high): (i32, i32), ink: Ink) {
        for y in -high..=high {
            let half = half_chord(wide, high, y);
            self.span(centre.1 + y, centre.0 - half, centre.0 + half + 1, ink);
        }
    }

    /// A disc.
    pub(super) fn disc(&mut self, centre: (i32, i32), radius: i32, ink: Ink) {
        self.ellipse(centre, (radius, radius), ink);
    }

    /// A ring: what is inside of the inner radius stays.
    pub(super) fn ring(&mut self, centre: (i32, i32), outer: i32, inner: i32, ink: Ink) {
        for y in -outer..=outer {
            let (far, near) = (half_chord(outer, outer, y), half_chord(inner, inner, y));
            if y.abs() > inner {
                self.span(centre.1 + y, centre.0 - far, centre.0 + far + 1, ink);
            } else {
                self.span(centre.1 + y, centre.0 - far, centre.0 - near, ink);
                self.span(centre.1 + y, centre.0 + near + 1, centre.0 + far + 1, ink);
            }
        }
    }

    /// An area between corners.
    pub(super) fn area(&mut self, corners: &[(i32, i32)], ink: Ink) {
        self.outline(&Outline::of_corners(corners), ink);
    }

    /// A straight stroke.
    pub(super) fn stroke(&mut self, from: (i32, i32), to: (i32, i32), thick: i32, ink: Ink) {
        let (wide, high) = (to.0 - from.0, to.1 - from.1);
        let long = (wide * wide + high * high).isqrt().max(1);
        let (aside, down) = (-high * thick / (2 * long), wide * thick / (2 * long));
        self.area(
            &[
                (from.0 + aside, from.1 + down),
                (to.0 + aside, to.1 + down),
                (to.0 - aside, to.1 - down),
                (from.0 - aside, from.1 - down),
            ],
            ink,
        );
        self.disc(from, thick / 2, ink);
        self.disc(to, thick / 2, ink);
    }

    /// What an outline goes around.
    pub(super) fn outline(&mut self, outline: &Outline, ink: Ink) {
        let (first, end) = outline.rows();
        for y in first.max(0)..end.min(HEIGHT) {
            for (left, right) in outline.spans(y) {
                self.span(y, left, right, ink);
            }
        }
    }

    /// The picture, without so many of its rows at its top and its bottom.
    pub(super) fn picture(&self, without: i32) -> RgbImage {
        let (width, height) = ((WIDTH / 2).unsigned_abs(), (HEIGHT / 2 - without).unsigned_abs());
        let mut picture = RgbImage::new(width, height);
        let pairs = self.rows.chunks_exact(2).skip(place(without.unsigned_abs()));
        for (line, pair) in picture.rows_mut().zip(pairs) {
            for ((pixel, upper), lower) in line.zip(pair[0].chunks_exact(2)).zip(pair[1].chunks_exact(2)) {
                pixel.0 = std::array::from_fn(|part| {
                    let four = [upper[0], upper[1], lower[0], lower[1]].map(|ink| u16::from(ink[part]));
                    u8::try_from((four.iter().sum::<u16>() + 2) / 4).unwrap_or(u8::MAX)
                });
            }
        }
        picture
    }

    /// A part of a row, from the first place to before the last.
    fn span(&mut self, y: i32, left: i32, right: i32, ink: Ink) {
        let (left, right) = (left.clamp(0, WIDTH), right.clamp(0, WIDTH));
        if let (Some(row), true) = (usize::try_from(y).ok().and_then(|y| self.rows.get_mut(y)), left < right) {
            row[place(left.unsigned_abs())..place(right.unsigned_abs())].fill(ink);
        }
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Half the width of an ellipse at this height over its centre.
fn half_chord(wide: i32, high: i32, y: i32) -> i32 {
    let left = (high * high - y * y).max(0);
    wide * (left * 64).isqrt() / (8 * high.max(1))
}

/// A colour so far on the way from one to another.
pub(super) fn between(from: Ink, to: Ink, part: i32, whole: i32) -> Ink {
    std::array::from_fn(|place| {
        let (from, to) = (i32::from(from[place]), i32::from(to[place]));
        u8::try_from(from + (to - from) * part.clamp(0, whole) / whole).unwrap_or(u8::MAX)
    })
}
