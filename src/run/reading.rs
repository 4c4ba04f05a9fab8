//! Reads the exports of a batch on all threads and counts them: signals one by one as they come, counts all together
//! once it is known what replaces what.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tracing::Span;

use crate::plan::{Batch, PlannedExport};
use coverledger_archive::RowCounts;
use coverledger_config::{EngineChoice, Platform, QualityGrain, Rows, Workspace};
use coverledger_core::count::{
    Allocation, CountOptions, Counted, Engine, EngineError, LocalEngine, Memory, OpenCount as _, Outcome,
    QualityCounted, QualityCounter, QualityRowsOf, QualityWriter, RowsByDay, Scope, SignalWriter,
};
use coverledger_core::model::{BarFact, CountTable, Fact, GroupFact, MarketId, TurnFact, Turns, Unknown};
use coverledger_core::time::{Zone, span};
use coverledger_read::export::{self, Excerpt, ExportError, Halt, ReadReport, Reading};
use coverledger_store::{Fetched, Object, Store, StoreError, StoreProblem};

use super::allocation::{self, Room};
use super::count_job;
use super::known_since::KnownSince;
use super::localize::{Clocks, Localizing};
use super::pages::PageSets;
use super::prefetcher::Prefetcher;
use super::reach::Reaches;
use super::returning::{self, BatchVisits};
use super::views::LocalizingViews;
use super::watch::{Ended, Stint, Watch};
use super::{RunError, Stop, error_text};

/// Compressed bytes per row that no export goes below; only a guess for choosing partitions.
const LEAST_BYTES_PER_ROW: u64 = 8;

/// What is said besides of too many combinations where market-days are counted by groups of viewers.
const OF_GROUPS: &str = " (or give `memory` in `archive.yaml` more: a split by viewer counts each combination in up to 129 parts, by groups of viewers)";

/// What reading one export came to.
pub(super) struct ReadExport {
    /// Hash and size of the bytes that were read.
    pub(super) sha256: String,
    /// Since when the store has these bytes, where that decides what is counted.
    pub(super) modified: Option<Timestamp>,
    pub(super) report: ReadReport,
    pub(super) rows: Read,
}

impl ReadExport {
    /// Whether its rows are events, which are told apart by an id.
    pub(super) const fn has_event_ids(&self) -> bool {
        matches!(self.rows, Read::Signals(_) | Read::Views(_))
    }
}

/// What was read.
pub(super) enum Read {
    /// Signals, which went to the counter.
    Signals(RowsByDay),
    /// How views went, which went to the counter of that.
    Views(RowsByDay),
    /// Counts or covers, which wait to be booked.
    Counts(CountTable),
    /// Counts or covers that were booked, and are nowhere else any more.
    Allocated,
}

/// Why an export is not counted.
pub(super) struct Unread {
    pub(super) reason: String,
    /// It may be counted with fewer market-days at a time.
    pub(super) is_too_much: bool,
    /// It is not the export's fault: this machine's disk did not take it.
    pub(super) is_of_disk: bool,
}

impl Unread {
    pub(super) fn new(reason: String) -> Self {
        Self { reason, is_too_much: false, is_of_disk: false }
    }

    fn of(error: &StoreError) -> Self {
        Self { is_of_disk: matches!(error.problem, StoreProblem::Disk(_)), ..Self::new(error_text(error)) }
    }
}

/// A batch, read and counted. Exports are in the order of the batch.
pub(super) struct CountedBatch {
    pub(super) exports: Vec<Result<ReadExport, Unread>>,
    /// By market-day, sorted by key.
    pub(super) facts: Vec<Vec<Fact>>,
    /// The same by turn, for market-days that a turn of a rotation reaches into; sorted by turn, then by key.
    pub(super) turns: Vec<Vec<TurnFact>>,
    /// The same by group of viewers, for market-days that are counted by groups; sorted by group, then by key.
    pub(super) groups: Vec<Vec<GroupFact>>,
    /// What of them came as counts.
    pub(super) booked: Allocation,
    /// Which exports are pages of one answer, and which of those are not whole.
    pub(super) pages: PageSets,
    /// What viewers did, of the market-days of which that is kept; `None` if it is of none.
    pub(super) visits: Option<BatchVisits>,
    /// How views went; of a source of quality, and of nothing else.
    pub(super) quality: QualityCounted,
    singly: Counted,
}

impl CountedBatch {
    /// How many rows of an export reached into a market-day, and what became of them.
    pub(super) fn account(&self, export: usize, read: &ReadExport, day: usize) -> (u64, Outcome) {
        match &read.rows {
            Read::Signals(landed) => (landed.by_day[day], self.singly.outcome(export, day)),
            Read::Views(landed) => (landed.by_day[day], self.quality.outcome(export, day)),
            Read::Counts(_) | Read::Allocated => {
                let outcome = self.booked.outcome(export, day);
                (outcome.counted + outcome.duplicate, outcome)
            }
        }
    }

    /// Whether it says how views went, and counts nothing else.
    pub(super) fn is_of_views(&self) -> bool {
        !self.quality.facts.is_empty()
    }

    /// What was counted of a market-day by bars of five minutes, sorted by key; `None` unless that is wanted. It fails when
    /// what was spilled cannot be read back.
    pub(super) fn by_bars(
        &self,
        platform: &Platform,
        market: &MarketId,
        day: usize,
    ) -> io::Result<Option<Vec<BarFact>>> {
        let Some(bars) = &self.singly.bars else { return Ok(None) };
        let booked = self.booked.bars.get(day).map_or(&[][..], Vec::as_slice);
        Ok(Some(allocation::join_bars(platform, market, bars.of_day(day)?, booked)))
    }

    /// Which rows of the batch's exports do not say a count that they should, on a market-day.
    pub(super) fn unknown(&self, batch: &Batch<'_>, day: usize) -> Vec<Unknown> {
        let unknown = self.booked.unsaid(day).map(|(count, export, unsaid)| Unknown {
            count,
            object: batch.exports[export].found.object.key.clone(),
            rows: unsaid.rows,
            of: self.booked.outcome(export, day).counted,
            records: unsaid.records.clone(),
        });
        unknown.collect()
    }

    /// The records of an export by what became of them on all market-days of the batch. One that reached into two
    /// of them is counted on both and told once.
    pub(super) fn rows_of(&self, export: usize, read: &ReadExport) -> RowCounts {
        let (rows_in, rejected) = (read.report.rows_in, read.report.rejected);
        let mut left = rows_in - rejected;
        let mut take = |rows: u64| {
            let taken = rows.min(left);
            left -= taken;
            taken
        };
        let of_days = (0..self.facts.len()).map(|day| self.account(export, read, day).1);
        let (counted, duplicate) =
            of_days.fold((0, 0), |sum, of_day| (sum.0 + of_day.counted, sum.1 + of_day.duplicate));
        let (counted, duplicate) = (take(counted), take(duplicate));
        RowCounts { rows_in, counted, duplicate, outside: left, rejected }
    }

    /// Why an export had more distinct combinations than fit the memory bound with so many market-days at a time, if
    /// one had.
    pub(super) fn too_much(&self) -> Option<&str> {
        let unread = self.exports.iter().filter_map(|read| read.as_ref().err());
        unread.filter(|unread| unread.is_too_much).map(|unread| unread.reason.as_str()).next()
    }

    /// Of a batch that cannot be cut any further, no export is counted: which one came last and found no room is
    /// chance, and what had been counted until then is worth nothing.
    pub(super) fn refuse_what_is_too_much(&mut self) {
        let Some(reason) = self.too_much().map(str::to_owned) else { return };
        for export in &mut self.exports {
            *export = Err(Unread::new(reason.clone()));
        }
    }
}

/// An export by its number in the batch, and what became of it.
type Done = (usize, Result<ReadExport, Unread>);

/// What came of counting a batch.
pub(super) enum Counting {
    Counted(Box<CountedBatch>),
    /// It was ended before its end, and nothing of it is left: by a stop, or because the platform's stint is over.
    Ended(Ended),
}

/// What one thread did: what its writer left, and what became of the exports that it read.
type Worked<Partial> = Result<(Partial, Vec<Done>), Ended>;

/// What reading needs besides the batch.
pub(super) struct Source {
    pub(super) workspace: Arc<Workspace>,
    pub(super) exports: Store,
    pub(super) spill_dir: PathBuf,
    pub(super) memory: Arc<Memory>,
    pub(super) threads: usize,
    pub(super) stop: Stop,
}

/// Told of every export that was read, from any thread.
pub(super) type OnRead<'a> = &'a (dyn Fn(&Object) + Sync);

/// Reads every export of a batch once, however many market-days it feeds, and counts its rows. What was counted of a
/// batch that is ended before its end is worth nothing.
pub(super) fn count(
    source: &Source,
    batch: &Batch<'_>,
    known_since: &KnownSince<'_>,
    stint: Stint,
    handle: &Handle,
    on_read: OnRead<'_>,
) -> Result<Counting, RunError> {
    let engine = batch.days.first().map(|day| source.workspace.engine_of(&day.market_day.platform));
    match engine.ok_or(RunError::Worker)? {
        EngineChoice::Spark(_) => Err(RunError::WithoutSpark),
        EngineChoice::Local => count_with(&LocalEngine, source, batch, (known_since, stint), handle, on_read),
    }
}

fn count_with(
    engine: &impl Engine,
    source: &Source,
    batch: &Batch<'_>,
    (known_since, stint): (&KnownSince<'_>, Stint),
    handle: &Handle,
    on_read: OnRead<'_>,
) -> Result<Counting, RunError> {
    let platform = batch.days.first().and_then(|day| source.workspace.platforms.get(&day.market_day.platform));
    let platform = platform.ok_or(RunError::Worker)?;
    let turns = count_job::turns(&source.workspace, batch);
    let clocks = Clocks::new(&source.workspace, &batch.days, &platform.eras, &turns);
    let room = Room::new(source.workspace.settings.memory_bytes);
    let scope = count_job::scope(batch, platform);
    let most_prints = most_prints(source.workspace.settings.memory_bytes, batch.exports.len());
    let reaches = Reaches::of(&source.workspace, platform, batch);
    let markets: BTreeMap<MarketId, Zone> =
        source.workspace.markets.iter().map(|(id, market)| (id.clone(), market.day.zone.clone())).collect();
    let options = CountOptions {
        memory: Arc::clone(&source.memory),
        threads: source.threads,
        expected_rows: batch.bytes() / LEAST_BYTES_PER_ROW,
    };
    // A platform counts, or says how views went.
    let quality = platform.is_quality_source().then(|| {
        let quality = QualityCounter::new(scope.clone(), options.clone());
        let quality = if keeps_viewers(&source.workspace, batch) { quality.keep_viewers() } else { quality };
        if source.workspace.counts_bars() { quality.by_bars() } else { quality }
    });
    let counter = engine.open(count_job::job(&source.workspace, batch, scope.clone(), &turns), options)?;
    let prefetcher =
        Prefetcher::new(&source.exports, &source.spill_dir, handle, largest_first(batch), source.threads);
    let span = Span::current();
    let limit = Duration::from_secs(source.workspace.settings.export_limit_seconds);
    let worker = || -> Result<Worked<_>, RunError> {
        let _entered = span.enter();
        let mut writers =
            Writers { signals: counter.writer(), views: quality.as_ref().map(QualityCounter::writer) };
        let mut done = Vec::new();
        while let Some(next) = prefetcher.next().filter(|_| !source.stop.is_asked()) {
            let watch = Watch::begin(handle, &source.stop, stint, limit, next.quit());
            let index = next.index;
            let planned = batch.exports[index];
            let place = Reader {
                source,
                platform,
                known_since,
                clocks: &clocks,
                markets: &markets,
                reaches: &reaches,
                room: &room,
                most_prints,
            };
            let fetched = next.fetched()?;
            let read = fetched.map(|fetched| place.read(planned, fetched, index, watch.halt(), &mut writers));
            let read = read.transpose()?;
            let read = match (watch.ended(), read) {
                (Some(ended @ (Ended::Stopped | Ended::StintOver)), _) => return Ok(Err(ended)),
                (None, Some(read)) => read,
                (Some(Ended::TooLong) | None, _) => Err(Unread::new(too_long(limit))),
            };
            on_read(&planned.found.object);
            done.push((index, read));
        }
        if source.stop.is_asked() {
            return Ok(Err(Ended::Stopped));
        }
        let of_views = writers.views.map(QualityWriter::finish).transpose().map_err(EngineError::Spill)?;
        Ok(Ok(((writers.signals.finish()?, of_views), done)))
    };
    let workers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..source.threads).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| RunError::Worker)).collect()
    });
    let (mut partials, mut of_views) = (Vec::new(), Vec::new());
    let mut exports: Vec<Option<Result<ReadExport, Unread>>> = batch.exports.iter().map(|_| None).collect();
    for worker in workers {
        let (partial, done) = match worker?? {
            Ok(finished) => finished,
            Err(ended) => return Ok(Counting::Ended(ended)),
        };
        partials.push(partial.0);
        of_views.extend(partial.1);
        for (index, read) in done {
            exports[index] = Some(read);
        }
    }
    let exports = exports.into_iter().collect::<Option<Vec<_>>>().ok_or(RunError::Worker)?;
    if source.stop.is_asked() {
        return Ok(Counting::Ended(Ended::Stopped));
    }
    let singly = counter.finish(partials)?;
    let quality = match quality {
        Some(quality) => quality.finish(of_views).map_err(EngineError::Spill)?,
        None => QualityCounted::default(),
    };
    let joined = put_together((source, platform, batch), (&scope, &turns), (singly, quality), exports);
    Ok(Counting::Counted(Box::new(joined)))
}

/// Whether viewers are kept of any market-day of a batch.
fn keeps_viewers(workspace: &Workspace, batch: &Batch<'_>) -> bool {
    let mut days = batch.days.iter().map(|day| &day.market_day);
    days.any(|day| workspace.viewers_kept_by(&day.platform, &day.market).is_some())
}

/// What the counters came to, with what came as counts.
fn put_together(
    (source, platform, batch): (&Source, &Platform, &Batch<'_>),
    (scope, turns): (&Scope, &BTreeMap<MarketId, Turns>),
    (mut singly, mut quality): (Counted, QualityCounted),
    mut exports: Vec<Result<ReadExport, Unread>>,
) -> CountedBatch {
    let workspace = &source.workspace;
    let pages = PageSets::of(batch, &exports);
    let booked = allocation::allocate(workspace, platform, batch, (scope, turns), (&exports, &pages));
    for read in exports.iter_mut().flatten().filter(|read| matches!(read.rows, Read::Counts(_))) {
        read.rows = Read::Allocated;
    }
    let by_turn = allocation::join_turns(platform, batch, turns, &mut singly, &booked);
    let groups = allocation::join_groups(workspace, platform, batch, &mut singly, &booked);
    let visits = match platform.of {
        Some(_) => returning::visits_of(workspace, batch, &mut quality),
        None => singly.visits.take(),
    };
    let visits = visits.map(|visits| BatchVisits::new(visits, &exports, source.threads));
    let facts = allocation::join(platform, batch, std::mem::take(&mut singly.facts), &booked);
    CountedBatch { exports, facts, turns: by_turn, groups, booked, pages, visits, quality, singly }
}

/// Why an export that took longer than it may is not counted.
fn too_long(limit: Duration) -> String {
    format!(
        "reading it took longer than `export_limit` in `archive.yaml`, {}, and was given up (the next run tries again; deliver it in smaller files, or give it more time)",
        span(limit)
    )
}

/// The big ones first, so that no thread is left alone with one at the end.
fn largest_first<'a>(batch: &'a Batch<'_>) -> Vec<(usize, &'a Object)> {
    let mut order: Vec<(usize, &Object)> =
        batch.exports.iter().map(|export| &export.found.object).enumerate().collect();
    order.sort_by_key(|(_, object)| std::cmp::Reverse(object.size));
    order
}

/// How many prints each export may keep: together a sixteenth of the memory bound.
fn most_prints(memory_bytes: u64, exports: usize) -> usize {
    let prints = memory_bytes / 16 / size_of::<u64>() as u64;
    usize::try_from(prints).unwrap_or(usize::MAX) / exports.max(1)
}

/// What reading one export needs.
struct Reader<'a> {
    source: &'a Source,
    platform: &'a Platform,
    known_since: &'a KnownSince<'a>,
    clocks: &'a Clocks<'a>,
    markets: &'a BTreeMap<MarketId, Zone>,
    reaches: &'a Reaches,
    room: &'a Room,
    most_prints: usize,
}

impl Reader<'_> {
    /// What is read of an export that is to be read no further is worth nothing.
    fn read(
        &self,
        planned: &PlannedExport,
        fetched: Result<Fetched, StoreError>,
        number: usize,
        halt: &Halt,
        writers: &mut Writers<'_, impl SignalWriter>,
    ) -> Result<Result<ReadExport, Unread>, RunError> {
        let object = &planned.found.object;
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) => return Ok(Err(Unread::of(&error))),
        };
        let again = match fetched.file.try_clone() {
            Ok(again) => again,
            Err(error) => return Ok(Err(Unread::new(error_text(&error)))),
        };
        let settings = &self.source.workspace.settings;
        let definition = self.platform.exports.get(planned.export).ok_or(RunError::Worker)?;
        let reading = Reading {
            export: definition,
            entry_is_click: self.platform.entry_is_click(),
            path: &planned.found.path,
            reach: self.reaches.of_object(planned),
            markets: self.markets,
            stay_seconds: settings.stay_seconds,
            excerpt: Excerpt { chars: settings.reject_text_chars, viewer_ids: settings.reject_viewer_ids },
            halt,
            most_prints: self.most_prints,
        };
        let read = match &definition.rows {
            Rows::Events { .. } | Rows::Impressions { .. } => {
                self.signals(&reading, fetched.file, number, &mut writers.signals)?
            }
            Rows::Quality(rows) => {
                let views = writers.views.as_mut().ok_or(RunError::Worker)?;
                views.begin(number, rows_of(rows.grain));
                self.views(&reading, fetched.file, views)?
            }
            Rows::Counts(_) | Rows::Covers(_) => self.room.read(&reading, fetched.file),
        };
        let still = || self.source.exports.still(object, &again).map_err(|error| Unread::new(error_text(&error)));
        Ok(read.and_then(|(report, rows)| {
            still()?;
            let modified = self.known_since.modified(definition, planned, &fetched.sha256);
            Ok(ReadExport { sha256: fetched.sha256, modified, report, rows })
        }))
    }

    fn views(
        &self,
        reading: &Reading<'_>,
        file: File,
        writer: &mut QualityWriter<'_>,
    ) -> Result<Result<(ReadReport, Read), Unread>, RunError> {
        let mut localizing = LocalizingViews::new(self.clocks, writer);
        let report = export::read_quality(reading, file, &mut localizing);
        if let Some(failure) = localizing.failure {
            return Err(EngineError::Spill(failure).into());
        }
        let landed = writer.end();
        Ok(report.map_err(|error| self.unread(&error)).and_then(|report| {
            balanced(&report, &landed)?;
            Ok((report, Read::Views(landed)))
        }))
    }

    fn unread(&self, error: &ExportError) -> Unread {
        let is_too_much = matches!(error, ExportError::TooManyCells(_));
        let mut reason = error_text(error);
        if is_too_much && self.clocks.has_groups() {
            reason.push_str(OF_GROUPS);
        }
        Unread { is_too_much, ..Unread::new(reason) }
    }

    fn signals(
        &self,
        reading: &Reading<'_>,
        file: File,
        number: usize,
        writer: &mut impl SignalWriter,
    ) -> Result<Result<(ReadReport, Read), Unread>, RunError> {
        writer.begin(number);
        let mut localizing = Localizing::new(self.clocks, writer);
        let report = export::read(reading, file, &mut localizing);
        if let Some(failure) = localizing.failure {
            return Err(failure.into());
        }
        let landed = writer.end();
        Ok(report.map_err(|error| self.unread(&error)).and_then(|report| {
            balanced(&report, &landed)?;
            Ok((report, Read::Signals(landed)))
        }))
    }
}

/// What a row is of.
const fn rows_of(grain: QualityGrain) -> QualityRowsOf {
    match grain {
        QualityGrain::View => QualityRowsOf::OneView,
        QualityGrain::Minute => QualityRowsOf::Minute,
        QualityGrain::Broadcast => QualityRowsOf::Broadcast,
    }
}

/// The ways into the counters for one thread.
struct Writers<'c, W> {
    signals: W,
    views: Option<QualityWriter<'c>>,
}

/// Whether every row that was taken went somewhere.
fn balanced(report: &ReadReport, landed: &RowsByDay) -> Result<(), Unread> {
    let placed = landed.by_day.iter().sum::<u64>() + landed.outside;
    if placed == report.taken {
        return Ok(());
    }
    let reason = format!("its rows do not balance: {} were taken, {placed} placed", report.taken);
    Err(Unread::new(reason))
}
