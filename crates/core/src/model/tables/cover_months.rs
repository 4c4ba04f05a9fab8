//! The table of the covers of a platform in a market in a month: what the library stands on.

use super::column::{day, truth, whole};
use super::groups::{
    NOT_KNOWN, Sums, audience, broadcast_id, chosen_counts, contaminated, conventions, cover_id, market, platform,
    slot,
};
use super::shown::{falling, plain, short};
use super::{TableFamily, TableSpec};
use crate::model::{Count, columns as c};

/// Version of the numbers of this table.
pub(super) const COVER_MONTHS: u32 = 1;

/// The counts that the library needs.
pub const COUNTS_OF_COVERS: [Count; 6] =
    [Count::Impressions, Count::Clicks, Count::Entries, Count::Entrants, Count::Stays, Count::Orders];

pub(super) const COVERS_OF_MONTH: TableSpec = TableSpec {
    name: "cover_months",
    family: TableFamily::CoverMonths,
    is_optional: false,
    question: "What was counted of each cover on each local date of a month?",
    key: &[
        c::PLATFORM,
        c::MARKET,
        c::LOCAL_DATE,
        c::SLOT,
        c::AUDIENCE,
        c::BROADCAST_ID,
        c::COVER_ID,
        c::CONTAMINATED,
        c::CONVENTION_SINCE,
    ],
    sorted_by: "local date, slot, audience, broadcast, cover, `contaminated` and conventions, names by their bytes",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        short(Count::Impressions.word()),
        short(Count::Clicks.word()),
        short(Count::Entrants.word()),
        short(Count::Orders.word()),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(Count::Impressions.word())],
    columns: || {
        let keys = vec![
            platform(),
            market(),
            day(c::MONTH, "the first day of the month; in the path too"),
            day(c::LOCAL_DATE, "the market's calendar day, or broadcast day where it sets `day_starts_at`"),
            slot(),
            audience(),
            broadcast_id(),
            cover_id(),
            contaminated(),
        ];
        let counts = chosen_counts(&COUNTS_OF_COVERS, &Sums { null: NOT_KNOWN, null_low: NOT_KNOWN, about: None });
        let closing = vec![
            truth(c::PROVISIONAL, "whether late exports may still change the row"),
            whole(c::REVISION, "", "which revision of the month the row belongs to, from 1"),
        ];
        [keys, counts, conventions(), closing].concat()
    },
};
