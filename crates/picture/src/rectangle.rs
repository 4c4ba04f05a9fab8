//! A rectangle on a picture that may be turned.

use std::cmp::Ordering;

/// Where something lies on a picture, in its pixels: x to the right, y downwards, from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rectangle {
    centre: [f64; 2],
    /// The direction of its longer side: a unit vector.
    along: [f64; 2],
    length: f64,
    height: f64,
}

impl Rectangle {
    /// Upright, from its top left corner.
    pub(crate) fn upright(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self::new([left + width / 2.0, top + height / 2.0], [1.0, 0.0], width, height)
    }

    fn new(centre: [f64; 2], along: [f64; 2], length: f64, height: f64) -> Self {
        if length >= height {
            Self { centre, along, length, height }
        } else {
            Self { centre, along: [-along[1], along[0]], length: height, height: length }
        }
    }

    /// The smallest one around points: one of its sides lies along a side of their convex hull (Freeman & Shapira 1975,
    /// "Determining the minimum-area encasing rectangle for an arbitrary closed curve"). `None` around none.
    ///
    /// The one of `imageproc` 0.27 rounds corners to whole pixels and leaves one side of the hull out.
    pub(crate) fn around(points: impl IntoIterator<Item = [f64; 2]>) -> Option<Self> {
        let hull = hull(points.into_iter().collect());
        let first = *hull.first()?;
        let sides = hull.iter().zip(hull.iter().cycle().skip(1));
        let directions = sides.filter_map(|(from, to)| unit([to[0] - from[0], to[1] - from[1]]));
        let encasing = directions.map(|along| encasing(&hull, along));
        Some(encasing.reduce(|best, next| if next.area() < best.area() { next } else { best }).unwrap_or(Self {
            centre: first,
            along: [1.0, 0.0],
            length: 0.0,
            height: 0.0,
        }))
    }

    /// With every side moved outwards.
    pub(crate) fn grown(self, by: f64) -> Self {
        Self { length: self.length + 2.0 * by, height: self.height + 2.0 * by, ..self }
    }

    /// Its shorter side.
    pub(crate) const fn height(&self) -> f64 {
        self.height
    }

    /// Its longer side.
    pub(crate) const fn length(&self) -> f64 {
        self.length
    }

    pub(crate) const fn centre(&self) -> [f64; 2] {
        self.centre
    }

    /// The direction of its longer side.
    pub(crate) const fn along(&self) -> [f64; 2] {
        self.along
    }

    pub(crate) fn area(&self) -> f64 {
        self.length * self.height
    }

    pub(crate) fn perimeter(&self) -> f64 {
        2.0 * (self.length + self.height)
    }

    /// The point at these shares of its longer and its shorter side: (0, 0) and (1, 1) are opposite corners.
    pub(crate) fn at(&self, along: f64, across: f64) -> [f64; 2] {
        let [far, deep] = [(along - 0.5) * self.length, (across - 0.5) * self.height];
        let [x, y] = self.along;
        [self.centre[0] + far * x - deep * y, self.centre[1] + far * y + deep * x]
    }

    /// In the order of going round.
    pub(crate) fn corners(&self) -> [[f64; 2]; 4] {
        [self.at(0.0, 0.0), self.at(1.0, 0.0), self.at(1.0, 1.0), self.at(0.0, 1.0)]
    }

    /// How far a point lies from its centre along the longer side and along the shorter one.
    pub(crate) fn offset(&self, point: [f64; 2]) -> [f64; 2] {
        let [dx, dy] = [point[0] - self.centre[0], point[1] - self.centre[1]];
        let [x, y] = self.along;
        [dx * x + dy * y, dy * x - dx * y]
    }

    /// Whether it holds a point.
    pub(crate) fn holds(&self, point: [f64; 2]) -> bool {
        let [far, deep] = self.offset(point);
        far.abs() <= self.length / 2.0 && deep.abs() <= self.height / 2.0
    }

    /// The upright rectangle around it: left, top, right, bottom.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        let [x, y] = self.along.map(f64::abs);
        let (half_width, half_height) =
            (0.5 * (x * self.length + y * self.height), 0.5 * (y * self.length + x * self.height));
        let [cx, cy] = self.centre;
        [cx - half_width, cy - half_height, cx + half_width, cy + half_height]
    }
}

fn unit([x, y]: [f64; 2]) -> Option<[f64; 2]> {
    let length = x.hypot(y);
    (length > 0.0).then(|| [x / length, y / length])
}

/// The smallest rectangle around points with a side in a direction.
fn encasing(points: &[[f64; 2]], [x, y]: [f64; 2]) -> Rectangle {
    let mut extent = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
    for [px, py] in points {
        let [far, deep] = [px * x + py * y, py * x - px * y];
        extent = [extent[0].min(far), extent[1].max(far), extent[2].min(deep), extent[3].max(deep)];
    }
    let [near, far, shallow, deep] = extent;
    let [middle, depth] = [near.midpoint(far), shallow.midpoint(deep)];
    Rectangle::new([middle * x - depth * y, middle * y + depth * x], [x, y], far - near, deep - shallow)
}

/// The corners of the convex hull, going round (Andrew 1979, "Another efficient algorithm for convex hulls in two
/// dimensions"). The one of `imageproc` 0.27 sorts by what is no order where points repeat, which panics.
fn hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_unstable_by(|one, other| match one[0].total_cmp(&other[0]) {
        Ordering::Equal => one[1].total_cmp(&other[1]),
        unequal => unequal,
    });
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let mut lower = chain(points.iter().copied());
    let mut upper = chain(points.iter().rev().copied());
    lower.pop();
    upper.pop();
    lower.append(&mut upper);
    lower
}

/// One half of a hull: points that turn the same way.
fn chain(points: impl Iterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for next in points {
        while let [.., before, last] = kept[..] {
            let turn =
                (last[0] - before[0]) * (next[1] - before[1]) - (last[1] - before[1]) * (next[0] - before[0]);
            if turn > 0.0 {
                break;
            }
            kept.pop();
        }
        kept.push(next);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn around_points_of_a_turned_rectangle_it_is_that_rectangle() {
        for degrees in 0..180 {
            let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
            let turned = |x: f64, y: f64| [40.0 + x * cos - y * sin, 60.0 + x * sin + y * cos];
            let corners = [turned(-15.0, -4.0), turned(15.0, -4.0), turned(15.0, 4.0), turned(-15.0, 4.0)];
            let within = [turned(3.0, 2.0), turned(0.0, 0.0), turned(-15.0, -4.0)];
            let found = Rectangle::around(corners.into_iter().chain(within)).unwrap();
            assert!(close(found.length(), 30.0) && close(found.height(), 8.0), "{degrees}: {found:?}");
            assert!(close(found.centre()[0], 40.0) && close(found.centre()[1], 60.0), "{degrees}: {found:?}");
            assert!(found.holds(turned(14.9, 3.9)) && !found.holds(turned(15.1, 3.9)), "{degrees}: {found:?}");
        }
    }

    #[test]
    fn around_a_point_or_a_line_it_has_no_area() {
        assert_eq!(Rectangle::around([]), None);
        assert!(close(Rectangle::around([[3.0, 4.0]; 5]).unwrap().area(), 0.0));
        let line = Rectangle::around([[0.0, 0.0], [3.0, 4.0], [1.5, 2.0], [0.0, 0.0]]).unwrap();
        assert!(close(line.length(), 5.0) && close(line.height(), 0.0), "{line:?}");
    }

    #[test]
    fn its_longer_side_is_its_length() {
        let upright = Rectangle::upright(10.0, 20.0, 4.0, 30.0);
        assert!(close(upright.length(), 30.0) && close(upright.height(), 4.0));
        assert!(upright.bounds().into_iter().zip([10.0, 20.0, 14.0, 50.0]).all(|(one, other)| close(one, other)));
        assert!(close(upright.grown(1.0).area(), 6.0 * 32.0));
    }
}
