//! Arms of an experiment against its control, in numbers: by how much, how surely, and which is probably the best.
//!
//! All of it may be looked at every night: p values and intervals hold however often that is done (see
//! `docs/STATISTICS.md`).

#[cfg(test)]
mod calibration;
mod choice;
mod outcomes;
mod rotation;
mod split;
#[cfg(test)]
mod tests;

pub(super) use outcomes::{Exposure, Metric, Trial, blocks, worth};

use coverledger_stats::Interval;

/// What one arm had in one cluster on one day: in a turn of a rotation, or in a broadcast of a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    /// The local date, in days since the first of the window.
    pub(super) look: usize,
    /// Within it rates are alike: the slot of a turn; 0 for a split.
    pub(super) stratum: usize,
    /// What hangs together: the permuted block of a turn, or the broadcast.
    pub(super) cluster: usize,
    pub(super) arm: usize,
    /// Successes, or what they are worth.
    pub(super) sum: f64,
    pub(super) trials: f64,
}

/// Who was given which cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plan {
    /// A schedule of permuted blocks.
    Rotation(Draws),
    /// A lot for each viewer, for so many broadcasts.
    Split { planned: f64 },
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
    /// Two-sided, the least of all looks so far; 1 where nothing can be said yet.
    pub(super) p_value: f64,
    /// Broadcasts of a split, turns of a rotation, of both arms.
    pub(super) clusters: usize,
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
            Plan::Split { planned } => split::effect(&of, arm, looks, planned, level),
        }
    };
    (0..arms).map(effect).collect()
}

/// The p values of [`effects`] alone.
pub(super) fn p_values(
    outcomes: &[Outcome],
    arms: usize,
    control: usize,
    looks: usize,
    plan: Plan,
) -> Vec<Option<f64>> {
    let p_value = |arm: usize| {
        let of = of_pair(outcomes, arm, control)?;
        match plan {
            Plan::Rotation(draws) => Some(rotation::p_value(&of, arm, looks, draws)),
            Plan::Split { planned } => split::effect(&of, arm, looks, planned, 0.05).map(|effect| effect.p_value),
        }
    };
    (0..arms).map(p_value).collect()
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
