//! Which cover rows fall to by the log.

use super::{Night, Sheet};
use crate::model::Count::Entries;

fn night() -> Night {
    Night::in_zone("UTC", &["2026-11-21"])
}

/// A minute of broadcast r1 that leaves its cover to the log.
fn minute(at: &str) -> Sheet {
    Sheet::new().row(&format!("2026-11-21T{at}Z 60s r1 log"), &[(Entries, 6)])
}

fn log() -> Sheet {
    Sheet::of(1)
}

#[test]
fn a_row_under_one_cover_is_clean() {
    let night = night()
        .page(minute("10:05"))
        .page(log().on_air("r1 a 2026-11-21T10:00Z 2026-11-21T10:06Z").on_air("r2 b 2026-11-21T10:00Z"));
    assert_eq!(night.table(), ["2026-11-21 day r1 a entries=6 on_air=60/60"]);
    assert_eq!(night.outcome(1, 0), (2, 0));
}

#[test]
fn a_row_over_two_covers_is_the_longer_ones_and_marked() {
    let log = log().on_air("r1 a 2026-11-21T10:00Z").on_air("r1 b 2026-11-21T10:05:20Z");
    let night = night().page(minute("10:05")).page(minute("10:06")).page(log);
    assert_eq!(
        night.table(),
        ["2026-11-21 day r1 b entries=6 on_air=60/60", "2026-11-21 day r1 b! entries=6 on_air=40/60"]
    );
}

#[test]
fn of_covers_on_air_equally_long_the_first_has_the_row() {
    let log = log().on_air("r1 z 2026-11-21T10:00Z").on_air("r1 b 2026-11-21T10:05:30Z");
    assert_eq!(night().page(minute("10:05")).page(log).table(), ["2026-11-21 day r1 z! entries=6 on_air=30/60"]);
}

#[test]
fn stretches_of_one_cover_count_together() {
    // b is on air for 25 of 60 seconds at once, a for 20 before and 15 after it.
    let log = log()
        .on_air("r1 a 2026-11-21T10:00Z")
        .on_air("r1 b 2026-11-21T10:05:20Z")
        .on_air("r1 a 2026-11-21T10:05:45Z");
    assert_eq!(night().page(minute("10:05")).page(log).table(), ["2026-11-21 day r1 a! entries=6 on_air=35/60"]);
}

#[test]
fn a_row_that_outlasts_its_cover_is_marked() {
    let log = log().on_air("r1 a 2026-11-21T10:00Z 2026-11-21T10:05:50Z");
    assert_eq!(night().page(minute("10:05")).page(log).table(), ["2026-11-21 day r1 a! entries=6 on_air=50/60"]);
}

#[test]
fn a_row_under_no_cover_is_unknown_and_not_guessed() {
    let night = night().page(minute("09:00")).page(log().on_air("r1 a 2026-11-21T10:00Z"));
    assert_eq!(night.table(), ["2026-11-21 day r1 unknown entries=6 on_air=0/60"]);
}

#[test]
fn without_a_log_nothing_is_known() {
    assert_eq!(night().page(minute("09:00")).table(), ["2026-11-21 day r1 unknown entries=6 on_air=0/60"]);
}

#[test]
fn time_of_two_covers_at_once_is_nobodys() {
    let log = log()
        .on_air("r1 a 2026-11-21T10:00Z 2026-11-21T10:06Z")
        .on_air("r1 b 2026-11-21T10:05:40Z 2026-11-21T11:00Z");
    let night =
        night().page(minute("10:05")).page(log.clone().on_air("r1 c 2026-11-21T10:05:00Z 2026-11-21T10:05:40Z"));
    assert_eq!(night.table(), ["2026-11-21 day r1 unknown entries=6 on_air=0/60"]);
    let night = self::night().page(minute("10:05")).page(log);
    assert_eq!(night.table(), ["2026-11-21 day r1 a! entries=6 on_air=40/60"]);
}

#[test]
fn a_cover_that_is_logged_twice_is_on_air_once() {
    let log = log().on_air("r1 a 2026-11-21T10:00Z 2026-11-21T10:06Z").on_air("r1 a 2026-11-21T10:05:30Z");
    assert_eq!(night().page(minute("10:05")).page(log).table(), ["2026-11-21 day r1 a entries=6 on_air=60/60"]);
}

#[test]
fn a_newer_log_replaces_what_began_at_the_same_instant() {
    let older = log().in_parts().made_at(1).on_air("r1 a 2026-11-21T10:00Z");
    let newer = log().in_parts().made_at(2).on_air("r1 b 2026-11-21T10:00Z").on_air("r1 c 2026-11-21T10:30Z");
    let night = night().page(minute("10:05")).page(older).page(newer);
    assert_eq!(night.table(), ["2026-11-21 day r1 b entries=6 on_air=60/60"]);
    assert_eq!((night.outcome(1, 0), night.outcome(2, 0)), ((0, 1), (2, 0)));
}

#[test]
fn a_log_that_comes_in_parts_speaks_only_of_its_broadcasts() {
    let (one, other) =
        (log().made_at(1).on_air("r1 a 2026-11-21T10:00Z"), log().made_at(2).on_air("r2 b 2026-11-21T10:00Z"));
    let parts = night().page(minute("10:05")).page(one.clone().in_parts()).page(other.clone().in_parts());
    assert_eq!(parts.table(), ["2026-11-21 day r1 a entries=6 on_air=60/60"]);
    let whole = night().page(minute("10:05")).page(one).page(other);
    assert_eq!(whole.table(), ["2026-11-21 day r1 unknown entries=6 on_air=0/60"]);
}

#[test]
fn a_log_reaches_into_the_days_on_which_its_cover_was_on_air() {
    let night = Night::in_zone("UTC", &["2026-11-20", "2026-11-21", "2026-11-22"]).page(
        log()
            .on_air("r1 a 2026-11-20T23:00Z")
            .on_air("r1 b 2026-11-21T01:00Z")
            .on_air("r2 a 2026-11-21T01:00Z 2026-11-21T02:00Z"),
    );
    assert_eq!([0, 1, 2].map(|day| night.outcome(0, day)), [(1, 0), (3, 0), (1, 0)]);
}

#[test]
fn a_split_row_has_the_cover_of_its_whole_time() {
    // 18:30–19:30: a for 20 minutes, b for 40. The part before 19:00 is b's too, and says that it is contaminated.
    let night = night()
        .page(Sheet::new().row("2026-11-21T18:30Z 1h r1 log", &[(Entries, 6)]))
        .page(log().on_air("r1 a 2026-11-21T18:00Z").on_air("r1 b 2026-11-21T18:50Z"));
    assert_eq!(
        night.table(),
        [
            "2026-11-21 day r1 b! entries=3 split=0/3 on_air=2400/3600",
            "2026-11-21 prime r1 b! entries=3 split=0/3 on_air=2400/3600",
        ]
    );
}

#[test]
fn two_covers_at_once_and_rows_without_one_are_told() {
    let log = log()
        .on_air("r1 a 2026-11-21T10:00Z 2026-11-21T10:06Z")
        .on_air("r1 b 2026-11-21T10:05Z 2026-11-21T10:07Z")
        .on_air("r2 a 2026-11-21T10:00Z 2026-11-21T10:10Z")
        .on_air("r2 b 2026-11-21T10:20Z 2026-11-21T10:30Z")
        .on_air("r3 a 2026-11-20T10:00Z 2026-11-20T11:00Z")
        .on_air("r3 b 2026-11-20T10:30Z 2026-11-20T11:00Z");
    let rows = Sheet::new()
        .row("2026-11-21T10:00Z 1h r2 log", &[(Entries, 6)])
        .row("2026-11-21T10:00Z 60s r1 log", &[(Entries, 6)])
        .row("2026-11-21T12:00Z 60s r9 log", &[(Entries, 6)])
        .row("2026-11-21T13:00Z 60s r9 named", &[(Entries, 6)]);
    let told = &night().page(rows).page(log).allocate().logs[0];
    let overlaps: Vec<_> = told.overlaps.iter().map(|found| (found.broadcast.as_str(), &found.covers)).collect();
    assert_eq!(overlaps, [("r1", &["a".to_owned(), "b".to_owned()])], "of the day before nothing is said");
    let without: Vec<_> = told.without.iter().map(|(id, open)| (id.as_str(), open.rows, open.is_in_log)).collect();
    assert_eq!(without, [("r2", 1, true), ("r9", 1, false)]);
    let gap = &told.without["r2"];
    assert_eq!(
        (gap.from_us, gap.until_us),
        (super::micros("2026-11-21T10:10Z"), super::micros("2026-11-21T10:20Z"))
    );
}

#[test]
fn time_before_the_first_cover_and_after_the_last_is_no_gap() {
    let log = log()
        .on_air("r1 a 2026-11-21T10:10Z 2026-11-21T10:30Z")
        .on_air("r1 b 2026-11-21T10:30Z 2026-11-21T10:50Z");
    let night = night().page(Sheet::new().row("2026-11-21T10:00Z 1h r1 log", &[(Entries, 6)])).page(log);
    assert!(night.allocate().logs[0].without.is_empty());
}
