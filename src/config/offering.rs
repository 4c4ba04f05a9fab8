//! What exports can yield, by their mapping: which markets they feed, which counts they offer.

use super::definition::{EventColumns, Export, Platform, Rows};
use super::mapping::MarketRule;
use crate::model::{ClickEvent, Count, CountSet, Era, Event, MarketId, UniqueBasis};

impl Rows {
    /// What rows that are one happening each have; `None` for counts and covers.
    #[must_use]
    pub fn each(&self) -> Option<&EventColumns> {
        match self {
            Self::Events { each, .. } | Self::Impressions { each, .. } => Some(each),
            Self::Counts(_) | Self::Covers(_) => None,
        }
    }
}

impl Export {
    /// Whether rows of this export can be of a market.
    #[must_use]
    pub fn feeds(&self, market: &MarketId) -> bool {
        match &self.columns.market {
            MarketRule::Value(only) => only == market,
            MarketRule::Column { .. } | MarketRule::Path { .. } => true,
        }
    }

    /// Whether its rows are counts.
    #[must_use]
    pub fn is_counts(&self) -> bool {
        matches!(self.rows, Rows::Counts(_))
    }

    /// The export that it stands in for.
    #[must_use]
    pub fn fallback_for(&self) -> Option<&str> {
        match &self.rows {
            Rows::Counts(counts) => counts.fallback_for.as_deref(),
            _ => None,
        }
    }

    /// Whether an event of this kind is mapped.
    #[must_use]
    pub fn maps(&self, event: Event) -> bool {
        match &self.rows {
            Rows::Events { values, .. } => values.values().any(|value| *value == event),
            Rows::Impressions { clicked, entered, ordered, .. } => match event {
                Event::Impression => true,
                Event::Click => clicked.is_some(),
                Event::Entry => entered.is_some(),
                Event::Order => ordered.is_some(),
                Event::Leave | Event::Ignore => false,
            },
            Rows::Counts(_) | Rows::Covers(_) => false,
        }
    }

    /// Whether dwell is read from leaves.
    #[must_use]
    pub fn has_dwell_on_leave(&self) -> bool {
        self.rows.each().is_some_and(|each| each.dwell_seconds.is_some()) && self.maps(Event::Leave)
    }

    /// Whether the export has clicks of its own.
    fn has_clicks(&self) -> bool {
        match &self.rows {
            Rows::Counts(counts) => counts.counts.contains_key(&Count::Clicks),
            _ => self.maps(Event::Click),
        }
    }

    /// What this export can yield; `entry_is_click` as [`Platform::entry_is_click`] says.
    #[must_use]
    pub fn offered(&self, entry_is_click: bool) -> CountSet {
        let mapped = match &self.rows {
            Rows::Covers(_) => CountSet::default(),
            Rows::Counts(counts) => counts.counts.keys().copied().collect(),
            Rows::Events { each, .. } | Rows::Impressions { each, .. } => {
                let viewers = each.viewer_id.is_some();
                let (impressions, entries) = (self.maps(Event::Impression), self.maps(Event::Entry));
                let dwell = each.dwell_seconds.is_some() && (entries || self.maps(Event::Leave));
                CountSet::default()
                    .with_if(Count::Impressions, impressions)
                    .with_if(Count::UniqueImpressions, impressions && viewers)
                    .with_if(Count::Clicks, self.maps(Event::Click))
                    .with_if(Count::Clickers, self.maps(Event::Click) && viewers)
                    .with_if(Count::Entries, entries)
                    .with_if(Count::Entrants, entries && viewers)
                    .with_if(Count::Stays, dwell)
                    .with_if(Count::Dwell, dwell)
                    .with_if(Count::Orders, self.maps(Event::Order))
            }
        };
        mapped
            .with_if(Count::Clicks, entry_is_click && mapped.has(Count::Entries))
            .with_if(Count::Clickers, entry_is_click && mapped.has(Count::Entrants))
    }
}

impl Platform {
    /// Whether an entry is counted as a click too: the platform's convention says so and no export has clicks of its
    /// own.
    #[must_use]
    pub fn entry_is_click(&self) -> bool {
        self.eras.first.click == ClickEvent::RoomEntry && !self.exports.iter().any(Export::has_clicks)
    }

    /// What the columns of the platform's exports yield together for a market.
    ///
    /// A unique count of events needs viewer ids in every export of events that offers the signal: viewers seen in one
    /// and merely counted in another do not add up to anything. A count that comes as such needs nothing else.
    #[must_use]
    pub fn mapped(&self, market: &MarketId) -> CountSet {
        let feeding = self.exports.iter().filter(|export| export.feeds(market));
        let (counts, events): (Vec<&Export>, Vec<&Export>) = feeding.partition(|export| export.is_counts());
        let offered = |exports: Vec<&Export>| -> Vec<CountSet> {
            exports.into_iter().map(|export| export.offered(self.entry_is_click())).collect()
        };
        let (counts, events) = (offered(counts), offered(events));
        let any = |sets: &[CountSet]| sets.iter().fold(CountSet::default(), |all, one| all.or(*one));
        let is_whole = |count: &Count| {
            let Some(times) = count.times_of() else { return true };
            events.iter().all(|one| one.has(*count) || !one.has(times))
        };
        any(&events).iter().filter(is_whole).collect::<CountSet>().or(any(&counts))
    }

    /// What the platform offers in a market in an era.
    #[must_use]
    pub fn offered(&self, market: &MarketId, era: Era) -> CountSet {
        self.eras.offered(era, self.mapped(market))
    }

    /// What of it is published: unique counts of rows do not add up to viewers, and only measure the bridge.
    #[must_use]
    pub fn published(&self, market: &MarketId, era: Era) -> CountSet {
        let is_published = |count: &Count| !count.is_unique() || self.eras.first.uniques != UniqueBasis::Row;
        self.offered(market, era).iter().filter(is_published).collect()
    }
}
