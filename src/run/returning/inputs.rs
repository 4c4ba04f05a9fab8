//! What is told of viewers stands on: market-days, and the parts that are kept of them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use coverledger_archive::{FactRecord, Fingerprint, TableFamily, Unit, VisitPart};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// Market-days of a platform, or of a source of quality, and the parts that are kept of them.
pub(super) struct Dates {
    pub(super) platform: PlatformId,
    /// The newest revision of each.
    pub(super) revisions: BTreeMap<Date, u64>,
    /// Of some of them.
    pub(super) parts: BTreeMap<Date, VisitPart>,
}

/// What is told from.
pub(super) struct Inputs {
    pub(super) market: MarketId,
    pub(super) as_of: Date,
    /// The first local date of the window.
    pub(super) first: Date,
    pub(super) platform: Dates,
    pub(super) sources: Vec<Dates>,
    /// Whether viewers are kept.
    pub(super) are_kept: bool,
}

impl Inputs {
    pub(super) fn unit(&self) -> Unit {
        let (platform, market) = (self.platform.platform.clone(), self.market.clone());
        Unit::Viewers { platform, market, as_of: self.as_of }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Dates> {
        std::iter::once(&self.platform).chain(&self.sources)
    }

    pub(super) fn fingerprint(&self, config: &str) -> String {
        let mut fingerprint = Fingerprint::new(TableFamily::Viewers, config);
        for Dates { platform, revisions, parts } in self.all() {
            for (date, revision) in revisions {
                fingerprint.line(format_args!("{platform}/{date}\t{revision}"));
            }
            for part in parts.values() {
                fingerprint.line(part.name());
            }
        }
        fingerprint.hash()
    }

    /// For the receipt, which names no part.
    pub(super) fn facts(&self) -> Vec<FactRecord> {
        let of = |dates: &Dates| {
            let day = |(&local_date, &revision): (&Date, &u64)| FactRecord {
                market_day: MarketDay {
                    platform: dates.platform.clone(),
                    market: self.market.clone(),
                    local_date,
                },
                revision,
            };
            dates.revisions.iter().map(day).collect::<Vec<_>>()
        };
        self.all().flat_map(of).collect()
    }
}
