//! `turns`: the rows of `funnel`, cut by the turns of rotations. Summed over turns they are `funnel`, but for what of counts
//! over intervals says how they were shared out.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{instants, keys};
use super::funnel::funnel_columns;
use coverledger_core::model::{Fact, Turn, columns as c};

/// Renders the table; without rows for a market-day that no turn reaches into.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn turns(context: &MarketDayContext<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let by_turn = context.by_turn.map_or(&[][..], |(_, facts)| facts);
    let turn = |number| context.by_turn.and_then(|(turns, _)| turns.turn(number));
    let turns: Vec<Option<Turn>> = by_turn.iter().map(|of_turn| turn(of_turn.turn)).collect();
    let facts: Vec<Fact> = context.as_offered(by_turn.iter().map(|of_turn| of_turn.fact.clone()).collect());
    let starts = turns.iter().map(|turn| turn.map(|turn| turn.starts_us)).collect();
    let burn_in: Vec<Option<bool>> = turns.iter().map(|turn| turn.map(|turn| turn.burn_in)).collect();
    let mut table = keys(context, facts.len());
    table.push(instants(c::TURN_START_UTC, starts, Some(TimeZone::UTC)));
    table.push(Column::new(c::BURN_IN.into(), burn_in));
    table.extend(funnel_columns(context, &facts, revision)?);
    DataFrame::new(facts.len(), table)
}
