//! First touches: a viewer counts once per broadcast, cover and local date, where they were first.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::cells::CellTable;
use super::row::{Origin, ViewerRow};
use super::scope::Scope;
use crate::model::{Counts, Kinds, SPREAD};

/// The kinds that have a unique count.
pub(super) const UNIQUE: Kinds = Kinds::IMPRESSION.and(Kinds::CLICK).and(Kinds::ENTRY);

/// The first events of the viewers of a partition. Its memory is used again.
#[derive(Default)]
pub(super) struct Firsts(HashTable<First>);

/// A viewer's first event of a kind within a touch, and where it was.
#[derive(Clone, Copy)]
struct First {
    viewer: u64,
    occurred_us: i64,
    origin: Origin,
    cell: u32,
    touch: u32,
    kind: Kinds,
}

impl First {
    /// The viewer is a hash already.
    fn hash(&self) -> u64 {
        let within = u64::from(self.touch) << 8 | u64::from(self.kind.bits());
        self.viewer ^ within.wrapping_mul(SPREAD)
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.viewer, self.touch, self.kind) == (other.viewer, other.touch, other.kind)
    }
}

impl Firsts {
    /// Takes note of where the viewers of these rows were first: the earliest, then the first by object name and
    /// record number.
    pub(super) fn note(&mut self, rows: &[ViewerRow], cells: &CellTable) {
        for row in rows {
            let ViewerRow { viewer, occurred_us, origin, cell, .. } = *row;
            let touch = cells.touch(cell);
            for kind in [Kinds::IMPRESSION, Kinds::CLICK, Kinds::ENTRY] {
                if !origin.kinds().has(kind) {
                    continue;
                }
                let this = First { viewer, occurred_us, origin, cell, touch, kind };
                match self.0.entry(this.hash(), |other| other.is_same(&this), First::hash) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(this);
                    }
                    Entry::Occupied(mut first) => {
                        let first = first.get_mut();
                        if (this.occurred_us, this.origin) < (first.occurred_us, first.origin) {
                            *first = this;
                        }
                    }
                }
            }
        }
    }

    /// Counts the clicks of each cell by viewers who have no impression of that broadcast and cover that day, once all
    /// rows of the partition are noted. Which came first does not matter: clocks differ.
    pub(super) fn count_orphans(
        &self,
        rows: &[ViewerRow],
        (cells, scope): (&CellTable, &Scope),
        orphans: &mut [u64],
    ) {
        for row in rows {
            let ViewerRow { viewer, occurred_us, origin, cell, .. } = *row;
            let is_click = origin.kinds().has(Kinds::CLICK) && !origin.kinds().has(Kinds::IMPRESSION);
            if !is_click || scope.orphans_from_us(cells.day(cell)).is_none_or(|from_us| occurred_us < from_us) {
                continue;
            }
            let sought =
                First { viewer, occurred_us, origin, cell, touch: cells.touch(cell), kind: Kinds::IMPRESSION };
            if self.0.find(sought.hash(), |other| other.is_same(&sought)).is_none() {
                orphans[cell as usize] += 1;
            }
        }
    }

    /// Credits every viewer of a partition, once all of its rows are noted, to the cell of their first impression,
    /// click and entry, and forgets them.
    pub(super) fn credit(&mut self, counts: &mut [Counts]) {
        for first in self.0.drain() {
            let counts = &mut counts[first.cell as usize];
            let count = match first.kind {
                Kinds::IMPRESSION => &mut counts.unique_impressions,
                Kinds::CLICK => &mut counts.clickers,
                _ => &mut counts.entrants,
            };
            *count += 1;
        }
    }
}
