//! Booking takes time in proportion to its rows.

use std::time::{Duration, Instant};

use super::{Night, Sheet, micros};
use crate::model::{Count, Measure};

#[test]
fn a_month_of_many_rows_takes_seconds() {
    let first: jiff::civil::Date = "2026-11-01".parse().unwrap();
    let dates = (0..30).map(|day| first + jiff::Span::new().days(day));
    let slots = [("night", "00:00"), ("day", "06:00"), ("prime", "19:00")];
    let mut night = Night::of("America/New_York", "00:00", &slots, dates);
    let start_us = micros("2026-11-01T04:00Z");
    for room in 0..20 {
        let mut sheet = Sheet::new().in_parts();
        for minute in 0..10_000 {
            // Every tenth row straddles something.
            let at_us = start_us + (minute * 4 + 3) * 60_000_000;
            let length_us = if minute % 10 == 0 { 30 * 3_600_000_000 } else { 60_000_000 };
            let counts =
                [Count::Impressions, Count::Entries, Count::Orders].map(|count| (count, Measure::exact(7)));
            sheet = sheet.counts((at_us, at_us + length_us), false, (&format!("r{room}"), "log"), &counts);
        }
        night = night.page(sheet).page(Sheet::of(1).on_air(&format!("r{room} a 2026-11-01T04:00Z")));
    }
    let begun = Instant::now();
    let booked = night.book();
    let took = begun.elapsed();
    assert_eq!(booked.facts.len(), 30);
    assert!(took < Duration::from_secs(10), "{took:?}");
}
