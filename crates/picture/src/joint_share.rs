//! How much of a picture rectangles cover together.

use super::rectangle::Rectangle;

/// Cells along the longer side of the grid that is counted on.
const CELLS: u32 = 512;

/// The share of a picture that lies in any of the rectangles: what lies in several counts once, what lies outside the
/// picture not at all. Counted on the middles of cells, so exact to about a thousandth; 0 of an empty picture.
pub(crate) fn joint_share(rectangles: &[Rectangle], width: u32, height: u32) -> f64 {
    let longer = width.max(height);
    if width == 0 || height == 0 {
        return 0.0;
    }
    let cells = |side: u32| (f64::from(side) * f64::from(CELLS.min(longer)) / f64::from(longer)).ceil().max(1.0);
    let (columns, rows) = (cells(width), cells(height));
    let (cell_width, cell_height) = (f64::from(width) / columns, f64::from(height) / rows);
    let (columns, rows) = (cell(columns, CELLS), cell(rows, CELLS));
    let mut covered = vec![false; columns as usize * rows as usize];
    for rectangle in rectangles {
        let [left, top, right, bottom] = rectangle.bounds();
        for row in cell(top / cell_height, rows)..cell(bottom / cell_height + 1.0, rows) {
            for column in cell(left / cell_width, columns)..cell(right / cell_width + 1.0, columns) {
                let middle = [(f64::from(column) + 0.5) * cell_width, (f64::from(row) + 0.5) * cell_height];
                covered[row as usize * columns as usize + column as usize] |= rectangle.holds(middle);
            }
        }
    }
    let sum: u32 = covered.iter().map(|covered| u32::from(*covered)).sum();
    f64::from(sum) / (f64::from(columns) * f64::from(rows))
}

/// The cell that a coordinate lies in; 0 before the first, `cells` behind the last.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a u32 holds")]
pub(crate) fn cell(coordinate: f64, cells: u32) -> u32 {
    coordinate.clamp(0.0, f64::from(cells)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_two_counts_once_and_what_lies_outside_not_at_all() {
        let left = Rectangle::upright(0.0, 0.0, 540.0, 1350.0);
        let top = Rectangle::upright(-900.0, -900.0, 4000.0, 900.0 + 675.0);
        assert!((joint_share(&[left], 1080, 1350) - 0.5).abs() < 0.002);
        assert!((joint_share(&[left, top], 1080, 1350) - 0.75).abs() < 0.002);
        assert!((joint_share(&[left, left, left], 1080, 1350) - 0.5).abs() < 0.002);
    }

    #[test]
    fn pictures_without_extent_and_rectangles_without_sense_cover_nothing() {
        let whole = Rectangle::upright(0.0, 0.0, 9.0, 9.0);
        assert!(joint_share(&[whole], 0, 9).abs() < f64::EPSILON);
        assert!((joint_share(&[whole], 1, 1) - 1.0).abs() < f64::EPSILON);
        let endless = Rectangle::upright(f64::NAN, 0.0, f64::INFINITY, 1.0);
        assert!(joint_share(&[endless], 8000, 1).is_finite());
        assert!((joint_share(&[Rectangle::upright(0.0, 0.0, 8000.0, 1.0)], 8000, 1) - 1.0).abs() < f64::EPSILON);
    }
}
