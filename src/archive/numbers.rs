//! Which version the published numbers have, by the family of tables that are made together.
//!
//! Whoever changes a byte of a table that is made from unchanged inputs raises the version of its family by one, by hand.
//! Fingerprints hold it, so everything that was made by another version is due again. `tests/it/numbers.rs` fails when
//! bytes change and the version does not.

use std::fmt::{Display, Write as _};

use super::{TableName, Unit};
use crate::store::sha256_hex;
use crate::time::tz_release;

/// Version of `funnel`, `slot_audience`, `capability`, `bridge` and `turns`.
const MARKET_DAYS: u32 = 4;
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

impl Unit {
    /// Which tables it has.
    #[must_use]
    pub const fn family(&self) -> TableFamily {
        match self {
            Self::MarketDay(_) => TableFamily::MarketDays,
            Self::Rejects { .. } => TableFamily::Rejects,
            Self::Decisions { .. } => TableFamily::Decisions,
            Self::Experiment { .. } => TableFamily::Experiments,
        }
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
}

/// Hash of all that a unit is made from, by which a later run knows that there is nothing new: the configuration, the
/// version of its numbers and the time-zone data, and line by line what is read for it. Of every kind of unit the same.
#[derive(Debug, Clone)]
pub struct Fingerprint {
    text: String,
}

impl Fingerprint {
    /// Of a unit of this family under this configuration, so far of nothing that was read.
    #[must_use]
    pub fn new(family: TableFamily, config_sha256: &str) -> Self {
        Self::of_version(family, family.version(), config_sha256)
    }

    fn of_version(family: TableFamily, version: u32, config_sha256: &str) -> Self {
        let text = format!("{config_sha256}\n{} {version}\n{}\n", family.as_str(), tz_release());
        Self { text }
    }

    /// Adds something that it is made from. Its text holds no line break.
    pub fn line(&mut self, input: impl Display) {
        let _ = writeln!(self.text, "{input}");
    }

    /// Hex of SHA-256.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_version_configuration_and_inputs_tell_fingerprints_apart() {
        let of = |family, version, config, inputs: &[&str]| {
            let mut fingerprint = Fingerprint::of_version(family, version, config);
            for input in inputs {
                fingerprint.line(input);
            }
            fingerprint.hash()
        };
        let one = of(TableFamily::Decisions, 1, "c", &["a", "b"]);
        assert_eq!(one, of(TableFamily::Decisions, 1, "c", &["a", "b"]));
        assert_ne!(one, of(TableFamily::Decisions, 2, "c", &["a", "b"]));
        assert_ne!(one, of(TableFamily::Experiments, 1, "c", &["a", "b"]));
        assert_ne!(one, of(TableFamily::Decisions, 1, "d", &["a", "b"]));
        assert_ne!(one, of(TableFamily::Decisions, 1, "c", &["b", "a"]));
        assert_ne!(one, of(TableFamily::Decisions, 1, "c", &["a"]));
    }
}
