//! `experiment_pooled`: each arm over all places of an experiment.
//!
//! Places differ in more than chance, so their effects are taken to be drawn around a mean (random effects); and many
//! places are many chances of a false word, which the row states.

use jiff::civil::Date;
use polars::prelude::*;

use super::Standings;
use super::decide::Decision;
use super::words::{Said, effect, joined, said};
use crate::cells::{dates, same_text};
use crate::decision_context::{counted, floats, texts, wholes};
use coverledger_core::model::columns as c;
use coverledger_stats::{Interval, RandomEffects};

/// One row.
struct Line {
    arm: usize,
    /// Places whose effect is known.
    places: usize,
    won: usize,
    worse: usize,
    pooled: Option<RandomEffects>,
    p_across: Option<f64>,
    reason: Said,
}

/// Renders the table: a row per cover but the control.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn table(
    standings: &Standings<'_>,
    name: &str,
    as_of: Date,
    revision: u64,
    p_across: &[Vec<Option<f64>>],
) -> PolarsResult<DataFrame> {
    let experiment = standings.experiment;
    let any_false = 1.0 - (1.0 - experiment.level).powf(crate::tally::float(standings.places.len() as u64));
    let arms = (0..experiment.covers.len()).filter(|arm| *arm != experiment.control);
    let lines: Vec<Line> = arms.map(|arm| line(standings, arm, any_false, p_across)).collect();
    let height = lines.len();
    let of_pooled = |of: fn(&RandomEffects) -> f64| move |line: &Line| line.pooled.as_ref().map(of);
    let end = |of: fn(&RandomEffects) -> Option<f64>| move |line: &Line| line.pooled.as_ref().and_then(of);
    let mut table = vec![same_text(c::EXPERIMENT, name, height), dates(c::AS_OF, vec![Some(as_of); height])];
    table.push(same_text(c::DESIGN, experiment.design_word(), height));
    table.push(texts(c::COVER_ID, &lines, |line| Some(experiment.covers[line.arm].clone())));
    table.push(wholes(c::PLACES, &lines, |line| Some(line.places)));
    table.push(wholes(c::PLACES_WON, &lines, |line| Some(line.won)));
    table.push(wholes(c::PLACES_WORSE, &lines, |line| Some(line.worse)));
    table.push(floats(c::POOLED_EFFECT, &lines, of_pooled(|pooled| pooled.mean.exp_m1())));
    table.push(floats(&c::low(c::POOLED_EFFECT), &lines, of_pooled(|pooled| ratios(pooled.interval(0.95)).low)));
    table.push(floats(&c::high(c::POOLED_EFFECT), &lines, of_pooled(|pooled| ratios(pooled.interval(0.95)).high)));
    table.push(floats(
        c::PREDICTED_EFFECT,
        &lines,
        end(|pooled| pooled.prediction(0.95).map(|_| pooled.mean.exp_m1())),
    ));
    table.push(floats(
        &c::low(c::PREDICTED_EFFECT),
        &lines,
        end(|pooled| Some(ratios(pooled.prediction(0.95)?).low)),
    ));
    table.push(floats(
        &c::high(c::PREDICTED_EFFECT),
        &lines,
        end(|pooled| Some(ratios(pooled.prediction(0.95)?).high)),
    ));
    table.push(floats(c::BETWEEN_PLACES, &lines, of_pooled(|pooled| pooled.between)));
    table.push(floats(c::INCONSISTENCY, &lines, of_pooled(|pooled| pooled.inconsistency)));
    table.push(floats(c::P_VALUE, &lines, of_pooled(RandomEffects::p_value)));
    table.push(floats(c::ANY_FALSE_WORD, &lines, |_| Some(any_false)));
    table.push(floats(c::P_ACROSS, &lines, |line| line.p_across));
    table.push(texts(c::REASON_EN, &lines, |line| Some(line.reason[0].clone())));
    table.push(texts(c::REASON_ZH, &lines, |line| Some(line.reason[1].clone())));
    let is_provisional = standings.places.iter().any(|(place, _)| place.evidence.provisional);
    table.push(Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(is_provisional), height));
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    table.push(Column::new_scalar(c::REVISION.into(), Scalar::from(revision), height));
    DataFrame::new(height, table)
}

fn line(standings: &Standings<'_>, arm: usize, any_false: f64, p_across: &[Vec<Option<f64>>]) -> Line {
    let estimates: Vec<(f64, f64)> = standings
        .places
        .iter()
        .filter(|(_, standing)| standing.site.obstacle.is_none())
        .filter_map(|(_, standing)| {
            let trial = &standing.site.trial;
            let found = trial.contrast(arm, 0..trial.looks())?;
            (found.standard_error > 0.0).then_some((found.value, found.standard_error))
        })
        .collect();
    let count = |decision| {
        standings.places.iter().filter(|(_, standing)| standing.site.decisions[arm] == Some(decision)).count()
    };
    let (won, worse) = (count(Decision::Winner), count(Decision::Worse));
    let pooled = RandomEffects::of(&estimates);
    let p_across = p_across.iter().filter_map(|place| place[arm]).reduce(f64::min);
    let places = standings.places.len();
    let level = standings.experiment.level;
    let is_told = p_across.is_some_and(|p| p <= level);
    let several = |n| counted(n, "place");
    let multiplicity = {
        let chance = any_false * 100.0;
        let (en, zh) = if won + worse == 0 {
            (String::new(), String::new())
        } else if is_told {
            (
                " One of them at least is more than chance, however many places there are.".to_owned(),
                "其中至少有一处不只是偶然，即使考虑到地点众多。".to_owned(),
            )
        } else {
            (
                " With so many places one of them may be chance.".to_owned(),
                "地点众多，其中可能有一处只是偶然。".to_owned(),
            )
        };
        said(
            format!(
                "Won in {won} and worse in {worse} of {}; were no cover better anywhere, some place would still say so with a probability of {chance:.0} %.{en}",
                several(places)
            ),
            format!(
                "{places} 个地点中胜出 {won} 处、更差 {worse} 处；即使封面毫无差别，也有 {chance:.0}% 的概率会有某处误判。{zh}"
            ),
        )
    };
    let reason = joined([overall(pooled.as_ref()), multiplicity]);
    Line { arm, places: estimates.len(), won, worse, pooled, p_across, reason }
}

fn overall(pooled: Option<&RandomEffects>) -> Said {
    let Some(pooled) = pooled else {
        return said(
            "Fewer than two places tell an effect, so none is told over all.",
            "能给出效果的地点不足两处，因此没有总体结论。",
        );
    };
    let [en, zh] = effect(pooled.mean.exp_m1(), Some(ratios(pooled.interval(0.95))));
    let all = said(format!("Over all places its value is {en}."), format!("所有地点合计，价值变化为 {zh}。"));
    let next = pooled.prediction(0.95).map(|next| {
        let Interval { low, high } = ratios(next);
        let (low, high) = (low * 100.0, high * 100.0);
        said(
            format!("In one more place like these expect {low:+.0} % to {high:+.0} %."),
            format!("换到另一个类似的地点，预计为 {low:+.0}% 至 {high:+.0}%。"),
        )
    });
    joined([all].into_iter().chain(next))
}

fn ratios(logs: Interval) -> Interval {
    Interval { low: logs.low.exp_m1(), high: logs.high.exp_m1() }
}
