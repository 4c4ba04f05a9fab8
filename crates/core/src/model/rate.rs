//! The rates of the counts: each is declared once, with the counts that it is made of.

use super::Count;
use super::columns as c;

/// One count divided by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Its column in tables and its key in `rates` of an export.
    pub name: &'static str,
    /// The count above the line.
    pub of: Count,
    /// The count below the line.
    pub among: Count,
    /// What it is a number of.
    pub unit: &'static str,
    /// Whether what is counted above the line can come several times for one below it.
    pub may_exceed_one: bool,
}

/// Every rate that tables have with an interval, in the order of their columns. Where the ratio exceeds one it is no
/// proportion and has no interval.
pub const RATES: [Rate; 5] = [
    share(c::CTR, Count::Clicks, Count::Impressions),
    share(c::EFFECTIVE_CTR, Count::Entrants, Count::Impressions),
    Rate {
        name: c::CLICK_CONVERSION,
        of: Count::Orders,
        among: Count::Entrants,
        unit: "orders per entrant",
        may_exceed_one: true,
    },
    share(c::VIEWER_CTR, Count::Clickers, Count::UniqueImpressions),
    share(c::STAY_RATE, Count::Stays, Count::Entries),
];

/// Entries ÷ clicks: a step of `diagnosis`, and no rate of its own. Entries need no click, so it may exceed one.
pub const ENTERING: Rate = Rate {
    name: c::ENTER_RATE,
    of: Count::Entries,
    among: Count::Clicks,
    unit: "entries per click",
    may_exceed_one: true,
};

const fn share(name: &'static str, of: Count, among: Count) -> Rate {
    Rate { name, of, among, unit: "share", may_exceed_one: false }
}

impl Rate {
    /// The rate whose column this is.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RATES.iter().find(|rate| rate.name == name)
    }
}
