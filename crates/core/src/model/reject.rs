//! Records that could not be counted, and why.

use serde::{Deserialize, Serialize};

/// Why a record was rejected. The word is what the `rejects` table and the messages show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// More or fewer fields than the header has.
    FieldCount,
    /// A quote that opens and does not close, or is followed by text.
    BrokenQuote,
    /// A quote inside of an unquoted field that changes where fields end, if it is a quote and no text.
    AmbiguousQuote,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A line that is not one JSON object.
    MalformedJson,
    /// A JSON object that gives a needed key twice.
    DuplicateKey,
    /// A line with nothing on it, where every line is a record.
    BlankLine,
    /// A needed value is absent or empty.
    MissingValue,
    /// A value of the wrong kind: a list, a nested object, a number where text was mapped.
    BadValue,
    /// A number that does not read as one, or is out of bounds: a count that is negative or not whole.
    BadNumber,
    /// Far more of a part than of the whole: of clicks than of impressions, or a rate over 100 %.
    PartExceedsWhole,
    /// A flag that is neither true nor false.
    BadFlag,
    /// Text that is no instant in the declared format.
    BadTime,
    /// An instant before 2000 or after 2099.
    TimeOutOfRange,
    /// A wall-clock time that the zone's clock jumped over.
    TimeInGap,
    /// A wall-clock time that the zone's clock showed twice.
    TimeInFold,
    /// An interval that ends before it has begun.
    EmptyInterval,
    /// An interval of more than 32 days.
    IntervalTooLong,
    /// An event that the configuration does not name.
    UnknownEvent,
    /// A record of a market-day that does not read its object, or counts over an interval of which a part is of such.
    BeyondReach,
    /// A market that no configuration knows.
    UnknownMarket,
    /// An id that a spreadsheet turned into a rounded number, such as `7.65142E+18`.
    MangledId,
    /// An id, market or audience of more than 256 bytes.
    TooLong,
    /// Dwell seconds on an impression that was not entered.
    DwellWithoutEntry,
    /// A picture that stood still for longer than was watched.
    StallExceedsView,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 25] = [
        Self::FieldCount,
        Self::BrokenQuote,
        Self::AmbiguousQuote,
        Self::NotUtf8,
        Self::MalformedJson,
        Self::DuplicateKey,
        Self::BlankLine,
        Self::MissingValue,
        Self::BadValue,
        Self::BadNumber,
        Self::PartExceedsWhole,
        Self::BadFlag,
        Self::BadTime,
        Self::TimeOutOfRange,
        Self::TimeInGap,
        Self::TimeInFold,
        Self::EmptyInterval,
        Self::IntervalTooLong,
        Self::BeyondReach,
        Self::UnknownEvent,
        Self::UnknownMarket,
        Self::MangledId,
        Self::TooLong,
        Self::DwellWithoutEntry,
        Self::StallExceedsView,
    ];

    /// The word in tables and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FieldCount => "field_count",
            Self::BrokenQuote => "broken_quote",
            Self::AmbiguousQuote => "ambiguous_quote",
            Self::NotUtf8 => "not_utf8",
            Self::MalformedJson => "malformed_json",
            Self::DuplicateKey => "duplicate_key",
            Self::BlankLine => "blank_line",
            Self::MissingValue => "missing_value",
            Self::BadValue => "bad_value",
            Self::BadNumber => "bad_number",
            Self::PartExceedsWhole => "part_exceeds_whole",
            Self::BadFlag => "bad_flag",
            Self::BadTime => "bad_time",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::TimeInGap => "time_in_gap",
            Self::TimeInFold => "time_in_fold",
            Self::EmptyInterval => "empty_interval",
            Self::IntervalTooLong => "interval_too_long",
            Self::BeyondReach => "beyond_reach",
            Self::UnknownEvent => "unknown_event",
            Self::UnknownMarket => "unknown_market",
            Self::MangledId => "mangled_id",
            Self::TooLong => "too_long",
            Self::DwellWithoutEntry => "dwell_without_entry",
            Self::StallExceedsView => "stall_exceeds_view",
        }
    }
}

/// One rejected record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Which record of the object, from 1; a header is not a record.
    pub record: u64,
    /// Where it begins in the decompressed bytes; none for Parquet.
    pub byte_offset: Option<u64>,
    /// Why.
    pub reason: Reason,
    /// Which column, where one is to blame.
    pub column: Option<String>,
    /// The record as it was, cut; none where the text might carry a viewer id or is switched off.
    pub text: Option<String>,
}
