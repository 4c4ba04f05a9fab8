//! Courses of edited lines, as tables.

use super::*;
use coverledger_config::CatchUp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(cron: &str, zone: &str) -> Schedule {
    Schedule { cron: Cron::parse(cron).unwrap(), timezone: Zone::named(zone).unwrap(), catch_up: CatchUp::Latest }
}

fn recorded(cron: &str, timezone: &str, since: &str) -> RecordedSchedule {
    RecordedSchedule { cron: cron.to_owned(), timezone: timezone.to_owned(), since: at(since) }
}

const HANDLED: &str = "2026-11-23T19:30:00Z";

/// How many times were missed by an instant, of a job that handled 03:30 in Shanghai.
fn missed(now_cron: &str, now_zone: &str, of: &[RecordedSchedule], now: &str) -> u64 {
    let course = Course::recall(&schedule(now_cron, now_zone), Some(at(HANDLED)), of, at(now));
    course.lapse(at(now)).map_or(0, |lapse| lapse.missed)
}

#[test]
fn an_edited_line_or_zone_is_no_missed_time() {
    let before = [recorded("30 3 * * *", "Asia/Shanghai", "2026-11-01T00:00:00Z")];
    // What an earlier version recorded says nothing of the schedule.
    for of in [&before[..], &[]] {
        for (cron, zone) in
            [("50 3 * * *", "Asia/Shanghai"), ("30 3 * * *", "Asia/Tokyo"), ("30 3 * * *", "Asia/Kolkata")]
        {
            assert_eq!(missed(cron, zone, of, "2026-11-23T23:00:00Z"), 0, "{cron} in {zone}, {of:?}");
        }
    }
    // What was due by the line as it was is missed, though it was edited since.
    assert_eq!(missed("50 3 * * *", "Asia/Shanghai", &before, "2026-11-25T23:00:00Z"), 2);
    // And what was not edited counts as ever.
    assert_eq!(missed("30 3 * * *", "Asia/Shanghai", &before, "2026-11-25T23:00:00Z"), 2);
    assert_eq!(missed("30 3 * * *", "Asia/Shanghai", &[], "2026-11-25T23:00:00Z"), 2);
}

#[test]
fn an_edit_that_a_scheduler_saw_counts_from_then_on() {
    let of = [
        recorded("30 3 * * *", "Asia/Shanghai", "2026-11-01T00:00:00Z"),
        recorded("50 3 * * *", "Asia/Shanghai", "2026-11-24T19:40:00Z"),
    ];
    // 19:30 on the 24th by the first, 19:50 on the 24th and on the 25th by the second.
    assert_eq!(missed("50 3 * * *", "Asia/Shanghai", &of, "2026-11-25T23:00:00Z"), 3);
    let mut course = Course::recall(&schedule("50 3 * * *", "Asia/Shanghai"), Some(at(HANDLED)), &of, at(HANDLED));
    assert_eq!(course.recorded().len(), 2);
    course.handle(at("2026-11-24T19:50:00Z"));
    assert_eq!(course.recorded(), of[1..], "what is handled is forgotten");
}

#[test]
fn the_first_run_of_a_job_counts_from_when_it_was_first_seen() {
    let of = [recorded("30 3 * * *", "UTC", "2026-11-23T03:00:00Z")];
    let course = Course::recall(&schedule("30 3 * * *", "UTC"), None, &of, at("2026-11-23T03:31:00Z"));
    assert_eq!(course.lapse(at("2026-11-23T03:31:00Z")).unwrap().latest, at("2026-11-23T03:30:00Z"));
    let course = Course::recall(&schedule("30 3 * * *", "UTC"), None, &[], at("2026-11-23T03:31:00Z"));
    assert_eq!(course.lapse(at("2026-11-23T03:31:00Z")), None);
}

#[test]
fn what_this_program_cannot_read_of_a_record_is_as_good_as_nothing() {
    let of = [recorded("every night", "Asia/Shanghai", "2026-11-01T00:00:00Z")];
    assert_eq!(missed("30 3 * * *", "Asia/Shanghai", &of, "2026-11-25T23:00:00Z"), 2);
}

#[test]
fn who_edits_for_weeks_without_a_run_is_remembered_to_a_bound() {
    let mut course = Course::recall(&schedule("0 3 * * *", "UTC"), Some(at(HANDLED)), &[], at(HANDLED));
    for minute in 0..60 {
        assert!(course.follow(&schedule(&format!("{minute} 4 * * *"), "UTC"), at("2026-11-24T00:00:00Z")));
    }
    assert!(!course.follow(&schedule("59 4 * * *", "UTC"), at("2026-11-24T00:00:00Z")));
    assert_eq!(course.recorded().len(), 8);
}
