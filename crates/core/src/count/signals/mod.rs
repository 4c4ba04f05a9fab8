//! The signal table: what engines count, as rows of real values.
//!
//! One row is one signal: what a record of an export counts as, on its market's clock. Nothing in it means something
//! within one process only, so that it can be written here and counted elsewhere. [`COLUMNS`] declares it, the section
//! "The signal table" of `docs/FORMATS.md` comes from it, and a test holds one to the other.
//!
//! Types are those that every engine has: no unsigned numbers, no dictionaries, no fixed-size binary, which Spark does
//! not take. Whether a column may be null is declared and checked by its values, since engines forget the flag.
//!
//! Never published: ids are in it as hashes.

mod batch;
mod builder;
mod feeder;
mod row;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

pub(super) use self::batch::value;
pub use self::batch::{SignalBatch, SignalTableError};
pub use self::builder::SignalBatchBuilder;
pub use self::feeder::BatchFeeder;
pub use self::row::{SignalPlace, SignalRow};
pub(super) use self::writer::BATCH_ROWS;
pub use self::writer::{BatchSink, BatchWriter};

/// A column of the signal table.
#[derive(Debug, Clone, Copy)]
pub struct SignalColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: SignalType,
    /// When it is null; `None`: never.
    pub null: Option<&'static str>,
    /// What it says.
    pub meaning: &'static str,
}

/// The types of the signal table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalType {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A whole number of 32 bits.
    Number,
    /// A whole number of 64 bits.
    Long,
    /// A date without a zone.
    Date,
    /// An instant, in microseconds, UTC.
    Instant,
}

impl SignalType {
    /// As Arrow has it.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Flag => DataType::Boolean,
            Self::Number => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// As the documentation calls it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "Utf8",
            Self::Flag => "Boolean",
            Self::Number => "Int32",
            Self::Long => "Int64",
            Self::Date => "Date32",
            Self::Instant => "Timestamp(µs, UTC)",
        }
    }
}

const OUTSIDE: Option<&str> = Some("the signal is outside of the market-days that are counted");

const fn column(
    name: &'static str,
    kind: SignalType,
    null: Option<&'static str>,
    meaning: &'static str,
) -> SignalColumn {
    SignalColumn { name, kind, null, meaning }
}

/// Every column, in order.
pub const COLUMNS: [SignalColumn; 24] = [
    column("export", SignalType::Text, None, "Key of the object that the record is of"),
    column(
        "definition",
        SignalType::Number,
        None,
        "By which definition it was read: its place in the platform's `exports`, from 0",
    ),
    column("record", SignalType::Long, None, "Number of the record in the object, from 1, below 2^32"),
    column("occurred_at", SignalType::Instant, None, "When the record says that it happened"),
    column("is_impression", SignalType::Flag, None, "It counts as an impression"),
    column("is_click", SignalType::Flag, None, "It counts as a click"),
    column("is_entry", SignalType::Flag, None, "It counts as a room entry"),
    column("is_stay", SignalType::Flag, None, "It counts as a stay"),
    column("is_order", SignalType::Flag, None, "It counts as an order"),
    column("dwell_ms", SignalType::Long, None, "Milliseconds in the room, below 2^32; 0 where it says none"),
    column(
        "event_hash",
        SignalType::Long,
        Some("the record has no event id"),
        "Low half of the XXH3 hash (128 bits) of the event id: rows with one `event_hash` and `event_bucket` are deliveries of one event",
    ),
    column("event_bucket", SignalType::Long, Some("`event_hash` is"), "High half; rows are parted by it"),
    column(
        "viewer_hash",
        SignalType::Long,
        Some("the record has no viewer id"),
        "Low half of the XXH3 hash of the viewer id: what tells viewers apart",
    ),
    column("viewer_bucket", SignalType::Long, Some("`viewer_hash` is"), "High half"),
    column("market", SignalType::Text, OUTSIDE, "Market"),
    column(
        "local_date",
        SignalType::Date,
        OUTSIDE,
        "The market's date of the instant that the signal is credited to: its own, and for a leave that of its entry",
    ),
    column("slot", SignalType::Text, OUTSIDE, "The market's slot of that instant"),
    column(
        "era",
        SignalType::Number,
        OUTSIDE,
        "How many of the platform's declared changes had begun by that instant",
    ),
    column(
        "turn_starts_at",
        SignalType::Instant,
        Some("the instant is in no turn of a rotation"),
        "When the turn of a rotation begins that the instant is in",
    ),
    column(
        "turn_burn_in",
        SignalType::Flag,
        Some("`turn_starts_at` is"),
        "Whether the instant is in the burn-in of that turn",
    ),
    column("audience", SignalType::Text, OUTSIDE, "Audience, as configured"),
    column("broadcast_id", SignalType::Text, OUTSIDE, "Broadcast"),
    column("cover_id", SignalType::Text, OUTSIDE, "Cover"),
    column(
        "viewer_group",
        SignalType::Number,
        Some("the record has no viewer id, or the market-day is not counted by viewer groups"),
        "Which of the 128 groups the viewer falls into, from 0",
    ),
];

/// The Arrow schema of the signal table.
///
/// ```
/// let schema = coverledger_core::count::signals::schema();
/// assert_eq!(schema.field(0).name(), "export");
/// assert!(!schema.field_with_name("occurred_at").unwrap().is_nullable());
/// ```
#[must_use]
pub fn schema() -> SchemaRef {
    let field = |column: &SignalColumn| Field::new(column.name, column.kind.arrow(), column.null.is_some());
    Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
}
