//! What lies within an outline of straight edges, row by row: to the left of it, it has to have turned around once.

/// Parts of a pixel.
const FINE: i64 = 64;

/// Edges, in parts of a pixel. They close.
#[derive(Clone, Default)]
pub(super) struct Outline {
    edges: Vec<[(i64, i64); 2]>,
}

impl Outline {
    /// The outline of an area between corners.
    pub(super) fn of_corners(corners: &[(i32, i32)]) -> Self {
        let fine = |(x, y): (i32, i32)| (i64::from(x) * FINE, i64::from(y) * FINE);
        let next = corners.iter().cycle().skip(1);
        Self { edges: corners.iter().zip(next).map(|(from, to)| [fine(*from), fine(*to)]).collect() }
    }

    /// Adds an edge, given in 64ths of a pixel.
    pub(super) fn push(&mut self, from: (i64, i64), to: (i64, i64)) {
        self.edges.push([from, to]);
    }

    /// The rows that it reaches, from the first to before the last.
    pub(super) fn rows(&self) -> (i32, i32) {
        let heights = || self.edges.iter().flatten().map(|(_, y)| *y);
        (pixel(heights().min().unwrap_or(0)) - 1, pixel(heights().max().unwrap_or(0)) + 1)
    }

    /// What of a row of pixels lies within, from pixels to before pixels.
    pub(super) fn spans(&self, y: i32) -> Vec<(i32, i32)> {
        let middle = i64::from(y) * FINE + FINE / 2;
        let mut crossings: Vec<(i64, i32)> =
            self.edges.iter().filter_map(|edge| crossing(*edge, middle)).collect();
        crossings.sort_unstable();
        let mut spans = Vec::new();
        let (mut turns, mut since) = (0, 0);
        for (x, turn) in crossings {
            if turns == 0 {
                since = x;
            }
            turns += turn;
            if turns == 0 {
                spans.push((pixel(since), pixel(x)));
            }
        }
        spans
    }
}

/// Where an edge crosses the middle of a row, and which way.
fn crossing([from, to]: [(i64, i64); 2], middle: i64) -> Option<(i64, i32)> {
    let (upper, lower, turn) = if from.1 <= to.1 { (from, to, 1) } else { (to, from, -1) };
    if middle < upper.1 || middle >= lower.1 {
        return None;
    }
    let x = upper.0 + (lower.0 - upper.0) * (middle - upper.1) / (lower.1 - upper.1);
    Some((x, turn))
}

/// The first pixel whose middle is not to the left.
fn pixel(fine: i64) -> i32 {
    i32::try_from((fine + FINE / 2 - 1).div_euclid(FINE)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_has_what_lies_between_its_edges() {
        let triangle = Outline::of_corners(&[(10, 0), (20, 10), (0, 10)]);
        assert_eq!(triangle.spans(0), [(9, 10)]);
        assert_eq!(triangle.spans(5), [(4, 15)]);
        assert_eq!(triangle.spans(10), []);
    }

    #[test]
    fn an_outline_within_another_the_other_way_round_is_a_hole() {
        let mut frame = Outline::of_corners(&[(0, 0), (9, 0), (9, 9), (0, 9)]);
        let hole = Outline::of_corners(&[(3, 3), (3, 6), (6, 6), (6, 3)]);
        frame.edges.extend(hole.edges);
        assert_eq!(frame.spans(1), [(0, 9)]);
        assert_eq!(frame.spans(4), [(0, 3), (6, 9)]);
    }
}
