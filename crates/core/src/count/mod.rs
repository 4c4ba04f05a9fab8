//! The counting engine: signals in, funnel facts out.
//!
//! Rows are packed into 40 bytes and parted by the key of their event id, so that all deliveries of an event meet in
//! one small partition; what is counted goes on, parted by viewer, so that all first touches of a viewer meet. Both
//! stay in memory up to a bound and spill to disk beyond it. Exports are read date by date, and market-days settle as soon as
//! all that they are counted from is read (`waves`). All sums are of whole numbers: neither the number of threads nor the
//! order of reading can change a result.
//!
//! Ids travel as 64 bits ([`Id::key`](crate::model::Id::key)). Whole numbers are never confused. Other ids are hashed, and for
//! events six or more other bits of the hash choose the partition, and only rows of one partition meet: two different ids
//! among *n* are taken for one with probability below n² / 2⁷¹, 8 in 10⁸ for 13.5 million events. Viewers meet only within a
//! market-day, broadcast and cover: n² / 2⁶⁵ for the *n* viewers of one.
//!
//! Counting stands behind a seam, [`Engine`]: signals in, [`Counted`] out. What is described above is [`LocalEngine`],
//! which counts in this process. Another engine can count elsewhere from the same signals, as rows of the
//! [signal table](signals).

mod allocation;
pub mod apart;
mod bars;
mod cells;
mod counter;
mod dedupe;
mod engine;
mod facts;
mod local;
mod memory;
mod progress;
mod quality;
mod row;
mod scope;
mod settle;
mod settler;
pub mod signals;
mod spill;
mod spool;
mod tally;
mod touch;
#[cfg(test)]
mod twin;
mod visits;
mod waves;
mod writer;

pub use allocation::{
    Allocation, AllocationDay, AllocationJob, Conflict, ConflictKind, Delivered, Entry, LogTold, Overlap, Subject,
    UnsaidRows, Without, allocate, cuts,
};
pub use bars::Bars;
pub use counter::{CountOptions, Counted, Counter, most_cells};
pub use engine::{CountDay, CountExport, CountJob, Engine, EngineError, OpenCount, SignalWriter};
pub use local::LocalEngine;
pub use memory::Memory;
pub use quality::{
    QualityBarFact, QualityBars, QualityCounted, QualityCounter, QualityFact, QualityInput, QualityPartial,
    QualityPlace, QualityRowsOf, QualitySums, QualityWriter, ViewerVisit,
};
pub use scope::Scope;
pub use signals::{BatchFeeder, BatchSink, BatchWriter};
pub use tally::Outcome;
pub use visits::Visits;
pub use writer::{CountWriter, Input, PartialCounts, Placed, RowsByDay};
