//! Exports: found, decoded, mapped, each record checked; what cannot be counted is a reject with its reason.
//!
//! [`read`] turns one export into signals. For every export `rows_in = taken + ignored + rejected`, where `rows_in`
//! is counted on the bytes (text) or taken from the footer (Parquet), never by the parser; an export whose sum does
//! not balance is refused. No input makes it panic, hang or exceed its memory: a record has a length limit, an
//! expansion that only a bomb needs is refused, sizes in a footer are checked against the file.
//!
//! `find` says which objects belong to an export, `near_miss` what lies there and matches no path; `format` turns bytes into records of fields; `value` reads a single
//! field; `map` makes signals, rows of counts or covers of a record's fields; `check` compares them with the
//! totals and rates that an export reports; `peek` looks at exports that are not configured yet.

mod check;
mod cores;
mod error;
mod find;
mod format;
mod halt;
mod interruptible;
mod map;
mod missing;
mod near_miss;
mod path_period;
mod peek;
mod peek_budget;
mod percent;
mod placed;
mod reach;
#[cfg(feature = "testing")]
mod row_by_row;
mod text;
mod value;

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

pub use check::note::says_note;
pub use check::total_row::{results_said, says_all, says_total, says_total_of};
pub use cores::{Core, Cores};
pub use error::ExportError;
pub use find::{Found, PathValues, Search, find, is_matched, named};
pub use format::json::pages::Claim;
pub use halt::Halt;
pub use map::excerpt::Excerpt;
pub use map::hosts::Hosts;
pub use map::prints::Prints;
pub use map::quality::{QualitySignal, QualitySignals};
pub use map::reasons::{Commonest, Reasons};
pub use map::record_outcomes::MAX_LISTED_REJECTS;
pub use map::rounded::rounded_ids;
pub use map::signal::{Signal, Signals};
pub use map::source_stats::{Beyond, OtherMarkets, SourceStats};
pub use missing::{MissingColumn, MissingColumns};
pub use near_miss::near_misses;
pub use peek::{Peek, PeekCell, PeekFormat, PeekTable, peek};
pub use peek_budget::PeekBudget;
pub use placed::{PLACED_YEARS, placed};
pub use reach::Reach;
#[cfg(feature = "testing")]
pub use row_by_row::read_row_by_row;
pub use text::normal;
pub use value::instant::plain as plain_time;
pub use value::length::length;
pub use value::number::{NotANumber, Number, number};

use coverledger_config::{Export, Rows};
use coverledger_core::model::{Check, CountTable, MarketId, Reject};
use coverledger_core::time::Zone;
use format::Decoded;
use format::field::Records;
use format::wanted::Wanted;
use interruptible::Interruptible;
use map::count::CountMapper;
use map::count_layout::{CountLayout, CoverLayout};
use map::cover::CoverMapper;
use map::event::EventMapper;
use map::layout::Layout;
use map::quality::QualityMapper;
use map::quality_layout::QualityLayout;

/// How an export is read, apart from its own definition.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// What the export is.
    pub export: &'a Export,
    /// Whether an entry is a click too, as [`coverledger_config::Platform::entry_is_click`] says.
    pub entry_is_click: bool,
    /// What the path of the object says.
    pub path: &'a PathValues,
    /// The instants whose market-days read the object.
    pub reach: &'a Reach,
    /// Every market the configuration knows, with its zone.
    pub markets: &'a BTreeMap<MarketId, Zone>,
    /// An entry that lasted so long is a stay.
    pub stay_seconds: u32,
    /// What is kept of rejects.
    pub excerpt: Excerpt,
    /// Stops the reading; what was read is then thrown away.
    pub halt: &'a Halt,
    /// The cores that it may use.
    pub cores: &'a Cores,
    /// How many [`Prints`] of records are kept, where no event id identifies them.
    pub most_prints: usize,
}

/// The outcome of reading one export.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReadReport {
    /// Physical records, counted without the parser.
    pub rows_in: u64,
    /// Became signals.
    pub taken: u64,
    /// Of an event or a market that the configuration says to ignore.
    pub ignored: u64,
    /// Rejected.
    pub rejected: u64,
    /// The first [`MAX_LISTED_REJECTS`] of them.
    pub rejects: Vec<Reject>,
    /// Totals and rates that the export reports, compared with its rows. Only for counts.
    pub checks: Vec<Check>,
    /// Statistics of its records: their times and markets.
    pub stats: SourceStats,
    /// Why its rejects are, all of them.
    pub reasons: Reasons,
    /// What it says of how much of an answer it is; of JSON documents only.
    pub claim: Option<Claim>,
}

thread_local! {
    static GUARDED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether this thread is reading an export: a panic of a decoder is caught there and becomes
/// [`ExportError::Panicked`], so that the panic hook need not report it too.
#[must_use]
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Reads an export from beginning to end.
///
/// # Errors
/// [`ExportError`] when the export as a whole cannot be counted. Signals given out before are then worthless: every
/// market-day that needs the export has failed.
pub fn read(reading: &Reading<'_>, file: File, signals: &mut impl Signals) -> Result<ReadReport, ExportError> {
    guarded(|| read_unguarded(reading, file, signals))
}

/// Reads an export of counts or a log of covers from beginning to end.
///
/// `max_rows` is how many rows may be kept.
///
/// # Errors
/// [`ExportError`] when the export as a whole cannot be counted.
pub fn read_page(
    reading: &Reading<'_>,
    file: File,
    max_rows: usize,
) -> Result<(ReadReport, CountTable), ExportError> {
    guarded(|| match &reading.export.rows {
        Rows::Counts(rows) => {
            let layout = CountLayout::of(reading.export, rows);
            let mut mapper = CountMapper::new(reading, rows, &layout, max_rows);
            let decoded = decode(reading, file, &layout.seat.columns, None, &mut mapper)?;
            let (outcomes, checks, page) = mapper.done()?;
            Ok((ReadReport { claim: decoded.claim, ..outcomes.report(decoded.rows, checks)? }, page))
        }
        Rows::Covers(rows) => {
            let layout = CoverLayout::of(reading.export, rows);
            let mut mapper = CoverMapper::new(reading, &layout, max_rows);
            let decoded = decode(reading, file, &layout.seat.columns, None, &mut mapper)?;
            let (outcomes, page) = mapper.done()?;
            Ok((ReadReport { claim: decoded.claim, ..outcomes.report(decoded.rows, Vec::new())? }, page))
        }
        Rows::Events { .. } | Rows::Impressions { .. } | Rows::Quality(_) => {
            unreachable!("rows of events and of quality are no page")
        }
    })
}

/// Reads an export of how views went from beginning to end.
///
/// # Errors
/// [`ExportError`] when the export as a whole cannot be counted. What was given out before is then worthless.
pub fn read_quality(
    reading: &Reading<'_>,
    file: File,
    signals: &mut impl QualitySignals,
) -> Result<ReadReport, ExportError> {
    guarded(|| {
        let Rows::Quality(rows) = &reading.export.rows else { unreachable!("the rows are of quality") };
        let layout = QualityLayout::of(reading.export, rows);
        let mut mapper = QualityMapper::new(reading, &layout, signals);
        let decoded = decode(reading, file, &layout.seat.columns, None, &mut mapper)?;
        Ok(ReadReport { claim: decoded.claim, ..mapper.done()?.report(decoded.rows, Vec::new())? })
    })
}

/// Runs a decoder over untrusted bytes.
///
/// # Errors
/// What it panicked with.
pub fn caught<T>(read: impl FnOnce() -> T) -> std::thread::Result<T> {
    GUARDED.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    read
}

/// Runs a decoder; a panic of it is an error of the export.
fn guarded<T>(read: impl FnOnce() -> Result<T, ExportError>) -> Result<T, ExportError> {
    caught(read).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(ExportError::Panicked(text.unwrap_or_else(|| "it gave no reason".to_owned())))
    })
}

fn read_unguarded(
    reading: &Reading<'_>,
    file: File,
    signals: &mut impl Signals,
) -> Result<ReadReport, ExportError> {
    let layout = Layout::of(reading.export);
    let mut mapper = EventMapper::new(reading, &layout, signals);
    let decoded = decode(reading, file, &layout.columns, layout.may_be_absent(), &mut mapper)?;
    Ok(ReadReport { claim: decoded.claim, ..mapper.done()?.report(decoded.rows, Vec::new())? })
}

fn decode(
    reading: &Reading<'_>,
    file: File,
    wanted: &[Wanted],
    may_be_absent: Option<usize>,
    records: &mut impl Records,
) -> Result<Decoded, ExportError> {
    let _core = reading.cores.take();
    let mut until = Interruptible { halt: reading.halt, records };
    let decoded = format::decode(reading.export, file, wanted, may_be_absent, reading.cores, &mut until);
    if reading.halt.is_asked() { Err(ExportError::Stopped) } else { decoded }
}
