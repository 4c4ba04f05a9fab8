//! How views went.

use super::column::{float, text, truth, whole};
use super::groups::{broadcast_id, market_day};
use super::shown::{falling, number, percent, plain};
use super::{TableFamily, TableSpec};
use crate::model::columns as c;

const NOT_SAID: &str = "no row says it";
const OF_VIEWS: &str = "no row says it, or rows are of many views, of which it cannot be added";

pub(super) const QUALITY: TableSpec = TableSpec {
    name: "quality",
    family: TableFamily::MarketDays,
    is_optional: false,
    question: "How did views go: how soon did they begin, how long did they stand still, how many failed?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::SLOT, c::BROADCAST_ID, c::HOST_ID],
    sorted_by: "slot (in the order of the market's day), broadcast and host",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SLOT),
        plain(c::BROADCAST_ID),
        plain(c::VIEWS),
        percent(c::GOOD_START_SHARE),
        plain(c::P50_FIRST_FRAME_MS),
        plain(c::P95_FIRST_FRAME_MS),
        percent(c::STALL_RATIO),
        percent(c::FAILURE_SHARE),
        plain(c::VIEWERS),
        plain(c::VIEWERS_HIT),
        number(c::MEAN_OFFSET_MS),
        number(c::MEAN_BITRATE_KBPS),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(c::VIEWS)],
    columns: || {
        let places = vec![
            text(c::OF_PLATFORM, "the platform whose broadcasts were watched: `of` in the source's file"),
            text(
                c::SLOT,
                "the day-part by the market's wall clock in which the view, the minute or the broadcast began",
            ),
            broadcast_id(),
            text(c::HOST_ID, "the room or host that lasts over broadcasts")
                .null("`host_id` is not mapped, or blank: all such broadcasts of the market are one host's"),
        ];
        let starts = vec![
            whole(c::VIEWS, "views", "how often it was watched"),
            whole(c::STARTS, "views", "those that had a first frame").null(NOT_SAID),
            whole(c::GOOD_STARTS, "views", "those of them that had it within 600 ms").null(NOT_SAID),
            float(
                c::GOOD_START_SHARE,
                "share",
                "good starts ÷ starts, both summed over the rows that say both: where every row does, `good_starts` ÷ \
                 `starts`",
            )
            .null("no row says both, or nothing started"),
            whole(
                c::P50_FIRST_FRAME_MS,
                "milliseconds",
                "the least time, to the millisecond, within which at least half of the starts had their first frame; exact",
            )
            .null(OF_VIEWS),
            whole(c::P95_FIRST_FRAME_MS, "milliseconds", "the same of at least 95 in 100 of the starts; exact").null(OF_VIEWS),
        ];
        let stalls = vec![
            whole(c::STALLS, "times", "how often the picture stood still").null(NOT_SAID),
            whole(c::STALLED_VIEWS, "views", "views in which it stood still for a second or longer, all in all").null(NOT_SAID),
            float(c::STALL_SECONDS, "seconds", "for how long it stood still").null(NOT_SAID),
            float(c::WATCH_SECONDS, "seconds", "for how long was watched, stalls included").null(NOT_SAID),
            float(
                c::STALL_RATIO,
                "share",
                "stalled ÷ watched time, both summed over the rows that say both: where every row does, `stall_seconds` ÷ \
                 `watch_seconds`",
            )
            .null("no row says both, or nothing was watched"),
            whole(c::FAILURES, "views", "views that failed").null(NOT_SAID),
            float(
                c::FAILURE_SHARE,
                "share",
                "failures ÷ views, both summed over the rows that say how many failed: where every row does, `failures` ÷ \
                 `views`",
            )
            .null(NOT_SAID),
        ];
        let viewers = vec![
            whole(
                c::VIEWERS,
                "viewers",
                "distinct viewers of the broadcast on the local date, each in the slot of the first view: sums over slots \
                 are right",
            )
            .null("no row of the slot, broadcast and host names a viewer"),
            whole(
                c::VIEWERS_HIT,
                "viewers",
                "those who had a bad view: one that failed, stood still for a second or longer, or began after more than \
                 600 ms; each in the slot of the first bad view",
            )
            .null("no row of the slot, broadcast and host names a viewer"),
        ];
        let means = vec![
            float(
                c::MEAN_OFFSET_MS,
                "milliseconds",
                "by how much sound and picture were apart, either way: the mean over the views that say it",
            )
            .null(OF_VIEWS),
            float(c::MEAN_BITRATE_KBPS, "kilobits per second", "the mean over the views that say it")
                .null(OF_VIEWS),
            text(
                c::RUNG,
                "the rendition that most views had, as the export writes it; of several the first by name",
            )
            .null(OF_VIEWS),
            float(c::RUNG_SHARE, "share", "how many of the views that name one had it").null(OF_VIEWS),
        ];
        let closing = vec![
            truth(c::PROVISIONAL, "whether late exports may still change the day"),
            whole(c::REVISION, "", "the revision of the market-day, from 1"),
        ];
        [market_day(), places, starts, stalls, viewers, means, closing].concat()
    },
};
