//! The seam behind which counting stands: signals in, facts and accounts out.
//!
//! An [`Engine`] opens a count over a [`CountJob`]. Writers, one a thread, take signals; [`OpenCount::finish`] gives the
//! [`Counted`] facts and what became of the rows of every export on every market-day. Every engine has to give the same
//! [`Counted`] for the same signals, in whatever order and by however many writers they come.
//!
//! A writer takes rows as the mapper makes them ([`Input`]): numbers that mean something within this process only, and
//! cost nothing. An engine that counts elsewhere lets [`super::BatchWriter`] turn them into record batches of the
//! [signal table](super::signals), which holds real values only; whoever has such batches feeds them to any engine with
//! [`super::BatchFeeder`].

use std::sync::Arc;

use jiff::civil::Date;
use thiserror::Error;

use super::apart::ApartError;
use super::counter::{CountOptions, Counted};
use super::scope::Scope;
use super::signals::SignalTableError;
use super::writer::{Input, RowsByDay};
use crate::model::{MarketId, Turns, ViewerKey};

/// What one count is about: exports and market-days of one platform.
#[derive(Debug, Clone)]
pub struct CountJob {
    /// The exports, in ascending order: of two deliveries of an event at one instant, the first by export and record
    /// number counts.
    pub exports: Vec<CountExport>,
    /// The market-days.
    pub days: Vec<CountDay>,
    /// Which exports each market-day is counted from, by their places in these lists.
    pub scope: Scope,
    /// Whether it is to be counted by bars, too.
    pub bars: bool,
}

/// An object, read by one of the platform's definitions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountExport {
    /// Its key in the store.
    pub key: Arc<str>,
    /// The definition's place in the platform's `exports`.
    pub definition: u16,
    /// Exports are read in waves, one date after the other: which one, by the order of their dates. A market-day can be settled
    /// once all waves are read that it is counted from. It has no say in the counts; 0 where nothing is known of it.
    pub wave: u32,
}

/// A market-day, and what slots and turns of its market are called.
#[derive(Debug, Clone)]
pub struct CountDay {
    /// The market.
    pub market: MarketId,
    /// The market's date.
    pub local_date: Date,
    /// The names of the market's slots, in the order of its slot table.
    pub slots: Arc<[String]>,
    /// The turns of rotations in the market.
    pub turns: Arc<Turns>,
    /// What viewers are called in the visits of the day; `None` if no visits of it are wanted.
    pub visits_by: Option<ViewerKey>,
}

/// A way of counting.
pub trait Engine {
    /// A count that this engine has begun.
    type Count: OpenCount;

    /// What receipts call it: its name, and a version that is raised when it counts differently.
    const NAME: &'static str;

    /// Begins a count.
    ///
    /// # Errors
    /// When the engine cannot be had.
    fn open(&self, job: CountJob, options: CountOptions) -> Result<Self::Count, EngineError>;
}

/// A count that takes signals.
pub trait OpenCount: Sized + Sync {
    /// A way in for one thread.
    type Writer<'c>: SignalWriter<Partial = Self::Partial>
    where
        Self: 'c;
    /// What a writer leaves behind.
    type Partial: Send;

    /// A way in for one thread.
    fn writer(&self) -> Self::Writer<'_>;

    /// Deduplicates, counts, credits first touches. `partials` is what every writer left behind.
    ///
    /// # Errors
    /// When what was written is not there any more, or the engine fails.
    fn finish(self, partials: Vec<Self::Partial>) -> Result<Counted, EngineError>;
}

/// Takes the signals of one export after another. Each begins with [`Self::begin`] and ends with [`Self::end`].
pub trait SignalWriter {
    /// What is left for [`OpenCount::finish`].
    type Partial: Send;

    /// Begins an export, by its place in [`CountJob::exports`].
    fn begin(&mut self, export: usize);

    /// Announces what rows of this export are about; [`super::Placed::dimensions`] numbers them from 0.
    fn dimensions(&mut self, audience: &str, broadcast_id: &str, cover_id: &str);

    /// Takes a row of this export.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn push(&mut self, input: &Input<'_>) -> Result<(), EngineError>;

    /// How many distinct combinations were more than can be kept, once they are: the export is then refused.
    fn too_many(&self) -> Option<usize> {
        None
    }

    /// Ends the export and says where its rows went.
    fn end(&mut self) -> RowsByDay;

    /// Takes note that an export is done with, whether it had rows or not, and does what can be done before all are: once for
    /// each export, by one of the writers. What is never told of is not less right.
    ///
    /// # Errors
    /// When rows cannot be kept, or were spilled and cannot be read back.
    fn leave(&mut self, export: usize) -> Result<(), EngineError> {
        let _ = export;
        Ok(())
    }

    /// Hands over what is left in this writer's hands.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn finish(self) -> Result<Self::Partial, EngineError>;
}

/// Why an engine could not count.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The spill folder failed.
    #[error("failed to spill rows to disk (is the folder of `spill_dir` full or missing?)")]
    Spill(#[from] std::io::Error),
    /// A record batch is not one of the signal table of this count.
    #[error("failed to read signals")]
    Signals(#[from] SignalTableError),
    /// It cannot be counted in parts, or the parts are no whole.
    #[error("failed to count in parts")]
    Apart(#[from] ApartError),
}
