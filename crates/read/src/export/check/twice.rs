//! Rows of one export that count the same thing again: a session reported while it was on air and after, and the counts of a
//! session repeated beside each of its products.
//!
//! Across exports the key of a row settles which of them holds. Within one they add up, so what cannot be added refuses the
//! export.

use crate::export::ExportError;
use coverledger_config::{Period, PeriodEnd};
use coverledger_core::model::{Count, CountRow, Dimensions, LEAST_OVERLAP_US};

/// A count of less is like another by chance.
const SMALL: u64 = 10;
/// Of two like counts one is at least so large.
const LARGE: u64 = 100;
/// One like count alone, or one pair of rows alone, has to be as large as this.
const VERY_LARGE: u64 = 1_000;

/// What is said of an export with two rows of one broadcast, cover and audience whose intervals overlap.
pub(in crate::export) fn overlapping(
    period: &Period,
    rows: &[CountRow],
    stages: &[Dimensions],
    tells_rooms: bool,
) -> Option<ExportError> {
    // Rows of a fixed length, and those of a day or an hour, are where they are whatever they count.
    if !matches!(period, Period::Span { end: PeriodEnd::Column(_) | PeriodEnd::Length(_), .. }) {
        return None;
    }
    let mut order: Vec<&CountRow> = rows.iter().filter(|row| row.figures.says_something()).collect();
    order.sort_unstable_by_key(|row| (row.stage, row.start_us, row.end_us, row.record));
    for of_stage in order.chunk_by(|one, other| one.stage == other.stage) {
        let mut longest: Option<&CountRow> = None;
        for row in of_stage {
            if let Some(other) =
                longest.filter(|other| contradict(other, row) && (tells_rooms || other.start_us == row.start_us))
            {
                let broadcast = stages.get(row.stage as usize).map(|stage| stage.broadcast_id.clone());
                return Some(ExportError::OverlappingRows {
                    one: other.record.min(row.record),
                    other: other.record.max(row.record),
                    broadcast: broadcast.unwrap_or_default(),
                });
            }
            if longest.is_none_or(|other| other.end_us < row.end_us) {
                longest = Some(*row);
            }
        }
    }
    None
}

/// Whether two rows that are not of the same interval share most of the shorter one.
fn contradict(one: &CountRow, other: &CountRow) -> bool {
    let common_us = one.end_us.min(other.end_us) - one.start_us.max(other.start_us);
    let shorter_us = (one.end_us - one.start_us).min(other.end_us - other.start_us);
    let differ_us = (one.start_us - other.start_us).abs().max((one.end_us - other.end_us).abs());
    differ_us >= LEAST_OVERLAP_US && common_us >= LEAST_OVERLAP_US && common_us >= shorter_us / 2
}

/// What rows of one key have in common.
enum Like {
    /// Counts that are not the same by chance; whether they would convince alone.
    Repeated(bool),
    /// Too little to say.
    Small,
    /// Nothing.
    Different,
}

/// What is said of an export in which all rows of the same broadcast, cover, audience and interval repeat counts.
pub(in crate::export) fn repeated(rows: &[CountRow]) -> Option<ExportError> {
    let mut order: Vec<&CountRow> = rows.iter().filter(|row| row.figures.says_something()).collect();
    let key = |row: &CountRow| (row.stage, row.start_us, row.end_us);
    order.sort_unstable_by_key(|row| (key(row), row.record));
    let (mut groups, mut is_alone_enough) = (0_u64, false);
    let mut first: Option<(u32, u32, Vec<Count>)> = None;
    for group in order.chunk_by(|one, other| key(one) == key(other)).filter(|group| group.len() > 1) {
        let same = same_counts(group);
        match like(group, &same) {
            Like::Different => return None,
            Like::Small => {}
            Like::Repeated(is_enough) => {
                groups += 1;
                is_alone_enough |= is_enough;
                let second = group.get(1).map_or(group[0].record, |row| row.record);
                first.get_or_insert((group[0].record, second, same));
            }
        }
    }
    let (one, other, same) = first.filter(|_| groups >= 2 || is_alone_enough)?;
    let counts = same.iter().map(|count| format!("`{}`", count.word())).collect::<Vec<_>>().join(", ");
    Some(ExportError::RepeatedCounts { one, other, counts })
}

/// The counts that all rows of a group state alike, and that are more than nothing.
fn same_counts(group: &[&CountRow]) -> Vec<Count> {
    let stated = |row: &CountRow, count: Count| {
        row.figures.get(count).filter(|_| !row.figures.derived.has(count)).map(|measure| measure.value)
    };
    let is_same = |count: &Count| {
        let first = stated(group[0], *count);
        first.is_some_and(|value| value > 0) && group.iter().all(|row| stated(row, *count) == first)
    };
    Count::ALL.into_iter().filter(is_same).collect()
}

fn like(group: &[&CountRow], same: &[Count]) -> Like {
    let mut values: Vec<u64> = same.iter().map(|count| group[0].figures.value.get(*count)).collect();
    values.sort_unstable();
    let largest = values.last().copied().unwrap_or_default();
    let second = values.iter().rev().nth(1).copied().unwrap_or_default();
    let counts = || group.iter().flat_map(|row| Count::ALL.map(|count| row.figures.value.get(count)));
    match () {
        () if second >= SMALL && largest >= LARGE => Like::Repeated(largest >= VERY_LARGE),
        () if largest >= VERY_LARGE => Like::Repeated(false),
        () if counts().all(|count| count < LARGE) => Like::Small,
        () => Like::Different,
    }
}
