//! `cover_history` read back: how each cover did on each platform in each market, over all slots.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::*;

use crate::evidence::day::dates;
use coverledger_core::model::{MarketId, PlatformId, columns as c};

/// The level of rows that tell of a cover, and not of a family.
const COVER: &str = "cover";
/// The slot of rows that tell of all slots together.
const ALL_SLOTS: &str = "all";

/// A cover of a platform in a market.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The platform.
    pub platform: PlatformId,
    /// The market.
    pub market: MarketId,
    /// The cover.
    pub cover: String,
    /// The last local date it was on air.
    pub last_aired: Option<Date>,
    /// How the platform counted then: what an impression is, and what a click.
    pub conventions: [Option<String>; 2],
    /// Shrunken rates with their lower bounds: clicks ÷ impressions, and entrants ÷ impressions.
    pub rates: [Option<(f64, f64)>; 2],
}

impl HistoryRow {
    /// The rows of covers over all slots.
    ///
    /// # Errors
    /// When the table is none of that kind.
    pub fn read(history: &DataFrame) -> PolarsResult<Vec<Self>> {
        let text = |name: &str| history.column(name)?.str().cloned();
        let [platform, market, cover, level, slot] =
            [text(c::PLATFORM)?, text(c::MARKET)?, text(c::COVER_ID)?, text(c::LEVEL)?, text(c::SLOT)?];
        let [impression, click] = [text(c::IMPRESSION_BASIS)?, text(c::CLICK_EVENT)?];
        let last_aired = dates(history, c::LAST_AIRED)?;
        let rate = |name: &str| {
            let shrunken = c::shrunken(name);
            let number = |name: &str| history.column(name)?.f64().cloned();
            PolarsResult::Ok((number(&shrunken)?, number(&c::low(&shrunken))?))
        };
        let rates = [rate(c::CTR)?, rate(c::EFFECTIVE_CTR)?];
        let row = |at: usize| {
            let is_meant = level.get(at) == Some(COVER) && slot.get(at) == Some(ALL_SLOTS);
            Some(Self {
                platform: PlatformId::new(platform.get(at).filter(|_| is_meant)?),
                market: MarketId::new(market.get(at)?),
                cover: cover.get(at)?.to_owned(),
                last_aired: last_aired[at],
                conventions: [impression.get(at), click.get(at)].map(|word| word.map(str::to_owned)),
                rates: rates.each_ref().map(|(shrunken, low)| shrunken.get(at).zip(low.get(at))),
            })
        };
        Ok((0..history.height()).filter_map(row).collect())
    }
}

/// The rows of each platform and market that may be ranked together: those under the conventions in force when a cover was
/// last on air there.
pub(crate) fn by_place(rows: &[HistoryRow]) -> BTreeMap<(&PlatformId, &MarketId), Vec<&HistoryRow>> {
    let mut places: BTreeMap<_, Vec<&HistoryRow>> = BTreeMap::new();
    for row in rows {
        places.entry((&row.platform, &row.market)).or_default().push(row);
    }
    for rows in places.values_mut() {
        let newest = rows.iter().max_by_key(|row| row.last_aired).map(|row| row.conventions.clone());
        rows.retain(|row| Some(&row.conventions) == newest.as_ref());
    }
    places
}
