//! How rows are shared out.

use std::collections::BTreeMap;

use super::{Night, Sheet};
use crate::model::Change;
use crate::model::Count::{Clicks, Entries, Impressions};
use crate::model::Measure;

#[test]
fn a_row_inside_a_slot_is_not_split() {
    let night = Night::in_zone("Asia/Tokyo", &["2026-11-21"])
        .page(Sheet::new().row("2026-11-21T10:00Z 1h r1 a", &[(Impressions, 10), (Entries, 3)]));
    assert_eq!(night.table(), ["2026-11-21 prime r1 a impressions=10 entries=3"]);
}

#[test]
fn a_row_over_a_slots_edge_is_shared_out_by_overlap() {
    // 18:45 to 19:00 of three quarters of an hour: a third. 10 ÷ 3: 3 and 7 (6 ⅔ lost most); 2 ÷ 3: 1 and 1.
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .page(Sheet::new().row("2026-11-21T18:45Z 2700s r1 a", &[(Impressions, 10), (Clicks, 5), (Entries, 2)]));
    assert_eq!(
        night.table(),
        [
            "2026-11-21 day r1 a impressions=3 clicks=2 entries=1 split=3/1",
            "2026-11-21 prime r1 a impressions=7 clicks=3 entries=1 split=7/1",
        ]
    );
}

#[test]
fn of_equal_claims_the_earlier_gets_what_is_left() {
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .page(Sheet::new().row("2026-11-21T18:30Z 1h r1 a", &[(Entries, 1)]));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=1 split=0/1", "2026-11-21 prime r1 a entries=0"]);
}

#[test]
fn bounds_stay_on_their_sides_when_they_are_split() {
    // Halves: 5 → 3, 2. The least, 4 → 2, 2. The most, 7 → 4, 3.
    // With 1 (0..2): 1 → 1, 0; 0 → 0, 0; 2 → 1, 1.
    let night = Night::in_zone("UTC", &["2026-11-21"]).page(Sheet::new().rounded_row(
        "2026-11-21T18:30Z 1h r1 a",
        &[(Impressions, Measure { low: 4, value: 5, high: 7 }), (Entries, Measure { low: 0, value: 1, high: 2 })],
    ));
    assert_eq!(
        night.table(),
        [
            "2026-11-21 day r1 a impressions=3(2..4) entries=1(0..1) split=3/1",
            "2026-11-21 prime r1 a impressions=2(2..3) entries=0(0..1) split=2/0",
        ]
    );
}

#[test]
fn a_session_over_midnight_is_in_both_days_and_lost_in_none() {
    let night = Night::in_zone("UTC", &["2026-11-21", "2026-11-22"])
        .page(Sheet::new().row("2026-11-21T22:00Z 3h r1 a", &[(Entries, 100)]));
    assert_eq!(
        night.table(),
        ["2026-11-21 prime r1 a entries=67 split=0/67", "2026-11-22 night r1 a entries=33 split=0/33"]
    );
    assert_eq!((night.outcome(0, 0), night.outcome(0, 1)), ((1, 0), (1, 0)));
}

#[test]
fn a_day_of_another_clock_has_no_slot_and_says_how_well_it_matches() {
    // A day of UTC in Tokyo: 15 hours of it on the 21st, 9 on the 22nd.
    let night = Night::in_zone("Asia/Tokyo", &["2026-11-21", "2026-11-22"])
        .page(Sheet::new().row("2026-11-21T00:00Z 1d r1 a", &[(Entries, 8)]));
    assert_eq!(
        night.table(),
        [
            "2026-11-21 all_day r1 a entries=5 split=0/5 match=54000/86400",
            "2026-11-22 all_day r1 a entries=3 split=0/3 match=32400/86400",
        ]
    );
}

#[test]
fn a_day_of_the_markets_own_clock_matches_whole() {
    let night = Night::in_zone("Asia/Tokyo", &["2026-11-21"])
        .page(Sheet::new().row("2026-11-20T15:00Z 1d r1 a", &[(Entries, 8)]));
    assert_eq!(night.table(), ["2026-11-21 all_day r1 a entries=8 match=86400/86400"]);
}

#[test]
fn a_row_over_a_change_of_convention_is_cut_there() {
    let mut night = Night::in_zone("UTC", &["2026-11-21"])
        .page(Sheet::new().row("2026-11-21T10:00Z 1h r1 a", &[(Entries, 8)]))
        .page(Sheet::of(1).row("2026-11-21T00:00Z 1d r1 b", &[(Entries, 24)]));
    night.eras.changes.push(Change {
        since: "2026-11-21".parse().unwrap(),
        at: "2026-11-21T10:15:00Z".parse().unwrap(),
        impression: None,
        redefined: BTreeMap::new(),
        introduced: BTreeMap::new(),
        withdrawn: BTreeMap::new(),
    });
    assert_eq!(
        night.table(),
        [
            "2026-11-21 day r1 a entries=2 split=0/2",
            "2026-11-21 all_day r1 b entries=10 split=0/10 match=86400/86400",
            "2026-11-21 day era 1 r1 a entries=6 split=0/6",
            "2026-11-21 all_day era 1 r1 b entries=14 split=0/14 match=86400/86400",
        ]
    );
}

#[test]
fn an_hour_that_comes_twice_is_one_cell_of_its_slot() {
    // New York, 2026-11-01: 01:30 comes twice, and with it the slots before and after it.
    let slots = [("a", "00:00"), ("b", "01:30"), ("c", "02:00")];
    let night = Night::of("America/New_York", "00:00", &slots, ["2026-11-01".parse().unwrap()])
        .page(Sheet::new().row("2026-11-01T04:00Z 4h r1 a", &[(Entries, 8)]));
    // a: 00:00–01:30 and 01:00–01:30 again, two hours; b: two half hours; c: 02:00–03:00.
    assert_eq!(
        night.table(),
        [
            "2026-11-01 a r1 a entries=4 split=0/4",
            "2026-11-01 b r1 a entries=2 split=0/2",
            "2026-11-01 c r1 a entries=2 split=0/2",
        ]
    );
}
