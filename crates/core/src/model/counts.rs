//! Plain sums of happenings in one cell.

/// The counts of one cell. All are sums over rows, so any roll-up is a sum again; but only over rows that were counted
/// under one convention, which is why sums of published cells are made by [`super::Series`] and nowhere else.
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

impl Counts {
    /// Adds counts of the same cell, or of cells whose conventions the caller has found to be one.
    ///
    /// A sum beyond 64 bits stays at their end, in whatever order it is made: such a table is refused, not one that
    /// begins again at nothing.
    pub fn add(&mut self, other: &Self) {
        for count in super::Count::ALL {
            *self.get_mut(count) = self.get(count).saturating_add(other.get(count));
        }
    }
}
