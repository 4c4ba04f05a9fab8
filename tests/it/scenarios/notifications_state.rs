//! Telling people of what a run left: once, at its end, and never at the cost of the run.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::rows::events;
use crate::scenario::{Outcome, Scenario};

const CHANNELS: &str =
    "version: 1\nchannels:\n  ops: {kind: webhook, url_env: OPS_URL, tell: [failed, held, late, recovered]}\n";

/// A webhook on this machine that takes everything.
struct Hook {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let (mut length, mut line) = (0, String::new());
                while stream.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).unwrap();
                notes.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                stream
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                    .unwrap();
            }
        });
        Self { url, heard }
    }

    /// Topics and local dates of what was heard since.
    fn heard(&self) -> Vec<String> {
        let told = std::mem::take(&mut *self.heard.lock().unwrap());
        let text = |value: &Value| value.as_str().unwrap_or("run").to_owned();
        told.iter()
            .map(|message| {
                let items = message["items"].as_array().unwrap_or_else(|| panic!("{message}"));
                let dates: Vec<String> = items.iter().map(|item| text(&item["local_date"])).collect();
                format!("{}: {}", text(&message["topic"]), dates.join(", "))
            })
            .collect()
    }
}

fn run<'s>(scenario: &'s Scenario, url: &str) -> Outcome<'s> {
    scenario.cli_with(&["run", "nightly", "--output", "json"], &[("OPS_URL", url)])
}

#[test]
fn each_trouble_is_told_once_and_its_end_once() {
    let hook = Hook::open();
    let scenario = Scenario::shop()
        .job("shop", "GB", 2)
        .at("2026-11-21T20:00:00Z")
        // Before it something was delivered: what is not there is late.
        .export("shop/2026-11-12/a.csv", "")
        .export("shop/2026-11-20/a.csv", "broken")
        .export("shop/2026-11-21/a.csv", events(""));
    scenario.write("config/notifications.yaml", CHANNELS);
    let outcome = run(&scenario, &hook.url).exits(6);
    assert_eq!(hook.heard(), ["failed: 2026-11-20", "late: 2026-11-19"]);
    let account: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(account["told"].as_array().unwrap().len(), 2);

    scenario.clock("2026-11-21T21:00:00Z");
    run(&scenario, &hook.url).exits(6);
    assert_eq!(hook.heard(), <[&str; 0]>::default());

    scenario.clock("2026-11-21T22:00:00Z");
    scenario.deliver("shop/2026-11-20/a.csv", events(""));
    run(&scenario, &hook.url).exits(4);
    assert_eq!(hook.heard(), ["recovered: 2026-11-20"]);

    // The run itself came to nothing, and then went through.
    std::fs::rename(scenario.path("exports"), scenario.path("elsewhere")).unwrap();
    run(&scenario, &hook.url).exits(1);
    assert_eq!(hook.heard(), ["failed: run"]);
    std::fs::rename(scenario.path("elsewhere"), scenario.path("exports")).unwrap();
    run(&scenario, &hook.url).exits(4);
    assert_eq!(hook.heard(), ["recovered: run"]);
}

#[test]
fn a_channel_that_does_not_answer_costs_no_run_and_is_told_later() {
    let scenario = Scenario::shop().at("2026-11-21T03:00:00Z").export("shop/2026-11-20/a.csv", "broken");
    scenario.write("config/notifications.yaml", CHANNELS);
    // Nobody listens there.
    let nowhere = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/secret-path", listener.local_addr().unwrap())
    };
    let outcome = run(&scenario, &nowhere).exits(6);
    let account: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(account["told"][0]["error"].is_string(), "{account}");
    assert!(
        outcome.stderr.contains("nobody was told") && !outcome.stderr.contains("secret-path"),
        "{}",
        outcome.stderr
    );
    // Without an address it is the same.
    assert!(scenario.cli(&["run", "nightly"]).exits(6).stderr.contains("`OPS_URL` is not set"));
    let hook = Hook::open();
    run(&scenario, &hook.url).exits(6);
    assert_eq!(hook.heard(), ["failed: 2026-11-20"]);
}

#[test]
fn a_run_whose_output_nobody_reads_exits_as_ever() {
    let scenario = Scenario::shop().at("2026-11-21T03:00:00Z").export("shop/2026-11-20/a.csv", "broken");
    for output in ["text", "json"] {
        let mut command = scenario.command(&["run", "nightly", "--output", output]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{told}");
        assert!(!told.contains("panicked") && !told.contains("roken pipe"), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_full_disk_costs_no_run() {
    let scenario = Scenario::shop().at("2026-11-21T03:00:00Z").export("shop/2026-11-20/a.csv", "broken");
    for (log, job, code) in
        [("json", "nightly", 6), ("text", "nightly", 6), ("json", "nope", 2), ("text", "nope", 2)]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let status = scenario.command(&["run", job, "-v", "--log", log]).stderr(full).output().unwrap().status;
        assert_eq!(status.code(), Some(code), "{log} {job}");
    }
}

#[test]
fn every_line_of_a_run_names_it() {
    let scenario = Scenario::shop().at("2026-11-21T03:00:00Z").export("shop/2026-11-20/a.csv", "broken");
    scenario.write("config/notifications.yaml", CHANNELS);
    let outcome = scenario.cli(&["run", "nightly", "--output", "json", "--log", "json", "-vv"]).exits(6);
    let account: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let lines: Vec<Value> = outcome.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 4, "{}", outcome.stderr);
    for line in lines {
        assert_eq!(line["run_id"], account["run_id"], "{line}");
    }
}
