//! `experiment`: each arm of an experiment against its control, and what to do with it.

mod decide;
mod reason;
mod table;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use polars::prelude::*;

use super::decision_context::DecisionContext;
use super::evidence::Evidence;
use super::experiment_balance::{Balance, table as balance_table};
use super::tally::float;
use super::trial::{Effect, Metric, Trial, worth};
use super::{Rendered, ReportError, rendered};
use coverledger_config::Experiment;
use coverledger_core::model::TableName;
use coverledger_core::model::{Count, Figures};
use coverledger_stats::{Choice, holm};
use decide::{Arm, Decision, Standing, decide};

/// From which share on a rotation in which other covers than the planned ones were on air is no experiment.
const MOST_OFF_PLAN: f64 = 0.1;

/// What is known of an experiment in one market of a platform.
struct ExperimentSite<'e> {
    experiment: &'e Experiment,
    trial: Trial<'e>,
    balance: Option<Balance>,
    figures: Vec<Figures>,
    arms: Vec<Arm>,
    ctr: Vec<Option<Effect>>,
    stay: Vec<Option<Effect>>,
    conversion: Vec<Option<Effect>>,
    choice: Option<Choice>,
    decisions: Vec<Option<Decision>>,
}

/// What there is to say of an experiment, as far as it has come.
pub struct Standings<'e> {
    experiment: &'e Experiment,
    places: Vec<(&'e Evidence, ExperimentSite<'e>)>,
}

impl<'e> Standings<'e> {
    /// `places` are what is known of its platforms and markets within its window, read from `turns` for a rotation and
    /// from `funnel` for a split, in the order in which they are to stand.
    #[must_use]
    pub fn of(experiment: &'e Experiment, places: &'e [Evidence]) -> Self {
        let places = places.iter().map(|evidence| (evidence, ExperimentSite::of(experiment, evidence))).collect();
        Self { experiment, places }
    }

    /// Renders `experiment` and `experiment_balance`. `as_of` is the newest local date of all places.
    ///
    /// # Errors
    /// [`ReportError`] when polars cannot build or write a table.
    pub fn tables(
        &self,
        name: &str,
        as_of: Date,
        revision: u64,
    ) -> Result<Vec<(TableName, Rendered)>, ReportError> {
        let (mut arms, mut checks) = (None, None);
        for (evidence, site) in &self.places {
            let context = DecisionContext { evidence, as_of, revision };
            let failed = |table: TableName| move |source| ReportError { table: table.as_str(), source };
            stack(&mut arms, table::table(&context, name, site)).map_err(failed(TableName::Experiment))?;
            if let Some(balance) = &site.balance {
                stack(&mut checks, balance_table(&context, name, self.experiment, balance))
                    .map_err(failed(TableName::ExperimentBalance))?;
            }
        }
        let tables = [(TableName::Experiment, arms), (TableName::ExperimentBalance, checks)];
        let rendered = |(table, frame): (TableName, Option<DataFrame>)| {
            frame.map(|frame| Ok((table, rendered(table, Ok(frame))?)))
        };
        tables.into_iter().filter_map(rendered).collect()
    }
}

fn stack(all: &mut Option<DataFrame>, next: PolarsResult<DataFrame>) -> PolarsResult<()> {
    let next = next?;
    if let Some(all) = all {
        return all.vstack_mut(&next).map(drop);
    }
    *all = Some(next);
    Ok(())
}

impl<'e> ExperimentSite<'e> {
    fn of(experiment: &'e Experiment, evidence: &'e Evidence) -> Self {
        let turns = experiment.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(&evidence.market));
        let trial = Trial::new(evidence, experiment, turns, evidence.until);
        let balance = Balance::of(&trial, experiment);
        let figures: Vec<Figures> = (0..experiment.covers.len()).map(|arm| trial.figures(arm)).collect();
        let effects = trial.effects(Metric::Value);
        let [ctr, stay, conversion] =
            [Metric::Ctr, Metric::StayRate, Metric::Conversion].map(|metric| trial.effects(metric));
        let choice = trial.choice();
        let p_values: Vec<f64> =
            effects.iter().map(|effect| effect.map_or(f64::NAN, |effect| effect.p_value())).collect();
        let p_holm = holm(&p_values);
        let arms: Vec<Arm> = (0..experiment.covers.len())
            .map(|arm| {
                let guarded = |effects: &[Option<Effect>], tolerated| {
                    if arm == experiment.control { Standing::Off } else { Standing::of(effects[arm], tolerated) }
                };
                Arm {
                    value: per_mille(experiment, &figures[arm]),
                    effect: effects[arm],
                    p_holm: effects[arm].map(|_| p_holm[arm]),
                    best: choice.as_ref().and_then(|choice| choice.best.get(arm)).copied(),
                    guardrails: [
                        guarded(&stay, experiment.guardrails.stay),
                        guarded(&conversion, experiment.guardrails.conversion),
                    ],
                }
            })
            .collect();
        let is_uneven = balance.as_ref().is_some_and(|balance| !balance.uneven().is_empty());
        let is_off_plan = trial.off_plan.is_some_and(|share| share > MOST_OFF_PLAN);
        let is_valid = !is_uneven && !is_off_plan;
        let decisions = decide(&arms, experiment.control, is_valid, experiment.level, experiment.worth);
        Self { experiment, trial, balance, figures, arms, ctr, stay, conversion, choice, decisions }
    }

    /// The control's row first, then the others in the order of the file.
    fn order(&self) -> Vec<usize> {
        let others = (0..self.arms.len()).filter(|arm| *arm != self.experiment.control);
        std::iter::once(self.experiment.control).chain(others).collect()
    }

    /// The cover to put on air: the winner, and the control where there is none.
    fn on_air(&self) -> &str {
        let winner = self.decisions.iter().position(|decision| *decision == Some(Decision::Winner));
        &self.experiment.covers[winner.unwrap_or(self.experiment.control)]
    }
}

/// What 1,000 impressions are worth: at least by rounding, as counted, and at most.
fn per_mille(experiment: &Experiment, figures: &Figures) -> Option<[f64; 3]> {
    let impressions = figures.get(Count::Impressions)?;
    let value = |worth: Option<f64>, impressions: u64| {
        worth.filter(|_| impressions > 0).map(|worth| 1000.0 * worth / float(impressions))
    };
    Some([
        value(worth(experiment.value, figures, |measure| measure.low), impressions.high)?,
        value(worth(experiment.value, figures, |measure| measure.value), impressions.value)?,
        value(worth(experiment.value, figures, |measure| measure.high), impressions.low)?,
    ])
}
