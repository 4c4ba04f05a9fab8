//! What `schedule --listen` shows to probes and to Prometheus.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::Value;

use super::schedule::{Scheduler, job, shop};
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
