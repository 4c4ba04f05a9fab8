//! Redelivered events: the same event id counts once per market-day.
//!
//! Said twice: [`duplicates`] for the rows of a partition together, and [`Deliveries`] for a partition that one id fills
//! (an export that maps its session as the event id), whose rows are seen twice and never held. A test holds one
//! against the other.

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::cells::Numbered;
use super::row::{EventRow, NO_CELL, Origin};
use super::scope::Scope;

/// Which rows of a partition are redeliveries.
///
/// Of the deliveries of one event the earliest counts, then the first by object name and record number. A delivery in
/// an export that a market-day does not stand on does not exist for that day.
///
/// `first` is any table; its memory is used again.
pub(super) fn duplicates(
    rows: &[EventRow],
    scope: &Scope,
    numbered: &Numbered,
    first: &mut HashTable<u32>,
) -> Vec<u32> {
    first.clear();
    first.reserve(rows.len(), |other| rows[*other as usize].event);
    let mut repeats: Vec<(u32, u32)> = Vec::new();
    for (index, row) in (0_u32..).zip(rows) {
        let same = |other: &u32| rows[*other as usize].event == row.event;
        match first.entry(row.event, same, |other| rows[*other as usize].event) {
            Entry::Vacant(vacant) => {
                vacant.insert(index);
            }
            Entry::Occupied(occupied) => repeats.push((*occupied.get(), index)),
        }
    }
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
            let day = numbered.day(row.cell);
            let came_before = |other: &u32| scope.covers(rows[*other as usize].origin.export(), day);
            if deliveries[..nth].iter().any(came_before) {
                duplicates.push(*index);
            }
        }
    }
    duplicates.sort_unstable();
    duplicates
}

/// The first delivery of each event in each export: all that it takes to know which rows are redeliveries.
#[derive(Default)]
pub(super) struct Deliveries(HashMap<u64, Vec<(i64, Origin)>>);

impl Deliveries {
    /// Takes note of a row; every row of the partition, before any is judged.
    pub(super) fn note(&mut self, row: &EventRow) {
        let this = (row.occurred_us, row.origin);
        let firsts = self.0.entry(row.event).or_default();
        match firsts.iter_mut().find(|(_, origin)| origin.export() == row.origin.export()) {
            Some(first) => *first = this.min(*first),
            None => firsts.push(this),
        }
    }

    /// Whether a row that counts on a market-day came after another delivery that the day stands on.
    pub(super) fn is_duplicate(&self, row: &EventRow, scope: &Scope, numbered: &Numbered) -> bool {
        if row.cell == NO_CELL {
            return false;
        }
        let day = numbered.day(row.cell);
        let came_before =
            |first: &(i64, Origin)| *first < (row.occurred_us, row.origin) && scope.covers(first.1.export(), day);
        self.0.get(&row.event).is_some_and(|firsts| firsts.iter().any(came_before))
    }
}
