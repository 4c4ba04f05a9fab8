//! When: slots by audiences of a place, from `slot_plan`.

use jiff::civil::DateTime;

use super::{Figure, Interval, PlaceName, Row, Text};

/// The heat map of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotMap {
    /// Which place.
    pub place: PlaceName,
    /// What all of its cells have in common.
    pub row: Row,
    /// `effective_ctr` or `ctr`.
    pub metric: &'static str,
    /// Its slots in the order of the market's day.
    pub slots: Vec<Slot>,
    /// Its audiences, all together first.
    pub audiences: Vec<AudienceRow>,
    /// How many more audiences there are, which are met less.
    pub more_audiences: usize,
}

/// A slot on both clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// When it begins on the market's clock.
    pub starts_local: DateTime,
    /// When it ends there.
    pub ends_local: DateTime,
    /// When it begins on the team's own clock.
    pub starts_home: DateTime,
    /// When it ends there.
    pub ends_home: DateTime,
}

/// An audience.
#[derive(Debug, Clone, PartialEq)]
pub struct AudienceRow {
    /// Its id; `all` is all of them together.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// A cell for each slot, in their order; `None` where nothing is known.
    pub cells: Vec<Option<SlotCell>>,
}

/// An audience in a slot: a row of `slot_plan`.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotCell {
    /// The expected rate.
    pub rate: Interval,
    /// What it exceeds with 95 %.
    pub proven_rate: Figure,
    /// Broadcasts that met the audience there.
    pub broadcasts: Figure,
    /// Entrants, or clicks, of an hour on air.
    pub per_hour: Interval,
    /// The slot's place for this audience.
    pub rank: Figure,
    /// Whether it is the best slot that is proven.
    pub is_best_proven: bool,
}
