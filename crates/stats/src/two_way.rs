//! Units that were measured under several levels: one value of each unit, whatever levels it was measured under.

use std::collections::BTreeMap;

use super::float;
use super::matrix::{solve, triangle};
use super::root::root;

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Which unit; units are numbered at will.
    pub unit: usize,
    /// Under which level; numbered at will.
    pub level: usize,
    /// The value.
    pub value: f64,
    /// Its standard error, above 0.
    pub error: f64,
}

/// A unit over all of its measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitValue {
    /// Which unit.
    pub unit: usize,
    /// Units can be compared where this is the same: their levels are linked by units that they share. It is the lowest
    /// number of those levels.
    pub linked: usize,
    /// Its value, up to a constant of all that are linked.
    pub value: f64,
    /// What the errors of its measurements make of it, as a standard error.
    pub error: f64,
    /// The weight of its measurements.
    pub weight: f64,
}

/// Value = unit + level + what a unit has of its own at a level + error.
#[derive(Debug, Clone)]
pub struct TwoWay {
    cells: Vec<Cell>,
    /// Of each cell: the number of its unit and of its level, without gaps.
    at: Vec<[usize; 2]>,
    units: Vec<usize>,
    levels: Vec<usize>,
}

impl TwoWay {
    /// Of measurements with finite values and errors above 0; others are left out.
    #[must_use]
    pub fn new(cells: &[Cell]) -> Self {
        let is_usable = |cell: &&Cell| cell.value.is_finite() && cell.error.is_finite() && cell.error > 0.0;
        let cells: Vec<Cell> = cells.iter().filter(is_usable).copied().collect();
        let sorted = |of: fn(&Cell) -> usize| {
            let mut all: Vec<usize> = cells.iter().map(of).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (units, levels) = (sorted(|cell| cell.unit), sorted(|cell| cell.level));
        let number = |all: &[usize], wanted: usize| all.partition_point(|one| *one < wanted);
        let at = cells.iter().map(|cell| [number(&units, cell.unit), number(&levels, cell.level)]).collect();
        Self { cells, at, units, levels }
    }

    /// The variance of what a unit has of its own at a level: such that the weighted squares of what is left are what is to
    /// be expected (Paule & Mandel 1982). 0 where no unit was measured twice.
    #[must_use]
    pub fn own_variance(&self) -> f64 {
        let linked = self.linked();
        let components = linked.iter().enumerate().filter(|(level, first)| level == *first).count();
        let parameters = self.units.len() + self.levels.len() - components;
        let Some(degrees) = self.cells.len().checked_sub(parameters).filter(|degrees| *degrees > 0) else {
            return 0.0;
        };
        let excess = |variance: f64| {
            let weights = self.weights(variance);
            let (values, levels) = self.fit(&weights);
            let rest = |((cell, [unit, level]), weight): ((&Cell, &[usize; 2]), &f64)| {
                weight * (cell.value - values[*unit][1] - levels[*level]).powi(2)
            };
            self.cells.iter().zip(&self.at).zip(&weights).map(rest).sum::<f64>() - float(degrees)
        };
        let largest = self.cells.iter().map(|cell| cell.value.powi(2) + cell.error.powi(2)).fold(1e-12, f64::max);
        if excess(0.0) <= 0.0 { 0.0 } else { root(excess, 0.0, 16.0 * largest * float(self.cells.len())) }
    }

    /// Each unit over all of its measurements, by their number: weighted least squares, every measurement weighing
    /// 1 ÷ (its error² + `own_variance`).
    #[must_use]
    pub fn units(&self, own_variance: f64) -> Vec<UnitValue> {
        let weights = self.weights(own_variance);
        let (values, _) = self.fit(&weights);
        let mut noise = vec![0.0; self.units.len()];
        let mut first = vec![0; self.units.len()];
        for ((cell, [unit, level]), weight) in self.cells.iter().zip(&self.at).zip(&weights) {
            noise[*unit] += (weight * cell.error).powi(2);
            first[*unit] = *level;
        }
        let linked = self.linked();
        let unit = |number: usize| {
            let [weight, value] = values[number];
            UnitValue {
                unit: self.units[number],
                linked: self.levels[linked[first[number]]],
                value,
                error: noise[number].sqrt() / weight,
                weight,
            }
        };
        (0..self.units.len()).map(unit).collect()
    }

    fn weights(&self, variance: f64) -> Vec<f64> {
        self.cells.iter().map(|cell| (cell.error.powi(2) + variance).recip()).collect()
    }

    /// Weight and value of each unit, and the levels: the normal equations, with units swept out.
    fn fit(&self, weights: &[f64]) -> (Vec<[f64; 2]>, Vec<f64>) {
        let count = self.levels.len();
        let mut sums = vec![[0.0; 2]; self.units.len()];
        let mut of_unit: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.units.len()];
        for ((cell, [unit, level]), weight) in self.cells.iter().zip(&self.at).zip(weights) {
            sums[*unit][0] += weight;
            sums[*unit][1] += weight * cell.value;
            of_unit[*unit].push((*level, *weight));
        }
        let mut matrix = vec![vec![0.0; count]; count];
        let mut right = vec![0.0; count];
        for ((cell, [unit, level]), weight) in self.cells.iter().zip(&self.at).zip(weights) {
            let [all, value] = sums[*unit];
            matrix[*level][*level] += weight;
            right[*level] += weight * (cell.value - value / all);
            for (other, its) in &of_unit[*unit] {
                matrix[*level][*other] -= weight * its / all;
            }
        }
        let levels = solve(&triangle(&matrix), &right);
        let value = |([all, value], cells): (&[f64; 2], &Vec<(usize, f64)>)| {
            let of_levels: f64 = cells.iter().map(|(level, weight)| weight * levels[*level]).sum();
            [*all, (value - of_levels) / all]
        };
        (sums.iter().zip(&of_unit).map(value).collect(), levels)
    }

    /// Of each level the lowest one that it is linked to.
    fn linked(&self) -> Vec<usize> {
        let mut linked: Vec<usize> = (0..self.levels.len()).collect();
        loop {
            let mut lowest: BTreeMap<usize, usize> = BTreeMap::new();
            for [unit, level] in &self.at {
                let low = lowest.entry(*unit).or_insert(linked[*level]);
                *low = linked[*level].min(*low);
            }
            let before = linked.clone();
            for [unit, level] in &self.at {
                linked[*level] = linked[*level].min(lowest[unit]);
            }
            if linked == before {
                return linked;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell([unit, level]: [usize; 2], value: f64, error: f64) -> Cell {
        Cell { unit, level, value, error }
    }

    #[test]
    fn a_unit_that_was_only_where_all_is_high_is_not_taken_for_a_strong_one() {
        let cells = [
            cell([0, 0], 0.0, 0.1),
            cell([1, 0], 0.4, 0.1),
            cell([0, 1], 1.0, 0.2),
            cell([1, 1], 1.4, 0.1),
            cell([2, 1], 1.1, 0.1),
            cell([9, 7], 3.0, 0.1),
        ];
        let fit = TwoWay::new(&cells);
        let units = fit.units(0.0);
        let value = |unit: usize| units.iter().find(|one| one.unit == unit).unwrap();
        assert!((value(1).value - value(0).value - 0.4).abs() < 1e-12, "{units:?}");
        assert!((value(2).value - value(0).value - 0.1).abs() < 1e-12, "{units:?}");
        assert_eq!([value(0).linked, value(2).linked, value(9).linked], [0, 0, 7]);
        assert!((value(1).error - 0.1 / 2.0_f64.sqrt()).abs() < 1e-12);
        // Nothing is left, so nothing is a unit's own.
        assert!(fit.own_variance().abs() < 1e-12);
    }

    #[test]
    fn without_a_unit_measured_twice_there_is_no_variance_of_its_own() {
        let fit = TwoWay::new(&[cell([0, 0], 0.5, 0.1), cell([1, 0], 0.1, 0.1)]);
        assert!(fit.own_variance().abs() < 1e-12);
        assert_eq!(fit.units(0.0).len(), 2);
        assert!(TwoWay::new(&[]).units(0.0).is_empty());
    }
}
