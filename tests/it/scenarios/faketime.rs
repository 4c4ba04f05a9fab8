//! The real program under a clock that the test sets, in the night in which Paris goes back to winter time.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::schedule::{Scheduler, job, occurrence, record, shop};

/// Debian's `faketime`, as it is put before a program with threads.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime"));
    folders.map(|folder| folder.join("libfaketimeMT.so.1")).find(|library| library.exists())
}

#[test]
fn the_real_program_keeps_its_hour_when_the_clock_changes() {
    let Some(library) = library() else {
        let line = "SKIPPED: no faketime (Debian: apt-get install faketime)\n";
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
        return;
    };
    let scenario = shop(1);
    job(&scenario, "morning", "cron: '0 6 * * *', timezone: Europe/Paris", "");
    job(&scenario, "night", "cron: '30 2 * * *', timezone: Europe/Paris", "");
    // Its runs show that the scheduler looked.
    job(&scenario, "witness", "cron: '*/30 * * * *', timezone: Europe/Paris", "");
    for (job, handled) in [
        ("morning", "2026-10-23T04:00:00Z"),
        ("night", "2026-10-24T00:30:00Z"),
        ("witness", "2026-10-24T03:30:00Z"),
    ] {
        let record = format!(
            r#"{{"version":1,"job":"{job}","run_id":"a","as_of":"{handled}","occurrence":"{handled}","missed":0,"troubles":[],"told":{{}}}}"#
        );
        scenario.write(&format!("archive/_runs/{job}.json"), record);
    }
    let set_clock = |at: &str| {
        fs::write(scenario.path("new"), at).unwrap();
        fs::rename(scenario.path("new"), scenario.path("clock")).unwrap();
    };
    set_clock("2026-10-24 03:59:58");
    let mut command = scenario.command(&["schedule", "--log", "json"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", scenario.path("clock"));
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("TZ", "UTC");
    let scheduler = Scheduler::of(command, scenario.path("schedule.log"));
    scheduler.wait("the start", || scheduler.log().contains("Job creator created").then_some(()));

    let (saturday, sunday) = ("2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z");
    let (before, first_pass) = ("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z");
    // 06:00 in summer; 02:30 and 02:30 again; 05:00, which was 06:00 a day ago; 06:00 in winter.
    for (clock, looked, morning, night) in [
        ("2026-10-24 04:00:01", "2026-10-24T04:00:00Z", saturday, before),
        ("2026-10-25 00:30:01", first_pass, saturday, first_pass),
        ("2026-10-25 01:30:01", "2026-10-25T01:30:00Z", saturday, first_pass),
        ("2026-10-25 04:00:01", "2026-10-25T04:00:00Z", saturday, first_pass),
        ("2026-10-25 05:00:01", sunday, sunday, first_pass),
    ] {
        set_clock(clock);
        let told = |job: &str| occurrence(&scenario, job).map(|at| at.to_string());
        for (job, expected) in [("witness", looked), ("morning", morning), ("night", night)] {
            scheduler
                .wait(&format!("{job} at {clock}"), || (told(job).as_deref() == Some(expected)).then_some(()));
        }
    }
    for (job, expected) in [("morning", [saturday, sunday].as_slice()), ("night", &[first_pass])] {
        assert_eq!(record(&scenario, job).unwrap()["missed"], 0, "{job}");
        let log = scheduler.log();
        let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let started = lines.filter(|line| line["message"] == "run started" && line["job"] == job);
        let started: BTreeSet<String> =
            started.map(|line| line["occurrence"].as_str().unwrap().to_owned()).collect();
        assert_eq!(started, expected.iter().map(|at| (*at).to_owned()).collect(), "{job}\n{log}");
    }
    scheduler.signal("TERM");
    assert_eq!(scheduler.end().0.code(), Some(0));
}
