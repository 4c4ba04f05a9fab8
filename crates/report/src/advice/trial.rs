//! The experiments of a place, as far as they decide here.

use jiff::civil::Date;
use polars::prelude::PolarsResult;

use super::inputs::{NightInputs, PlaceInputs};
use super::rows::{Bounded, Row, rows_of};
use coverledger_config::{Design, Experiment};
use coverledger_core::model::columns as c;

/// One cover of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arm {
    pub(super) cover_id: String,
    pub(super) is_control: bool,
    decision: Option<String>,
    /// What it is worth against the control.
    pub(super) effect: Bounded,
    pub(super) probability_best: Option<f64>,
    pub(super) effective_ctr: Option<f64>,
    pub(super) ctr: Option<f64>,
    pub(super) stay_rate: Option<f64>,
    guardrail: Option<(Guarded, Bounded)>,
}

/// What is lost.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Loss {
    /// What of; `None` where it is the value that the test is about.
    pub(super) of: Option<Guarded>,
    pub(super) effect: Bounded,
}

/// What a guardrail guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guarded {
    Stays,
    Orders,
    Conversion,
    Revisits,
}

impl Guarded {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Stays, c::STAY_GUARDRAIL, c::STAYS_EFFECT),
        (Self::Orders, c::ORDERS_GUARDRAIL, c::ORDERS_EFFECT),
        (Self::Conversion, c::CONVERSION_GUARDRAIL, c::CONVERSION_EFFECT),
        (Self::Revisits, c::REVISITS_GUARDRAIL, c::REVISITS_EFFECT),
    ];

    /// In English and in Chinese.
    pub(super) const fn words(self) -> [&'static str; 2] {
        match self {
            Self::Stays => ["stays", "停留"],
            Self::Orders => ["orders", "订单"],
            Self::Conversion => ["conversion", "转化"],
            Self::Revisits => ["revisits", "回访"],
        }
    }
}

impl Arm {
    fn read(row: Row<'_>) -> PolarsResult<Self> {
        let mut guardrail = None;
        for (guarded, state, effect) in Guarded::ALL {
            let is_sure = guardrail.is_some_and(|(_, lost): (Guarded, Bounded)| lost.is_below(0.0));
            if !is_sure && row.is(state, "failed")? {
                let lost = row.bounded(effect)?;
                if guardrail.is_none() || lost.is_below(0.0) {
                    guardrail = Some((guarded, lost));
                }
            }
        }
        Ok(Self {
            cover_id: row.needed(c::COVER_ID)?,
            is_control: row.truth(c::IS_CONTROL)? == Some(true),
            decision: row.text(c::DECISION)?,
            effect: row.bounded(c::EFFECT)?,
            probability_best: row.number(c::PROBABILITY_BEST)?,
            effective_ctr: row.number(c::EFFECTIVE_CTR)?,
            stay_rate: row.number(c::STAY_RATE)?,
            ctr: row.number(c::CTR)?,
            guardrail,
        })
    }

    fn is(&self, decision: &str) -> bool {
        self.decision.as_deref() == Some(decision)
    }

    /// Drawn by lot, decided, and above the control with all that the interval holds.
    pub(super) fn is_proven_winner(&self) -> bool {
        self.is("winner") && self.effect.is_above(0.0)
    }

    /// Drawn by lot, decided, and below the control, or beyond what is tolerated, with all that the interval holds.
    pub(super) fn loss(&self) -> Option<Loss> {
        // A cover that is worse may have failed its guardrail, too, and that is the graver of the two.
        let failed = self.guardrail.map(|(of, effect)| Loss { of: Some(of), effect });
        let worse = self.is("worse").then_some(Loss { of: None, effect: self.effect });
        failed.into_iter().chain(worse).find(|loss| loss.effect.is_below(0.0))
    }

    /// Whether nothing more is to be found out of it against the control.
    pub(super) fn is_settled(&self) -> bool {
        let words = ["no difference worth having", "not chosen", "worse", "guardrail failed"];
        self.is_proven_winner() || words.iter().any(|word| self.is(word))
    }
}

/// An experiment at a place.
#[derive(Debug, Clone)]
pub(super) struct Trial<'a> {
    pub(super) name: String,
    /// Its file.
    pub(super) plan: &'a Experiment,
    pub(super) arms: Vec<Arm>,
    /// What its rule says is to be on air.
    pub(super) on_air: Option<String>,
    pub(super) nights_needed: Option<i64>,
    is_running: bool,
    decided_on: Option<Date>,
    /// When it was decided, or the last date that it stands on.
    ended: Option<Date>,
}

impl Trial<'_> {
    /// Whether its plan says what is on air tonight.
    pub(super) const fn is_running(&self) -> bool {
        self.is_running
    }

    pub(super) fn arm(&self, cover: &str) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.cover_id == cover)
    }

    /// The cover that the others are held against.
    pub(super) fn control(&self) -> &str {
        self.plan.covers.get(self.plan.control).map_or("", String::as_str)
    }

    /// The winner, if one is proven.
    pub(super) fn winner(&self) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.is_proven_winner())
    }

    /// Of the arms that are no control, the one of which most is to be hoped.
    pub(super) fn leading(&self) -> Option<&Arm> {
        let others = self.arms.iter().filter(|arm| !arm.is_control && arm.effect.value.is_some());
        others.max_by(|one, other| {
            let value = |arm: &Arm| arm.effect.value.unwrap_or(f64::NEG_INFINITY);
            value(one).total_cmp(&value(other))
        })
    }

    /// Whether it is over, and lots were drawn between these two.
    pub(super) fn has_compared(&self, one: &str, other: &str) -> bool {
        !self.is_running && self.arm(one).is_some() && self.arm(other).is_some()
    }

    /// Whether it has settled how two covers compare: each that is not the control was held against that.
    pub(super) fn has_settled(&self, one: &str, other: &str) -> bool {
        let is_told = |cover: &str| self.arm(cover).is_some_and(|arm| arm.is_control || arm.is_settled());
        self.has_compared(one, other) && is_told(one) && is_told(other)
    }

    /// Whether lots and not the team had the say in what was on air on a local date, viewer by viewer or broadcast by broadcast.
    pub(super) fn drew_lots_on(&self, local_date: Date) -> bool {
        let last = [self.plan.stopped, self.decided_on].into_iter().flatten().fold(self.plan.to, Date::min);
        matches!(self.plan.design, Design::Split(_)) && (self.plan.from..=last).contains(&local_date)
    }
}

/// The experiments of a place: those whose file is there, the newest first. `tonight` is the local date that is advised.
pub(super) fn trials<'a>(
    inputs: &NightInputs<'a>,
    place: &PlaceInputs<'_>,
    tonight: Date,
) -> PolarsResult<Vec<Trial<'a>>> {
    let mut trials = Vec::new();
    for (name, plan, table) in &inputs.experiments {
        let Some(plan) = *plan else { continue };
        if !plan.platforms.contains(&place.platform) || !plan.markets.contains(&place.market) {
            continue;
        }
        let rows = rows_of(table, place.platform.as_str(), place.market.as_str())?;
        let mut arms = Vec::new();
        for row in &rows {
            arms.push(Arm::read(*row)?);
        }
        let mut trial = Trial {
            name: name.clone(),
            plan,
            arms,
            on_air: None,
            nights_needed: None,
            is_running: plan.from <= tonight && tonight <= plan.stopped.unwrap_or(plan.to).min(plan.to),
            decided_on: None,
            ended: None,
        };
        if let Some(first) = rows.first() {
            trial.is_running &= matches!(first.text(c::STATE)?.as_deref(), Some("running") | None);
            trial.on_air = first.text(c::ON_AIR)?;
            trial.decided_on = first.date(c::DECIDED_ON)?;
            trial.ended = trial.decided_on.or(first.date(c::UNTIL)?);
            for row in &rows {
                trial.nights_needed = trial.nights_needed.max(row.whole(c::NIGHTS_NEEDED)?);
            }
        }
        trials.push(trial);
    }
    trials.sort_by(|one, other| other.ended.cmp(&one.ended).then_with(|| one.name.cmp(&other.name)));
    Ok(trials)
}
