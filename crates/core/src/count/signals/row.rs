//! One signal, as the signal table has it.

use jiff::civil::Date;

use crate::model::{Era, IdHash, Kinds, Turn, ViewerGroup};

/// A row of the signal table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalRow<'a> {
    /// The key of the object that it is of.
    pub export: &'a str,
    /// By which of the platform's definitions that was read.
    pub definition: u16,
    /// Which record of the export, from 1.
    pub record: u32,
    /// When it happened (microseconds since 1970, UTC).
    pub occurred_us: i64,
    /// What it counts as.
    pub kinds: Kinds,
    /// Milliseconds in the room.
    pub dwell_ms: u32,
    /// The hash of its event id.
    pub event: Option<IdHash>,
    /// The hash of its viewer id.
    pub viewer: Option<IdHash>,
    /// Where it counts; `None`: outside of the market-days that are counted.
    pub place: Option<SignalPlace<'a>>,
}

/// Where a signal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalPlace<'a> {
    /// The market.
    pub market: &'a str,
    /// The market's date.
    pub local_date: Date,
    /// The market's slot.
    pub slot: &'a str,
    /// Under which convention.
    pub era: Era,
    /// In which part of which turn; `None`: in none.
    pub turn: Option<Turn>,
    /// The audience, joined.
    pub audience: &'a str,
    /// The broadcast.
    pub broadcast_id: &'a str,
    /// The cover.
    pub cover_id: &'a str,
    /// In which group the viewer is; `None`: none is named, or the market-day is not counted by groups.
    pub group: Option<ViewerGroup>,
}
