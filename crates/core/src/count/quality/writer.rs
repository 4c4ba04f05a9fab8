//! The way in: rows are put in their places, packed and parted.

use hashbrown::HashMap;

use super::counter::QualityCounter;
use super::row::{NO_RUNG, VisitRow, said};
use crate::count::cells::Cell;
use crate::count::row::{NO_CELL, Origin};
use crate::count::spool::Writer;
use crate::count::tally::Outcome;
use crate::count::writer::RowsByDay;
use crate::model::{Id, Kinds, TurnNumber, VisitMeasures};

/// One thread's way into a [`QualityCounter`].
pub struct QualityWriter<'c> {
    counter: &'c QualityCounter,
    visits: Writer<'c, VisitRow>,
    outcomes: Vec<Outcome>,
    export: usize,
    /// Broadcast and host of this export by number.
    dimensions: Vec<[Box<str>; 2]>,
    rungs: Vec<u32>,
    near: HashMap<(usize, usize, usize), u32>,
    landed: RowsByDay,
    is_full: bool,
    /// What all rows of this export say by being rows of it.
    said: u32,
}

/// What the rows of an export are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualityRowsOf {
    /// One view each.
    OneView,
    /// The views of a minute.
    Minute,
    /// The views of a broadcast, or of a time that may be as long.
    Broadcast,
}

/// A row for the counter.
#[derive(Debug, Clone, Copy)]
pub struct QualityInput<'a> {
    /// Which record of the export, from 1.
    pub record: u32,
    /// When it began.
    pub occurred_us: i64,
    /// The id of the view; a row without one is never a duplicate.
    pub view_id: Option<Id<'a>>,
    /// The id of the viewer.
    pub viewer_id: Option<Id<'a>>,
    /// What it says.
    pub measures: VisitMeasures,
    /// Which of the renditions that were announced.
    pub rung: Option<usize>,
    /// Where it counts. `None`: outside this run's market-days.
    pub place: Option<QualityPlace>,
}

/// Where a row counts.
#[derive(Debug, Clone, Copy)]
pub struct QualityPlace {
    /// Index into what was announced of its export.
    pub dimensions: usize,
    /// Index into the run's market-days.
    pub day: usize,
    /// Index into the market's slot table.
    pub slot: usize,
}

/// What a writer leaves behind when it is done: what became of rows, by export and market-day.
pub struct QualityPartial(pub(super) Vec<Outcome>);

impl<'c> QualityWriter<'c> {
    pub(super) fn new(counter: &'c QualityCounter) -> Self {
        Self {
            counter,
            visits: counter.visits.writer(),
            outcomes: counter.no_outcomes(),
            export: 0,
            dimensions: Vec::new(),
            rungs: Vec::new(),
            near: HashMap::new(),
            landed: RowsByDay::default(),
            is_full: false,
            said: 0,
        }
    }

    /// Begins an export, by its place in the scope.
    pub fn begin(&mut self, export: usize, rows: QualityRowsOf) {
        self.export = export;
        self.said = match rows {
            QualityRowsOf::OneView => said::ONE_VIEW | said::IN_BAR,
            QualityRowsOf::Minute => said::IN_BAR,
            QualityRowsOf::Broadcast => 0,
        };
        self.dimensions.clear();
        self.rungs.clear();
        self.near.clear();
        self.landed = RowsByDay::none(self.counter.scope.days());
    }

    /// Announces a broadcast and its host; [`QualityPlace::dimensions`] numbers them from 0.
    pub fn dimensions(&mut self, broadcast_id: &str, host_id: Option<&str>) {
        self.dimensions.push([broadcast_id, host_id.unwrap_or_default()].map(Box::from));
        self.is_full |= self.dimensions.len() > 2 * self.counter.max_cells;
    }

    /// Announces a rendition; [`QualityInput::rung`] numbers them from 0.
    pub fn rung(&mut self, name: &str) {
        self.rungs.push(self.counter.cells.name(name));
    }

    /// How many distinct combinations were more than can be kept, once they are: the export is then refused.
    #[must_use]
    pub fn too_many(&self) -> Option<usize> {
        self.is_full.then_some(self.counter.max_cells)
    }

    /// Takes a row of this export.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn push(&mut self, input: &QualityInput<'_>) -> std::io::Result<()> {
        let export = u32::try_from(self.export).unwrap_or(u32::MAX);
        let origin = Origin::new(export, input.record, Kinds::IMPRESSION, input.viewer_id.is_some());
        let cell = match input.place {
            Some(place) if self.counter.scope.covers(self.export, place.day) => {
                self.landed.by_day[place.day] += 1;
                self.outcomes[self.export * self.counter.scope.days() + place.day].counted += 1;
                self.cell(place)
            }
            _ => {
                self.landed.outside += 1;
                NO_CELL
            }
        };
        let rung = input.rung.and_then(|rung| self.rungs.get(rung).copied()).unwrap_or(NO_RUNG);
        let (view, viewer) = (input.view_id.map(|id| id.hash()), input.viewer_id.map(|id| id.hash()));
        let row = VisitRow::new(
            (view, viewer.unwrap_or_default()),
            input.occurred_us,
            origin,
            (cell, rung),
            &input.measures,
        );
        let row = VisitRow { said: row.said | self.said, ..row };
        match view {
            Some((_, partition)) => self.visits.push(partition, row),
            // Without an id nothing is a duplicate: any partition will do, and outside of all market-days none.
            None if cell == NO_CELL => Ok(()),
            None => self.visits.push(u64::from(input.record), row),
        }
    }

    /// Ends the export and says where its rows went.
    pub fn end(&mut self) -> RowsByDay {
        std::mem::take(&mut self.landed)
    }

    /// Hands over what is left in this thread's hands.
    ///
    /// # Errors
    /// When rows have to spill and cannot.
    pub fn finish(self) -> std::io::Result<QualityPartial> {
        self.visits.finish()?;
        Ok(QualityPartial(self.outcomes))
    }

    fn cell(&mut self, place: QualityPlace) -> u32 {
        let QualityPlace { dimensions, day, slot } = place;
        if let Some(cell) = self.near.get(&(dimensions, day, slot)) {
            return *cell;
        }
        let cells = &self.counter.cells;
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let [broadcast, host] = self.dimensions[dimensions].each_ref().map(|name| cells.name(name));
        // A cell of the funnel without what is not there: the host stands where the cover does.
        let cell = cells.cell(Cell {
            day: number(day),
            slot: u16::try_from(slot).unwrap_or(u16::MAX),
            era: 0,
            audience: 0,
            broadcast,
            cover: host,
            turn: TurnNumber(0),
            group: None,
        });
        self.is_full |= cells.len() > self.counter.max_cells;
        self.near.insert((dimensions, day, slot), cell);
        cell
    }
}
