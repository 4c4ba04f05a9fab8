//! Which cover is on air when: turns of a rotation, drawn by a seed, so that anyone can draw them again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Experiment, Rotation};
use crate::Market;
use coverledger_core::model::{MarketId, TurnSpan};
use coverledger_core::time::{Cuts, Stretch, Timeline};
use coverledger_stats::SeededRng;

/// One turn of one cover in one market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTurn {
    /// The market's date.
    pub local_date: Date,
    /// Index into the market's slots.
    pub slot: usize,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// Until when viewers may still have seen the cover before; its first instant where the cover stays.
    pub settles_at: Timestamp,
    /// Its end, exclusive.
    pub ends_at: Timestamp,
    /// Index into [`Experiment::covers`].
    pub cover: usize,
}

impl PlannedTurn {
    /// The same in microseconds, without its cover.
    #[must_use]
    pub fn span(&self) -> TurnSpan {
        TurnSpan {
            starts_us: self.starts_at.as_microsecond(),
            settles_us: self.settles_at.as_microsecond(),
            ends_us: self.ends_at.as_microsecond(),
        }
    }
}

/// All turns of a rotation, by market, in order of time.
///
/// Each slot of each local date is cut from its start into turns; what a change of offset leaves over at its end is a
/// shorter turn. The turns of one slot of a market, from date to date, are filled with seeded permuted blocks in which
/// every cover comes once, so that within a slot no cover ever has had two turns more than another (randomized blocks,
/// Fisher 1935).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnSchedule(BTreeMap<MarketId, Vec<PlannedTurn>>);

impl TurnSchedule {
    /// Draws the turns. Another seed gives another schedule, as likely as this one. A market that is not in `markets`
    /// has no turns.
    #[must_use]
    pub fn new(
        experiment: &Experiment,
        rotation: &Rotation,
        markets: &BTreeMap<MarketId, Market>,
        seed: u64,
    ) -> Self {
        let known = experiment.markets.iter().filter_map(|id| markets.get(id).map(|market| (id, market)));
        Self(known.map(|(id, market)| (id.clone(), turns(experiment, rotation, id, market, seed))).collect())
    }

    /// The turns in a market, in order of time.
    #[must_use]
    pub fn turns(&self, market: &MarketId) -> &[PlannedTurn] {
        self.0.get(market).map_or(&[], Vec::as_slice)
    }

    /// SHA-256 in hex of every turn, its cover by name: equal for equal schedules.
    #[must_use]
    pub fn sha256(&self, covers: &[String]) -> String {
        let mut text = String::new();
        for (market, turns) in &self.0 {
            for turn in turns {
                let PlannedTurn { local_date, slot, starts_at, settles_at, ends_at, cover } = turn;
                let cover = covers.get(*cover).map_or("", String::as_str);
                let _ = writeln!(text, "{market} {local_date} {slot} {starts_at} {settles_at} {ends_at} {cover}");
            }
        }
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

fn turns(
    experiment: &Experiment,
    rotation: &Rotation,
    id: &MarketId,
    market: &Market,
    seed: u64,
) -> Vec<PlannedTurn> {
    let covers = experiment.covers.len();
    let mut draws: Vec<Draws> = (0..market.slots.names().len()).map(|slot| Draws::new(seed, id, slot)).collect();
    let mut turns: Vec<PlannedTurn> = Vec::new();
    let dates = experiment.from.series(jiff::Span::new().days(1)).take_while(|date| *date <= experiment.to);
    let timeline = Timeline::of_dates(&market.day, Some(&market.slots), dates, &Cuts::default());
    for Stretch { place, start_us, end_us } in timeline.stretches() {
        let Some(slot) = place.slot else { continue };
        let (mut starts_at, stretch_ends_at) = (instant(start_us), instant(end_us));
        while starts_at < stretch_ends_at {
            let ends_at = later(starts_at, rotation.turn_seconds).min(stretch_ends_at);
            let cover = draws[slot].next(covers);
            let stays = turns.last().is_some_and(|last| last.cover == cover && last.ends_at == starts_at);
            let settles_at = later(starts_at, rotation.burn_in_seconds).min(ends_at);
            turns.push(PlannedTurn {
                local_date: place.local_date,
                slot,
                starts_at,
                settles_at: if stays { starts_at } else { settles_at },
                ends_at,
                cover,
            });
            starts_at = ends_at;
        }
    }
    turns
}

fn instant(at_us: i64) -> Timestamp {
    Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::MAX)
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_add(seconds)).unwrap_or(Timestamp::MAX)
}

/// The covers of one slot of a market, block after block.
struct Draws {
    chance: SeededRng,
    block: Vec<usize>,
}

impl Draws {
    /// Every slot of every market draws for itself, so that a schedule stays where another market joins.
    fn new(seed: u64, market: &MarketId, slot: usize) -> Self {
        let digest = Sha256::digest(format!("{market}/{slot}").as_bytes());
        let stream = digest.iter().take(8).fold(0_u64, |stream, byte| (stream << 8) | u64::from(*byte));
        Self { chance: SeededRng::new(seed, stream), block: Vec::new() }
    }

    fn next(&mut self, covers: usize) -> usize {
        if self.block.is_empty() {
            self.block = (0..covers).collect();
            self.chance.shuffle(&mut self.block);
        }
        self.block.pop().unwrap_or(0)
    }
}
