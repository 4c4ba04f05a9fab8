//! The table of the covers of a platform in a market in a month: what the library stands on.

use super::column::day;
use super::groups::{cover_id, market, platform};
use super::shown::plain;
use super::{TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of this table.
pub(super) const COVER_MONTHS: u32 = 1;

pub(super) const COVERS_OF_MONTH: TableSpec = TableSpec {
    name: "cover_months",
    family: TableFamily::CoverMonths,
    is_optional: false,
    question: "What was counted of each cover on each local date of a month?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::COVER_ID],
    sorted_by: "local date and cover",
    shown: &[plain(c::LOCAL_DATE), plain(c::COVER_ID)],
    columns: || {
        vec![
            platform(),
            market(),
            day(c::MONTH, "the first day of the month; in the path too"),
            day(c::LOCAL_DATE, "the market's calendar day, or broadcast day where it sets `day_starts_at`"),
            cover_id(),
        ]
    },
};
