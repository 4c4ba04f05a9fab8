//! How a guardrail stands, and whether it bars an arm from winning.

use crate::trial::Effect;
use coverledger_config::Guardrail;

/// How a guardrail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuardrailState {
    /// No loss beyond the tolerated one is left in the interval.
    Held,
    /// Neither held nor failed yet; whether the estimate itself is beyond what is tolerated.
    Open { is_beyond: bool },
    /// The estimate is beyond what is tolerated, and the interval is all loss.
    Failed,
    /// A count is not known.
    Unknown,
    /// Nothing is guarded.
    Off,
}

impl GuardrailState {
    /// Of an effect on what is guarded.
    pub(super) fn of(effect: Option<Effect>, guardrail: Option<Guardrail>) -> Self {
        let Some(Guardrail { tolerated, .. }) = guardrail else { return Self::Off };
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
}

/// What is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guarded {
    /// Stays per impression, or per hour on air.
    Stays,
    /// Orders per impression, or per hour on air.
    Orders,
    /// Orders ÷ entrants.
    Conversion,
    /// Entrants who come back ÷ entrants.
    Revisits,
}

impl Guarded {
    pub(super) const ALL: [Self; 4] = [Self::Stays, Self::Orders, Self::Conversion, Self::Revisits];
}

/// A guardrail of an arm, with what it is judged by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Guard {
    pub(super) of: Guarded,
    pub(super) state: GuardrailState,
    pub(super) effect: Option<Effect>,
    pub(super) rule: Option<Guardrail>,
}

impl Guard {
    pub(super) fn new(of: Guarded, effect: Option<Effect>, rule: Option<Guardrail>) -> Self {
        Self { of, state: GuardrailState::of(effect, rule), effect, rule }
    }

    /// Nothing is guarded: of the control.
    pub(super) const fn off(of: Guarded) -> Self {
        Self { of, state: GuardrailState::Off, effect: None, rule: None }
    }

    /// Whether the arm cannot win with it: one that looks broken, and one that the file names and that is not shown to hold.
    pub(super) fn bars_winning(&self) -> bool {
        match self.state {
            GuardrailState::Held | GuardrailState::Off => false,
            GuardrailState::Failed | GuardrailState::Open { is_beyond: true } => true,
            GuardrailState::Open { is_beyond: false } | GuardrailState::Unknown => {
                self.rule.is_some_and(|rule| rule.is_required)
            }
        }
    }

    /// Whether a winner has to be told that it is not shown to hold.
    pub(super) const fn is_not_shown(&self) -> bool {
        matches!(self.state, GuardrailState::Open { .. } | GuardrailState::Unknown)
    }
}
