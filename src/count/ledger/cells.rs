//! The cells of a market-day while they fill.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::names::Names;
use crate::model::{DayPart, Era, Fact, FactKey, Figures, TurnFact, TurnNumber};

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
    sums: HashMap<(Cell, usize), Figures>,
}

impl Cells {
    /// Adds what a row of a definition says.
    ///
    /// Null is not zero: where one row of a definition does not know a count, the definition does not know the sum.
    pub(super) fn add(&mut self, cell: Cell, definition: usize, figures: &Figures) {
        self.sums.entry((cell, definition)).and_modify(|sum| sum.add(figures)).or_insert(*figures);
    }

    /// The facts, sorted by turn and key.
    ///
    /// Definitions complete each other: what one does not offer, another may.
    pub(super) fn into_facts(self, names: &Names<'_>) -> Vec<TurnFact> {
        let mut facts: BTreeMap<(TurnNumber, FactKey), Figures> = BTreeMap::new();
        for ((cell, _), figures) in self.sums {
            let key = FactKey {
                era: cell.era,
                part: cell.part,
                audience: names.name(cell.audience),
                broadcast_id: names.name(cell.broadcast),
                cover_id: names.name(cell.cover),
                contaminated: cell.contaminated,
            };
            facts.entry((cell.turn, key)).or_default().join(&figures);
        }
        facts.into_iter().map(|((turn, key), figures)| TurnFact { turn, fact: Fact { key, figures } }).collect()
    }
}
