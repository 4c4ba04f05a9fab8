//! One week told by events, and told by counts over intervals: the archive says the same.
//!
//! The demo counts its events by a loop of its own, so the two ways through the program are held against each other
//! and against that loop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use coverledger::model::{Count, columns as c};
use polars::prelude::{AnyValue, DataFrame};

use crate::scenario::Scenario;
use crate::table;

/// Platform, market, date, slot and audience.
type Key = [String; 5];
type Row = BTreeMap<String, String>;

/// `slot_audience` made of events and of counts, and what the counts' exports said about themselves.
struct Week {
    by_events: BTreeMap<Key, Row>,
    by_counts: BTreeMap<Key, Row>,
    reconciliation: DataFrame,
}

fn week() -> &'static Week {
    static WEEK: OnceLock<Week> = OnceLock::new();
    WEEK.get_or_init(|| {
        let scenario = Scenario::new();
        let settled = |rows: &str| {
            let dir = scenario.path(rows);
            scenario.cli(&["demo", dir.to_str().unwrap(), "--rows", rows, "--events", "60000"]).exits(0);
            rows_by_key(&table::frame(&scenario.tree(&format!("{rows}/archive/slot_audience"))))
        };
        Week {
            by_events: settled("events"),
            by_counts: settled("counts"),
            reconciliation: table::frame(&scenario.tree("counts/archive/reconciliation")),
        }
    })
}

fn rows_by_key(frame: &DataFrame) -> BTreeMap<Key, Row> {
    let mut rows = BTreeMap::new();
    for place in 0..frame.height() {
        let cell = |name: &str| match frame.column(name).unwrap().get(place).unwrap() {
            // Every bit: the same counts give the same rates.
            AnyValue::Float64(number) => format!("{number:?}"),
            value => table::cell(&value),
        };
        let key = [c::PLATFORM, c::MARKET, c::LOCAL_DATE, c::SLOT, c::AUDIENCE].map(cell);
        // When the last file of a day can have come depends on how they are cut, and orphans are of viewers.
        let columns = frame
            .columns()
            .iter()
            .filter(|column| ![c::PROVISIONAL, c::ORPHAN_CLICKS].contains(&column.name().as_str()));
        let row = columns.map(|column| (column.name().to_string(), cell(column.name()))).collect();
        assert!(rows.insert(key.clone(), row).is_none(), "twice: {key:?}");
    }
    rows
}

/// Whether something of it came from rows that lie in two slots.
fn is_split(row: &Row) -> bool {
    [c::PRORATED_IMPRESSIONS, c::PRORATED_ENTRIES].iter().any(|name| row[*name] != "0")
}

/// Hours of whole UTC hours lie in two slots where the clock is half an hour off.
fn can_be_split([platform, market, ..]: &Key) -> bool {
    market == "IN" && platform != "shop_app"
}

/// Which clicks have no impression only a log of events can tell.
fn comparable(row: &Row) -> Row {
    let mut row = row.clone();
    row.remove(c::ORPHAN_CLICKS);
    row
}

#[test]
fn whatever_was_not_split_is_equal_in_every_count_rate_and_interval() {
    let week = week();
    // Of an hour in two slots all may be allotted to one of them: the other has nothing split, and yet lacks something.
    let day_of =
        |[platform, market, date, _, audience]: &Key| [platform, market, date, audience].map(String::clone);
    let split: BTreeSet<_> =
        week.by_counts.iter().filter(|(_, row)| is_split(row)).map(|(key, _)| day_of(key)).collect();
    let mut equal = BTreeMap::<&str, u32>::new();
    for (key, found) in week.by_counts.iter().filter(|(key, _)| !split.contains(&day_of(key))) {
        let expected = week.by_events.get(key).unwrap_or_else(|| panic!("no events are of {key:?}: {found:#?}"));
        assert_eq!(comparable(found), comparable(expected), "{key:?}");
        *equal.entry(&key[0]).or_default() += 1;
    }
    assert_eq!(equal.len(), 3, "platforms");
    assert!(equal.values().all(|rows| *rows > 300), "{equal:?}");
    assert!(equal.values().sum::<u32>() > 2500, "{equal:?}");
    for key in week.by_events.keys().filter(|key| !can_be_split(key)) {
        assert!(week.by_counts.contains_key(key), "no counts are of {key:?}");
    }
}

#[test]
fn only_hours_that_lie_in_two_slots_are_split() {
    let split: Vec<&Key> = week().by_counts.iter().filter(|(_, row)| is_split(row)).map(|(key, _)| key).collect();
    assert!(split.len() > 30, "{split:?}");
    assert!(split.iter().all(|key| can_be_split(key)), "{split:?}");
    // 12:00 and 19:00 in India are 06:30 and 13:30 UTC.
    let slots: BTreeSet<&str> = split.iter().map(|key| key[3].as_str()).collect();
    assert!(slots.contains("afternoon") && slots.contains("prime"), "{slots:?}");
}

#[test]
fn every_market_day_has_the_same_totals_split_or_not() {
    let week = week();
    let totals = |rows: &BTreeMap<Key, Row>| {
        let mut totals: BTreeMap<[String; 5], f64> = BTreeMap::new();
        for ([platform, market, date, _, audience], row) in rows {
            for count in Count::ALL {
                let day = [platform, market, date, audience].map(String::clone);
                let [platform, market, date, audience] = day;
                let key = [platform, market, date, audience, count.word().to_owned()];
                *totals.entry(key).or_default() += row[count.word()].parse::<f64>().unwrap();
            }
        }
        totals
    };
    let (by_events, by_counts) = (totals(&week.by_events), totals(&week.by_counts));
    assert!(by_events.len() > 126 * 9, "126 market-days of more than one audience");
    for (key, expected) in &by_events {
        assert_eq!(by_counts.get(key), Some(expected), "{key:?}");
    }
    assert_eq!(by_events.len(), by_counts.len());
}

#[test]
fn what_the_exports_say_of_themselves_is_true() {
    let frame = &week().reconciliation;
    let mut verdicts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for place in 0..frame.height() {
        let cell = |name: &str| frame.column(name).unwrap().get(place).unwrap().str_value().into_owned();
        *verdicts.entry((cell(c::SCOPE), cell(c::VERDICT))).or_default() += 1;
    }
    let known = |scope: &str| (scope.to_owned(), "equal within rounding".to_owned());
    assert!(verdicts.contains_key(&known("total")) && verdicts.contains_key(&known("row")), "{verdicts:?}");
    // A file of a day on which nothing happened has no rates to compare.
    let cannot_tell = verdicts.remove(&("row".to_owned(), "cannot tell".to_owned())).unwrap_or(0);
    assert!(cannot_tell <= 4, "{cannot_tell}");
    assert_eq!(verdicts.len(), 2, "{verdicts:?}");
}
