//! `--write`: a draft loads, and counts right.

use super::{HOURS, TRAP};
use crate::scenario::Scenario;

const WRITE: [&str; 2] = ["--write", "config/platforms/new.yaml"];

fn drafted(export: &str) -> Scenario {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .job("new", "GB", 1)
        .export("new/GB/a.csv", export);
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    scenario.cli(&[&["inspect", "exports/new/GB/a.csv"][..], &WRITE].concat()).exits(0);
    scenario.cli(&["check"]).exits(0);
    scenario
}

#[test]
fn a_draft_counts_its_own_export() {
    let scenario = drafted(HOURS).at("2026-11-21T03:00:00Z");
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  entries
         morning    1000         43      50
         afternoon  500          10      12
         prime      300          13      20",
    );
}

#[test]
fn the_draft_of_a_trap_has_no_impressions() {
    let scenario = drafted(TRAP);
    let draft = std::fs::read_to_string(scenario.path("config/platforms/new.yaml")).unwrap();
    assert!(
        draft.contains("# This export yields no click rate of the cover:\n#   `CTR` = Product Clicks ÷ Views"),
        "{draft}"
    );
    assert!(!draft.contains("impressions:"), "{draft}");
}

#[test]
fn nothing_is_overwritten() {
    let scenario = drafted(HOURS);
    let before = std::fs::read(scenario.path("config/platforms/new.yaml")).unwrap();
    scenario
        .cli(&[&["inspect", "exports/new/GB/a.csv"][..], &WRITE].concat())
        .exits(2)
        .complains("error: `config/platforms/new.yaml` is there already and is not overwritten");
    assert_eq!(std::fs::read(scenario.path("config/platforms/new.yaml")).unwrap(), before);
}
