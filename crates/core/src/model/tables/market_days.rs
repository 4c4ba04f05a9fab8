//! Tables of a market-day.

use super::column::{float, instant, text, truth, wall_time, whole};
use super::groups::{
    NOT_KNOWN, Sums, audience, bounds, broadcast_id, closing_of_day, contaminated, counts, cover_id, later,
    later_counts, market_day, prorated, rates, slot,
};
use super::shown::{Shown, falling, interval, number, percent, plain};
use super::{ColumnSpec, TableFamily, TableSpec};
use crate::model::{Count, columns as c};

/// Version of what is counted: `funnel`, `turns` and `viewer_groups`, and what of the other tables these do not hold
/// (`crates/report/src/published.rs` says what that is).
pub(super) const MARKET_DAYS: u32 = 5;
/// Version of what is derived from that: `slot_audience`, `capability` and `bridge`. Where it alone is raised, these are
/// rendered from the archive, without an export. It began with the number of the other, as both were one.
pub(super) const MARKET_DAYS_DERIVED: u32 = 5;

pub(super) const FUNNEL: TableSpec = TableSpec {
    name: "funnel",
    family: TableFamily::MarketDays,
    is_optional: false,
    question: "How often was each cover shown, clicked and entered, by slot, audience and broadcast?",
    key: &[
        c::PLATFORM,
        c::MARKET,
        c::LOCAL_DATE,
        c::CONVENTION_SINCE,
        c::SLOT,
        c::AUDIENCE,
        c::BROADCAST_ID,
        c::COVER_ID,
        c::CONTAMINATED,
    ],
    sorted_by: "era, slot (in the order of the market's day, `all_day` last), audience, broadcast, cover and `contaminated`",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        of_count(Count::Impressions),
        of_count(Count::Clicks),
        of_count(Count::Entries),
        of_count(Count::Entrants),
        of_count(Count::Stays),
        of_count(Count::Orders),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(Count::Impressions.word())],
    columns: || [market_day(), funnel()].concat(),
};

const fn of_count(count: Count) -> Shown {
    plain(count.word())
}

/// The columns of `funnel` but for the keys of the market-day.
fn funnel() -> Vec<ColumnSpec> {
    let places = vec![
        slot(),
        audience(),
        broadcast_id(),
        cover_id(),
        contaminated(),
        float(
            c::COVER_SHARE,
            "share",
            "for how much of the time of the export's rows the cover was on air, by the log of covers: \
             Σ its seconds on air ÷ Σ seconds",
        )
        .null("the rows name their cover"),
    ];
    let sums = Sums { null: NOT_KNOWN, null_low: "not said", about: None };
    [places, counts(&sums), prorated(), closing_of_day(), later(), later_counts(&sums)].concat()
}

pub(super) const TURNS: TableSpec = TableSpec {
    name: "turns",
    family: TableFamily::MarketDays,
    is_optional: true,
    question: "How often was each cover shown, clicked and entered in each turn of a rotation?",
    key: &[
        c::PLATFORM,
        c::MARKET,
        c::LOCAL_DATE,
        c::TURN_START_UTC,
        c::BURN_IN,
        c::CONVENTION_SINCE,
        c::SLOT,
        c::AUDIENCE,
        c::BROADCAST_ID,
        c::COVER_ID,
        c::CONTAMINATED,
    ],
    sorted_by: "turn, those outside of all first, and then like those of `funnel`",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::TURN_START_UTC),
        plain(c::BURN_IN),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        of_count(Count::Impressions),
        of_count(Count::Clicks),
        of_count(Count::Entrants),
        of_count(Count::Orders),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(c::TURN_START_UTC), falling(Count::Impressions.word())],
    columns: || {
        let turn = vec![
            instant(c::TURN_START_UTC, "when the turn begins").null("outside of all turns"),
            truth(
                c::BURN_IN,
                "whether this is the beginning of the turn, in which the cover before is still seen and which no \
                 comparison counts",
            )
            .null("outside of all turns"),
        ];
        [market_day(), turn, funnel()].concat()
    },
};

pub(super) const VIEWER_GROUPS: TableSpec = TableSpec {
    name: "viewer_groups",
    family: TableFamily::MarketDays,
    is_optional: true,
    question: "How much of a split comes from the same viewers, over covers, broadcasts and days?",
    key: &[
        c::PLATFORM,
        c::MARKET,
        c::LOCAL_DATE,
        c::VIEWER_GROUP,
        c::CONVENTION_SINCE,
        c::SLOT,
        c::AUDIENCE,
        c::BROADCAST_ID,
        c::COVER_ID,
        c::CONTAMINATED,
    ],
    sorted_by: "viewer group, rows of none first, and then like those of `funnel`",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::VIEWER_GROUP),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        plain(c::BROADCAST_ID),
        plain(c::COVER_ID),
        of_count(Count::Impressions),
        of_count(Count::Clicks),
        of_count(Count::Entrants),
        of_count(Count::Orders),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(Count::Impressions.word())],
    columns: || {
        let group = vec![
            whole(
                c::VIEWER_GROUP,
                "",
                "which of 128 groups the viewers are in, 0 to 127: a viewer is in the same one on every day, in every \
                 broadcast and on every platform of the experiment",
            )
            .null("rows of exports that give no viewer ids, and counts that come as counts"),
            text(
                c::GROUP_KEY,
                "what tells the key of the groups from others: rows of two keys have nothing to do with each other",
            ),
        ];
        [market_day(), group, funnel()].concat()
    },
};

pub(super) const SLOT_AUDIENCE: TableSpec = TableSpec {
    name: "slot_audience",
    family: TableFamily::MarketDays,
    is_optional: false,
    question: "Which audience clicks, enters, stays and buys in which slot of the day?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::CONVENTION_SINCE, c::SLOT, c::AUDIENCE],
    sorted_by: "era, slot (in the order of the market's day, `all_day` last) and audience",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SLOT),
        plain(c::AUDIENCE),
        of_count(Count::Impressions),
        of_count(Count::Entries),
        interval(c::CTR),
        interval(c::EFFECTIVE_CTR),
        percent(c::CLICK_CONVERSION),
        percent(c::STAY_RATE),
        number(c::MEAN_DWELL_SECONDS),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(Count::Impressions.word())],
    columns: || {
        let places = vec![slot(), audience()];
        let sums = Sums { null: NOT_KNOWN, null_low: "not said", about: Some("sum") };
        let spans = vec![
            whole(
                c::SLOT_SECONDS,
                "seconds",
                "the slot's true length on that day, over all its pieces; of `all_day`, the day's",
            ),
            wall_time(c::SLOT_START_LOCAL, "the slot's first instant as the market's clock showed it")
                .null("`all_day`"),
            instant(c::SLOT_START_UTC, "the slot's first instant").null("`all_day`"),
        ];
        [
            market_day(),
            places,
            counts(&sums),
            prorated(),
            rates(),
            spans,
            closing_of_day(),
            later(),
            later_counts(&sums),
        ]
        .concat()
    },
};

pub(super) const CAPABILITY: TableSpec = TableSpec {
    name: "capability",
    family: TableFamily::MarketDays,
    is_optional: false,
    question: "Which counts does the platform offer in the market, and why are the others null?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::CONVENTION_SINCE, c::COUNT],
    sorted_by: "era, and in the order of the columns of `funnel`",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::COUNT),
        plain(c::OFFERED),
        plain(c::REASON),
        plain(c::DEFINITION),
        plain(c::CONVENTION_SINCE),
    ],
    shown_by: &[falling(c::LOCAL_DATE)],
    columns: || {
        let rows = vec![
            text(c::COUNT, "the count, as its column in `funnel`"),
            truth(c::OFFERED, "whether it is; if not, it is null in every row of the era"),
            text(
                c::REASON,
                "why not: the platform's own reason from its configuration, `no column of its exports is mapped to it`, \
                 or `viewers per row do not add up to viewers`. If it is offered and null all the same in some row: the \
                 rows of exports that do not say it (`not in 1 of 317 rows of … (record 5)`), `some broadcasts are \
                 counted from an export that does not have it`, `rows of other exports do not speak of it; the one that \
                 counts it says all of it`, or `no export of the day says it`",
            )
            .null("known in every row"),
            text(c::DEFINITION, "what the platform last redefined it to mean").null("never redefined"),
        ];
        [market_day(), rows, closing_of_day()].concat()
    },
};

pub(super) const BRIDGE: TableSpec = TableSpec {
    name: "bridge",
    family: TableFamily::MarketDays,
    is_optional: true,
    question: "How many viewers stand behind so many impressions, clicks or entries?",
    key: &[c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::CONVENTION_SINCE, c::SLOT, c::SIGNAL],
    sorted_by: "era, slot, and in the order of the columns of `funnel`",
    shown: &[
        plain(c::LOCAL_DATE),
        plain(c::MARKET),
        plain(c::PLATFORM),
        plain(c::SLOT),
        plain(c::SIGNAL),
        plain(c::TIMES),
        plain(c::PERSONS),
        interval(c::FACTOR),
        plain(c::UNIQUE_BASIS),
    ],
    shown_by: &[falling(c::LOCAL_DATE), falling(c::TIMES)],
    columns: || {
        let bounded = |name: &'static str, unit: &'static str, about: &'static str| {
            [
                whole(name, unit, about),
                whole(c::low(name), unit, "the least it can be"),
                whole(c::high(name), unit, "the most it can be"),
            ]
        };
        let mut rows = vec![slot(), text(c::SIGNAL, "`impressions`, `clicks` or `entries`")];
        let times = "how often it happened, over all audiences, broadcasts and covers";
        rows.extend(bounded(c::TIMES, "times", times));
        let persons = "sum of `unique_impressions`, `clickers` or `entrants`";
        rows.extend(bounded(c::PERSONS, Count::Entrants.unit(), persons));
        rows.push(float(c::FACTOR, "persons per time", "`persons` ÷ `times`"));
        let [low, high] = bounds(c::FACTOR, "bound of the 95 % Wilson interval", "more persons than times");
        rows.extend([low, high].map(|bound| ColumnSpec { unit: "persons per time".into(), ..bound }));
        [market_day(), rows, closing_of_day()].concat()
    },
};
