//! Redelivered events: the same event id counts once per market-day.
//!
//! There are two implementations: [`Redeliveries`] for a partition that fits the memory, and [`Deliveries`] for a partition
//! that one id fills (an export whose event id is mapped to its session id), whose rows are read twice and never kept. A
//! test compares the two.

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::cells::CellTable;
use super::row::{EventRow, NO_CELL, Origin};
use super::scope::Scope;

/// How far apart the instants of two deliveries of one event may be: clocks are corrected, and some feeds give the time
/// of delivery.
const SAME_INSTANT_US: u64 = 60_000_000;

/// A row that is not counted, since its event id was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Duplicate {
    /// Which row of the partition.
    pub(super) row: u32,
    /// Whether it is a delivery of the same event, by all that is known of the two.
    pub(super) copy: Copied,
}

/// What a row is that has the event id of one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Copied {
    /// The same event once more.
    Same,
    /// Another event: of another viewer, at another time or of another kind. The id is not one of events.
    Other,
}

impl Copied {
    fn of(first: &First, row: &EventRow) -> Self {
        let (one, other) = (first.origin, row.origin);
        let same_viewer = !one.has_viewer() || !other.has_viewer() || first.viewer == row.viewer;
        let same_instant = first.occurred_us.abs_diff(row.occurred_us) <= SAME_INSTANT_US;
        if same_viewer && same_instant && one.kinds() == other.kinds() { Self::Same } else { Self::Other }
    }
}

/// What is kept of the delivery that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct First {
    occurred_us: i64,
    origin: Origin,
    viewer: u64,
}

impl From<&EventRow> for First {
    fn from(row: &EventRow) -> Self {
        Self { occurred_us: row.occurred_us, origin: row.origin, viewer: row.viewer }
    }
}

/// Finds which rows of a partition are redeliveries. Its memory is used again.
///
/// Of the deliveries of one event the earliest counts, then the first by object name and record number. A delivery in
/// an export outside of a market-day's scope does not exist for that day.
#[derive(Default)]
pub(super) struct Redeliveries {
    first: HashTable<u32>,
    /// The first row of an event, and another one of it.
    repeats: Vec<(u32, u32)>,
}

impl Redeliveries {
    /// Takes note of the rows of a partition, in place of what was there.
    pub(super) fn note(&mut self, rows: &[EventRow]) {
        let Self { first, repeats } = self;
        repeats.clear();
        first.clear();
        first.reserve(rows.len(), |other| rows[*other as usize].event);
        for (index, row) in (0_u32..).zip(rows) {
            let same = |other: &u32| rows[*other as usize].event == row.event;
            match first.entry(row.event, same, |other| rows[*other as usize].event) {
                Entry::Vacant(vacant) => {
                    vacant.insert(index);
                }
                Entry::Occupied(occupied) => repeats.push((*occupied.get(), index)),
            }
        }
    }

    /// Looks for deliveries of the noted events among rows that settle another time, and puts them behind the noted ones.
    pub(super) fn look(&mut self, beside: &[EventRow], rows: &mut Vec<EventRow>) {
        for row in beside {
            let found = self.first.find(row.event, |other| rows[*other as usize].event == row.event).copied();
            if let Some(first) = found {
                self.repeats.push((first, u32::try_from(rows.len()).unwrap_or(u32::MAX)));
                rows.push(*row);
            }
        }
    }

    /// Which of the rows are redeliveries, in their order.
    pub(super) fn duplicates(&mut self, rows: &[EventRow], scope: &Scope, cells: &CellTable) -> Vec<Duplicate> {
        let repeats = &mut self.repeats;
        repeats.sort_unstable();
        let mut duplicates = Vec::with_capacity(repeats.len());
        for group in repeats.chunk_by(|one, other| one.0 == other.0) {
            let mut deliveries: Vec<u32> = group.iter().map(|(_, repeat)| *repeat).collect();
            deliveries.push(group[0].0);
            deliveries.sort_unstable_by_key(|index| {
                let row = &rows[*index as usize];
                (row.occurred_us, row.origin)
            });
            for (nth, index) in deliveries.iter().enumerate() {
                let row = &rows[*index as usize];
                if row.cell == NO_CELL {
                    continue;
                }
                let day = cells.day(row.cell);
                let came_before = |other: &&u32| scope.covers(rows[**other as usize].origin.export(), day);
                if let Some(first) = deliveries[..nth].iter().find(came_before) {
                    let copy = Copied::of(&First::from(&rows[*first as usize]), row);
                    duplicates.push(Duplicate { row: *index, copy });
                }
            }
        }
        duplicates.sort_unstable();
        duplicates
    }
}

/// The first delivery of each event in each export: all that it takes to know which rows are redeliveries.
#[derive(Default)]
pub(super) struct Deliveries(HashMap<u64, Vec<First>>);

impl Deliveries {
    /// Takes note of a row; every row of the partition, before any is judged.
    pub(super) fn note(&mut self, row: &EventRow) {
        let this = First::from(row);
        let firsts = self.0.entry(row.event).or_default();
        match firsts.iter_mut().find(|first| first.origin.export() == row.origin.export()) {
            Some(first) => *first = this.min(*first),
            None => firsts.push(this),
        }
    }

    /// What a row that counts on a market-day is, if it came after another delivery in the day's scope.
    pub(super) fn duplicate(&self, row: &EventRow, scope: &Scope, cells: &CellTable) -> Option<Copied> {
        if row.cell == NO_CELL {
            return None;
        }
        let day = cells.day(row.cell);
        let this = First::from(row);
        let came_before = |first: &&First| **first < this && scope.covers(first.origin.export(), day);
        let first = self.0.get(&row.event)?.iter().filter(came_before).min()?;
        Some(Copied::of(first, row))
    }
}
