//! Funnel facts, and the one way to add them up.

use std::sync::Arc;

use super::{Figures, Parts};

/// A stretch of time in which a platform's conventions did not change: 0 is the first. Counts of different eras are
/// never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Era(pub u16);

/// When in a market-day something was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayPart {
    /// Index into the market's slot table.
    Slot(usize),
    /// The export says no more than the day.
    AllDay,
}

/// What one funnel fact is about, within a market-day. The order is that of the tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    /// Under which convention it was counted.
    pub era: Era,
    /// When.
    pub part: DayPart,
    /// The audience, as configured: `f / 25-34`.
    pub audience: Arc<str>,
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// The cover.
    pub cover_id: Arc<str>,
    /// Whether the rows span more than this cover's time on air.
    pub contaminated: bool,
}

/// One funnel fact within a market-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub key: FactKey,
    /// What was counted.
    pub figures: Figures,
    /// Of how many rows; of none what was counted one by one.
    pub parts: Parts,
    /// Clicks by viewers who have no impression of that broadcast and cover that day; `None` where that is unknown.
    pub orphan_clicks: Option<u64>,
}

/// Facts of one era: the only facts that can be added.
///
/// There is no other sum of facts, so a sum across conventions cannot be written down: series do not add, figures do
/// not add, and a series is made only by cutting facts where their era ends.
///
/// ```compile_fail,E0369
/// use coverledger_core::model::{Fact, Series};
///
/// fn all_of(facts: &[Fact]) {
///     let mut series = Series::split(facts);
///     let (old, new) = (series.next().unwrap(), series.next().unwrap());
///     let _ = old + new;
/// }
/// ```
///
/// ```compile_fail,E0624
/// use coverledger_core::model::{Fact, Figures, Series};
///
/// fn all_of(facts: &[Fact]) -> Figures {
///     let mut sum = Figures::default();
///     Series::split(facts).for_each(|series| sum.add(&series.sum()));
///     sum
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    era: Era,
    facts: &'a [Fact],
}

impl<'a> Series<'a> {
    /// Facts that are sorted by key, cut by era.
    pub fn split(facts: &'a [Fact]) -> impl Iterator<Item = Self> {
        facts
            .chunk_by(|one, other| one.key.era == other.key.era)
            .map(|facts| Self { era: facts[0].key.era, facts })
    }

    /// Under which convention they were counted.
    #[must_use]
    pub const fn era(&self) -> Era {
        self.era
    }

    /// The facts.
    #[must_use]
    pub const fn facts(&self) -> &'a [Fact] {
        self.facts
    }

    /// Runs of neighbours that are alike, each a series again.
    pub fn chunk_by(self, alike: impl Fn(&FactKey, &FactKey) -> bool) -> impl Iterator<Item = Self> {
        let era = self.era;
        self.facts.chunk_by(move |one, other| alike(&one.key, &other.key)).map(move |facts| Self { era, facts })
    }

    /// The sum. What one of the facts knows in part is known in part of the sum; what a fact does not speak of is no
    /// part of it: a log of events says nothing of the orders of a spreadsheet beside it, which has them all. Nothing is
    /// known of no facts.
    #[must_use]
    pub fn sum(&self) -> Figures {
        self.sum_where(|_| true)
    }

    /// The sum of the facts whose figures are `such`.
    #[must_use]
    pub fn sum_where(&self, such: impl Fn(&Figures) -> bool) -> Figures {
        let mut facts = self.facts.iter().filter(|fact| such(&fact.figures));
        let mut sum = facts.next().map(|fact| fact.figures).unwrap_or_default();
        facts.for_each(|fact| sum.add_cell(&fact.figures));
        sum
    }

    /// The clicks without an impression, over the facts that know them; `None` if none does.
    #[must_use]
    pub fn orphan_clicks(&self) -> Option<u64> {
        self.facts.iter().filter_map(|fact| fact.orphan_clicks).reduce(u64::saturating_add)
    }

    /// Of how many rows the sum is known.
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.facts.iter().fold(Parts::default(), |mut sum, fact| {
            sum.add(&fact.parts);
            sum
        })
    }
}
