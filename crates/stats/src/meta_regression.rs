//! What a property of units has to do with their values, where units differ for other reasons too.

use std::collections::BTreeMap;

use super::root::root;
use super::{Interval, float, student_quantile};
use crate::distribution::student_upper;

/// One unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Units are compared within groups; each group has its own level.
    pub group: usize,
    /// The property.
    pub property: f64,
    /// The value.
    pub value: f64,
    /// Its standard error, above 0.
    pub error: f64,
}

/// The slope of values along a property, the units being random.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetaRegression {
    /// By how much the value rises with one of the property.
    pub slope: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The standard deviation of true values between units of the same property.
    pub between: f64,
    /// Degrees of freedom: units less groups less one.
    pub degrees: f64,
    /// How many units.
    pub units: usize,
}

impl MetaRegression {
    /// Random-effects meta-regression: the variance between units such that the weighted squares of what is left are what is
    /// to be expected (Paule & Mandel 1982), the error by Knapp & Hartung 2003 and never less than without their
    /// correction. `None` where units of no group differ in the property, or none is left to tell the error by.
    #[must_use]
    pub fn of(units: &[Unit]) -> Option<Self> {
        let is_usable = |unit: &&Unit| {
            unit.value.is_finite() && unit.error.is_finite() && unit.error > 0.0 && unit.property.is_finite()
        };
        let units: Vec<Unit> = units.iter().filter(is_usable).copied().collect();
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for unit in &units {
            let next = groups.len();
            groups.entry(unit.group).or_insert(next);
        }
        let degrees = units.len().checked_sub(groups.len() + 1).filter(|degrees| *degrees > 0)?;
        let of_unit: Vec<usize> = units.iter().map(|unit| groups[&unit.group]).collect();
        let fit = |variance: f64| Fit::of(&units, &of_unit, groups.len(), variance);
        let excess = |variance: f64| fit(variance).map_or(0.0, |fit| fit.rest - float(degrees));
        let largest = units.iter().map(|unit| unit.value.powi(2) + unit.error.powi(2)).fold(1e-12, f64::max);
        let variance =
            if excess(0.0) <= 0.0 { 0.0 } else { root(excess, 0.0, 16.0 * largest * float(units.len())) };
        let fit = fit(variance)?;
        let correction = (fit.rest / float(degrees)).max(1.0);
        Some(Self {
            slope: fit.slope,
            standard_error: (correction / fit.information).sqrt(),
            between: variance.sqrt(),
            degrees: float(degrees),
            units: units.len(),
        })
    }

    /// The same slope where more varies than these units: `variance` is added to the square of its error. Degrees of freedom are
    /// those of both parts (Satterthwaite 1946).
    #[must_use]
    pub fn with_variance(self, variance: f64, degrees: f64) -> Self {
        let own = self.standard_error.powi(2);
        let sum = own + variance;
        if variance <= 0.0 || degrees <= 0.0 {
            return self;
        }
        let degrees = sum.powi(2) / (own.powi(2) / self.degrees + variance.powi(2) / degrees);
        Self { standard_error: sum.sqrt(), degrees, ..self }
    }

    /// What holds the slope with confidence `level`: Student's t.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        let reach = student_quantile(f64::midpoint(1.0, level), self.degrees) * self.standard_error;
        Interval { low: self.slope - reach, high: self.slope + reach }
    }

    /// Two-sided, that there is no slope.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        2.0 * student_upper((self.slope / self.standard_error).abs(), self.degrees)
    }
}

/// Weighted least squares with a level of each group.
struct Fit {
    slope: f64,
    information: f64,
    /// Weighted squares of what is left.
    rest: f64,
}

impl Fit {
    fn of(units: &[Unit], groups: &[usize], count: usize, variance: f64) -> Option<Self> {
        let weights: Vec<f64> = units.iter().map(|unit| (unit.error.powi(2) + variance).recip()).collect();
        let mut sums = vec![[0.0; 3]; count];
        for ((unit, group), weight) in units.iter().zip(groups).zip(&weights) {
            let [all, property, value] = &mut sums[*group];
            *all += weight;
            *property += weight * unit.property;
            *value += weight * unit.value;
        }
        let apart = |(unit, group): (&Unit, &usize)| {
            let [all, property, value] = sums[*group];
            [unit.property - property / all, unit.value - value / all]
        };
        let apart: Vec<[f64; 2]> = units.iter().zip(groups).map(apart).collect();
        let all = |of: fn(&[f64; 2]) -> f64| {
            apart.iter().zip(&weights).map(|(one, weight)| weight * of(one)).sum::<f64>()
        };
        let [information, both, squares] = [all(|[x, _]| x * x), all(|[x, y]| x * y), all(|[_, y]| y * y)];
        let scale: f64 = units.iter().zip(&weights).map(|(unit, weight)| weight * unit.property.powi(2)).sum();
        (information > 1e-12 * scale).then(|| {
            let slope = both / information;
            Self { slope, information, rest: (squares - slope * both).max(0.0) }
        })
    }
}
