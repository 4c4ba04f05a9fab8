//! Tables of viewers over days, as of a date: who came back, and what bad visits cost later.

use super::column::{day, float, text, whole};
use super::groups::{broadcast_id, cover_id, market, platform};
use super::shown::{interval, number, percent, plain, prose, ratio, short};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

/// Version of the numbers of these tables.
pub(super) const VIEWERS: u32 = 1;

const PROBABILITY: &str = "probability";

/// The first columns of both tables.
fn place() -> Vec<ColumnSpec> {
    vec![
        platform(),
        market(),
        day(c::AS_OF, "the last local date that was published when this was made; in the path too"),
        day(c::SINCE, "the first local date that it stands on").null("nothing is known: see the reason"),
        day(c::UNTIL, "the last local date that it stands on").null("nothing is known: see the reason"),
    ]
}

/// A number with its bounds.
fn bounded(name: &'static str, unit: &'static str, about: &str, null: &'static str) -> [ColumnSpec; 3] {
    let end = |name: String, about: String| float(name, unit, about).null(null);
    [
        end(name.to_owned(), about.to_owned()),
        end(c::low(name), format!("lower 95 % bound of `{name}`")),
        end(c::high(name), format!("upper 95 % bound of `{name}`")),
    ]
}

fn revision() -> ColumnSpec {
    whole(c::REVISION, "", "which revision of these tables of that date the row belongs to, from 1")
}

fn reasons() -> [ColumnSpec; 2] {
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
    columns: || {
        let few = "fewer than eight broadcasts, or nothing to tell an error by";
        let unmatched = "of `all` covers, or it was beside others in fewer than eight broadcasts, or nobody of one side came back";
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
        columns.extend(bounded(c::REVISIT_RATE, "share", "`back` ÷ `due`; bounds by broadcasts and viewers", few));
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
        columns.extend(bounded(c::RATIO, "ratio", "`matched_rate` ÷ `others_rate`", unmatched));
        columns.extend([
            float(c::P, PROBABILITY, "two-sided, that the ratio is 1").null(unmatched),
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
    columns: || {
        vec![
            platform(),
            market(),
            day(c::AS_OF, "the last local date that was published when this was made; in the path too"),
            day(
                c::LOCAL_DATE,
                "when they entered: one of the seven local dates of which it is known since this week who came back; of one that \
                 is in several tables the newest is right",
            ),
            broadcast_id(),
            cover_id(),
            whole(
                c::VIEWER_GROUP,
                "",
                "the group of the viewers, 0 to 127, by the key of `returning`: not that of table `viewer_groups`",
            ),
            whole(c::DUE, "viewers", "viewers who entered the broadcast first by this cover on that local date"),
            whole(c::BACK, "viewers", "of those, who entered another broadcast of the same host within 7 local dates"),
            revision(),
        ]
    },
};

pub(super) const QUALITY_EFFECT: TableSpec = TableSpec {
    name: "quality_effect",
    family: TableFamily::Viewers,
    is_optional: true,
    question: "What does a bad visit cost later?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::METHOD, c::METRIC, c::STEP],
    sorted_by: "`method`, `metric` (`ctr` first) and `step` (`all_bad` first, then from the least to the worst)",
    shown: &[
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::METHOD),
        plain(c::METRIC),
        plain(c::STEP),
        short(c::EFFECT),
        short("effect_low"),
        short("effect_high"),
        number(c::ORDERS_LOST),
        plain(c::FINDING),
        prose(c::REASON_EN),
    ],
    columns: quality_effect,
};

fn quality_effect() -> Vec<ColumnSpec> {
    let of_panel = "`method` is `panel`, or too few visits";
    let of_viewers = "`method` is `viewers`, or too little to tell";
    let too_few = "too little to tell";
    let not_summed =
        "of `per_step` and of `entries`, or too little to tell, or what they are made of is not known";
    let mut columns = place();
    columns.extend([
        text(
            c::METHOD,
            "`viewers`: viewers whose visit was bad against those of the same broadcast and slot whose visit was good, each \
             against its own week before; `panel`: hosts whose visits were bad on a local date, against their other dates and \
             the other hosts",
        ),
        text(
            c::METRIC,
            "`ctr`: clicks ÷ impressions; `entries`: entries per viewer in the 7 local dates after",
        ),
        text(
            c::STEP,
            "`all_bad`, `slow`, `stalled`, `failed`, or `per_step`: how much worse each step is than the one before",
        ),
        whole(c::BAD_VISITS, "visits", "bad visits in broadcasts and slots that had good ones; of `panel` all in it")
            .null("not known"),
        whole(c::GOOD_VISITS, "visits", "good visits in broadcasts and slots that had bad ones").null(of_panel),
        whole(
            c::LEFT_OUT_VISITS,
            "visits",
            "visits of both that are left out: their viewers were shown no cover in the week before, or none in the week after",
        )
        .null(of_panel),
        whole(c::BROADCASTS, "broadcasts", "broadcasts in which both are compared").null("not known"),
        whole(c::HOSTS, "hosts", "hosts in the panel").null("`method` is `viewers`"),
        whole(c::DATES, "local dates", "local dates of visits, or of the panel").null("not known"),
        float(c::BAD_BEFORE, "as `metric`", "what viewers of bad visits had in the week before, by their own weights")
            .null(of_panel),
        float(c::BAD_AFTER, "as `metric`", "the same in the week after").null(of_panel),
        float(c::GOOD_BEFORE, "as `metric`", "what viewers of good visits had in the week before, weighted alike")
            .null(of_panel),
        float(c::GOOD_AFTER, "as `metric`", "the same in the week after").null(of_panel),
    ]);
    columns.extend(bounded(
        c::EFFECT,
        "share, or entries per viewer: see `metric`",
        "how much more of the metric there is in the 7 local dates after a bad visit; below 0 it is lost. Of `panel`: if all \
         visits of the 7 local dates before had been bad. Of `per_step`: by how much more with each step",
        too_few,
    ));
    columns.extend([
        float(
            c::P,
            PROBABILITY,
            "two-sided, that there is no effect; of `panel` the greater of that and that the local dates before matter no more than \
             those after seem to",
        )
        .null(too_few),
        float(c::P_ADJUSTED, PROBABILITY, "the same among all rows of the table (Benjamini–Hochberg)")
            .null(too_few),
    ]);
    columns.extend(bounded(
        c::PLACEBO,
        "share",
        "what visits of the 3 local dates *after* seem to do to CTR, if all of them were bad: no effect can be",
        of_viewers,
    ));
    columns.extend([
        float(c::P_PLACEBO, PROBABILITY, "that visits of the 3 local dates after do nothing, jointly").null(of_viewers),
        whole(
            c::LOSS_DATES,
            "local dates",
            "of the last 28 local dates, those of which it is known what losses are summed from",
        )
        .null(not_summed),
        whole(c::LOSS_VISITS, "visits", "bad visits on these local dates").null(not_summed),
        float(
            c::EXPOSED_IMPRESSIONS,
            "impressions",
            "impressions on these local dates that came within 7 local dates of a bad visit; of `panel`: × the share of bad \
             visits on those dates",
        )
        .null(not_summed),
    ]);
    columns.extend(bounded(
        c::CLICKS_LOST,
        "clicks",
        "− `effect` × `exposed_impressions`: clicks that these impressions would have had",
        not_summed,
    ));
    columns.extend(bounded(
        c::ORDERS_LOST,
        "orders",
        "`clicks_lost` × entries per click × orders per entry, as they were on these local dates",
        "as `clicks_lost`, or orders are not known",
    ));
    columns.extend([
        text(
            c::FINDING,
            "`loss` or `gain`: `p_adjusted` is at most 0.05; `no_difference`; `placebo_fired`: no effect is claimed; `too_few`; \
             `no_data`: see the reason",
        ),
        text(c::ASSUMPTIONS_EN, "what has to hold for it to be an effect, in English"),
        text(c::ASSUMPTIONS_ZH, "the same in Chinese"),
    ]);
    columns.extend(reasons());
    columns.push(revision());
    columns
}
