//! Tables of viewers over days, as of a date: who came back.

use super::column::{day, float, text, whole};
use super::groups::{broadcast_id, cover_id, market, platform};
use super::shown::{falling, interval, percent, plain, ratio, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables.
pub(super) const VIEWERS: u32 = 1;

pub(super) const PROBABILITY: &str = "probability";

/// The first columns of both tables.
pub(super) fn place() -> Vec<ColumnSpec> {
    vec![
        platform(),
        market(),
        day(c::AS_OF, "the last local date that was published when this was made; in the path too"),
        day(c::SINCE, "the first local date that it stands on").null("nothing is known: see the reason"),
        day(c::UNTIL, "the last local date that it stands on").null("nothing is known: see the reason"),
    ]
}

/// A number with its bounds.
pub(super) fn bounded(name: &'static str, unit: &'static str, about: &str, null: &'static str) -> [ColumnSpec; 3] {
    bounded_or(name, unit, about, [null; 2])
}

/// The same, where the bounds are null for another reason.
fn bounded_or(
    name: &'static str,
    unit: &'static str,
    about: &str,
    [null, null_bound]: [&'static str; 2],
) -> [ColumnSpec; 3] {
    let end = |name: String, about: String| float(name, unit, about).null(null_bound);
    [
        float(name.to_owned(), unit, about.to_owned()).null(null),
        end(c::low(name), format!("lower 95 % bound of `{name}`")),
        end(c::high(name), format!("upper 95 % bound of `{name}`")),
    ]
}

pub(super) fn revision() -> ColumnSpec {
    whole(c::REVISION, "", "which revision of these tables of that date the row belongs to, from 1")
}

pub(super) fn reasons() -> [ColumnSpec; 2] {
    [
        text(c::REASON_EN, "what the row says and what it does not, or why it says nothing, in English"),
        text(c::REASON_ZH, "the same in Chinese"),
    ]
}

pub(super) const REVISIT: TableSpec = TableSpec {
    name: "revisit",
    family: TableFamily::Viewers,
    is_optional: true,
    question: "Which covers bring viewers who come back?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID, c::SLOT, c::WITHIN_DAYS],
    sorted_by: "cover (`all` first), slot (`all` first), both then by name, and `within_days`",
    shown: &[
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::SLOT),
        plain(c::WITHIN_DAYS),
        plain(c::ENTRANTS),
        plain(c::DUE),
        interval(c::REVISIT_RATE),
        percent(c::OTHERS_RATE),
        ratio(c::RATIO),
        plain(c::FINDING),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM), falling(c::ENTRANTS)],
    columns: || {
        let few = "fewer than eight broadcasts, or nothing to tell an error by";
        let unmatched = "of `all` covers, or it was beside others in fewer than eight broadcasts";
        let no_ratio = "as `difference`, or nobody of one side came back";
        let mut columns = place();
        let nobody = "nobody is known to have entered: see the reason";
        let of_all = "of `all` covers, or nobody is known to have entered";
        columns.extend([
            ColumnSpec { about: "the cover; `all`: all covers together".into(), ..cover_id() },
            text(c::SLOT, "`all`, or one slot"),
            whole(c::WITHIN_DAYS, "local dates", "within how many local dates a viewer can come back: 7 or 28"),
            whole(c::BROADCASTS, "broadcasts", "broadcasts with entrants of the cover").null(nobody),
            whole(
                c::ENTRANTS,
                "viewers",
                "viewers who entered a broadcast by this cover, by their first entry of it; one who entered three broadcasts \
                 counts three times",
            )
            .null(nobody),
            whole(
                c::DUE,
                "viewers",
                "of those, whose next `within_days` local dates are all published; the others have not stayed away, it is not \
                 known yet",
            )
            .null(nobody),
            whole(
                c::BACK,
                "viewers",
                "of those due, who entered another broadcast of the same host on one of these local dates",
            )
            .null(nobody),
        ]);
        columns.extend(bounded_or(
            c::REVISIT_RATE,
            "share",
            "`back` ÷ `due`; bounds by broadcasts and viewers",
            ["nobody is due", few],
        ));
        columns.extend([
            whole(
                c::COMPARED_BROADCASTS,
                "broadcasts",
                "broadcasts in which entrants of this cover and of others are due in the same slot",
            )
            .null(of_all),
            whole(c::COMPARED, "viewers", "of `due`, those in such broadcasts and slots").null(of_all),
            float(
                c::MATCHED_RATE,
                "share",
                "who of this cover's entrants came back, in these broadcasts and slots",
            )
            .null(unmatched),
            float(c::OTHERS_RATE, "share", "the same of the other covers' entrants, weighted alike")
                .null(unmatched),
        ]);
        columns.extend(bounded(
            c::DIFFERENCE,
            "share",
            "`matched_rate` less `others_rate`; bounds by broadcasts and viewers",
            unmatched,
        ));
        columns.extend(bounded(c::RATIO, "ratio", "`matched_rate` ÷ `others_rate`", no_ratio));
        columns.extend([
            float(c::P, PROBABILITY, "two-sided, that the ratio is 1; that the difference is 0 where nobody of one side came back")
                .null(unmatched),
            float(c::P_ADJUSTED, PROBABILITY, "the same among all rows of the table (Benjamini–Hochberg)")
                .null(unmatched),
            text(
                c::FINDING,
                "`costs_revisits` or `earns_revisits`: `p_adjusted` is at most 0.05; `no_difference`; `too_few`; `no_data`: see \
                 the reason",
            ),
        ]);
        columns.extend(reasons());
        columns.push(revision());
        columns
    },
};

pub(super) const REVISIT_GROUPS: TableSpec = TableSpec {
    name: "revisit_groups",
    family: TableFamily::Viewers,
    is_optional: true,
    question: "Who came back, by groups of viewers, of covers in a split that guards revisits?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::LOCAL_DATE, c::BROADCAST_ID, c::COVER_ID, c::VIEWER_GROUP],
    sorted_by: "local date, broadcast, cover and group",
    shown: &[
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::LOCAL_DATE),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        plain(c::VIEWER_GROUP),
        plain(c::DUE),
        plain(c::BACK),
    ],
    shown_by: &[
        falling(c::AS_OF),
        rising(c::MARKET),
        rising(c::PLATFORM),
        falling(c::LOCAL_DATE),
        falling(c::DUE),
    ],
    columns: || {
        vec![
            platform(),
            market(),
            day(c::AS_OF, "the last local date that was published when this was made; in the path too"),
            day(
                c::LOCAL_DATE,
                "when they entered: a local date of which it is known who came back; of one that is in several tables the \
                 newest is right",
            ),
            broadcast_id(),
            cover_id(),
            whole(
                c::VIEWER_GROUP,
                "",
                "the group of the viewers, 0 to 127, by the key of `returning`: not that of table `viewer_groups`",
            ),
            whole(c::DUE, "viewers", "viewers who entered the broadcast first by this cover on that local date"),
            whole(
                c::BACK,
                "viewers",
                "of those, who entered another broadcast of the same host within 7 local dates",
            ),
            revision(),
        ]
    },
};
