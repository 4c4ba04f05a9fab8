//! Where sums by bar wait.

use std::io;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::BarTally;
use crate::count::cells::CellTable;
use crate::count::memory::Memory;
use crate::count::spool::Spool;
use crate::model::Kinds;

/// Market-days are parted into as many at most. Of each, a thread may have a chunk open.
const MOST_PARTS: usize = 64;
/// The sums of one thread take this part of the memory bound.
const SHARE_OF_SUMS: u64 = 32;
const LEAST_SUMS: usize = 64;
const MOST_SUMS: usize = 1 << 16;

/// How many numbers are summed by bar.
pub(in crate::count) const SUMS: usize = 7;

/// Sums of a bar, or a part of them. 72 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(in crate::count) struct BarRow {
    day: u32,
    /// What stands for the market-day, broadcast and cover.
    pub(in crate::count) touch: u32,
    pub(in crate::count) era: u32,
    /// The number of the bar.
    pub(in crate::count) bar: i32,
    pub(in crate::count) sums: [u64; SUMS],
}

/// Of what sums by bar are, but for the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(in crate::count) struct Place {
    pub(in crate::count) day: u32,
    pub(in crate::count) touch: u32,
    pub(in crate::count) era: u16,
}

impl BarRow {
    pub(super) fn new(place: Place, bar: i32) -> Self {
        let Place { day, touch, era } = place;
        Self { day, touch, era: era.into(), bar, sums: [0; SUMS] }
    }

    pub(super) const fn day(&self) -> u32 {
        self.day
    }

    /// What was counted, by kind in the order of their bits.
    pub(in crate::count) const fn by_kind(&self) -> [u64; Kinds::COUNT] {
        let [impressions, clicks, entries, stays, orders, ..] = self.sums;
        [impressions, clicks, entries, stays, orders]
    }

    fn key(&self) -> (u32, u32, i32) {
        (self.touch, self.era, self.bar)
    }
}

/// The parts of sums by bar of a count.
pub(in crate::count) struct BarSpool {
    pub(super) spool: Spool<BarRow>,
    /// So many sums a thread keeps.
    pub(super) most: usize,
}

impl BarSpool {
    /// For so many market-days; so many files may be open.
    pub(in crate::count) fn new(days: usize, files: usize, memory: &Arc<Memory>) -> Self {
        let parts = days.next_power_of_two().min(MOST_PARTS);
        let most = memory.bytes() / SHARE_OF_SUMS / size_of::<BarRow>() as u64;
        Self {
            spool: Spool::new(parts, files, Arc::clone(memory)),
            most: usize::try_from(most).unwrap_or(MOST_SUMS).clamp(LEAST_SUMS, MOST_SUMS),
        }
    }

    pub(in crate::count) fn tally(&self) -> BarTally<'_> {
        BarTally::new(self)
    }

    /// The sums of a market-day, each once, in the order of places and bars. They can be had again.
    pub(in crate::count) fn of_day(&self, day: usize) -> io::Result<Vec<BarRow>> {
        let mut rows = Vec::new();
        self.spool.copy(day % self.spool.parts(), &mut rows)?;
        rows.retain(|row| row.day as usize == day);
        rows.sort_unstable_by_key(BarRow::key);
        rows.dedup_by(|next, sum| {
            let is_same = next.key() == sum.key();
            if is_same {
                sum.sums.iter_mut().zip(next.sums).for_each(|(sum, more)| *sum = sum.wrapping_add(more));
            }
            is_same
        });
        // All that was counted of it was taken back.
        rows.retain(|row| row.sums != [0; SUMS]);
        Ok(rows)
    }
}

impl Place {
    /// That of a cell.
    pub(in crate::count) fn of(cell: u32, cells: &CellTable) -> Self {
        let of = cells.of(cell);
        Self { day: of.day, touch: cells.touch(cell), era: of.era }
    }
}
