//! Which exports each market-day of a run stands on.

/// For every export of a run and every market-day: whether the export can hold rows of that day.
///
/// This is also the reach of deduplication: a market-day counts an event once over exactly the exports in its scope,
/// so its numbers do not depend on which other days a run happens to settle.
#[derive(Debug, Clone)]
pub struct Scope {
    days: usize,
    covers: Vec<bool>,
}

impl Scope {
    /// No export covers any day yet.
    #[must_use]
    pub fn new(exports: usize, days: usize) -> Self {
        Self { days, covers: vec![false; exports * days] }
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
