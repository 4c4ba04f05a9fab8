//! The way in: rows are placed in cells, packed and parted.

use hashbrown::HashMap;

use super::cells::Cell;
use super::counter::Counter;
use super::row::{EventRow, NO_CELL, Origin, ViewerRow};
use super::spool::Writer;
use super::tally::Tally;
use super::touch::UNIQUE;
use crate::model::{Era, Id, Kinds, TurnNumber};

/// One thread's way into a [`Counter`].
pub struct Feed<'c> {
    counter: &'c Counter,
    events: Writer<'c, EventRow>,
    viewers: Writer<'c, ViewerRow>,
    tally: Tally,
    export: u32,
    /// Audience, broadcast and cover; numbered for the run only where a row lands on one of its market-days.
    stages: Vec<[Box<str>; 3]>,
    near: HashMap<Near, u32>,
    /// Where the last row of each stage landed: neighbours in an export are neighbours in time.
    last: Vec<Option<(Near, u32)>>,
    landed: Landed,
    is_full: bool,
}

/// A stage at a time: stage, day, slot, era and turn.
type Near = (u32, u32, u16, u16, TurnNumber);

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
    /// The event's id; without one the row is nobody's duplicate.
    pub event_id: Option<Id<'a>>,
    /// The viewer's id; without one the row has no part in unique counts.
    pub viewer_id: Option<Id<'a>>,
    /// Where it counts. `None`: outside this run's market-days.
    pub place: Option<Placed>,
}

/// Where a row counts.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Index into the stages of its export.
    pub stage: usize,
    /// Index into the run's market-days.
    pub day: usize,
    /// Index into the market's slot table.
    pub slot: usize,
    /// Under which convention.
    pub era: Era,
    /// In which turn of a rotation.
    pub turn: TurnNumber,
}

/// Where the rows of one export went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landed {
    /// On a market-day of this run, by market-day.
    pub by_day: Vec<u64>,
    /// Elsewhere.
    pub outside: u64,
}

/// What a feed leaves behind when it is done.
pub struct Fed(pub(super) Tally);

impl<'c> Feed<'c> {
    pub(super) fn new(counter: &'c Counter) -> Self {
        Self {
            counter,
            events: counter.events.writer(),
            viewers: counter.viewers.writer(),
            tally: Tally::new(0, &counter.scope),
            export: 0,
            stages: Vec::new(),
            near: HashMap::new(),
            last: Vec::new(),
            landed: Landed::default(),
            is_full: false,
        }
    }

    /// Begins an export: `export` is its place in the order of names.
    pub fn begin(&mut self, export: usize) {
        self.export = u32::try_from(export).unwrap_or(u32::MAX);
        self.stages.clear();
        self.near.clear();
        self.last.clear();
        self.landed = Landed { by_day: vec![0; self.counter.scope.days()], outside: 0 };
    }

    /// How many distinct names and cells there are, once they are more than the memory bound allows.
    #[must_use]
    pub fn too_many(&self) -> Option<usize> {
        self.is_full.then_some(self.counter.max_cells)
    }

    /// Announces a stage of this export; stages are numbered from 0.
    pub fn stage(&mut self, audience: &str, broadcast_id: &str, cover_id: &str) {
        self.stages.push([audience, broadcast_id, cover_id].map(Box::from));
        self.last.push(None);
        self.is_full |= self.stages.len() > 2 * self.counter.max_cells;
    }

    /// Takes a row of this export.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn push(&mut self, input: &Input<'_>) -> std::io::Result<()> {
        let origin = Origin::new(self.export, input.record, input.kinds, input.viewer_id.is_some());
        let cell = match input.place {
            Some(placed) if self.counter.scope.covers(self.export as usize, placed.day) => {
                self.landed.by_day[placed.day] += 1;
                let cell = self.cell(placed);
                self.tally.count(origin, placed.day, cell, input.dwell_ms);
                cell
            }
            _ => {
                self.landed.outside += 1;
                NO_CELL
            }
        };
        let occurred_us = input.occurred_us;
        if let Some((event, partition)) = input.event_id.map(|id| id.hash()) {
            let (viewer, _) = input.viewer_id.map(|id| id.hash()).unwrap_or_default();
            let row = EventRow { event, viewer, occurred_us, origin, cell, dwell_ms: input.dwell_ms };
            return self.events.push(partition, row);
        }
        if cell != NO_CELL
            && input.kinds.bits() & UNIQUE.bits() != 0
            && let Some((viewer, _)) = input.viewer_id.map(|id| id.hash())
        {
            return self
                .viewers
                .push(viewer.rotate_right(32), ViewerRow { viewer, occurred_us, origin, cell, unused: 0 });
        }
        Ok(())
    }

    /// Ends the export and says where its rows went.
    pub fn end(&mut self) -> Landed {
        std::mem::take(&mut self.landed)
    }

    /// Hands over what is left in this thread's hands.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn finish(self) -> std::io::Result<Fed> {
        self.events.finish()?;
        self.viewers.finish()?;
        Ok(Fed(self.tally))
    }

    fn cell(&mut self, placed: Placed) -> u32 {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (day, slot) = (number(placed.day), u16::try_from(placed.slot).unwrap_or(u16::MAX));
        let (stage, Era(era)) = (placed.stage, placed.era);
        let turn = placed.turn;
        let near = (number(stage), day, slot, era, turn);
        if let Some((_, cell)) = self.last[stage].filter(|(last, _)| *last == near) {
            return cell;
        }
        let cell = *self.near.entry(near).or_insert_with(|| {
            let cells = &self.counter.cells;
            let [audience, broadcast, cover] = self.stages[stage].each_ref().map(|name| cells.name(name));
            let cell = cells.cell(Cell { day, slot, era, audience, broadcast, cover, turn });
            self.is_full |= cells.len() > self.counter.max_cells;
            cell
        });
        self.last[stage] = Some((near, cell));
        cell
    }
}
