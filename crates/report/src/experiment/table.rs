//! The rows of `experiment`.

use polars::prelude::*;

use super::fading::Recent;
use super::reason::reason;
use super::site::{Site, per_hour, per_mille};
use super::stopping::Standing;
use crate::cells::{dates, figures_columns, later_figures_columns, same_text};
use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::decisions::LevelHistory;
use crate::experiment_balance::Balance;
use crate::rates::Rate;
use crate::tally::Tally;
use crate::trial::{Effect, Unit};
use coverledger_core::model::{Figures, columns as c};

/// Renders the table: a row per cover, the control first.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn table(
    context: &DecisionContext<'_>,
    name: &str,
    standing: &Standing<'_>,
    history: Option<&LevelHistory>,
    p_across: &[Option<f64>],
) -> PolarsResult<DataFrame> {
    let Standing { state, decided_on, site } = standing;
    let Site { experiment, trial, .. } = site;
    let arms = site.order();
    let height = arms.len();
    let reasons: Vec<[String; 2]> = (0..height).map(|arm| reason(context, standing, history, arm)).collect();
    let mut table = vec![same_text(c::EXPERIMENT, name, height)];
    table.extend(context.keys(height));
    table.push(same_text(c::DESIGN, experiment.design_word(), height));
    table.push(texts(c::COVER_ID, &arms, |arm| Some(experiment.covers[*arm].clone())));
    let is_control: Vec<bool> = arms.iter().map(|arm| *arm == experiment.control).collect();
    table.push(Column::new(c::IS_CONTROL.into(), is_control));
    table.push(texts(c::DECISION, &arms, |arm| site.decisions[*arm].map(|decision| decision.word().to_owned())));
    table.push(same_text(c::ON_AIR, site.on_air(), height));
    table.push(wholes(c::DAYS, &arms, |_| Some(trial.looks())));
    table.push(wholes(c::BROADCASTS, &arms, |arm| Some(trial.broadcasts(Some(*arm)))));
    table.push(wholes(c::TURNS, &arms, |arm| trial.turns(*arm)));
    let figures: Vec<Figures> = arms.iter().map(|arm| site.figures[*arm]).collect();
    table.extend(figures_columns(&figures)?);
    for column in [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE] {
        let rate = Rate::named(column);
        table.push(floats(column, &arms, |arm| Tally::of(rate?, &site.figures[*arm])?.rate()));
    }
    let values =
        |end: usize| move |arm: &usize| per_mille(experiment, &site.figures[*arm]).map(|value| value[end]);
    table.push(floats(c::VALUE_PER_MILLE, &arms, values(1)));
    table.push(floats(&c::low(c::VALUE_PER_MILLE), &arms, values(0)));
    table.push(floats(&c::high(c::VALUE_PER_MILLE), &arms, values(2)));
    table.extend(effect_columns(c::EFFECT, &arms, |arm| site.arms[arm].effect));
    let beside = site.beside();
    table.push(floats(c::P_VALUE, &arms, |arm| site.arms[*arm].effect.map(|effect| effect.p_value())));
    table.push(floats(c::P_HOLM, &arms, |arm| {
        let [better, worse] = site.arms[*arm].p_holm?;
        Some(if site.arms[*arm].effect?.value < 0.0 { worse } else { better })
    }));
    table.push(floats(c::PROBABILITY_BEST, &arms, |arm| site.arms[*arm].best));
    let loss = |arm: &usize| site.choice.as_ref()?.expected_loss.get(*arm).copied();
    table.push(floats(c::EXPECTED_LOSS, &arms, loss));
    table.extend(effect_columns(c::CTR_EFFECT, &arms, |arm| beside.ctr[arm]));
    table.extend(effect_columns(c::STAY_EFFECT, &arms, |arm| beside.stay_rate[arm]));
    table.extend(effect_columns(c::CONVERSION_EFFECT, &arms, |arm| beside.conversion[arm]));
    let guardrail = |column: &str, number: usize| {
        let is_guarded = |arm: &usize| *arm != experiment.control;
        let word = |arm: &usize| site.arms[*arm].guards[number].state.word().to_owned();
        texts(column, &arms, |arm| is_guarded(arm).then(|| word(arm)))
    };
    table.push(guardrail(c::STAY_GUARDRAIL, 0));
    table.push(guardrail(c::CONVERSION_GUARDRAIL, 2));
    table.push(floats(c::OFF_PLAN_SHARE, &arms, |_| trial.off_plan()));
    table.push(floats(c::IMBALANCE_P, &arms, |_| site.balance.as_ref().and_then(Balance::p_value)));
    table.push(texts(c::REASON_EN, &arms, |arm| Some(reasons[*arm][0].clone())));
    table.push(texts(c::REASON_ZH, &arms, |arm| Some(reasons[*arm][1].clone())));
    table.extend(context.closing(height));
    table.extend(later_figures_columns(&figures)?);
    table.push(same_text(c::STATE, state.word(), height));
    table.push(dates(c::DECIDED_ON, vec![*decided_on; height]));
    table.push(texts(c::ASSIGNMENT, &arms, |_| experiment.assignment_word().map(str::to_owned)));
    table.push(same_text(c::UNIT, unit(trial.unit()), height));
    table.push(floats(c::INFORMATION, &arms, |arm| site.arms[*arm].effect?.information));
    table.push(floats(c::LEFT_OUT_SHARE, &arms, |arm| site.arms[*arm].effect?.left_out));
    let today = |arm: &usize| site.arms[*arm].effect?.today;
    table.push(floats(&c::low(c::EFFECT_TODAY), &arms, |arm| today(arm).map(|today| today.low)));
    table.push(floats(&c::high(c::EFFECT_TODAY), &arms, |arm| today(arm).map(|today| today.high)));
    let recent = |of: fn(Recent) -> f64| move |arm: &usize| site.recent[*arm].map(of);
    table.push(floats(c::RECENT_EFFECT, &arms, recent(|recent| recent.value)));
    table.push(floats(&c::low(c::RECENT_EFFECT), &arms, recent(|recent| recent.interval.low)));
    table.push(floats(&c::high(c::RECENT_EFFECT), &arms, recent(|recent| recent.interval.high)));
    table.push(floats(c::HOURS_ON_AIR, &arms, |arm| trial.hours(*arm)));
    let hourly = |end: usize| {
        move |arm: &usize| per_hour(experiment, &site.figures[*arm], trial.hours(*arm)?).map(|value| value[end])
    };
    table.push(floats(c::VALUE_PER_HOUR, &arms, hourly(1)));
    table.push(floats(&c::low(c::VALUE_PER_HOUR), &arms, hourly(0)));
    table.push(floats(&c::high(c::VALUE_PER_HOUR), &arms, hourly(2)));
    table.extend(effect_columns(c::PER_MILLE_EFFECT, &arms, |arm| beside.per_mille[arm]));
    table.extend(effect_columns(c::STAYS_EFFECT, &arms, |arm| beside.stays[arm]));
    table.extend(effect_columns(c::ORDERS_EFFECT, &arms, |arm| beside.orders[arm]));
    table.push(guardrail(c::ORDERS_GUARDRAIL, 1));
    let nights = |arm: &usize| beside.nights_needed[*arm].and_then(|nights| usize::try_from(nights).ok());
    table.push(wholes(c::NIGHTS_NEEDED, &arms, nights));
    table.push(floats(c::LEAST_P, &arms, |_| beside.least_p));
    table.push(floats(c::P_ACROSS, &arms, |arm| p_across[*arm]));
    let share = history.map(LevelHistory::share);
    table.push(floats(c::FALSE_WINNERS_SHARE, &arms, |_| share));
    table.extend(effect_columns(c::REVISITS_EFFECT, &arms, |arm| beside.revisits[arm]));
    table.push(guardrail(c::REVISITS_GUARDRAIL, 3));
    DataFrame::new(height, table)
}

/// The word for what is independent of each other.
const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Groups => "viewer_groups",
        Unit::Broadcasts => "broadcasts",
        Unit::Turns => "turns",
        Unit::NoViewerIds => "no_viewer_ids",
    }
}

fn effect_columns(name: &str, arms: &[usize], of: impl Fn(usize) -> Option<Effect>) -> [Column; 3] {
    let interval = |arm: &usize| of(*arm)?.interval;
    [
        floats(name, arms, |arm| of(*arm).map(|effect| effect.value)),
        floats(&c::low(name), arms, |arm| interval(arm).map(|interval| interval.low)),
        floats(&c::high(name), arms, |arm| interval(arm).map(|interval| interval.high)),
    ]
}
