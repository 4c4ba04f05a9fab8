//! `viewer_groups`: the rows of `funnel`, cut by groups of viewers. Summed over groups they are `funnel`.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{keys, same_text};
use super::funnel::funnel_columns;
use coverledger_core::model::{Fact, columns as c};

/// Renders the table; without rows for a market-day that is not counted by groups.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn viewer_groups(context: &MarketDayContext<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let (key_id, by_group) = context.by_group.unwrap_or_default();
    let group = by_group.iter().map(|of_group| of_group.group.map(|group| i64::from(group.number())));
    let groups: Vec<Option<i64>> = group.collect();
    let facts: Vec<Fact> = context.as_offered(by_group.iter().map(|of_group| of_group.fact.clone()).collect());
    let mut table = keys(context, facts.len());
    table.push(Column::new(c::VIEWER_GROUP.into(), groups));
    table.push(same_text(c::GROUP_KEY, key_id, facts.len()));
    table.extend(funnel_columns(context, &facts, revision)?);
    DataFrame::new(facts.len(), table)
}
