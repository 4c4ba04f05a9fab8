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
        self.part_seconds = self.part_seconds.saturating_add(other.part_seconds);
        self.whole_seconds = self.whole_seconds.saturating_add(other.whole_seconds);
    }
}

impl Figures {
    /// Counted one by one: nothing to be said about them.
    #[must_use]
    pub fn exact(value: Counts, known: CountSet) -> Self {
        Self { value, low: value, high: value, known, ..Self::default() }
    }

    /// Whether any count may be more than nothing.
    #[must_use]
    pub fn says_something(&self) -> bool {
        Count::ALL.into_iter().any(|count| self.high.get(count) > 0)
    }

    /// A count with its bounds; `None` where nothing is known.
    #[must_use]
    pub const fn get(&self, count: Count) -> Option<Measure> {
        if !self.known.has(count) {
            return None;
        }
        Some(Measure { low: self.low.get(count), value: self.value.get(count), high: self.high.get(count) })
    }

    /// Says a count of which nothing was said yet, or more of the same.
    pub(crate) fn put(&mut self, count: Count, measure: Measure) {
        let bounds =
            [(&mut self.low, measure.low), (&mut self.value, measure.value), (&mut self.high, measure.high)];
        for (counts, more) in bounds {
            *counts.get_mut(count) = counts.get(count).saturating_add(more);
        }
        self.known = self.known.with(count);
    }

    /// Brings together what several exports know of one cell: a count is known if either knows it. What one of them
    /// has summed without knowing all of it is left out.
    pub(crate) fn join(&mut self, other: &Self) {
        let known = self.known.or(other.known);
        *self = self.what_is_known();
        self.sum(&other.what_is_known());
        self.known = known;
    }

    /// Adds rows of the same export, or another cell: a sum of which a part is not known is not known.
    pub(crate) fn add(&mut self, other: &Self) {
        let known = self.known.and(other.known);
        self.sum(other);
        self.known = known;
    }

    /// Without the sums that lack a part.
    fn what_is_known(&self) -> Self {
        let mut known = Self { derived: self.derived.and(self.known), ..*self };
        for count in Count::ALL.into_iter().filter(|count| !self.known.has(*count)) {
            *known.low.get_mut(count) = 0;
            *known.value.get_mut(count) = 0;
            *known.high.get_mut(count) = 0;
        }
        if !self.known.has(Count::Impressions) {
            known.prorated.impressions = 0;
        }
        if !self.known.has(Count::Entries) {
            known.prorated.entries = 0;
        }
        known
    }

    fn sum(&mut self, other: &Self) {
        self.value.add(&other.value);
        self.low.add(&other.low);
        self.high.add(&other.high);
        self.derived = self.derived.or(other.derived);
        let (prorated, more) = (&mut self.prorated, other.prorated);
        prorated.impressions = prorated.impressions.saturating_add(more.impressions);
        prorated.entries = prorated.entries.saturating_add(more.entries);
        self.day_match.add(other.day_match);
        self.on_air.add(other.on_air);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(Count, u64)]) -> Figures {
        let mut figures = Figures::default();
        for (count, value) in pairs {
            figures.put(*count, Measure::exact(*value));
        }
        figures
    }

    fn value(figures: &Figures, count: Count) -> Option<u64> {
        figures.get(count).map(|measure| measure.value)
    }

    #[test]
    fn rows_of_one_export_do_not_know_a_sum_that_lacks_a_part() {
        let mut sum = of(&[(Count::Impressions, 10), (Count::Entries, 3)]);
        sum.add(&of(&[(Count::Entries, 4)]));
        assert_eq!((value(&sum, Count::Impressions), value(&sum, Count::Entries)), (None, Some(7)));
    }

    #[test]
    fn a_sum_beyond_64_bits_does_not_begin_again_at_nothing() {
        // A row can claim 10^14 milliseconds of dwell; a page of 200,000 such rows is more than 64 bits hold.
        let row = Figures {
            day_match: Share { part_seconds: u64::MAX, whole_seconds: u64::MAX },
            prorated: Prorated { impressions: u64::MAX, entries: u64::MAX },
            ..of(&[(Count::Dwell, u64::MAX - 1), (Count::Entries, 1)])
        };
        let mut sum = row;
        sum.add(&row);
        assert_eq!(sum.get(Count::Dwell), Some(Measure::exact(u64::MAX)));
        assert_eq!(value(&sum, Count::Entries), Some(2));
        assert_eq!(sum.day_match.part_seconds, u64::MAX);
        assert_eq!(sum.prorated.entries, u64::MAX);
    }

    #[test]
    fn exports_that_know_different_counts_complete_each_other() {
        let mut sum = of(&[(Count::Impressions, 10)]);
        sum.join(&of(&[(Count::Orders, 2)]));
        assert_eq!((value(&sum, Count::Impressions), value(&sum, Count::Orders)), (Some(10), Some(2)));
    }

    #[test]
    fn what_an_export_knows_in_part_is_not_added_to_what_another_knows() {
        let mut partly = of(&[(Count::Impressions, 10)]);
        partly.derived = partly.derived.with(Count::Impressions);
        partly.prorated.impressions = 10;
        partly.add(&of(&[(Count::Entries, 1)]));
        let mut joined = partly;
        joined.join(&of(&[(Count::Impressions, 7)]));
        assert_eq!(joined.get(Count::Impressions), Some(Measure::exact(7)));
        assert!(joined.derived.is_empty());
        assert_eq!(joined.prorated, Prorated::default());
    }
}
