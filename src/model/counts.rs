//! Counts and the facts they belong to.

use std::ops::AddAssign;
use std::sync::Arc;

/// The counts of one cell. All are sums over rows, so any roll-up is a sum again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Times a cover was shown.
    pub impressions: u64,
    /// Viewers credited here with their first impression of the day (per broadcast and cover).
    pub unique_impressions: u64,
    /// Clicks on the cover, as the platform means them.
    pub clicks: u64,
    /// Viewers credited here with their first click of the day.
    pub clickers: u64,
    /// Room entries.
    pub entries: u64,
    /// Viewers credited here with their first entry of the day.
    pub entrants: u64,
    /// Entries that lasted at least the configured seconds.
    pub stays: u64,
    /// Time in the room, in milliseconds: whole numbers add up the same in any order.
    pub dwell_ms: u64,
    /// Paid orders.
    pub orders: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.impressions += other.impressions;
        self.unique_impressions += other.unique_impressions;
        self.clicks += other.clicks;
        self.clickers += other.clickers;
        self.entries += other.entries;
        self.entrants += other.entrants;
        self.stays += other.stays;
        self.dwell_ms += other.dwell_ms;
        self.orders += other.orders;
    }
}

/// One funnel fact within a market-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Index into the market's slot table.
    pub slot: usize,
    /// The audience, as configured: `f / 25-34`.
    pub audience: Arc<str>,
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// The cover.
    pub cover_id: Arc<str>,
    /// What was counted.
    pub counts: Counts,
}
