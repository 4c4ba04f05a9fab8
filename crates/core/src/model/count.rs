//! The counts by name, and sets of them.

use super::Counts;
use super::columns as c;

/// A counted thing. The order is that of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Times a cover was shown.
    Impressions,
    /// Viewers with an impression.
    UniqueImpressions,
    /// Clicks on the cover.
    Clicks,
    /// Viewers with a click.
    Clickers,
    /// Room entries.
    Entries,
    /// Viewers with an entry.
    Entrants,
    /// Entries that lasted.
    Stays,
    /// Time in the room; carried in milliseconds, published in seconds.
    Dwell,
    /// Paid orders.
    Orders,
}

impl Count {
    /// Every count.
    pub const ALL: [Self; 9] = [
        Self::Impressions,
        Self::UniqueImpressions,
        Self::Clicks,
        Self::Clickers,
        Self::Entries,
        Self::Entrants,
        Self::Stays,
        Self::Dwell,
        Self::Orders,
    ];

    /// Its column in tables and its key in configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Impressions => c::IMPRESSIONS,
            Self::UniqueImpressions => c::UNIQUE_IMPRESSIONS,
            Self::Clicks => c::CLICKS,
            Self::Clickers => c::CLICKERS,
            Self::Entries => c::ENTRIES,
            Self::Entrants => c::ENTRANTS,
            Self::Stays => c::STAYS,
            Self::Dwell => c::DWELL_SECONDS,
            Self::Orders => c::ORDERS,
        }
    }

    /// Whether it counts viewers rather than happenings.
    #[must_use]
    pub const fn is_unique(self) -> bool {
        matches!(self, Self::UniqueImpressions | Self::Clickers | Self::Entrants)
    }

    /// What a unique count counts the viewers of.
    #[must_use]
    pub const fn times_of(self) -> Option<Self> {
        match self {
            Self::UniqueImpressions => Some(Self::Impressions),
            Self::Clickers => Some(Self::Clicks),
            Self::Entrants => Some(Self::Entries),
            _ => None,
        }
    }
}

/// A set of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CountSet(u16);

impl CountSet {
    /// All of them.
    pub const ALL: Self = Self(0x1ff);

    /// Whether a count is in it.
    #[must_use]
    pub const fn has(self, count: Count) -> bool {
        self.0 & (1 << count as u16) != 0
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, count: Count) -> Self {
        Self(self.0 | 1 << count as u16)
    }

    /// Without one.
    #[must_use]
    pub const fn without(self, count: Count) -> Self {
        Self(self.0 & !(1 << count as u16))
    }

    /// With one more, if so.
    #[must_use]
    pub const fn with_if(self, count: Count, so: bool) -> Self {
        if so { self.with(count) } else { self }
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its counts, in the order of the tables.
    pub fn iter(self) -> impl Iterator<Item = Count> {
        Count::ALL.into_iter().filter(move |count| self.has(*count))
    }
}

impl FromIterator<Count> for CountSet {
    fn from_iter<I: IntoIterator<Item = Count>>(counts: I) -> Self {
        counts.into_iter().fold(Self::default(), Self::with)
    }
}

impl Counts {
    /// The count of that name; dwell in milliseconds.
    #[must_use]
    pub const fn get(&self, count: Count) -> u64 {
        match count {
            Count::Impressions => self.impressions,
            Count::UniqueImpressions => self.unique_impressions,
            Count::Clicks => self.clicks,
            Count::Clickers => self.clickers,
            Count::Entries => self.entries,
            Count::Entrants => self.entrants,
            Count::Stays => self.stays,
            Count::Dwell => self.dwell_ms,
            Count::Orders => self.orders,
        }
    }

    /// The count of that name, to be changed.
    pub const fn get_mut(&mut self, count: Count) -> &mut u64 {
        match count {
            Count::Impressions => &mut self.impressions,
            Count::UniqueImpressions => &mut self.unique_impressions,
            Count::Clicks => &mut self.clicks,
            Count::Clickers => &mut self.clickers,
            Count::Entries => &mut self.entries,
            Count::Entrants => &mut self.entrants,
            Count::Stays => &mut self.stays,
            Count::Dwell => &mut self.dwell_ms,
            Count::Orders => &mut self.orders,
        }
    }
}
