//! What a run says to programs.

use serde_json::{Value, json};

use crate::rows::events;
use crate::scenario::Scenario;

fn two_days() -> Scenario {
    Scenario::shop()
        .job("shop", "GB", 2)
        .at("2026-11-21T03:00:00Z")
        // Before it something was delivered: what is not there is late.
        .export("shop/2026-11-12/a.csv", "")
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -\n\
                 e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -\n\
                 e2 2026-11-18T12:00:00Z show GB r1 c1 v1 f 25-34 -",
            ),
        )
        .export("shop/2026-11-21/a.csv", events(""))
}

fn account(stdout: &str) -> Value {
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn an_account_is_one_object_with_every_market_day_and_every_row() {
    let scenario = two_days();
    let outcome = scenario.cli(&["run", "nightly", "--output", "json"]).exits(4);
    let account = account(&outcome.stdout);
    let bytes = scenario.tree("exports").values().map(Vec::len).sum::<usize>();
    assert_eq!(account["rows"], json!({"rows_in": 3, "counted": 1, "duplicate": 1, "outside": 1, "rejected": 0}));
    assert_eq!((&account["exports"], &account["bytes_read"]), (&json!(2), &json!(bytes)));
    assert_eq!((&account["exit_code"], &account["retries"]), (&json!(4), &json!(0)));
    assert_eq!(account["as_of"], "2026-11-21T03:00:00Z");
    let days = account["days"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!((&days[0]["outcome"], &days[0]["ended_at"]), (&json!("waiting"), &json!("2026-11-20T00:00:00Z")));
    assert!(days[0]["reason"].as_str().unwrap().contains("shop/2026-11-19/"), "{}", days[0]);
    assert_eq!(
        days[1],
        json!({
            "platform": "shop", "market": "GB", "local_date": "2026-11-20", "ended_at": "2026-11-21T00:00:00Z",
            "outcome": "published", "revision": 1, "state": "provisional", "reason": null
        })
    );
}

#[test]
fn a_run_that_cannot_be_carried_out_gives_no_account() {
    let scenario = two_days();
    std::fs::remove_dir_all(scenario.path("exports")).unwrap();
    let outcome = scenario.cli(&["run", "nightly", "--output", "json"]).exits(1);
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.starts_with("error: the exports cannot be reached"), "{}", outcome.stderr);
}

#[test]
fn a_run_that_catches_up_looks_at_what_the_missed_ones_would_have_looked_at() {
    let scenario = two_days();
    let looked_at = |more: &[&str]| -> Vec<String> {
        let outcome = scenario.scheduled(&[&["run", "nightly", "--output", "json"], more].concat());
        let days = account(&outcome.stdout)["days"].as_array().unwrap().clone();
        days.iter().map(|day| day["local_date"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(looked_at(&[]), ["2026-11-19", "2026-11-20"]);
    let since =
        ["--scheduled", "2026-11-21T03:00:00Z", "--look-back-from", "2026-11-19T03:00:00Z", "--missed", "2"];
    assert_eq!(looked_at(&since), ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]);
}
