//! A row that is the sum of all others, though no word says that it is a total: counted, it would count everything twice.

use crate::model::{Count, CountRow};

/// Below this the sum of a few rows may be any other row by chance.
const LEAST_SUM: u64 = 100;

/// The record of the first or last row, if it is the sum of the others in all that it counts.
///
/// Chance is ruled out by asking for two sums that differ, one of them large, over at least two rows that count anything.
pub(in crate::export) fn unnamed_total(rows: &[CountRow]) -> Option<u32> {
    let (first, others) = rows.split_first()?;
    let (last, before) = rows.split_last()?;
    let is_sum = |row: &CountRow, others: &[CountRow]| {
        let counted =
            others.iter().filter(|other| Count::ALL.iter().any(|count| other.figures.value.get(*count) > 0));
        if counted.count() < 2 {
            return false;
        }
        let stated = || {
            let stated = row.figures.known.iter().filter(|count| !row.figures.derived.has(*count));
            stated.map(|count| (count, row.figures.value.get(count))).filter(|(_, value)| *value > 0)
        };
        let adds_up = |(count, value): (Count, u64)| {
            let mut sum = others.iter().map(|other| other.figures.get(count).map(|measure| measure.value));
            sum.try_fold(0_u64, |sum, value| sum.checked_add(value?)) == Some(value)
        };
        let values = || stated().map(|(_, value)| value);
        let (smallest, largest) = (values().min(), values().max());
        smallest != largest && largest >= Some(LEAST_SUM) && stated().all(adds_up)
    };
    if is_sum(last, before) {
        return Some(last.record);
    }
    is_sum(first, others).then_some(first.record)
}
