//! `false_winners`: how often the tool would have named a winner where there is none, on the team's own history.
//!
//! What was counted in the window is dealt to three arms by chance alone, over and over, and each time the test that
//! `experiment` runs is run on them as if it had been looked at every night. Whatever it finds is false. Viewers are dealt
//! anew in every broadcast: that they come back and keep their cover cannot be told from a history that knows no viewers.

mod groups;
mod history;
mod placebo;
#[cfg(test)]
mod tests;

pub(crate) use groups::among_groups;
pub use history::{LevelHistory, level_held};

use polars::prelude::*;

use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::evidence::Evidence;
use crate::tally::float;
use crate::trial::{Outcome, Plan, p_values, unguarded};
use coverledger_core::model::{Count, Figures, columns as c};
use coverledger_stats::{FEWEST_CLUSTERS, SeededRng, holm, wilson};
use placebo::{Cell, Counted, by_turns, by_viewers};

/// Arms of each test, the first of which is the control.
const ARMS: usize = 3;
/// How many tests of nothing are run.
const TESTS: u16 = 100;
/// The level of each.
const LEVEL: f64 = 0.05;
/// Draws the arms of every test.
const SEED: u64 = 20_261_122;

/// What a test is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dealt {
    /// What decides where orders have a weight.
    Orders,
    /// What decides where retained minutes have one.
    RetainedMinutes,
    /// Entrants ÷ impressions.
    Entrants,
    /// Clicks ÷ impressions.
    Clicks,
}

impl Dealt {
    /// Its word in the table.
    const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::RetainedMinutes => "retained_minutes",
            Self::Entrants => c::EFFECTIVE_CTR,
            Self::Clicks => c::CTR,
        }
    }

    /// Whether it decides in an experiment: a turn of a rotation is then held against its time on air.
    const fn is_value(self) -> bool {
        matches!(self, Self::Orders | Self::RetainedMinutes)
    }

    /// What is dealt of a row; `None` where it does not know it.
    fn counted(self, figures: &Figures) -> Option<Counted> {
        const MINUTE_MS: f64 = 60_000.0;
        let count = |count| figures.get(count).map(|measure| measure.value);
        let impressions = count(Count::Impressions)?;
        let viewers = count(Count::UniqueImpressions).unwrap_or(impressions);
        let (hits, sum) = match self {
            Self::Orders => (Count::Orders, None),
            // Who watched: entrants, or else entries.
            Self::RetainedMinutes => {
                let watched = if count(Count::Entrants).is_some() { Count::Entrants } else { Count::Entries };
                (watched, Some(float(count(Count::Dwell)?) / MINUTE_MS))
            }
            Self::Entrants => (Count::Entrants, None),
            Self::Clicks => (Count::Clicks, None),
        };
        let hits = count(hits)?;
        Some(Counted { hits, impressions, viewers, sum: sum.unwrap_or(float(hits)) })
    }
}

/// One row.
struct Line {
    design: &'static str,
    assignment: Option<&'static str>,
    metric: &'static str,
    broadcasts: usize,
    turns: Option<usize>,
    found: u16,
    unguarded: u16,
}

/// Renders the table: rows for splits and for rotations, of what each row of the window knows; none where there are fewer
/// broadcasts than a test needs.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn false_winners(context: &DecisionContext<'_>) -> PolarsResult<DataFrame> {
    let known = |dealt: Dealt| Some((dealt, cells(context.evidence, dealt)?));
    let values = [Dealt::Orders, Dealt::RetainedMinutes].into_iter().filter_map(known);
    let rate = [Dealt::Entrants, Dealt::Clicks].into_iter().find_map(known);
    let all: Vec<(Dealt, Vec<Cell>)> = values.chain(rate).collect();
    let mut lines = Vec::new();
    let looks = days(context.evidence);
    for design in ["split", "rotation"] {
        for (dealt, cells) in &all {
            let mut broadcasts: Vec<usize> = cells.iter().map(|cell| cell.broadcast).collect();
            broadcasts.sort_unstable();
            broadcasts.dedup();
            let broadcasts = broadcasts.len();
            if broadcasts < FEWEST_CLUSTERS || cells.iter().all(|cell| cell.counted.hits == 0) {
                continue;
            }
            let is_split = design == "split";
            let deal = |chance: &mut SeededRng| {
                if is_split {
                    by_viewers(cells, chance, broadcasts, *dealt == Dealt::RetainedMinutes)
                } else {
                    let trials = |of: &Counted| if dealt.is_value() { 1.0 } else { float(of.impressions) };
                    by_turns(cells, chance, looks, trials)
                }
            };
            let (found, unguarded) = tests(looks, &deal);
            let (assignment, turns) = if is_split { (Some("broadcast"), None) } else { (None, Some(cells.len())) };
            lines.push(Line { design, assignment, metric: dealt.word(), broadcasts, turns, found, unguarded });
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
fn cells(evidence: &Evidence, dealt: Dealt) -> Option<Vec<Cell>> {
    let mut cells: Vec<Cell> = Vec::new();
    for row in &evidence.rows {
        let counted = dealt.counted(&row.figures)?;
        let day = row.local_date.since(evidence.since).ok()?.get_days();
        let (day, slot, broadcast) = (usize::try_from(day).ok()?, row.slot, row.broadcast);
        let key = |cell: &Cell| (cell.day, cell.slot, cell.broadcast);
        let at = cells.partition_point(|cell| key(cell) < (day, slot, broadcast));
        if cells.get(at).is_none_or(|cell| key(cell) != (day, slot, broadcast)) {
            cells.insert(at, Cell { day, slot, broadcast, counted: Counted::default() });
        }
        cells[at].counted = cells[at].counted.plus(counted);
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
    table.push(texts(c::ASSIGNMENT, lines, |line| line.assignment.map(str::to_owned)));
    DataFrame::new(lines.len(), table)
}

/// Whole numbers to reckon with.
fn reckoned(count: usize) -> f64 {
    float(count as u64)
}
