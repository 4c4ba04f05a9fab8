//! Broken records, of the kinds that occur in real exports.

use super::cell::Cell;
use super::cell::Cells;
use super::format::DemoFormat;
use super::platform::{Content, Platform, Rows};

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Cut off: too few fields, or no end of the object.
    Torn,
    /// An id that a spreadsheet converted to a number.
    MangledId,
    /// No id at all.
    NoId,
    UnknownEvent,
    UnknownMarket,
    BadTime,
}

impl Broken {
    /// The `nth` broken record of a platform in this format.
    pub(super) fn nth(nth: usize, platform: &Platform, format: DemoFormat) -> Self {
        let kinds: &[Self] = match (format, platform.rows) {
            (DemoFormat::Parquet, _) => &[Self::NoId, Self::UnknownMarket],
            (_, Rows::Impressions) => &[Self::Torn, Self::UnknownMarket, Self::BadTime, Self::MangledId],
            _ => &[Self::Torn, Self::MangledId, Self::UnknownEvent, Self::BadTime, Self::UnknownMarket],
        };
        kinds[nth % kinds.len()]
    }

    /// Breaks a row in this way. A truncated record is truncated by its writer.
    pub(super) fn spoil(self, platform: &Platform, cells: &mut Cells<'_>) {
        let (holds, cell) = match self {
            Self::Torn => return,
            Self::MangledId => (Content::Broadcast, Cell::Text("7.65142E+18")),
            Self::NoId => (Content::Broadcast, Cell::Missing),
            Self::UnknownEvent => (Content::Event, Cell::Text("swipe_up")),
            Self::UnknownMarket => (Content::Market, Cell::Text("ZZ")),
            Self::BadTime => (Content::OccurredAt, Cell::Text("31/10/2026 25:61")),
        };
        for (column, place) in platform.columns.iter().zip(cells.list_mut()) {
            if column.holds == holds {
                *place = cell;
            }
        }
    }
}
