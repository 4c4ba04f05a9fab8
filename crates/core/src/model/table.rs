//! The published tables, the families of those that are made together, and the version of each family's numbers.
//!
//! Whoever changes a byte of a table that is made from unchanged inputs raises the version of its family by one, by hand.
//! Fingerprints hold it, so everything that was made by another version is due again. `tests/it/numbers.rs` fails when
//! bytes change and the version does not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::columns as c;

/// Version of what is counted of a market-day: `funnel` and `turns`, and what of `slot_audience`, `capability` and `bridge`
/// these do not hold (`crates/report/src/published.rs` says what that is).
const MARKET_DAYS: u32 = 4;
/// Version of what is derived from that: `slot_audience`, `capability` and `bridge`. Raised alone, these are rendered from
/// the archive, without an export. It began where the two were one.
const MARKET_DAYS_DERIVED: u32 = 4;
/// Version of `rejects` and `reconciliation`.
const REJECTS: u32 = 3;
/// Version of `cover`, `cover_broadcast`, `mix`, `diagnosis`, `slot_plan`, `localization` and `false_winners`.
const DECISIONS: u32 = 3;
/// Version of `experiment` and `experiment_balance`.
const EXPERIMENTS: u32 = 3;

/// Tables that are made together, by the same rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFamily {
    /// Of a market-day.
    MarketDays,
    /// Of the exports of a date.
    Rejects,
    /// Of a platform in a market as of a date.
    Decisions,
    /// Of an experiment as of a date.
    Experiments,
}

impl TableFamily {
    /// The version of its numbers.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::MarketDays => MARKET_DAYS,
            Self::Rejects => REJECTS,
            Self::Decisions => DECISIONS,
            Self::Experiments => EXPERIMENTS,
        }
    }

    /// The version of the tables that are derived from others of the same unit; where there are none, that of its numbers.
    #[must_use]
    pub const fn derived_version(self) -> u32 {
        match self {
            Self::MarketDays => MARKET_DAYS_DERIVED,
            Self::Rejects | Self::Decisions | Self::Experiments => self.version(),
        }
    }

    /// The name of its constant in this file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MarketDays => "MARKET_DAYS",
            Self::Rejects => "REJECTS",
            Self::Decisions => "DECISIONS",
            Self::Experiments => "EXPERIMENTS",
        }
    }
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
    /// Covers against each other.
    Cover,
    /// Covers by broadcast.
    CoverBroadcast,
    /// What a change of a rate is made of.
    Mix,
    /// What a cover promises, and what the room holds.
    Diagnosis,
    /// When to go on air.
    SlotPlan,
    /// What localized versions gained.
    Localization,
    /// How often a test of nothing would have had a winner.
    FalseWinners,
    /// How the variants of an experiment stand.
    Experiment,
    /// How evenly they were shown.
    ExperimentBalance,
    /// Counts by turns of a rotation.
    Turns,
}

impl TableName {
    /// Every table.
    pub const ALL: [Self; 16] = [
        Self::Funnel,
        Self::SlotAudience,
        Self::Capability,
        Self::Bridge,
        Self::Rejects,
        Self::Reconciliation,
        Self::Cover,
        Self::CoverBroadcast,
        Self::Mix,
        Self::Diagnosis,
        Self::SlotPlan,
        Self::Localization,
        Self::FalseWinners,
        Self::Experiment,
        Self::ExperimentBalance,
        Self::Turns,
    ];

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
            Self::Cover => "cover",
            Self::CoverBroadcast => "cover_broadcast",
            Self::Mix => "mix",
            Self::Diagnosis => "diagnosis",
            Self::SlotPlan => "slot_plan",
            Self::Localization => "localization",
            Self::FalseWinners => "false_winners",
            Self::Experiment => "experiment",
            Self::ExperimentBalance => "experiment_balance",
            Self::Turns => "turns",
        }
    }

    /// Whether a unit can do without it: without rows it is published only where it replaces one.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        matches!(
            self,
            Self::Bridge
                | Self::Rejects
                | Self::Reconciliation
                | Self::Localization
                | Self::FalseWinners
                | Self::ExperimentBalance
                | Self::Turns
        )
    }

    /// The column of the date by which it is published; the same in its path.
    #[must_use]
    pub const fn date_column(self) -> &'static str {
        match self {
            Self::Funnel | Self::SlotAudience | Self::Capability | Self::Bridge | Self::Turns => c::LOCAL_DATE,
            Self::Rejects | Self::Reconciliation => c::EXPORT_DATE,
            Self::Cover
            | Self::CoverBroadcast
            | Self::Mix
            | Self::Diagnosis
            | Self::SlotPlan
            | Self::Localization
            | Self::FalseWinners
            | Self::Experiment
            | Self::ExperimentBalance => c::AS_OF,
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TableName {
    /// With which others it is made.
    #[must_use]
    pub const fn family(self) -> TableFamily {
        match self {
            Self::Funnel | Self::SlotAudience | Self::Capability | Self::Bridge | Self::Turns => {
                TableFamily::MarketDays
            }
            Self::Rejects | Self::Reconciliation => TableFamily::Rejects,
            Self::Cover
            | Self::CoverBroadcast
            | Self::Mix
            | Self::Diagnosis
            | Self::SlotPlan
            | Self::Localization
            | Self::FalseWinners => TableFamily::Decisions,
            Self::Experiment | Self::ExperimentBalance => TableFamily::Experiments,
        }
    }

    /// Whether it is derived from other tables of its unit, so that it can be rendered from the archive.
    #[must_use]
    pub const fn is_derived(self) -> bool {
        matches!(self, Self::SlotAudience | Self::Capability | Self::Bridge)
    }

    /// The version of its numbers.
    #[must_use]
    pub const fn version(self) -> u32 {
        if self.is_derived() { self.family().derived_version() } else { self.family().version() }
    }

    /// The name of the constant of its version in this file.
    #[must_use]
    pub const fn version_name(self) -> &'static str {
        if self.is_derived() { "MARKET_DAYS_DERIVED" } else { self.family().as_str() }
    }
}
