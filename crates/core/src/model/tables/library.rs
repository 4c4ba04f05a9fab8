//! Tables of every cover ever aired, as of a date.

use super::column::day;
use super::groups::{market, platform};
use super::shown::plain;
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables.
pub(super) const LIBRARY: u32 = 1;

/// The first columns of every table.
fn place() -> Vec<ColumnSpec> {
    vec![
        day(c::AS_OF, "the last local date that was published anywhere when this was made; in the path too"),
        platform(),
        market(),
    ]
}

pub(super) const COVER_HISTORY: TableSpec = TableSpec {
    name: "cover_history",
    family: TableFamily::Library,
    is_optional: false,
    question: "How did each cover do, where, and for how long?",
    key: &[c::AS_OF],
    sorted_by: "platform and market",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM)],
    columns: place,
};

pub(super) const COVER_TYPE: TableSpec = TableSpec {
    name: "cover_type",
    family: TableFamily::Library,
    is_optional: false,
    question: "Which kinds of cover work where?",
    key: &[c::AS_OF],
    sorted_by: "platform and market",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM)],
    columns: place,
};

pub(super) const NEXT_TESTS: TableSpec = TableSpec {
    name: "next_tests",
    family: TableFamily::Library,
    is_optional: false,
    question: "What is worth testing next?",
    key: &[c::AS_OF],
    sorted_by: "platform and market",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM)],
    columns: place,
};

pub(super) const COVER_CHECKS: TableSpec = TableSpec {
    name: "cover_checks",
    family: TableFamily::Library,
    is_optional: false,
    question: "Which covers break a rule of a market?",
    key: &[c::AS_OF],
    sorted_by: "platform and market",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM)],
    columns: place,
};
