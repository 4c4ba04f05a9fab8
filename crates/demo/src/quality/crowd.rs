//! The viewers who come to the broadcasts of one platform, day after day.

use std::collections::HashMap;

use super::local_days::LocalDays;
use super::memory::Memory;
use super::relative_size;
use super::telemetry::Seen;
use super::view::View;
use crate::calendar::Calendar;
use crate::error::DemoError;
use crate::plan::Broadcast;
use crate::random::{SeededRng, mix};
use crate::row::{Event, Row};
use crate::truth::{CLICKBAIT, STREAMS};
use crate::viewer::{self, ViewerPools};
use crate::world::{MARKETS, cover_place};

/// How often a viewer comes, in a hundred days. If they came much more often, hardly anybody would be without a bad visit in the
/// last week to compare with; if more seldom, few would come in the week after one.
const VISITS_IN_A_HUNDRED_DAYS: u64 = 60;

/// The rest of a view after the last thing that its viewer did, but for its stalls, which are watched, too.
const LAST_SECONDS: i64 = 5;

/// All viewers of a platform, and what each of them remembers.
pub(super) struct Crowd {
    pools: ViewerPools,
    memories: HashMap<u32, Memory>,
    /// By market.
    days: Vec<LocalDays>,
    seed: u64,
    bait: usize,
}

impl Crowd {
    /// The viewers of a platform with so many rows in so many days.
    pub(super) fn new(seed: u64, rows: u64, days: u16, calendar: &Calendar) -> Result<Self, DemoError> {
        let visits_each = (u64::from(days) * VISITS_IN_A_HUNDRED_DAYS / 100).max(1);
        Ok(Self {
            pools: ViewerPools::with_visits(rows, relative_size, visits_each),
            memories: HashMap::new(),
            days: MARKETS.iter().map(|market| LocalDays::new(calendar, market)).collect::<Result<_, _>>()?,
            seed,
            bait: cover_place(CLICKBAIT.cover),
        })
    }

    /// So many viewers arrive at a broadcast, and most stay: `put` receives their rows, and `saw` how the stream was for each.
    pub(super) fn attend<'w>(
        &mut self,
        broadcast: &'w Broadcast,
        arrivals: u64,
        rng: &mut SeededRng,
        put: &mut impl FnMut(Row<'w>, &mut SeededRng) -> Result<(), DemoError>,
        saw: &mut impl FnMut(Seen<'w>, &mut SeededRng) -> Result<(), DemoError>,
    ) -> Result<(), DemoError> {
        let mut instants: Vec<i64> = (0..arrivals).map(|_| viewer::arrival_ms(broadcast, rng)).collect();
        instants.sort_unstable();
        for at_ms in instants {
            self.arrive(broadcast, at_ms, rng, put, saw)?;
        }
        Ok(())
    }

    fn arrive<'w>(
        &mut self,
        broadcast: &'w Broadcast,
        at_ms: i64,
        rng: &mut SeededRng,
        put: &mut impl FnMut(Row<'w>, &mut SeededRng) -> Result<(), DemoError>,
        saw: &mut impl FnMut(Seen<'w>, &mut SeededRng) -> Result<(), DemoError>,
    ) -> Result<(), DemoError> {
        let market = &MARKETS[broadcast.market];
        let days = &self.days[broadcast.market];
        let who @ (viewer, _) = viewer::arriving(broadcast, &self.pools, at_ms, rng);
        let memory = self.memories.entry(viewer).or_default();
        if memory.is_baited(days.at(at_ms)) && !rng.happens(CLICKBAIT.comes) {
            return Ok(());
        }
        let network = STREAMS.network;
        let has_bad_network = has_bad_network(self.seed, viewer);
        let (chance, clicks) =
            if has_bad_network { (network.bad, network.clicks) } else { (network.bad_elsewhere, 1.0) };
        let view = View::draw(chance, has_bad_network, rng);
        if view.quality.is_bad() {
            memory.met_bad_stream(days.at(at_ms));
        }
        let loss = STREAMS.loss_in(market.code);
        let inclination = |at_ms, rate: f64| {
            let missing = if memory.is_annoyed(days.at(at_ms)) { loss } else { 0.0 };
            (rate * clicks - missing).max(0.0)
        };
        let is_baiting = CLICKBAIT.is_in(broadcast.platform.name, market.code);
        let (mut baited_at_ms, mut last_ms) = (None, at_ms);
        viewer::look_around(broadcast, who, at_ms, &inclination, rng, &mut |row, rng| {
            if row.event == Event::Entry && row.cover == self.bait && is_baiting {
                baited_at_ms = Some(row.occurred_at_ms);
            }
            last_ms = row.occurred_at_ms;
            put(row, rng)
        })?;
        if let Some(baited_at_ms) = baited_at_ms {
            memory.was_baited(days.at(baited_at_ms));
        }
        let watch_seconds = (last_ms - at_ms) / 1000 + LAST_SECONDS + i64::from(view.stall_seconds);
        saw(Seen { number: 0, at_ms, broadcast, viewer, view, watch_seconds }, rng)
    }
}

/// Whether this viewer has a bad network, today and always.
pub(super) fn has_bad_network(seed: u64, viewer: u32) -> bool {
    SeededRng::new(seed, mix(NETWORKS ^ u64::from(viewer))).happens(STREAMS.network.share)
}

/// The random streams of viewers' networks have numbers made from this.
const NETWORKS: u64 = 1 << 41;
