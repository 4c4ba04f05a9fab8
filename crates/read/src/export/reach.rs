//! The instants whose market-days read an object.

use std::collections::BTreeMap;

use coverledger_core::model::MarketId;

/// Every instant there is.
const EVERYTHING: (i64, i64) = (i64::MIN, i64::MAX);

/// For each market the instants whose market-days read an object (microseconds since 1970, UTC), from the first up to,
/// not including, the second.
///
/// It depends on the export's definition, the date in the object's path and the market's rule of days, and on nothing
/// else: not on the days that a run happens to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(BTreeMap<MarketId, (i64, i64)>);

impl Reach {
    /// Of an object that every market-day reads.
    #[must_use]
    pub const fn everything() -> Self {
        Self(BTreeMap::new())
    }

    /// Of an object that some market-days read, by market.
    #[must_use]
    pub const fn by_market(by_market: BTreeMap<MarketId, (i64, i64)>) -> Self {
        Self(by_market)
    }

    /// The instants of a market.
    #[must_use]
    pub fn in_market(&self, market: &MarketId) -> (i64, i64) {
        self.0.get(market).copied().unwrap_or(EVERYTHING)
    }
}
