//! What the brief says: values, and from which cell of which table each of them is.

mod cell;
mod changes;
mod freshness;
mod log;
mod night;
mod quality;
mod ranking;
mod review;
mod slot_map;
mod test;
mod text;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use cell::{Figure, Interval, Row};
pub use changes::{Change, PlaceChanges};
pub use freshness::{Freshness, PlaceFreshness, State};
pub use log::{AdviceLog, Outcome, PastAdvice};
pub use night::{Action, Advice, Air, Avoided, MarketNight, Sureness};
pub use quality::{PlaceQuality, QualityLoss};
pub use ranking::{RankedCover, Ranking};
pub use review::{Airing, Minute, Review};
pub use slot_map::{AudienceRow, Slot, SlotCell, SlotMap};
pub use test::{Arm, Guardrail, NextTest, Test};
pub use text::{CoverTitle, PlaceName, Text};

/// Everything that the page of a night says, in the order in which it says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// The last local date that is published anywhere.
    pub as_of: Date,
    /// The revision of the brief of that date.
    pub revision: u64,
    /// The city of the team's own clock (`home_timezone`).
    pub home: Text,
    /// How fresh it is.
    pub freshness: Freshness,
    /// What goes on air, by market; the earliest first by the team's own clock.
    pub nights: Vec<MarketNight>,
    /// Where tests stand.
    pub tests: Vec<Test>,
    /// When each audience enters, by place.
    pub slot_maps: Vec<SlotMap>,
    /// Which covers do best, by place.
    pub rankings: Vec<Ranking>,
    /// What changed, by place.
    pub changes: Vec<PlaceChanges>,
    /// What became of earlier advice.
    pub log: AdviceLog,
    /// What bad streams cost, by place.
    pub quality: Vec<PlaceQuality>,
    /// The broadcasts of the last night, the largest first.
    pub reviews: Vec<Review>,
    /// What to test next.
    pub next_tests: Vec<NextTest>,
    /// What covers are called, by id; every cover that is named above is here.
    pub titles: BTreeMap<String, CoverTitle>,
}
