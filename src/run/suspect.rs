//! Exports that are sound and seem to be somebody else's: another day's file under this day's name, or another
//! market's.
//!
//! Nothing in such a file is wrong, so nothing else would notice: the day would be published as a quiet one. Two
//! things give it away. Its bytes, which are those of a file with another day or market in its path; and its records,
//! none of which is of the day, or of any market, that it was delivered for.

mod before;
mod double;
mod strays;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::plan::{self, Batch, PlannedExport};
use coverledger_archive::Receipt;
use coverledger_config::{Export, MarketRule, Platform};
use coverledger_core::model::MarketId;
use coverledger_core::time::{DayRule, LocalDay};
use coverledger_read::export::{ReadReport, SourceStats};

use crate::reading::{ReadExport, Unread};
pub(super) use before::receipts_before;
use double::{Double, doubles};
use strays::{Sizes, strays};

/// Fewer records than this prove nothing: they may be the stragglers of a small shop, or rows that are equal by chance.
const ENOUGH_RECORDS: u64 = 20;

/// What speaks against the exports of a batch, by their number in it.
pub(super) struct Suspects {
    alone: Vec<Option<String>>,
    /// Against two of them together.
    doubles: Vec<Double>,
}

/// An object that was read, and what its path says of it.
struct Object<'a> {
    index: usize,
    planned: &'a PlannedExport,
    definition: &'a Export,
    sha256: &'a str,
    report: &'a ReadReport,
    stats: &'a SourceStats,
    market: Option<&'a MarketId>,
    /// The day of the platform that its path names.
    own_day: Option<LocalDay>,
}

/// An object with certain bytes: one of this batch, or one that a receipt tells of.
#[derive(Clone, Copy)]
struct Twin<'a> {
    key: &'a str,
    market: Option<&'a MarketId>,
    /// As it is listed. A receipt may tell of one that is not, as of the day before the first that a run looks at.
    planned: Option<&'a PlannedExport>,
}

impl Suspects {
    /// Looks at every export of a batch that was read. `receipts` tell of objects that were read before, `listed` are
    /// all objects of the plan.
    pub(super) fn of<'a>(
        platform: &'a Platform,
        batch: &'a Batch<'_>,
        exports: &'a [Result<ReadExport, Unread>],
        listed: &'a [PlannedExport],
        receipts: impl Iterator<Item = &'a Receipt> + Clone,
        now: Timestamp,
    ) -> Self {
        let objects = objects(platform, batch, exports);
        let by_key: BTreeMap<&str, &PlannedExport> =
            listed.iter().map(|planned| (planned.found.object.key.as_str(), planned)).collect();
        let by_bytes = by_bytes(platform, &objects, &by_key, receipts.clone());
        let strays = strays(&objects, &Sizes::of(&objects, &by_key, receipts), now);
        let mut reasons = vec![None; exports.len()];
        for object in &objects {
            let twins = by_bytes.get(object.sha256).map_or(&[][..], Vec::as_slice);
            reasons[object.index] = object
                .is_a_copy(twins)
                .or_else(|| strays.get(&object.index).cloned())
                .or_else(|| object.is_foreign());
        }
        Self { alone: reasons, doubles: doubles(&objects) }
    }

    /// What speaks against an export.
    pub(super) fn reason(&self, index: usize) -> Option<&str> {
        self.alone.get(index)?.as_deref()
    }

    /// What speaks against making a market-day from two exports that it stands on both.
    pub(super) fn of_pairs(&self) -> impl Iterator<Item = ([usize; 2], &str)> {
        self.doubles.iter().map(|double| (double.exports, double.reason.as_str()))
    }
}

fn objects<'a>(
    platform: &'a Platform,
    batch: &'a Batch<'_>,
    exports: &'a [Result<ReadExport, Unread>],
) -> Vec<Object<'a>> {
    let read = batch.exports.iter().copied().zip(exports).enumerate();
    read.filter_map(|(index, (planned, read))| {
        let read = read.as_ref().ok()?;
        let definition = platform.exports.get(planned.export)?;
        let platform_days = DayRule::calendar(definition.day_zone.clone());
        Some(Object {
            index,
            planned,
            definition,
            sha256: &read.sha256,
            report: &read.report,
            stats: &read.report.stats,
            market: market_of(platform, planned),
            own_day: planned.found.export_date.and_then(|date| platform_days.day(date)),
        })
    })
    .collect()
}

/// The market that every record of an object is given, whatever the record says.
fn market_of<'a>(platform: &'a Platform, planned: &'a PlannedExport) -> Option<&'a MarketId> {
    match &platform.exports.get(planned.export)?.columns.market {
        MarketRule::Value(market) => Some(market),
        MarketRule::Path { .. } => planned.found.path.market.as_ref(),
        MarketRule::Column { .. } => None,
    }
}

/// Every object that is known, by its bytes.
fn by_bytes<'a>(
    platform: &'a Platform,
    objects: &[Object<'a>],
    by_key: &BTreeMap<&str, &'a PlannedExport>,
    receipts: impl Iterator<Item = &'a Receipt>,
) -> BTreeMap<&'a str, Vec<Twin<'a>>> {
    let twin = |planned: &'a PlannedExport| Twin {
        key: &planned.found.object.key,
        market: market_of(platform, planned),
        planned: Some(planned),
    };
    let mut by_bytes: BTreeMap<&str, Vec<Twin<'a>>> = BTreeMap::new();
    for object in objects {
        by_bytes.entry(object.sha256).or_default().push(twin(object.planned));
    }
    for record in receipts.flat_map(|receipt| &receipt.content.exports) {
        let unlisted = Twin { key: &record.key, market: None, planned: None };
        let known = by_key.get(record.key.as_str()).map_or(unlisted, |planned| twin(planned));
        by_bytes.entry(&record.sha256).or_default().push(known);
    }
    by_bytes
}

impl Object<'_> {
    /// Whether any of its records lies in its own day; what has no records or no day of its own is not against it.
    fn holds_own_day(&self) -> bool {
        match (self.own_day, self.stats.span_us) {
            (Some(day), Some(span_us)) => overlaps(&day, span_us),
            _ => self.stats.records > 0,
        }
    }

    /// Whether any market-day that reads it can hold one of its records.
    fn is_in_reach(&self) -> bool {
        let reach = self.planned.found.export_date.and_then(|date| plan::reach(self.definition, date));
        reach.zip(self.stats.span_us).is_some_and(|((from, until), (first_us, last_us))| {
            first_us < until.as_microsecond() && last_us >= from.as_microsecond()
        })
    }

    /// Whether its bytes are those of another day's or another market's file, and which.
    fn is_a_copy(&self, twins: &[Twin<'_>]) -> Option<String> {
        let key = self.planned.found.object.key.as_str();
        // Rows that do not say when they were can be the same by chance.
        let is_told = self.stats.records >= if self.stats.span_us.is_some() { 1 } else { ENOUGH_RECORDS };
        let mut twins = twins.iter().filter(|twin| is_told && twin.key != key);
        let (twin, whose) = twins.find_map(|twin| {
            let other_market = twin.market.filter(|market| self.market.is_some_and(|own| own != *market));
            match other_market {
                Some(market) => Some((twin, format!("the file of market `{market}`"))),
                None => self.is_the_copy_of(twin).then(|| (twin, "another day's file".to_owned())),
            }
        })?;
        Some(format!(
            "export `{key}`: its bytes are those of `{}`, {whose} (give `--accept-shrink` if that is right)",
            twin.key
        ))
    }

    /// Of two objects of different days with the same bytes: whether this is the one in the wrong place. That is the
    /// one in whose day no record lies, and of two that both might be right the later one.
    fn is_the_copy_of(&self, twin: &Twin<'_>) -> bool {
        let holds_nothing_of_its_own = self.stats.span_us.is_some() && !self.holds_own_day();
        let Some(planned) = twin.planned else { return holds_nothing_of_its_own };
        let (own, of_twin) = (self.planned.found.export_date, planned.found.export_date);
        if planned.export != self.planned.export || of_twin == own {
            return false;
        }
        let Some(span_us) = self.stats.span_us else { return own > of_twin };
        let platform_days = DayRule::calendar(self.definition.day_zone.clone());
        let is_of_twin =
            of_twin.and_then(|date| platform_days.day(date)).is_some_and(|day| overlaps(&day, span_us));
        // The one session of two days may be all there is in the files of both.
        let is_both = is_of_twin && own > of_twin && self.stats.records >= ENOUGH_RECORDS;
        holds_nothing_of_its_own || is_both
    }

    /// Whether all that it holds is of markets that nobody knows, and which.
    fn is_foreign(&self) -> Option<String> {
        let others = &self.stats.other_markets;
        let is_most = others.records >= ENOUGH_RECORDS && others.records > self.report.rows_in / 2;
        let names = others.named().filter(|_| is_most && self.report.taken == 0)?;
        Some(format!(
            "export `{}`: none of its {} records is of a market that `markets.yaml` knows, and {} are of {names} (is it another market's file? give `--accept-shrink` if that is right)",
            self.planned.found.object.key, self.report.rows_in, others.records
        ))
    }
}

/// Whether a span of instants, both included, reaches into a day.
fn overlaps(day: &LocalDay, (first_us, last_us): (i64, i64)) -> bool {
    first_us < day.end.as_microsecond() && last_us >= day.start.as_microsecond()
}
