//! `funnel`: one row per slot, audience, broadcast and cover of a market-day. Everything else is summed from it.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{closing, counts, eras_of, keys, later, slots};
use coverledger_core::model::{Fact, columns as c};

/// Renders the table. A count that the platform does not offer is null in every row.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn funnel(context: &MarketDayContext<'_>, facts: &[Fact], revision: u64) -> PolarsResult<DataFrame> {
    let mut table = keys(context, facts.len());
    table.extend(funnel_columns(context, facts, revision)?);
    DataFrame::new(facts.len(), table)
}

/// Its columns but for the keys of the market-day.
pub(super) fn funnel_columns(
    context: &MarketDayContext<'_>,
    facts: &[Fact],
    revision: u64,
) -> PolarsResult<Vec<Column>> {
    let text = |name: &str, of: &dyn Fn(&Fact) -> &str| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<&str>>())
    };
    let mut table = vec![slots(context, facts)];
    table.push(text(c::AUDIENCE, &|fact| &fact.key.audience));
    table.push(text(c::BROADCAST_ID, &|fact| &fact.key.broadcast_id));
    table.push(text(c::COVER_ID, &|fact| &fact.key.cover_id));
    let contaminated: Vec<bool> = facts.iter().map(|fact| fact.key.contaminated).collect();
    table.push(Column::new(c::CONTAMINATED.into(), contaminated));
    let share: Vec<Option<f64>> = facts.iter().map(|fact| fact.figures.on_air.ratio()).collect();
    table.push(Column::new(c::COVER_SHARE.into(), share));
    table.extend(counts(facts)?);
    table.extend(closing(context, revision, &eras_of(facts)));
    table.extend(later(facts)?);
    Ok(table)
}
