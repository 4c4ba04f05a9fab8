//! Redelivered events: the same event id counts once per market-day.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::cells::Numbered;
use super::row::{EventRow, NO_CELL};
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
