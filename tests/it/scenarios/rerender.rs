//! Derived tables rendered from the archive, with the exports there or gone.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use coverledger::archive::TableFamily;
use polars::prelude::{Column, ParquetWriter};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};
use crate::table;

const MORNING: &str = "2026-11-21T03:00:00Z";
const EXPORT: &str = "exports/shop/2026-11-20/a.csv";
const SLOTS: &str = "slot_audience/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
const RANGE: [&str; 6] = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"];

fn published() -> Scenario {
    let scenario = Scenario::shop()
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T12:00:30Z tap GB r1 c1 v1 f 25-34 -
                 e3 2026-11-20T20:00:00Z show GB r1 c2 v2 f 25-34 -
                 e4 2026-11-20T20:00:10Z enter GB r1 c2 v2 f 25-34 -",
            ),
        )
        .at(MORNING);
    scenario.run().exits(0).says("1 market-days: 1 published");
    scenario
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Has the first receipt say that its derived tables were made by an earlier version.
fn by_an_earlier_version(scenario: &Scenario, change: impl Fn(&mut Value)) {
    let path: PathBuf = scenario.path("archive/_receipts/shop/GB/2026-11-20/00000001.json");
    let mut receipt: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let content = &mut receipt["content"];
    content["derived_version"] = 3.into();
    change(content);
    // `content_sha256` covers the content as it stands in the file, without white space.
    receipt["content_sha256"] = hex(serde_json::to_string(content).unwrap().as_bytes()).into();
    fs::write(path, serde_json::to_vec_pretty(&receipt).unwrap()).unwrap();
}

/// Puts a table `slot_audience` in the place of the published one whose click-through rates are all another number, as a
/// program with another formula would have made it.
fn with_another_formula(scenario: &Scenario) {
    let current = scenario.path("archive").join(SLOTS);
    let mut frame = table::frame(&[(String::new(), fs::read(&current).unwrap())].into());
    frame.with_column(Column::new("ctr".into(), vec![0.25; frame.height()])).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    let bytes = bytes.into_inner();
    let sha256 = hex(&bytes);
    fs::write(scenario.path(&format!("archive/_revisions/{sha256}.parquet")), &bytes).unwrap();
    fs::write(&current, &bytes).unwrap();
    by_an_earlier_version(scenario, |content| {
        let tables = content["tables"].as_array_mut().unwrap();
        let slots = tables.iter_mut().find(|table| table["table"] == "slot_audience").unwrap();
        slots["sha256"] = sha256.clone().into();
        slots["size"] = bytes.len().into();
    });
}

#[test]
fn a_day_whose_exports_have_expired_gets_the_new_formula_from_the_archive() {
    let scenario = published();
    let counted = scenario.archive();
    with_another_formula(&scenario);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    fs::remove_file(scenario.path(EXPORT)).unwrap();
    let why = format!("derived tables made by version 3, now {}", TableFamily::MarketDays.derived_version());
    scenario.cli(&["status", "--days", "1"]).exits(0).says(&why);
    scenario
        .cli(&[&RANGE[..], &["--dry-run"]].concat())
        .exits(0)
        .says(&format!("shop/GB/2026-11-20 would be rendered from the archive: {why}"))
        .says("0 exports of 0 bytes would be read");
    scenario.run().exits(0).says("1 market-days: 1 published").expect_table(
        "slot_audience",
        "\
        slot       impressions  clicks  ctr  revision
        afternoon  1            1       1    2
        prime      1            0       0    2",
    );
    let receipt = scenario.receipt("shop/GB/2026-11-20");
    let content = &receipt["content"];
    let before: Value = serde_json::from_slice(&counted["_receipts/shop/GB/2026-11-20/00000001.json"]).unwrap();
    for kept in ["exports", "fingerprint", "totals", "state", "numbers_version", "config_sha256", "tz_release"] {
        assert_eq!(content[kept], before["content"][kept], "{kept}");
    }
    assert_eq!(content["derived_version"], Value::Null, "it is the number of the numbers' version again");
    assert_eq!(content["facts"][0]["revision"], 1);
    assert_eq!(content["facts"][0]["local_date"], "2026-11-20");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    // What keeps it from being counted anew is told as before.
    scenario.run().exits(4).says("is gone, and revision 2 was made from it");
}

#[test]
fn what_was_counted_says_the_same_but_for_its_revision() {
    let scenario = published();
    with_another_formula(&scenario);
    let funnel = "funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
    let before = scenario.archive()[funnel].clone();
    scenario.run().exits(0).says("1 market-days: 1 published");
    let lines = |parquet: &[u8]| {
        let mut frame = table::frame(&[(String::new(), parquet.to_vec())].into());
        frame.drop_in_place("revision").unwrap();
        frame
    };
    let after = scenario.archive()[funnel].clone();
    assert_ne!(before, after, "it says another revision");
    assert!(lines(&before).equals_missing(&lines(&after)));
}

#[test]
fn a_version_that_changes_no_byte_publishes_nothing_and_is_tried_once() {
    let scenario = published();
    by_an_earlier_version(&scenario, |_| {});
    let published = |scenario: &Scenario| {
        let mut files = scenario.archive();
        files.retain(|name, _| !name.starts_with("_attempts"));
        files
    };
    let before = published(&scenario);
    scenario.run().exits(0).says("1 market-days: 1 current");
    assert_eq!(published(&scenario), before);
    let plan = scenario.cli(&[&RANGE[..], &["--dry-run"]].concat()).exits(0);
    plan.says("shop/GB/2026-11-20 is current at revision 1");
}

#[test]
fn new_exports_are_counted_whatever_the_version_of_derived_tables() {
    let scenario = published();
    with_another_formula(&scenario);
    scenario.deliver("shop/2026-11-20/b.csv", events("e9 2026-11-20T12:05:00Z show GB r1 c1 v9 f 25-34 -"));
    scenario.run().exits(0).says("1 market-days: 1 published").expect_table(
        "slot_audience",
        "\
        slot       impressions  ctr  revision
        afternoon  2            0.5  2
        prime      1            0    2",
    );
    assert_eq!(scenario.receipt("shop/GB/2026-11-20")["content"]["facts"], Value::Null);
}

#[test]
fn what_another_configuration_counted_is_not_rendered_by_this_one() {
    let scenario = published();
    with_another_formula(&scenario);
    fs::remove_file(scenario.path(EXPORT)).unwrap();
    scenario.write("config/platforms/shop.yaml", SHOP.replace("audience: [gender, age]", "audience: [age]"));
    scenario.run().exits(4).says("is gone, and revision 1 was made from it");
}

#[test]
fn every_derived_table_of_both_demos_is_what_comes_of_its_funnel() {
    let scenario = Scenario::new();
    for rows in ["events", "counts"] {
        scenario.cli(&["demo", rows, "--rows", rows, "--events", "20000", "--days", "4", "--seed", "1"]).exits(0);
        let before = scenario.tree(&format!("{rows}/archive"));
        assert!(before.keys().any(|name| name.starts_with("slot_audience/")), "{:?}", before.keys());
        fs::remove_dir_all(scenario.path(rows).join("exports")).unwrap();
        fs::create_dir(scenario.path(rows).join("exports")).unwrap();
        let (config, jobs) = (format!("{rows}/config"), format!("{rows}/jobs"));
        let folders = ["--config", config.as_str(), "--jobs", jobs.as_str()];
        // At the time of the demo's own run, so that the same nights lie ahead.
        let job =
            ["backfill", "nightly", "--at", "2026-11-02T12:00:00Z", "--from", "2026-10-29", "--to", "2026-11-01"];
        let args = [&job[..], &folders, &["--rerender"]].concat();
        let plan = scenario.cli(&[&args[..], &["--dry-run"]].concat()).exits(0);
        let rendered = plan.stdout.matches("would be rendered from the archive: asked for").count();
        assert!(rendered > 10, "{}", plan.stdout);
        let outcome = scenario.cli(&args);
        assert!(!outcome.stdout.contains("failed"), "{}", outcome.stdout);
        let after = scenario.tree(&format!("{rows}/archive"));
        assert!(after == before, "nothing is published, so every byte is what it was");
    }
}
