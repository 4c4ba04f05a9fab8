//! Tables by hand: a day of New York that the platform's day of a change cuts in two.

use std::collections::BTreeMap;

use jiff::civil::date;
use polars::prelude::*;

use super::{MarketDayContext, bridge, capability, funnel, slot_audience};
use coverledger_config::Market;
use coverledger_core::model::{
    Change, ClickEvent, Conventions, Count, CountSet, DayPart, Era, Eras, Fact, FactKey, Figures, ImpressionBasis,
    MarketDay, MarketId, Measure, Parts, PlatformId, Share, UniqueBasis,
};
use coverledger_core::time::{DayRule, LocalDay, SlotTable, Zone};

pub(super) struct DecisionContext {
    pub(super) market_day: MarketDay,
    pub(super) market: Market,
    day: LocalDay,
    eras: Eras,
}

impl DecisionContext {
    /// 2026-08-24 in New York, where at 03:00 (midnight in California) impressions went and entries were redefined.
    pub(super) fn new(uniques: UniqueBasis) -> Self {
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let slots =
            vec![("night".to_owned(), "00:00".parse().unwrap()), ("day".to_owned(), "06:00".parse().unwrap())];
        let local_date = date(2026, 8, 24);
        let first = Conventions { impression: ImpressionBasis::Displays, click: ClickEvent::CoverTap, uniques };
        let change = Change {
            since: local_date,
            at: "2026-08-24T07:00:00Z".parse().unwrap(),
            impression: Some(ImpressionBasis::Viewers),
            redefined: BTreeMap::from([(Count::Entries, "a view from the first second".to_owned())]),
            introduced: BTreeMap::new(),
            withdrawn: BTreeMap::from([(Count::Impressions, "removed with v26".to_owned())]),
        };
        Self {
            market_day: MarketDay { platform: PlatformId::new("p"), market: MarketId::new("US"), local_date },
            day: rule.day(local_date).unwrap(),
            market: Market {
                slots: SlotTable::new(rule.starts_at, slots).unwrap(),
                slots_name: "halves".to_owned(),
                day: rule,
            },
            eras: Eras { changes: vec![change], ..Eras::only(first) },
        }
    }

    pub(super) fn context<'a>(&'a self, mapped: CountSet, facts: &'a [Fact]) -> MarketDayContext<'a> {
        MarketDayContext {
            market_day: &self.market_day,
            market: &self.market,
            day: &self.day,
            eras: &self.eras,
            mapped,
            provisional: false,
            facts,
            booked: facts,
            by_turn: None,
            by_group: None,
            unknown: &[],
        }
    }
}

fn fact(era: u16, part: DayPart, cover: &str, counts: &[(Count, Measure)]) -> Fact {
    let mut figures = Figures::default();
    for (count, measure) in counts {
        figures.put(*count, *measure);
    }
    let key = FactKey {
        era: Era(era),
        part,
        audience: "all".into(),
        broadcast_id: "b".into(),
        cover_id: cover.into(),
        contaminated: false,
    };
    Fact { key, figures, parts: Parts::default(), orphan_clicks: None }
}

/// The columns of a table, row by row, as text.
fn rows(frame: &DataFrame, columns: &[&str]) -> Vec<String> {
    let cell = |row: usize, name: &&str| frame.column(name).unwrap().get(row).unwrap().str_value().into_owned();
    (0..frame.height())
        .map(|row| columns.iter().map(|name| cell(row, name)).collect::<Vec<_>>().join(" | "))
        .collect()
}

const NIGHT: DayPart = DayPart::Slot(0);
const DAY: DayPart = DayPart::Slot(1);
const NEVER: Measure = Measure::exact(0);

#[test]
fn a_change_of_conventions_splits_a_slot_and_what_was_withdrawn_is_null_from_then_on() {
    let context = DecisionContext::new(UniqueBasis::FirstTouch);
    let seen = |n| [(Count::Impressions, Measure::exact(n)), (Count::Entries, Measure::exact(n / 10))];
    let facts = [
        fact(0, NIGHT, "c1", &seen(100)),
        fact(0, NIGHT, "c2", &seen(200)),
        fact(1, NIGHT, "c1", &seen(400)),
        fact(1, DAY, "c1", &seen(800)),
    ];
    let mapped = CountSet::default().with(Count::Impressions).with(Count::Entries);
    let context = context.context(mapped, &facts);
    let summed = slot_audience::slot_audience(&context, &context.offered(), 1).unwrap();
    let columns = ["slot", "impressions", "entries", "impression_basis", "convention_since"];
    assert_eq!(
        rows(&summed, &columns),
        [
            "night | 300 | 30 | displays | null",
            "night | null | 40 | viewers | 2026-08-24",
            "day | null | 80 | viewers | 2026-08-24",
        ]
    );
    let totals: Vec<(String, i64)> = context.totals().into_iter().collect();
    let expected = [("entries", 30), ("entries since 2026-08-24", 120), ("impressions", 300)];
    assert_eq!(totals, expected.map(|(name, sum)| (name.to_owned(), sum)));
}

#[test]
fn capability_says_of_every_count_and_era_why_it_is_null() {
    let context = DecisionContext::new(UniqueBasis::Row);
    let mapped = [Count::Impressions, Count::UniqueImpressions, Count::Entries].into_iter().collect();
    let table = capability::capability(&context.context(mapped, &[]), 1).unwrap();
    let told = rows(&table, &["count", "offered", "reason", "definition", "convention_since"]);
    assert_eq!(told.len(), 18);
    assert_eq!(told[0], "impressions | true | null | null | null");
    assert_eq!(told[1], "unique_impressions | false | viewers per row do not add up to viewers | null | null");
    assert_eq!(told[2], "clicks | false | no column of its exports is mapped to it | null | null");
    assert_eq!(told[9], "impressions | false | removed with v26 | null | 2026-08-24");
    assert_eq!(told[13], "entries | true | null | a view from the first second | 2026-08-24");
}

#[test]
fn a_day_of_one_era_has_nine_rows_of_capability() {
    let mut context = DecisionContext::new(UniqueBasis::FirstTouch);
    context.eras.changes[0].at = "2026-08-25T04:00:00Z".parse().unwrap();
    assert_eq!(capability::capability(&context.context(CountSet::ALL, &[]), 1).unwrap().height(), 9);
    context.eras.changes[0].at = "2026-08-24T04:00:00Z".parse().unwrap();
    assert_eq!(capability::capability(&context.context(CountSet::ALL, &[]), 1).unwrap().height(), 9);
}

#[test]
fn the_bridge_takes_only_what_comes_both_ways_and_viewers_per_row_go_nowhere_else() {
    let context = DecisionContext::new(UniqueBasis::Row);
    let both = |times, persons| [(Count::Entries, times), (Count::Entrants, persons)];
    let rounded = Measure { low: 1_995, value: 2_000, high: 2_004 };
    let facts = [
        fact(0, NIGHT, "c1", &both(rounded, Measure::exact(900))),
        fact(0, NIGHT, "c2", &both(Measure::exact(1_000), Measure::exact(600))),
        fact(0, NIGHT, "c3", &[(Count::Entries, Measure::exact(50_000))]),
        fact(1, DAY, "c1", &both(NEVER, NEVER)),
    ];
    let mapped = CountSet::default().with(Count::Entries).with(Count::Entrants);
    let context = context.context(mapped, &facts);
    let table = bridge::bridge(&context, 1).unwrap();
    let columns = ["slot", "signal", "times_low", "times", "times_high", "persons", "factor", "unique_basis"];
    assert_eq!(rows(&table, &columns), ["night | entries | 2995 | 3000 | 3004 | 1500 | 0.5 | row"]);
    let bound = |name: &str| table.column(name).unwrap().f64().unwrap().get(0).unwrap();
    // Wilson at 1500 of 3004 and at 1500 of 2995: 0.49933 ∓ 0.01787 and 0.50083 ± 0.01790.
    assert!((bound("factor_low") - 0.481_466).abs() < 1e-5, "{}", bound("factor_low"));
    assert!((bound("factor_high") - 0.518_729).abs() < 1e-5, "{}", bound("factor_high"));
    let published = funnel::funnel(&context, &context.offered(), 1).unwrap();
    assert!(rows(&published, &["entrants"]).iter().all(|entrants| entrants == "null"));
}

#[test]
fn a_sum_that_64_bits_do_not_hold_is_refused_and_not_published() {
    let context = DecisionContext::new(UniqueBasis::FirstTouch);
    for count in [Count::Dwell, Count::Entries] {
        let facts = [fact(0, NIGHT, "c1", &[(count, Measure::exact(u64::MAX))])];
        let context = context.context(CountSet::ALL, &facts);
        let refusal = funnel::funnel(&context, &context.offered(), 1).unwrap_err().to_string();
        assert!(refusal.contains("exceeds 64 bits"), "{refusal}");
    }
}

#[test]
fn what_has_no_slot_lasts_all_day_and_tells_how_well_its_day_matches() {
    let context = DecisionContext::new(UniqueBasis::Day);
    let mut whole = fact(0, DayPart::AllDay, "unknown", &[(Count::Impressions, Measure::exact(70))]);
    whole.figures.day_match = Share { part_seconds: 75_600, whole_seconds: 86_400 };
    whole.figures.on_air = Share { part_seconds: 0, whole_seconds: 86_400 };
    whole.figures.prorated.impressions = 70;
    whole.figures.derived = CountSet::default().with(Count::Impressions).with(Count::Clicks);
    let facts = [whole];
    let context = context.context(CountSet::default().with(Count::Impressions), &facts);
    let summed = slot_audience::slot_audience(&context, &context.offered(), 1).unwrap();
    let columns = [
        "slot",
        "slot_seconds",
        "slot_start_utc",
        "day_match",
        "derived",
        "prorated_impressions",
        "prorated_entries",
    ];
    assert_eq!(rows(&summed, &columns), ["all_day | 86400 | null | 0.875 | impressions | 70 | null"]);
    let published = funnel::funnel(&context, &context.offered(), 1).unwrap();
    assert_eq!(rows(&published, &["cover_id", "contaminated", "cover_share"]), ["unknown | false | 0.0"]);
}

#[test]
fn the_shrink_guard_sums_what_is_known_and_takes_the_rest_for_nothing() {
    let context = DecisionContext::new(UniqueBasis::Row);
    let facts = [
        fact(0, NIGHT, "c1", &[(Count::Impressions, Measure::exact(100)), (Count::Entrants, Measure::exact(9))]),
        fact(0, NIGHT, "c2", &[(Count::Entries, Measure::exact(7))]),
        fact(0, DAY, "c1", &[(Count::Impressions, Measure::exact(20))]),
    ];
    let mapped = [Count::Impressions, Count::Entries, Count::Entrants, Count::Orders].into_iter().collect();
    let mut totals = context.context(mapped, &facts).totals();
    totals.retain(|name, _| !name.contains("since"));
    let expected = [("entries", 7), ("impressions", 120), ("orders known in part", 0)];
    assert_eq!(totals.into_iter().collect::<Vec<_>>(), expected.map(|(name, sum)| (name.to_owned(), sum)));
}
