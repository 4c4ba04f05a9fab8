//! Cells: the keys of funnel facts, as small numbers that rows can carry.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::bars::Place;
use crate::model::{TurnNumber, ViewerGroup};

/// One key of the funnel facts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) day: u32,
    pub(super) slot: u16,
    pub(super) era: u16,
    pub(super) audience: u32,
    pub(super) broadcast: u32,
    pub(super) cover: u32,
    pub(super) turn: TurnNumber,
    /// Of the viewer, where groups are asked for and the row names one.
    pub(super) group: Option<ViewerGroup>,
}

/// Numbers for what a viewer is unique within: a market-day, broadcast and cover.
type Touch = (u32, u32, u32);

/// All cells of a run, shared by its threads.
#[derive(Debug, Default)]
pub(super) struct Cells {
    inner: Mutex<Numbered>,
}

/// Everything that has been given a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbered {
    names: Numbers<Arc<str>>,
    numbers: HashMap<Cell, u32>,
    touches: Numbers<Touch>,
    table: CellTable,
}

/// Cells by their numbers: what settling asks of a row's cell.
#[derive(Debug, Clone, Default)]
pub(super) struct CellTable {
    cells: Vec<Cell>,
    touch_of: Vec<u32>,
}

impl CellTable {
    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn day(&self, cell: u32) -> usize {
        self.cells[cell as usize].day as usize
    }

    pub(super) fn of(&self, cell: u32) -> Cell {
        self.cells[cell as usize]
    }

    pub(super) fn touch(&self, cell: u32) -> u32 {
        self.touch_of[cell as usize]
    }
}

#[derive(Debug, Clone)]
struct Numbers<T> {
    number: HashMap<T, u32>,
    list: Vec<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { number: HashMap::new(), list: Vec::new() }
    }
}

impl<T: Hash + Eq + Clone> Numbers<T> {
    fn of(&mut self, item: T) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        *self.number.entry(item).or_insert_with_key(|item| {
            self.list.push(item.clone());
            next
        })
    }
}

impl Cells {
    /// The number of a name (an audience, a broadcast, a cover).
    pub(super) fn name(&self, name: &str) -> u32 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).number_name(Arc::from(name))
    }

    /// The number of a cell.
    pub(super) fn cell(&self, cell: Cell) -> u32 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).number_cell(cell)
    }

    /// Of what sums by bar are that rows of a cell come to.
    pub(super) fn place(&self, cell: u32) -> Place {
        Place::of(cell, &self.inner.lock().unwrap_or_else(PoisonError::into_inner).table)
    }

    /// How many cells and names there are.
    pub(super) fn len(&self) -> usize {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.table.cells.len() + inner.names.list.len()
    }

    /// The cells that there are by now.
    pub(super) fn table(&self) -> CellTable {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).table.clone()
    }

    /// All of it, once nothing is added any more.
    pub(super) fn into_numbered(self) -> Numbered {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Numbered {
    /// The number of a name; a new one if it has none yet.
    pub(super) fn number_name(&mut self, name: Arc<str>) -> u32 {
        self.names.of(name)
    }

    /// The number of a cell; a new one if it has none yet.
    pub(super) fn number_cell(&mut self, cell: Cell) -> u32 {
        let next = u32::try_from(self.table.cells.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(cell).or_insert(next);
        if number == next {
            self.table.cells.push(cell);
            let touch = self.touches.of((cell.day, cell.broadcast, cell.cover));
            self.table.touch_of.push(touch);
        }
        number
    }

    /// The cells by their numbers.
    pub(super) fn table(&self) -> &CellTable {
        &self.table
    }

    pub(super) fn cells(&self) -> &[Cell] {
        self.table.cells()
    }

    pub(super) fn day(&self, cell: u32) -> usize {
        self.table.day(cell)
    }

    pub(super) fn of(&self, cell: u32) -> Cell {
        self.table.of(cell)
    }

    /// How many names there are.
    pub(super) fn names(&self) -> u32 {
        u32::try_from(self.names.list.len()).unwrap_or(u32::MAX)
    }

    /// The market-day, broadcast and cover of such a number.
    pub(super) fn touched(&self, touch: u32) -> (u32, u32, u32) {
        self.touches.list[touch as usize]
    }

    pub(super) fn name(&self, number: u32) -> Arc<str> {
        Arc::clone(&self.names.list[number as usize])
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.names.list[number as usize]
    }
}
