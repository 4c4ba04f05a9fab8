//! How alike the halves of a picture are.

use image::GrayImage;

use super::super::count::real;

/// `Look::Symmetry`. Where a half does not vary there is nothing to correlate: 1 if the halves are the same, else 0.
pub(super) fn symmetry(grey: &GrayImage) -> f64 {
    let half = grey.width() / 2;
    let mut sums = Sums::default();
    for row in grey.rows() {
        let (left, right) = (row.clone().take(half as usize), row.rev().take(half as usize));
        for (left, right) in left.zip(right) {
            sums.add(i64::from(left.0[0]), i64::from(right.0[0]));
        }
    }
    sums.correlation()
}

/// Sums of pairs of whole numbers.
#[derive(Default)]
struct Sums {
    pairs: i64,
    left: i64,
    right: i64,
    left_squares: i64,
    right_squares: i64,
    products: i64,
    same: bool,
    begun: bool,
}

impl Sums {
    const fn add(&mut self, left: i64, right: i64) {
        self.same = (self.same || !self.begun) && left == right;
        self.begun = true;
        self.pairs += 1;
        self.left += left;
        self.right += right;
        self.left_squares += left * left;
        self.right_squares += right * right;
        self.products += left * right;
    }

    fn correlation(&self) -> f64 {
        if self.same || !self.begun {
            return 1.0;
        }
        // Whole numbers to the end: of half a megapixel they stay below 2^53.
        let left = self.pairs * self.left_squares - self.left * self.left;
        let right = self.pairs * self.right_squares - self.right * self.right;
        let both = self.pairs * self.products - self.left * self.right;
        if left == 0 || right == 0 { 0.0 } else { real(both) / (real(left).sqrt() * real(right).sqrt()) }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn of(levels: [u8; 6]) -> f64 {
        symmetry(&GrayImage::from_fn(6, 4, |x, _| Luma([levels[x as usize]])))
    }

    #[test]
    fn a_mirror_is_1_and_its_negative_minus_1() {
        assert!((of([10, 80, 200, 200, 80, 10]) - 1.0).abs() < 1e-12);
        assert!((of([10, 80, 200, 55, 175, 245]) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_plain_picture_is_alike_and_plain_halves_are_not() {
        assert!((of([9; 6]) - 1.0).abs() < 1e-12);
        assert!(of([9, 9, 9, 200, 200, 200]).abs() < 1e-12);
    }

    #[test]
    fn the_middle_column_counts_for_neither_half() {
        let odd = GrayImage::from_fn(5, 2, |x, _| Luma([[10, 90, 33, 90, 10][x as usize]]));
        assert!((symmetry(&odd) - 1.0).abs() < 1e-12);
        assert!((symmetry(&GrayImage::new(1, 8)) - 1.0).abs() < 1e-12);
    }
}
