//! What a report is made from: the facts of one market-day and what every row repeats.

use std::collections::BTreeMap;

use coverledger_config::Market;
use coverledger_core::model::{
    Count, CountSet, Era, Eras, Fact, GroupFact, MarketDay, Series, TurnFact, Turns, UniqueBasis, Unknown,
};
use coverledger_core::time::LocalDay;

const NOT_MAPPED: &str = "no column of its exports is mapped to it";
const NOT_ADDITIVE: &str = "viewers per row do not add up to viewers";

/// How the names of totals end that are the known part of a sum.
pub const KNOWN_PART: &str = " known in part";

/// The facts of a market-day with their context.
#[derive(Debug, Clone, Copy)]
pub struct MarketDayContext<'a> {
    /// Which market-day.
    pub market_day: &'a MarketDay,
    /// The market's rules.
    pub market: &'a Market,
    /// The local day.
    pub day: &'a LocalDay,
    /// How the platform counts.
    pub eras: &'a Eras,
    /// What the columns of the platform's exports can yield; the rest is null.
    pub mapped: CountSet,
    /// Whether late exports may still change it.
    pub provisional: bool,
    /// Facts, sorted by their keys.
    pub facts: &'a [Fact],
    /// Those of them, or parts of them, that came as counts; sorted by their keys.
    pub booked: &'a [Fact],
    /// Of a market-day that turns of a rotation reach into: all turns of the platform in the market, and the facts by
    /// turn, sorted by turn and key.
    pub by_turn: Option<(&'a Turns, &'a [TurnFact])>,
    /// Of a market-day that is counted by viewer groups: what tells their key from others, and the facts by group, sorted by
    /// group and key.
    pub by_group: Option<(&'a str, &'a [GroupFact])>,
    /// The rows that do not say a count which they should; sorted.
    pub unknown: &'a [Unknown],
}

impl<'a> MarketDayContext<'a> {
    /// Every era that the day is in.
    pub(super) fn eras_of_day(&self) -> impl Iterator<Item = Era> + use<> {
        let first = self.eras.at(self.day.start.as_microsecond());
        let last = self.eras.at(self.day.end.as_microsecond() - 1);
        (first.0..=last.0).map(Era)
    }

    /// Why a count is null in every row of an era; `None` if it is not.
    pub(super) fn why_not(&self, era: Era, count: Count) -> Option<&'a str> {
        let is_not_additive = count.is_unique() && self.eras.conventions(era).uniques == UniqueBasis::Row;
        let is_mapped = self.mapped.has(count);
        (self.eras.why_not(era, count))
            .or_else(|| (!is_mapped).then_some(NOT_MAPPED))
            .or_else(|| is_not_additive.then_some(NOT_ADDITIVE))
    }

    /// The facts, with null for what is not offered.
    pub(super) fn offered(&self) -> Vec<Fact> {
        self.as_offered(self.facts.to_vec())
    }

    /// Facts of this day, with null for what is not offered. What is offered and no export of the day speaks of is
    /// missing in all of them: it is no sum of other facts.
    pub(super) fn as_offered(&self, facts: Vec<Fact>) -> Vec<Fact> {
        let mut facts = with_known(facts, |era| self.offered_in(era));
        for era in self.eras_of_day() {
            let unheard = self.offered_in(era).minus(self.spoken_of(era));
            let of_era = facts.iter_mut().filter(|fact| fact.key.era == era);
            of_era.for_each(|fact| fact.figures.miss(unheard));
        }
        facts
    }

    /// The counts that are not null in every row of an era.
    pub(super) fn offered_in(&self, era: Era) -> CountSet {
        Count::ALL.into_iter().filter(|count| self.why_not(era, *count).is_none()).collect()
    }

    /// The counts that any export of the day says, or should, in an era.
    pub(super) fn spoken_of(&self, era: Era) -> CountSet {
        let of_era = self.facts.iter().filter(|fact| fact.key.era == era);
        of_era.fold(CountSet::default(), |all, Fact { figures, .. }| all.or(figures.known).or(figures.missing))
    }

    /// What came as counts, with null for what is not offered. Viewers per row are among it.
    pub(super) fn booked_as_offered(&self) -> Vec<Fact> {
        with_known(self.booked.to_vec(), |era| self.eras.offered(era, self.mapped))
    }

    /// The day's sum of every offered count, by its name in receipts; what the shrink guard compares. A day in which
    /// the conventions changed has a sum for each part of it: of what came later, by its name and since when. Of a sum of
    /// which a part is unknown it is the known part, under a name that ends in [`KNOWN_PART`].
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, i64> {
        let facts = self.offered();
        let mut totals = BTreeMap::new();
        for (number, era) in self.eras_of_day().enumerate() {
            let since = self.eras.since(era).filter(|_| number > 0).map(|date| format!(" since {date}"));
            let series = Series::split(&facts).find(|series| series.era() == era);
            for count in Count::ALL.into_iter().filter(|count| self.why_not(era, *count).is_none()) {
                let sum = series.map(|series| series.sum()).unwrap_or_default();
                let total = sum.get(count).map_or_else(|| sum.least(count).unwrap_or(0), |measure| measure.value);
                let word = count.total();
                let part = if sum.missing.has(count) { KNOWN_PART } else { "" };
                let name = format!("{word}{}{part}", since.as_deref().unwrap_or_default());
                totals.insert(name, i64::try_from(total).unwrap_or(i64::MAX));
            }
        }
        totals
    }
}

fn with_known(mut facts: Vec<Fact>, offered: impl Fn(Era) -> CountSet) -> Vec<Fact> {
    for fact in &mut facts {
        let offered = offered(fact.key.era);
        fact.figures = fact.figures.only(offered);
    }
    facts
}
