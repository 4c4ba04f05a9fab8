//! Rows that leave out a count which they should say.

use std::collections::BTreeMap;

use crate::model::{Count, CountSet, Unknown};

/// The rows of one object that do not say a count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnsaidRows {
    /// How many.
    pub rows: u64,
    /// The first of them, by their number in the object.
    pub records: Vec<u32>,
}

/// Of one market-day, by count and by the number of the object in the scope.
#[derive(Debug, Clone, Default)]
pub(super) struct Unsaid {
    rows: BTreeMap<(Count, usize), UnsaidRows>,
}

impl Unsaid {
    /// Takes note of a row that does not say these counts.
    pub(super) fn note(&mut self, counts: CountSet, object: usize, record: u32) {
        for count in counts.iter() {
            let of_object = self.rows.entry((count, object)).or_default();
            of_object.rows += 1;
            let at = of_object.records.partition_point(|named| *named < record);
            of_object.records.insert(at, record);
            of_object.records.truncate(Unknown::NAMED);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Count, usize, &UnsaidRows)> {
        self.rows.iter().map(|((count, object), rows)| (*count, *object, rows))
    }
}
