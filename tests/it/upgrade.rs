//! An archive that an earlier release wrote is read as it is, and continued.
//!
//! `fixtures/archives/0.1.0.zip` is a whole workspace: five days of a platform in two markets with their decisions, as
//! release 0.1.0 published them, when fingerprints knew no version of the numbers.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::scenario::Scenario;
use crate::table;

/// When the archive was last written, and the night after.
const WRITTEN: &str = "2026-11-21T03:00:00Z";
const NEXT_NIGHT: &str = "2026-11-22T03:00:00Z";

fn of_release_0_1_0() -> Scenario {
    let zipped = include_bytes!("../fixtures/archives/0.1.0.zip");
    let mut zip = zip::ZipArchive::new(Cursor::new(&zipped[..])).unwrap();
    let scenario = Scenario::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        if file.is_file() {
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            scenario.write(&file.name().unwrap(), content);
        }
    }
    scenario.at(NEXT_NIGHT)
}

/// Counts by market and date.
fn counts(scenario: &Scenario) -> BTreeMap<String, Vec<String>> {
    let mut counts = BTreeMap::new();
    for (path, bytes) in scenario.tree("archive/slot_audience") {
        let frame = table::frame(&[(path.clone(), bytes)].into());
        for row in 0..frame.height() {
            let cell = |name: &str| table::cell(&frame.column(name).unwrap().get(row).unwrap());
            let key = ["market", "local_date", "slot", "audience"].map(cell).join(" ");
            let values = ["impressions", "clicks", "entrants", "stays", "dwell_seconds", "ctr"].map(cell);
            counts.insert(key, values.to_vec());
        }
    }
    counts
}

/// Runs the next night. The newest day has an export, and of the days before only some are looked at: decisions stand on
/// days of both releases.
fn carry_on(scenario: &Scenario) {
    let newest = scenario.tree("exports")["shop/2026-11-20/a.csv"].clone();
    let newest = String::from_utf8(newest).unwrap().replace("2026-11-20", "2026-11-21");
    scenario.deliver("shop/2026-11-21/a.csv", newest);
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB, JP]\nlookback_days: 3\n");
    let run = scenario.run().exits(0).says("6 market-days: 6 published").says("2 decisions: 2 published");
    assert!(!run.stdout.contains("held"), "{}", run.stdout);
}

/// The schema versions that the files of a table name, by their local date; none in those of release 0.1.0.
fn schema_versions(scenario: &Scenario, table: &str) -> BTreeMap<String, Option<String>> {
    let version = |(path, bytes): (String, Vec<u8>)| {
        let date = path.split('/').find_map(|part| part.strip_prefix("local_date=")).unwrap().to_owned();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let metadata = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
        let entry = metadata.into_iter().find(|entry| entry.key == "coverledger.schema_version");
        (date, entry.and_then(|entry| entry.value))
    };
    scenario.tree(&format!("archive/{table}")).into_iter().map(version).collect()
}

#[test]
fn tables_of_two_releases_are_read_decided_on_and_shown_together() {
    let scenario = of_release_0_1_0();
    carry_on(&scenario);
    for table in ["funnel", "slot_audience"] {
        let versions = schema_versions(&scenario, table);
        assert_eq!(versions["2026-11-16"], None, "{versions:?}");
        assert_eq!(versions["2026-11-21"].as_deref(), Some("2"), "{versions:?}");
        let all = table::frame(&scenario.tree(&format!("archive/{table}")));
        let partly_known = all.column("partly_known").unwrap();
        assert_eq!(partly_known.len(), all.height(), "older rows have nulls there");
        let shown = scenario.cli(&["show", table, "--market", "GB", "--rows", "0"]).exits(0);
        shown.says("2026-11-16").says("2026-11-21");
    }
    // Decisions of the night after stand on both.
    let cover = scenario.cli(&["show", "cover", "--market", "GB"]).exits(0).stdout;
    assert!(cover.contains("2026-11-21") && cover.contains("red"), "{cover}");
    let decided = table::frame(&scenario.tree("archive/cover/platform=shop/market=GB/as_of=2026-11-21"));
    let since = table::cell(&decided.column("since").unwrap().get(0).unwrap());
    assert_eq!(
        schema_versions(&scenario, "funnel")[&since],
        None,
        "its window begins with a day of release 0.1.0"
    );
    let receipt = scenario.tree("archive/_receipts/shop/GB/2026-11-21")["00000001.json"].clone();
    let receipt: serde_json::Value = serde_json::from_slice(&receipt).unwrap();
    let told = |nth: usize| receipt["content"]["tables"][nth]["schema_version"].as_u64();
    assert_eq!([told(0), told(1), told(2)], [Some(2), Some(2), Some(1)]);
}

#[test]
fn an_archive_of_release_0_1_0_is_read_as_it_is() {
    let scenario = of_release_0_1_0();
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.cli(&["show", "slot_audience", "--market", "GB"]).exits(0).says("2026-11-20");
    scenario.cli(&["show", "cover", "--market", "GB"]).exits(0).says("red");
    scenario.cli(&["status", "--days", "5"]).exits(0).says("shop");
}

#[test]
fn an_archive_of_release_0_1_0_is_continued_and_says_what_it_said() {
    let scenario = of_release_0_1_0();
    let before = counts(&scenario);
    assert!(before.len() > 5, "{before:?}");
    let known_then = scenario.cli(&["snapshot", "--as-of", WRITTEN]).exits(0).stdout;
    assert!(known_then.lines().count() > 20, "{known_then}");

    carry_on(&scenario);
    let after = counts(&scenario);
    for (cell, values) in &before {
        assert_eq!(after.get(cell), Some(values), "{cell}");
    }
    assert!(after.keys().any(|cell| cell.contains("2026-11-21")), "{after:?}");
    scenario.run().exits(0).says("6 market-days: 6 current").says("2 decisions: 2 current");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    let known_still = scenario.cli(&["snapshot", "--as-of", WRITTEN]).exits(0).stdout;
    assert_eq!(known_still, known_then, "the past is not written anew");
}
