//! What happens to a cover.

use serde::{Deserialize, Serialize};

/// What one row of an event export says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A cover was shown in the feed.
    Impression,
    /// A click on the cover, as the platform means it.
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
