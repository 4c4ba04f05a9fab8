//! Small symmetric matrices: the triangle of a covariance.

/// A pivot below this share of the largest variance is rounding error.
const NEGLIGIBLE: f64 = 1e-12;

/// A lower triangle L with L·Lᵀ = the matrix (Cholesky). Directions without variance, or with a negative one
/// (from rounding or invalid input), become zero instead of an error.
pub(super) fn triangle(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let size = matrix.len();
    let entry = |row: usize, column: usize| {
        matrix[row].get(column).copied().filter(|value| value.is_finite()).unwrap_or(0.0)
    };
    let largest = (0..size).map(|at| entry(at, at)).fold(0.0, f64::max);
    let mut lower = vec![vec![0.0; size]; size];
    for column in 0..size {
        for row in column..size {
            let known: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
            let rest = entry(row, column) - known;
            if row == column {
                lower[row][column] = if rest > NEGLIGIBLE * largest { rest.sqrt() } else { 0.0 };
            } else if lower[column][column] > 0.0 {
                lower[row][column] = rest / lower[column][column];
            }
        }
    }
    lower
}

/// The solution x of L·Lᵀ·x = b for a triangle of [`triangle`]; zero in directions without variance.
pub(super) fn solve(lower: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let size = lower.len();
    let mut solution = b.to_vec();
    for row in 0..size {
        let known: f64 = (0..row).map(|at| lower[row][at] * solution[at]).sum();
        solution[row] = divided(solution[row] - known, lower[row][row]);
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|at| lower[at][row] * solution[at]).sum();
        solution[row] = divided(solution[row] - known, lower[row][row]);
    }
    solution
}

fn divided(number: f64, by: f64) -> f64 {
    if by > 0.0 { number / by } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triangle_gives_back_the_matrix_and_solves_it() {
        let matrix = vec![vec![4.0, 2.0, 0.4], vec![2.0, 3.0, 0.1], vec![0.4, 0.1, 1.0]];
        let lower = triangle(&matrix);
        for (row, line) in matrix.iter().enumerate() {
            for (column, value) in line.iter().enumerate() {
                let found: f64 = (0..3).map(|at| lower[row][at] * lower[column][at]).sum();
                assert!((found - value).abs() < 1e-14);
            }
        }
        let solution = solve(&lower, &[1.0, 2.0, 3.0]);
        for (line, wanted) in matrix.iter().zip([1.0, 2.0, 3.0]) {
            let found: f64 = line.iter().zip(&solution).map(|(one, other)| one * other).sum();
            assert!((found - wanted).abs() < 1e-13);
        }
    }

    #[test]
    fn a_matrix_without_an_inverse_has_a_triangle_all_the_same() {
        let lower = triangle(&[vec![1.0, 1.0], vec![1.0, 1.0]]);
        assert_eq!(lower, [[1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(triangle(&[vec![-1.0, f64::NAN], vec![0.0]]), [[0.0, 0.0], [0.0, 0.0]]);
    }
}
