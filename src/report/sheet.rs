//! What a report is made from: the facts of one market-day and what every row repeats.

use std::collections::BTreeMap;

use crate::config::Market;
use crate::model::{Count, CountSet, Counts, Eras, Fact, MarketDay};
use crate::time::LocalDay;

/// The facts of a market-day with their context.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
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
    /// Facts, sorted by slot, audience, broadcast and cover.
    pub facts: &'a [Fact],
}

impl Sheet<'_> {
    /// The day's sum of every offered count, by its name in receipts; what the shrink guard compares.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, i64> {
        let mut sum = Counts::default();
        self.facts.iter().for_each(|fact| sum.add(&fact.figures.value));
        let name = |count: Count| if count == Count::Dwell { "dwell_ms" } else { count.word() };
        self.mapped
            .iter()
            .map(|count| (name(count).to_owned(), i64::try_from(sum.get(count)).unwrap_or(i64::MAX)))
            .collect()
    }
}
