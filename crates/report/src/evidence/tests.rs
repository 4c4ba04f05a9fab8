//! What was published is read back as it was.

use jiff::civil::date;

use super::*;
use crate::{MarketDayContext, funnel};
use coverledger_config::Market;
use coverledger_core::model::{
    Change, ClickEvent, Count, CountSet, DayPart, Era, Eras, Fact, FactKey, ImpressionBasis, MarketDay, Measure,
    Parts, Prorated, UniqueBasis, columns as c,
};
use coverledger_core::time::{DayRule, SlotTable, Zone};

const CONVENTIONS: Conventions = Conventions {
    impression: ImpressionBasis::Displays,
    click: ClickEvent::CoverTap,
    uniques: UniqueBasis::FirstTouch,
};

fn eras() -> Eras {
    let change = Change {
        since: date(2026, 8, 24),
        at: "2026-08-24T07:00:00Z".parse().unwrap(),
        impression: Some(ImpressionBasis::Viewers),
        redefined: std::collections::BTreeMap::new(),
        introduced: std::collections::BTreeMap::new(),
        withdrawn: std::collections::BTreeMap::new(),
    };
    Eras { changes: vec![change], ..Eras::only(CONVENTIONS) }
}

pub(crate) fn fact(era: u16, part: DayPart, cover: &str, counts: &[(Count, Measure)]) -> Fact {
    let mut figures = Figures::default();
    for (count, measure) in counts {
        figures.put(*count, *measure);
    }
    let key = FactKey {
        era: Era(era),
        part,
        audience: "f / 25-34".into(),
        broadcast_id: "b".into(),
        cover_id: cover.into(),
        contaminated: cover == "c2",
    };
    Fact { key, figures, parts: Parts::default(), orphan_clicks: None }
}

/// The table `funnel` of New York's day of these facts, as it is published and read again.
pub(crate) fn published(local_date: Date, provisional: bool, facts: &[Fact]) -> (Date, DataFrame) {
    let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
    let slots = vec![("night".to_owned(), "00:00".parse().unwrap()), ("day".to_owned(), "06:00".parse().unwrap())];
    let (eras, day) = (eras(), rule.day(local_date).unwrap());
    let market = Market {
        slots: SlotTable::new(rule.starts_at, slots).unwrap(),
        slots_name: "halves".to_owned(),
        day: rule,
    };
    let market_day = MarketDay { platform: PlatformId::new("p"), market: MarketId::new("US"), local_date };
    let context = MarketDayContext {
        market_day: &market_day,
        market: &market,
        day: &day,
        eras: &eras,
        mapped: CountSet::ALL,
        provisional,
        facts,
        booked: &[],
        by_turn: None,
        by_group: None,
        unknown: &[],
    };
    let table = funnel::funnel(&context, &context.offered(), 1).unwrap();
    let bytes = crate::file::parquet(&table, Vec::new()).unwrap().bytes;
    (local_date, crate::frame(&[bytes.into()]).unwrap())
}

fn read(days: &[(Date, DataFrame)]) -> Option<Evidence> {
    let slots = ["night".to_owned(), "day".to_owned()];
    Evidence::read(&PlatformId::new("p"), &MarketId::new("US"), &slots, days).unwrap()
}

#[test]
fn every_count_of_funnel_is_read_back_with_its_bounds() {
    let bounded = |value: u64| Measure { low: value - 5, value, high: value + 4 };
    let mut rounded = fact(0, DayPart::Slot(1), "c1", &[(Count::Impressions, bounded(1_350))]);
    // 0.1 + 0.2 seconds and what a double holds badly.
    rounded.figures.put(Count::Dwell, Measure { low: 299, value: 300, high: 86_399_999 });
    rounded.figures.put(Count::Entries, Measure::exact(7));
    rounded.figures.derived = CountSet::default().with(Count::Impressions);
    rounded.figures.prorated = Prorated { impressions: 12, entries: 3 };
    let facts = [
        rounded,
        fact(0, DayPart::Slot(1), "c2", &Count::ALL.map(|count| (count, Measure::exact(count as u64 + 1)))),
        fact(0, DayPart::AllDay, "c1", &[(Count::Orders, Measure::exact(0))]),
    ];
    let evidence = read(&[published(date(2026, 8, 20), true, &facts)]).unwrap();
    let figures: Vec<Figures> = evidence.rows.iter().map(|row| row.figures).collect();
    assert_eq!(figures, facts.each_ref().map(|fact| fact.figures));
    assert_eq!(evidence.slots, ["night", "day", "all_day"]);
    assert_eq!(evidence.covers, ["c1", "c2"]);
    let places: Vec<_> = evidence.rows.iter().map(|row| (row.slot, row.cover, row.contaminated)).collect();
    assert_eq!(places, [(1, 0, false), (1, 1, true), (2, 0, false)]);
    assert!(evidence.provisional);
    assert_eq!((evidence.conventions, evidence.convention_since), (CONVENTIONS, None));
}

#[test]
fn only_the_newest_conventions_are_read() {
    let seen = |n| [(Count::Impressions, Measure::exact(n))];
    let days = [
        published(date(2026, 8, 23), true, &[fact(0, DayPart::Slot(0), "old", &seen(1))]),
        published(
            date(2026, 8, 24),
            false,
            &[fact(0, DayPart::Slot(0), "old", &seen(2)), fact(1, DayPart::Slot(0), "new", &seen(4))],
        ),
        published(date(2026, 8, 25), false, &[fact(1, DayPart::Slot(1), "new", &seen(8))]),
        published(date(2026, 8, 26), false, &[]),
    ];
    let evidence = read(&days).unwrap();
    assert_eq!(evidence.covers, ["new"]);
    assert_eq!((evidence.since, evidence.until), (date(2026, 8, 24), date(2026, 8, 26)));
    assert_eq!(evidence.convention_since, Some(date(2026, 8, 24)));
    assert_eq!(evidence.conventions.impression, ImpressionBasis::Viewers);
    assert!(!evidence.provisional, "the provisional day was counted otherwise");
    let seen: Vec<u64> = evidence.rows.iter().map(|row| row.figures.value.impressions).collect();
    assert_eq!(seen, [4, 8]);
}

#[test]
fn days_without_rows_say_nothing() {
    assert_eq!(read(&[]), None);
    assert_eq!(read(&[published(date(2026, 8, 20), false, &[])]), None);
}

#[test]
fn turns_are_read_with_their_first_instants() {
    let (local_date, funnel) = published(
        date(2026, 8, 20),
        false,
        &[fact(0, DayPart::Slot(1), "c1", &[(Count::Clicks, Measure::exact(1))])],
    );
    let starts_at: Timestamp = "2026-08-20T15:20:00Z".parse().unwrap();
    let starts = Int64Chunked::new(c::TURN_START_UTC.into(), [starts_at.as_microsecond()])
        .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
        .into_column();
    let mut columns = funnel.columns().to_vec();
    columns.extend([starts, Column::new(c::BURN_IN.into(), [true])]);
    let turns = DataFrame::new(1, columns).unwrap();
    let evidence = read(&[(local_date, turns)]).unwrap();
    assert_eq!(evidence.rows[0].turn, Some(Turn { starts_at, burn_in: true }));
}

#[test]
fn a_table_of_something_else_is_refused() {
    let (local_date, funnel) = published(date(2026, 8, 20), false, &[]);
    let without = funnel.drop(c::SLOT).unwrap();
    let slots = ["night".to_owned()];
    assert!(
        Evidence::read(&PlatformId::new("p"), &MarketId::new("US"), &slots, &[(local_date, without)]).is_err()
    );
}
