//! What changed, from `mix`.

use jiff::civil::Date;

use super::{Figure, Interval, PlaceName, Row, Text};

/// What changed in a place: since the last date on air, and since the week before.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceChanges {
    /// Which place.
    pub place: PlaceName,
    /// The last local date on air against the one before it: `scope` `last_date`.
    pub last_date: Option<Change>,
    /// The last week against the one before: `scope` `all`.
    pub last_week: Option<Change>,
    /// Covers that changed beyond chance, or of which the mix hid it: `scope` `cover`.
    pub covers: Vec<(String, Change)>,
}

/// A change of a rate: a row of `mix`.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its row of `mix`.
    pub row: Row,
    /// The period before.
    pub before_since: Date,
    /// Its last date.
    pub before_until: Date,
    /// The period after.
    pub after_since: Date,
    /// Its last date.
    pub after_until: Date,
    /// The rate before.
    pub before: Figure,
    /// The rate after.
    pub after: Figure,
    /// After − before.
    pub change: Figure,
    /// What of it lies within slots and audiences; the only part that has bounds.
    pub within: Interval,
    /// What of it is another mix of them.
    pub mix: Figure,
    /// In words.
    pub note: Text,
}
