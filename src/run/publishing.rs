//! Publishes what was counted: what there is to say about exports by their date first, then market-days, newest first.

mod rejects;

pub(super) use rejects::ToldDate;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::plan::{Batch, PlannedDay, PlatformPlan};
use coverledger_archive::{
    Archive, ArchiveError, Attempt, AttemptEnd, BoxError, Content, Draft, ExportRecord, Receipt, Stamp, State,
    TableBytes, TableFamily, TableName, Unit,
};
use coverledger_config::{Platform, Workspace};
use coverledger_core::count::QualityBarFact;
use coverledger_core::model::{BarFact, Fact, MarketDay, Turns, Unknown};
use coverledger_report::{self as report, MarketDayContext, QualityDay};

use super::assets::{Asset, Driver, draft, engine_name, mapped, table};
use super::cover_log;
use super::coverage::{Coverage, Uncovered};
use super::judge::{self, Objections};
use super::known_since;
use super::moved;
use super::ordered::for_each_ordered;
use super::reach_mend::ReachMends;
use super::reading::CountedBatch;
use super::returning::{self, DayVisits};
use super::suspect::{self, Suspects};
use super::{Disposition, RunError, Stop, error_text};

/// Units that are published at a time; most of it is waiting for the store. A bucket takes the tables of each at once.
const UNITS_AT_A_TIME: usize = 8;
/// The same in a folder, where a unit waits for the disk with one file after the other: a disk brings many to rest in the time
/// of one.
const UNITS_AT_A_TIME_IN_FOLDER: usize = 16;

/// What publishing needs.
pub(super) struct Publisher<'a> {
    pub(super) workspace: &'a Arc<Workspace>,
    pub(super) plan: &'a Arc<PlatformPlan>,
    pub(super) platform: &'a Platform,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) accept_shrink: bool,
    pub(super) stop: &'a Stop,
    /// Permits to render tables.
    pub(super) rendering: &'a Semaphore,
}

impl Publisher<'_> {
    /// Publishes a counted batch, several market-days at a time, and tells what became of each in their order. Asked
    /// to stop, it begins no other market-day.
    pub(super) async fn publish(
        &self,
        batch: &Batch<'_>,
        mut counted: CountedBatch,
        mut report: impl FnMut(&MarketDay, Disposition),
    ) -> Result<(), RunError> {
        let facts = RefCell::new(std::mem::take(&mut counted.facts));
        let counted = Arc::new(counted);
        // Rejects go first, and days wait for them: once a day is current nobody looks at its exports again.
        let unsettled = &self.publish_rejects(batch, &counted).await;
        let objections = &self.objections(batch, &counted).await;
        let publish = |number: usize| {
            // Once it is published nobody needs them.
            let facts = std::mem::take(&mut facts.borrow_mut()[number]);
            let (day, counted) = (batch.days[number], &counted);
            async move {
                let exports = batch.exports.iter().filter(|e| e.is_for(&day.market_day.market, &day.windows));
                let mut dates = exports.map(|export| export.found.export_date);
                let disposition = match dates.find_map(|date| unsettled.get(&date)) {
                    Some(unsettled) => unsettled.clone(),
                    None => self.publish_day(batch, counted, number, facts, objections).await?,
                };
                self.note(day, &disposition).await;
                Ok::<_, RunError>(disposition)
            }
        };
        let mut failure = None;
        let deliver = |number: usize, published| match published {
            Ok(disposition) => report(&batch.days[number].market_day, disposition),
            Err(error) => failure = Some(error),
        };
        let is_in_folder = self.archive.store().folder().is_some();
        let at_most = if is_in_folder { UNITS_AT_A_TIME_IN_FOLDER } else { UNITS_AT_A_TIME };
        for_each_ordered(batch.days.len(), at_most, self.stop, publish, deliver).await;
        failure.map_or(Ok(()), Err)
    }

    /// What may be held against the exports of a batch.
    async fn objections(&self, batch: &Batch<'_>, counted: &CountedBatch) -> Objections<'_> {
        let receipts = &self.plan.receipts;
        let mends = ReachMends::of(self.workspace, self.platform, batch, &counted.exports);
        if self.accept_shrink {
            return Objections { suspects: None, receipts, mends };
        }
        let before = suspect::receipts_before(self.archive, self.plan, batch).await;
        let told = receipts.values().chain(&before);
        let suspects = Suspects::of(self.platform, batch, &counted.exports, &self.plan.exports, told, self.now());
        Objections { suspects: Some(suspects), receipts, mends }
    }

    async fn publish_day(
        &self,
        batch: &Batch<'_>,
        counted: &Arc<CountedBatch>,
        number: usize,
        facts: Vec<Fact>,
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
        if let Err(held) = judge::orphans(day, &facts, self.platform.max_orphan_share) {
            return Ok(held);
        }
        let unit = Unit::MarketDay(day.market_day.clone());
        let newest = match self.archive.newest(&unit).await {
            Ok(newest) => newest,
            Err(error) => return Ok(Disposition::Failed { reason: error_text(&error) }),
        };
        // What was retired is as good as never published.
        let before = newest.as_ref().filter(|newest| !newest.content.retired);
        if let Some(disposition) = self.ruled_out(day, before, &exports).await {
            return Ok(disposition);
        }
        let coverage = Coverage::of(self.platform, batch, counted, day, &market.day);
        let partly = match coverage {
            Coverage::Whole => None,
            Coverage::Partly(part) => Some(part),
            Coverage::Not(uncovered) => match self.uncovered(day, uncovered, before).await {
                Ok(Some(disposition)) => return Ok(disposition),
                Ok(None) => None,
                Err(error) => return Ok(Disposition::Failed { reason: error_text(&error) }),
            },
        };
        let was_final = before.is_some_and(|before| before.content.state == State::Final);
        // What is covered in part may have more to come; what was final once is final.
        let is_open = partly.as_ref().is_some_and(|part| !part.is_quiet) && !was_final;
        let state = if is_open { State::Provisional } else { day.state };
        let contents = DayContents {
            workspace: Arc::clone(self.workspace),
            day: day.clone(),
            number,
            state,
            turns: self.workspace.turns(&day.market_day.platform, &day.market_day.market),
            unknown: counted.unknown(batch, number),
            facts,
            counted: Arc::clone(counted),
        };
        let visits = self.visits(day, counted, number);
        let Some(totals) = contents.totals() else { return Err(RunError::Worker) };
        let is_less = before.is_some_and(|before| judge::falls(&totals, before).next().is_some());
        let tells_slots = !self.platform.is_quality_source();
        let has_moved = match before.filter(|_| is_less && tells_slots && !self.accept_shrink) {
            Some(before) => moved::has_moved(self.archive, market, day, before).await,
            None => false,
        };
        let is_accepted = self.accept_shrink || has_moved;
        if let (Some(part), Some(before)) = (&partly, before)
            && part.lacks_beginning
            && before.content.partly.as_ref() != Some(&part.told)
            && is_less
            && !is_accepted
        {
            return Ok(self.keep(day, before, &part.told).await);
        }
        let partly = partly.filter(|part| !part.is_quiet).map(|part| part.told);
        let max_share = Some(self.workspace.settings.max_shrink_share).filter(|_| !is_accepted);
        let fell = match judge::shrink(day, &totals, before, max_share, &exports) {
            Ok(fell) => fell,
            Err(held) => return Ok(held),
        };
        let of_log = counted.booked.logs.get(number).map(|log| cover_log::notes(log, &market.day.zone));
        let told = fell.into_iter().chain(partly.clone()).chain(of_log.into_iter().flatten());
        let notes: Vec<String> = day.notes.iter().cloned().chain(told).collect();
        let partly = partly.filter(|_| state == State::Provisional);
        let engine = engine_name(self.workspace.engine_of(&self.plan.platform)).to_owned();
        let draft =
            Draft { totals, partly, engine, ..draft(state, &day.fingerprint, exports, &day.config_sha256) };
        // A schedule or a split that no longer reaches into the day leaves a table without rows; so does a brief that is not
        // wanted any more.
        let [had_turns, had_groups] =
            [TableName::Turns, TableName::ViewerGroups].map(|table| had(newest.as_ref(), table));
        let minutes = if tells_slots { TableName::BroadcastMinutes } else { TableName::QualityMinutes };
        let had_minutes = had(newest.as_ref(), minutes);
        let counted_day =
            Arc::new(CountedDay { unit, draft, contents, visits, had_turns, had_groups, had_minutes });
        Ok(self.driver().publish(newest, counted_day, notes).await)
    }

    /// What viewers did on a market-day, where that is kept and the day is not older than what is kept.
    fn visits(&self, day: &PlannedDay, counted: &Arc<CountedBatch>, number: usize) -> Option<DayVisits> {
        counted.visits.as_ref().filter(|visits| visits.are_of(number))?;
        let key = self.workspace.returning.as_ref()?;
        returning::keeps(self.workspace, &day.market_day, self.now()).then(|| DayVisits {
            generation: key.generation(),
            market_day: day.market_day.clone(),
            counted: Arc::clone(counted),
            number,
        })
    }

    fn driver(&self) -> Driver<'_> {
        Driver { archive: self.archive, stamp: self.stamp, rendering: self.rendering }
    }

    /// What becomes of a market-day whose exports show that there is nothing to publish, if they do: bytes that were
    /// replaced before are there again, or nothing is of a day on which deliveries began.
    async fn ruled_out(
        &self,
        day: &PlannedDay,
        before: Option<&Receipt>,
        exports: &[ExportRecord],
    ) -> Option<Disposition> {
        // By another configuration the day may have been made from other bytes.
        let alike = before.filter(|before| before.content.config_sha256 == day.config_sha256);
        if let Some(newest) = alike.filter(|_| !self.accept_shrink)
            && let Some(reason) = known_since::again(self.archive, newest, exports).await
        {
            return Some(Disposition::Held { reason });
        }
        let has_rows = exports.iter().any(|export| export.rows.counted + export.rows.duplicate > 0);
        if day.is_begun_within && before.is_none() && !has_rows {
            self.remember(day, AttemptEnd::NotBegun, "nothing that was delivered is of it".to_owned()).await;
            return Some(Disposition::NotBegun);
        }
        None
    }

    /// What becomes of a market-day that no export without a date covers; `None` if it is a quiet one.
    ///
    /// What was published of it stays: its exports have gone on. Before the first of all records there was nothing to
    /// wait for. That it turned out so is remembered, so that the same exports are not read for it again.
    async fn uncovered(
        &self,
        day: &PlannedDay,
        Uncovered { reason, is_before, is_quiet }: Uncovered,
        newest: Option<&Receipt>,
    ) -> Result<Option<Disposition>, ArchiveError> {
        if let Some(newest) = newest {
            return Ok(Some(self.keep(day, newest, &reason).await));
        }
        let MarketDay { platform, market, local_date } = &day.market_day;
        if is_before && !self.archive.is_published_before(platform, market, *local_date).await? {
            self.remember(day, AttemptEnd::NotBegun, reason).await;
            return Ok(Some(Disposition::NotBegun));
        }
        // What lies before the first record is gone, be it that nothing happened or that it was never read.
        if is_quiet && !is_before && day.state == State::Final {
            return Ok(None);
        }
        // Of a quiet day time decides, which is no part of its inputs.
        if !is_quiet {
            self.remember(day, AttemptEnd::Waiting, reason.clone()).await;
        }
        let (missing, incomplete) = (Vec::new(), vec![reason]);
        Ok(Some(Disposition::Waiting { missing, incomplete, since: day.day.end }))
    }

    /// Leaves a market-day as it was published: its exports no longer reach as far back.
    async fn keep(&self, day: &PlannedDay, newest: &Receipt, reason: &str) -> Disposition {
        self.remember(day, AttemptEnd::Kept, reason.to_owned()).await;
        let Content { revision, state, .. } = newest.content;
        // A final day without a row may be one that was called quiet before anything spoke of it.
        let exports = &newest.content.exports;
        let is_empty = exports.iter().all(|export| export.rows.counted + export.rows.duplicate == 0);
        let notes = (state == State::Provisional || is_empty).then(|| reason.to_owned());
        Disposition::Current { revision, state, notes: notes.into_iter().collect() }
    }

    fn now(&self) -> Timestamp {
        self.stamp.now
    }

    /// Leaves word of what held a market-day back, for `status` and for `--reprocess failed`.
    /// Failing to is no reason to stop.
    pub(super) async fn note(&self, day: &PlannedDay, disposition: &Disposition) {
        let end = match disposition {
            Disposition::Held { .. } => AttemptEnd::Held,
            Disposition::Failed { .. } | Disposition::NoSpace { .. } | Disposition::Unsettled { .. } => {
                AttemptEnd::Failed
            }
            _ => return,
        };
        self.remember(day, end, disposition.reason().unwrap_or_default()).await;
    }

    /// Leaves word of how an attempt at a market-day ended that published nothing.
    async fn remember(&self, day: &PlannedDay, end: AttemptEnd, reason: String) {
        let attempt = Attempt::new(&day.fingerprint, end, reason);
        if let Err(error) = self.archive.note(&day.market_day, &attempt).await {
            let market_day = day.market_day.to_string();
            tracing::warn!(market_day, error = error_text(&error), "no note could be left on a market-day");
        }
    }
}

/// Whether a revision has a table.
fn had(newest: Option<&Receipt>, table: TableName) -> bool {
    newest.is_some_and(|newest| newest.content.tables.iter().any(|written| written.table == table))
}

/// What the tables of a market-day are rendered from.
struct DayContents {
    workspace: Arc<Workspace>,
    day: PlannedDay,
    /// The day's number in the batch.
    number: usize,
    state: State,
    turns: Turns,
    unknown: Vec<Unknown>,
    /// The day's facts; those in `counted` were taken.
    facts: Vec<Fact>,
    counted: Arc<CountedBatch>,
}

impl DayContents {
    /// Of a market-day of a source of quality, how views went; `None` for any other.
    fn quality(&self) -> Option<QualityDay<'_>> {
        let MarketDay { platform, market, .. } = &self.day.market_day;
        Some(QualityDay {
            market_day: &self.day.market_day,
            of: self.workspace.platforms.get(platform)?.of.as_ref()?,
            market: self.workspace.markets.get(market)?,
            provisional: self.state == State::Provisional,
            facts: self.counted.quality.facts.get(self.number).map_or(&[], Vec::as_slice),
        })
    }

    /// What was counted by bars of five minutes; `None` unless that is wanted.
    fn bars(&self) -> Result<Option<Vec<BarFact>>, BoxError> {
        let MarketDay { platform, market, .. } = &self.day.market_day;
        let Some(platform) = self.workspace.platforms.get(platform) else { return Ok(None) };
        Ok(self.counted.by_bars(platform, market, self.number)?)
    }

    /// The same of how views went.
    fn quality_bars(&self) -> Result<Option<Vec<QualityBarFact>>, BoxError> {
        let bars = self.counted.quality.bars.as_ref();
        Ok(bars.map(|bars| bars.of_day(self.number)).transpose()?)
    }

    /// What the shrink guard compares; `None` for a platform or market that is not configured.
    fn totals(&self) -> Option<BTreeMap<String, i64>> {
        match self.quality() {
            Some(quality) => Some(quality.totals()),
            None => self.sheet().map(|sheet| sheet.totals()),
        }
    }

    /// `None` for a platform or market that is not configured.
    fn sheet(&self) -> Option<MarketDayContext<'_>> {
        let MarketDay { platform, market, local_date } = &self.day.market_day;
        let groups = self.workspace.viewer_groups(platform, market, *local_date);
        let platform = self.workspace.platforms.get(platform)?;
        let by_turn = self.counted.turns.get(self.number).map_or(&[][..], Vec::as_slice);
        let by_group = self.counted.groups.get(self.number).map_or(&[][..], Vec::as_slice);
        Some(MarketDayContext {
            market_day: &self.day.market_day,
            market: self.workspace.markets.get(market)?,
            day: &self.day.day,
            eras: &platform.eras,
            mapped: mapped(platform, &self.day),
            provisional: self.state == State::Provisional,
            facts: &self.facts,
            booked: self.counted.booked.facts.get(self.number).map_or(&[], Vec::as_slice),
            by_turn: (!by_turn.is_empty()).then_some((&self.turns, by_turn)),
            by_group: groups.map(|groups| (groups.key_id.as_str(), by_group)),
            unknown: &self.unknown,
        })
    }
}

/// A market-day as it was counted: `funnel`, and what is derived from it.
pub(super) struct CountedDay {
    unit: Unit,
    draft: Draft,
    contents: DayContents,
    visits: Option<DayVisits>,
    /// Whether `turns` was published: where no turn reaches into the day any longer, it has no rows.
    had_turns: bool,
    /// The same of `viewer_groups`.
    had_groups: bool,
    /// The same of `broadcast_minutes` or `quality_minutes`.
    had_minutes: bool,
}

impl Asset for CountedDay {
    const FAMILY: TableFamily = TableFamily::MarketDays;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn visits(&self) -> Option<&DayVisits> {
        self.visits.as_ref()
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        if let Some(quality) = self.contents.quality() {
            let mut tables = vec![table(TableName::Quality, report::quality(&quality, revision)?)];
            if let Some(bars) = self.contents.quality_bars()?.or_else(|| self.had_minutes.then(Vec::new)) {
                let minutes = report::quality_minutes(&quality, &bars, revision)?;
                tables.push(table(TableName::QualityMinutes, minutes));
            }
            return Ok(tables);
        }
        let sheet = self.contents.sheet().ok_or(RunError::Worker)?;
        let [funnel, slots, capability, bridge] = report::market_day(&sheet, revision)?;
        let mut tables = vec![
            table(TableName::Funnel, funnel),
            table(TableName::SlotAudience, slots),
            table(TableName::Capability, capability),
            table(TableName::Bridge, bridge),
        ];
        if self.had_turns || sheet.by_turn.is_some() {
            tables.push(table(TableName::Turns, report::turns(&sheet, revision)?));
        }
        if self.had_groups || sheet.by_group.is_some() {
            tables.push(table(TableName::ViewerGroups, report::viewer_groups(&sheet, revision)?));
        }
        if let Some(bars) = self.contents.bars()?.or_else(|| self.had_minutes.then(Vec::new)) {
            tables.push(table(TableName::BroadcastMinutes, report::broadcast_minutes(&sheet, &bars, revision)?));
        }
        Ok(tables)
    }
}
