//! The morning brief of a date: what is advised, what became of advice, and the page that says it.

use super::column::{day, whole};
use super::groups::{cover_id, market, platform};
use super::shown::{falling, plain};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables, and of the page.
pub(super) const BRIEF: u32 = 1;

fn as_of() -> ColumnSpec {
    day(c::AS_OF, "the last local date that was published anywhere when this was made; in the path too")
}

pub(super) const ADVICE: TableSpec = TableSpec {
    name: "advice",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What goes on air next, where and when, and why?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET],
    sorted_by: "platform and market",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM)],
    shown_by: &[falling(c::AS_OF)],
    columns: advice,
};

fn advice() -> Vec<ColumnSpec> {
    vec![as_of(), platform(), market(), revision()]
}

pub(super) const ADVICE_LOG: TableSpec = TableSpec {
    name: "advice_log",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What was advised before, and did it pay?",
    key: &[c::AS_OF, c::PLATFORM, c::MARKET, "advised_on", c::COVER_ID],
    sorted_by: "`advised_on`, the newest first, then platform, market and cover",
    shown: &[plain(c::AS_OF), plain(c::MARKET), plain(c::PLATFORM), plain(c::COVER_ID)],
    shown_by: &[falling(c::AS_OF)],
    columns: advice_log,
};

fn advice_log() -> Vec<ColumnSpec> {
    vec![
        as_of(),
        platform(),
        market(),
        day("advised_on", "the date of the first brief that advised it"),
        cover_id(),
        revision(),
    ]
}

fn revision() -> ColumnSpec {
    whole(c::REVISION, "", "which revision of the brief of that date the row belongs to, from 1")
}

/// The page. It is published like a table, and it has no rows.
pub(super) const PAGE: TableSpec = TableSpec {
    name: "brief",
    family: TableFamily::Brief,
    is_optional: false,
    question: "What should everybody know this morning?",
    key: &[],
    sorted_by: "",
    shown: &[],
    shown_by: &[],
    columns: Vec::new,
};
