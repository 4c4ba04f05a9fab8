//! Bars: pieces of five minutes by which a broadcast is followed.

use std::sync::Arc;

use super::{Count, CountSet, Era, Figures};

const MINUTE_US: i64 = 60_000_000;

/// Five minutes, aligned to five minutes of UTC. The order is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bar(i32);

impl Bar {
    /// How long each is.
    pub const MINUTES: i64 = 5;

    /// The bar of an instant (microseconds since 1970, UTC).
    #[must_use]
    #[inline]
    pub fn at(at_us: i64) -> Self {
        Self(i32::try_from(at_us.div_euclid(Self::MINUTES * MINUTE_US)).unwrap_or(i32::MAX))
    }

    /// The bar that a whole interval lies in; `None` of one that is longer than a bar, or lies in two.
    #[must_use]
    pub fn of_interval(start_us: i64, end_us: i64) -> Option<Self> {
        let bar = Self::at(start_us);
        (start_us < end_us && bar == Self::at(end_us - 1)).then_some(bar)
    }

    /// Its first instant (microseconds since 1970, UTC).
    #[must_use]
    pub fn start_us(self) -> i64 {
        i64::from(self.0) * Self::MINUTES * MINUTE_US
    }

    /// How many bars it is from the first of 1970.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The other way round.
    #[must_use]
    pub const fn numbered(number: i32) -> Self {
        Self(number)
    }
}

/// What a fact by bar is about, within a market-day. The order is that of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarKey {
    /// Under which convention it was counted.
    pub era: Era,
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// The cover.
    pub cover_id: Arc<str>,
    /// When.
    pub bar: Bar,
}

/// What was counted of a broadcast and cover in five minutes of a market-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarFact {
    /// What it is about.
    pub key: BarKey,
    /// What was counted; of [`BarFact::COUNTS`] and of nothing else.
    pub figures: Figures,
}

impl BarFact {
    /// What is counted by bars. Viewers are not: one who comes back after a bar is the same one.
    pub const COUNTS: [Count; 5] =
        [Count::Impressions, Count::Clicks, Count::Entries, Count::Stays, Count::Orders];

    /// The same as a set.
    #[must_use]
    pub fn counts() -> CountSet {
        Self::COUNTS.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_aligned_to_five_minutes_of_utc_before_1970_too() {
        for (minute, start) in [(0, 0), (4, 0), (5, 5), (9, 5), (-1, -5), (-5, -5), (-6, -10)] {
            let bar = Bar::at(minute * MINUTE_US);
            assert_eq!(bar.start_us(), start * MINUTE_US, "minute {minute}");
            assert_eq!(Bar::numbered(bar.number()), bar);
        }
    }

    #[test]
    fn an_interval_has_a_bar_if_all_of_it_lies_in_one() {
        let of = |from: i64, until: i64| {
            Bar::of_interval(from * MINUTE_US, until * MINUTE_US).map(|bar| bar.start_us() / MINUTE_US)
        };
        assert_eq!(of(5, 10), Some(5));
        assert_eq!(of(7, 8), Some(5));
        assert_eq!(of(9, 11), None, "it lies in two");
        assert_eq!(of(5, 11), None, "it is longer");
        assert_eq!(of(0, 60), None);
        assert_eq!(of(5, 5), None, "it is no time at all");
    }
}
