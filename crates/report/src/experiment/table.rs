//! The rows of `experiment`.

use polars::prelude::*;

use super::ExperimentSite;
use super::reason::reason;
use crate::cells::{figures_columns, later_figures_columns, same_text};
use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::experiment_balance::Balance;
use crate::rates::Rate;
use crate::tally::Tally;
use crate::trial::Effect;
use coverledger_core::model::{Figures, columns as c};

/// Renders the table: a row per cover, the control first.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn table(
    context: &DecisionContext<'_>,
    name: &str,
    site: &ExperimentSite<'_>,
) -> PolarsResult<DataFrame> {
    let ExperimentSite { experiment, trial, .. } = site;
    let arms = site.order();
    let height = arms.len();
    let reasons: Vec<[String; 2]> = (0..height).map(|arm| reason(context, site, arm)).collect();
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
    let value = |end: usize| move |arm: &usize| site.arms[*arm].value.map(|value| value[end]);
    table.push(floats(c::VALUE_PER_MILLE, &arms, value(1)));
    table.push(floats(&c::low(c::VALUE_PER_MILLE), &arms, value(0)));
    table.push(floats(&c::high(c::VALUE_PER_MILLE), &arms, value(2)));
    table.extend(effect_columns(c::EFFECT, &arms, |arm| site.arms[arm].effect));
    table.push(floats(c::P_VALUE, &arms, |arm| site.arms[*arm].effect.map(|effect| effect.p_value())));
    table.push(floats(c::P_HOLM, &arms, |arm| site.arms[*arm].p_holm));
    table.push(floats(c::PROBABILITY_BEST, &arms, |arm| site.arms[*arm].best));
    let loss = |arm: &usize| site.choice.as_ref()?.expected_loss.get(*arm).copied();
    table.push(floats(c::EXPECTED_LOSS, &arms, loss));
    table.extend(effect_columns(c::CTR_EFFECT, &arms, |arm| site.ctr[arm]));
    table.extend(effect_columns(c::STAY_EFFECT, &arms, |arm| site.stay[arm]));
    table.extend(effect_columns(c::CONVERSION_EFFECT, &arms, |arm| site.conversion[arm]));
    for (number, column) in [c::STAY_GUARDRAIL, c::CONVERSION_GUARDRAIL].into_iter().enumerate() {
        let standing = |arm: &usize| site.arms[*arm].guardrails[number];
        let is_guarded = |arm: &usize| *arm != experiment.control;
        table.push(texts(column, &arms, |arm| is_guarded(arm).then(|| standing(arm).word().to_owned())));
    }
    table.push(floats(c::OFF_PLAN_SHARE, &arms, |_| trial.off_plan));
    table.push(floats(c::IMBALANCE_P, &arms, |_| site.balance.as_ref().and_then(Balance::p_value)));
    table.push(texts(c::REASON_EN, &arms, |arm| Some(reasons[*arm][0].clone())));
    table.push(texts(c::REASON_ZH, &arms, |arm| Some(reasons[*arm][1].clone())));
    table.extend(context.closing(height));
    table.extend(later_figures_columns(&figures)?);
    DataFrame::new(height, table)
}

fn effect_columns(name: &str, arms: &[usize], of: impl Fn(usize) -> Option<Effect>) -> [Column; 3] {
    let interval = |arm: &usize| of(*arm)?.interval;
    [
        floats(name, arms, |arm| of(*arm).map(|effect| effect.value)),
        floats(&c::low(name), arms, |arm| interval(arm).map(|interval| interval.low)),
        floats(&c::high(name), arms, |arm| interval(arm).map(|interval| interval.high)),
    ]
}
