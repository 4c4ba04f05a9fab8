//! Which delivery of a row holds.

use super::{Night, Sheet};
use crate::model::Count::{Entries, Impressions, Orders};

const DATES: &[&str] = &["2026-11-21"];

fn night() -> Night {
    Night::in_zone("UTC", DATES)
}

#[test]
fn a_newer_page_replaces_the_same_interval_and_never_adds_to_it() {
    let night = night().page(Sheet::new().made_at(20).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 7)])).page(
        Sheet::new()
            .made_at(10)
            .row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)])
            .row("2026-11-21T10:01Z 60s r1 a", &[(Entries, 2)]),
    );
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=9"]);
    assert_eq!(night.outcome(0, 0), (1, 0));
    assert_eq!(night.outcome(1, 0), (1, 1));
}

#[test]
fn of_pages_made_at_once_the_later_key_holds() {
    let night = night()
        .page(Sheet::new().row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]))
        .page(Sheet::new().row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 7)]));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=7"]);
}

#[test]
fn a_page_that_comes_whole_says_by_silence_that_a_broadcast_was_not() {
    let older = Sheet::new().made_at(1).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]);
    let newer = Sheet::new().made_at(2).row("2026-11-21T10:00Z 60s r2 a", &[(Entries, 7)]);
    assert_eq!(night().page(older.clone()).page(newer.clone()).table(), ["2026-11-21 day r2 a entries=7"]);
    assert_eq!(
        night().page(older.in_parts()).page(newer.in_parts()).table(),
        ["2026-11-21 day r1 a entries=5", "2026-11-21 day r2 a entries=7"],
        "a page that comes in parts says nothing about others",
    );
}

#[test]
fn repeated_keys_within_a_page_add_up() {
    let night = night().page(
        Sheet::new()
            .row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)])
            .row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 7)]),
    );
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=12"]);
    assert_eq!(night.outcome(0, 0), (2, 0));
}

#[test]
fn another_definition_is_not_another_delivery() {
    let night = night()
        .page(Sheet::of(0).made_at(1).row("2026-11-21T10:00Z 60s r1 a", &[(Impressions, 50)]))
        .page(Sheet::of(1).made_at(2).row("2026-11-21T10:00Z 60s r1 a", &[(Orders, 2)]));
    assert_eq!(night.table(), ["2026-11-21 day r1 a impressions=50 orders=2"]);
}

#[test]
fn null_in_one_row_is_null_in_the_sum_of_its_definition_and_in_no_other() {
    let night = night()
        .page(
            Sheet::of(0)
                .row("2026-11-21T10:00Z 60s r1 a", &[(Impressions, 50), (Entries, 5)])
                .row("2026-11-21T10:01Z 60s r1 a", &[(Entries, 6)]),
        )
        .page(Sheet::of(1).row("2026-11-21T10:00Z 60s r1 a", &[(Orders, 2)]));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=11 orders=2"]);
}

#[test]
fn a_fallback_counts_only_broadcasts_that_the_better_export_does_not_have() {
    let night = night().page(Sheet::of(0).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)])).page(
        Sheet::of(1)
            .fallback_for(0)
            .row("2026-11-21T10:00Z 2h r1 a", &[(Entries, 99)])
            .row("2026-11-21T10:00Z 2h r2 a", &[(Entries, 3)]),
    );
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=5", "2026-11-21 day r2 a entries=3"]);
    assert_eq!(night.outcome(1, 0), (1, 1));
}

#[test]
fn a_fallback_of_a_fallback_gives_way_to_both() {
    let night = night()
        .page(Sheet::of(0).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]))
        .page(Sheet::of(1).fallback_for(0).row("2026-11-21T10:00Z 60s r2 a", &[(Entries, 6)]))
        .page(
            Sheet::of(2)
                .fallback_for(1)
                .row("2026-11-21T10:00Z 2h r1 a", &[(Entries, 99)])
                .row("2026-11-21T10:00Z 2h r2 a", &[(Entries, 99)]),
        );
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=5", "2026-11-21 day r2 a entries=6"]);
}

#[test]
fn rows_that_were_replaced_serve_nobody() {
    let night = night()
        .page(Sheet::of(0).made_at(1).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]))
        .page(Sheet::of(0).made_at(2).row("2026-11-21T10:00Z 60s r2 a", &[(Entries, 6)]))
        .page(Sheet::of(1).fallback_for(0).row("2026-11-21T10:00Z 2h r1 a", &[(Entries, 4)]));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=4", "2026-11-21 day r2 a entries=6"]);
}

#[test]
fn a_better_export_serves_a_day_that_it_has_no_rows_of() {
    // The session crosses midnight, the minutes end before it: its part of the next day is not counted twice.
    let night = Night::in_zone("UTC", &["2026-11-21", "2026-11-22"])
        .page(Sheet::of(0).row("2026-11-21T23:30Z 60s r1 a", &[(Entries, 5)]))
        .page(Sheet::of(1).fallback_for(0).row("2026-11-21T23:00Z 2h r1 a", &[(Entries, 8)]));
    assert_eq!(night.table(), ["2026-11-21 prime r1 a entries=5"]);
    assert_eq!((night.outcome(1, 0), night.outcome(1, 1)), ((0, 1), (0, 1)));
    assert_eq!(night.without(0, 1).table()[1], "2026-11-22 night r1 a entries=4 split=0/4");
}

#[test]
fn what_is_not_in_a_days_scope_replaces_nothing_there() {
    let night = night()
        .page(Sheet::new().made_at(1).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]))
        .page(Sheet::new().made_at(2).row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 7)]))
        .without(1, 0);
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=5"]);
    assert_eq!((night.outcome(0, 0), night.outcome(1, 0)), ((1, 0), (0, 0)));
}

#[test]
fn rows_of_other_markets_and_days_are_no_ones_here() {
    let night = night()
        .page(Sheet::new().row("2026-11-21T10:00Z 60s r1 a", &[(Entries, 5)]).elsewhere())
        .page(Sheet::new().row("2026-11-22T00:00Z 60s r1 a", &[(Entries, 5)]));
    assert!(night.table().is_empty());
    assert_eq!((night.outcome(0, 0), night.outcome(1, 0)), ((0, 0), (0, 0)));
}

#[test]
fn a_session_that_was_still_on_air_when_it_was_first_told_counts_as_it_is_told_last() {
    let told = |made_at, hours: &str, entries| {
        let row = format!("2026-11-21T10:00Z {hours} r1 a");
        Sheet::new().in_parts().made_at(made_at).row(&row, &[(Entries, entries)])
    };
    let night = night().page(told(1, "1h", 5)).page(told(2, "3h", 12));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=12"]);
    assert_eq!((night.outcome(0, 0), night.outcome(1, 0)), ((0, 1), (1, 0)));
}
