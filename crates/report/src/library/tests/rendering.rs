//! Months are summed up and read back as they were.

use jiff::civil::{Date, date};
use polars::prelude::*;

use super::world::rules;
use crate::evidence::tests::{fact, published};
use crate::library::{CoverRows, PlaceMonths, Shelf, cover_months};
use crate::testing::{number, text};
use coverledger_core::model::{Count, DayPart, MarketId, Measure, PlatformId, TableName, columns as c};

fn month(days: &[(Date, DataFrame)]) -> DataFrame {
    let rendered = cover_months(&PlatformId::new("p"), &MarketId::new("US"), date(2026, 8, 1), days, 1).unwrap();
    crate::read(TableName::CoverMonths, &[rendered.bytes.into()]).unwrap()
}

fn days() -> Vec<(Date, DataFrame)> {
    let counts = |impressions: u64, entrants: u64| {
        [(Count::Impressions, Measure::exact(impressions)), (Count::Entrants, Measure::exact(entrants))]
    };
    let of_day = |era: u16, impressions: u64| {
        vec![
            fact(era, DayPart::Slot(0), "c1", &counts(impressions, 3)),
            fact(era, DayPart::Slot(0), "c2", &counts(20, 1)),
            fact(era, DayPart::Slot(1), "c1", &counts(30, 2)),
            fact(era, DayPart::Slot(1), "unknown", &counts(7, 1)),
        ]
    };
    vec![published(date(2026, 8, 20), false, &of_day(0, 10)), published(date(2026, 8, 25), true, &of_day(1, 40))]
}

#[test]
fn a_month_has_every_row_of_its_days_with_the_counts_that_are_needed() {
    let table = month(&days());
    assert_eq!(table.height(), 8);
    assert_eq!(number(&table, "impressions", 0), Some(30.0), "slots are sorted by name: `day` first");
    // A count that the rows do not know is null.
    assert_eq!(number(&table, "orders", 0), None);
    assert_eq!(text(&table, c::IMPRESSION_BASIS, 0), "displays");
    assert_eq!(text(&table, c::IMPRESSION_BASIS, 7), "viewers");
    assert_eq!(text(&table, c::MONTH, 7), "2026-08-01");
}

#[test]
fn the_order_of_days_changes_no_byte() {
    let bytes = |days: &[(Date, DataFrame)]| {
        cover_months(&PlatformId::new("p"), &MarketId::new("US"), date(2026, 8, 1), days, 1).unwrap().bytes
    };
    let mut other = days();
    other.reverse();
    assert_eq!(bytes(&other), bytes(&days()));
}

#[test]
fn a_place_is_read_month_by_month_in_any_order_and_up_to_the_date() {
    let (platform, market) = (PlatformId::new("p"), MarketId::new("US"));
    let slots = ["night".to_owned(), "day".to_owned()];
    let months: Vec<DataFrame> = days().iter().map(|day| month(std::slice::from_ref(day))).collect();
    let read = |months: Vec<DataFrame>, as_of: Date| {
        PlaceMonths::read(
            &platform,
            &market,
            &slots,
            months,
            as_of,
            &Shelf::default(),
            &rules(&std::collections::BTreeMap::new()),
        )
        .unwrap()
    };
    let whole = read(months.clone(), date(2026, 8, 31));
    let mut reversed = months.clone();
    reversed.reverse();
    assert_eq!(format!("{:?}", read(reversed, date(2026, 8, 31))), format!("{whole:?}"));
    // `unknown` is no cover; c2 is contaminated, so it was on air and has no counts.
    assert_eq!(whole.covers, ["c1", "c2"]);
    let of = |name: &str| whole.lines.iter().find(|line| line.name == name && line.slot.is_none()).unwrap();
    assert_eq!((of("c1").days, of("c1").counts[0]), (2, Some(70)), "counts of the newest conventions alone");
    assert_eq!((of("c2").days, of("c2").counts[0]), (2, None));
    let early = read(months, date(2026, 8, 21));
    assert_eq!(early.lines.iter().map(|line| line.days).max(), Some(1));
}

#[test]
fn what_is_no_month_is_refused() {
    let mut rows = CoverRows::new(&PlatformId::new("p"), &MarketId::new("US"), &[], date(2026, 8, 31));
    assert!(rows.add(&days()[0].1).is_err());
}
