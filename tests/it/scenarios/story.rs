//! What is built into the demo for a report to find is found.

use std::process::Command;

use bytes::Bytes;
use coverledger::demo::{CLICKBAIT, LOCALIZED, MADE_UP_KEY, RETURNING_KEY, REVERSAL, SPLIT, STREAMS};
use coverledger::report;
use polars::prelude::DataFrame;

use crate::scenario::Scenario;

/// All objects of a table, or of a place in it.
fn table(scenario: &Scenario, folder: &str) -> DataFrame {
    let files: Vec<Bytes> =
        scenario.tree(&format!("demo/archive/{folder}")).into_values().map(Bytes::from).collect();
    report::frame(&files).unwrap()
}

fn text(frame: &DataFrame, column: &str, row: usize) -> String {
    let value = frame.column(column).unwrap().get(row).unwrap();
    if value.is_null() { String::new() } else { value.str_value().into_owned() }
}

/// Rows in which these columns say this.
fn rows(frame: &DataFrame, wanted: &[(&str, &str)]) -> Vec<usize> {
    let is_it = |row: &usize| wanted.iter().all(|(column, word)| text(frame, column, *row) == *word);
    (0..frame.height()).filter(is_it).collect()
}

#[test]
fn the_demos_stories_are_told_by_its_tables() {
    let scenario = Scenario::new();
    let demo = Command::new(env!("CARGO_BIN_EXE_coverledger"))
        .args(["demo", "demo"])
        .current_dir(scenario.path(""))
        .output()
        .unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));

    // A rate that rose, though nobody takes to the cover more than before.
    let mix = table(&scenario, &format!("mix/platform={}/market={}", REVERSAL.platform, REVERSAL.market));
    let reversal = rows(&mix, &[("cover_id", REVERSAL.cover), ("metric", "effective_ctr")]);
    assert_eq!(text(&mix, "reversal", reversal[0]), "true");
    assert!(text(&mix, "note", reversal[0]).contains("who saw it changed"), "{mix}");

    // A cover that everybody taps and nobody stays for.
    let experiment = table(&scenario, &format!("experiment/experiment={}", SPLIT.name));
    let bait = rows(&experiment, &[("cover_id", SPLIT.clickbait)]);
    assert_eq!(bait.len(), SPLIT.markets.len());
    let failed = rows(&experiment, &[("cover_id", SPLIT.clickbait), ("decision", "worse")]);
    assert!(failed.len() >= 2, "{experiment}");
    for row in failed {
        assert_eq!(text(&experiment, "stay_guardrail", row), "failed");
        let ctr: f64 = experiment.column("ctr_effect").unwrap().get(row).unwrap().extract().unwrap();
        assert!(ctr > 0.2, "it is tapped more than the control: {ctr}");
    }
    let others = rows(&experiment, &[("decision", "winner")]);
    assert!(others.iter().all(|row| text(&experiment, "cover_id", *row) != SPLIT.clickbait), "{experiment}");
    assert!(rows(&experiment, &[("decision", "invalid: imbalance")]).is_empty(), "{experiment}");
    let diagnosis = table(&scenario, "diagnosis");
    assert!(!rows(&diagnosis, &[("cover_id", SPLIT.clickbait), ("finding", "overpromises")]).is_empty());
    let cover = table(&scenario, "cover");
    let bait = rows(&cover, &[("cover_id", SPLIT.clickbait), ("finding", "overpromises")]);
    assert!(!bait.is_empty(), "{cover}");
    assert!(bait.iter().all(|row| text(&cover, "rank", *row).is_empty()), "it is no cover to put on air: {cover}");
    assert!(rows(&cover, &[("randomized", "true")]).is_empty());

    // A cover that was made anew for a market.
    let localization = table(&scenario, &format!("localization/platform={}", LOCALIZED.platforms[0]));
    let versions = [("localized_cover_id", LOCALIZED.localized), ("basis", "same_broadcasts"), ("metric", "ctr")];
    let version = rows(&localization, &versions);
    assert_eq!(version.len(), 1, "{localization}");
    assert!(text(&localization, "note", version[0]).ends_with("(not randomized)."), "{localization}");
}

#[test]
fn a_demo_with_quality_needs_no_key_in_the_environment() {
    let scenario = Scenario::new();
    let demo = Command::new(env!("CARGO_BIN_EXE_coverledger"))
        .args(["demo", "demo", "--quality", "--days", "9", "--events", "60000"])
        .current_dir(scenario.path(""))
        .env_remove(RETURNING_KEY)
        .output()
        .unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let said = String::from_utf8_lossy(&demo.stdout);
    assert!(said.contains(&format!("export {RETURNING_KEY}=\"{MADE_UP_KEY}\"")), "{said}");

    // Everything that the player saw is of the platform that it watched, and some of it was bad.
    let quality = table(&scenario, "quality");
    let watched = rows(&quality, &[("platform", STREAMS.source), ("of_platform", STREAMS.platform)]);
    assert_eq!(watched.len(), quality.height(), "{quality}");
    assert!(rows(&quality, &[("viewers_hit", "0")]).len() * 4 < quality.height(), "{quality}");

    // Of those who entered in the first days it is known who came back.
    let revisit =
        table(&scenario, &format!("revisit/platform={}/market={}", CLICKBAIT.platform, CLICKBAIT.markets[0]));
    let within = rows(&revisit, &[("slot", "all"), ("cover_id", "all"), ("within_days", "7")]);
    let of = |column: &str| revisit.column(column).unwrap().get(within[0]).unwrap().extract::<i64>().unwrap();
    assert!(0 < of("back") && of("back") < of("due") && of("due") < of("entrants"), "{revisit}");
    let effect = table(&scenario, &format!("quality_effect/platform={}", STREAMS.platform));
    assert!(rows(&effect, &[("finding", "loss")]).is_empty(), "nine days are too few: {effect}");
}
