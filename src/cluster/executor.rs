//! What runs on executors. The Python wheel calls it; nothing here knows of Python or of Spark.

use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tokio::runtime::Builder;

use super::account::Account;
use super::shipped::{self, Replanned, Shipped};
use super::staging_writer::{Emit, StagingWriter};
use super::sums::Sums;
use super::table::{self, Staged, TableError};
use crate::reading::prefetcher::Prefetcher;
use crate::reading::watch::{Stint, Watch};
use crate::reading::{Reader, Stop, Writers, count_job, memory_of_rows};
use crate::stores;
use coverledger_core::count::apart::{count_events, count_viewers, viewer_bucket};
use coverledger_core::count::{CountJob, CountOptions, EngineError, SignalWriter as _};
use coverledger_store::Object;

pub use super::executor_error::ExecutorError;

/// A step that executors carry out, and the function of the wheel that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Objects to signals and accounts.
    Read,
    /// Signals to those that viewers are counted of, and partial counts.
    CountEvents,
    /// Those to partial counts.
    CountViewers,
    /// Partial counts of a market-day to one.
    AddUp,
}

impl Step {
    /// The function of the Python module that carries it out.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::CountEvents => "count_events",
            Self::CountViewers => "count_viewers",
            Self::AddUp => "add_up",
        }
    }

    /// The table that it gives.
    #[must_use]
    pub fn output(self) -> SchemaRef {
        match self {
            Self::Read | Self::CountEvents => table::staged(),
            Self::CountViewers | Self::AddUp => table::counted(),
        }
    }
}

/// One worker's view of a shipped batch.
pub struct Executor {
    shipped: Shipped,
    replanned: Replanned,
    job: CountJob,
}

impl Executor {
    /// Whether what was sent is of this release; nothing else of it is looked at.
    ///
    /// # Errors
    /// [`ExecutorError::Version`] when it is of another.
    pub fn check(shipped: &[u8]) -> Result<(), ExecutorError> {
        shipped::check_sender(shipped)
    }

    /// Makes the plan of a shipped batch.
    ///
    /// # Errors
    /// When it is of another release, cannot be understood, or comes to something else here.
    pub fn new(shipped: &[u8]) -> Result<Self, ExecutorError> {
        let shipped = Shipped::of_bytes(shipped)?;
        let replanned = shipped.plan()?;
        let batch = replanned.batch();
        let turns = count_job::turns(&replanned.workspace, &batch);
        let scope = count_job::scope(&batch, replanned.platform()?);
        let job = count_job::job(&replanned.workspace, &batch, scope, &turns);
        drop(batch);
        Ok(Self { shipped, replanned, job })
    }

    /// Reads the objects of a task; `emit` is given batches of [`table::staged`] and says whether to go on.
    ///
    /// # Errors
    /// When this machine fails; an object that cannot be read is no error, its account says so.
    pub fn read(&self, task: u32, emit: &mut dyn FnMut(RecordBatch) -> bool) -> Result<(), ExecutorError> {
        self.read_each(task, emit, tell)
    }

    /// `tell` emits the account of an object, and says whether to go on.
    pub(super) fn read_each(
        &self,
        task: u32,
        emit: Emit<'_>,
        mut tell: impl FnMut(&Account, Emit<'_>) -> Result<bool, TableError>,
    ) -> Result<(), ExecutorError> {
        let workspace = &self.replanned.workspace;
        let batch = self.replanned.batch();
        let turns = count_job::turns(workspace, &batch);
        let exports = stores::exports(&workspace.settings).map_err(ExecutorError::Exports)?;
        let reader = Reader::new(workspace, &exports, self.replanned.platform()?, &batch, &turns);
        let object = |number: &u32| {
            let number = *number as usize;
            batch.exports.get(number).map(|planned| (number, &planned.found.object))
        };
        let order: Option<Vec<(usize, &Object)>> = self.shipped.task(task)?.iter().map(object).collect();
        let order = order.ok_or_else(|| ExecutorError::Shipped(format!("task {task} is of no object")))?;
        // What waits for a store; reading is this thread's.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(ExecutorError::Threads)?;
        let (scratch_dir, handle, nobody) = (self.scratch_dir(), runtime.handle(), Stop::new());
        let prefetcher = Prefetcher::new(&exports, &scratch_dir, handle, order, 1);
        while let Some(next) = prefetcher.next() {
            let number = next.index;
            let watch = Watch::begin(handle, &nobody, Stint::without_end(), reader.limit(), next.quit());
            let signals = StagingWriter::new(&self.job, emit, next.quit().clone());
            let mut writers = Writers { signals, views: None };
            let read = reader.read_next(batch.exports[number], next, &watch, &mut writers)?;
            let emitted = writers.signals.finish()?;
            // Nobody asks for an end but who takes rows, by taking no more.
            let Ok(read) = read else { return Ok(()) };
            if emitted.is_over {
                return Ok(());
            }
            let export = u32::try_from(number).unwrap_or(u32::MAX);
            if !tell(&Account { export, staged: emitted.rows, read }, emit)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Finds redeliveries among all signals of a group of event buckets and counts; what is left for viewers, and partial counts
    /// as payloads, as [`table::staged`].
    ///
    /// # Errors
    /// When these are not such signals.
    pub fn count_events(&self, rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        let Staged { signals, payloads } = Staged::of_all(rows)?;
        if !payloads.is_empty() {
            return Err(TableError::Kind("payloads are among signals that are not counted yet").into());
        }
        let (passed_on, partial) = count_events(&self.job, &signals, &self.options())?;
        let mut given = Vec::with_capacity(passed_on.len() + 1);
        for rows in passed_on {
            let buckets = viewer_bucket(&rows).map_err(EngineError::from)?;
            given.push(table::with_buckets(&rows, buckets)?);
        }
        let mut sums = Sums::default();
        sums.add(partial).map_err(EngineError::from)?;
        given.push(sums.for_viewers()?);
        Ok(given)
    }

    /// Credits first touches among all signals of a group of viewer buckets; partial counts by market-day, as
    /// [`table::counted`], those that passed through among them.
    ///
    /// # Errors
    /// When these are not such signals.
    pub fn count_viewers(&self, rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        let Staged { signals, payloads } = Staged::of_all(rows)?;
        let mut sums = Sums::default();
        sums.add(count_viewers(&self.job, &signals, &self.options())?).map_err(EngineError::from)?;
        payloads.iter().try_for_each(|payload| sums.add_payload(payload))?;
        Ok(vec![sums.by_day()?])
    }

    /// Adds up partial counts of market-days, as [`table::counted`]: in pieces of some megabytes at most.
    ///
    /// # Errors
    /// When these are none.
    pub fn add_up(&self, partials: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        let mut sums = Sums::default();
        for rows in partials {
            table::partials(rows)?.iter().flatten().try_for_each(|payload| sums.add_payload(payload))?;
        }
        Ok(vec![sums.in_pieces()?])
    }

    /// A group is counted by the one thread that calls.
    fn options(&self) -> CountOptions {
        let memory = memory_of_rows(&self.replanned.workspace.settings, self.scratch_dir());
        CountOptions { memory, threads: 1, expected_rows: 0 }
    }

    fn scratch_dir(&self) -> PathBuf {
        stores::scratch_dir(&self.replanned.workspace.settings)
    }
}

/// Emits the account of an object, and says whether to go on.
fn tell(account: &Account, emit: Emit<'_>) -> Result<bool, TableError> {
    for payload in account.payloads()? {
        if !emit(table::of_payloads(&table::staged(), [(0, payload)])?) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
