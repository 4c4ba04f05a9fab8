//! The counted signals: each is declared once, in the list below, with all that the program has to know about it.
//!
//! From the list come [`Count`] and [`Counts`], the key in configuration, the columns of every table that has counts with
//! their units and sentences, and the names of totals in receipts.

use serde::{Deserialize, Serialize};

/// What there is to know about a counted signal.
struct Signal {
    /// Its column in tables and its key in configuration.
    word: &'static str,
    /// What it is a number of.
    unit: &'static str,
    /// Of a count of viewers, the count of what they did.
    times_of: Option<Count>,
    /// Its name in the totals of receipts.
    total: &'static str,
    /// What it is, in one sentence.
    about: &'static str,
    /// The schema version of tables that brought its columns. Those of 1 stand together; those of a later count come at the
    /// end of each table, behind all that older files have.
    since: u32,
}

/// Declares [`Count`], [`Counts`] and what there is to know about each.
macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident / $field:ident { $($fact:ident: $value:expr,)* })*) => {
        /// A counted signal. The order is that of the tables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Count {
            $($(#[$doc])* $name,)*
        }

        /// The counts of one cell. All are sums over rows, so any roll-up is a sum again; but only over rows that were
        /// counted under one convention, which is why sums of published cells are made by [`super::Series`] and nowhere
        /// else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct Counts {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl Count {
            /// Every count.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            const fn signal(self) -> Signal {
                match self {
                    $(Self::$name => Signal { $($fact: $value,)* },)*
                }
            }
        }

        impl Counts {
            /// The count of that name; dwell in milliseconds.
            #[must_use]
            pub const fn get(&self, count: Count) -> u64 {
                match count {
                    $(Count::$name => self.$field,)*
                }
            }

            /// The count of that name, to be changed.
            pub const fn get_mut(&mut self, count: Count) -> &mut u64 {
                match count {
                    $(Count::$name => &mut self.$field,)*
                }
            }
        }
    };
}

const DISPLAYS: &str = "displays, or viewers: see `impression_basis`";
const VIEWERS: &str = "viewers: see `unique_basis`";

signals! {
    /// Times a cover was shown.
    Impressions / impressions {
        word: "impressions",
        unit: DISPLAYS,
        times_of: None,
        total: "impressions",
        about: "times a cover was shown",
        since: 1,
    }
    /// Viewers credited here with their first impression of the day (per broadcast and cover).
    UniqueImpressions / unique_impressions {
        word: "unique_impressions",
        unit: VIEWERS,
        times_of: Some(Count::Impressions),
        total: "unique_impressions",
        about: "viewers credited here with their first impression",
        since: 1,
    }
    /// Clicks on the cover, as the platform means them.
    Clicks / clicks {
        word: "clicks",
        unit: "clicks: see `click_event`",
        times_of: None,
        total: "clicks",
        about: "clicks on the cover as the platform means them; entries where the entry is the click and no click is mapped",
        since: 1,
    }
    /// Viewers credited here with their first click of the day.
    Clickers / clickers {
        word: "clickers",
        unit: VIEWERS,
        times_of: Some(Count::Clicks),
        total: "clickers",
        about: "viewers credited here with their first click",
        since: 1,
    }
    /// Room entries.
    Entries / entries {
        word: "entries",
        unit: "entries",
        times_of: None,
        total: "entries",
        about: "room entries",
        since: 1,
    }
    /// Viewers credited here with their first entry of the day.
    Entrants / entrants {
        word: "entrants",
        unit: VIEWERS,
        times_of: Some(Count::Entries),
        total: "entrants",
        about: "viewers credited here with their first entry",
        since: 1,
    }
    /// Entries that lasted at least the configured seconds.
    Stays / stays {
        word: "stays",
        unit: "entries",
        times_of: None,
        total: "stays",
        about: "entries that lasted at least `stay_seconds`",
        since: 1,
    }
    /// Time in the room; carried in milliseconds, as whole numbers add up the same in any order, and published in seconds.
    Dwell / dwell_ms {
        word: "dwell_seconds",
        unit: "seconds",
        times_of: None,
        total: "dwell_ms",
        about: "time in the room; a whole number of milliseconds",
        since: 1,
    }
    /// Paid orders.
    Orders / orders {
        word: "orders",
        unit: "orders",
        times_of: None,
        total: "orders",
        about: "paid orders",
        since: 1,
    }
}

impl Count {
    /// Its column in tables and its key in configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.signal().word
    }

    /// What it is a number of.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        self.signal().unit
    }

    /// What it is, in one sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.signal().about
    }

    /// The schema version of tables that brought its columns.
    #[must_use]
    pub const fn since(self) -> u32 {
        self.signal().since
    }

    /// Those whose columns every file has.
    pub fn first() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|count| count.since() == 1)
    }

    /// Those whose columns stand at the end of a table.
    pub fn later() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|count| count.since() > 1)
    }

    /// Its name in the totals of receipts, which are in whole numbers.
    #[must_use]
    pub const fn total(self) -> &'static str {
        self.signal().total
    }

    /// Whether it is a time, which is published as a fraction of seconds.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Dwell)
    }

    /// Whether it counts viewers rather than happenings.
    #[must_use]
    pub const fn is_unique(self) -> bool {
        self.signal().times_of.is_some()
    }

    /// What a unique count counts the viewers of.
    #[must_use]
    pub const fn times_of(self) -> Option<Self> {
        self.signal().times_of
    }
}

impl Counts {
    /// Adds counts of the same cell, or of cells whose conventions the caller has found to be one.
    ///
    /// A sum beyond 64 bits stays at their end, in whatever order it is made: such a table is refused, not one that
    /// begins again at nothing.
    pub fn add(&mut self, other: &Self) {
        for count in Count::ALL {
            *self.get_mut(count) = self.get(count).saturating_add(other.get(count));
        }
    }
}

/// A set of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct CountSet(u16);

impl CountSet {
    /// All of them.
    pub const ALL: Self = Self((1 << Count::ALL.len()) - 1);

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
