//! The pipeline of a run: batches are claimed and counted, and each is published while the next is read.
//!
//! Reading and publishing are two futures of one task, joined by a queue; counting and rendering leave it for threads
//! ([`super::blocking`]). At no time is more than one batch read and one published, so no third is in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use futures::join;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;

use super::blocking::blocking;
use super::known_since::KnownSince;
use super::leasing::{Claim, Leasing};
use super::progress::{Observer, Step};
use super::publish_worker::{PublishQueue, PublishWorker};
use super::publishing::Publisher;
use super::reading::{self, Counting, Source, Until};
use super::slow_starts;
use super::{BATCH_DATES, Disposition, ExportOutcome, Orphans, RunError, RunReport, batch_bytes, error_text};
use crate::plan::{Batch, DayStatus, PlannedDay, PlannedExport, PlatformPlan, Selection};
use crate::reading::watch::{Ended, Stint};
use crate::reading::{ReadExport, Stop, Unread};
use coverledger_archive::{Archive, RowCounts, Stamp, Theirs};
use coverledger_core::model::{MarketDay, Unknown};
use coverledger_store::Object;

/// What the pipeline needs besides the plans.
pub(super) struct Pipeline<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) observer: Observer<'a>,
    pub(super) selection: &'a Selection,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) leasing: &'a Leasing<'a>,
    pub(super) rendering: &'a Semaphore,
}

impl<'a> Pipeline<'a> {
    /// Carries out all plans, and at the end what other runs held, if they let go of it.
    pub(super) async fn run(
        &'a self,
        plans: &'a mut [Arc<PlatformPlan>],
        report: &mut RunReport,
    ) -> Result<(), RunError> {
        let (queue, worker) = PublishWorker::new(self.leasing, self.observer);
        // The queue ends with the reader: then the worker publishes what it has and ends, too.
        let reading = async { self.process_plans(queue, plans, report).await };
        let (read, days) = join!(reading, worker.run());
        // If the worker failed, the reader could go no further: the worker's error is the cause.
        report.days.extend(days?);
        read
    }

    async fn process_plans(
        &'a self,
        queue: PublishQueue<'a>,
        plans: &'a mut [Arc<PlatformPlan>],
        report: &mut RunReport,
    ) -> Result<(), RunError> {
        let queue = &queue;
        let is_due =
            |plan: &Arc<PlatformPlan>| plan.days.iter().any(|day| matches!(day.status, DayStatus::Due(_)));
        let mut due_behind = plans.iter().filter(|plan| is_due(plan)).count();
        let (mut theirs, mut begun, mut waiting) = (Theirs::new(), Vec::new(), VecDeque::new());
        for plan in plans {
            due_behind -= usize::from(is_due(plan));
            if !self.source.stop.is_asked() {
                // Nobody shares the plan yet, so nothing is cloned.
                report.mended += mend(self.archive, Arc::make_mut(plan)).await?;
            }
            let plan: &'a Arc<PlatformPlan> = plan;
            self.report_what_is_not_due(plan, queue).await?;
            begun.push(plan);
            let mut rest = self.rest_of(plan, |_| true);
            let stint = rest.stint(due_behind > 0 || !waiting.is_empty());
            theirs.extend(self.process_batches(&mut rest, stint, queue, report).await?);
            waiting.push_back(rest);
            waiting.retain(|rest: &Rest<'_>| !rest.batches.is_empty());
        }
        theirs.extend(self.take_turns(waiting, queue, report).await?);
        if !theirs.is_empty() {
            drop(queue.idle().await?);
            let looked_at: BTreeSet<MarketDay> = theirs.keys().cloned().collect();
            theirs = self.leasing.wait(theirs, &self.source.stop).await;
            let is_free = |day: &MarketDay| looked_at.contains(day) && !theirs.contains_key(day);
            let freed = begun.into_iter().map(|plan| self.rest_of(plan, is_free)).collect();
            let again = self.take_turns(freed, queue, report).await?;
            theirs.extend(again);
        }
        for (day, lease) in theirs {
            queue.report(day, Disposition::Elsewhere { by: lease.holder.to_string() })?;
        }
        Ok(())
    }

    fn rest_of(&self, plan: &'a Arc<PlatformPlan>, wanted: impl Fn(&MarketDay) -> bool) -> Rest<'a> {
        let most = batch_bytes(&self.source.workspace, &plan.platform);
        let mut batches = plan.batches_of(BATCH_DATES, most, wanted);
        batches.reverse();
        Rest { plan, batches, stints: 0 }
    }

    async fn report_what_is_not_due(
        &'a self,
        plan: &'a Arc<PlatformPlan>,
        queue: &PublishQueue<'a>,
    ) -> Result<(), RunError> {
        let Some(publisher) = self.publisher(plan) else { return Ok(()) };
        for day in &plan.days {
            if let Some(disposition) = Disposition::of(day) {
                publisher.note(day, &disposition).await;
                queue.report(day.market_day.clone(), disposition)?;
            }
        }
        Ok(())
    }

    /// Counts what is left of platforms and queues it for publishing, one platform after the other. One that takes longer
    /// than its stint continues when the others have had theirs. Returns what other runs hold.
    async fn take_turns(
        &'a self,
        mut waiting: VecDeque<Rest<'a>>,
        queue: &PublishQueue<'a>,
        report: &mut RunReport,
    ) -> Result<Theirs, RunError> {
        let mut theirs = Theirs::new();
        waiting.retain(|rest| !rest.batches.is_empty());
        while let Some(mut rest) = waiting.pop_front().filter(|_| !self.source.stop.is_asked()) {
            let stint = rest.stint(!waiting.is_empty());
            theirs.extend(self.process_batches(&mut rest, stint, queue, report).await?);
            if !rest.batches.is_empty() {
                waiting.push_back(rest);
            }
        }
        Ok(theirs)
    }

    /// Counts batches of a platform and queues them for publishing, until its stint is over. Returns what other runs hold.
    async fn process_batches(
        &'a self,
        rest: &mut Rest<'a>,
        stint: Stint,
        queue: &PublishQueue<'a>,
        report: &mut RunReport,
    ) -> Result<Theirs, RunError> {
        let Rest { plan, batches, .. } = rest;
        let mut all_theirs = Theirs::new();
        while let Some(batch) = batches.pop() {
            if stint.is_over() || self.source.stop.is_asked() {
                batches.push(batch);
                break;
            }
            let Some(publisher) = self.publisher(plan) else { continue };
            let Claim { batch, settled, theirs, mended } = self.leasing.claim(plan, batch).await;
            all_theirs.extend(theirs);
            report.mended += mended;
            for (day, disposition) in settled {
                queue.report(day.market_day.clone(), disposition)?;
            }
            let Some(batch) = batch else { continue };
            let mut counted = match self.count(plan, &batch, stint).await? {
                Counting::Counted(counted) => counted,
                Counting::Ended(Ended::LeaseLost) => {
                    let theirs = self.leasing.look(batch.days.iter().map(|day| &day.market_day)).await;
                    all_theirs.extend(theirs);
                    continue;
                }
                Counting::Ended(ended) => {
                    if ended == Ended::StintOver {
                        let platform = plan.platform.as_str();
                        tracing::info!(platform, "its exports take long: the other platforms come first");
                    }
                    batches.push(batch);
                    break;
                }
            };
            if counted.too_much().is_some()
                && let Some((newer, older)) = plan.halves(&batch)
            {
                tracing::info!(
                    dates = batch.dates(),
                    "too many distinct covers and audiences: counting fewer dates at a time"
                );
                batches.extend([older, newer]);
                continue;
            }
            counted.refuse_what_is_too_much();
            report.exports.extend(outcomes(&batch, &counted));
            report.unknown.extend(unknown(&batch, &counted));
            report.orphans.extend(orphans(&batch, &counted));
            report.starts.extend(slow_starts::counted(&batch, &counted));
            queue.publish(publisher, batch, *counted).await?;
        }
        Ok(all_theirs)
    }

    /// Counts a batch on other threads, and reports here every export that they read.
    async fn count(
        &self,
        plan: &Arc<PlatformPlan>,
        batch: &Batch<'_>,
        stint: Stint,
    ) -> Result<Counting, RunError> {
        let (source, plan) = (Arc::clone(self.source), Arc::clone(plan));
        let days: Vec<MarketDay> = batch.days.iter().map(|day| day.market_day.clone()).collect();
        let worked_on: BTreeSet<MarketDay> = days.iter().cloned().collect();
        let (sender, mut exports_read) = unbounded_channel();
        let quit = Stop::new();
        let until = Until { stint, quit: quit.clone() };
        let counting = blocking(move || {
            let (batch, known_since) = (plan.batch_of(&days), KnownSince::of(plan.receipts.values()));
            let on_read = |object: &Object| drop(sender.send((object.key.clone(), object.size)));
            reading::count(&source, &batch, &known_since, &until, &Handle::current(), &on_read)
        });
        let reporting = async {
            while let Some((key, bytes)) = exports_read.recv().await {
                (self.observer)(&Step::Read { key: &key, bytes });
            }
        };
        let losing = async {
            self.leasing.lost(&worked_on).await;
            quit.ask();
            std::future::pending().await
        };
        tokio::select! {
            counted = async { join!(counting, reporting).0 } => counted?,
            never = losing => never,
        }
    }

    /// `None` for a platform that is not configured.
    fn publisher(&'a self, plan: &'a Arc<PlatformPlan>) -> Option<Publisher<'a>> {
        let Source { workspace, stop, .. } = &**self.source;
        Some(Publisher {
            workspace,
            plan,
            platform: workspace.platforms.get(&plan.platform)?,
            archive: self.archive,
            stamp: self.stamp,
            accept_shrink: self.selection.accept_shrink,
            stop,
            rendering: self.rendering,
        })
    }
}

/// What is left to do of a platform's plan.
struct Rest<'p> {
    plan: &'p Arc<PlatformPlan>,
    /// In reverse: the next one is the last here.
    batches: Vec<Batch<'p>>,
    stints: u32,
}

impl Rest<'_> {
    /// Its next stint, which ends only if others wait.
    fn stint(&mut self, others_wait: bool) -> Stint {
        if !others_wait {
            return Stint::without_end();
        }
        let bytes = self.batches.iter().map(Batch::bytes).sum();
        self.stints += 1;
        Stint::begin(self.stints - 1, bytes)
    }
}

/// Which counts of the batch's market-days are known in part only.
fn unknown(batch: &Batch<'_>, counted: &reading::CountedBatch) -> Vec<(MarketDay, Vec<Unknown>)> {
    let of_day = |(number, day): (usize, &&PlannedDay)| (day.market_day.clone(), counted.unknown(batch, number));
    batch.days.iter().enumerate().map(of_day).filter(|(_, unknown)| !unknown.is_empty()).collect()
}

/// How many clicks of the batch's market-days have no impression, where that can be told and there are any.
fn orphans(batch: &Batch<'_>, counted: &reading::CountedBatch) -> Vec<(MarketDay, Orphans)> {
    let days = batch.days.iter().zip(&counted.facts);
    let of_days = days.filter_map(|(day, facts)| Some((day.market_day.clone(), Orphans::of(facts)?)));
    of_days.filter(|(_, found)| found.orphans > 0).collect()
}

fn outcomes(batch: &Batch<'_>, counted: &reading::CountedBatch) -> Vec<ExportOutcome> {
    let outcome =
        |(number, (planned, read)): (usize, (&&PlannedExport, &Result<ReadExport, Unread>))| ExportOutcome {
            key: planned.found.object.key.clone(),
            bytes: planned.found.object.size,
            rows: read.as_ref().map_or_else(|_| RowCounts::default(), |read| counted.rows_of(number, read)),
            has_event_ids: read.as_ref().is_ok_and(ReadExport::has_event_ids),
            failure: read.as_ref().err().map(|unread| unread.reason.clone()),
        };
    batch.exports.iter().zip(&counted.exports).enumerate().map(outcome).collect()
}

/// Brings current paths up to receipts whose publisher was stopped half-way, and makes due again what is lost.
async fn mend(archive: &Archive, plan: &mut PlatformPlan) -> Result<usize, RunError> {
    let dates = plan.exports.iter().map(|export| export.found.export_date).collect();
    let rejects = archive.newest_rejects_of(&plan.platform, &dates).await;
    let rejects = match rejects {
        Ok(rejects) => rejects.or_warn(),
        Err(error) => {
            tracing::warn!(error = error_text(&error), "receipts of rejects cannot be read");
            BTreeMap::new()
        }
    };
    let found = archive.mend_stale(plan.receipts.values().chain(rejects.values())).await?;
    plan.restore(&found.lost);
    Ok(found.mended.len())
}
