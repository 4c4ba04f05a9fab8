//! What each step of a treatment does, against those without it in the same stratum, by how much of it there was.

use super::Estimate;
use super::strata::{Leaving, StratumCell};

/// The most steps.
pub const MOST_STEPS: usize = 3;
const PARTS: usize = MOST_STEPS * MOST_STEPS + MOST_STEPS;
const WIDTH: usize = MOST_STEPS + 2;

/// Sums over those who were given one step, in a stratum and group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepCell {
    /// What is independent: a broadcast.
    pub cluster: usize,
    /// Within the cluster, what is alike.
    pub stratum: usize,
    /// The group of whom it was counted, the same in all clusters.
    pub group: usize,
    /// The step, from 1; 0 of those without.
    pub step: usize,
    /// Sum of weights.
    pub weight: f64,
    /// Weighted sum of outcomes.
    pub outcome: f64,
    /// Weighted sum of how much there was of each step.
    pub doses: [f64; MOST_STEPS],
}

/// Effects of steps, one for each: outcome = level of the stratum + Σ effect of a step × its dose + noise. Being given a step
/// is the instrument of the doses (two-stage least squares, just identified), so that who is given a step later all the
/// same, or was before, does not make the effect look smaller, and the noise of a dose does not either.
///
/// With one step whose dose is 1 for those who were given it and 0 for others, that is the difference of their means
/// within strata, by Mantel and Haenszel's weights. Errors are by clusters and groups at once.
#[derive(Debug, Clone)]
pub struct StepEffects {
    sums: Leaving<PARTS>,
    /// The steps that somebody was given beside others.
    steps: Vec<usize>,
}

impl StepEffects {
    /// Of cells in any order.
    #[must_use]
    pub fn of(cells: &[StepCell]) -> Self {
        let cell = |cell: &StepCell| {
            let [first, second, third] = cell.doses;
            StratumCell {
                cluster: cell.cluster,
                stratum: cell.stratum,
                group: cell.group,
                side: cell.step,
                sums: [cell.weight, cell.outcome, first, second, third],
            }
        };
        let cells: Vec<StratumCell<WIDTH>> =
            cells.iter().filter(|cell| cell.step <= MOST_STEPS).map(cell).collect();
        let sums = Leaving::of(&cells, part, |sides: &[[f64; WIDTH]; MOST_STEPS + 1]| {
            sides.iter().map(|side| side[0]).sum()
        });
        let steps = (0..MOST_STEPS).filter(|step| sums.all[step * MOST_STEPS + step] != 0.0).collect();
        Self { sums, steps }
    }

    /// In how many clusters there is something to compare.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.sums.clusters()
    }

    /// How many clusters of equal weight those are worth. See [`super::information`].
    #[must_use]
    pub fn information(&self) -> f64 {
        self.sums.information()
    }

    /// Whether somebody was given the step, from 1, beside others.
    #[must_use]
    pub fn has(&self, step: usize) -> bool {
        step > 0 && self.steps.contains(&(step - 1))
    }

    /// The sum of effects × `contrast`. `None` where a step of it was given to nobody, or where it cannot be told without
    /// some cluster or group.
    #[must_use]
    pub fn effect(&self, contrast: [f64; MOST_STEPS]) -> Option<Estimate> {
        let is_given = |(step, share): (usize, &f64)| *share == 0.0 || self.steps.contains(&step);
        if self.steps.is_empty() || !contrast.iter().enumerate().all(is_given) {
            return None;
        }
        let effects = self.effects(&self.sums.all)?;
        // How the contrast changes with each equation: the contrast through the transposed equations.
        let transposed = |row: usize, column: usize| self.sums.all[column * MOST_STEPS + row];
        let wanted: Vec<f64> = self.steps.iter().map(|step| contrast[*step]).collect();
        let multipliers = solved(&self.steps, transposed, &wanted)?;
        let along = |lost: &[f64; PARTS]| {
            let of_step = |(step, multiplier): (&usize, &f64)| {
                let fitted: f64 = self
                    .steps
                    .iter()
                    .zip(&effects)
                    .map(|(other, effect)| lost[step * MOST_STEPS + other] * effect)
                    .sum();
                multiplier * (lost[MOST_STEPS * MOST_STEPS + step] - fitted)
            };
            self.steps.iter().zip(&multipliers).map(of_step).sum()
        };
        let of = |sums: &[f64; PARTS]| {
            let effects = self.effects(sums)?;
            Some(self.steps.iter().zip(effects).map(|(step, effect)| contrast[*step] * effect).sum())
        };
        self.sums.estimate(of, along)
    }

    fn effects(&self, sums: &[f64; PARTS]) -> Option<Vec<f64>> {
        let outcomes: Vec<f64> = self.steps.iter().map(|step| sums[MOST_STEPS * MOST_STEPS + step]).collect();
        solved(&self.steps, |row, column| sums[row * MOST_STEPS + column], &outcomes)
    }
}

/// What a stratum adds to the equations: each step's sums, less its share of the sums of all.
fn part(sides: &[[f64; WIDTH]; MOST_STEPS + 1]) -> Option<([f64; PARTS], f64)> {
    let all: [f64; WIDTH] = std::array::from_fn(|at| sides.iter().map(|side| side[at]).sum());
    let with = sides.iter().filter(|side| side[0] > 0.0).count();
    if with < 2 {
        return None;
    }
    let mut parts = [0.0; PARTS];
    let mut worth = 0.0;
    for (step, [weight, outcome, doses @ ..]) in sides.iter().skip(1).enumerate() {
        let share = weight / all[0];
        worth += weight * (1.0 - share);
        parts[MOST_STEPS * MOST_STEPS + step] = outcome - share * all[1];
        for (other, dose) in doses.iter().enumerate() {
            parts[step * MOST_STEPS + other] = dose - share * all[2 + other];
        }
    }
    Some((parts, worth))
}

/// Solves the equations of these steps by elimination; `None` where they do not tell all.
fn solved(steps: &[usize], of: impl Fn(usize, usize) -> f64, wanted: &[f64]) -> Option<Vec<f64>> {
    const NEGLIGIBLE: f64 = 1e-9;
    let size = steps.len();
    let mut rows: Vec<Vec<f64>> = steps
        .iter()
        .zip(wanted)
        .map(|(row, wanted)| steps.iter().map(|column| of(*row, *column)).chain([*wanted]).collect())
        .collect();
    let scale = rows.iter().flat_map(|row| &row[..size]).fold(0.0_f64, |most, one| most.max(one.abs()));
    for at in 0..size {
        let pivot = (at..size).max_by(|one, other| rows[*one][at].abs().total_cmp(&rows[*other][at].abs()))?;
        if rows[pivot][at].abs() <= NEGLIGIBLE * scale {
            return None;
        }
        rows.swap(at, pivot);
        for row in 0..size {
            if row != at {
                let factor = rows[row][at] / rows[at][at];
                let pivot = rows[at].clone();
                for (one, other) in rows[row].iter_mut().zip(&pivot) {
                    *one -= factor * other;
                }
            }
        }
    }
    Some((0..size).map(|at| rows[at][size] / rows[at][at]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    const ALL: [f64; MOST_STEPS] = [1.0, 0.0, 0.0];

    /// Two steps whose effects are −0.1 and −0.3, in strata of all levels, without noise but that of doses.
    fn exact(chance: &mut SeededRng) -> Vec<StepCell> {
        let mut cells = Vec::new();
        for cluster in 0..10 {
            for stratum in 0..2 {
                let level = chance.normal();
                for group in 0..8 {
                    for step in 0..3 {
                        let weight = 1.0 + 9.0 * chance.uniform();
                        let dose = |of: usize| if of == step { 0.7 } else { 0.2 * chance.uniform() };
                        let [first, second] = [1, 2].map(dose);
                        let doses = [first * weight, second * weight, 0.0];
                        let outcome = weight * (level - 0.1 * first - 0.3 * second);
                        cells.push(StepCell { cluster, stratum, group, step, weight, outcome, doses });
                    }
                }
            }
        }
        cells
    }

    #[test]
    fn effects_are_those_of_doses_and_not_of_what_was_given_alone() {
        let effects = StepEffects::of(&exact(&mut SeededRng::new(3, 0)));
        for (contrast, expected) in [(ALL, -0.1), ([0.0, 1.0, 0.0], -0.3), ([-1.0, 1.0, 0.0], -0.2)] {
            let found = effects.effect(contrast).unwrap();
            assert!((found.value - expected).abs() < 1e-9, "{found:?}");
            assert!(found.standard_error < 1e-9, "{found:?}");
        }
        assert_eq!(effects.effect([0.0, 0.0, 1.0]), None);
        assert_eq!(effects.clusters(), 10);
        assert!(effects.has(2) && !effects.has(3) && !effects.has(0));
    }

    #[test]
    fn strata_with_one_side_say_nothing() {
        let one = |cluster, step, outcome| StepCell {
            cluster,
            stratum: 0,
            group: cluster,
            step,
            weight: 1.0,
            outcome,
            doses: [f64::from(u8::from(step > 0)), 0.0, 0.0],
        };
        let effects = StepEffects::of(&[one(0, 1, 5.0), one(1, 0, 1.0)]);
        assert_eq!(effects.effect(ALL), None);
        assert_eq!(effects.clusters(), 0);
    }
}
