//! What is known of a cell: its counts, within which bounds, and how they came about.

use super::{Count, CountSet, Counts, Measure};

/// The counts of a cell with what has to be said about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// As stated or counted.
    pub value: Counts,
    /// The least they can be.
    pub low: Counts,
    /// The most they can be.
    pub high: Counts,
    /// Which of them say anything. The others are null: no export yields them for this cell.
    pub known: CountSet,
    /// Which of them were derived from a rate or read off a rounded number.
    pub derived: CountSet,
    /// What came from rows whose interval had to be split between slots or days.
    pub prorated: Prorated,
    /// How much of the time of the rows in this cell lies in its market-day. Zero of zero unless the rows are of
    /// whole days.
    pub day_match: Share,
    /// For how much of the time of the rows in this cell its cover was on air, by the log of covers. Zero of zero
    /// where the rows name their cover.
    pub on_air: Share,
}

/// Counts out of rows that were split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prorated {
    /// Impressions.
    pub impressions: u64,
    /// Entries, for platforms that offer no impressions.
    pub entries: u64,
}

/// A part of a time, both in whole seconds so that shares of several rows add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part_seconds: u64,
    /// The whole.
    pub whole_seconds: u64,
}

impl Share {
    /// The part of the whole, 0 to 1; `None` where there is no whole.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "seconds of a few days")]
    pub fn ratio(self) -> Option<f64> {
        (self.whole_seconds > 0).then(|| self.part_seconds as f64 / self.whole_seconds as f64)
    }

    fn add(&mut self, other: Self) {
        self.part_seconds += other.part_seconds;
        self.whole_seconds += other.whole_seconds;
    }
}

impl Figures {
    /// Counted one by one: nothing to be said about them.
    #[must_use]
    pub fn exact(value: Counts, known: CountSet) -> Self {
        Self { value, low: value, high: value, known, ..Self::default() }
    }

    /// A count with its bounds; `None` where nothing is known.
    #[must_use]
    pub const fn get(&self, count: Count) -> Option<Measure> {
        if !self.known.has(count) {
            return None;
        }
        Some(Measure { low: self.low.get(count), value: self.value.get(count), high: self.high.get(count) })
    }

    /// Adds rows to a cell that says nothing yet about `measure`'s count, or more of the same.
    pub(crate) fn put(&mut self, count: Count, measure: Measure) {
        *self.low.get_mut(count) += measure.low;
        *self.value.get_mut(count) += measure.value;
        *self.high.get_mut(count) += measure.high;
        self.known = self.known.with(count);
    }

    /// Brings together what several exports know of one cell: a count is known if either knows it.
    pub(crate) fn join(&mut self, other: &Self) {
        let known = self.known.or(other.known);
        self.sum(other);
        self.known = known;
    }

    /// Adds another cell: a sum of which a part is not known is not known.
    pub(super) fn add(&mut self, other: &Self) {
        let known = self.known.and(other.known);
        self.sum(other);
        self.known = known;
    }

    fn sum(&mut self, other: &Self) {
        self.value.add(&other.value);
        self.low.add(&other.low);
        self.high.add(&other.high);
        self.derived = self.derived.or(other.derived);
        self.prorated.impressions += other.prorated.impressions;
        self.prorated.entries += other.prorated.entries;
        self.day_match.add(other.day_match);
        self.on_air.add(other.on_air);
    }
}
