//! Clicks without an impression: what they say of a log.

use coverledger_core::model::{Count, Fact};

/// The clicks of a market-day by viewers who were shown nothing, by the same log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orphans {
    /// Clicks without an impression by the same viewer of the same broadcast and cover.
    pub orphans: u64,
    /// All clicks.
    pub clicks: u64,
}

impl Orphans {
    /// Of facts of which any can tell.
    #[must_use]
    pub fn of(facts: &[Fact]) -> Option<Self> {
        let telling =
            facts.iter().filter_map(|fact| Some((fact.orphan_clicks?, fact.figures.get(Count::Clicks)?.value)));
        let sum = |sum: Option<Self>, (orphans, clicks): (u64, u64)| {
            let Self { orphans: all_orphans, clicks: all } = sum.unwrap_or(Self { orphans: 0, clicks: 0 });
            Some(Self { orphans: all_orphans + orphans, clicks: all + clicks })
        };
        telling.fold(None, sum)
    }
}
