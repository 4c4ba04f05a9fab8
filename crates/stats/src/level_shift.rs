//! Whether a series changed its level on some day, and on which.

use super::{SeededRng, float};

/// Weekdays have levels of their own.
const WEEK: usize = 7;
/// A step has so many days on either side.
const FEWEST_ASIDE: usize = 7;
/// A shorter series says nothing.
const FEWEST: usize = 42;
/// A longer one is looked at by its last days.
const MOST: usize = 180;
/// How many standard errors the dependence on the day before is taken above its estimate.
const CAREFUL: f64 = 1.5;
/// Series without a step that the real one is held against.
const REDRAWN: usize = 499;

/// A step of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelShift {
    /// The place in the series from which the new level holds.
    pub at: usize,
    /// By how much it lies above the old one.
    pub size: f64,
    /// How often a series without any step shows one as clear at any day.
    pub p_value: f64,
}

/// The clearest step of a daily series (day number and value, sorted by day): the largest t value over all days of a step
/// added to a straight line and levels of weekdays (Quandt 1960; Andrews 1993), held against series that are drawn with the
/// same line and errors that depend on the day before as the real ones do, an autoregression of first order (parametric
/// bootstrap). `None` with fewer than 42 days.
#[must_use]
pub fn level_shift(series: &[(i32, f64)], seed: u64) -> Option<LevelShift> {
    let from = series.len().saturating_sub(MOST);
    let days = &series[from..];
    if days.len() < FEWEST || !days.iter().all(|(_, value)| value.is_finite()) {
        return None;
    }
    let line = Line::of(days);
    let values: Vec<f64> = days.iter().map(|(_, value)| *value).collect();
    let steps: Vec<(usize, Vec<f64>, f64)> = (FEWEST_ASIDE..=days.len() - FEWEST_ASIDE)
        .filter_map(|at| {
            let mut step: Vec<f64> = (0..days.len()).map(|day| if day < at { 0.0 } else { 1.0 }).collect();
            line.take_out(&mut step);
            let length: f64 = step.iter().map(|part| part * part).sum();
            (length > 0.1).then_some((at, step, length))
        })
        .collect();
    let degrees = float(days.len().checked_sub(line.basis.len() + 1)?);
    // The clearest step of a series from which the line is taken out: its place in `steps`, and t².
    let clearest = |rest: &[f64]| {
        let all: f64 = rest.iter().map(|part| part * part).sum();
        let t = |(_, step, length): &(usize, Vec<f64>, f64)| {
            let along: f64 = step.iter().zip(rest).map(|(one, other)| one * other).sum();
            let explained = along.powi(2) / length;
            explained / ((all - explained).max(1e-300) / degrees)
        };
        let better = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
        steps.iter().map(t).enumerate().reduce(better)
    };
    let mut rest = values;
    line.take_out(&mut rest);
    let (which, found) = clearest(&rest)?;
    let (at, step, length) = &steps[which];
    let size = step.iter().zip(&rest).map(|(one, other)| one * other).sum::<f64>() / length;
    let errors: Vec<f64> = rest.iter().zip(step).map(|(rest, step)| rest - size * step).collect();
    let after = correlation(&errors);
    let mut chance = SeededRng::new(seed, 0);
    let mut as_clear = 0;
    for _ in 0..REDRAWN {
        let mut drawn = Vec::with_capacity(days.len());
        let mut last = chance.normal() / (1.0 - after * after).sqrt();
        for _ in 0..days.len() {
            drawn.push(last);
            last = after * last + chance.normal();
        }
        line.take_out(&mut drawn);
        as_clear += usize::from(clearest(&drawn).is_some_and(|(_, drawn)| drawn >= found));
    }
    let p_value = float(as_clear + 1) / float(REDRAWN + 1);
    Some(LevelShift { at: from + at, size, p_value })
}

/// How much of a day's error the next day has, corrected for what a short series hides (Kendall 1954).
fn correlation(errors: &[f64]) -> f64 {
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    let products: f64 = errors.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let plain = if squares > 0.0 { products / squares } else { 0.0 };
    // The line and the weekdays take out more than a mean does.
    let corrected = plain + (1.0 + 4.0 * plain) / float(errors.len());
    // As many standard errors more: a series that is thought too smooth costs a step, the other way round a false alarm.
    let error = ((1.0 - corrected.powi(2)).max(0.0) / float(errors.len())).sqrt();
    (corrected + CAREFUL * error).clamp(0.0, 0.95)
}

/// A straight line and the levels of weekdays, as vectors of length 1 at right angles.
struct Line {
    basis: Vec<Vec<f64>>,
}

impl Line {
    fn of(days: &[(i32, f64)]) -> Self {
        let first = days[0].0;
        let mut line = Self { basis: Vec::new() };
        let weekday = |day: i32| usize::try_from((day - first).rem_euclid(7)).unwrap_or(0);
        for of in 0..WEEK {
            line.add(days.iter().map(|(day, _)| if weekday(*day) == of { 1.0 } else { 0.0 }).collect());
        }
        line.add(days.iter().map(|(day, _)| f64::from(day - first)).collect());
        line
    }

    /// Gram and Schmidt.
    fn add(&mut self, mut vector: Vec<f64>) {
        let before: f64 = vector.iter().map(|part| part * part).sum();
        self.take_out(&mut vector);
        let length: f64 = vector.iter().map(|part| part * part).sum();
        if length > 1e-9 * before {
            for part in &mut vector {
                *part /= length.sqrt();
            }
            self.basis.push(vector);
        }
    }

    fn take_out(&self, of: &mut [f64]) {
        for vector in &self.basis {
            let along: f64 = vector.iter().zip(&*of).map(|(one, other)| one * other).sum();
            for (part, of_line) in of.iter_mut().zip(vector) {
                *part -= along * of_line;
            }
        }
    }
}
