//! A panel: what doses of earlier and later dates have to do with an outcome, within units and dates.

use std::collections::BTreeMap;

use super::clusters::of_left_out;
use super::matrix::{solve, triangle};
use super::{Estimate, f_upper, float};

/// A unit on a date.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelPoint {
    /// The unit, which is what is independent: a host.
    pub unit: usize,
    /// The date.
    pub period: usize,
    /// How much it counts, above 0.
    pub weight: f64,
    /// The outcome.
    pub outcome: f64,
    /// The doses, as many for each point: of earlier dates, of this one, of later ones.
    pub doses: Vec<f64>,
}

/// Outcome = level of the unit + level of the date + Σ coefficient × dose + noise, by weighted least squares.
///
/// Errors are the jackknife's over units, each left out with all its dates and the levels of dates fitted anew (CR3;
/// `MacKinnon`, Nielsen & Webb 2023, J. Econometrics 232, 272–299): whatever is alike in the noise of a unit's dates, they hold, and
/// of few units they are rather too large than too small.
#[derive(Debug, Clone)]
pub struct Panel {
    coefficients: Vec<f64>,
    without: Vec<Vec<f64>>,
    information: f64,
}

/// Sums of products of one unit: levels of dates first, then doses, then the outcome.
struct Products {
    sums: Vec<Vec<f64>>,
    of_doses: f64,
}

impl Panel {
    /// Of points in any order; `None` with fewer than two units, or where a coefficient cannot be told, with all units or
    /// without any one.
    #[must_use]
    pub fn of(points: &[PanelPoint]) -> Option<Self> {
        let doses = points.first()?.doses.len();
        let mut numbers: BTreeMap<usize, usize> = points.iter().map(|point| (point.period, 0)).collect();
        for (number, of_period) in numbers.values_mut().enumerate() {
            *of_period = number;
        }
        let mut units: BTreeMap<usize, Vec<&PanelPoint>> = BTreeMap::new();
        for point in points {
            units.entry(point.unit).or_default().push(point);
        }
        let products: Vec<Products> = units.values().map(|points| Products::of(points, &numbers, doses)).collect();
        let size = numbers.len() + doses + 1;
        let mut all = vec![vec![0.0; size]; size];
        for one in &products {
            change(&mut all, &one.sums, 1.0);
        }
        let coefficients = fitted(&all, doses)?;
        let mut without = Vec::new();
        for one in products.iter().filter(|one| one.of_doses > 0.0) {
            change(&mut all, &one.sums, -1.0);
            without.push(fitted(&all, doses)?);
            change(&mut all, &one.sums, 1.0);
        }
        let information = super::information(products.iter().map(|one| one.of_doses));
        (without.len() > 1).then_some(Self { coefficients, without, information })
    }

    /// In how many units doses differ from date to date.
    #[must_use]
    pub fn units(&self) -> usize {
        self.without.len()
    }

    /// How many units that differ alike those are worth. See [`super::information`].
    #[must_use]
    pub fn information(&self) -> f64 {
        self.information
    }

    /// The sum of coefficients × `contrast`.
    #[must_use]
    pub fn along(&self, contrast: &[f64]) -> Option<Estimate> {
        let of = |coefficients: &Vec<f64>| coefficients.iter().zip(contrast).map(|(one, share)| one * share).sum();
        let without: Vec<f64> = self.without.iter().map(of).collect();
        Some(of_left_out(of(&self.coefficients), &without)?.worth(self.information))
    }

    /// The p value that these coefficients are all 0: Hotelling's T² of their jackknife (F with as many degrees of freedom
    /// as there are coefficients, and as units are worth, less those). `None` where units are too few for that.
    #[must_use]
    pub fn joint_p(&self, which: &[usize]) -> Option<f64> {
        let (count, size) = (float(self.without.len()), float(which.len()));
        let degrees = self.information.min(count) - size;
        if which.is_empty() || degrees < 1.0 {
            return None;
        }
        let of = |coefficients: &Vec<f64>| which.iter().map(|at| coefficients[*at]).collect::<Vec<f64>>();
        let without: Vec<Vec<f64>> = self.without.iter().map(of).collect();
        let mean: Vec<f64> =
            (0..which.len()).map(|at| without.iter().map(|one| one[at]).sum::<f64>() / count).collect();
        let covariance: Vec<Vec<f64>> = (0..which.len())
            .map(|row| {
                let product = |column: usize| {
                    let apart = |one: &Vec<f64>| (one[row] - mean[row]) * (one[column] - mean[column]);
                    (count - 1.0) / count * without.iter().map(apart).sum::<f64>()
                };
                (0..which.len()).map(product).collect()
            })
            .collect();
        let values = of(&self.coefficients);
        let lower = triangle(&covariance);
        if (0..which.len()).any(|at| lower[at][at] <= 0.0) {
            return None;
        }
        let squared: f64 = solve(&lower, &values).iter().zip(&values).map(|(one, other)| one * other).sum();
        Some(f_upper(squared * degrees / (size * (degrees + size - 1.0)), size, degrees))
    }
}

impl Products {
    fn of(points: &[&PanelPoint], numbers: &BTreeMap<usize, usize>, doses: usize) -> Self {
        let periods = numbers.len();
        let size = periods + doses + 1;
        let mut sums = vec![vec![0.0; size]; size];
        let mut mean = vec![0.0; size];
        let all: f64 = points.iter().map(|point| point.weight).sum();
        for point in points {
            let mut row: Vec<(usize, f64)> = vec![(numbers[&point.period], 1.0)];
            row.extend(point.doses.iter().enumerate().map(|(at, dose)| (periods + at, *dose)));
            row.push((size - 1, point.outcome));
            for (at, one) in &row {
                mean[*at] += point.weight * one / all;
                for (column, other) in &row {
                    sums[*at][*column] += point.weight * one * other;
                }
            }
        }
        for (row, line) in sums.iter_mut().enumerate() {
            for (column, sum) in line.iter_mut().enumerate() {
                *sum -= all * mean[row] * mean[column];
            }
        }
        let of_doses = (periods..periods + doses).map(|at| sums[at][at].max(0.0)).sum();
        Self { sums, of_doses }
    }
}

fn change(all: &mut [Vec<f64>], one: &[Vec<f64>], sign: f64) {
    for (row, more) in all.iter_mut().zip(one) {
        for (sum, more) in row.iter_mut().zip(more) {
            *sum += sign * more;
        }
    }
}

/// The coefficients of doses from sums of products; `None` where one of them cannot be told.
fn fitted(sums: &[Vec<f64>], doses: usize) -> Option<Vec<f64>> {
    /// Of a dose that differs less from what levels and other doses make of it, nothing is told.
    const LEAST: f64 = 1e-6;
    let size = sums.len() - 1;
    let periods = size - doses;
    let matrix: Vec<Vec<f64>> = sums[..size].iter().map(|row| row[..size].to_vec()).collect();
    let outcome: Vec<f64> = sums[..size].iter().map(|row| row[size]).collect();
    let lower = triangle(&matrix);
    let is_told = |at: usize| lower[at][at].powi(2) > LEAST * matrix[at][at] && matrix[at][at] > 0.0;
    (periods..size).all(is_told).then(|| solve(&lower, &outcome)[periods..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    fn points(chance: &mut SeededRng, noise: f64) -> Vec<PanelPoint> {
        let dates: Vec<f64> = (0..20).map(|_| chance.normal()).collect();
        let mut points = Vec::new();
        for unit in 0..9 {
            let level = chance.normal();
            for (period, of_date) in dates.iter().enumerate() {
                if chance.uniform() < 0.2 {
                    continue;
                }
                let doses = vec![chance.uniform(), chance.uniform()];
                let outcome = level + of_date - 0.5 * doses[0] + 0.25 * doses[1] + noise * chance.normal();
                points.push(PanelPoint { unit, period, weight: 0.5 + chance.uniform(), outcome, doses });
            }
        }
        points
    }

    #[test]
    fn levels_of_units_and_dates_are_no_effect() {
        let panel = Panel::of(&points(&mut SeededRng::new(5, 0), 0.0)).unwrap();
        assert_eq!(panel.units(), 9);
        for (contrast, expected) in [([1.0, 0.0], -0.5), ([0.0, 1.0], 0.25), ([1.0, 1.0], -0.25)] {
            let found = panel.along(&contrast).unwrap();
            assert!((found.value - expected).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn what_does_nothing_has_an_ordinary_p_value_and_what_does_a_small_one() {
        let panel = Panel::of(&points(&mut SeededRng::new(6, 0), 0.1)).unwrap();
        assert!(panel.joint_p(&[0, 1]).unwrap() < 0.001);
        let mut points = points(&mut SeededRng::new(6, 0), 0.1);
        let mut chance = SeededRng::new(8, 0);
        for point in &mut points {
            point.outcome = chance.normal();
        }
        let p = Panel::of(&points).unwrap().joint_p(&[0, 1]).unwrap();
        assert!(p > 0.02, "{p}");
    }

    #[test]
    fn a_dose_that_all_units_have_alike_on_a_date_tells_nothing() {
        let mut points = points(&mut SeededRng::new(7, 0), 0.1);
        for point in &mut points {
            point.doses[1] = float(point.period);
        }
        assert!(Panel::of(&points).is_none());
    }
}
