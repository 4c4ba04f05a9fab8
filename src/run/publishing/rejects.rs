//! What there is to say about exports by their date: records that were not counted, and what does not agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::{Publisher, UNITS_AT_A_TIME};
use crate::plan::Batch;
use crate::run::Disposition;
use crate::run::assets::{Asset, draft, engine_name, table};
use crate::run::error_text;
use crate::run::ordered::for_each_ordered;
use crate::run::reading::CountedBatch;
use coverledger_archive::{
    BoxError, Draft, ExportRecord, Fingerprint, Newest, PublishError, Receipt, RowCounts, State, TableBytes,
    TableFamily, TableName, Unit,
};
use coverledger_core::model::{Check, PlatformId, Reject};
use coverledger_core::time::DayRule;
use coverledger_read::export::{ReadReport, named};
use coverledger_report as report;
use coverledger_store::sha256_hex;

impl Publisher<'_> {
    /// Publishes rejects and checks of every export date whose exports were all read. Gives what market-days end as that
    /// stand on a date of which that did not settle.
    pub(super) async fn publish_rejects(
        &self,
        batch: &Batch<'_>,
        counted: &Arc<CountedBatch>,
    ) -> BTreeMap<Option<Date>, Disposition> {
        let mut dates: BTreeSet<Option<Date>> =
            batch.exports.iter().map(|export| export.found.export_date).collect();
        let newest = self.archive.newest_rejects_of(&self.plan.platform, &dates).await;
        let Newest { receipts: newest, unreadable } = match newest {
            Ok(newest) => newest,
            Err(error) => {
                let unsettled = without_rejects(&PublishError::Archive(error));
                return dates.into_iter().map(|date| (date, unsettled.clone())).collect();
            }
        };
        let mut unsettled = BTreeMap::new();
        for (date, error) in unreadable {
            dates.remove(&date);
            let reason = format!("its rejects were not published: {error}");
            unsettled.insert(date, Disposition::Failed { reason });
        }
        let config_sha256 = self.config_of_all_markets();
        let of_dates: Vec<(Option<Date>, Arc<Told>)> = dates
            .into_iter()
            .filter_map(|date| {
                Some((date, Arc::new(self.worth_telling(batch, counted, date, newest.get(&date))?)))
            })
            .collect();
        let publish = |number: usize| {
            let (date, told) = &of_dates[number];
            self.publish_told(*date, told, newest.get(date).cloned(), &config_sha256)
        };
        let deliver = |number: usize, published| {
            if let Err(error) = published {
                unsettled.insert(of_dates[number].0, without_rejects(&error));
            }
        };
        for_each_ordered(of_dates.len(), UNITS_AT_A_TIME, self.stop, publish, deliver).await;
        unsettled
    }

    /// What the exports of a date tell, unless it is nothing, or less than what is known.
    fn worth_telling(
        &self,
        batch: &Batch<'_>,
        counted: &Arc<CountedBatch>,
        date: Option<Date>,
        newest: Option<&Receipt>,
    ) -> Option<Told> {
        let of_date: Vec<usize> =
            (0..batch.exports.len()).filter(|i| batch.exports[*i].found.export_date == date).collect();
        let told = Told::by(batch, counted, of_date)?;
        if told.rejects().next().is_none() && told.checks().next().is_none() && newest.is_none() {
            return None;
        }
        let is_there = |key: &str| told.exports.iter().any(|export| export.key == key);
        let mut told_before = newest.into_iter().flat_map(|receipt| &receipt.content.exports);
        // An export is gone, or is of days that are not in hand; what is known of its rejects is not replaced by less.
        // What the configuration no longer reads on this date is neither.
        let dates = date.into_iter().collect();
        let is_read = |key: &str| {
            let mut exports = self.platform.exports.iter();
            exports.any(|export| named(export, &self.workspace.markets, &dates, key).is_some())
        };
        let is_less =
            !self.accept_shrink && told_before.any(|export| !is_there(&export.key) && is_read(&export.key));
        (!is_less).then_some(told)
    }

    async fn publish_told(
        &self,
        export_date: Option<Date>,
        told: &Arc<Told>,
        newest: Option<Receipt>,
        config_sha256: &str,
    ) -> Result<(), PublishError> {
        let exports = &told.exports;
        let unit = Unit::Rejects { platform: self.plan.platform.clone(), export_date };
        let mut fingerprint = Fingerprint::new(unit.family(), config_sha256);
        for export in exports {
            fingerprint.line(format_args!("{} {} {}", export.key, export.size, export.sha256));
        }
        let state = self.state_of(export_date, newest.as_ref());
        let mut draft = draft(state, &fingerprint.hash(), exports.clone(), config_sha256);
        engine_name(self.workspace.engine_of(&self.plan.platform)).clone_into(&mut draft.engine);
        draft.totals =
            BTreeMap::from([("rejected".to_owned(), i64::try_from(told.rejects().count()).unwrap_or(i64::MAX))]);
        let platform = self.plan.platform.clone();
        let told_date = ToldDate { unit, draft, platform, export_date, told: Arc::clone(told) };
        self.driver().try_publish(newest, Arc::new(told_date)).await?;
        Ok(())
    }

    /// Which market a record belongs to depends on all of them.
    fn config_of_all_markets(&self) -> String {
        let hashes: Vec<String> = self
            .workspace
            .markets
            .keys()
            .map(|market| self.workspace.config_hash(&self.plan.platform, market))
            .collect();
        sha256_hex(hashes.join("\n").as_bytes())
    }

    /// An export date is settled when the platform's own day is over for as long as a market-day has to be. A look back
    /// knows less than whoever published it.
    fn state_of(&self, export_date: Option<Date>, newest: Option<&Receipt>) -> State {
        let Some(date) = export_date else { return State::Final };
        let judged_as_of = newest.map_or(self.now(), |newest| self.now().max(newest.judged_as_of()));
        let settled = self.platform.exports.iter().all(|export| {
            DayRule::calendar(export.day_zone.clone()).day(date).is_some_and(|day| {
                judged_as_of.as_second() >= day.end.as_second().saturating_add(self.platform.settle_seconds)
            })
        });
        if settled { State::Final } else { State::Provisional }
    }
}

/// What the exports of a date of a platform tell.
pub(in crate::run) struct ToldDate {
    unit: Unit,
    draft: Draft,
    platform: PlatformId,
    export_date: Option<Date>,
    told: Arc<Told>,
}

impl Asset for ToldDate {
    const FAMILY: TableFamily = TableFamily::Rejects;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, _revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let Self { platform, export_date, told, .. } = self;
        let rejects: Vec<(&str, &Reject)> = told.rejects().collect();
        let checks: Vec<(&str, &Check)> = told.checks().collect();
        Ok(vec![
            table(TableName::Rejects, report::rejects(platform, *export_date, &rejects)?),
            table(TableName::Reconciliation, report::reconciliation(platform, *export_date, &checks)?),
        ])
    }
}

/// What a market-day ends as whose rejects are not published.
fn without_rejects(error: &PublishError) -> Disposition {
    let reason = format!("its rejects were not published: {}", error_text(error));
    if error.is_of_disk() { Disposition::NoSpace { reason } } else { Disposition::Unsettled { reason } }
}

/// What the exports of a date tell, in the order of their keys.
struct Told {
    exports: Vec<ExportRecord>,
    /// The exports' numbers in the batch.
    numbers: Vec<usize>,
    counted: Arc<CountedBatch>,
}

impl Told {
    /// `None` if one of the exports could not be read: its rejects are not known.
    fn by(batch: &Batch<'_>, counted: &Arc<CountedBatch>, numbers: Vec<usize>) -> Option<Self> {
        let record = |number: &usize| {
            let object = &batch.exports[*number].found.object;
            let read = counted.exports[*number].as_ref().ok()?;
            Some(ExportRecord {
                key: object.key.clone(),
                etag: object.etag.clone(),
                size: object.size,
                sha256: read.sha256.clone(),
                rows: RowCounts {
                    rows_in: read.report.rows_in,
                    counted: 0,
                    duplicate: 0,
                    outside: read.report.rows_in - read.report.rejected,
                    rejected: read.report.rejected,
                },
                modified: None,
            })
        };
        let exports = numbers.iter().map(record).collect::<Option<Vec<_>>>()?;
        Some(Self { exports, numbers, counted: Arc::clone(counted) })
    }

    /// The key of each export, and what its reader reported.
    fn reports(&self) -> impl Iterator<Item = (&str, &ReadReport)> {
        let reads = self.numbers.iter().filter_map(|number| self.counted.exports[*number].as_ref().ok());
        self.exports.iter().zip(reads).map(|(export, read)| (export.key.as_str(), &read.report))
    }

    fn rejects(&self) -> impl Iterator<Item = (&str, &Reject)> {
        self.reports().flat_map(|(key, report)| report.rejects.iter().map(move |reject| (key, reject)))
    }

    fn checks(&self) -> impl Iterator<Item = (&str, &Check)> {
        self.reports().flat_map(|(key, report)| report.checks.iter().map(move |check| (key, check)))
    }
}
