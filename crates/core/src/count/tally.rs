//! One thread's share of the counts.

use super::dedupe::Copied;
use super::row::Origin;
use super::scope::Scope;
use crate::model::{Counts, Kinds};

/// What became of the rows of an export that landed on a market-day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Counted.
    pub counted: u64,
    /// Redelivered, and not counted again.
    pub duplicate: u64,
    /// Of these, rows that describe another event than the first row with their id: another viewer, time or kind.
    pub of_another: u64,
}

/// Counts by cell and outcomes by export and day: one thread's share.
///
/// A row is counted when it is read, with its neighbours of the same cell, and subtracted when it turns out to be a
/// redelivery, possibly by another thread. One share can therefore be negative. Arithmetic wraps, so the sum of all
/// shares is right.
pub(super) struct Tally {
    sums: Vec<Sums>,
    pub(super) outcomes: Vec<Outcome>,
    days: usize,
}

/// The sums of one cell over rows: by kind, in the order of their bits, and of time.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: [u64; Kinds::COUNT],
    dwell_ms: u64,
}

impl Tally {
    pub(super) fn new(cells: usize, scope: &Scope) -> Self {
        let outcomes = vec![Outcome::default(); scope.exports() * scope.days()];
        Self { sums: vec![Sums::default(); cells], outcomes, days: scope.days() }
    }

    /// Counts a row of this day and cell.
    pub(super) fn count(&mut self, origin: Origin, day: usize, cell: u32, dwell_ms: u32) {
        let outcome = self.outcome(origin, day);
        outcome.counted = outcome.counted.wrapping_add(1);
        self.add_row(cell, origin.kinds(), 1, dwell_ms.into());
    }

    /// Takes back a row that was counted and is a redelivery.
    pub(super) fn take_back(&mut self, origin: Origin, day: usize, cell: u32, dwell_ms: u32, copy: Copied) {
        let outcome = self.outcome(origin, day);
        outcome.counted = outcome.counted.wrapping_sub(1);
        outcome.duplicate += 1;
        outcome.of_another += u64::from(copy == Copied::Other);
        self.add_row(cell, origin.kinds(), 1_u64.wrapping_neg(), u64::from(dwell_ms).wrapping_neg());
    }

    fn outcome(&mut self, origin: Origin, day: usize) -> &mut Outcome {
        &mut self.outcomes[origin.export() * self.days + day]
    }

    fn add_row(&mut self, cell: u32, kinds: Kinds, rows: u64, dwell_ms: u64) {
        let cell = cell as usize;
        if self.sums.len() <= cell {
            self.sums.resize(cell + 1, Sums::default());
        }
        let sums = &mut self.sums[cell];
        // All at once: which kinds a row has is too irregular to be guessed.
        for (kind, sum) in sums.rows.iter_mut().enumerate() {
            *sum = sum.wrapping_add(rows.wrapping_mul(u64::from(kinds.bits() >> kind & 1)));
        }
        sums.dwell_ms = sums.dwell_ms.wrapping_add(dwell_ms);
    }

    pub(super) fn add(&mut self, other: &Self) {
        if self.sums.len() < other.sums.len() {
            self.sums.resize(other.sums.len(), Sums::default());
        }
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            for (sum, more) in sum.rows.iter_mut().zip(more.rows) {
                *sum = sum.wrapping_add(more);
            }
            sum.dwell_ms = sum.dwell_ms.wrapping_add(more.dwell_ms);
        }
        for (sum, more) in self.outcomes.iter_mut().zip(&other.outcomes) {
            sum.counted = sum.counted.wrapping_add(more.counted);
            sum.duplicate += more.duplicate;
            sum.of_another += more.of_another;
        }
    }

    /// The sums of all shares as counts by cell, of so many cells, without unique ones.
    pub(super) fn counts(&self, cells: usize) -> Vec<Counts> {
        let counts = |Sums { rows: [impressions, clicks, entries, stays, orders], dwell_ms }: &Sums| Counts {
            impressions: *impressions,
            clicks: *clicks,
            entries: *entries,
            stays: *stays,
            dwell_ms: *dwell_ms,
            orders: *orders,
            ..Counts::default()
        };
        let mut all: Vec<Counts> = self.sums.iter().map(counts).collect();
        all.resize(cells, Counts::default());
        all
    }
}
