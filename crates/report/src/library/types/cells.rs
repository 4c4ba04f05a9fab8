//! A kind in slots and audiences: how they differ from their places, over all places.

use super::parts::estimate;
use super::raw::{Raw, Within, raw};
use super::{Scope, TypeRow};
use crate::library::PlaceMonths;
use coverledger_stats::{Pooled, Pooling};

/// What is believed beforehand of how far slots and audiences lie from their place, in logarithms.
const WITHIN_PLACES: f64 = 0.15;

/// A slot or an audience of a place, or both.
struct CellEffect {
    place: usize,
    slot: Option<usize>,
    audience: Option<usize>,
    raw: Option<Raw>,
    /// From its place.
    deviation: Option<(f64, f64)>,
}

/// All of them, of one kind.
pub(super) struct Cells {
    cells: Vec<CellEffect>,
    among: Option<Pooling>,
}

impl Cells {
    /// Those of all places.
    pub(super) fn of(withins: &[Within], places: &[&PlaceMonths]) -> Self {
        let mut cells = Vec::new();
        for (place, within) in withins.iter().enumerate() {
            for number in within.cells() {
                let about = &places[place].kinds[number];
                let (slot, audience) = (about.slot, about.audience);
                let own = raw(&within.of_cell(number));
                let deviation = raw(&within.deviations(number)).as_ref().map(estimate);
                cells.push(CellEffect { place, slot, audience, raw: own, deviation });
            }
        }
        let told: Vec<(f64, f64)> = cells.iter().filter_map(|cell| cell.deviation).collect();
        Self { among: Pooling::around_zero(&told, WITHIN_PLACES), cells }
    }

    /// The rows of a place, of which something is believed.
    pub(super) fn rows(&self, place: usize, pooled: Option<Pooled>, empty: &TypeRow) -> Vec<TypeRow> {
        let first = self.cells.partition_point(|cell| cell.place < place);
        let mut nth = self.cells[..first].iter().filter(|cell| cell.deviation.is_some()).count();
        let mut rows = Vec::new();
        for cell in self.cells[first..].iter().take_while(|cell| cell.place == place) {
            let shift = self.among.as_ref().map(|among| match cell.deviation {
                Some(_) => among.place(nth),
                None => among.another(),
            });
            nth += usize::from(cell.deviation.is_some());
            // Where there are too few covers, the row of the place says what is known.
            let Some(raw) = &cell.raw else { continue };
            let pooled = pooled.zip(shift).map(|(pooled, shift)| Pooled {
                value: pooled.value + shift.value,
                standard_error: pooled.standard_error.hypot(shift.standard_error),
                borrowed: shift.borrowed,
            });
            rows.push(TypeRow {
                scope: Scope::Place(place),
                slot: cell.slot,
                audience: cell.audience,
                pooled,
                raw: Some(raw.clone()),
                is_second: true,
                ..empty.clone()
            });
        }
        rows
    }
}
