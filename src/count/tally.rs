//! One thread's share of the counts.

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
}

/// Counts by cell and outcomes by export and day: one thread's share.
pub(super) struct Tally {
    pub(super) counts: Vec<Counts>,
    pub(super) outcomes: Vec<Outcome>,
    days: usize,
}

impl Tally {
    pub(super) fn new(cells: usize, scope: &Scope) -> Self {
        let outcomes = vec![Outcome::default(); scope.exports() * scope.days()];
        Self { counts: vec![Counts::default(); cells], outcomes, days: scope.days() }
    }

    pub(super) fn outcome(&mut self, origin: Origin, day: usize) -> &mut Outcome {
        &mut self.outcomes[origin.export() * self.days + day]
    }

    pub(super) fn count(&mut self, cell: u32, kinds: Kinds, dwell_ms: u32) {
        let cell = cell as usize;
        if self.counts.len() <= cell {
            self.counts.resize(cell + 1, Counts::default());
        }
        let one = |kind| u64::from(kinds.has(kind));
        let counts = &mut self.counts[cell];
        counts.impressions += one(Kinds::IMPRESSION);
        counts.clicks += one(Kinds::CLICK);
        counts.entries += one(Kinds::ENTRY);
        counts.stays += one(Kinds::STAY);
        counts.orders += one(Kinds::ORDER);
        counts.dwell_ms += u64::from(dwell_ms);
    }

    pub(super) fn add(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), Counts::default());
        }
        for (sum, more) in self.counts.iter_mut().zip(&other.counts) {
            sum.add(more);
        }
        for (sum, more) in self.outcomes.iter_mut().zip(&other.outcomes) {
            sum.counted += more.counted;
            sum.duplicate += more.duplicate;
        }
    }
}
