//! The record of a job's last run.

use serde_json::{Value, json};

use crate::rows::events;
use crate::scenario::Scenario;

fn record(scenario: &Scenario) -> Value {
    serde_json::from_slice(&scenario.tree("archive/_runs")["nightly.json"]).unwrap()
}

fn two_days() -> Scenario {
    Scenario::shop()
        .job("shop", "GB", 2)
        .at("2026-11-21T20:00:00Z")
        // Before it something was delivered: what is not there is late.
        .export("shop/2026-11-12/a.csv", "")
        .export("shop/2026-11-20/a.csv", "broken")
        .export("shop/2026-11-21/a.csv", events(""))
}

#[test]
fn a_run_records_what_it_handled_and_what_troubled_it() {
    let scenario = two_days();
    let scheduled = ["run", "nightly", "--scheduled", "2026-11-21T19:59:00Z", "--missed", "2", "--output", "json"];
    let account: Value = serde_json::from_str(&scenario.scheduled(&scheduled).exits(6).stdout).unwrap();
    let first = record(&scenario);
    assert_eq!(first["run_id"], account["run_id"]);
    assert_eq!(
        (&first["as_of"], &first["occurrence"], &first["missed"]),
        (&json!("2026-11-21T20:00:00Z"), &json!("2026-11-21T19:59:00Z"), &json!(2))
    );
    let troubles = first["troubles"].as_array().unwrap();
    assert_eq!((&troubles[0]["local_date"], &troubles[0]["topic"]), (&json!("2026-11-19"), &json!("late")));
    assert_eq!((&troubles[1]["local_date"], &troubles[1]["topic"]), (&json!("2026-11-20"), &json!("failed")));
    assert_eq!(troubles.len(), 2);

    // By hand and an hour later: nothing scheduled was handled or missed, and what was before stays.
    scenario.clock("2026-11-21T21:00:00Z");
    scenario.deliver("shop/2026-11-20/a.csv", events(""));
    scenario.run().exits(4);
    let second = record(&scenario);
    assert_eq!((&second["occurrence"], &second["missed"]), (&first["occurrence"], &first["missed"]));
    assert_eq!(second["troubles"].as_array().unwrap().len(), 1);

    // A look back is no news.
    scenario.clock("2026-11-20T21:00:00Z");
    scenario.run();
    assert_eq!(record(&scenario), second);
}

#[test]
fn a_run_that_cannot_reach_its_exports_is_a_trouble_of_its_own() {
    let scenario = two_days();
    scenario.run().exits(6);
    let before = record(&scenario);
    std::fs::rename(scenario.path("exports"), scenario.path("elsewhere")).unwrap();
    scenario.clock("2026-11-21T21:00:00Z");
    scenario.run().exits(1);
    let dead = record(&scenario);
    let troubles = dead["troubles"].as_array().unwrap();
    assert_eq!(troubles[0]["topic"], "failed");
    assert!(troubles[0]["reason"].as_str().unwrap().starts_with("the exports cannot be reached"), "{dead}");
    assert!(troubles[0].get("platform").is_none());
    assert_eq!(&troubles[1..], before["troubles"].as_array().unwrap(), "all else is as it was");
    std::fs::rename(scenario.path("elsewhere"), scenario.path("exports")).unwrap();
    scenario.clock("2026-11-21T22:00:00Z");
    scenario.run().exits(6);
    assert_eq!(record(&scenario)["troubles"], before["troubles"]);
}

#[test]
fn a_backfill_records_nothing() {
    let scenario = two_days();
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"]).exits(6);
    assert!(!scenario.path("archive/_runs").exists());
}

#[test]
fn a_scheduler_that_is_gone_asks_its_run_to_stop() {
    // Its standard input is closed from the start.
    let scenario = two_days();
    let mut command =
        scenario.command(&["run", "nightly", "--scheduled", "2026-11-21T19:59:00Z", "--output", "json"]);
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    // It may have been quicker than whoever listens.
    let account: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stopped = account["days"].as_array().unwrap().iter().any(|day| day["outcome"] == "stopped");
    assert_eq!(output.status.code(), Some(if stopped { 143 } else { 6 }));
    let occurrence = &record(&scenario)["occurrence"];
    assert_eq!(occurrence.is_null(), stopped, "what was stopped is for the next start to handle");
}
