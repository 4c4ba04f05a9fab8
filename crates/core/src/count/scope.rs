//! Which exports each market-day of a run is counted from.

/// For every export of a run and every market-day: whether the export can hold rows of that day.
///
/// This also bounds deduplication: a market-day counts an event once over exactly the exports in its scope, so its
/// numbers do not depend on which other days a run settles.
#[derive(Debug, Clone)]
pub struct Scope {
    days: usize,
    covers: Vec<bool>,
    /// By market-day: since when a click needs an impression.
    orphans_from_us: Vec<Option<i64>>,
}

impl Scope {
    /// No export covers any day yet.
    #[must_use]
    pub fn new(exports: usize, days: usize) -> Self {
        Self { days, covers: vec![false; exports * days], orphans_from_us: vec![None; days] }
    }

    /// Lets an export cover a day.
    pub fn cover(&mut self, export: usize, day: usize) {
        self.covers[export * self.days + day] = true;
    }

    /// Whether it does.
    #[must_use]
    pub fn covers(&self, export: usize, day: usize) -> bool {
        self.covers[export * self.days + day]
    }

    /// Counts clicks without an impression on a market-day, from an instant on (microseconds since 1970, UTC): earlier
    /// clicks may have their impressions on the day before.
    pub fn count_orphans(&mut self, day: usize, from_us: i64) {
        self.orphans_from_us[day] = Some(from_us);
    }

    /// Since when they are counted on a market-day; `None` where they are not.
    #[must_use]
    pub fn orphans_from_us(&self, day: usize) -> Option<i64> {
        self.orphans_from_us[day]
    }

    /// Whether they are counted on any.
    #[must_use]
    pub fn counts_orphans(&self) -> bool {
        self.orphans_from_us.iter().any(Option::is_some)
    }

    /// How many exports there are.
    #[must_use]
    pub fn exports(&self) -> usize {
        self.covers.len().checked_div(self.days).unwrap_or(0)
    }

    /// How many market-days there are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.days
    }
}
