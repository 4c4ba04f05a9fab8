//! How a platform counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Count, CountSet, Era};

/// What a platform calls an impression. Counts under different bases are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImpressionBasis {
    /// Every time the cover was displayed.
    Displays,
    /// Once per viewer.
    Viewers,
}

/// What a platform calls a click on the cover. Counts under different meanings are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClickEvent {
    /// A tap on the cover, whether or not the room opened.
    CoverTap,
    /// The entry into the room is the click.
    RoomEntry,
}

/// Within what a platform counts a viewer once. Counts under different bases are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UniqueBasis {
    /// Market-day, broadcast and cover; credited to the first touch. What is counted here from events is always so.
    FirstTouch,
    /// The broadcast, however many days or covers it spans.
    Broadcast,
    /// The platform's day.
    Day,
    /// The row. Where rows are shorter than a broadcast, such counts do not add up to viewers: they are not
    /// published as counts and serve only to measure the bridge between times and persons.
    Row,
}

macro_rules! words {
    ($name:ident { $($variant:ident => $word:literal),+ }) => {
        impl $name {
            /// Every one.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word in configuration and tables.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}
words!(ImpressionBasis { Displays => "displays", Viewers => "viewers" });
words!(ClickEvent { CoverTap => "cover_tap", RoomEntry => "room_entry" });
words!(UniqueBasis { FirstTouch => "first_touch", Broadcast => "broadcast", Day => "day", Row => "row" });

/// How a platform counts; travels in every row of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conventions {
    /// What an impression is.
    pub impression: ImpressionBasis,
    /// What a click is.
    pub click: ClickEvent,
    /// Within what a viewer is counted once.
    pub uniques: UniqueBasis,
}

/// The conventions of a platform over time: what held first, and every change since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eras {
    /// The conventions of [`Era`] 0.
    pub first: Conventions,
    /// Counts that the platform has never offered, with the reason.
    pub not_offered: BTreeMap<Count, String>,
    /// The changes, oldest first; change *n* begins era *n* + 1.
    pub changes: Vec<Change>,
}

/// A change of what a platform counts or how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The day of the platform with which it began.
    pub since: Date,
    /// That day's first instant.
    pub at: Timestamp,
    /// What an impression is from then on, if that changed.
    pub impression: Option<ImpressionBasis>,
    /// Counts that mean something else from then on, with what.
    pub redefined: BTreeMap<Count, String>,
    /// Counts that are offered only from then on, with the reason.
    pub introduced: BTreeMap<Count, String>,
    /// Counts that are not offered from then on, with the reason.
    pub withdrawn: BTreeMap<Count, String>,
}

impl Eras {
    /// Conventions that never changed.
    #[must_use]
    pub const fn only(first: Conventions) -> Self {
        Self { first, not_offered: BTreeMap::new(), changes: Vec::new() }
    }

    /// The era of an instant (microseconds since 1970, UTC).
    #[must_use]
    pub fn at(&self, at_us: i64) -> Era {
        let begun = self.changes.partition_point(|change| change.at.as_microsecond() <= at_us);
        Era(u16::try_from(begun).unwrap_or(u16::MAX))
    }

    /// The first instants of all eras but the first, in microseconds.
    #[must_use]
    pub fn cuts_us(&self) -> Vec<i64> {
        self.changes.iter().map(|change| change.at.as_microsecond()).collect()
    }

    /// The day since which an era holds; `None` for the first.
    #[must_use]
    pub fn since(&self, era: Era) -> Option<Date> {
        usize::from(era.0).checked_sub(1).and_then(|index| self.changes.get(index)).map(|change| change.since)
    }

    /// The conventions of an era.
    #[must_use]
    pub fn conventions(&self, era: Era) -> Conventions {
        let begun = self.changes.iter().take(era.0.into());
        Conventions {
            impression: begun.filter_map(|change| change.impression).next_back().unwrap_or(self.first.impression),
            ..self.first
        }
    }

    /// Why a count is not offered in an era, where the platform itself is the reason.
    #[must_use]
    pub fn why_not(&self, era: Era, count: Count) -> Option<&str> {
        let (begun, to_come) = self.changes.split_at(usize::from(era.0).min(self.changes.len()));
        let last_word = begun.iter().rev().find_map(|change| {
            let gone = change.withdrawn.get(&count).map(|why| Some(why.as_str()));
            gone.or_else(|| change.introduced.get(&count).map(|_| None))
        });
        last_word.unwrap_or_else(|| {
            let yet = to_come.iter().find_map(|change| change.introduced.get(&count));
            self.not_offered.get(&count).or(yet).map(String::as_str)
        })
    }

    /// What of these counts is offered in an era.
    #[must_use]
    pub fn offered(&self, era: Era, mapped: CountSet) -> CountSet {
        mapped.iter().filter(|count| self.why_not(era, *count).is_none()).collect()
    }

    /// What a count was last redefined to mean, as of an era.
    #[must_use]
    pub fn definition(&self, era: Era, count: Count) -> Option<&str> {
        let begun = self.changes.iter().take(era.0.into());
        begun.filter_map(|change| change.redefined.get(&count)).next_back().map(String::as_str)
    }
}
