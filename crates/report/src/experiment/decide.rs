//! The rule that decides: from what is known of the arms to one word for each.

use super::guardrail::{Guard, Guarded, GuardrailState};
use crate::trial::Effect;

/// What may be decided; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is worth more than the control: put it on air.
    Winner,
    /// Nothing is settled yet.
    KeepTesting,
    /// Nothing was settled when the test ended.
    NotSettled,
    /// It is not worth so much more that it would be worth having.
    NoDifference,
    /// It is worth less than the control.
    Worse,
    /// The test ended with another winner before anything was settled of this one.
    NotChosen,
    /// It was worth more when it won, and is not any longer.
    Faded,
    /// It costs more than is tolerated.
    GuardrailFailed,
    /// Arms were not given what was planned.
    Imbalance,
    /// The exports' rounding could make another one the winner.
    Rounding,
    /// Viewers were assigned, and exports do not say which viewer did what.
    NoViewerIds,
    /// On the team's own history this test names winners where there is none.
    LevelNotHeld,
}

impl Decision {
    /// All of them, in the order of the documentation.
    #[cfg(test)]
    pub(super) const ALL: [Self; 12] = [
        Self::Winner,
        Self::KeepTesting,
        Self::NotSettled,
        Self::NoDifference,
        Self::Worse,
        Self::NotChosen,
        Self::Faded,
        Self::GuardrailFailed,
        Self::Imbalance,
        Self::Rounding,
        Self::NoViewerIds,
        Self::LevelNotHeld,
    ];

    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::KeepTesting => "keep testing",
            Self::NotSettled => "not settled",
            Self::NoDifference => "no difference worth having",
            Self::Worse => "worse",
            Self::NotChosen => "not chosen",
            Self::Faded => "faded",
            Self::GuardrailFailed => "guardrail failed",
            Self::Imbalance => "invalid: imbalance",
            Self::Rounding => "undecidable: rounding",
            Self::NoViewerIds => "undecidable: no viewer ids",
            Self::LevelNotHeld => "undecidable: level not held",
        }
    }
}

/// Why nothing can be decided, whatever the arms did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Arms were not given what was planned, or other covers than the planned ones were on air.
    Imbalance,
    /// Viewers were assigned, and exports do not say which viewer did what.
    NoViewerIds,
    /// On the team's own history this test names winners where there is none.
    LevelNotHeld,
}

impl Obstacle {
    const fn decision(self) -> Decision {
        match self {
            Self::Imbalance => Decision::Imbalance,
            Self::NoViewerIds => Decision::NoViewerIds,
            Self::LevelNotHeld => Decision::LevelNotHeld,
        }
    }
}

/// What is known of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arm {
    /// What it is worth per 1,000 impressions or per hour on air: the least that rounding allows, the figure, the most.
    pub(super) value: Option<[f64; 3]>,
    /// On the value; `None` of the control.
    pub(super) effect: Option<Effect>,
    /// P values of being worth more and of being worth less than the control, all arms together.
    pub(super) p_holm: Option<[f64; 2]>,
    /// The probability of being worth most.
    pub(super) best: Option<f64>,
    /// Whether the last seven nights were worth less than those before, and no longer more than the control.
    pub(super) has_faded: bool,
    /// What it may not cost.
    pub(super) guards: [Guard; Guarded::ALL.len()],
}

impl Arm {
    /// How many times the control's value it may be worth, as far as its own rounding goes: the least, and the most.
    fn rounded(&self) -> [f64; 2] {
        let times = 1.0 + self.effect.map_or(0.0, |effect| effect.value);
        match self.value {
            Some([low, value, high]) if value > 0.0 => [times * low / value, times * high / value],
            _ => [times, times],
        }
    }

    fn is_rounded(&self) -> bool {
        self.value.is_some_and(|[low, _, high]| low < high)
    }

    /// Whether it was ever shown to be worth more.
    pub(super) fn is_proven(&self, level: f64) -> bool {
        self.p_holm.is_some_and(|[better, _]| better <= level)
    }

    /// Whether what is told today leaves no doubt of that either.
    pub(super) fn is_better_today(&self) -> bool {
        self.effect.and_then(|effect| effect.today).is_some_and(|today| today.low > 0.0)
    }

    /// Whether it is worth more for certain, today too, and costs nothing that is guarded.
    fn wins(&self, level: f64) -> bool {
        self.is_proven(level) && self.is_better_today() && !self.has_faded && !self.is_barred()
    }

    fn is_barred(&self) -> bool {
        self.guards.iter().any(Guard::bars_winning)
    }

    fn has_failed(&self) -> bool {
        self.guards.iter().any(|guard| guard.state == GuardrailState::Failed)
    }

    fn is_worse(&self, level: f64) -> bool {
        self.p_holm.is_some_and(|[_, worse]| worse <= level)
            && self.effect.and_then(|effect| effect.today).is_some_and(|today| today.high < 0.0)
    }
}

/// Decides on every arm; `None` of the control, which is not compared with itself, unless what is decided is about all.
///
/// In this order: where there is an obstacle nothing is decided. What is worth less for certain is worse, and an arm that
/// fails a guardrail is out. Of the arms that are
/// worth more than the control for certain, today as at the look that showed it, and are not barred by a guardrail, the one
/// that is most probably the best wins; unless rounding could put the control, or another of them, above it. The test ends
/// with a winner: what was still open of other arms is not chosen. What cannot be worth `worth` more any longer is no difference worth having.
pub(super) fn decide(
    arms: &[Arm],
    control: usize,
    obstacle: Option<Obstacle>,
    level: f64,
    worth: f64,
) -> Vec<Option<Decision>> {
    if let Some(obstacle) = obstacle {
        return vec![Some(obstacle.decision()); arms.len()];
    }
    let winning: Vec<usize> = (0..arms.len()).filter(|arm| *arm != control && arms[*arm].wins(level)).collect();
    let rank = |arm: &usize| (arms[*arm].best.unwrap_or(0.0), arms[*arm].rounded()[0]);
    let winner = winning.iter().copied().max_by(|one, other| {
        let ((best, least), (other_best, other_least)) = (rank(one), rank(other));
        best.total_cmp(&other_best).then(least.total_cmp(&other_least))
    });
    let mut flipped: Vec<usize> = Vec::new();
    if let Some(winner) = winner {
        let could_flip = |other: &usize| {
            let (one, two) = (&arms[winner], &arms[*other]);
            *other != winner
                && (one.is_rounded() || two.is_rounded())
                && one.rounded()[0] <= two.rounded()[1]
                && one.effect.map(|effect| effect.value) >= two.effect.map(|effect| effect.value)
        };
        flipped = winning.iter().chain([&control]).copied().filter(could_flip).collect();
        if !flipped.is_empty() {
            flipped.push(winner);
        }
    }
    let has_winner = winner.is_some() && flipped.is_empty();
    (0..arms.len())
        .map(|arm| {
            let one = &arms[arm];
            let cannot_be_worth_it =
                || one.effect.and_then(|effect| effect.interval).is_some_and(|interval| interval.high < worth);
            Some(match () {
                () if flipped.contains(&arm) => Decision::Rounding,
                () if arm == control => return None,
                () if one.is_worse(level) => Decision::Worse,
                () if one.has_failed() => Decision::GuardrailFailed,
                () if Some(arm) == winner => Decision::Winner,
                () if cannot_be_worth_it() => Decision::NoDifference,
                () if has_winner => Decision::NotChosen,
                () => Decision::KeepTesting,
            })
        })
        .collect()
}

/// Whether these words end a test: there is a winner, or nothing is left to be found.
pub(super) fn is_end(decisions: &[Option<Decision>]) -> bool {
    let is_settled = |decision: &Decision| {
        matches!(decision, Decision::NoDifference | Decision::Worse | Decision::GuardrailFailed)
    };
    let mut of_arms = decisions.iter().flatten();
    decisions.contains(&Some(Decision::Winner))
        || (decisions.iter().flatten().next().is_some() && of_arms.all(is_settled))
}
