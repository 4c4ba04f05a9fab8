//! The checked definition of where a row was seen and when: market, broadcast, cover, audience, instants.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::counting::ColumnName;
use coverledger_core::model::MarketId;
use coverledger_core::time::Zone;

/// Where a row was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Which market it was aimed at.
    pub market: MarketRule,
    /// Which broadcast.
    pub broadcast_id: TextRule,
    /// Which cover.
    pub cover_id: CoverRule,
    /// Joined by ` / `; a missing one is `unknown`. May be empty: everybody is `all`.
    pub audience: Vec<ColumnName>,
}

/// A column, a part of the path, or one value for every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRule {
    /// Read from this column.
    Column(ColumnName),
    /// The same everywhere.
    Value(String),
    /// What `{broadcast}` in the object's path says.
    Path,
    /// Made of several columns. Only for broadcasts.
    Made(MadeId),
}

/// An id made of several columns, for exports that have none: a title and a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeId {
    /// The column of the id where an object has one; nothing is made then.
    pub given: Option<ColumnName>,
    /// What it is made of elsewhere, joined by ` / `. At least two.
    pub parts: Vec<ColumnName>,
}

/// How a row finds its cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverRule {
    /// The row says it.
    Row(TextRule),
    /// The log of covers says it (`rows: covers`, another export of the platform). Only for counts.
    Log,
    /// Rows are of no cover: they tell how views went.
    Unsaid,
}

/// How the instant of a row is read.
#[derive(Clone, PartialEq, Eq)]
pub struct InstantColumn {
    /// The column.
    pub column: ColumnName,
    /// Where the time of day stands, if the column has only the date.
    pub time: Option<ColumnName>,
    /// How it is written; of a date and a time in two columns, both with a space between them.
    pub format: InstantFormat,
}

/// A part of fingerprints: an instant in one column reads as it always did.
impl fmt::Debug for InstantColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, time, format } = self;
        let mut shown = f.debug_struct("InstantColumn");
        shown.field("column", column);
        if let Some(time) = time {
            shown.field("time", time);
        }
        shown.field("format", format).finish()
    }
}

/// How an instant is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstantFormat {
    /// RFC 3339 text with an offset; `T` or a space between date and time. The default.
    Rfc3339,
    /// A whole number of seconds since 1970, UTC.
    EpochSeconds,
    /// A whole number of milliseconds since 1970, UTC.
    EpochMillis,
    /// A whole number of microseconds since 1970, UTC.
    EpochMicros,
    /// A Parquet timestamp; one that is not marked as UTC is a wall clock and needs `timezone`.
    Native {
        /// Whose wall clock.
        wall: Option<WallClock>,
    },
    /// Text by a strptime pattern. A pattern that reads an offset (`%z`) needs no zone.
    Pattern {
        /// The pattern, as jiff reads it.
        pattern: String,
        /// Whose wall clock; `None` when the pattern reads an offset.
        wall: Option<WallClock>,
    },
    /// Text of a wall clock by the first of several patterns that reads it, over generations of an export. No text is
    /// read differently by two of them.
    Patterns {
        /// The patterns, as jiff reads them.
        patterns: Vec<String>,
        /// Whose wall clock.
        wall: WallClock,
    },
}

/// A wall clock and what to do with times that it skipped or showed twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallClock {
    /// Whose.
    pub zone: ZoneRule,
    /// A time the clock jumped over.
    pub gap: GapPolicy,
    /// A time that came twice.
    pub fold: FoldPolicy,
}

/// Whose clock it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneRule {
    /// This zone's.
    Named(Zone),
    /// That of the row's market. Only for counts.
    Market,
}

/// What to do with a wall-clock time that never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapPolicy {
    /// Reject the record.
    #[default]
    Reject,
    /// Read it by the clock before the jump (the later instant).
    Before,
    /// Read it by the clock after the jump (the earlier instant).
    After,
}

/// What to do with a wall-clock time that came twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoldPolicy {
    /// Reject the record.
    #[default]
    Reject,
    /// The first pass.
    Earlier,
    /// The second pass.
    Later,
}

/// How a row finds its market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarketRule {
    /// All rows are of this market.
    Value(MarketId),
    /// A column names it.
    Column {
        /// The column.
        column: ColumnName,
        /// What its values mean; a value that is not here is looked up as a market's own name.
        values: BTreeMap<String, MarketId>,
        /// What to do with a value that names no market.
        otherwise: Otherwise,
    },
    /// What `{market}` in the object's path says. An object of a market that nobody knows is none of the export's.
    Path {
        /// What is written there, where it is not the market's own name.
        values: BTreeMap<String, MarketId>,
    },
}

/// What to do with a row of a market that no config knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// Reject the record.
    Reject,
    /// Count it as outside.
    Ignore,
    /// Give it to this market.
    Market(MarketId),
}
