//! The rule that decides: from what is known of the arms to one word for each.

use crate::trial::Effect;

/// What may be decided; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is worth more than the control: put it on air.
    Winner,
    /// Nothing is settled yet.
    KeepTesting,
    /// It is not worth so much more that it would be worth having.
    NoDifference,
    /// Arms were not given what was planned.
    Imbalance,
    /// The exports' rounding could make another one the winner.
    Rounding,
    /// It costs more stays or orders than is put up with.
    GuardrailFailed,
}

impl Decision {
    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::KeepTesting => "keep testing",
            Self::NoDifference => "no difference worth having",
            Self::Imbalance => "invalid: imbalance",
            Self::Rounding => "undecidable: rounding",
            Self::GuardrailFailed => "guardrail failed",
        }
    }
}

/// How a guardrail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// No loss beyond what is put up with is left in the interval.
    Held,
    /// Neither held nor failed yet; whether the estimate itself is beyond.
    Open { is_beyond: bool },
    /// The estimate is beyond what is put up with, and the interval is all loss.
    Failed,
    /// A count is not known.
    Unknown,
    /// Nothing is guarded.
    Off,
}

impl Standing {
    /// Of an effect, where a relative loss of `tolerated` is put up with.
    pub(super) fn of(effect: Option<Effect>, tolerated: Option<f64>) -> Self {
        let Some(tolerated) = tolerated else { return Self::Off };
        let Some(effect) = effect else { return Self::Unknown };
        let is_beyond = effect.value < -tolerated;
        match effect.interval {
            Some(interval) if interval.low >= -tolerated => Self::Held,
            Some(interval) if is_beyond && interval.high < 0.0 => Self::Failed,
            _ => Self::Open { is_beyond },
        }
    }

    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Open { .. } => "open",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Off => "off",
        }
    }

    const fn bars_winning(self) -> bool {
        matches!(self, Self::Failed | Self::Open { is_beyond: true })
    }
}

/// What is known of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arm {
    /// What 1,000 impressions are worth: the least that rounding allows, the figure, the most.
    pub(super) value: Option<[f64; 3]>,
    /// On the value; `None` of the control.
    pub(super) effect: Option<Effect>,
    /// Its p value, all arms together.
    pub(super) p_holm: Option<f64>,
    /// The probability of being worth most.
    pub(super) best: Option<f64>,
    /// Of staying and of buying.
    pub(super) guardrails: [Standing; 2],
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

    /// Whether it is worth more for certain, and costs nothing that is guarded.
    fn wins(&self, level: f64) -> bool {
        self.effect.is_some_and(|effect| effect.value > 0.0)
            && self.p_holm.is_some_and(|p| p <= level)
            && !self.guardrails.into_iter().any(Standing::bars_winning)
    }
}

/// Decides on every arm; `None` of the control, which is not held against itself, unless what is decided is about all.
///
/// In this order: an experiment whose arms were not given what was planned decides nothing. An arm that fails a guardrail is
/// out. Of the arms that are worth more than the control for certain, and do not look as if they cost more than is put up
/// with, the one that is most probably the best wins; unless rounding could put the control, or another of them, above it.
/// What cannot be worth `worth` more any longer is no difference worth having.
pub(super) fn decide(
    arms: &[Arm],
    control: usize,
    is_valid: bool,
    level: f64,
    worth: f64,
) -> Vec<Option<Decision>> {
    if !is_valid {
        return vec![Some(Decision::Imbalance); arms.len()];
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
    (0..arms.len())
        .map(|arm| {
            let Arm { effect, guardrails, .. } = &arms[arm];
            let cannot_be_worth_it =
                || effect.and_then(|effect| effect.interval).is_some_and(|interval| interval.high < worth);
            Some(match () {
                () if flipped.contains(&arm) => Decision::Rounding,
                () if arm == control => return None,
                () if guardrails.contains(&Standing::Failed) => Decision::GuardrailFailed,
                () if Some(arm) == winner => Decision::Winner,
                () if cannot_be_worth_it() => Decision::NoDifference,
                () => Decision::KeepTesting,
            })
        })
        .collect()
}
