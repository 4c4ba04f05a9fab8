//! First touches: a viewer counts once per broadcast, cover and local date, where they were first.

use hashbrown::HashMap;

use super::cells::Numbered;
use super::row::{Origin, ViewerRow};
use crate::model::{Counts, Kinds};

/// The kinds that have a unique count.
pub(super) const UNIQUE: Kinds = Kinds::IMPRESSION.and(Kinds::CLICK).and(Kinds::ENTRY);

/// A viewer's first event by viewer, touch and kind.
pub(super) type Firsts = HashMap<(u64, u32, u8), First>;

/// When and where it was.
#[derive(Clone, Copy)]
pub(super) struct First {
    occurred_us: i64,
    origin: Origin,
    cell: u32,
}

/// Takes note of where the viewers of these rows were first: the earliest, then the first by object name and record
/// number.
pub(super) fn note(rows: &[ViewerRow], numbered: &Numbered, firsts: &mut Firsts) {
    for row in rows {
        let this = First { occurred_us: row.occurred_us, origin: row.origin, cell: row.cell };
        let touch = numbered.touch(row.cell);
        for kind in [Kinds::IMPRESSION, Kinds::CLICK, Kinds::ENTRY] {
            if !row.origin.kinds().has(kind) {
                continue;
            }
            let first = firsts.entry((row.viewer, touch, kind.bits())).or_insert(this);
            if (this.occurred_us, this.origin) < (first.occurred_us, first.origin) {
                *first = this;
            }
        }
    }
}

/// Credits every viewer of a partition, once all of its rows are noted, to the cell of their first impression, click
/// and entry, and forgets them.
pub(super) fn credit(firsts: &mut Firsts, counts: &mut [Counts]) {
    for ((_, _, kind), first) in firsts.drain() {
        let counts = &mut counts[first.cell as usize];
        let count = match Kinds::from_bits(kind) {
            Kinds::IMPRESSION => &mut counts.unique_impressions,
            Kinds::CLICK => &mut counts.clickers,
            _ => &mut counts.entrants,
        };
        *count += 1;
    }
}
