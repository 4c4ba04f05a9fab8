//! Publishes what was counted: what there is to say about exports by their date first, then market-days, newest first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::archive::{
    Archive, ArchiveError, Attempt, AttemptEnd, Draft, ExportRecord, PublishError, Published, RowCounts, Stamp,
    State, TableBytes, TableName, Unit,
};
use crate::config::{Platform, Workspace};
use crate::model::{Check, Reject};
use crate::plan::{Batch, PlannedDay, PlatformPlan};
use crate::report::{self, Rendered, Sheet};
use crate::store::sha256_hex;
use crate::time::{DayRule, tz_release};

use super::judge::{self, Objections};
use super::progress::{Observer, Step};
use super::reading::CountedBatch;
use super::suspect::{self, Suspects};
use super::{Disposition, RunError, RunReport, Stop, error_text};

/// What counted; recorded in every receipt.
const ENGINE: &str = "local/1";

/// What publishing needs.
pub(super) struct Publisher<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) plan: &'a PlatformPlan,
    pub(super) platform: &'a Platform,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) accept_shrink: bool,
    pub(super) observer: Observer<'a>,
    pub(super) stop: &'a Stop,
}

impl Publisher<'_> {
    /// Publishes a counted batch and adds what became of each market-day to the report. Asked to stop, it leaves off
    /// between two market-days.
    pub(super) async fn publish(
        &self,
        batch: &Batch<'_>,
        counted: &CountedBatch,
        report: &mut RunReport,
    ) -> Result<(), RunError> {
        // Rejects go first, and days wait for them: once a day is current nobody looks at its exports again.
        let unsettled =
            self.publish_rejects(batch, counted).await.unwrap_or_else(|error| Some(error_text(&error)));
        let objections = self.objections(batch, counted).await;
        for (number, day) in batch.days.iter().enumerate().take_while(|_| !self.stop.is_asked()) {
            let disposition = match &unsettled {
                Some(reason) => {
                    Disposition::Unsettled { reason: format!("its rejects were not published: {reason}") }
                }
                None => self.publish_day(batch, counted, number, &objections).await?,
            };
            self.note(day, &disposition).await;
            (self.observer)(&Step::Done { market_day: &day.market_day, disposition: &disposition });
            report.days.push((day.market_day.clone(), disposition));
        }
        Ok(())
    }

    /// What may be held against the exports of a batch.
    async fn objections(&self, batch: &Batch<'_>, counted: &CountedBatch) -> Objections<'_> {
        let receipts = &self.plan.receipts;
        if self.accept_shrink {
            return Objections { suspects: None, receipts };
        }
        let before = suspect::receipts_before(self.archive, self.plan, batch).await;
        let told = receipts.values().chain(&before);
        let suspects = Suspects::of(self.platform, batch, &counted.exports, &self.plan.exports, told, self.now());
        Objections { suspects: Some(suspects), receipts }
    }

    async fn publish_day(
        &self,
        batch: &Batch<'_>,
        counted: &CountedBatch,
        number: usize,
        objections: &Objections<'_>,
    ) -> Result<Disposition, RunError> {
        let day = batch.days[number];
        let exports = match judge::exports_of(batch, counted, number, &self.workspace.settings, objections) {
            Ok(exports) => exports,
            Err(disposition) => return Ok(disposition),
        };
        let Some(market) = self.workspace.markets.get(&day.market_day.market) else {
            return Err(RunError::Worker);
        };
        let sheet = Sheet {
            market_day: &day.market_day,
            market,
            day: &day.day,
            eras: &self.platform.eras,
            mapped: self.platform.mapped(&day.market_day.market),
            provisional: day.state == State::Provisional,
            facts: &counted.facts[number],
            booked: counted.booked.facts.get(number).map_or(&[], Vec::as_slice),
        };
        let unit = Unit::MarketDay(day.market_day.clone());
        if !self.accept_shrink {
            let newest = match self.archive.newest(&unit).await {
                Ok(newest) => newest,
                Err(error) => return Ok(Disposition::Failed { reason: error_text(&error) }),
            };
            let max_share = self.workspace.settings.max_shrink_share;
            if let Err(held) = judge::shrink(day, &sheet, newest.as_ref(), max_share) {
                return Ok(held);
            }
        }
        let draft =
            Draft { totals: sheet.totals(), ..draft(day.state, &day.fingerprint, exports, &day.config_sha256) };
        let render = |revision| {
            let [funnel, slots, capability, bridge] = report::market_day(&sheet, revision)?;
            Ok(vec![
                table(TableName::Funnel, funnel),
                table(TableName::SlotAudience, slots),
                table(TableName::Capability, capability),
                table(TableName::Bridge, bridge),
            ])
        };
        Ok(match self.archive.publish(&unit, &draft, render, self.stamp).await {
            Ok(Published::New { revision }) => Disposition::Published { revision, state: day.state },
            Ok(Published::AlreadyPublished { revision }) => Disposition::Current { revision, state: day.state },
            Err(error) => failed(&error),
        })
    }

    /// Publishes rejects and checks of every export date whose exports were all read. Says why, if that did not
    /// settle.
    async fn publish_rejects(
        &self,
        batch: &Batch<'_>,
        counted: &CountedBatch,
    ) -> Result<Option<String>, ArchiveError> {
        let dates: BTreeSet<Option<Date>> = batch.exports.iter().map(|export| export.found.export_date).collect();
        let newest = self.archive.newest_rejects_of(&self.plan.platform, &dates).await?;
        let config_sha256 = self.config_of_all_markets();
        let mut unsettled = None;
        for export_date in dates.into_iter().take_while(|_| !self.stop.is_asked()) {
            let of_date: Vec<usize> =
                (0..batch.exports.len()).filter(|i| batch.exports[*i].found.export_date == export_date).collect();
            let Some(Told { exports, rejects, checks }) = told_by(batch, counted, &of_date) else { continue };
            let newest = newest.get(&export_date);
            if rejects.is_empty() && checks.is_empty() && newest.is_none() {
                continue;
            }
            let is_there = |key: &str| exports.iter().any(|export| export.key == key);
            let told_before = newest.into_iter().flat_map(|receipt| &receipt.content.exports);
            if !self.accept_shrink && told_before.into_iter().any(|export| !is_there(&export.key)) {
                // An export is gone; what is known of its rejects is not replaced by less.
                continue;
            }
            let listed: Vec<String> =
                exports.iter().map(|e| format!("{} {} {}", e.key, e.size, e.sha256)).collect();
            let parts =
                [config_sha256.as_str(), env!("CARGO_PKG_VERSION"), tz_release(), &listed.join("\n")].join("\n");
            let unit = Unit::Rejects { platform: self.plan.platform.clone(), export_date };
            let state = self.state_of(export_date);
            let mut draft = draft(state, &sha256_hex(parts.as_bytes()), exports, &config_sha256);
            draft.totals =
                BTreeMap::from([("rejected".to_owned(), i64::try_from(rejects.len()).unwrap_or(i64::MAX))]);
            let render = |_| {
                let platform = &self.plan.platform;
                Ok(vec![
                    table(TableName::Rejects, report::rejects(platform, export_date, &rejects)?),
                    table(TableName::Reconciliation, report::reconciliation(platform, export_date, &checks)?),
                ])
            };
            if let Err(error) = self.archive.publish(&unit, &draft, render, self.stamp).await {
                unsettled = Some(error_text(&error));
            }
        }
        Ok(unsettled)
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

    /// An export date is settled when the platform's own day is over for as long as a market-day has to be.
    fn state_of(&self, export_date: Option<Date>) -> State {
        let Some(date) = export_date else { return State::Final };
        let settled = self.platform.exports.iter().all(|export| {
            DayRule::calendar(export.day_zone.clone()).day(date).is_some_and(|day| {
                self.now().as_second() >= day.end.as_second().saturating_add(self.platform.settle_seconds)
            })
        });
        if settled { State::Final } else { State::Provisional }
    }

    fn now(&self) -> Timestamp {
        self.stamp.now
    }

    /// Leaves word of what held a market-day back, for `status` and for `--reprocess failed`.
    /// Failing to is no reason to stop.
    pub(super) async fn note(&self, day: &PlannedDay, disposition: &Disposition) {
        let end = match disposition {
            Disposition::Held { .. } => AttemptEnd::Held,
            Disposition::Failed { .. } | Disposition::Unsettled { .. } => AttemptEnd::Failed,
            _ => return,
        };
        let reason = disposition.reason().unwrap_or_default();
        let attempt = Attempt::new(&day.fingerprint, end, reason);
        if let Err(error) = self.archive.note(&day.market_day, &attempt).await {
            let market_day = day.market_day.to_string();
            tracing::warn!(market_day, error = error_text(&error), "no note could be left on a market-day");
        }
    }
}

/// What is recorded of every publication, without its totals.
fn draft(state: State, fingerprint: &str, exports: Vec<ExportRecord>, config_sha256: &str) -> Draft {
    Draft {
        state,
        fingerprint: fingerprint.to_owned(),
        exports,
        totals: BTreeMap::new(),
        config_sha256: config_sha256.to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        tz_release: tz_release().to_owned(),
        engine: ENGINE.to_owned(),
    }
}

fn table(table: TableName, rendered: Rendered) -> TableBytes {
    TableBytes { table, bytes: rendered.bytes.into(), rows: rendered.rows as u64 }
}

fn failed(error: &PublishError) -> Disposition {
    let reason = error_text(error);
    match error {
        PublishError::Conflict { .. } | PublishError::UnknownOutcome { .. } | PublishError::NotShown { .. } => {
            Disposition::Unsettled { reason }
        }
        PublishError::Archive(_) | PublishError::Render { .. } | PublishError::TableDropped { .. } => {
            Disposition::Failed { reason }
        }
    }
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
        });
    }
    Some(Told { exports, rejects, checks })
}
