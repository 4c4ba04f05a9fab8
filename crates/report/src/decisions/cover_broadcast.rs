//! `cover_broadcast`: what each cover did in each broadcast. Counts and crude rates; nothing is ranked or compared.

use coverledger_core::model::OneConvention as _;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::{dates, figures_columns, later_figures_columns};
use crate::decision_context::{DecisionContext, texts, wholes};
use crate::rates::rates;
use coverledger_core::model::{Figures, columns as c};

/// A cover in a broadcast: its sum, clean or contaminated, and when.
struct Line {
    cover: usize,
    broadcast: usize,
    contaminated: bool,
    figures: Figures,
    days: BTreeSet<Date>,
}

/// Renders the table, sorted by cover, broadcast and `contaminated`.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn cover_broadcast(context: &DecisionContext<'_>) -> PolarsResult<DataFrame> {
    let mut sums = BTreeMap::<(usize, usize, bool), Line>::new();
    for row in &context.evidence.rows {
        let (cover, broadcast, contaminated) = (row.cover, row.broadcast, row.contaminated);
        sums.entry((cover, broadcast, contaminated))
            .and_modify(|line| line.figures.add(&row.figures))
            .or_insert_with(|| Line {
                cover,
                broadcast,
                contaminated,
                figures: row.figures,
                days: BTreeSet::new(),
            })
            .days
            .insert(row.local_date);
    }
    let lines: Vec<Line> = sums.into_values().collect();
    let evidence = context.evidence;
    let figures: Vec<Figures> = lines.iter().map(|line| line.figures).collect();
    let mut table = context.keys(lines.len());
    table.push(texts(c::COVER_ID, &lines, |line| Some(evidence.covers[line.cover].clone())));
    table.push(texts(c::BROADCAST_ID, &lines, |line| Some(evidence.broadcasts[line.broadcast].clone())));
    let contaminated: Vec<bool> = lines.iter().map(|line| line.contaminated).collect();
    table.push(Column::new(c::CONTAMINATED.into(), contaminated));
    table.push(dates(c::FIRST_LOCAL_DATE, lines.iter().map(|line| line.days.first().copied()).collect()));
    table.push(dates(c::LAST_LOCAL_DATE, lines.iter().map(|line| line.days.last().copied()).collect()));
    table.push(wholes(c::DAYS, &lines, |line| Some(line.days.len())));
    table.extend(figures_columns(&figures)?);
    table.extend(rates(&figures));
    table.extend(context.closing(lines.len()));
    table.extend(later_figures_columns(&figures)?);
    DataFrame::new(lines.len(), table)
}
