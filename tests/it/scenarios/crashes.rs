//! `kill -9` in the middle of a backfill.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::sameness::{backfill, same};
use crate::scenario::Scenario;

#[test]
fn a_backfill_that_is_killed_and_run_again_leaves_what_an_undisturbed_one_leaves() {
    let scenario = Scenario::new();
    let demo = scenario.path("demo");
    scenario.cli(&["demo", demo.to_str().unwrap(), "--events", "40000", "--generate-only"]).exits(0);
    let args = [&["--config", "demo/config", "--jobs", "demo/jobs", "-q"][..], &backfill("2026-10-26")].concat();
    let take = || {
        let archive = scenario.tree("demo/archive");
        fs::remove_dir_all(scenario.path("demo/archive")).unwrap();
        archive
    };
    let code = scenario.cli(&args).code;
    let undisturbed = take();
    let receipts = undisturbed.keys().filter(|name| name.starts_with("_receipts")).count();
    assert!(receipts > 40, "{receipts} receipts are too few to be killed among");

    let mut stopped_among = 0;
    for kill_at in [1, 2, receipts / 4, receipts / 2, receipts * 3 / 4, receipts - 1] {
        let mut child = scenario.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_mins(1);
        while count(&scenario.path("demo/archive/_receipts")) < kill_at && Instant::now() < patience {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        // SIGKILL on Unix.
        let _ = child.kill();
        child.wait().unwrap();
        let left = count(&scenario.path("demo/archive/_receipts"));
        stopped_among += usize::from((1..receipts).contains(&left));

        scenario.cli(&args).exits(code);
        assert_eq!(leftovers(&scenario.tree("demo/archive")), <[&str; 0]>::default(), "killed at {left} receipts");
        let verify = scenario.cli(&["verify", "--config", "demo/config", "--jobs", "demo/jobs"]);
        drop(verify.exits(0));
        same(&undisturbed, &take(), &format!("a kill at {left} of {receipts} receipts"));
    }
    assert!(stopped_among >= 3, "only {stopped_among} kills hit the middle");
}

/// How many files there are below a folder.
fn count(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| if entry.file_type().is_ok_and(|kind| kind.is_dir()) { count(&entry.path()) } else { 1 })
        .sum()
}

/// Half-written files.
fn leftovers(archive: &BTreeMap<String, Vec<u8>>) -> Vec<&String> {
    archive.keys().filter(|name| name.contains('#')).collect()
}
