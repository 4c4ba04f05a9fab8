//! Which revisions of market-days something is decided from, and the hash by which a later run knows them again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use coverledger_archive::{FactRecord, Fingerprint, TableFamily};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// The market-days of a platform in a market, in a window.
pub(super) struct Inputs {
    pub(super) platform: PlatformId,
    pub(super) market: MarketId,
    /// The newest revision of each local date; not empty.
    pub(super) revisions: BTreeMap<Date, u64>,
    /// Whether the newest market-day cannot be read and is left out. Nothing is decided as of an earlier one then: what was
    /// stands on days that are no longer among these.
    pub(super) newest_is_lost: bool,
    /// As of which dates viewers over days were told of, as far as it is decided from that, each with its revision.
    pub(super) viewers: BTreeMap<Date, u64>,
}

impl Inputs {
    /// The newest local date, by which it is decided; `None` if nothing is.
    pub(super) fn as_of(&self) -> Option<Date> {
        self.revisions.keys().next_back().copied().filter(|_| !self.newest_is_lost)
    }

    /// The market-days that are not among those of which a table was found: they were retired.
    pub(super) fn without_tables(&self, with: impl Iterator<Item = Date>) -> BTreeSet<Date> {
        let mut without: BTreeSet<Date> = self.revisions.keys().copied().collect();
        for date in with {
            without.remove(&date);
        }
        without
    }

    /// For the receipt.
    pub(super) fn facts(&self) -> impl Iterator<Item = FactRecord> {
        let Self { platform, market, revisions, .. } = self;
        revisions.iter().map(|(&local_date, &revision)| FactRecord {
            market_day: MarketDay { platform: platform.clone(), market: market.clone(), local_date },
            revision,
        })
    }
}

/// Hash of everything that is decided from: the revisions of market-days, which hold what they hold for good, the
/// configuration, the version of the numbers and the time-zone data.
pub(super) fn fingerprint<'i>(
    family: TableFamily,
    config_sha256: &str,
    inputs: impl Iterator<Item = &'i Inputs>,
) -> String {
    fingerprint_with(family, config_sha256, inputs.map(|inputs| (inputs, String::new())))
}

/// The same, where more than market-days is decided from: of each place, what else it is.
pub(super) fn fingerprint_with<'i>(
    family: TableFamily,
    config_sha256: &str,
    inputs: impl Iterator<Item = (&'i Inputs, String)>,
) -> String {
    let mut fingerprint = Fingerprint::new(family, config_sha256);
    for (inputs, more) in inputs {
        for fact in inputs.facts() {
            fingerprint.line(format_args!("{}\t{}", fact.market_day, fact.revision));
        }
        for (as_of, revision) in &inputs.viewers {
            fingerprint.line(format_args!("{}/{}\tviewers {as_of} {revision}", inputs.platform, inputs.market));
        }
        if !more.is_empty() {
            fingerprint.line(format_args!("{}/{}\t{more}", inputs.platform, inputs.market));
        }
    }
    fingerprint.hash()
}
