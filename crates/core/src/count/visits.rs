//! Visits: of each viewer, broadcast and cover of a market-day one row, for those who want to know that a viewer came back.
//!
//! They are found where first touches are, in the partition of the viewer, when redeliveries are gone. From then on a viewer
//! is a keyed hash, and by its first bits their visits are parted once more, day by day: so a day is read in the order of its
//! viewers, one partition in memory at a time.

use std::io;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::cells::{CellTable, Numbered};
use super::engine::CountDay;
use super::memory::Memory;
use super::row::{Origin, ViewerRow, VisitRow};
use super::spool::{Spool, Writer};
use crate::model::{Kinds, SPREAD, ViewerKey, Visit};

/// So many visits of a day are handed over at a time where all are in memory: what takes them works on a copy.
const BLOCK_VISITS: usize = 1 << 14;

/// What visits a count is asked for, and where they wait.
pub(super) struct VisitSpool {
    days: Vec<Option<Named>>,
    spool: Spool<VisitRow>,
    /// How many first bits of a viewer choose the partition within a day.
    bits: u32,
}

/// A market-day of which visits are wanted.
struct Named {
    key: ViewerKey,
    slots: Vec<Arc<str>>,
}

impl VisitSpool {
    /// For the days that want visits; `None` if none does. `parts` is a power of two.
    pub(super) fn of(days: &[CountDay], (parts, files): (usize, usize), memory: &Arc<Memory>) -> Option<Self> {
        let named = |day: &CountDay| {
            let key = day.visits_by.clone()?;
            let slots = day.slots.iter().map(|slot| Arc::from(slot.as_str())).collect();
            Some(Named { key, slots })
        };
        let days: Vec<Option<Named>> = days.iter().map(named).collect();
        days.iter().any(Option::is_some).then(|| {
            let of_days = days.len().next_power_of_two();
            let bits = (parts / of_days).max(1).ilog2();
            Self { days, spool: Spool::new(of_days << bits, files, Arc::clone(memory)), bits }
        })
    }

    pub(super) fn writer(&self) -> VisitWriter<'_> {
        VisitWriter { of: self, rows: self.spool.writer(), table: HashTable::new(), viewers: HashMap::new() }
    }

    fn wants(&self, day: usize) -> bool {
        self.days.get(day).is_some_and(Option::is_some)
    }

    /// The partition of a viewer's visits on a day.
    fn part(&self, day: usize, viewer: u64) -> u64 {
        let first_bits = viewer.checked_shr(u64::BITS - self.bits).unwrap_or_default();
        (day as u64) << self.bits | first_bits
    }

    /// The visits, once all are handed over.
    pub(super) fn into_visits(self, numbered: Arc<Numbered>) -> Visits {
        // By the order of their names, so that rows can be sorted by numbers.
        let mut order: Vec<u32> = (0..numbered.names()).collect();
        order.sort_unstable_by_key(|name| numbered.name(*name));
        let mut ranks = vec![0; order.len()];
        (0..).zip(order).for_each(|(rank, name): (u32, u32)| ranks[name as usize] = rank);
        Visits(Kept::Spooled(Box::new(Spooled { of: self, numbered, ranks })))
    }
}

/// The visits of a count, day by day, in the order of viewers, broadcasts and covers.
pub struct Visits(Kept);

enum Kept {
    Spooled(Box<Spooled>),
    /// By market-day; `None` where none were wanted.
    Given(Vec<Option<Vec<Visit>>>),
}

/// Visits of this process, with what their numbers mean.
struct Spooled {
    of: VisitSpool,
    numbered: Arc<Numbered>,
    /// Of names: their places in their order.
    ranks: Vec<u32>,
}

impl Visits {
    /// Visits by market-day, `None` of a day of which none were wanted.
    #[must_use]
    pub fn given(mut days: Vec<Option<Vec<Visit>>>) -> Self {
        days.iter_mut().flatten().for_each(|visits| visits.sort_unstable());
        Self(Kept::Given(days))
    }

    /// Whether visits of a market-day were wanted.
    #[must_use]
    pub fn are_of(&self, day: usize) -> bool {
        match &self.0 {
            Kept::Spooled(spooled) => spooled.of.wants(day),
            Kept::Given(days) => days.get(day).is_some_and(Option::is_some),
        }
    }

    /// Hands over the visits of a market-day, in their order, some at a time. They can be had again.
    ///
    /// # Errors
    /// When rows that were spilled cannot be read back, or as `take` does.
    pub fn each<E: From<io::Error>>(
        &self,
        day: usize,
        mut take: impl FnMut(&mut [Visit]) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.0 {
            Kept::Given(days) => match days.get(day) {
                Some(Some(visits)) => {
                    let mut block = Vec::new();
                    visits.chunks(BLOCK_VISITS).try_for_each(|some| {
                        block.clear();
                        block.extend_from_slice(some);
                        take(&mut block)
                    })
                }
                _ => Ok(()),
            },
            Kept::Spooled(spooled) => {
                let Spooled { of, numbered, ranks } = &**spooled;
                let Some(Some(Named { slots, .. })) = of.days.get(day) else { return Ok(()) };
                let (mut rows, mut visits) = (Vec::new(), Vec::new());
                for part in 0..1 << of.bits {
                    of.spool.copy(day << of.bits | part, &mut rows)?;
                    rows.sort_unstable_by_key(|row| {
                        let cell = numbered.of(row.cell);
                        (row.viewer, ranks[cell.broadcast as usize], ranks[cell.cover as usize])
                    });
                    visits.clear();
                    visits.extend(rows.iter().map(|row| visit(row, numbered, slots)));
                    take(&mut visits)?;
                }
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for Visits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visits")
    }
}

fn visit(row: &VisitRow, numbered: &Numbered, slots: &[Arc<str>]) -> Visit {
    let cell = numbered.of(row.cell);
    Visit {
        viewer: row.viewer,
        broadcast_id: numbered.name(cell.broadcast),
        cover_id: Some(numbered.name(cell.cover)),
        host_id: None,
        slot: slots.get(usize::from(cell.slot)).map_or_else(|| Arc::from(""), Arc::clone),
        first_us: row.first_us,
        impressions: row.impressions,
        clicks: row.clicks,
        entries: row.entries & !VisitRow::STAYED,
        stayed: row.entries & VisitRow::STAYED != 0,
        quality: None,
    }
}

/// One thread's visits: those of a partition of viewers at a time. Its memory is used again.
pub(super) struct VisitWriter<'s> {
    of: &'s VisitSpool,
    rows: Writer<'s, VisitRow>,
    table: HashTable<Touched>,
    /// What a viewer is called on a day: a keyed hash costs more than looking it up.
    viewers: HashMap<(u64, usize), u64>,
}

/// What a viewer did in a broadcast with a cover.
struct Touched {
    viewer: u64,
    touch: u32,
    first: First,
    impressions: u32,
    clicks: u32,
    entries: u32,
    stayed: bool,
}

/// Where a viewer was first: an entry says more than an impression, and that more than a click. Of two of a kind the earlier,
/// then the first by object name and record number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct First {
    rank: u8,
    occurred_us: i64,
    origin: Origin,
    cell: u32,
}

impl Touched {
    fn hash(viewer: u64, touch: u32) -> u64 {
        viewer ^ u64::from(touch).wrapping_mul(SPREAD)
    }
}

/// The rank of what has no place of its own: a stay that is told without its entry.
const NOWHERE: u8 = 3;

fn rank(kinds: Kinds) -> u8 {
    if kinds.has(Kinds::ENTRY) {
        0
    } else if kinds.has(Kinds::IMPRESSION) {
        1
    } else if kinds.has(Kinds::CLICK) {
        2
    } else {
        NOWHERE
    }
}

impl VisitWriter<'_> {
    /// Takes rows of the partition in hand.
    pub(super) fn note(&mut self, rows: &[ViewerRow], cells: &CellTable) {
        for row in rows {
            let ViewerRow { viewer, occurred_us, origin, cell, .. } = *row;
            if !self.of.wants(cells.day(cell)) {
                continue;
            }
            let touch = cells.touch(cell);
            let kinds = origin.kinds();
            let first = First { rank: rank(kinds), occurred_us, origin, cell };
            let is_same = |other: &Touched| (other.viewer, other.touch) == (viewer, touch);
            let hash = |other: &Touched| Touched::hash(other.viewer, other.touch);
            let touched = match self.table.entry(Touched::hash(viewer, touch), is_same, hash) {
                Entry::Occupied(touched) => touched.into_mut(),
                Entry::Vacant(vacant) => {
                    let (impressions, clicks, entries) = (0, 0, 0);
                    let new = Touched { viewer, touch, first, impressions, clicks, entries, stayed: false };
                    vacant.insert(new).into_mut()
                }
            };
            touched.first = touched.first.min(first);
            let more = |kind: Kinds| u32::from(kinds.has(kind));
            touched.impressions = touched.impressions.saturating_add(more(Kinds::IMPRESSION));
            touched.clicks = touched.clicks.saturating_add(more(Kinds::CLICK));
            touched.entries = touched.entries.saturating_add(more(Kinds::ENTRY));
            touched.stayed |= kinds.has(Kinds::STAY);
        }
    }

    /// Hands over the visits of a partition once all of its rows are noted, and forgets them.
    pub(super) fn hand_over(&mut self, cells: &CellTable) -> io::Result<()> {
        let Self { of, rows, table, viewers } = self;
        viewers.clear();
        for touched in table.drain() {
            let Touched { viewer, first, impressions, clicks, entries, stayed, .. } = touched;
            let day = cells.day(first.cell);
            let Some(Named { key, .. }) = of.days.get(day).and_then(Option::as_ref) else { continue };
            if first.rank == NOWHERE {
                continue;
            }
            let viewer = *viewers.entry((viewer, day)).or_insert_with(|| key.viewer(viewer));
            let stays = if stayed { VisitRow::STAYED } else { 0 };
            let row = VisitRow {
                viewer,
                first_us: first.occurred_us,
                cell: first.cell,
                impressions,
                clicks,
                entries: entries.min(VisitRow::STAYED - 1) | stays,
            };
            rows.push(of.part(day, viewer), row)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.rows.finish()
    }
}

#[cfg(test)]
mod tests;
