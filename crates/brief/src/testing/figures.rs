//! Every figure of a brief with the cell that it says it is.

use crate::{Advice, Arm, Brief, Change, Figure, Interval, QualityLoss, RankedCover, Row};

/// A figure, and the whole key of its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The row.
    pub row: Row,
    /// What the brief says that it holds.
    pub figure: Figure,
}

/// Collects figures of one row after another.
#[derive(Default)]
struct Cells(Vec<Cell>);

impl Cells {
    fn figures(&mut self, row: &Row, figures: &[&Figure]) {
        self.0.extend(
            figures
                .iter()
                .map(|figure| Cell { row: figure.row.as_ref().unwrap_or(row).clone(), figure: (*figure).clone() }),
        );
    }

    fn intervals(&mut self, row: &Row, intervals: &[&Interval]) {
        for Interval { point, low, high } in intervals {
            self.figures(row, &[point, low, high]);
        }
    }
}

/// Every figure that is a cell, in the order of the page; the ratios of [`crate::Airing`] are none.
#[must_use]
pub fn figures(brief: &Brief) -> Vec<Cell> {
    let mut cells = Cells::default();
    brief.nights.iter().flat_map(|night| &night.places).for_each(|advice| of_advice(&mut cells, advice));
    brief.tests.iter().flat_map(|test| &test.arms).for_each(|arm| of_arm(&mut cells, arm));
    of_slots(&mut cells, brief);
    for ranking in &brief.rankings {
        ranking.covers.iter().chain(&ranking.overpromising).for_each(|cover| of_cover(&mut cells, cover));
    }
    for place in &brief.changes {
        let changes =
            place.last_date.iter().chain(&place.last_week).chain(place.covers.iter().map(|(_, change)| change));
        changes.for_each(|change| of_change(&mut cells, change));
    }
    for past in &brief.log.past {
        cells.intervals(&past.row, &[&past.expected, &past.since]);
    }
    brief.quality.iter().flat_map(|place| &place.losses).for_each(|loss| of_loss(&mut cells, loss));
    for test in &brief.next_tests {
        cells.intervals(&test.row, &[&test.ratio]);
        cells.figures(&test.row, &[&test.expected_gain, &test.horizon_days, &test.broadcasts_needed]);
    }
    cells.0
}

fn of_advice(cells: &mut Cells, advice: &Advice) {
    cells.intervals(&advice.row, &[&advice.rate, &advice.against_rate, &advice.change]);
    cells.figures(&advice.row, &[&advice.probability]);
    for avoided in &advice.avoid {
        cells.figures(&avoided.row, &[&avoided.stay_rate, &avoided.stay_usual]);
    }
}

fn of_arm(cells: &mut Cells, arm: &Arm) {
    cells.figures(&arm.row, &[&arm.impressions, &arm.broadcasts, &arm.probability_best, &arm.nights_needed]);
    cells.intervals(&arm.row, &[&arm.effect]);
    for guardrail in &arm.guardrails {
        cells.intervals(&arm.row, &[&guardrail.effect]);
    }
}

fn of_slots(cells: &mut Cells, brief: &Brief) {
    for map in &brief.slot_maps {
        for audience in &map.audiences {
            for (slot, cell) in map.slots.iter().zip(&audience.cells) {
                let Some(cell) = cell else { continue };
                let mut row = map.row.clone();
                row.key.extend([("audience", audience.id.clone()), ("slot", slot.id.clone())]);
                cells.intervals(&row, &[&cell.rate, &cell.per_hour]);
                cells.figures(&row, &[&cell.proven_rate, &cell.broadcasts, &cell.rank]);
            }
        }
    }
}

fn of_cover(cells: &mut Cells, cover: &RankedCover) {
    let RankedCover { row, rank, adjusted_rate, proven_rate, impressions, broadcasts, .. } = cover;
    cells.figures(row, &[rank, adjusted_rate, proven_rate, impressions, broadcasts]);
    cells.intervals(row, &[&cover.rate, &cover.ratio, &cover.stay_rate]);
    cover.half_life_days.iter().chain(&cover.rested_days).for_each(|figure| cells.figures(row, &[figure]));
}

fn of_change(cells: &mut Cells, change: &Change) {
    cells.figures(&change.row, &[&change.before, &change.after, &change.change, &change.mix]);
    cells.intervals(&change.row, &[&change.within]);
}

fn of_loss(cells: &mut Cells, loss: &QualityLoss) {
    cells.intervals(&loss.row, &[&loss.effect, &loss.clicks_lost, &loss.orders_lost]);
    cells.figures(&loss.row, &[&loss.bad_visits]);
}
