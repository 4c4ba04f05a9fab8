//! The hash by which what was published is known again.

use std::fmt::{Display, Write as _};

use super::{TableFamily, Unit};
use coverledger_core::time::tz_release;
use coverledger_store::sha256_hex;

impl Unit {
    /// Which tables it has.
    #[must_use]
    pub const fn family(&self) -> TableFamily {
        match self {
            Self::MarketDay(_) => TableFamily::MarketDays,
            Self::Rejects { .. } => TableFamily::Rejects,
            Self::Decisions { .. } => TableFamily::Decisions,
            Self::Experiment { .. } => TableFamily::Experiments,
            Self::Catalogue => TableFamily::Catalogue,
            Self::CoverMonth { .. } => TableFamily::CoverMonths,
            Self::Library { .. } => TableFamily::Library,
            Self::Viewers { .. } => TableFamily::Viewers,
            Self::Brief { .. } => TableFamily::Brief,
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
    fn the_version_of_derived_tables_is_no_part_of_it() {
        let version = TableFamily::MarketDays.version();
        let text = format!("c\nMARKET_DAYS {version}\n{}\na\n", tz_release());
        let mut fingerprint = Fingerprint::new(TableFamily::MarketDays, "c");
        fingerprint.line("a");
        assert_eq!(
            fingerprint.hash(),
            sha256_hex(text.as_bytes()),
            "receipts of before the versions were two stay current"
        );
    }

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
