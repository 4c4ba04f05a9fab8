//! A broadcast by bars of five minutes.

use super::column::{instant, text, truth, whole};
use super::groups::{Sums, broadcast_id, chosen_counts, closing_of_day, cover_id, market_day};
use super::shown::{falling, plain, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{BarFact, Count, columns as c};

const NOT_KNOWN: &str = "not offered, or not known of these minutes";

fn bar(about: &'static str) -> Vec<ColumnSpec> {
    vec![instant(c::MINUTE_START_UTC, about), whole(c::MINUTES, "minutes", "for how long: 5")]
}

pub(super) const BROADCAST_MINUTES: TableSpec = TableSpec {
    name: "broadcast_minutes",
    family: TableFamily::MarketDays,
    is_optional: true,
    question: "What happened in each five minutes of a broadcast, by cover?",
    key: &[
        c::PLATFORM,
        c::MARKET,
        c::LOCAL_DATE,
        c::CONVENTION_SINCE,
        c::BROADCAST_ID,
        c::COVER_ID,
        c::MINUTE_START_UTC,
    ],
    sorted_by: "era, broadcast, cover and time",
    shown: &[
        plain(c::MINUTE_START_UTC),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        plain(Count::Impressions.word()),
        plain(Count::Clicks.word()),
        plain(Count::Entries.word()),
        plain(Count::Stays.word()),
        plain(Count::Orders.word()),
    ],
    shown_by: &[falling(c::LOCAL_DATE), rising(c::BROADCAST_ID), rising(c::MINUTE_START_UTC)],
    columns: || {
        let places = vec![broadcast_id(), cover_id()];
        let bar = bar(
            "the first instant of the five minutes, which are aligned to five minutes of UTC; what is told by a leave is \
             in those of its entry",
        );
        let sums = Sums { null: NOT_KNOWN, null_low: NOT_KNOWN, about: None };
        [market_day(), places, bar, chosen_counts(&BarFact::COUNTS, &sums), closing_of_day()].concat()
    },
};

pub(super) const QUALITY_MINUTES: TableSpec = TableSpec {
    name: "quality_minutes",
    family: TableFamily::MarketDays,
    is_optional: true,
    question: "How many of the views that began in each five minutes of a broadcast were bad?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::BROADCAST_ID, c::MINUTE_START_UTC],
    sorted_by: "broadcast and time",
    shown: &[
        plain(c::MINUTE_START_UTC),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::BROADCAST_ID),
        plain(c::VIEWS),
        plain(c::BAD_VIEWS),
        plain(c::STARTS),
        plain(c::GOOD_STARTS),
    ],
    shown_by: &[falling(c::LOCAL_DATE), rising(c::BROADCAST_ID), rising(c::MINUTE_START_UTC)],
    columns: || {
        const NOT_SAID: &str = "no row of these minutes says it";
        let places = vec![
            text(c::OF_PLATFORM, "the platform whose broadcasts were watched: `of` in the source's file"),
            broadcast_id(),
        ];
        let bar = bar(
            "the first instant of the five minutes in which the views began, which are aligned to five minutes of UTC",
        );
        let counts = vec![
            whole(c::VIEWS, "views", "how many began"),
            whole(c::STARTS, "views", "those that had a first frame").null(NOT_SAID),
            whole(c::GOOD_STARTS, "views", "those of them that had it within 600 ms").null(NOT_SAID),
            whole(
                c::BAD_VIEWS,
                "views",
                "those that failed, stood still for a second or longer, or began after more than 600 ms",
            )
            .null("no row of these minutes says it, or rows are of many views, of which one may be all three"),
        ];
        let closing = vec![
            truth(c::PROVISIONAL, "whether late exports may still change the day"),
            whole(c::REVISION, "", "the revision of the market-day, from 1"),
        ];
        [market_day(), places, bar, counts, closing].concat()
    },
};
