//! Turns of a rotation: a randomization test of one cover against the control.
//!
//! Given where the other covers stood in a permuted block, the schedule's generator puts the two covers into the places
//! that are left either way with the same probability. So schedules are drawn anew by changing the two, block by block, which no other
//! cover's effect disturbs.

use super::{Draws, Effect, Outcome};
use coverledger_stats::{Interval, RandomizationTest, SeededRng};

/// How often the end of an interval is halved in; from e³ to one in a thousand.
const HALVINGS: usize = 12;
/// How far off the ends of an interval are looked for, in logarithms.
const FARTHEST: f64 = 3.0;

/// See [`super::effects`]; outcomes are those of the arm and of the control only.
pub(super) fn effect(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws, level: f64) -> Option<Effect> {
    let test = Test::new(outcomes, arm, looks, draws);
    let found = *test.trajectory(|_| false, 1.0).last()?;
    // Without anything of the control there is no ratio; of an arm with nothing it is nothing.
    if found.is_nan() || found == f64::INFINITY {
        return None;
    }
    let holds = |log_ratio: f64| test.p_value(log_ratio) > level;
    let end = |direction: f64| {
        let (mut inside, mut outside) = (found, found + direction * FARTHEST);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if holds(middle) { inside = middle } else { outside = middle }
        }
        outside
    };
    // Where not even the estimate itself holds, the effect was another at an earlier look.
    let interval =
        (found.is_finite() && holds(found)).then(|| Interval { low: end(-1.0).exp_m1(), high: end(1.0).exp_m1() });
    let [p_better, p_worse] = directed(found, test.p_value(0.0));
    let (clusters, value) = (outcomes.len(), found.exp_m1());
    Some(Effect {
        value,
        interval,
        today: interval,
        p_better,
        p_worse,
        clusters,
        information: None,
        left_out: None,
    })
}

/// The p values alone, which cost a twentieth of an effect with its interval; those of the last look.
pub(super) fn p_by_look(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws) -> Vec<[f64; 2]> {
    let test = Test::new(outcomes, arm, looks, draws);
    let mut by_look = vec![[1.0; 2]; looks];
    if let (Some(last), Some(found)) = (by_look.last_mut(), test.trajectory(|_| false, 1.0).last()) {
        *last = directed(*found, test.p_value(0.0));
    }
    by_look
}

/// Of being better, and of being worse.
fn directed(found: f64, p_value: f64) -> [f64; 2] {
    match found {
        found if found > 0.0 => [p_value, 1.0],
        found if found < 0.0 => [1.0, p_value],
        _ => [1.0; 2],
    }
}

/// Whether a plain test, looked at every night, ever told the arm from the control.
pub(super) fn unguarded(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws, level: f64) -> bool {
    let RandomizationTest { observed, redrawn } = Test::new(outcomes, arm, looks, draws).redrawn(0.0);
    let all = float(redrawn.len() + 1);
    let is_told = |(look, one): (usize, &f64)| {
        let as_far = redrawn.iter().filter(|trajectory| trajectory[look] >= *one).count();
        !one.is_nan() && float(as_far + 1) / all <= level
    };
    observed.iter().enumerate().any(is_told)
}

struct Test<'o> {
    outcomes: &'o [Outcome],
    arm: usize,
    looks: usize,
    strata: usize,
    spent: Vec<f64>,
    /// Of each redrawn schedule, in which blocks the two covers have changed places.
    changed: Vec<Vec<bool>>,
}

impl<'o> Test<'o> {
    fn new(outcomes: &'o [Outcome], arm: usize, looks: usize, draws: Draws) -> Self {
        let blocks = outcomes.iter().map(|outcome| outcome.cluster + 1).max().unwrap_or(0);
        let mut chance = SeededRng::new(draws.seed, arm as u64);
        let mut draw = || (0..blocks).map(|_| chance.below(2) == 1).collect::<Vec<bool>>();
        Self {
            outcomes,
            arm,
            looks,
            strata: outcomes.iter().map(|outcome| outcome.stratum + 1).max().unwrap_or(0),
            spent: (1..=looks).map(|look| (float(look) / float(draws.days.max(1))).min(1.0)).collect(),
            changed: (0..draws.redrawn).map(|_| draw()).collect(),
        }
    }

    /// The p value of the hypothesis that the arm's rate is the control's times e to this.
    fn p_value(&self, log_ratio: f64) -> f64 {
        self.redrawn(log_ratio).p_value(&self.spent)
    }

    fn redrawn(&self, log_ratio: f64) -> RandomizationTest {
        let ratio = log_ratio.exp();
        let far = |trajectory: Vec<f64>| trajectory.into_iter().map(f64::abs).collect::<Vec<f64>>();
        let redrawn = self.changed.iter().map(|changed| far(self.trajectory(|block| changed[block], ratio)));
        RandomizationTest { observed: far(self.trajectory(|_| false, ratio)), redrawn: redrawn.collect() }
    }

    /// At each look the logarithm of (observed ÷ expected of the arm) ÷ (the same of the control), expected at the rate
    /// of both together within each stratum. What the arm had is divided by `ratio` first. `NaN` until there is
    /// something of both.
    fn trajectory(&self, is_changed: impl Fn(usize) -> bool, ratio: f64) -> Vec<f64> {
        let mut trials = vec![[0.0; 2]; self.strata];
        let mut sums = vec![0.0; self.strata];
        let mut observed = [0.0; 2];
        let mut rest = self.outcomes.iter().peekable();
        let look = |look: usize| {
            while let Some(outcome) = rest.next_if(|outcome| outcome.look <= look) {
                let is_arm = outcome.arm == self.arm;
                let side = usize::from(is_arm != is_changed(outcome.cluster));
                let sum = if is_arm { outcome.sum / ratio } else { outcome.sum };
                observed[side] += sum;
                sums[outcome.stratum] += sum;
                trials[outcome.stratum][side] += outcome.trials;
            }
            let mut expected = [0.0; 2];
            for (sum, [control, arm]) in sums.iter().zip(&trials) {
                if control + arm > 0.0 {
                    let rate = sum / (control + arm);
                    expected[0] += control * rate;
                    expected[1] += arm * rate;
                }
            }
            (observed[1] / expected[1]).ln() - (observed[0] / expected[0]).ln()
        };
        (0..self.looks).map(look).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "days of a window")]
fn float(count: usize) -> f64 {
    count as f64
}
