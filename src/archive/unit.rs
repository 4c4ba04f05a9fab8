//! What is published as one: a market-day, or what there is to say about the exports of one date.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::{MarketDay, MarketId, PlatformId};

/// What one receipt speaks of.
///
/// Rejects, and what exports report about themselves, have receipts of their own, because one export feeds several
/// market-days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Shape", into = "Shape")]
pub enum Unit {
    /// The tables of a market-day.
    MarketDay(MarketDay),
    /// The records of a platform's exports of one date that could not be counted, and what these exports report
    /// about themselves.
    Rejects {
        /// The platform.
        platform: PlatformId,
        /// The date in the exports' paths; `None` for exports whose path has none.
        export_date: Option<Date>,
    },
}

/// A published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    /// Counts by broadcast and cover.
    Funnel,
    /// Rates by slot and audience.
    SlotAudience,
    /// What the platform offers.
    Capability,
    /// Persons against times.
    Bridge,
    /// Records that were not counted, with their reasons.
    Rejects,
    /// What exports report, against their own rows.
    Reconciliation,
}

impl TableName {
    /// Every table.
    pub const ALL: [Self; 6] =
        [Self::Funnel, Self::SlotAudience, Self::Capability, Self::Bridge, Self::Rejects, Self::Reconciliation];

    /// Its folder in the archive, and its word in receipts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Funnel => "funnel",
            Self::SlotAudience => "slot_audience",
            Self::Capability => "capability",
            Self::Bridge => "bridge",
            Self::Rejects => "rejects",
            Self::Reconciliation => "reconciliation",
        }
    }

    /// Whether a unit can do without it: without rows it is published only where it replaces one.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::Bridge | Self::Rejects | Self::Reconciliation)
    }

    /// Whether it is of exports of a date and not of a market-day.
    #[must_use]
    pub const fn is_of_exports(self) -> bool {
        matches!(self, Self::Rejects | Self::Reconciliation)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Unit {
    /// The platform.
    #[must_use]
    pub const fn platform(&self) -> &PlatformId {
        match self {
            Self::MarketDay(day) => &day.platform,
            Self::Rejects { platform, .. } => platform,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarketDay(day) => day.fmt(f),
            Self::Rejects { platform, export_date: Some(date) } => write!(f, "{platform}/rejects/{date}"),
            Self::Rejects { platform, export_date: None } => write!(f, "{platform}/rejects/undated"),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shape {
    MarketDay { platform: PlatformId, market: MarketId, local_date: Date },
    Rejects { platform: PlatformId, export_date: Option<Date> },
}

impl From<Unit> for Shape {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::MarketDay(MarketDay { platform, market, local_date }) => {
                Self::MarketDay { platform, market, local_date }
            }
            Unit::Rejects { platform, export_date } => Self::Rejects { platform, export_date },
        }
    }
}

impl From<Shape> for Unit {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::MarketDay { platform, market, local_date } => {
                Self::MarketDay(MarketDay { platform, market, local_date })
            }
            Shape::Rejects { platform, export_date } => Self::Rejects { platform, export_date },
        }
    }
}
