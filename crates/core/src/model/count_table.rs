//! The contents of one object of pre-aggregated counts, or of a cover log.

use serde::{Deserialize, Serialize};

use super::{CountSet, Figures, MarketId};

/// Some platforms write ends to the minute and others to the second: rows that share less time than this
/// (microseconds) do not overlap.
pub const LEAST_OVERLAP_US: i64 = 60_000_000;

/// The rows of one object, before it is known which of them a newer object replaces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CountTable {
    /// Where its rows were seen.
    pub stages: Vec<Dimensions>,
    /// Its rows of counts.
    pub rows: Vec<CountRow>,
    /// Its rows of covers.
    pub on_air: Vec<OnAir>,
    /// The latest instant in the column that says when rows were made (microseconds since 1970, UTC).
    pub created_us: Option<i64>,
    /// Counts whose columns are optional and missing.
    pub absent: CountSet,
    /// Whether the ids of its broadcasts were made of several columns: they match ids of no other export.
    pub has_made_ids: bool,
}

/// What a row is about: resolved once per distinct combination in an export, not once per row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimensions {
    /// The market it was aimed at.
    pub market: MarketId,
    /// The audience, joined.
    pub audience: String,
    /// The broadcast.
    pub broadcast_id: String,
    /// The cover; `None` where the cover log says it.
    pub cover_id: Option<String>,
}

/// A row of counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRow {
    /// Which record of the object, from 1.
    pub record: u32,
    /// Index into the stages of the page.
    pub stage: u32,
    /// Its first instant (microseconds since 1970, UTC).
    pub start_us: i64,
    /// The first instant after it; later than `start_us`.
    pub end_us: i64,
    /// Whether its counts are a whole day's and have no slot.
    pub is_all_day: bool,
    /// What it counts, before it is divided.
    pub figures: Figures,
}

/// A cover on air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnAir {
    /// Which record of the object, from 1.
    pub record: u32,
    /// In which market.
    pub market: MarketId,
    /// In which broadcast.
    pub broadcast_id: String,
    /// The cover.
    pub cover_id: String,
    /// Its first instant (microseconds since 1970, UTC).
    pub from_us: i64,
    /// The first instant after it; `None`: until the next cover of the broadcast.
    pub until_us: Option<i64>,
}
