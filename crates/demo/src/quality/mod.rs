//! How the streams of one platform were for their viewers, and what they remember of it: `demo --quality`.
//!
//! The platform's app starts the room's stream under its cover as soon as a viewer arrives, so every visit is a view of the player,
//! whether the viewer enters or not. The player's telemetry says how each view went. Viewers come back over weeks; those who met a
//! bad stream click less, where [`STREAMS`] says so, and those who entered by the cover of [`CLICKBAIT`] come more seldom.
//!
//! The broadcasts of a market do not overlap, and are drawn in order of time, and so are the visits of each. What is remembered
//! takes some bytes for each viewer.

pub(super) mod config;
mod crowd;
mod local_days;
mod memory;
mod telemetry;
#[cfg(test)]
mod tests;
mod view;

use std::path::Path;

use self::crowd::Crowd;
use self::telemetry::Telemetry;
use super::Demo;
use super::calendar::Calendar;
use super::error::DemoError;
use super::plan::Broadcast;
use super::platform::Platform;
use super::random::SeededRng;
use super::sink::Sink;
use super::truth::STREAMS;
use super::work::Tally;
use super::world::{MARKETS, Market};

/// By this factor the platform that the player watches has more rows than usual: in those of the others nothing of this is to be seen.
const WATCHED: u64 = 8;

/// The relative size there of the markets that [`STREAMS`] names: what a bad visit costs is little, and takes many to be seen.
const NAMED_SIZE: u64 = 60;

/// Visits and rows to begin with, until it is known how many rows a visit makes.
const USUAL: (u64, u64) = (1000, 4000);

/// The viewers of the platform that the player watches, and its telemetry.
pub(super) struct Watched<'w> {
    crowd: Crowd,
    telemetry: Telemetry<'w>,
    /// Arrivals so far.
    arrivals: u64,
}

/// The relative audience of a broadcast.
pub(super) fn weight_of(demo: &Demo, broadcast: &Broadcast) -> u64 {
    if !is_watched(demo, broadcast.platform) {
        return broadcast.weight;
    }
    // The size of the market is in the broadcast's weight already.
    let market = &MARKETS[broadcast.market];
    broadcast.weight * WATCHED * relative_size(market) / u64::from(market.size)
}

/// The relative size of a market on the platform that the player watches.
fn relative_size(market: &Market) -> u64 {
    let is_named = STREAMS.markets.contains(&market.code) || STREAMS.spared == market.code;
    if is_named { NAMED_SIZE } else { u64::from(market.size) }
}

fn is_watched(demo: &Demo, platform: &Platform) -> bool {
    demo.quality && platform.name == STREAMS.platform
}

impl<'w> Watched<'w> {
    /// For a platform with so many rows, if the player watches it.
    pub(super) fn of(
        demo: &Demo,
        root: &Path,
        platform: &Platform,
        rows: u64,
        calendar: &Calendar,
    ) -> Result<Option<Self>, DemoError> {
        if !is_watched(demo, platform) {
            return Ok(None);
        }
        let crowd = Crowd::new(demo.seed, rows, demo.days, calendar)?;
        Ok(Some(Self { crowd, telemetry: Telemetry::new(root, calendar)?, arrivals: 0 }))
    }

    /// Draws visits of a broadcast until the platform has about so many rows, and writes how each went.
    pub(super) fn draw(
        &mut self,
        broadcast: &'w Broadcast,
        target: u64,
        sink: &mut Sink<'w>,
        rng: &mut SeededRng,
    ) -> Result<(), DemoError> {
        self.telemetry.finish_before(broadcast.local_date.yesterday()?)?;
        let left = target.saturating_sub(sink.rows());
        let arrivals = left * (self.arrivals + USUAL.0) / (sink.rows() + USUAL.1);
        self.arrivals += arrivals;
        let telemetry = &mut self.telemetry;
        self.crowd.attend(broadcast, arrivals, rng, &mut |row, rng| sink.put(row, rng), &mut |seen, rng| {
            telemetry.put(seen, rng)
        })
    }

    /// Finishes all files.
    pub(super) fn finish(mut self) -> Result<Tally, DemoError> {
        self.telemetry.finish()?;
        Ok(self.telemetry.tally())
    }
}
