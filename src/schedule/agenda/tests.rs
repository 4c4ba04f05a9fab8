//! The agenda, moment by moment.

use super::*;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_core::time::{Cron, Zone};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn job(cron: &str, timezone: &str, catch_up: CatchUp) -> Job {
    let schedule =
        Schedule { cron: Cron::parse(cron).unwrap(), timezone: Zone::named(timezone).unwrap(), catch_up };
    Job {
        schedule: Some(schedule),
        platforms: [PlatformId::new("p")].into(),
        markets: [MarketId::new("JP")].into(),
        lookback_days: 7,
        limit_seconds: 3600,
    }
}

/// What the record of a job says that handled a time and has had its schedule since.
fn record(job: &Job, handled: &str, since: Timestamp) -> Handled {
    let schedule = job.schedule.as_ref().unwrap();
    let schedule =
        RecordedSchedule { cron: schedule.cron.to_string(), timezone: schedule.timezone.to_string(), since };
    Handled { occurrence: Some(at(handled)), missed: 0, schedules: vec![schedule] }
}

/// An agenda of jobs whose last handled time is `handled`.
fn agenda(jobs: &[(&str, Job)], handled: &str) -> Agenda {
    let jobs: BTreeMap<String, Job> = jobs.iter().map(|(name, job)| ((*name).to_owned(), job.clone())).collect();
    let mut agenda = Agenda::new(&jobs, SignedDuration::from_secs(60));
    for job in jobs.keys() {
        let record = record(&jobs[job], handled, at(handled));
        agenda.recall(job, &record, at(handled));
    }
    agenda
}

fn nightly(catch_up: CatchUp) -> Agenda {
    agenda(&[("nightly", job("30 3 * * *", "UTC", catch_up))], "2026-11-20T03:30:00Z")
}

fn starts(orders: Vec<Order>) -> Vec<(String, String, Option<String>, u64)> {
    let start = |order| match order {
        Order::Run(start) => {
            let Start { job, occurrence, look_back_from, missed, .. } = start;
            (job, occurrence.to_string(), look_back_from.map(|from: Timestamp| from.to_string()), missed)
        }
        other => panic!("{other:?}"),
    };
    orders.into_iter().map(start).collect()
}

fn start(occurrence: &str, look_back_from: Option<&str>, missed: u64) -> (String, String, Option<String>, u64) {
    ("nightly".to_owned(), occurrence.to_owned(), look_back_from.map(str::to_owned), missed)
}

#[test]
fn a_time_is_started_once_however_often_somebody_looks() {
    let mut agenda = nightly(CatchUp::Latest);
    assert_eq!(agenda.look(at("2026-11-21T03:29:59Z")), []);
    assert_eq!(starts(agenda.look(at("2026-11-21T03:30:00Z"))), [start("2026-11-21T03:30:00Z", None, 0)]);
    assert_eq!(agenda.look(at("2026-11-21T03:30:00Z")), []);
    assert_eq!(agenda.look(at("2026-11-21T03:30:59Z")), []);
    agenda.ended("nightly", Verdict::Handled, at("2026-11-21T03:31:00Z"));
    assert_eq!(agenda.look(at("2026-11-21T03:31:00Z")), []);
    assert_eq!(agenda.next("nightly", at("2026-11-21T03:31:00Z")), Some(at("2026-11-22T03:30:00Z")));
}

#[test]
fn missed_times_are_caught_up_by_policy() {
    let late = at("2026-11-23T09:00:00Z");
    assert_eq!(starts(nightly(CatchUp::Latest).look(late)), [start("2026-11-23T03:30:00Z", None, 3)]);
    let since = Some("2026-11-21T03:30:00Z");
    assert_eq!(starts(nightly(CatchUp::All).look(late)), [start("2026-11-23T03:30:00Z", since, 3)]);
    let mut none = nightly(CatchUp::None);
    let pass = Pass { job: "nightly".into(), occurrence: at("2026-11-23T03:30:00Z"), missed: 3 };
    assert_eq!(none.look(late), [Order::Pass(pass)]);
    assert_eq!(none.look(late), []);
    none.passed("nightly");
    assert_eq!((none.look(late), none.missed("nightly")), (vec![], 3));
    assert_eq!(starts(none.look(at("2026-11-24T03:30:01Z"))), [start("2026-11-24T03:30:00Z", None, 0)]);
}

#[test]
fn a_job_that_does_not_catch_up_still_runs_when_it_is_on_time() {
    let orders = nightly(CatchUp::None).look(at("2026-11-23T03:30:30Z"));
    assert_eq!(starts(orders), [start("2026-11-23T03:30:00Z", None, 2)]);
}

#[test]
fn a_job_without_a_record_has_missed_nothing() {
    let jobs = BTreeMap::from([("nightly".to_owned(), job("30 3 * * *", "UTC", CatchUp::All))]);
    let mut agenda = Agenda::new(&jobs, SignedDuration::from_secs(60));
    let now = at("2026-11-23T09:00:00Z");
    assert_eq!((agenda.look(now), agenda.next("nightly", now)), (vec![], None));
    agenda.recall("nightly", &Handled::default(), now);
    let [Order::Note(note)] = &agenda.look(now)[..] else { panic!("its schedule is not noted") };
    assert_eq!((note.schedules[0].cron.as_str(), note.schedules[0].since), ("30 3 * * *", now));
    agenda.passed("nightly");
    assert_eq!(agenda.look(now), []);
    assert_eq!(starts(agenda.look(at("2026-11-24T03:30:00Z"))), [start("2026-11-24T03:30:00Z", None, 0)]);
}

#[test]
fn at_most_two_jobs_run_at_once_and_waiting_is_not_being_late() {
    let jobs = ["a", "b", "c"].map(|name| (name, job("0 3 * * *", "UTC", CatchUp::None)));
    let mut agenda = agenda(&jobs, "2026-11-20T03:00:00Z");
    let names = |orders: Vec<Order>| starts(orders).into_iter().map(|start| start.0).collect::<Vec<_>>();
    assert_eq!(names(agenda.look(at("2026-11-21T03:00:00Z"))), ["a", "b"]);
    assert_eq!(agenda.look(at("2026-11-21T05:00:00Z")), []);
    agenda.ended("b", Verdict::Handled, at("2026-11-21T05:00:00Z"));
    assert_eq!(names(agenda.look(at("2026-11-21T05:00:00Z"))), ["c"]);
}

#[test]
fn a_run_that_was_in_anothers_way_is_run_again_soon_and_ever_later() {
    let mut agenda = nightly(CatchUp::Latest);
    let mut now = at("2026-11-21T03:30:00Z");
    assert_eq!(agenda.look(now).len(), 1);
    let mut waits = Vec::new();
    for _ in 0..6 {
        agenda.ended("nightly", Verdict::Again, now);
        let since = now;
        while agenda.look(now).is_empty() {
            now += SignedDuration::from_secs(1);
        }
        waits.push(since.duration_until(now).as_secs());
    }
    assert_eq!(waits, [60, 120, 240, 480, 900, 900]);
}

#[test]
fn a_fruitless_run_hands_what_it_was_to_catch_up_on_to_the_next() {
    let mut agenda = nightly(CatchUp::All);
    let late = at("2026-11-22T09:00:00Z");
    let since = Some("2026-11-21T03:30:00Z");
    assert_eq!(starts(agenda.look(late)), [start("2026-11-22T03:30:00Z", since, 2)]);
    agenda.ended("nightly", Verdict::Fruitless, late);
    assert_eq!(agenda.missed("nightly"), 0);
    assert_eq!(starts(agenda.look(at("2026-11-23T03:30:00Z"))), [start("2026-11-23T03:30:00Z", since, 2)]);
    agenda.ended("nightly", Verdict::Handled, at("2026-11-23T03:31:00Z"));
    assert_eq!(agenda.missed("nightly"), 2);
}

#[test]
fn a_clock_that_is_set_back_a_little_runs_nothing_twice_and_a_wrong_one_stops_nothing_for_long() {
    let mut agenda = nightly(CatchUp::Latest);
    assert_eq!(agenda.look(at("2026-11-21T03:30:05Z")).len(), 1);
    agenda.ended("nightly", Verdict::Handled, at("2026-11-21T03:31:00Z"));
    assert_eq!(agenda.look(at("2026-11-21T02:45:00Z")), []);
    assert_eq!(agenda.look(at("2026-11-21T03:30:00Z")), []);
    // A year ahead, and back.
    assert_eq!(agenda.look(at("2027-11-21T12:00:00Z")).len(), 1);
    agenda.ended("nightly", Verdict::Handled, at("2027-11-21T12:01:00Z"));
    assert_eq!(agenda.look(at("2026-11-21T12:00:00Z")), []);
    assert_eq!(starts(agenda.look(at("2026-11-22T03:30:00Z"))), [start("2026-11-22T03:30:00Z", None, 0)]);
}

#[test]
fn what_a_run_that_broke_down_was_to_catch_up_is_left_to_the_next() {
    let mut agenda = nightly(CatchUp::All);
    let late = at("2026-11-23T12:00:00Z");
    let first = Some("2026-11-21T03:30:00Z");
    assert_eq!(starts(agenda.look(late)), [start("2026-11-23T03:30:00Z", first, 3)]);
    agenda.ended("nightly", Verdict::Failed, late);
    assert_eq!(agenda.look(at("2026-11-24T03:29:59Z")), [], "not by itself");
    assert_eq!(starts(agenda.look(at("2026-11-24T03:30:00Z"))), [start("2026-11-24T03:30:00Z", first, 3)]);
    agenda.ended("nightly", Verdict::Handled, at("2026-11-24T04:00:00Z"));
    assert_eq!(agenda.missed("nightly"), 3);
    assert_eq!(starts(agenda.look(at("2026-11-25T03:30:00Z"))), [start("2026-11-25T03:30:00Z", None, 0)]);
    agenda.ended("nightly", Verdict::Failed, at("2026-11-25T04:00:00Z"));
    assert_eq!(starts(agenda.look(at("2026-11-26T03:30:00Z"))), [start("2026-11-26T03:30:00Z", None, 0)]);
}

#[test]
fn times_before_an_edit_count_by_the_line_that_was_edited() {
    let mut agenda = nightly(CatchUp::Latest);
    let edited = |cron: &str| BTreeMap::from([("nightly".to_owned(), job(cron, "UTC", CatchUp::Latest))]);
    let wait = SignedDuration::from_secs(60);
    // At 04:00 the time of 03:30 was handled; 03:50 had not been asked for then.
    let now = at("2026-11-20T04:00:00Z");
    agenda.follow(&edited("50 3 * * *"), wait, now);
    let [Order::Note(note)] = &agenda.look(now)[..] else { panic!("the edit is not noted") };
    let crons: Vec<&str> = note.schedules.iter().map(|schedule| schedule.cron.as_str()).collect();
    assert_eq!(crons, ["30 3 * * *", "50 3 * * *"]);
    agenda.passed("nightly");
    assert_eq!((agenda.look(now), agenda.missed("nightly")), (vec![], 0));
    assert_eq!(agenda.next("nightly", now), Some(at("2026-11-21T03:50:00Z")));
    assert_eq!(agenda.look(at("2026-11-21T03:30:30Z")), []);
    assert_eq!(starts(agenda.look(at("2026-11-21T03:50:00Z"))), [start("2026-11-21T03:50:00Z", None, 0)]);
    // Edited while it runs; 04:00 came before the edit, and 04:10 was due when the run ended.
    agenda.follow(&edited("10 4 * * *"), wait, at("2026-11-21T04:05:00Z"));
    agenda.ended("nightly", Verdict::Handled, at("2026-11-21T04:20:00Z"));
    assert!(matches!(agenda.look(at("2026-11-21T04:20:00Z"))[..], [Order::Note(_)]));
    agenda.passed("nightly");
    assert_eq!(starts(agenda.look(at("2026-11-21T04:20:00Z"))), [start("2026-11-21T04:10:00Z", None, 1)]);
}

#[test]
fn jobs_come_and_go_with_the_configuration() {
    let mut agenda = nightly(CatchUp::Latest);
    let now = at("2026-11-21T03:30:00Z");
    assert_eq!(agenda.look(now).len(), 1);
    let jobs = BTreeMap::from([("hourly".to_owned(), job("0 * * * *", "UTC", CatchUp::Latest))]);
    agenda.follow(&jobs, SignedDuration::from_secs(60), now);
    assert_eq!(agenda.jobs().collect::<Vec<_>>(), ["hourly"]);
    assert_eq!(agenda.unknown(), BTreeSet::from(["hourly".to_owned()]));
    // The run of the job that is gone is waited for, and is its last.
    agenda.ended("nightly", Verdict::Fruitless, now);
    assert_eq!(agenda.look(at("2026-11-25T03:30:00Z")), []);
    agenda.recall("hourly", &record(&jobs["hourly"], "2026-11-25T03:00:00Z", now), at("2026-11-25T03:30:00Z"));
    assert_eq!(agenda.look(at("2026-11-25T04:00:00Z")).len(), 1);
}
