//! `false_winners`: how often the tool would have named a winner where there is none, on the team's own history.
//!
//! What was counted in the window is dealt to three arms by chance alone, over and over, and each time the test that
//! `experiment` runs is run on them as if it had been looked at every night. Whatever it finds is false.

mod placebo;
#[cfg(test)]
mod tests;

use polars::prelude::*;

use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::evidence::Evidence;
use crate::rates::Rate;
use crate::tally::{Tally, float};
use crate::trial::{Outcome, Plan, p_values, unguarded};
use coverledger_core::model::columns as c;
use coverledger_stats::{FEWEST_CLUSTERS, SeededRng, holm, wilson};
use placebo::{Cell, by_turns, by_viewers};

/// Arms of each test, the first of which is the control.
const ARMS: usize = 3;
/// How many tests of nothing are run.
const TESTS: u16 = 100;
/// The level of each.
const LEVEL: f64 = 0.05;
/// Draws the arms of every test.
const SEED: u64 = 20_261_122;

/// One row.
struct Line {
    design: &'static str,
    metric: &'static str,
    broadcasts: usize,
    turns: Option<usize>,
    found: u16,
    unguarded: u16,
}

/// Renders the table: a row for splits and one for rotations; none where there are fewer broadcasts than a test needs.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn false_winners(context: &DecisionContext<'_>) -> PolarsResult<DataFrame> {
    let rows = [c::EFFECTIVE_CTR, c::CTR].into_iter().find_map(|metric| {
        let cells = cells(context.evidence, Rate::named(metric)?)?;
        Some((metric, cells))
    });
    let mut lines = Vec::new();
    if let Some((metric, cells)) = rows {
        let mut broadcasts: Vec<usize> = cells.iter().map(|cell| cell.broadcast).collect();
        broadcasts.sort_unstable();
        broadcasts.dedup();
        if broadcasts.len() >= FEWEST_CLUSTERS {
            let looks = days(context.evidence);
            let line = |design, turns, deal: &dyn Fn(&mut SeededRng) -> (Vec<Outcome>, Plan)| {
                let (found, unguarded) = tests(looks, deal);
                Line { design, metric, broadcasts: broadcasts.len(), turns, found, unguarded }
            };
            lines.push(line("split", None, &|chance| by_viewers(&cells, chance, broadcasts.len())));
            let turns = by_turns(&cells, &mut SeededRng::new(SEED, 0), looks).0.len();
            lines.push(line("rotation", Some(turns), &|chance| by_turns(&cells, chance, looks)));
        }
    }
    table(context, &lines)
}

/// How many tests found something, and how many would have without the guard.
fn tests(looks: usize, deal: &dyn Fn(&mut SeededRng) -> (Vec<Outcome>, Plan)) -> (u16, u16) {
    let (mut found, mut told) = (0, 0);
    for test in 0..TESTS {
        let (outcomes, plan) = deal(&mut SeededRng::new(SEED, u64::from(test)));
        let p_values: Vec<f64> = p_values(&outcomes, ARMS, 0, looks, plan).into_iter().flatten().collect();
        found += u16::from(holm(&p_values).iter().any(|p| *p <= LEVEL));
        told += u16::from(unguarded(&outcomes, ARMS, 0, looks, plan, LEVEL));
    }
    (found, told)
}

/// What was counted on each date, in each slot of each broadcast, in order of dates; `None` where a row does not know it.
fn cells(evidence: &Evidence, rate: &Rate) -> Option<Vec<Cell>> {
    let mut cells: Vec<Cell> = Vec::new();
    for row in &evidence.rows {
        let Tally { successes, trials } = Tally::of(rate, &row.figures)?;
        let day = row.local_date.since(evidence.since).ok()?.get_days();
        let (day, slot, broadcast) = (usize::try_from(day).ok()?, row.slot, row.broadcast);
        let key = |cell: &Cell| (cell.day, cell.slot, cell.broadcast);
        let at = cells.partition_point(|cell| key(cell) < (day, slot, broadcast));
        if cells.get(at).is_none_or(|cell| key(cell) != (day, slot, broadcast)) {
            cells.insert(at, Cell { day, slot, broadcast, tally: Tally::default() });
        }
        cells[at].tally = cells[at].tally.plus(Tally { successes, trials });
    }
    Some(cells).filter(|cells| !cells.is_empty())
}

fn days(evidence: &Evidence) -> usize {
    let days = evidence.until.since(evidence.since).map_or(0, |span| span.get_days());
    usize::try_from(days).map_or(0, |days| days + 1)
}

fn table(context: &DecisionContext<'_>, lines: &[Line]) -> PolarsResult<DataFrame> {
    let share = |line: &Line| f64::from(line.found) / f64::from(TESTS);
    let interval = |line: &Line| wilson(f64::from(line.found), f64::from(TESTS));
    let mut table = context.keys(lines.len());
    table.push(texts(c::DESIGN, lines, |line| Some(line.design.to_owned())));
    table.push(texts(c::METRIC, lines, |line| Some(line.metric.to_owned())));
    table.push(wholes(c::DAYS, lines, |_| Some(days(context.evidence))));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.broadcasts)));
    table.push(wholes(c::TURNS, lines, |line| line.turns));
    table.push(wholes(c::TESTS, lines, |_| Some(usize::from(TESTS))));
    table.push(floats(c::LEVEL, lines, |_| Some(LEVEL)));
    table.push(wholes(c::FALSE_WINNERS, lines, |line| Some(usize::from(line.found))));
    table.push(floats(c::FALSE_WINNERS_SHARE, lines, |line| Some(share(line))));
    let bound = |value: f64| Some(value.clamp(0.0, 1.0));
    table.push(floats(&c::low(c::FALSE_WINNERS_SHARE), lines, |line| bound(interval(line).low)));
    table.push(floats(&c::high(c::FALSE_WINNERS_SHARE), lines, |line| bound(interval(line).high)));
    let unguarded = |line: &Line| Some(f64::from(line.unguarded) / f64::from(TESTS));
    table.push(floats(c::UNGUARDED_SHARE, lines, unguarded));
    table.extend(context.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}

/// Whole numbers to reckon with.
fn reckoned(count: usize) -> f64 {
    float(count as u64)
}
