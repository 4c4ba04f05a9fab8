//! A unit of publication: a market-day, the rejects of one export date, the decisions as of a date, an experiment, a part
//! of the library of covers, or a morning brief.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// The subject of a receipt.
///
/// Rejects and reconciliation have separate receipts, because one export is read for several market-days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Shape", into = "Shape")]
pub enum Unit {
    /// The tables of a market-day.
    MarketDay(MarketDay),
    /// The records of a platform's exports of one date that could not be counted, and the totals and rates that these exports
    /// report.
    Rejects {
        /// The platform.
        platform: PlatformId,
        /// The date in the exports' paths; `None` for exports whose path has none.
        export_date: Option<Date>,
    },
    /// The decisions from the market-days of a platform in a market up to a date.
    Decisions {
        /// The platform.
        platform: PlatformId,
        /// The market.
        market: MarketId,
        /// The last local date that they are derived from.
        as_of: Date,
    },
    /// The state of an experiment.
    Experiment {
        /// Its name.
        experiment: String,
        /// The last local date that it is derived from.
        as_of: Date,
    },
    /// The pictures of covers, and what is declared of them. There is one.
    Catalogue,
    /// The covers of a platform in a market in a month.
    CoverMonth {
        /// The platform.
        platform: PlatformId,
        /// The market.
        market: MarketId,
        /// The first day of the month.
        month: Date,
    },
    /// Every cover ever aired, as of a date.
    Library {
        /// The last local date that it is derived from.
        as_of: Date,
    },
    /// What viewers of a platform in a market did over days, up to a date.
    Viewers {
        /// The platform.
        platform: PlatformId,
        /// The market.
        market: MarketId,
        /// The last local date that it is derived from.
        as_of: Date,
    },
    /// The morning brief as of a date: what is advised, and the page that says it.
    Brief {
        /// The last local date that was published anywhere.
        as_of: Date,
    },
}

impl Unit {
    /// Whether its tables are put at their current paths one after the other, so that the presence of the last one shows that
    /// all are there. There are many tables, and every night checks all units of the newest date.
    #[must_use]
    pub const fn is_shown_in_order(&self) -> bool {
        matches!(
            self,
            Self::Decisions { .. }
                | Self::Experiment { .. }
                | Self::Catalogue
                | Self::Library { .. }
                | Self::Viewers { .. }
                | Self::Brief { .. }
        )
    }

    /// The platform that it is of; `None` of those that hold several.
    #[must_use]
    pub const fn platform(&self) -> Option<&PlatformId> {
        match self {
            Self::MarketDay(MarketDay { platform, .. })
            | Self::Rejects { platform, .. }
            | Self::Decisions { platform, .. }
            | Self::CoverMonth { platform, .. }
            | Self::Viewers { platform, .. } => Some(platform),
            Self::Experiment { .. } | Self::Catalogue | Self::Library { .. } | Self::Brief { .. } => None,
        }
    }

    /// The market that it is of; `None` of those that hold several.
    #[must_use]
    pub const fn market(&self) -> Option<&MarketId> {
        match self {
            Self::MarketDay(MarketDay { market, .. })
            | Self::Decisions { market, .. }
            | Self::CoverMonth { market, .. }
            | Self::Viewers { market, .. } => Some(market),
            Self::Rejects { .. }
            | Self::Experiment { .. }
            | Self::Catalogue
            | Self::Library { .. }
            | Self::Brief { .. } => None,
        }
    }

    /// The date by which its tables are published: what [`TableName::date_column`](super::TableName::date_column) holds. `None`
    /// of the catalogue, and of rejects whose export has no date.
    #[must_use]
    pub const fn date(&self) -> Option<Date> {
        match self {
            Self::MarketDay(MarketDay { local_date, .. }) => Some(*local_date),
            Self::Rejects { export_date, .. } => *export_date,
            Self::Decisions { as_of, .. }
            | Self::Experiment { as_of, .. }
            | Self::Library { as_of }
            | Self::Viewers { as_of, .. }
            | Self::Brief { as_of } => Some(*as_of),
            Self::CoverMonth { month, .. } => Some(*month),
            Self::Catalogue => None,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarketDay(day) => day.fmt(f),
            Self::Rejects { platform, export_date: Some(date) } => write!(f, "{platform}/rejects/{date}"),
            Self::Rejects { platform, export_date: None } => write!(f, "{platform}/rejects/undated"),
            Self::Decisions { platform, market, as_of } => write!(f, "{platform}/{market}/decisions/{as_of}"),
            Self::Experiment { experiment, as_of } => write!(f, "experiment/{experiment}/{as_of}"),
            Self::Catalogue => f.write_str("catalogue"),
            Self::CoverMonth { platform, market, month } => write!(f, "{platform}/{market}/covers/{month}"),
            Self::Library { as_of } => write!(f, "library/{as_of}"),
            Self::Viewers { platform, market, as_of } => write!(f, "{platform}/{market}/viewers/{as_of}"),
            Self::Brief { as_of } => write!(f, "brief/{as_of}"),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shape {
    MarketDay { platform: PlatformId, market: MarketId, local_date: Date },
    Rejects { platform: PlatformId, export_date: Option<Date> },
    Decisions { platform: PlatformId, market: MarketId, as_of: Date },
    Experiment { experiment: String, as_of: Date },
    Catalogue,
    CoverMonth { platform: PlatformId, market: MarketId, month: Date },
    Library { as_of: Date },
    Viewers { platform: PlatformId, market: MarketId, as_of: Date },
    Brief { as_of: Date },
}

impl From<Unit> for Shape {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::MarketDay(MarketDay { platform, market, local_date }) => {
                Self::MarketDay { platform, market, local_date }
            }
            Unit::Rejects { platform, export_date } => Self::Rejects { platform, export_date },
            Unit::Decisions { platform, market, as_of } => Self::Decisions { platform, market, as_of },
            Unit::Experiment { experiment, as_of } => Self::Experiment { experiment, as_of },
            Unit::Catalogue => Self::Catalogue,
            Unit::CoverMonth { platform, market, month } => Self::CoverMonth { platform, market, month },
            Unit::Library { as_of } => Self::Library { as_of },
            Unit::Viewers { platform, market, as_of } => Self::Viewers { platform, market, as_of },
            Unit::Brief { as_of } => Self::Brief { as_of },
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
            Shape::Decisions { platform, market, as_of } => Self::Decisions { platform, market, as_of },
            Shape::Experiment { experiment, as_of } => Self::Experiment { experiment, as_of },
            Shape::Catalogue => Self::Catalogue,
            Shape::CoverMonth { platform, market, month } => Self::CoverMonth { platform, market, month },
            Shape::Library { as_of } => Self::Library { as_of },
            Shape::Viewers { platform, market, as_of } => Self::Viewers { platform, market, as_of },
            Shape::Brief { as_of } => Self::Brief { as_of },
        }
    }
}
