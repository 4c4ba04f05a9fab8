//! The way into the local engine: rows are placed in cells, packed and parted.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::cells::Cell;
use super::counter::Counter;
use super::row::{EventRow, NO_CELL, Origin, ViewerRow};
use super::scope::Scope;
use super::settler::{OfViewers, Settler};
use super::spool::Writer;
use super::tally::Tally;
use crate::model::{Era, Id, Kinds, TurnNumber, ViewerGroup};

/// After so many rows a thread hands over what it has of an export once it has left it. Where exports are small, it does so only
/// when it comes to another wave, since chunks that are hardly filled take as much room as full ones.
const ROWS_TO_TELL: usize = 1 << 15;

/// One thread's way into a [`Counter`].
pub struct CountWriter<'c> {
    counter: &'c Counter,
    events: Writer<'c, EventRow>,
    settler: Settler<'c>,
    export: u32,
    /// The bins of the export's wave by market-day, and last that of rows on none.
    bins: &'c [usize],
    /// Exports that were left since rows were handed over last, and their wave.
    left: (usize, usize),
    /// Rows that were taken since then.
    rows: usize,
    /// Audience, broadcast and cover; numbered for the run only when a row falls on one of its market-days.
    dimensions: Vec<[Box<str>; 3]>,
    /// Their numbers for the run, once they have any.
    numbered: Vec<Option<[u32; 3]>>,
    near: HashMap<Near, u32>,
    /// Where the last row of each of these landed: neighbours in an export are neighbours in time.
    last: Vec<Option<(Near, u32)>>,
    of_groups: GroupCells,
    landed: RowsByDay,
    is_full: bool,
}

/// Dimensions at a time: dimensions, day, slot, era and turn.
type Near = (u32, u32, u16, u16, TurnNumber);

/// The cells of viewer groups. Neighbours in an export are near each other and of many groups, so where they are is looked up
/// once and not for every group.
#[derive(Default)]
struct GroupCells {
    near: HashMap<Near, usize>,
    last: Vec<Option<(Near, usize)>>,
    /// By place and group; [`NO_CELL`] where nothing was yet.
    cells: Vec<[u32; ViewerGroup::COUNT as usize]>,
}

impl GroupCells {
    fn clear(&mut self) {
        self.near.clear();
        self.last.clear();
        self.cells.clear();
    }

    /// Where the cell of a group is kept.
    fn cell(&mut self, near: Near, group: ViewerGroup) -> &mut u32 {
        let dimensions = near.0 as usize;
        if self.last.len() <= dimensions {
            self.last.resize(dimensions + 1, None);
        }
        let place = match self.last[dimensions].filter(|(last, _)| *last == near) {
            Some((_, place)) => place,
            None => *self.near.entry(near).or_insert_with(|| {
                self.cells.push([NO_CELL; ViewerGroup::COUNT as usize]);
                self.cells.len() - 1
            }),
        };
        self.last[dimensions] = Some((near, place));
        &mut self.cells[place][usize::from(group.number())]
    }
}

/// A row for the engine.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Which record of the export, from 1.
    pub record: u32,
    /// When it happened.
    pub occurred_us: i64,
    /// What it counts as.
    pub kinds: Kinds,
    /// Milliseconds in the room.
    pub dwell_ms: u32,
    /// The event's id; a row without one is never a duplicate.
    pub event_id: Option<Id<'a>>,
    /// The viewer's id; without one the row has no part in unique counts.
    pub viewer_id: Option<Id<'a>>,
    /// Where it counts. `None`: outside this run's market-days.
    pub place: Option<Placed>,
}

/// Where a row counts.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Index into what was announced of its export.
    pub dimensions: usize,
    /// Index into the run's market-days.
    pub day: usize,
    /// Index into the market's slot table.
    pub slot: usize,
    /// Under which convention.
    pub era: Era,
    /// In which turn of a rotation.
    pub turn: TurnNumber,
    /// In which group the viewer is, where the market-day is counted by groups; `None` too where no viewer is named.
    pub group: Option<ViewerGroup>,
}

/// Where the rows of one export went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsByDay {
    /// On a market-day of this run, by market-day.
    pub by_day: Vec<u64>,
    /// Elsewhere.
    pub outside: u64,
}

impl RowsByDay {
    /// No rows on so many market-days.
    #[must_use]
    pub fn none(days: usize) -> Self {
        Self { by_day: vec![0; days], outside: 0 }
    }

    /// Adds a row of an export: on a market-day with the export in its scope, or elsewhere.
    pub fn add(&mut self, scope: &Scope, export: usize, day: Option<usize>) {
        match day.filter(|day| scope.covers(export, *day)) {
            Some(day) => self.by_day[day] += 1,
            None => self.outside += 1,
        }
    }

    /// Adds other rows of the same export.
    pub fn merge(&mut self, other: &Self) {
        self.by_day.iter_mut().zip(&other.by_day).for_each(|(sum, more)| *sum += more);
        self.outside += other.outside;
    }
}

/// What a writer leaves behind when it is done.
pub struct PartialCounts {
    pub(super) tally: Tally,
    pub(super) of_viewers: OfViewers,
}

impl<'c> CountWriter<'c> {
    pub(super) fn new(counter: &'c Counter) -> Self {
        Self {
            counter,
            events: counter.events.writer(),
            settler: Settler::new(counter),
            export: 0,
            bins: counter.waves.bins_of(0),
            left: (0, 0),
            rows: 0,
            dimensions: Vec::new(),
            numbered: Vec::new(),
            near: HashMap::new(),
            last: Vec::new(),
            of_groups: GroupCells::default(),
            landed: RowsByDay::default(),
            is_full: false,
        }
    }

    pub(super) fn begin_export(&mut self, export: usize) {
        self.export = u32::try_from(export).unwrap_or(u32::MAX);
        self.bins = self.counter.waves.bins_of(self.counter.waves.of_export(export));
        self.dimensions.clear();
        self.numbered.clear();
        self.near.clear();
        self.last.clear();
        self.of_groups.clear();
        self.landed = RowsByDay::none(self.counter.scope.days());
    }

    /// How many distinct names and cells there may be by the memory bound, once there are more.
    pub(super) fn cells_beyond_bound(&self) -> Option<usize> {
        self.is_full.then_some(self.counter.max_cells)
    }

    /// Takes note of an audience, broadcast and cover of this export.
    pub(super) fn announce(&mut self, names: [&str; 3]) {
        self.dimensions.push(names.map(Box::from));
        self.numbered.push(None);
        self.last.push(None);
        self.is_full |= self.dimensions.len() > 2 * self.counter.max_cells;
    }

    /// Takes a row of this export. It fails when rows have to spill and cannot.
    pub(super) fn take(&mut self, input: &Input<'_>) -> std::io::Result<()> {
        let origin = Origin::new(self.export, input.record, input.kinds, input.viewer_id.is_some());
        self.rows += 1;
        let (cell, day) = match input.place {
            Some(placed) if self.counter.scope.covers(self.export as usize, placed.day) => {
                self.landed.by_day[placed.day] += 1;
                let cell = self.cell(placed);
                self.settler.tally.count(origin, placed.day, cell, input.dwell_ms);
                if let Some(bars) = &mut self.settler.bars {
                    let row = (input.kinds, input.occurred_us, input.dwell_ms);
                    bars.count(cell, row, 1, || self.counter.cells.place(cell))?;
                }
                (cell, placed.day)
            }
            _ => {
                self.landed.outside += 1;
                (NO_CELL, self.bins.len() - 1)
            }
        };
        let occurred_us = input.occurred_us;
        if let Some((event, bits)) = input.event_id.map(|id| id.key()) {
            let viewer = input.viewer_id.map(|id| self.viewer(&id)).unwrap_or_default();
            let row = EventRow { event, viewer, occurred_us, origin, cell, dwell_ms: input.dwell_ms };
            return self.events.push_to(self.counter.at(self.bins[day], self.counter.part(bits)), row);
        }
        if cell != NO_CELL
            && input.kinds.bits() & self.counter.of_viewers.bits() != 0
            && let Some(id) = input.viewer_id
        {
            let viewer = self.viewer(&id);
            let row = ViewerRow { viewer, occurred_us, origin, cell, unused: 0 };
            return self.settler.push_viewer(self.counter.generations[day], row);
        }
        Ok(())
    }

    /// What stands for a viewer in rows: where viewers are kept over days, what lasts.
    #[inline]
    fn viewer(&self, id: &Id<'_>) -> u64 {
        if self.counter.visits.is_some() { id.hash().0 } else { id.key().0 }
    }

    pub(super) fn end_export(&mut self) -> RowsByDay {
        std::mem::take(&mut self.landed)
    }

    /// Takes note that an export is done with, and settles what is complete by now. It fails when rows have to spill and
    /// cannot, or were spilled and cannot be read back.
    pub(super) fn leave_export(&mut self, export: usize) -> std::io::Result<()> {
        let waves = &self.counter.waves;
        if waves.len() == 1 {
            return Ok(());
        }
        let (wave, is_large) = (waves.of_export(export), self.rows >= ROWS_TO_TELL);
        if self.left.0 != wave {
            self.tell()?;
        }
        self.left = (wave, self.left.1 + 1);
        if is_large {
            self.tell()?;
        }
        self.settler.settle_ready()
    }

    /// Tells which exports were read, once their rows are where all threads find them.
    fn tell(&mut self) -> std::io::Result<()> {
        let (wave, exports) = std::mem::take(&mut self.left);
        self.rows = 0;
        self.events.flush()?;
        self.settler.viewers.flush()?;
        self.counter.progress.are_read(wave, exports);
        Ok(())
    }

    /// Hands over what is left in this thread's hands. It fails when rows have to spill and cannot.
    pub(super) fn hand_over(mut self) -> std::io::Result<PartialCounts> {
        self.tell()?;
        self.settler.finish()
    }

    fn cell(&mut self, placed: Placed) -> u32 {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (day, slot) = (number(placed.day), u16::try_from(placed.slot).unwrap_or(u16::MAX));
        let Placed { dimensions, era: Era(era), turn, group, .. } = placed;
        let near = (number(dimensions), day, slot, era, turn);
        if let Some(group) = group {
            let cell = *self.of_groups.cell(near, group);
            if cell != NO_CELL {
                return cell;
            }
            let cell = self.new_cell(near, Some(group));
            *self.of_groups.cell(near, group) = cell;
            return cell;
        }
        if let Some((_, cell)) = self.last[dimensions].filter(|(last, _)| *last == near) {
            return cell;
        }
        let known = self.near.get(&near).copied();
        let cell = known.unwrap_or_else(|| {
            let cell = self.new_cell(near, None);
            self.near.insert(near, cell);
            cell
        });
        self.last[dimensions] = Some((near, cell));
        cell
    }

    /// The number of a cell that is new in this export.
    fn new_cell(&mut self, (dimensions, day, slot, era, turn): Near, group: Option<ViewerGroup>) -> u32 {
        let cells = &self.counter.cells;
        let names = &self.dimensions[dimensions as usize];
        let of_names = || names.each_ref().map(|name| cells.name(name));
        let [audience, broadcast, cover] = *self.numbered[dimensions as usize].get_or_insert_with(of_names);
        let cell = cells.cell(Cell { day, slot, era, audience, broadcast, cover, turn, group });
        self.is_full |= cells.len() > self.counter.max_cells;
        cell
    }
}
