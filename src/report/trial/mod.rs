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

pub(super) use outcomes::{Exposure, Metric, Trial, worth};

use crate::stats::Interval;

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
    /// A schedule of permuted blocks over so many days, from this seed.
    Rotation { days: usize, seed: u64 },
    /// A lot for each viewer, for so many broadcasts.
    Split { planned: f64 },
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
        if arm == control {
            return None;
        }
        let of: Vec<Outcome> =
            outcomes.iter().copied().filter(|outcome| [arm, control].contains(&outcome.arm)).collect();
        match plan {
            Plan::Rotation { days, seed } => rotation::effect(&of, arm, looks, days, seed, level),
            Plan::Split { planned } => split::effect(&of, arm, looks, planned, level),
        }
    };
    (0..arms).map(effect).collect()
}
