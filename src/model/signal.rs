//! What is counted, and how a platform counts it.

use serde::{Deserialize, Serialize};

/// What one row of an event export says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A cover was shown in the feed.
    Impression,
    /// A click on the cover, as the platform means it ([`ClickEvent`]).
    Click,
    /// A viewer entered the room.
    Entry,
    /// A viewer left the room, having stayed so long.
    Leave,
    /// An order was paid.
    Order,
    /// An event that the configuration names and does not count.
    Ignore,
}

impl Event {
    /// Every event with the word the configuration uses for it.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("impression", Self::Impression),
        ("click", Self::Click),
        ("entry", Self::Entry),
        ("leave", Self::Leave),
        ("order", Self::Order),
        ("ignore", Self::Ignore),
    ];
}

/// What a platform calls an impression. Counts under different bases are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpressionBasis {
    /// Every time the cover was displayed.
    Displays,
    /// Once per viewer.
    Viewers,
}

/// What a platform calls a click on the cover. Counts under different meanings are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClickEvent {
    /// A tap on the cover, whether or not the room opened.
    CoverTap,
    /// The entry into the room is the click.
    RoomEntry,
}

/// How a platform counts; travels in every row of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Conventions {
    /// What an impression is.
    pub impression: ImpressionBasis,
    /// What a click is.
    pub click: ClickEvent,
}

impl ImpressionBasis {
    /// The word in configuration and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Displays => "displays",
            Self::Viewers => "viewers",
        }
    }
}

impl ClickEvent {
    /// The word in configuration and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CoverTap => "cover_tap",
            Self::RoomEntry => "room_entry",
        }
    }
}

/// Which counts a platform's exports can yield. What is not offered is null, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one answer per signal; no two exclude each other")]
pub struct Offered {
    /// Impressions.
    pub impressions: bool,
    /// Viewers who had an impression.
    pub unique_impressions: bool,
    /// Clicks, whether mapped or, where the entry is the click, through entries.
    pub clicks: bool,
    /// Viewers who clicked.
    pub clickers: bool,
    /// Room entries.
    pub entries: bool,
    /// Viewers who entered.
    pub entrants: bool,
    /// Stays and dwell seconds.
    pub dwell: bool,
    /// Paid orders.
    pub orders: bool,
}

impl Offered {
    /// What two exports of one platform offer together.
    ///
    /// A unique count needs viewer ids in every export that offers the signal: viewers seen in one and merely
    /// counted in another do not add up to anything.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            impressions: self.impressions || other.impressions,
            unique_impressions: Self::both(
                (self.impressions, self.unique_impressions),
                (other.impressions, other.unique_impressions),
            ),
            clicks: self.clicks || other.clicks,
            clickers: Self::both((self.clicks, self.clickers), (other.clicks, other.clickers)),
            entries: self.entries || other.entries,
            entrants: Self::both((self.entries, self.entrants), (other.entries, other.entrants)),
            dwell: self.dwell || other.dwell,
            orders: self.orders || other.orders,
        }
    }

    const fn both(one: (bool, bool), other: (bool, bool)) -> bool {
        (one.0 || other.0) && (one.1 || !one.0) && (other.1 || !other.0)
    }
}
