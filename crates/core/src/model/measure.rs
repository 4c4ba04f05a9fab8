//! A whole number that is known exactly or within bounds.

/// A count as an export states it: `1.35K` views are 1,350, and anything from 1,345 to 1,355.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measure {
    /// The least it can be.
    pub low: u64,
    /// As stated, or the nearest whole number to what it was derived as.
    pub value: u64,
    /// The most it can be.
    pub high: u64,
}

impl Measure {
    /// Known exactly.
    #[must_use]
    pub const fn exact(value: u64) -> Self {
        Self { low: value, value, high: value }
    }

    /// Whether there is nothing between its bounds.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.low == self.high
    }
}
