//! The table of what bad visits cost later, as of a date.

use super::column::{float, text, whole};
use super::shown::{falling, number, plain, prose, short};
use super::viewers::{PROBABILITY, bounded, place, reasons, revision};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::columns as c;

pub(super) const QUALITY_EFFECT: TableSpec = TableSpec {
    name: "quality_effect",
    family: TableFamily::Viewers,
    is_optional: true,
    question: "What does a bad visit cost later?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::METHOD, c::METRIC, c::STEP],
    sorted_by: "`method` (`viewers` first), `metric` (`ctr` first) and `step` (`all_bad` first, then from the least to the worst)",
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
    shown_by: &[falling(c::AS_OF)],
    columns: || [compared(), effects(), losses()].concat(),
};

/// Of whom it is told.
fn compared() -> Vec<ColumnSpec> {
    let of_panel = "`method` is `panel`, or too few visits";
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
        whole(c::DATES, "local dates", "local dates of the panel").null("`method` is `viewers`, or not known"),
        float(c::BAD_BEFORE, "as `metric`", "what viewers of bad visits had in the week before, by their own weights")
            .null(of_panel),
        float(c::BAD_AFTER, "as `metric`", "the same in the week after").null(of_panel),
        float(c::GOOD_BEFORE, "as `metric`", "what viewers of good visits had in the week before, weighted alike")
            .null(of_panel),
        float(c::GOOD_AFTER, "as `metric`", "the same in the week after").null(of_panel),
    ]);
    columns
}

/// What a bad visit does later, and what none can do.
fn effects() -> Vec<ColumnSpec> {
    let of_viewers = "`method` is `viewers`, or too little to tell";
    let too_few = "too little to tell";
    let mut columns = Vec::new();
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
    columns.push(
        float(c::P_PLACEBO, PROBABILITY, "that visits of the 3 local dates after do nothing: twice the smaller of the joint p value and that of `placebo`").null(of_viewers),
    );
    columns
}

/// What that came to last month, and what is found.
fn losses() -> Vec<ColumnSpec> {
    let not_summed = "of `per_step` and of `entries`, or too little to tell, or `placebo_fired`, or what they are made of is not known";
    let mut columns = vec![
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
    ];
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
