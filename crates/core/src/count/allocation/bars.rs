//! The bars of a market-day while they fill: rows that say of no more than five minutes what was counted.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::cells::Cell;
use super::names::Names;
use crate::model::{Bar, BarFact, BarKey, CountRow, CountSet, Era, Figures};

/// What a row is about by bar, within a market-day: era, broadcast, cover and bar.
type BarCell = (Era, u32, u32, Bar);

/// The sums of a market-day, by bar and by definition.
#[derive(Debug)]
pub(super) struct CellBars {
    sums: HashMap<(BarCell, usize), Figures>,
    counts: CountSet,
}

impl Default for CellBars {
    fn default() -> Self {
        Self { sums: HashMap::new(), counts: BarFact::counts() }
    }
}

/// The bar of a row; `None` of one that is of a longer time or lies in two. Of those nobody knows what was in which.
pub(super) fn bar_of(row: &CountRow) -> Option<Bar> {
    Bar::of_interval(row.start_us, row.end_us).filter(|_| !row.is_all_day)
}

impl CellBars {
    /// Adds what a row of a definition says of a cell. As of cells: where one row of a definition does not know a count, the
    /// definition does not know the sum.
    pub(super) fn add(&mut self, bar: Bar, cell: &Cell, definition: usize, figures: &Figures) {
        let Cell { era, broadcast, cover, .. } = *cell;
        let figures = figures.only(self.counts);
        let sum = self.sums.entry(((era, broadcast, cover, bar), definition));
        sum.and_modify(|sum| sum.add(&figures)).or_insert(figures);
    }

    /// The facts, sorted by key. Definitions complete each other.
    pub(super) fn into_facts(self, names: &Names<'_>) -> Vec<BarFact> {
        let mut facts: BTreeMap<BarKey, Figures> = BTreeMap::new();
        for (((era, broadcast, cover, bar), _), figures) in self.sums {
            let key = BarKey { era, broadcast_id: names.name(broadcast), cover_id: names.name(cover), bar };
            facts.entry(key).or_default().join(&figures);
        }
        facts.into_iter().map(|(key, figures)| BarFact { key, figures }).collect()
    }
}
