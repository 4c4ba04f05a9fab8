//! What is known of a cell: its counts, within which bounds, and how they came about.

use serde::{Deserialize, Serialize};

use super::{Count, CountSet, Counts, Measure};

/// The counts of a cell with what has to be said about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// As stated or counted.
    pub value: Counts,
    /// The least they can be.
    pub low: Counts,
    /// The most they can be.
    pub high: Counts,
    /// Which of them are known whole. The others are null.
    pub known: CountSet,
    /// Which of the others a row should have said and did not: what is summed of them is the least they can be. Of what
    /// is in neither, no export of this cell speaks.
    pub missing: CountSet,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prorated {
    /// Impressions.
    pub impressions: u64,
    /// Entries, for platforms that offer no impressions.
    pub entries: u64,
}

/// A part of a time, both in whole seconds so that shares of several rows add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// Sums of figures that were counted under one convention. Bringing it into scope says that they are: where rows of several
/// conventions may meet, [`Series`](super::Series) keeps them apart.
pub trait OneConvention {
    /// Adds rows of the same export, or cells of other days: a sum of which a part is not known is not known.
    fn add(&mut self, other: &Self);

    /// Brings together what several exports know of one cell: a count is known if either knows it.
    fn join(&mut self, other: &Self);
}

impl OneConvention for Figures {
    fn add(&mut self, other: &Self) {
        Self::add(self, other);
    }

    fn join(&mut self, other: &Self) {
        Self::join(self, other);
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

    /// The least a count can be: where a part of it is missing, what is known of it. `None` where no export speaks of it.
    #[must_use]
    pub const fn least(&self, count: Count) -> Option<u64> {
        if self.known.has(count) || self.missing.has(count) { Some(self.low.get(count)) } else { None }
    }

    /// Says a count of which nothing was said yet, or more of the same.
    pub fn put(&mut self, count: Count, measure: Measure) {
        let bounds =
            [(&mut self.low, measure.low), (&mut self.value, measure.value), (&mut self.high, measure.high)];
        for (counts, more) in bounds {
            *counts.get_mut(count) = counts.get(count).saturating_add(more);
        }
        self.known = self.known.with(count);
    }

    /// Says what is known of a count of which a part is missing.
    pub fn put_part(&mut self, count: Count, known: u64) {
        self.put(count, Measure::exact(known));
        self.known = self.known.without(count);
        self.missing = self.missing.with(count);
    }

    /// Brings together what several exports know of one cell: a count is known if either knows it. What one of them
    /// has summed without knowing all of it is left out if the other knows it.
    pub(crate) fn join(&mut self, other: &Self) {
        let known = self.known.or(other.known);
        let missing = self.missing.or(other.missing).minus(known);
        let theirs = other.only(other.known.or(missing));
        *self = self.only(self.known.or(missing));
        self.sum(&theirs);
        (self.known, self.missing) = (known, missing);
    }

    /// Adds rows of the same export, or cells of other days: a sum of which a part is not known is not known.
    pub(crate) fn add(&mut self, other: &Self) {
        let known = self.known.and(other.known);
        let spoken_of = self.spoken_of().or(other.spoken_of());
        self.add_cell(other);
        (self.known, self.missing) = (known, spoken_of.minus(known));
    }

    /// Adds another cell of the same market-day: a count that one of them does not speak of is the other's.
    pub(crate) fn add_cell(&mut self, other: &Self) {
        let missing = self.missing.or(other.missing);
        let known = self.known.or(other.known).minus(missing);
        let theirs = other.only(other.spoken_of());
        *self = self.only(self.spoken_of());
        self.sum(&theirs);
        (self.known, self.missing) = (known, missing);
    }

    /// What any export says, or should.
    fn spoken_of(&self) -> CountSet {
        self.known.or(self.missing)
    }

    /// What is not known of these counts was to be said.
    pub fn miss(&mut self, counts: CountSet) {
        let missing = counts.minus(self.spoken_of());
        if !missing.is_empty() {
            *self = self.only(self.spoken_of());
            self.missing = self.missing.or(missing);
        }
    }

    /// The same, saying nothing of these counts.
    #[must_use]
    pub fn without(&self, counts: CountSet) -> Self {
        self.only(self.spoken_of().minus(counts))
    }

    /// The same, saying nothing but these counts.
    #[must_use]
    pub fn only(&self, counts: CountSet) -> Self {
        let mut only = Self {
            known: self.known.and(counts),
            missing: self.missing.and(counts),
            derived: self.derived.and(counts),
            ..*self
        };
        for count in CountSet::ALL.minus(counts).iter() {
            *only.low.get_mut(count) = 0;
            *only.value.get_mut(count) = 0;
            *only.high.get_mut(count) = 0;
        }
        if !counts.has(Count::Impressions) {
            only.prorated.impressions = 0;
        }
        if !counts.has(Count::Entries) {
            only.prorated.entries = 0;
        }
        only
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
    fn what_is_known_of_a_sum_is_the_least_it_can_be() {
        let mut row = of(&[(Count::Entries, 4)]);
        row.miss(CountSet::default().with(Count::Impressions).with(Count::Entries));
        let mut sum = of(&[(Count::Impressions, 10), (Count::Entries, 3)]);
        sum.add(&row);
        assert_eq!((sum.get(Count::Impressions), sum.least(Count::Impressions)), (None, Some(10)));
        assert_eq!((value(&sum, Count::Entries), sum.least(Count::Orders)), (Some(7), None));
        // A cell of another export of the day takes nothing away, and what it knows of the count is added to the part.
        for (other, least) in [(of(&[(Count::Orders, 1)]), 10), (of(&[(Count::Impressions, 5)]), 15)] {
            let mut both = sum;
            both.add_cell(&other);
            assert_eq!((both.get(Count::Impressions), both.least(Count::Impressions)), (None, Some(least)));
            assert_eq!(value(&both, Count::Entries), Some(7));
        }
    }

    #[test]
    fn a_cell_that_does_not_speak_of_a_count_is_no_part_of_it() {
        let mut events = Figures::exact(
            Counts { impressions: 10, orders: 99, ..Counts::default() },
            CountSet::default().with(Count::Impressions),
        );
        events.add_cell(&of(&[(Count::Orders, 2)]));
        assert_eq!((value(&events, Count::Impressions), value(&events, Count::Orders)), (Some(10), Some(2)));
        assert_eq!(events.least(Count::Clicks), None);
        // Over days it might not have been there at all.
        let mut days = of(&[(Count::Impressions, 10)]);
        days.add(&of(&[(Count::Orders, 2)]));
        assert_eq!((days.get(Count::Orders), days.least(Count::Orders)), (None, Some(2)));
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
