//! Tables that decide, of a platform in a market as of a date.

use super::column::{day, float, instant, text, truth, wall_time, whole};
use super::groups::{
    NOT_KNOWN, Sums, audience, bounds, broadcast_id, closing_of_decision, contaminated, counts, cover_id,
    decision, later_counts, later_plain_counts, mean_dwell_seconds, plain_counts, rate, rates, slot,
};
use super::shown::{falling, interval, number, percent, plain, prose, ratio, rising};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Count, ENTERING, Rate, columns as c};

/// Version of the numbers of these tables.
pub(super) const DECISIONS: u32 = 7;

pub(super) const BY_BROADCASTS: &str = "95 % bound by broadcasts";

pub(super) const COVER: TableSpec = TableSpec {
    name: "cover",
    family: TableFamily::Decisions,
    is_optional: false,
    question: "Which cover does best, and how sure is that?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID],
    sorted_by: "`rank`; covers without a rank come last, by name",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::RANK),
        plain(c::COVER_ID),
        plain(Count::Impressions.word()),
        percent(c::EFFECTIVE_CTR),
        ratio(c::RATIO),
        plain(c::FINDING),
        prose(c::NOTE),
        percent(c::CTR),
        percent(c::STAY_RATE),
        percent(c::PROVEN_RATE),
        plain(c::BROADCASTS),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM), rising(c::RANK)],
    columns: || {
        let seen = vec![
            whole(c::RANK, "", "the place of the cover, 1 for the best; the order of the rows")
                .null("no rate to rank by, or `finding` is `overpromises`: no cover to put on air"),
            cover_id(),
            whole(c::BROADCASTS, "broadcasts", "broadcasts with clean rows of it"),
            whole(c::DAYS, "local dates", "local dates with clean rows of it"),
            whole(
                c::CONTAMINATED_ROWS,
                "rows of `funnel`",
                "rows that are partly another cover's; they are left out of everything else in the row",
            ),
        ];
        let sums = Sums {
            null: "not known, or no clean row",
            null_low: "no clean row says it",
            about: Some("sum of the clean rows"),
        };
        [
            decision(),
            seen,
            counts(&sums),
            compared(),
            ranked(),
            closing_of_decision(),
            later_counts(&sums),
            beside(),
            vec![on_air()],
        ]
        .concat()
    },
};

/// Added in version 3.
fn on_air() -> ColumnSpec {
    truth(
        c::ON_AIR,
        "whether it was on air last: of the newest local date with clean rows, in its last slot, the cover with most \
         `impressions`, or `entries` where impressions are not known",
    )
    .null("that is no known cover, or written before schema version 3")
    .since(3)
}

/// A cover beside the others of its broadcasts: what `cover` has had since its second schema.
fn beside() -> Vec<ColumnSpec> {
    let metric =
        "of which rate `ratio` and `adjusted_rate` are: `effective_ctr`, or `ctr` where no entrants are known";
    let mut columns = vec![text(c::METRIC, metric).null("no rate")];
    columns.extend(ratio_to_others(c::RATIO));
    columns.push(
        float(
            c::ADJUSTED_RATE,
            "share",
            "the market's rate × `ratio`; what a cover that is ranked first is ranked by",
        )
        .null("not compared within its broadcasts with the covers that are ranked first"),
    );
    columns.extend(compared_part());
    columns.extend([
        text(c::FINDING, "what `diagnosis` found of it; where the two tables differ, `diagnosis` rules")
            .null("no clean row"),
        not_randomized(),
        note_zh(),
    ]);
    columns.into_iter().map(|column| column.since(2)).collect()
}

/// A rate of a cover ÷ that of the others in the same broadcasts, with its bounds.
fn ratio_to_others(name: &'static str) -> [ColumnSpec; 3] {
    let about =
        "its rate ÷ that of the other covers in the same broadcasts, slots and audiences (Mantel–Haenszel)";
    let null = "never beside another cover, or the others had no success";
    let [low, high] = bounds(name, BY_BROADCASTS, "no `ratio`, or fewer than eight `compared_broadcasts`")
        .map(|bound| ColumnSpec { unit: "ratio".into(), ..bound });
    [float(name, "ratio", about).null(null), low, high]
}

/// How much of a cover a comparison within broadcasts stands on.
fn compared_part() -> [ColumnSpec; 2] {
    [
        whole(
            c::COMPARED_BROADCASTS,
            "broadcasts",
            "broadcasts in which it was shown beside others in the same slot and audience; with fewer than eight only a \
             rotation can tell",
        )
        .null("no rate"),
        float(c::COMPARED_SHARE, "share", "how much of its impressions lies in these broadcasts, slots and audiences")
            .null("no rate"),
    ]
}

pub(super) fn not_randomized() -> ColumnSpec {
    truth(
        c::RANDOMIZED,
        "false: a lot that decided what was shown is not looked at here, so a difference is not told as the effect of a \
         cover or a slot; `experiment` looks at it",
    )
    .null("not written before schema version 2")
}

fn note_zh() -> ColumnSpec {
    text(c::NOTE_ZH, "`note` in Chinese").null("not written before schema version 2")
}

/// Rates with their intervals, plain and shrunken.
fn compared() -> Vec<ColumnSpec> {
    let mut columns = Vec::new();
    for of in [c::CTR, c::EFFECTIVE_CTR, c::CLICK_CONVERSION, c::STAY_RATE].into_iter().filter_map(Rate::named) {
        let posterior =
            |name: String, about: &'static str| float(name, "share", about).null("no rate, or no proportion");
        let shrunken = c::shrunken(of.name);
        columns.push(rate(of));
        columns.extend(bounds(of.name, BY_BROADCASTS, "no interval"));
        columns.extend([
            posterior(
                shrunken.clone(),
                "mean of the posterior: the rate, moved towards the covers of the market as far as its viewers leave \
                 in doubt",
            ),
            posterior(c::low(&shrunken), "2.5 % quantile of the posterior"),
            posterior(c::high(&shrunken), "97.5 % quantile of the posterior"),
        ]);
    }
    columns.extend(Rate::named(c::VIEWER_CTR).map(rate));
    columns.push(mean_dwell_seconds());
    columns
}

/// What covers are ranked by.
fn ranked() -> Vec<ColumnSpec> {
    let mut columns = vec![text(
        c::INTERVAL_BASIS,
        "`broadcasts`, or `too_few_broadcasts` where there are fewer than eight: then there is no interval, and only the \
         randomization of a rotation experiment can tell",
    )];
    for name in [c::EFFECTIVE_CTR, c::CTR] {
        let standardized = c::standardized(name);
        let [low, high] = bounds(&standardized, BY_BROADCASTS, "no interval");
        let about = format!("`{name}` on the common mix of slot and audience");
        columns.extend([float(standardized, "share", about).null("no rate"), low, high]);
    }
    columns.extend([
        float(
            c::MIX_COVERED,
            "share",
            "the share of the common mix in which the cover was seen at all; the rest is filled",
        )
        .null("no rate"),
        text(
            c::RANKED_BY,
            "`adjusted_rate` of covers that are compared within their broadcasts; behind them, of all others, \
             `effective_ctr_standardized`, or `ctr_standardized` where no entrants are known",
        )
        .null("no `rank`"),
        float(
            c::PROVEN_RATE,
            "share",
            "what that rate, shrunken, exceeds with 95 %: the 5 % quantile of its posterior",
        )
        .null("no `rank`"),
        text(
            c::NOTE,
            "what to know of the row, in words: how it did beside the others or why only a rotation can tell, seen too \
             little, overpromising, surely on the other side of the market's rate once the mix is taken out (Simpson); \
             and which table rules",
        )
        .null("nothing to say; not since schema version 2"),
    ]);
    columns
}

pub(super) const COVER_BROADCAST: TableSpec = TableSpec {
    name: "cover_broadcast",
    family: TableFamily::Decisions,
    is_optional: false,
    question: "How did each cover do in each broadcast?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID, c::BROADCAST_ID, c::CONTAMINATED],
    sorted_by: "cover, broadcast and `contaminated`",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::BROADCAST_ID),
        plain(c::FIRST_LOCAL_DATE),
        plain(c::LAST_LOCAL_DATE),
        plain(Count::Impressions.word()),
        plain(Count::Entries.word()),
        interval(c::CTR),
        interval(c::EFFECTIVE_CTR),
        percent(c::CLICK_CONVERSION),
        percent(c::STAY_RATE),
        number(c::MEAN_DWELL_SECONDS),
        plain(c::CONTAMINATED),
    ],
    shown_by: &[
        falling(c::AS_OF),
        rising(c::MARKET),
        rising(c::PLATFORM),
        falling(c::LAST_LOCAL_DATE),
        falling(Count::Impressions.word()),
    ],
    columns: || {
        let seen = vec![
            cover_id(),
            broadcast_id(),
            contaminated(),
            day(c::FIRST_LOCAL_DATE, "the first local date on which it was seen in the broadcast"),
            day(c::LAST_LOCAL_DATE, "the last one"),
            whole(c::DAYS, "local dates", "local dates with rows"),
        ];
        let sums = Sums { null: NOT_KNOWN, null_low: "no row says it", about: Some("sum") };
        [decision(), seen, counts(&sums), rates(), closing_of_decision(), later_counts(&sums)].concat()
    },
};

pub(super) const MIX: TableSpec = TableSpec {
    name: "mix",
    family: TableFamily::Decisions,
    is_optional: false,
    question: "Did a rate change because slots and audiences behave otherwise, or because there were others?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::SCOPE, c::COVER_ID, c::METRIC],
    sorted_by: "scope, cover and metric (`ctr` first)",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SCOPE),
        plain(c::COVER_ID),
        plain(c::METRIC),
        percent(c::BEFORE),
        percent(c::AFTER),
        prose(c::NOTE),
        interval(c::WITHIN),
        percent(c::MIX),
        plain(c::REVERSAL),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM)],
    columns: || {
        let nothing = "nothing to compare";
        let share = |name: &'static str, about: &'static str| float(name, "share", about).null(nothing);
        let cells = |name: &'static str, about: &'static str| whole(name, "cells", about).null(nothing);
        let [low, high] = bounds(c::WITHIN, BY_BROADCASTS, "nothing to compare, or fewer than eight broadcasts");
        let rows = vec![
            text(
                c::SCOPE,
                "`all`: every row of the market; `cover`: the clean rows of one; or `last_date`: every row of the market, the newest \
                 local date with rows against the one before it with rows",
            ),
            cover_id().null("`scope` is not `cover`"),
            text(c::METRIC, "`ctr` or `effective_ctr`"),
            day(c::BEFORE_SINCE, "the first local date of the period before"),
            day(c::BEFORE_UNTIL, "its last"),
            day(
                c::AFTER_SINCE,
                "the first local date of the period after, which ends with `until`; of `last_date` its only one",
            ),
            whole(c::BEFORE_DAYS, "local dates", "dates of the period before with rows of the scope"),
            whole(c::AFTER_DAYS, "local dates", "dates of the period after with rows of the scope"),
            whole(c::BROADCASTS, "broadcasts", "broadcasts in either period"),
            share(c::BEFORE, "the rate before"),
            share(c::AFTER, "the rate after"),
            share(c::CHANGE, "`after` − `before` = `within` + `mix`"),
            share(c::WITHIN, "what the rates of slots and audiences changed by, at the mean of both mixes"),
            low,
            high,
            share(c::MIX, "what the mix of slots and audiences changed, at the mean of both rates"),
            cells(c::CELLS, "cells of slot and audience that were seen in both periods"),
            cells(c::CELLS_ROSE, "of those, the ones whose rate rose"),
            cells(c::CELLS_FELL, "and fell"),
            truth(c::REVERSAL, "whether the whole interval of `within` lies on the other side of 0 than `change`")
                .null("nothing to compare, or fewer than eight broadcasts"),
            text(c::NOTE, "the same in words, or why there is nothing to compare"),
        ];
        [decision(), rows, closing_of_decision(), vec![note_zh().since(2)]].concat()
    },
};

pub(super) const DIAGNOSIS: TableSpec = TableSpec {
    name: "diagnosis",
    family: TableFamily::Decisions,
    is_optional: false,
    question: "Where does a cover lose viewers, from click to entry to stay, and what is to be done?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::COVER_ID],
    sorted_by: "cover",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COVER_ID),
        plain(c::FINDING),
        prose(c::ACTION_EN),
        percent(c::CERTAINTY),
        percent(c::CLICK_STEP[0]),
        percent(c::CLICK_STEP[1]),
        percent(c::STAY_STEP[0]),
        percent(c::STAY_STEP[1]),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM), falling(Count::Impressions.word())],
    columns: || {
        let seen = vec![cover_id(), whole(c::BROADCASTS, "broadcasts", "broadcasts with clean rows of it")];
        let sums = Sums { null: NOT_KNOWN, null_low: NOT_KNOWN, about: Some("sum of the clean rows") };
        let click =
            "of which rate the first step is: `ctr`, or `effective_ctr` where the platform gives no clicks";
        let mut steps = vec![text(c::CLICK_METRIC, click).null("no rate")];
        steps.extend(step(c::CLICK_STEP, "share", "`ctr` or `effective_ctr`".to_owned(), "no rate"));
        for (names, of, null) in [
            (c::ENTER_STEP, Some(&ENTERING), "no rate, or the entry is the click"),
            (c::STAY_STEP, Rate::named(c::STAY_RATE), "no rate"),
        ] {
            let Some(of) = of else { continue };
            steps.extend(step(names, of.unit, rate(of).about.into_owned(), null));
        }
        let ratios = [c::CLICK_RATIO, c::ENTER_RATIO, c::STAY_RATIO].into_iter().flat_map(ratio_to_others);
        let beside =
            ratios.chain(compared_part()).chain([not_randomized()]).map(|column| column.since(2)).collect();
        let told = vec![
            text(c::FINDING, "one of the words below"),
            float(
                c::CERTAINTY,
                "probability",
                "how probable the finding is; at least the `certainty` of `decisions.yaml`",
            )
            .null("`nothing_certain`, or `costs_revisits`, which has a p value in `revisit`"),
            text(c::ACTION_EN, "what to do, in English"),
            text(c::ACTION_ZH, "what to do, in Chinese"),
        ];
        let (plain, later) = (plain_counts(&sums), later_plain_counts(&sums));
        [decision(), seen, plain, steps, told, closing_of_decision(), later, beside, revisits()].concat()
    },
};

/// What `revisit` says of the cover. Added in version 3.
fn revisits() -> Vec<ColumnSpec> {
    let null = "viewers are not kept over days, or the cover has no such row in `revisit`";
    let ratio =
        |name: String, about: &'static str| float(name, "ratio", about).null("as `revisit_finding`, or `too_few`");
    let columns = [
        ratio(
            c::REVISIT_RATIO.to_owned(),
            "`ratio` of `revisit` over all slots: how often its entrants came back ÷ how often those of other covers in the same \
             broadcasts and slots did",
        ),
        ratio(c::low(c::REVISIT_RATIO), "its lower 95 % bound"),
        ratio(c::high(c::REVISIT_RATIO), "its upper 95 % bound"),
        whole(
            c::REVISIT_WITHIN_DAYS,
            "local dates",
            "within how many local dates: 7, or 28 where only that finds that the cover costs revisits",
        )
        .null(null),
        text(c::REVISIT_FINDING, "`finding` of that row").null(null),
    ];
    columns.into_iter().map(|column| column.since(3)).collect()
}

/// A step of the way from impression to stay.
fn step(names: [&'static str; 4], unit: &'static str, about: String, null: &'static str) -> [ColumnSpec; 4] {
    let [rate, baseline, above, below] = names;
    let expected = "what the other covers would have drawn in its place: the rate ÷ the ratio to the others in the same \
                    broadcasts, slots and audiences";
    let never = format!("{null}, or never beside another cover");
    let probability = |name: &'static str, about: &'static str| {
        float(name, "probability", about).null("no rate, or cannot tell")
    };
    [
        float(rate, unit, about).null(null),
        float(baseline, unit, expected).null(never),
        probability(above, "that the cover's rate is above the baseline"),
        probability(below, "that it is below: 1 − the former"),
    ]
}

pub(super) const SLOT_PLAN: TableSpec = TableSpec {
    name: "slot_plan",
    family: TableFamily::Decisions,
    is_optional: false,
    question: "When should one go on air for which audience in the coming week?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::AUDIENCE, c::SLOT],
    sorted_by: "audience (`all` first) and `rank`",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::AUDIENCE),
        plain(c::RANK),
        plain(c::SLOT),
        plain(c::SLOT_START_LOCAL),
        plain(c::SLOT_START_HOME),
        number(c::ADJUSTED_PER_HOUR),
        interval(c::EXPECTED),
        number(c::PER_HOUR),
        prose(c::NOTE),
        plain(c::SLOT_END_HOME),
        plain(c::HOME_TIMEZONE),
        number(c::HOURS_ON_AIR),
        number(c::ENTRANTS_PER_DAY),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM)],
    columns: || {
        let rows = vec![
            ColumnSpec { about: "the audience; `all` for all of them together".into(), ..audience() },
            whole(c::RANK, "", "the place of the slot for this audience, 1 for the best: by `proven_per_hour`")
                .null("neither entrants nor clicks known"),
            ColumnSpec { about: "the day-part; `all_day`, which has no clock, is left out".into(), ..slot() },
            day(
                c::LOCAL_DATE,
                "the next day with the slot on the market's clock: `as_of` + 1, or a later one where the clock jumps over \
                 the slot. One row a slot: it is the same on the other days of the week",
            ),
            wall_time(c::SLOT_START_LOCAL, "when the slot begins, on the market's clock"),
            wall_time(c::SLOT_END_LOCAL, "when it ends"),
            instant(c::SLOT_START_UTC, "its first instant"),
            instant(c::SLOT_END_UTC, "the first instant after it"),
            wall_time(c::SLOT_START_HOME, "when it begins, on the clock of `home_timezone`"),
            wall_time(c::SLOT_END_HOME, "when it ends there"),
            text(c::HOME_TIMEZONE, "`home_timezone` of `archive.yaml`"),
            whole(
                c::SLOT_SECONDS,
                "seconds",
                "its true length that day. Where the clock is set back into it, it may come twice with another slot \
                 between; start and end are then those of all",
            ),
        ];
        [decision(), rows, expected(), closing_of_decision(), paced()].concat()
    },
};

/// What comes in an hour on air: what `slot_plan` has had since its second schema.
fn paced() -> Vec<ColumnSpec> {
    let unit = "viewers, or clicks, per hour";
    let few = "fewer than eight days, or nothing came";
    let bounded = |name: &'static str, about: &'static str, null: &'static str| {
        let [low, high] =
            bounds(name, "95 % bound by days", few).map(|bound| ColumnSpec { unit: unit.into(), ..bound });
        [float(name, unit, about).null(null), low, high]
    };
    let mut columns = vec![
        float(
            c::HOURS_ON_AIR,
            "hours",
            "the slot's hours on the dates on which it was on air, for whatever audience. Exports do not say when a \
             broadcast begins and ends, so these are hours of the slot and not of the broadcast",
        )
        .null("not written before schema version 2"),
    ];
    columns.extend(bounded(
        c::PER_HOUR,
        "`entrants` of this audience ÷ `hours_on_air`, or `clicks` where no entrants are known: see `ranked_by`",
        "neither known",
    ));
    columns.extend(bounded(
        c::ADJUSTED_PER_HOUR,
        "the same, had all slots had the same covers: ÷ how much more the covers of this slot draw than those of all \
         slots",
        "`per_hour` not known, or its covers ran in no other slot",
    ));
    columns.push(
        float(
            c::PROVEN_PER_HOUR,
            unit,
            "what `adjusted_per_hour`, or `per_hour` where that is null, exceeds with 95 %, given how much days differ; \
             slots are ranked by it",
        )
        .null("no `rank`"),
    );
    columns.extend([
        not_randomized(),
        text(c::NOTE, "what to know of the row, in words").null("not written before schema version 2"),
        note_zh(),
    ]);
    columns.into_iter().map(|column| column.since(2)).collect()
}

/// What a slot brings.
fn expected() -> Vec<ColumnSpec> {
    let share = |name: String, about: &'static str| float(name, "share", about).null("no rate");
    let mut columns = vec![
        text(c::RANKED_BY, "`entrants_per_hour`, or `clicks_per_hour` where no entrants are known")
            .null("no `rank`"),
        share(
            c::EXPECTED.to_owned(),
            "`effective_ctr`, or `ctr` where no entrants are known, shrunken towards the audience's other slots: mean of \
             the posterior",
        ),
        share(c::low(c::EXPECTED), "2.5 % quantile of the posterior"),
        share(c::high(c::EXPECTED), "97.5 % quantile of the posterior"),
        share(c::PROVEN_RATE.to_owned(), "what that rate exceeds with 95 %"),
        whole(c::BROADCASTS, "broadcasts", "broadcasts that met the audience in the slot"),
        whole(c::DAYS, "local dates", "dates on which the slot was on air, for whatever audience"),
    ];
    for (name, count, unit) in [
        (c::IMPRESSIONS_PER_DAY, Count::Impressions, "displays or viewers per day"),
        (c::ENTRANTS_PER_DAY, Count::Entrants, "viewers per day"),
    ] {
        let about = format!(
            "`{}` of this audience on a day on which the slot was on air; a day without is nought",
            count.word()
        );
        let [low, high] = bounds(name, "95 % bound by days", "not known, or fewer than eight days")
            .map(|bound| ColumnSpec { unit: unit.into(), ..bound });
        columns.extend([float(name, unit, about).null(NOT_KNOWN), low, high]);
    }
    columns
}

pub(super) const LOCALIZATION: TableSpec = TableSpec {
    name: "localization",
    family: TableFamily::Decisions,
    is_optional: true,
    question: "How did a localized cover do beside the one that markets share?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::FAMILY, c::METRIC],
    sorted_by: "family and metric (`effective_ctr` first)",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::FAMILY),
        plain(c::LOCALIZED_COVER_ID),
        plain(c::METRIC),
        plain(c::BASIS),
        ratio(c::RATIO),
        prose(c::NOTE),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM)],
    columns: || {
        let (here, across) =
            ("`basis` is neither `same_broadcasts` nor `same_market`", "`basis` is not `across_markets`");
        let of_ratio = |bound: ColumnSpec| ColumnSpec { unit: "ratio".into(), ..bound };
        let [low, high] = bounds(c::RATIO, BY_BROADCASTS, "no interval").map(of_ratio);
        let [less, more] = bounds(c::DIFFERENCE, BY_BROADCASTS, "no interval");
        let rows = vec![
            text(c::FAMILY, "the family's name in `decisions.yaml`"),
            text(c::LOCALIZED_COVER_ID, "the version for this market"),
            text(c::SHARED_COVER_ID, "the version that markets share"),
            text(c::METRIC, "`effective_ctr` or `ctr`"),
            text(
                c::BASIS,
                "`same_broadcasts`: both were shown here, together; `same_market`: both were shown here and never together \
                 in a broadcast, slot and audience; `across_markets`: the shared one never was shown here, and each is held \
                 against the other covers of its own broadcasts; `not_comparable`",
            ),
            float(c::LOCALIZED_RATE, "share", "rate of the localized cover on the matched mix").null(here),
            float(c::SHARED_RATE, "share", "rate of the shared cover on the same mix").null(here),
            float(
                c::LOCALIZED_INDEX,
                "ratio",
                "rate of the localized cover ÷ that of the other covers in the same broadcasts, slots and audiences",
            )
            .null(across),
            float(
                c::SHARED_INDEX,
                "ratio",
                "the same of the shared cover, over all other markets of the platform that count alike",
            )
            .null(across),
            float(c::RATIO, "ratio", "localized ÷ shared: of the rates, or of the indices")
                .null("not comparable, or the shared cover had no success"),
            low,
            high,
            float(c::DIFFERENCE, "share", "`localized_rate` − `shared_rate`").null(here),
            less,
            more,
            whole(c::CELLS, "cells", "cells of slot and audience in which both were seen, in a broadcast if `same_broadcasts`")
                .null(here),
            float(c::MATCHED_SHARE, "share", "how much of the localized cover's impressions is compared")
                .null(here),
            whole(c::LOCALIZED_BROADCASTS, "broadcasts", "broadcasts with the localized cover"),
            whole(c::SHARED_BROADCASTS, "broadcasts", "broadcasts with the shared cover that it is compared with"),
            text(c::NOTE, "what the interval of `ratio` says, in words, or why they cannot be compared"),
        ];
        let compared = whole(
            c::COMPARED_BROADCASTS,
            "broadcasts",
            "broadcasts with both, or of `across_markets` the lesser number of those beside other covers; with fewer than \
             eight there is no interval, and only a rotation can tell",
        )
        .null("not written before schema version 2");
        let later = [compared, not_randomized(), note_zh()].map(|column| column.since(2)).to_vec();
        [decision(), rows, closing_of_decision(), later].concat()
    },
};

pub(super) const FALSE_WINNERS: TableSpec = TableSpec {
    name: "false_winners",
    family: TableFamily::Decisions,
    is_optional: true,
    question: "How often would an experiment have named a winner where there is none?",
    key: &[c::PLATFORM, c::MARKET, c::AS_OF, c::DESIGN, c::METRIC],
    sorted_by: "design (`split` first), and metric in the order below",
    shown: &[
        plain(c::AS_OF),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::DESIGN),
        plain(c::METRIC),
        plain(c::DAYS),
        plain(c::BROADCASTS),
        plain(c::TESTS),
        percent(c::LEVEL),
        interval(c::FALSE_WINNERS_SHARE),
        percent(c::UNGUARDED_SHARE),
    ],
    shown_by: &[falling(c::AS_OF), rising(c::MARKET), rising(c::PLATFORM)],
    columns: || {
        let share = |name: String, about: &'static str| float(name, "share", about);
        let rows = vec![
            text(c::DESIGN, "`split` or `rotation`"),
            text(
                c::METRIC,
                "what the tests were of, where all rows of the window know it: `orders` and `retained_minutes`, which decide in an \
                 experiment by their weights, and `effective_ctr`, or `ctr` where entrants are not known",
            ),
            whole(c::DAYS, "local dates", "how many nights each test was looked at"),
            whole(c::BROADCASTS, "broadcasts", "broadcasts that were dealt"),
            whole(c::TURNS, "turns", "slots of broadcasts that stood for turns").null("of a split"),
            whole(c::TESTS, "tests", "how many tests of nothing were run: 100"),
            float(c::LEVEL, "probability", "how many false winners are tolerated"),
            whole(
                c::FALSE_WINNERS,
                "tests",
                "tests that found any arm to differ from the control, at any night and all arms together",
            ),
            share(c::FALSE_WINNERS_SHARE.to_owned(), "the same ÷ `tests`"),
            share(c::low(c::FALSE_WINNERS_SHARE), "lower bound of the 95 % Wilson interval"),
            share(c::high(c::FALSE_WINNERS_SHARE), "upper bound of the 95 % Wilson interval"),
            share(
                c::UNGUARDED_SHARE.to_owned(),
                "tests that plain 95 % intervals, looked at every night and one arm at a time, would have decided",
            ),
        ];
        let later = vec![
            text(c::ASSIGNMENT, "what a cover was drawn for: `broadcast`, each viewer of each broadcast anew")
                .null("of a rotation")
                .since(2),
        ];
        [decision(), rows, closing_of_decision(), later].concat()
    },
};
