//! What there is to say about exports by their date: records that were not counted, and what does not agree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tokio::runtime::Handle;

use super::{ABREAST, Publisher, draft, table};
use crate::plan::Batch;
use crate::run::Disposition;
use crate::run::abreast::abreast;
use crate::run::error_text;
use crate::run::reading::CountedBatch;
use coverledger_archive::{
    ExportRecord, Fingerprint, Newest, PublishError, Receipt, RowCounts, State, TableName, Unit,
};
use coverledger_core::model::{Check, Reject};
use coverledger_core::time::DayRule;
use coverledger_read::export::named;
use coverledger_report as report;
use coverledger_store::sha256_hex;

impl Publisher<'_> {
    /// Publishes rejects and checks of every export date whose exports were all read. Gives what market-days end as that
    /// stand on a date of which that did not settle.
    pub(super) fn publish_rejects(
        &self,
        batch: &Batch<'_>,
        counted: &CountedBatch,
        handle: &Handle,
    ) -> BTreeMap<Option<Date>, Disposition> {
        let mut dates: BTreeSet<Option<Date>> =
            batch.exports.iter().map(|export| export.found.export_date).collect();
        let newest = handle.block_on(self.archive.newest_rejects_of(&self.plan.platform, &dates));
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
        let of_dates: Vec<(Option<Date>, Told<'_>)> = dates
            .into_iter()
            .filter_map(|date| Some((date, self.worth_telling(batch, counted, date, newest.get(&date))?)))
            .collect();
        let publish = |number: usize| {
            let (date, told) = &of_dates[number];
            handle.block_on(self.publish_told(*date, told, newest.get(date).cloned(), &config_sha256))
        };
        abreast(of_dates.len(), ABREAST, self.stop, publish, |number, published| {
            if let Err(error) = published {
                unsettled.insert(of_dates[number].0, without_rejects(&error));
            }
        });
        unsettled
    }

    /// What the exports of a date tell, unless it is nothing, or less than what is known.
    fn worth_telling<'a>(
        &self,
        batch: &'a Batch<'_>,
        counted: &'a CountedBatch,
        date: Option<Date>,
        newest: Option<&Receipt>,
    ) -> Option<Told<'a>> {
        let of_date: Vec<usize> =
            (0..batch.exports.len()).filter(|i| batch.exports[*i].found.export_date == date).collect();
        let told = told_by(batch, counted, &of_date)?;
        if told.rejects.is_empty() && told.checks.is_empty() && newest.is_none() {
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
        told: &Told<'_>,
        newest: Option<Receipt>,
        config_sha256: &str,
    ) -> Result<(), PublishError> {
        let Told { exports, rejects, checks } = told;
        let unit = Unit::Rejects { platform: self.plan.platform.clone(), export_date };
        let mut fingerprint = Fingerprint::new(unit.family(), config_sha256);
        for export in exports {
            fingerprint.line(format_args!("{} {} {}", export.key, export.size, export.sha256));
        }
        let state = self.state_of(export_date, newest.as_ref());
        let mut draft = draft(state, &fingerprint.hash(), exports.clone(), config_sha256);
        draft.totals = BTreeMap::from([("rejected".to_owned(), i64::try_from(rejects.len()).unwrap_or(i64::MAX))]);
        let render = |_| {
            let _turn = self.rendering.take();
            let platform = &self.plan.platform;
            Ok(vec![
                table(TableName::Rejects, report::rejects(platform, export_date, rejects)?),
                table(TableName::Reconciliation, report::reconciliation(platform, export_date, checks)?),
            ])
        };
        self.archive.publish_after(newest, &unit, &draft, render, self.stamp).await?;
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

/// What a market-day ends as whose rejects are not published.
fn without_rejects(error: &PublishError) -> Disposition {
    let reason = format!("its rejects were not published: {}", error_text(error));
    if error.is_of_disk() { Disposition::NoSpace { reason } } else { Disposition::Unsettled { reason } }
}

/// What exports tell, each with its key.
#[derive(Default)]
struct Told<'a> {
    exports: Vec<ExportRecord>,
    rejects: Vec<(&'a str, &'a Reject)>,
    checks: Vec<(&'a str, &'a Check)>,
}

/// Accounts, rejects and checks of these exports, in the order of their keys. `None` if one could not be read: its
/// rejects are not known.
fn told_by<'a>(batch: &'a Batch<'_>, counted: &'a CountedBatch, of_date: &[usize]) -> Option<Told<'a>> {
    let Told { mut exports, mut rejects, mut checks } = Told::default();
    for index in of_date {
        let object = &batch.exports[*index].found.object;
        let read = counted.exports[*index].as_ref().ok()?;
        rejects.extend(read.report.rejects.iter().map(|reject| (object.key.as_str(), reject)));
        checks.extend(read.report.checks.iter().map(|check| (object.key.as_str(), check)));
        exports.push(ExportRecord {
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
        });
    }
    Some(Told { exports, rejects, checks })
}
