//! `coverledger schedule` itself: jobs that come due, stop, hang, die and are caught up on.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use crate::rows::events;
use crate::scenario::Scenario;

const PATIENCE: Duration = Duration::from_mins(1);

/// A scheduler at work; killed when the test is over.
pub struct Scheduler {
    process: Child,
    log: PathBuf,
}

impl Scheduler {
    fn start(scenario: &Scenario, args: &[&str]) -> Self {
        Self::of(scenario.command(&[&["schedule", "--log", "json"], args].concat()), scenario.path("schedule.log"))
    }

    pub fn of(mut command: Command, log: PathBuf) -> Self {
        command.stdout(Stdio::null());
        Self::talking(command, log)
    }

    /// One of which standard output, where the command says it goes, is of interest.
    fn talking(mut command: Command, log: PathBuf) -> Self {
        let to = fs::File::options().create(true).append(true).open(&log).unwrap();
        let process = command.stdin(Stdio::null()).stderr(to).spawn().unwrap();
        Self { process, log }
    }

    pub fn signal(&self, name: &str) {
        signal(self.process.id(), name);
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits for this to be so.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, so: impl Fn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(value) = so() {
                return value;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}\n{}", self.log());
            sleep(Duration::from_millis(5));
        }
    }

    #[track_caller]
    fn wait_for_log(&self, text: &str) {
        self.wait(text, || self.log().contains(text).then_some(()));
    }

    pub fn end(mut self) -> (ExitStatus, String) {
        let status = self.process.wait().unwrap();
        (status, self.log())
    }

    /// The process that runs a job, if one does.
    fn run_of(&self, job: &str) -> Option<u32> {
        let of_process = |entry: fs::DirEntry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?;
            let arguments = fs::read_to_string(entry.path().join("cmdline")).ok()?;
            (parent == self.process.id().to_string() && arguments.ends_with(&format!("{job}\0"))).then_some(pid)
        };
        fs::read_dir("/proc").unwrap().flatten().find_map(of_process)
    }

    /// Stops the clockwork of a job's run: it answers to nothing any more but to SIGKILL.
    fn hang(&self, job: &str) -> u32 {
        let pid = self.wait("a run to hang", || self.run_of(job));
        signal(pid, "STOP");
        pid
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn signal(pid: u32, name: &str) {
    Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap();
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

pub fn record(scenario: &Scenario, job: &str) -> Option<Value> {
    serde_json::from_slice(&fs::read(scenario.path(&format!("archive/_runs/{job}.json"))).ok()?).ok()
}

pub fn occurrence(scenario: &Scenario, job: &str) -> Option<Timestamp> {
    record(scenario, job)?["occurrence"].as_str()?.parse().ok()
}

pub fn job(scenario: &Scenario, name: &str, schedule: &str, rest: &str) {
    let text = format!(
        "version: 1\nschedule: {{{schedule}}}\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 1\n{rest}"
    );
    scenario.write(&format!("jobs/{name}.yaml"), text);
}

/// The shop in a market on UTC, with an export for each of the last days.
pub fn shop(days: i64) -> Scenario {
    let scenario = Scenario::shop().market("GB", "timezone: Etc/UTC, slots: day_parts");
    for back in 0..=days {
        let date = (Timestamp::now() - (24 * back).hours()).strftime("%Y-%m-%d").to_string();
        let row = format!("e{back} {date}T09:00:00Z show GB r1 c1 v1 f 25-34 -");
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&row));
    }
    scenario
}

const EVERY_SECOND: &str = "cron: '* * * * * *', timezone: Asia/Shanghai";

fn receipts(scenario: &Scenario) -> usize {
    scenario.tree("archive/_receipts/shop/GB").len()
}

#[test]
fn a_job_publishes_on_its_schedule_and_sigterm_ends_it_well() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let scheduler = Scheduler::start(&scenario, &[]);
    scheduler.wait("a receipt", || (receipts(&scenario) == 1).then_some(()));
    let first = scheduler.wait("a record", || occurrence(&scenario, "nightly"));
    scheduler.wait("a later run", || occurrence(&scenario, "nightly").filter(|later| *later > first));
    scheduler.signal("TERM");
    let (status, log) = scheduler.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert_eq!(receipts(&scenario), 1, "later runs found nothing new");
    assert!(scenario.tree("archive").keys().all(|name| !name.starts_with("_leases")), "leases are left");
    let status = scenario.cli(&["status"]).exits(0);
    assert!(status.stdout.contains("latest"), "{}", status.stdout);
    drop(scenario.cli(&["verify"]).exits(0));
}

#[test]
fn a_hung_run_is_ended_at_its_limit_and_a_killed_one_is_a_failed_run_while_other_jobs_go_on() {
    let scenario = shop(1);
    job(&scenario, "healthy", EVERY_SECOND, "");
    job(&scenario, "stuck", EVERY_SECOND, "limit: 2s\n");
    let scheduler = Scheduler::start(&scenario, &[]);
    let hung = scheduler.hang("stuck");
    scheduler.wait_for_log("it took longer than its `limit` of 2s and was ended");
    scheduler.wait("the end of the hung run", || (!is_alive(hung)).then_some(()));
    let aborted = scheduler.hang("stuck");
    signal(aborted, "ABRT");
    signal(aborted, "CONT");
    scheduler.wait_for_log("it was killed by signal 6: it aborted");
    // The next one hangs too, so that the record of the one that aborted stays.
    scheduler.hang("stuck");
    let troubles = record(&scenario, "stuck").unwrap()["troubles"].to_string();
    assert!(troubles.contains("it aborted") || troubles.contains("was ended"), "{troubles}");
    let before = scheduler.wait("the other job", || occurrence(&scenario, "healthy"));
    scheduler.wait("the other job to go on", || occurrence(&scenario, "healthy").filter(|later| *later > before));
    scheduler.signal("INT");
    let (status, log) = scheduler.end();
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn a_run_that_does_not_drain_is_killed_and_the_exit_is_still_a_good_one() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let scheduler = Scheduler::start(&scenario, &["--drain", "1"]);
    let hung = scheduler.hang("nightly");
    scheduler.signal("TERM");
    let (status, log) = scheduler.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!is_alive(hung), "{log}");
    assert!(log.contains("killing runs that did not finish in time"), "{log}");
}

#[test]
fn a_second_signal_stops_at_once() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let scheduler = Scheduler::start(&scenario, &["--drain", "3600"]);
        let hung = scheduler.hang("nightly");
        scheduler.signal("TERM");
        scheduler.wait("draining", || scheduler.log().contains("\"message\":\"stopping\"").then_some(()));
        scheduler.signal(name);
        let (status, log) = scheduler.end();
        assert_eq!(status.code(), Some(code), "{log}");
        assert!(!is_alive(hung), "{log}");
        fs::remove_file(scenario.path("schedule.log")).unwrap();
    }
}

#[test]
fn a_killed_scheduler_leaves_no_run_behind_and_the_next_one_goes_on_at_once() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let scheduler = Scheduler::start(&scenario, &[]);
    let run = scheduler.hang("nightly");
    let before = occurrence(&scenario, "nightly");
    scheduler.signal("KILL");
    scheduler.end();
    let next = Scheduler::start(&scenario, &[]);
    signal(run, "CONT");
    next.wait("the run of the killed scheduler to end", || (!is_alive(run)).then_some(()));
    next.wait("the next run", || occurrence(&scenario, "nightly").filter(|later| Some(*later) > before));
    next.wait("a receipt", || (receipts(&scenario) == 1).then_some(()));
    next.signal("TERM");
    assert_eq!(next.end().0.code(), Some(0));
}

#[test]
fn what_was_missed_is_shown_and_caught_up_on_as_the_job_says() {
    // Due two minutes ago, and last handled five days before.
    let due = Timestamp::now() - 2.minutes();
    let cron = due.strftime("%-S %-M %-H * * *").to_string();
    let handled = format!("{:.0}", due - 120.hours()).replace(".0", "");
    for (catch_up, revisions) in [("latest", 1), ("all", 5), ("none", 0)] {
        let scenario = shop(7);
        job(&scenario, "nightly", &format!("cron: '{cron}', timezone: Etc/UTC, catch_up: {catch_up}"), "");
        let before = format!(
            r#"{{"version":1,"job":"nightly","run_id":"a","as_of":"{handled}","occurrence":"{handled}","missed":2,"troubles":[],"told":{{}}}}"#
        );
        scenario.write("archive/_runs/nightly.json", before);
        let status = scenario.cli(&["status"]).exits(0).stdout;
        let missed = status.lines().find(|line| line.contains("nightly  ")).unwrap();
        assert!(missed.contains(" 7 ") && missed.contains(catch_up), "{status}");
        assert!(status.contains("nightly: 5 scheduled times were missed"), "{status}");

        let scheduler = Scheduler::start(&scenario, &[]);
        let now = scheduler.wait("a record", || record(&scenario, "nightly").filter(|now| now["missed"] == 7));
        let later: Timestamp = now["occurrence"].as_str().unwrap().parse().unwrap();
        assert_eq!(later.as_second(), due.as_second(), "{catch_up}");
        assert_eq!(receipts(&scenario), revisions, "{catch_up}");
        scheduler.signal("TERM");
        assert_eq!(scheduler.end().0.code(), Some(0));
        let status = scenario.cli(&["status"]).exits(0).stdout;
        assert!(!status.contains("scheduled times were missed"), "{status}");
    }
}

/// A job that handled a time, whose line is then edited.
#[test]
fn an_edited_line_or_zone_is_no_missed_time() {
    let scenario = shop(1);
    let shanghai = "cron: '30 3 * * *', timezone: Asia/Shanghai";
    job(&scenario, "nightly", shanghai, "");
    let handled = ["--at", "2026-11-23T19:30:05Z", "--scheduled", "2026-11-23T19:30:00Z"];
    scenario.scheduled(&[&["run", "nightly"][..], &handled].concat());
    let record = record(&scenario, "nightly").unwrap();
    assert_eq!(record["schedules"][0]["cron"], "30 3 * * *");
    assert_eq!(record["schedules"][0]["timezone"], "Asia/Shanghai");
    let missed = |schedule: &str, at: &str| {
        job(&scenario, "nightly", schedule, "");
        let status = scenario.cli(&["status", "--at", at]).exits(0).stdout;
        let line = status.lines().find(|line| line.contains("nightly  ")).unwrap();
        let missed: u64 = line.split_whitespace().rev().nth(1).unwrap().parse().unwrap();
        assert_eq!(missed > 0, status.contains("missed, the first at"), "{status}");
        missed
    };
    for edited in [
        "cron: '50 3 * * *', timezone: Asia/Shanghai",
        "cron: '30 3 * * *', timezone: Asia/Tokyo",
        "cron: '30 3 * * *', timezone: Asia/Kolkata",
    ] {
        assert_eq!(missed(edited, "2026-11-23T23:00:00Z"), 0, "{edited}");
        // The times of the line as it was are missed nevertheless.
        assert_eq!(missed(edited, "2026-11-25T23:00:00Z"), 2, "{edited}");
    }
    assert_eq!(missed(shanghai, "2026-11-25T23:00:00Z"), 2);
}

#[test]
fn a_first_run_that_was_stopped_is_caught_up_on() {
    let scenario = shop(1);
    let due = Timestamp::now() + 2.seconds();
    let cron = due.strftime("%-S %-M %-H * * *").to_string();
    job(&scenario, "nightly", &format!("cron: '{cron}', timezone: Etc/UTC"), "");
    let scheduler = Scheduler::start(&scenario, &["--drain", "0"]);
    scheduler.hang("nightly");
    scheduler.signal("TERM");
    assert_eq!(scheduler.end().0.code(), Some(0));
    assert_eq!(occurrence(&scenario, "nightly"), None);
    assert!(scenario.cli(&["status"]).exits(0).stdout.contains("never"));
    let next = Scheduler::start(&scenario, &[]);
    let handled = next.wait("the run of then", || occurrence(&scenario, "nightly"));
    assert_eq!(handled.as_second(), due.as_second());
    next.signal("TERM");
    assert_eq!(next.end().0.code(), Some(0));
}

#[test]
fn people_are_told_how_each_run_ended_and_when_the_next_is() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let told = scenario.path("told");
    let mut command = scenario.command(&["schedule"]);
    command.stdout(fs::File::create(&told).unwrap());
    let scheduler = Scheduler::talking(command, scenario.path("schedule.log"));
    let line = scheduler.wait("a line", || {
        let told = fs::read_to_string(&told).unwrap();
        told.lines().find(|line| line.starts_with("nightly: done at ")).map(str::to_owned)
    });
    assert!(line.contains(": 1 published; next at 20"), "{line}");
    scheduler.signal("TERM");
    assert_eq!(scheduler.end().0.code(), Some(0));
}

#[test]
fn a_configuration_without_a_scheduled_job_is_refused() {
    Scenario::shop().cli(&["schedule"]).exits(3).complains(
        "error: no job in `jobs` has a schedule (there are `nightly`; write \
         `schedule: {cron: \"30 3 * * *\", timezone: Asia/Shanghai}` in one)",
    );
}
