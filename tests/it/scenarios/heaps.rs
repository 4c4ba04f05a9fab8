//! A run keeps few heaps, whoever starts it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::scenario::Scenario;

/// What a run at its end has in its environment; it is held there by an account that does not fit into a pipe.
fn setting_of_a_run(chosen: Option<&str>) -> Option<String> {
    let scenario = Scenario::shop()
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 400)
        .at("2026-11-21T03:00:00Z");
    let mut command = scenario.command(&["run", "nightly", "--output", "json", "--log", "json"]);
    command.env_remove("MALLOC_ARENA_MAX");
    command.envs(chosen.map(|number| ("MALLOC_ARENA_MAX", number)));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(log.any(|line| line.contains("\"message\":\"done\"")), "it settles");
    let environment = fs::read_to_string(format!("/proc/{}/environ", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    environment.split('\0').find_map(|pair| pair.strip_prefix("MALLOC_ARENA_MAX=").map(str::to_owned))
}

#[test]
fn a_run_keeps_a_heap_for_each_core_unless_another_number_was_chosen() {
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(setting_of_a_run(None), Some(cores.max(2).to_string()));
    assert_eq!(setting_of_a_run(Some("5")).as_deref(), Some("5"));
}
