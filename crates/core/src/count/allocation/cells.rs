//! The cells of a market-day while they fill.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::names::Names;
use crate::model::{DayPart, Era, Fact, FactKey, Figures, Parts, TurnFact, TurnNumber};

/// What a row is about, within a market-day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) era: Era,
    pub(super) part: DayPart,
    pub(super) audience: u32,
    pub(super) broadcast: u32,
    pub(super) cover: u32,
    pub(super) contaminated: bool,
    pub(super) turn: TurnNumber,
}

/// The sums of a market-day, by cell and by definition.
#[derive(Debug, Default)]
pub(super) struct Cells {
    sums: HashMap<(Cell, usize), (Figures, Parts)>,
}

impl Cells {
    /// Adds what a row of a definition says.
    ///
    /// Null is not zero: where one row of a definition does not know a count, the definition does not know the sum.
    pub(super) fn add(&mut self, cell: Cell, definition: usize, figures: &Figures) {
        let parts = Parts::of_row(figures);
        let more = |(sum, rows): &mut (Figures, Parts)| {
            sum.add(figures);
            rows.add(&parts);
        };
        self.sums.entry((cell, definition)).and_modify(more).or_insert((*figures, parts));
    }

    /// The facts, sorted by turn and key.
    ///
    /// Definitions complete each other: what one does not offer, another may.
    pub(super) fn into_facts(self, names: &Names<'_>) -> Vec<TurnFact> {
        let mut facts: BTreeMap<(TurnNumber, FactKey), (Figures, Parts)> = BTreeMap::new();
        for ((cell, _), (figures, parts)) in self.sums {
            let key = FactKey {
                era: cell.era,
                part: cell.part,
                audience: names.name(cell.audience),
                broadcast_id: names.name(cell.broadcast),
                cover_id: names.name(cell.cover),
                contaminated: cell.contaminated,
            };
            let (sum, rows) = facts.entry((cell.turn, key)).or_default();
            sum.join(&figures);
            rows.add(&parts);
        }
        let fact = |((turn, key), (figures, parts))| TurnFact {
            turn,
            fact: Fact { key, figures, parts, orphan_clicks: None },
        };
        facts.into_iter().map(fact).collect()
    }
}
