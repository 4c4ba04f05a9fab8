//! What a report is made from: the facts of one market-day and what every row repeats.

use std::collections::BTreeMap;

use crate::config::Market;
use crate::model::{Conventions, Counts, Fact, MarketDay, Offered};
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
    pub conventions: Conventions,
    /// What the platform's exports can yield; the rest is null.
    pub offered: Offered,
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
        self.facts.iter().for_each(|fact| sum += fact.counts);
        super::funnel::COUNTS
            .iter()
            .filter(|count| (count.offered)(self.offered))
            .map(|count| (count.total.to_owned(), i64::try_from((count.of)(&sum)).unwrap_or(i64::MAX)))
            .collect()
    }
}
