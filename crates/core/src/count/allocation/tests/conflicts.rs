//! Deliveries that cannot all be true, and those that can.

use super::super::Subject;
use super::{Night, Sheet};
use crate::count::ConflictKind::{MadeId, Overlap, Part, Strangers};
use crate::count::{Conflict, ConflictKind};
use crate::model::Count::{Entries, Impressions};

fn night() -> Night {
    Night::in_zone("UTC", &["2026-11-21"])
}

fn sheet(made_at: i64, rows: &[(&str, u64)]) -> Sheet {
    rows.iter().fold(Sheet::new().made_at(made_at), |sheet, (row, entries)| sheet.row(row, &[(Entries, *entries)]))
}

/// Kind, subject, older and newer page of what is found on the first day.
fn found(night: &Night) -> Vec<(ConflictKind, String, usize, usize)> {
    let told = |found: &Conflict| (found.kind, found.subject.to_string(), found.older.export, found.newer.export);
    night.allocate().conflicts[0].iter().map(told).collect()
}

fn one(
    kind: ConflictKind,
    subject: &str,
    older: usize,
    newer: usize,
) -> Vec<(ConflictKind, String, usize, usize)> {
    vec![(kind, subject.to_owned(), older, newer)]
}

#[test]
fn two_days_and_the_week_cannot_both_be_counted() {
    let days = sheet(1, &[("2026-11-20T00:00Z 2d r1 a", 200)]);
    let week = sheet(2, &[("2026-11-20T00:00Z 7d r1 a", 700)]);
    assert_eq!(found(&night().page(week.clone()).page(days.clone())), one(Overlap, "r1", 1, 0));
    assert_eq!(
        found(&night().page(days.clone().in_parts()).page(week.clone().in_parts())),
        one(Overlap, "r1", 0, 1),
        "days compete for the whole of them, however pages come",
    );
    let conflict = &night().page(days).page(week).allocate().conflicts[0][0];
    let hours = |from: i64, until: i64| (until - from) / 3_600_000_000;
    assert_eq!(hours(conflict.older.start_us, conflict.older.end_us), 48);
    assert_eq!(hours(conflict.newer.start_us, conflict.newer.end_us), 168);
}

#[test]
fn a_session_has_one_end_whatever_its_cover_was() {
    let on_air = sheet(1, &[("2026-11-21T10:00Z 1h r1 a", 5), ("2026-11-21T07:00Z 1h r2 a", 3)]);
    let after = sheet(2, &[("2026-11-21T10:00Z 2h r1 b", 9), ("2026-11-21T07:00Z 1h r2 a", 3)]);
    assert_eq!(found(&night().page(on_air.clone()).page(after.clone())), one(Overlap, "r1", 0, 1));
    assert_eq!(found(&night().page(on_air.in_parts()).page(after.in_parts())), [], "the newer replaces it");
}

#[test]
fn sessions_of_one_cover_that_overlap_are_told_however_pages_come() {
    let one_start = sheet(1, &[("2026-11-21T10:00Z 2h r1 a", 5)]).in_parts();
    let other_start = sheet(2, &[("2026-11-21T10:05Z 2h r1 a", 6)]).in_parts();
    assert_eq!(found(&night().page(one_start).page(other_start)), one(Overlap, "r1", 0, 1));
}

/// The same, with ids of broadcasts that were made of several columns.
fn made(mut sheet: Sheet) -> Sheet {
    sheet.page.has_made_ids = true;
    sheet
}

#[test]
fn a_made_id_beside_a_given_one_on_air_at_the_same_time_may_be_the_same_broadcast() {
    let minutes = sheet(1, &[("2026-11-21T10:00Z 1h r1 a", 5)]);
    let same_time = made(sheet(2, &[("2026-11-21T10:20Z 1h title a", 9)]).in_parts());
    assert_eq!(found(&night().page(minutes.clone()).page(same_time.clone())), one(MadeId, "title", 0, 1));
    let stands_in = Sheet { definition: 1, fallback_for: Some(0), ..same_time };
    assert_eq!(found(&night().page(minutes.clone()).page(stands_in)), one(MadeId, "title", 0, 1));
    let later = made(sheet(2, &[("2026-11-21T11:00Z 1h title a", 9)]).in_parts());
    assert_eq!(found(&night().page(minutes.in_parts()).page(later)), [], "it begins when the other ends");
}

#[test]
fn two_made_ids_that_begin_and_end_together_may_be_one_room_with_another_title() {
    let of = |at: i64, row: &str| made(sheet(at, &[(row, 5)]).in_parts());
    let before = of(1, "2026-11-21T10:00Z 1h old a");
    assert_eq!(
        found(&night().page(before.clone()).page(of(2, "2026-11-21T10:00Z 1h new a"))),
        one(MadeId, "old", 0, 1)
    );
    assert_eq!(found(&night().page(before.clone()).page(of(2, "2026-11-21T10:00Z 2h other a"))), []);
    assert_eq!(
        found(&night().page(before).page(of(2, "2026-11-21T10:00Z 1h old a"))),
        [],
        "the newer replaces it"
    );
}

#[test]
fn what_can_all_be_true_is_no_conflict() {
    let first = sheet(1, &[("2026-11-21T10:00Z 2h r1 a", 5), ("2026-11-21T07:00Z 1h r9 a", 1)]);
    for (why, rows) in [
        ("it begins when the other ends", &[("2026-11-21T12:00Z 2h r1 a", 5)][..]),
        ("ends are given to the minute", &[("2026-11-21T11:59:30Z 2h r1 a", 5)]),
        ("another broadcast", &[("2026-11-21T11:00Z 2h r2 a", 5), ("2026-11-21T07:00Z 1h r9 a", 1)]),
        ("another cover of it, later", &[("2026-11-21T11:00Z 2h r1 b", 5)]),
        ("it counts nothing", &[("2026-11-21T11:00Z 2h r1 a", 0)]),
        ("the same, and newer", &[("2026-11-21T10:00Z 2h r1 a", 6), ("2026-11-21T07:00Z 1h r9 a", 1)]),
    ] {
        assert_eq!(found(&night().page(first.clone()).page(sheet(2, rows))), [], "{why}");
    }
    let elsewhere = sheet(2, &[("2026-11-21T11:00Z 2h r1 a", 5)]).elsewhere();
    assert_eq!(found(&night().page(first.clone()).page(elsewhere)), [], "another market");
    let other = Sheet::of(1).made_at(2).row("2026-11-21T10:00Z 3h r1 a", &[(Impressions, 5)]);
    assert_eq!(found(&night().page(first.clone()).page(other)), [], "another definition");
    let late = sheet(2, &[("2026-11-21T10:00Z 3h r1 a", 5)]);
    assert_eq!(found(&night().page(first.clone()).page(late.clone()).without(1, 0)), [], "out of the day's scope");
    let both = sheet(1, &[("2026-11-21T10:00Z 2h r1 a", 5), ("2026-11-21T11:00Z 2h r1 a", 5)]);
    assert_eq!(found(&night().page(both)), [], "rows of one page add up");
    assert_eq!(found(&night().page(first).page(late)), one(Overlap, "r1", 0, 1), "the bug that all this is not");
}

#[test]
fn rows_that_say_nothing_of_whose_they_are_may_be_of_two_rooms() {
    let page = |made_at, row: &str| sheet(made_at, &[(row, 5)]).told_by(Subject::Nothing);
    let [first, other] = [page(1, "2026-11-21T10:00Z 2h all x"), page(2, "2026-11-21T11:00Z 2h all x")];
    assert_eq!(found(&night().page(first.clone()).page(other)), []);
    let longer = page(2, "2026-11-21T10:00Z 3h all x");
    assert_eq!(found(&night().page(first).page(longer)), one(Overlap, "all", 0, 1), "but not begin at once");
    let [day, days] = [page(1, "2026-11-21T00:00Z 1d all x"), page(2, "2026-11-21T00:00Z 3d all x")];
    assert_eq!(found(&night().page(day).page(days)), one(Overlap, "all", 0, 1));
    let [red, blue] = [(1, "a"), (2, "b")]
        .map(|(made_at, cover)| sheet(made_at, &[(&format!("2026-11-21T00:00Z 1d all {cover}"), 5)]));
    let by_cover = |sheet: &Sheet| sheet.clone().told_by(Subject::Cover);
    assert_eq!(found(&night().page(by_cover(&red)).page(by_cover(&blue))), one(Strangers, "a", 0, 1));
    assert_eq!(found(&night().page(red).page(blue)), [], "of one broadcast: another cover may be a correction");
}

#[test]
fn a_newer_page_of_strangers_replaces_nothing_without_a_word() {
    let (older, newer) = ("2026-11-21T00:00Z 1d r1 a", "2026-11-21T00:00Z 1d r7 a");
    let night = night().page(sheet(1, &[(older, 5)])).page(sheet(2, &[(newer, 7)]));
    assert_eq!(found(&night), one(Strangers, "r1", 0, 1));
    assert_eq!(night.table(), ["2026-11-21 all_day r7 a entries=7 match=86400/86400"], "it is told, not decided");
}

#[test]
fn a_page_that_has_a_broadcast_in_common_is_no_stranger() {
    let older = sheet(1, &[("2026-11-21T00:00Z 1d r1 a", 5), ("2026-11-20T00:00Z 1d r7 a", 4)]);
    let newer = sheet(2, &[("2026-11-21T00:00Z 1d r7 a", 7)]);
    assert_eq!(found(&night().page(older).page(newer)), []);
    let nothing = sheet(1, &[("2026-11-21T00:00Z 1d r1 a", 0)]);
    let newer = sheet(2, &[("2026-11-21T00:00Z 1d r7 a", 7)]);
    assert_eq!(found(&night().page(nothing).page(newer)), [], "nothing is lost");
}

#[test]
fn logs_of_strangers_are_told() {
    let log = |made_at, on_air: &str| Sheet::of(1).made_at(made_at).on_air(on_air);
    let at_once = night().page(log(1, "r1 a 2026-11-21T10:00Z")).page(log(2, "r7 b 2026-11-21T10:00Z"));
    assert_eq!(found(&at_once), one(Strangers, "r1", 0, 1));
    let corrected = night().page(log(1, "r1 a 2026-11-21T10:00Z")).page(log(2, "r1 b 2026-11-21T10:00Z"));
    assert_eq!(found(&corrected), []);
}

#[test]
fn a_newer_page_that_only_lacks_rows_of_an_older_one_is_a_part_of_it() {
    let row = |room: &str| format!("2026-11-21T00:00Z 1d {room} a");
    let whole = sheet(1, &[(&row("r1"), 5), (&row("r2"), 6), (&row("r3"), 7)]);
    let part = sheet(2, &[(&row("r1"), 5), (&row("r2"), 6)]);
    assert_eq!(found(&night().page(whole.clone()).page(part.clone())), one(Part, "r3", 0, 1));
    let corrected = sheet(2, &[(&row("r1"), 5), (&row("r2"), 9)]);
    assert_eq!(found(&night().page(whole.clone()).page(corrected)), [], "it corrects and takes away");
    assert_eq!(found(&night().page(part.made_at(0)).page(whole)), [], "the whole replaces its part");
}
