//! Comparisons of what an export reports about itself with its own rows.

use serde::{Deserialize, Serialize};

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was compared: the word of a count, or the name of a rate.
    pub metric: String,
    /// Against what.
    pub scope: CheckScope,
    /// Rows that were compared or summed.
    pub rows: u64,
    /// Of those, rows that disagree; 0 or 1 for a total.
    pub rows_off: u64,
    /// As the export reports it; for rates, in the row that disagrees most. `None` where nothing could be compared.
    pub reported: Option<Bounds>,
    /// As its counts give it.
    pub recomputed: Option<Bounds>,
    /// What to make of it.
    pub verdict: Verdict,
}

/// What was compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CheckScope {
    /// A row of totals against the sum of the rows.
    Total,
    /// A rate of a row against the counts of that row.
    Row,
}

/// A number within bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least it can be.
    pub low: f64,
    /// As stated or computed.
    pub value: f64,
    /// The most it can be.
    pub high: f64,
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The same, to the precision of the digits.
    Equal,
    /// The total is more than the rows, and the export is cut off at a number of rows.
    Capped,
    /// The rate is not the ratio that it is mapped as.
    MisMapped,
    /// Different or not comparable, for a reason that the export does not give.
    CannotTell,
}

impl CheckScope {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Row => "row",
        }
    }
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Equal, Self::Capped, Self::MisMapped, Self::CannotTell];

    /// The words in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal within rounding",
            Self::Capped => "export is capped",
            Self::MisMapped => "mis-mapped",
            Self::CannotTell => "cannot tell",
        }
    }
}
