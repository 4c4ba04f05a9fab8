//! What to do in a place: tests first, for lots were drawn; then what was only observed.

use super::action::{Action, Sureness};
use super::bar::Bar;
use super::observed::observed;
use super::place::Known;
use super::reason;
use super::rows::Bounded;
use super::trial::{Arm, Guarded, Loss, Trial};
use crate::decision_context::Words;
use coverledger_core::model::columns as c;

/// What is advised, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) action: Action,
    /// The cover that goes on air, or stays.
    pub(super) cover_id: Option<String>,
    /// The one that goes off air.
    pub(super) instead_of: Option<String>,
    /// The one that is to be tested against it.
    pub(super) test_against: Option<String>,
    pub(super) experiment: Option<String>,
    /// Which rate the two are.
    pub(super) metric: Option<String>,
    /// Of the cover that is better or to be tested.
    pub(super) rate: Bounded,
    /// Of the one that it is held against.
    pub(super) against_rate: Bounded,
    pub(super) change: Bounded,
    pub(super) probability: Option<f64>,
    pub(super) sureness: Sureness,
    /// Whether lots were drawn; `None` where there is nothing to tell it of.
    pub(super) randomized: Option<bool>,
    pub(super) reason: Words,
}

impl Choice {
    /// Nothing but a reason.
    pub(super) fn new(action: Action, reason: Words) -> Self {
        Self {
            action,
            cover_id: None,
            instead_of: None,
            test_against: None,
            experiment: None,
            metric: None,
            rate: Bounded::default(),
            against_rate: Bounded::default(),
            change: Bounded::default(),
            probability: None,
            sureness: Sureness::Unknown,
            randomized: None,
            reason,
        }
    }

    /// The same with what an arm of a test says of it.
    pub(super) fn by_lot(self, trial: &Trial<'_>, arm: &Arm, change: Bounded) -> Self {
        let control = trial.arm(trial.control());
        let rates = |of: fn(&Arm) -> Option<f64>| of(arm).zip(control.and_then(of));
        let told = rates(|arm| arm.effective_ctr).map(|rates| (c::EFFECTIVE_CTR, rates));
        let told = told.or_else(|| rates(|arm| arm.ctr).map(|rates| (c::CTR, rates)));
        let (metric, rates) = told.map_or((None, None), |(metric, rates)| (Some(metric.to_owned()), Some(rates)));
        let rate = |value: Option<f64>| Bounded { value, ..Bounded::default() };
        Self {
            experiment: Some(trial.name.clone()),
            metric,
            rate: rate(rates.map(|(rate, _)| rate)),
            against_rate: rate(rates.map(|(_, control)| control)),
            change,
            probability: arm.probability_best,
            randomized: Some(true),
            ..self
        }
    }
}

/// The choice.
pub(super) fn choose(known: &Known<'_>) -> Choice {
    if let Some(running) = known.trials.iter().find(|trial| trial.is_running()) {
        return in_a_test(known, running);
    }
    if !known.has_covers {
        return Choice::new(Action::NoData, reason::nothing_published());
    }
    for at in 0..known.trials.len() {
        if let Some(choice) = after_a_test(known, at) {
            return choice;
        }
    }
    let seen = observed(known);
    if seen.action == Action::Keep { after_another_test(known).unwrap_or(seen) } else { seen }
}

/// A cover won a test in which the one on air was not: whether it is better than that one, a test of the two would tell.
fn after_another_test(known: &Known<'_>) -> Option<Choice> {
    let on_air = known.on_air.as_deref()?;
    let trial = known.trials.iter().find(|trial| !trial.is_running() && trial.winner().is_some())?;
    let winner = trial.winner()?.cover_id.as_str();
    if trial.arm(on_air).is_some() || known.bars.contains_key(winner) || known.is_settled(winner, on_air) {
        return None;
    }
    let reason = reason::won_elsewhere(trial, winner, on_air);
    let choice = Choice {
        cover_id: Some(on_air.to_owned()),
        test_against: Some(winner.to_owned()),
        randomized: Some(false),
        ..Choice::new(Action::Test, reason)
    };
    Some(match known.pair(winner, on_air, false) {
        Some(pair) => choice.by_sight(pair),
        None => choice,
    })
}

/// Its plan says what is on air; unless that costs more than is tolerated.
fn in_a_test(known: &Known<'_>, trial: &Trial<'_>) -> Choice {
    // Of an arm that is worth less the plan may show no more; then it is not on air.
    let is_on_air = |arm: &Arm| known.seen_last.as_deref() == Some(arm.cover_id.as_str());
    let failed = trial
        .arms
        .iter()
        .find_map(|arm| Some((arm, arm.loss().filter(|loss| loss.of.is_some() || is_on_air(arm))?)));
    if let Some((arm, loss)) = failed {
        return taken_off(trial, arm, &loss, trial.control());
    }
    let choice = Choice {
        cover_id: known.on_air.clone().filter(|cover| trial.plan.covers.contains(cover)),
        experiment: Some(trial.name.clone()),
        randomized: Some(true),
        ..Choice::new(Action::FollowPlan, reason::follow_plan(trial))
    };
    match trial.leading() {
        Some(arm) => Choice { sureness: Sureness::Open, ..choice.by_lot(trial, arm, arm.effect) },
        None => choice,
    }
}

/// What the test of this number, the newest being the first, says of the cover on air.
fn after_a_test(known: &Known<'_>, at: usize) -> Option<Choice> {
    let (newer, trial) = (&known.trials[..at], known.trials.get(at)?);
    let on_air = known.on_air.as_deref();
    let is_allowed = |cover: &str| {
        let has_lost = |lost: &str| newer.iter().any(|trial| trial.name == lost);
        let is_barred = match known.bars.get(cover) {
            Some(Bar::Breaks(_)) => true,
            Some(Bar::Lost(name, _)) => has_lost(name),
            _ => false,
        };
        // Where a newer test held the two against each other, it has the last word, and it said nothing.
        let is_retold = on_air
            .is_some_and(|on_air| on_air != cover && newer.iter().any(|trial| trial.has_compared(on_air, cover)));
        !is_barred && !is_retold
    };
    if let Some(arm) = on_air.and_then(|cover| trial.arm(cover)) {
        let better = trial.on_air.as_deref().filter(|better| *better != arm.cover_id && is_allowed(better));
        if let Some((loss, better)) = arm.loss().zip(better) {
            return Some(taken_off(trial, arm, &loss, better));
        }
    }
    let winner = trial.winner().filter(|winner| is_allowed(&winner.cover_id))?;
    if on_air == Some(winner.cover_id.as_str()) {
        return Some(kept(known, trial, winner));
    }
    // Lots were drawn between the covers of the test; of any other they tell nothing.
    if on_air.is_some_and(|cover| trial.arm(cover).is_none()) {
        return None;
    }
    let (control, reason) = (trial.control(), reason::won(trial, winner, on_air));
    let choice = Choice {
        cover_id: Some(winner.cover_id.clone()),
        instead_of: known.on_air.clone(),
        sureness: Sureness::Proven,
        ..Choice::new(Action::Change, reason)
    };
    if on_air == Some(control) {
        return Some(choice.by_lot(trial, winner, winner.effect));
    }
    // It won against the control. The test chose it over the other arms, too, and did not prove by how much it is better.
    let experiment = Some(trial.name.clone());
    Some(Choice { experiment, sureness: Sureness::Likely, randomized: Some(true), ..choice })
}

fn taken_off(trial: &Trial<'_>, arm: &Arm, loss: &Loss, better: &str) -> Choice {
    let choice = Choice {
        cover_id: Some(better.to_owned()),
        instead_of: Some(arm.cover_id.clone()),
        sureness: Sureness::Proven,
        ..Choice::new(Action::TakeOff, reason::lost(trial, arm, loss, better))
    };
    let choice = choice.by_lot(trial, arm, loss.effect);
    let Some(guarded) = loss.of else { return choice };
    // What was lost is not what covers are ranked by.
    let stays = trial.arm(trial.control()).and_then(|control| Some((arm.stay_rate?, control.stay_rate?)));
    let stays = stays.filter(|_| guarded == Guarded::Stays);
    let rate = |value: Option<f64>| Bounded { value, ..Bounded::default() };
    Choice {
        metric: (guarded == Guarded::Stays).then(|| c::STAY_RATE.to_owned()),
        rate: rate(stays.map(|(rate, _)| rate)),
        against_rate: rate(stays.map(|(_, control)| control)),
        ..choice
    }
}

/// The winner is on air already. A cover that was in no test with it may still be worth one.
fn kept(known: &Known<'_>, trial: &Trial<'_>, winner: &Arm) -> Choice {
    let seen = observed(known);
    let challenger = if seen.action == Action::Try { seen.cover_id.clone() } else { seen.test_against.clone() };
    if let Some(challenger) = challenger.filter(|cover| trial.arm(cover).is_none()) {
        let told = || reason::to_be_tested(&challenger, &winner.cover_id, seen.change, seen.probability);
        let reason = if seen.action == Action::Test { seen.reason.clone() } else { told() };
        return Choice {
            action: Action::Test,
            cover_id: Some(winner.cover_id.clone()),
            instead_of: None,
            test_against: Some(challenger),
            reason,
            ..seen
        };
    }
    let choice = Choice {
        cover_id: Some(winner.cover_id.clone()),
        sureness: Sureness::Proven,
        ..Choice::new(Action::Keep, reason::on_air_already(trial, winner))
    };
    choice.by_lot(trial, winner, winner.effect)
}
