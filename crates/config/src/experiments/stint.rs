//! How long a cover stays on air: turns in a row that keep it are one stint, and between two stints is a switch.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Experiment, PlannedTurn};
use coverledger_core::model::MarketId;

/// A cover on air without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stint {
    /// The market's date on which it begins.
    pub local_date: Date,
    /// The slot in which it begins, by its place among the market's.
    pub slot: usize,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// Until when viewers may still have seen the cover before.
    pub settles_at: Timestamp,
    /// Its end, exclusive.
    pub ends_at: Timestamp,
    /// Index into [`Experiment::covers`].
    pub cover: usize,
    /// The cover that goes off air when it begins; `None` where no turn ends there.
    pub instead_of: Option<usize>,
}

impl Experiment {
    /// The stints of its rotation in a market, in order of time, up to the last date that counts; none of a split.
    #[must_use]
    pub fn stints(&self, market: &MarketId) -> Vec<Stint> {
        let turns = self.counted_turns(market);
        (0..turns.len()).filter_map(|at| stint(turns, at)).collect()
    }

    /// Those of them that begin after an instant, up to another one.
    #[must_use]
    pub fn stints_within(&self, market: &MarketId, after: Timestamp, until: Timestamp) -> Vec<Stint> {
        let turns = self.counted_turns(market);
        let begin = |at: Timestamp| turns.partition_point(|turn| turn.starts_at <= at);
        (begin(after)..begin(until)).filter_map(|at| stint(turns, at)).collect()
    }

    /// The one in which an instant lies, and the one after it.
    #[must_use]
    pub fn stints_at(&self, market: &MarketId, at: Timestamp) -> (Option<Stint>, Option<Stint>) {
        let turns = self.counted_turns(market);
        let begun = turns.partition_point(|turn| turn.starts_at <= at);
        let now = (0..begun).rev().find_map(|turn| stint(turns, turn)).filter(|stint| at < stint.ends_at);
        (now, (begun..turns.len()).find_map(|turn| stint(turns, turn)))
    }

    fn counted_turns(&self, market: &MarketId) -> &[PlannedTurn] {
        let turns = self.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(market));
        &turns[..turns.partition_point(|turn| turn.local_date <= self.last_date())]
    }
}

/// The stint that begins with a turn; `None` where the turn keeps the cover of the one before.
fn stint(turns: &[PlannedTurn], at: usize) -> Option<Stint> {
    let PlannedTurn { local_date, slot, starts_at, settles_at, mut ends_at, cover } = *turns.get(at)?;
    let before =
        at.checked_sub(1).and_then(|before| turns.get(before)).filter(|before| before.ends_at == starts_at);
    let instead_of = before.map(|before| before.cover);
    if instead_of == Some(cover) {
        return None;
    }
    for turn in turns.iter().skip(at + 1).take_while(|turn| turn.cover == cover) {
        if turn.starts_at != ends_at {
            break;
        }
        ends_at = turn.ends_at;
    }
    Some(Stint { local_date, slot, starts_at, settles_at, ends_at, cover, instead_of })
}
