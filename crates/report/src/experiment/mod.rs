//! `experiment`: each arm of an experiment against its control, and what to do with it; `experiment_pooled`: over all places.

mod decide;
mod fading;
mod guardrail;
mod pooled;
mod reason;
mod site;
mod stopping;
mod table;
#[cfg(test)]
mod tests;
mod withdrawn;
mod words;

use jiff::civil::Date;
use polars::prelude::*;

use super::decision_context::DecisionContext;
use super::decisions::LevelHistory;
use super::evidence::Evidence;
use super::experiment_balance::table as balance_table;
use super::{Rendered, ReportError, rendered};
use coverledger_config::Experiment;
use coverledger_core::model::TableName;
use coverledger_stats::holm;
use stopping::{Standing, standing};

pub use withdrawn::withdrawn;

/// What is known of an experiment in one market of a platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What was published within its window: `turns` of a rotation, `viewer_groups` or `funnel` of a split.
    pub evidence: Evidence,
    /// What the market's own history says of such a test; `None` where it says nothing.
    pub history: Option<LevelHistory>,
}

/// What there is to say of an experiment, as far as it has come.
pub struct Standings<'e> {
    experiment: &'e Experiment,
    places: Vec<(&'e Place, Standing<'e>)>,
}

impl<'e> Standings<'e> {
    /// `places` are its platforms and markets in the order in which they are to stand.
    #[must_use]
    pub fn of(experiment: &'e Experiment, places: &'e [Place]) -> Self {
        let of_place = |place: &'e Place| {
            let turns =
                experiment.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(&place.evidence.market));
            let is_level_held = place.history.is_none_or(|history| history.is_held());
            (place, standing(experiment, &place.evidence, turns, is_level_held))
        };
        Self { experiment, places: places.iter().map(of_place).collect() }
    }

    /// Renders `experiment`, `experiment_balance` and `experiment_pooled`. `as_of` is the newest local date of all places.
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
        let p_across = self.p_across();
        for ((place, standing), p_across) in self.places.iter().zip(&p_across) {
            let context = DecisionContext { evidence: &place.evidence, as_of, revision };
            let failed = |table: TableName| move |source| ReportError { table: table.as_str(), source };
            let history = place.history.or(standing.site.among_groups);
            let table = table::table(&context, name, standing, history.as_ref(), p_across);
            stack(&mut arms, table).map_err(failed(TableName::Experiment))?;
            if let Some(balance) = &standing.site.balance {
                stack(&mut checks, balance_table(&context, name, self.experiment, balance))
                    .map_err(failed(TableName::ExperimentBalance))?;
            }
        }
        let mut tables = Vec::new();
        for (table, frame) in [(TableName::Experiment, arms), (TableName::ExperimentBalance, checks)] {
            if let Some(frame) = frame {
                tables.push((table, rendered(table, Ok(frame))?));
            }
        }
        if self.places.len() > 1 {
            let pooled = TableName::ExperimentPooled;
            tables.push((pooled, rendered(pooled, pooled::table(self, name, as_of, revision, &p_across))?));
        }
        Ok(tables)
    }

    /// P values of all arms of all places together, by place and arm.
    fn p_across(&self) -> Vec<Vec<Option<f64>>> {
        let of_place = |standing: &Standing<'_>| -> Vec<Option<f64>> {
            standing.site.arms.iter().map(|arm| arm.effect.map(|effect| effect.p_value())).collect()
        };
        let all: Vec<Vec<Option<f64>>> = self.places.iter().map(|(_, standing)| of_place(standing)).collect();
        let flat: Vec<f64> = all.iter().flatten().map(|p| p.unwrap_or(f64::NAN)).collect();
        let mut adjusted = holm(&flat).into_iter();
        let of = |p: &Option<f64>| {
            let adjusted = adjusted.next();
            p.and(adjusted)
        };
        let mut of = of;
        all.iter().map(|place| place.iter().map(&mut of).collect()).collect()
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
