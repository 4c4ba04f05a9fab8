//! Arms of an experiment against its control, in numbers: by how much, how surely, and which is probably the best.
//!
//! All of it may be looked at every night: p values and intervals hold however often that is done (see
//! `docs/STATISTICS.md`).

#[cfg(test)]
mod calibration;
mod choice;
mod contrast;
mod nights;
mod on_air;
mod outcomes;
mod revisits;
mod rotation;
mod split;
#[cfg(test)]
mod tests;

pub(super) use contrast::contrast;
pub(super) use on_air::{AiredTurn, aired, strata};
pub(super) use outcomes::{Exposure, Metric, Trial, Unit, blocks, redrawn, worth};

use coverledger_config::Assignment;
use coverledger_stats::Interval;

/// What one arm had in one cluster on one day: in a turn of a rotation, or in a broadcast of a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    /// The local date, in days since the first of the window.
    pub(super) look: usize,
    /// Arms are compared within it: the date and slot of a turn, or the broadcast.
    pub(super) stratum: usize,
    /// What hangs together: the permuted block of a turn, or the broadcast.
    pub(super) cluster: usize,
    /// Of whom it was counted, where viewers keep their cover: the group that the viewers belong to. `None` where that is
    /// not known, and of a rotation.
    pub(super) group: Option<u16>,
    pub(super) arm: usize,
    /// Successes, or what they are worth.
    pub(super) sum: f64,
    /// What they are held against: impressions, or hours on air.
    pub(super) trials: f64,
}

/// Who was given which cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plan {
    /// A schedule of permuted blocks.
    Rotation(Draws),
    /// A lot for each viewer, once or in every broadcast, for so many broadcasts.
    Split { planned: f64, by: Assignment },
}

/// How a rotation's schedule is held against others that were as likely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draws {
    /// Local dates of the whole window, over which the level is spent evenly.
    pub(super) days: usize,
    /// So many other schedules: the least p value is 1 in one more.
    pub(super) redrawn: usize,
    pub(super) seed: u64,
}

/// An arm's rate against the control's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effect {
    /// Rate of the arm ÷ rate of the control − 1.
    pub(super) value: f64,
    /// What holds it, at all looks together, with confidence 1 − level; `None` where nothing can be said yet.
    pub(super) interval: Option<Interval>,
    /// What the last look alone says of it, as valid at any time.
    pub(super) today: Option<Interval>,
    /// How surely the arm is better: the least two-sided p value of the looks at which it looked better; 1 where there was
    /// none, or nothing can be said yet.
    pub(super) p_better: f64,
    /// The same of being worse.
    pub(super) p_worse: f64,
    /// Broadcasts of a split, turns of a rotation, in which both were seen.
    pub(super) clusters: usize,
    /// How many broadcasts of equal size a split's are worth: (Σn)² ÷ Σn² over their trials. `None` of a rotation.
    pub(super) information: Option<f64>,
    /// The share of the arm's trials that stand in no comparison, for the control was not shown beside them. `None` where
    /// it had none.
    pub(super) left_out: Option<f64>,
}

impl Effect {
    /// How surely there is an effect in the direction in which it points today.
    pub(super) fn p_value(&self) -> f64 {
        if self.value < 0.0 { self.p_worse } else { self.p_better }
    }
}

/// The effect of each arm on the rate of sums to trials; `None` of the control and where nothing was seen of either.
/// Outcomes are in order of looks; there are `looks` of them.
pub(super) fn effects(
    outcomes: &[Outcome],
    arms: usize,
    control: usize,
    looks: usize,
    plan: Plan,
    level: f64,
) -> Vec<Option<Effect>> {
    let effect = |arm: usize| {
        let of = of_pair(outcomes, arm, control)?;
        match plan {
            Plan::Rotation(draws) => rotation::effect(&of, arm, looks, draws, level),
            Plan::Split { planned, by } => split::effect(&of, arm, looks, (planned, by), level),
        }
    };
    (0..arms).map(effect).collect()
}

/// After each look how surely an arm's rate is above, and below, the control's times e to the `log_ratio` (0 for no
/// effect): `p[arm][look]`, `None` of the control. Each is the least so far.
pub(super) fn p_by_look(
    outcomes: &[Outcome],
    arms: usize,
    control: usize,
    looks: usize,
    plan: Plan,
    log_ratio: f64,
) -> Vec<Option<Vec<[f64; 2]>>> {
    let p_values = |arm: usize| {
        let of = of_pair(outcomes, arm, control)?;
        Some(match plan {
            Plan::Rotation(draws) => rotation::p_by_look(&of, arm, looks, draws, log_ratio),
            Plan::Split { planned, by } => split::p_by_look(&of, arm, looks, (planned, by), log_ratio),
        })
    };
    (0..arms).map(p_values).collect()
}

/// How surely each arm differs from the control in either direction, after the last look.
pub(super) fn p_values(
    outcomes: &[Outcome],
    arms: usize,
    control: usize,
    looks: usize,
    plan: Plan,
) -> Vec<Option<f64>> {
    let last =
        |of: Option<Vec<[f64; 2]>>| of.map(|of| of.last().map_or(1.0, |[better, worse]| better.min(*worse)));
    p_by_look(outcomes, arms, control, looks, plan, 0.0).into_iter().map(last).collect()
}

/// Whether a plain test at this level, looked at every night and one arm at a time, would ever have told any arm from
/// the control: what this module is there to avoid.
pub(super) fn unguarded(
    outcomes: &[Outcome],
    arms: usize,
    control: usize,
    looks: usize,
    plan: Plan,
    level: f64,
) -> bool {
    let is_told = |arm: usize| {
        of_pair(outcomes, arm, control).is_some_and(|of| match plan {
            Plan::Rotation(draws) => rotation::unguarded(&of, arm, looks, draws, level),
            Plan::Split { .. } => split::unguarded(&of, arm, looks, level),
        })
    };
    (0..arms).any(is_told)
}

/// What there is of an arm and of the control; `None` of the control itself.
fn of_pair(outcomes: &[Outcome], arm: usize, control: usize) -> Option<Vec<Outcome>> {
    let is_of = |outcome: &Outcome| [arm, control].contains(&outcome.arm);
    (arm != control).then(|| outcomes.iter().copied().filter(is_of).collect())
}
