//! What exports can yield, by their mapping: which markets they feed, which counts they offer.

use super::counting::{PathPeriod, Period, PeriodEnd};
use super::definition::{EventColumns, Export, Platform, Rows};
use super::mapping::MarketRule;
use coverledger_core::model::{ClickEvent, Count, CountSet, Era, Event, MarketId};

impl Rows {
    /// What rows that are one happening each have; `None` for counts and covers.
    #[must_use]
    pub fn each(&self) -> Option<&EventColumns> {
        match self {
            Self::Events { each, .. } | Self::Impressions { each, .. } => Some(each),
            Self::Counts(_) | Self::Covers(_) | Self::Quality(_) => None,
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

    /// What a market is called in the path of its objects; `None` where paths do not name it.
    #[must_use]
    pub fn folder_of<'a>(&'a self, market: &'a MarketId) -> Option<&'a str> {
        let MarketRule::Path { values } = &self.columns.market else { return None };
        let named = values.iter().find(|(_, meant)| *meant == market).map(|(name, _)| name.as_str());
        Some(named.unwrap_or(market.as_str()))
    }

    /// Which of the platform's exports it steps in for.
    #[must_use]
    pub fn fallback_for(&self) -> Option<&str> {
        let Rows::Counts(counts) = &self.rows else { return None };
        counts.fallback_for.as_deref()
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
            Rows::Counts(_) | Rows::Covers(_) | Rows::Quality(_) => false,
        }
    }

    /// Whether dwell is read from leaves.
    #[must_use]
    pub fn has_dwell_on_leave(&self) -> bool {
        self.rows.each().is_some_and(|each| each.dwell_seconds.is_some()) && self.maps(Event::Leave)
    }

    /// Whether a row can reach past midnight from the day under which it is delivered: a session, a stretch that the
    /// path names, a cover on air.
    #[must_use]
    pub fn has_rows_past_midnight(&self) -> bool {
        match &self.rows {
            Rows::Counts(counts) => match &counts.period {
                Period::Span { end, .. } => !matches!(end, PeriodEnd::Grain(_)),
                Period::Day { .. } | Period::PathIn { by: PathPeriod::Date, .. } => false,
                Period::Path | Period::PathIn { by: PathPeriod::StartEnd, .. } => true,
            },
            Rows::Covers(_) => true,
            // A view, a minute and a broadcast count when they begin.
            Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => false,
        }
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
            Rows::Covers(_) | Rows::Quality(_) => CountSet::default(),
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

    /// The export that this one is a fallback of, directly or over others; itself if it is none.
    #[must_use]
    pub fn best_of(&self, export: usize) -> usize {
        let better = |of: &usize| {
            let name = self.exports[*of].fallback_for()?;
            self.exports.iter().position(|export| export.name == name)
        };
        // A chain is no longer than there are exports, even if it were a ring.
        std::iter::successors(Some(export), better).take(self.exports.len()).last().unwrap_or(export)
    }

    /// Counts that an export does not yield, and the export that it is a fallback for, or its fallback, does: broadcasts
    /// that are counted from this one have none.
    #[must_use]
    pub fn lacks(&self, export: usize) -> CountSet {
        let of = |export: usize| self.exports[export].offered(self.entry_is_click());
        let family = (0..self.exports.len()).filter(|other| self.best_of(*other) == self.best_of(export));
        family.fold(CountSet::default(), |all, other| all.or(of(other))).minus(of(export))
    }

    /// What the columns of the platform's exports yield together for a market.
    #[must_use]
    pub fn mapped(&self, market: &MarketId) -> CountSet {
        self.mapped_by(self.exports.iter().filter(|export| export.feeds(market)))
    }

    /// What the columns of some of its exports yield together.
    #[must_use]
    pub fn mapped_by<'a>(&self, exports: impl Iterator<Item = &'a Export> + Clone) -> CountSet {
        let counts = exports.clone().filter(|export| export.rows.each().is_none());
        counts.fold(self.singly(exports), |all, export| all.or(export.offered(self.entry_is_click())))
    }

    /// What is counted for a market one happening at a time: what exports of events and of impressions yield together.
    #[must_use]
    pub fn counted_singly(&self, market: &MarketId) -> CountSet {
        self.singly(self.exports.iter().filter(|export| export.feeds(market)))
    }

    /// A unique count needs viewer ids in every one of them that offers the signal: viewers seen in one and merely
    /// counted in another do not add up to anything.
    fn singly<'a>(&self, exports: impl Iterator<Item = &'a Export>) -> CountSet {
        let offered: Vec<CountSet> = exports
            .filter(|export| export.rows.each().is_some())
            .map(|export| export.offered(self.entry_is_click()))
            .collect();
        let any = offered.iter().fold(CountSet::default(), |all, one| all.or(*one));
        let is_whole = |count: &Count| {
            let Some(times) = count.times_of() else { return true };
            offered.iter().all(|one| one.has(*count) || !one.has(times))
        };
        any.iter().filter(is_whole).collect()
    }

    /// What is counted for a market of viewers who are known, one happening at a time. Where another export offers the same
    /// without viewers, it is so in part.
    #[must_use]
    pub fn counted_of_viewers(&self, market: &MarketId) -> CountSet {
        let names_viewers = |export: &&Export| {
            export.feeds(market) && export.rows.each().is_some_and(|each| each.viewer_id.is_some())
        };
        let exports = self.exports.iter().filter(names_viewers);
        let offered = exports.map(|export| export.offered(self.entry_is_click()));
        offered.fold(CountSet::default(), CountSet::or).and(self.counted_singly(market))
    }

    /// Whether an export that feeds a market names the viewers of what it tells one by one.
    #[must_use]
    pub fn names_viewers(&self, market: &MarketId) -> bool {
        let names_them = |export: &Export| match &export.rows {
            Rows::Quality(quality) => quality.viewer_id.is_some(),
            rows => rows.each().is_some_and(|each| each.viewer_id.is_some()),
        };
        self.exports.iter().filter(|export| export.feeds(market)).any(names_them)
    }

    /// Whether clicks of a market can be told that have no impression: both are counted here, of viewers who are known,
    /// and a click is none of an entry, which needs no impression.
    #[must_use]
    pub fn tells_orphans(&self, market: &MarketId) -> bool {
        let singly = self.counted_singly(market);
        singly.has(Count::UniqueImpressions) && singly.has(Count::Clickers) && !self.entry_is_click()
    }

    /// What the platform offers in a market in an era.
    #[must_use]
    pub fn offered(&self, market: &MarketId, era: Era) -> CountSet {
        self.eras.offered(era, self.mapped(market))
    }
}
