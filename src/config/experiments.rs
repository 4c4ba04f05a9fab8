//! `experiments/<name>.yaml`: rotations of covers on a schedule that a seed draws.

mod read;
mod schedule;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use schedule::{PlannedTurn, TurnSchedule};

use crate::model::{MarketId, PlatformId, Turns};

pub(super) use read::{Known, check_apart, read};

/// Covers that take turns, all viewers of a turn seeing the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// On which platforms; not empty.
    pub platforms: BTreeSet<PlatformId>,
    /// In which markets, all known; not empty.
    pub markets: BTreeSet<MarketId>,
    /// Three to five, each another.
    pub covers: Vec<String>,
    /// The first local date.
    pub from: Date,
    /// The last local date, at most 59 days after the first.
    pub to: Date,
    /// How long a turn is: 5 minutes to 24 hours.
    pub turn_seconds: i64,
    /// How much of a turn does not count where the cover has changed; less than the turn.
    pub burn_in_seconds: i64,
    /// What draws the schedule.
    pub seed: u64,
    /// Which cover is on air when.
    pub schedule: TurnSchedule,
}

/// The turns of rotations, by platform and market.
pub(super) fn turns(rotations: &BTreeMap<String, Rotation>) -> BTreeMap<(PlatformId, MarketId), Turns> {
    let mut spans: BTreeMap<(PlatformId, MarketId), Vec<_>> = BTreeMap::new();
    for rotation in rotations.values() {
        for (platform, market) in
            rotation.platforms.iter().flat_map(|p| rotation.markets.iter().map(move |m| (p, m)))
        {
            let of_market = spans.entry((platform.clone(), market.clone())).or_default();
            of_market.extend(rotation.schedule.turns(market).iter().map(PlannedTurn::span));
        }
    }
    spans.into_iter().map(|(place, spans)| (place, Turns::new(spans))).collect()
}
