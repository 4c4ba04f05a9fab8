//! What exports can yield, by their mapping: which markets they feed, which counts they offer.

use super::definition::{Export, MarketRule, Platform, Rows};
use crate::model::{ClickEvent, Event, MarketId, Offered};

impl Export {
    /// Whether rows of this export can be of a market.
    #[must_use]
    pub fn feeds(&self, market: &MarketId) -> bool {
        match &self.columns.market {
            MarketRule::Value(only) => only == market,
            MarketRule::Column { .. } => true,
        }
    }

    /// Whether an event of this kind is mapped.
    #[must_use]
    pub fn maps(&self, event: Event) -> bool {
        match &self.rows {
            Rows::Events { values, .. } => values.values().any(|value| *value == event),
            Rows::Impressions { clicked, entered, ordered } => match event {
                Event::Impression => true,
                Event::Click => clicked.is_some(),
                Event::Entry => entered.is_some(),
                Event::Order => ordered.is_some(),
                Event::Leave | Event::Ignore => false,
            },
        }
    }

    /// Whether dwell is read from leaves.
    #[must_use]
    pub fn has_dwell_on_leave(&self) -> bool {
        self.columns.dwell_seconds.is_some() && self.maps(Event::Leave)
    }

    /// What this export can yield; `entry_is_click` as [`Platform::entry_is_click`] says.
    #[must_use]
    pub fn offered(&self, entry_is_click: bool) -> Offered {
        let (impressions, entries) = (self.maps(Event::Impression), self.maps(Event::Entry));
        let clicks = self.maps(Event::Click) || (entries && entry_is_click);
        let viewers = self.columns.viewer_id.is_some();
        Offered {
            impressions,
            unique_impressions: impressions && viewers,
            clicks,
            clickers: clicks && viewers,
            entries,
            entrants: entries && viewers,
            dwell: self.columns.dwell_seconds.is_some() && (entries || self.maps(Event::Leave)),
            orders: self.maps(Event::Order),
        }
    }
}

impl Platform {
    /// Whether an entry is counted as a click too: the platform's convention says so and no export has clicks of its
    /// own.
    #[must_use]
    pub fn entry_is_click(&self) -> bool {
        self.conventions.click == ClickEvent::RoomEntry && !self.exports.iter().any(|e| e.maps(Event::Click))
    }

    /// What the platform's exports yield together for a market.
    #[must_use]
    pub fn offered(&self, market: &MarketId) -> Offered {
        let mut exports = self.exports.iter().filter(|export| export.feeds(market));
        let of = |export: &Export| export.offered(self.entry_is_click());
        let first = exports.next().map(of).unwrap_or_default();
        exports.map(of).fold(first, Offered::with)
    }
}
