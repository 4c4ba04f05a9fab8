//! The tables that decide, of one market of a platform.

#[cfg(test)]
mod calibration;
mod cover;
mod cover_broadcast;
mod cover_pair;
mod diagnosis;
mod false_winners;
mod gate;
mod localization;
mod mix;
mod on_air;
mod slot_plan;
#[cfg(test)]
mod words;

pub(crate) use false_winners::among_groups;
pub use false_winners::{LevelHistory, level_held};

use jiff::civil::Date;
use polars::prelude::*;

use crate::decision_context::DecisionContext;
use crate::evidence::Evidence;
use crate::returning::CoverRevisits;
use crate::table::rendered;
use crate::{Rendered, ReportError};
use coverledger_config::{Decisions, Market};
use coverledger_core::model::TableName;
use coverledger_core::time::Zone;
use localization::{Versions, localization};

/// Renders `cover`, `cover_broadcast`, `mix`, `diagnosis`, `slot_plan`, `localization`, `false_winners` and `cover_pair` of the
/// market whose evidence is `evidences[of]`. The others are the platform's other markets, which localized covers are held against; `market`
/// is the clock of the one, `home` that of the team. `as_of` is the last local date that all stands on, from the day
/// after which slots are planned; `revisits` is what is known of viewers who come back.
///
/// The same evidence, in whatever order its markets are, gives the same bytes.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write a table, or a period lies outside the years that the program can
/// represent.
///
/// # Panics
/// If there is no `evidences[of]`.
pub fn decisions(
    evidences: &[Evidence],
    of: usize,
    rules: &Decisions,
    market: &Market,
    home: &Zone,
    (as_of, revision): (Date, u64),
    revisits: &CoverRevisits,
) -> Result<Vec<(TableName, Rendered)>, ReportError> {
    let context = DecisionContext { evidence: &evidences[of], as_of, revision };
    let mut elsewhere: Vec<&Evidence> =
        evidences.iter().enumerate().filter(|(number, _)| *number != of).map(|(_, evidence)| evidence).collect();
    elsewhere.sort_by_key(|evidence| &evidence.market);
    let versions = |(family, covers): (&'_ String, &'_ coverledger_config::Family)| {
        let localized = covers.localized.get(&context.evidence.market)?;
        Some((family.clone(), covers.shared.clone(), localized.clone()))
    };
    let families: Vec<_> = rules.families.iter().filter_map(versions).collect();
    let families: Vec<Versions<'_>> =
        families.iter().map(|(family, shared, localized)| Versions { family, shared, localized }).collect();
    let rendered =
        |table: TableName, frame: PolarsResult<DataFrame>| rendered(table, frame).map(|written| (table, written));
    let judged = diagnosis::judged(&context, rules.certainty, revisits);
    let (covers, on_air) = (cover::covers(&context, &judged), on_air::on_air(context.evidence));
    Ok(vec![
        rendered(TableName::Cover, covers.table(&context, on_air))?,
        rendered(TableName::CoverBroadcast, cover_broadcast::cover_broadcast(&context))?,
        rendered(TableName::Mix, mix::mix(&context, rules.period_days))?,
        rendered(TableName::Diagnosis, diagnosis::diagnosis(&context, &judged))?,
        rendered(TableName::SlotPlan, slot_plan::slot_plan(&context, market, home))?,
        rendered(TableName::Localization, localization(&context, &families, &elsewhere))?,
        rendered(TableName::FalseWinners, false_winners::false_winners(&context))?,
        rendered(TableName::CoverPair, cover_pair::cover_pair(&context, &covers, on_air))?,
    ])
}
