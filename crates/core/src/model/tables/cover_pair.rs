//! The table of the best covers against the one that is on air.

use super::column::{float, text, whole};
use super::decisions::{BY_BROADCASTS, not_randomized};
use super::groups::{bounds, closing_of_decision, cover_id, decision};
use super::shown::{falling, percent, plain, prose, ratio, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

pub(super) const COVER_PAIR: TableSpec = TableSpec {
    name: "cover_pair",
    family: TableFamily::Decisions,
    is_optional: true,
    question: "How do the best covers do beside the one that is on air?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID, c::AGAINST_COVER_ID, c::METRIC],
    sorted_by: "the cover on air first, the others by `rank`, and metric (`stay_rate` last)",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::AGAINST_COVER_ID),
        plain(c::METRIC),
        ratio(c::RATIO),
        percent(c::PROBABILITY),
        prose(c::NOTE),
        percent(c::RATE),
        percent(c::AGAINST_RATE),
        plain(c::COMPARED_BROADCASTS),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM)],
    columns: || {
        let incomparable = "`basis` is `not_comparable`";
        let rate = |name: &'static str, about: &'static str| {
            let [low, high] = bounds(name, BY_BROADCASTS, "no rate, or fewer than eight `compared_broadcasts`");
            [float(name, "share", about).null(incomparable), low, high]
        };
        let [low, high] = bounds(c::RATIO, BY_BROADCASTS, "no `ratio`, or fewer than eight `compared_broadcasts`")
            .map(|bound| ColumnSpec { unit: "ratio".into(), ..bound });
        let mut columns = decision();
        columns.extend([
            ColumnSpec { about: "one of the eight best by `rank` of `cover`, or the cover on air".into(), ..cover_id() },
            text(
                c::AGAINST_COVER_ID,
                "what it is held against: the cover on air (`on_air` of `cover`), or of that the best of the others",
            ),
            text(c::METRIC, "the rate that covers are ranked by, `effective_ctr` or `ctr`; or `stay_rate`"),
            text(
                c::BASIS,
                "`same_broadcasts`: both were shown together in a broadcast, slot and audience; `same_market`: in the same slots \
                 and audiences, and never together; `not_comparable`",
            ),
        ]);
        columns.extend(rate(c::RATE, "the cover's rate where both were shown"));
        columns.extend(rate(c::AGAINST_RATE, "the other's rate on the same mix"));
        columns.extend([
            float(c::RATIO, "ratio", "`rate` ÷ `against_rate` (Mantel–Haenszel)")
                .null("not comparable, or the other had no success"),
            low,
            high,
            float(
                c::PROBABILITY,
                "probability",
                "that the true ratio is above 1, given how much covers here differ. Of what was not drawn by lot no \
                 probability is a proof",
            )
            .null("fewer than eight `compared_broadcasts`, or fewer than five successes to be expected"),
            whole(
                c::COMPARED_BROADCASTS,
                "broadcasts",
                "broadcasts in which both were shown in the same slot and audience; with fewer than eight only a rotation can tell",
            ),
            float(c::COMPARED_SHARE, "share", "how much of what the cover's rate is of is compared").null(incomparable),
            text(c::NOTE, "what the interval of `ratio` says, in words, or why they cannot be compared"),
            text(c::NOTE_ZH, "`note` in Chinese"),
            ColumnSpec { null: None, ..not_randomized() },
        ]);
        columns.extend(closing_of_decision());
        columns
    },
};
