//! What `schedule --listen` shows to probes and to Prometheus.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use jiff::Timestamp;
use serde_json::Value;

use super::schedule::{Scheduler, job, occurrence, shop};
use crate::scenario::Scenario;

const NEVER: &str = "cron: '0 0 29 2 *', timezone: UTC";
const EVERY_SECOND: &str = "cron: '* * * * * *', timezone: UTC";

fn start(scenario: &Scenario) -> (Scheduler, SocketAddr) {
    let command = scenario.command(&["schedule", "--log", "json", "--listen", "127.0.0.1:0"]);
    let scheduler = Scheduler::of(command, scenario.path("schedule.log"));
    let address = scheduler.wait("an address", || {
        let log = scheduler.log();
        let line = log.lines().find(|line| line.contains("answering over HTTP") && line.ends_with('}'))?;
        let line: Value = serde_json::from_str(line).unwrap();
        line["address"].as_str()?.parse().ok()
    });
    (scheduler, address)
}

/// Status and body of a page.
fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
}

/// A sample of the metrics.
fn sample(address: SocketAddr, name: &str) -> Option<f64> {
    let (_, text) = get(address, "/metrics");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    line.map(|value| value.parse().unwrap())
}

#[test]
fn a_scheduler_shows_what_its_runs_did() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let (scheduler, address) = start(&scenario);
    scheduler.wait("readiness", || (get(address, "/readyz").0 == "200").then_some(()));
    let runs = r#"coverledger_runs_total{job="nightly",result="done"}"#;
    scheduler.wait("a run", || sample(address, runs).filter(|runs| *runs >= 1.0));
    let days =
        |state: &str| sample(address, &format!(r#"coverledger_market_days{{job="nightly",state="{state}"}}"#));
    assert_eq!((days("provisional"), days("due")), (Some(1.0), Some(0.0)));
    assert_eq!(sample(address, r#"coverledger_oldest_due_age_seconds{job="nightly"}"#), Some(0.0));
    assert_eq!(sample(address, r#"coverledger_rows_total{job="nightly",outcome="counted"}"#), Some(1.0));
    assert_eq!(get(address, "/healthz"), ("200".to_owned(), "alive\n".to_owned()));
    scheduler.signal("TERM");
    let (status, log) = scheduler.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn a_scheduler_knows_from_its_start_what_is_missing() {
    let scenario = shop(1);
    job(&scenario, "nightly", NEVER, "");
    let (scheduler, address) = start(&scenario);
    let due = r#"coverledger_market_days{job="nightly",state="due"}"#;
    let days = scheduler.wait("a first look", || sample(address, due));
    assert_eq!(Some(days), Some(1.0));
    let age = sample(address, r#"coverledger_oldest_due_age_seconds{job="nightly"}"#).unwrap();
    assert!((0.0..=86_400.0).contains(&age), "{age}");
}

/// A market is added while it runs; then a file is half saved, and mended.
#[test]
fn runs_and_metrics_go_by_the_same_configuration_whatever_is_saved_meanwhile() {
    let scenario = shop(1).market("IE", "timezone: Etc/UTC, slots: day_parts");
    scenario.cli(&["check"]).exits(0);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let (scheduler, address) = start(&scenario);
    let days = || {
        let of = |state: &str| {
            sample(address, &format!(r#"coverledger_market_days{{job="nightly",state="{state}"}}"#)).unwrap_or(0.0)
        };
        of("provisional") + of("final")
    };
    scheduler.wait("a run", || (days() > 0.5).then_some(()));
    let file = scenario.path("jobs/nightly.yaml");
    let job = fs::read_to_string(&file).unwrap().replace("[GB]", "[GB, IE]");
    fs::write(&file, job).unwrap();
    scheduler.wait("the new market in the metrics", || (days() > 1.5).then_some(()));
    assert_eq!(scenario.tree("archive/_receipts/shop/IE").len(), 1);
    let changes = |result: &str| {
        sample(address, &format!(r#"coverledger_configuration_changes_total{{result="{result}"}}"#)).unwrap()
    };
    assert_eq!((changes("taken"), changes("refused")), (1.0, 0.0));

    let file = scenario.path("config/markets.yaml");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let is_sound = || sample(address, "coverledger_configuration_sound").unwrap() > 0.5;
    scheduler.wait("the half file to be refused", || (!is_sound()).then_some(()));
    let log = scheduler.log();
    assert!(
        log.contains("is not sound: the last sound one stays in force") && log.contains("markets.yaml"),
        "{log}"
    );
    let before = occurrence(&scenario, "nightly");
    let later = |before: Option<Timestamp>| occurrence(&scenario, "nightly").filter(|at| Some(*at) > before);
    let first = scheduler.wait("a run meanwhile", || later(before));
    scheduler.wait("another", || later(Some(first)));
    assert!(days() > 1.5);
    fs::write(&file, whole).unwrap();
    scheduler.wait("the mended file", || is_sound().then_some(()));
    let failed = r#"coverledger_runs_total{job="nightly",result="failed"}"#;
    assert_eq!(sample(address, failed), Some(0.0), "{}", scheduler.log());
    scheduler.signal("TERM");
    assert_eq!(scheduler.end().0.code(), Some(0));
}

#[test]
fn an_address_that_is_taken_is_told_before_anything_runs() {
    let scenario = shop(1);
    job(&scenario, "nightly", EVERY_SECOND, "");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = scenario.cli(&["schedule", "--listen", &address]).exits(1);
    assert!(outcome.stderr.contains(&format!("cannot listen at `{address}` (`--listen`)")), "{}", outcome.stderr);
    assert!(!scenario.path("archive").exists());
}
