//! Reads the exports of a batch on all threads and counts them: signals one by one as they come, counts all together
//! once it is known what replaces what.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use tracing::Span;

use crate::plan::Batch;
use crate::reading::prefetcher::Prefetcher;
use crate::reading::watch::{Ended, Stint, Watch};
use crate::reading::{Read, ReadExport, Reader, Stop, Unread, Writers, count_job};
use coverledger_archive::RowCounts;
use coverledger_config::{EngineChoice, Platform, Workspace};
use coverledger_core::count::{
    Allocation, CountOptions, Counted, Engine, EngineError, LocalEngine, Memory, OpenCount as _, Outcome,
    QualityCounted, QualityCounter, QualityWriter, Scope, SignalWriter as _,
};
use coverledger_core::model::{BarFact, Fact, GroupFact, MarketId, TurnFact, Turns, Unknown};
use coverledger_store::{Object, Store};

use super::RunError;
use super::allocation;
use super::known_since::KnownSince;
use super::on_spark::{self, OnSpark};
use super::pages::PageSets;
use super::returning::{self, BatchVisits};

/// Compressed bytes per row that no export goes below; only a guess for choosing partitions.
const LEAST_BYTES_PER_ROW: u64 = 8;

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
    /// The session on Spark, where that counts.
    pub(super) on_spark: OnSpark,
}

/// Until when a batch is counted, if nobody stops the run before.
pub(super) struct Until {
    /// As long as others wait. What is counted elsewhere holds up nobody here.
    pub(super) stint: Stint,
    /// Until this is asked; of what is counted elsewhere alone.
    pub(super) quit: Stop,
}

/// Told of every export that was read, from any thread.
pub(super) type OnRead<'a> = &'a (dyn Fn(&Object) + Sync);

/// Reads every export of a batch once, however many market-days it feeds, and counts its rows. What was counted of a
/// batch that is ended before its end is worth nothing.
pub(super) fn count(
    source: &Source,
    batch: &Batch<'_>,
    known_since: &KnownSince<'_>,
    until: &Until,
    handle: &Handle,
    on_read: OnRead<'_>,
) -> Result<Counting, RunError> {
    let engine = batch.days.first().map(|day| source.workspace.engine_of(&day.market_day.platform));
    match engine.ok_or(RunError::Worker)? {
        EngineChoice::Spark(spark) => {
            on_spark::count(source, spark, (batch, known_since), &until.quit, handle, on_read)
        }
        EngineChoice::Local => {
            count_with(&LocalEngine, source, batch, (known_since, until.stint), handle, on_read)
        }
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
    let reader = Reader::new(&source.workspace, &source.exports, platform, batch, &turns).on(source.threads);
    let scope = count_job::scope(batch, platform);
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
    let prefetcher = Prefetcher::new(&source.exports, &source.spill_dir, handle, in_order(batch), source.threads);
    let span = Span::current();
    let worker = || -> Result<Worked<_>, RunError> {
        let _entered = span.enter();
        let mut writers =
            Writers { signals: counter.writer(), views: quality.as_ref().map(QualityCounter::writer) };
        let mut done = Vec::new();
        while let Some(next) = prefetcher.next().filter(|_| !source.stop.is_asked()) {
            let watch = Watch::begin(handle, &source.stop, stint, reader.limit(), next.quit());
            let index = next.index;
            let planned = batch.exports[index];
            let read = match reader.read_next(planned, next, &watch, &mut writers)? {
                Ok(read) => read,
                Err(ended) => return Ok(Err(ended)),
            };
            writers.signals.leave(index)?;
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
    let mut exports = exports.into_iter().collect::<Option<Vec<_>>>().ok_or(RunError::Worker)?;
    known_since.fill_in(platform, batch, &mut exports);
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
pub(super) fn put_together(
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

/// Date by date, so that market-days settle while others are read; of a date the big ones first, so that no thread is left
/// alone with one at the end.
fn in_order<'a>(batch: &'a Batch<'_>) -> Vec<(usize, &'a Object)> {
    let objects = batch.exports.iter().map(|export| &export.found.object);
    let mut order: Vec<(u32, (usize, &Object))> =
        count_job::waves(batch).into_iter().zip(objects.enumerate()).collect();
    order.sort_by_key(|(wave, (_, object))| (*wave, std::cmp::Reverse(object.size)));
    order.into_iter().map(|(_, object)| object).collect()
}
