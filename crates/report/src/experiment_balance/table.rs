//! The rows of `experiment_balance`.

use polars::prelude::*;

use super::{Balance, Cell};
use crate::cells::same_text;
use crate::decision_context::{DecisionContext, floats, texts, wholes};
use coverledger_config::Experiment;
use coverledger_core::model::columns as c;

/// Renders the table: a row per check and cover, the widest scope first.
///
/// # Errors
/// When polars cannot build it.
pub(crate) fn table(
    context: &DecisionContext<'_>,
    name: &str,
    experiment: &Experiment,
    balance: &Balance,
) -> PolarsResult<DataFrame> {
    let lines: Vec<(&Cell, usize)> =
        balance.cells.iter().flat_map(|cell| (0..cell.observed.len()).map(move |arm| (cell, arm))).collect();
    let height = lines.len();
    let named = |names: &[String], at: Option<usize>| at.and_then(|at| names.get(at)).cloned();
    let mut table = vec![same_text(c::EXPERIMENT, name, height)];
    table.extend(context.keys(height));
    table.push(same_text(c::DESIGN, experiment.design_word(), height));
    table.push(texts(c::SCOPE, &lines, |(cell, _)| Some(cell.scope.word().to_owned())));
    table.push(texts(c::SLOT, &lines, |(cell, _)| named(&context.evidence.slots, cell.place.slot)));
    table.push(texts(c::AUDIENCE, &lines, |(cell, _)| named(&context.evidence.audiences, cell.place.audience)));
    table.push(texts(c::COVER_ID, &lines, |(_, arm)| experiment.covers.get(*arm).cloned()));
    table.push(floats(c::EXPOSURES, &lines, |(cell, arm)| Some(cell.observed[*arm])));
    table.push(same_text(c::EXPOSURE_BASIS, balance.basis.word(), height));
    table.push(floats(c::EXPECTED_EXPOSURES, &lines, |(cell, arm)| Some(cell.expected[*arm])));
    table.push(floats(c::INFLATION, &lines, |(cell, _)| cell.found.map(|found| found.inflation)));
    table.push(floats(c::CHI_SQUARE, &lines, |(cell, _)| cell.found.map(|found| found.chi_square)));
    table.push(wholes(c::DEGREES, &lines, |(cell, _)| cell.found.map(|found| found.degrees)));
    table.push(floats(c::P_VALUE, &lines, |(cell, _)| cell.found.map(|found| found.p_value)));
    table.push(floats(c::P_ADJUSTED, &lines, |(cell, _)| cell.found.map(|found| found.p_adjusted)));
    let is_imbalanced: Vec<bool> = lines.iter().map(|(cell, _)| cell.is_imbalanced).collect();
    table.push(Column::new(c::IS_IMBALANCED.into(), is_imbalanced));
    table.extend(context.closing(height));
    table.push(wholes(c::UNITS, &lines, |(cell, _)| Some(cell.units)));
    DataFrame::new(height, table)
}
