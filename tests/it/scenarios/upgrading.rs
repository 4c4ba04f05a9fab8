//! An archive that another version of the program wrote, and what the next night makes of it.

use std::io::Cursor;
use std::path::PathBuf;

use bytes::Bytes;
use coverledger::archive::TableFamily;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use polars::prelude::{KeyValueMetadata, ParquetCompression, ParquetReader, ParquetWriter, SerReader as _};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rows::events;
use crate::scenario::Scenario;

const MORNING: &str = "2026-11-21T03:00:00Z";
const RANGE: [&str; 6] = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"];

fn decided() -> Scenario {
    let scenario = Scenario::shop()
        .setting("max_reject_share", "1")
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -",
            ),
        )
        .at(MORNING);
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.run().exits(0).says("1 market-days: 1 published").says("1 decisions: 1 published");
    scenario
}

/// Has every receipt say that it was made otherwise. None is of a revision after the first.
pub(super) fn rewrite(scenario: &Scenario, change: impl Fn(&mut Value)) {
    for name in scenario.tree("archive/_receipts").into_keys() {
        let path: PathBuf = scenario.path("archive/_receipts").join(&name);
        let mut receipt: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut receipt);
        receipt["content"]["fingerprint"] = "0".repeat(64).into();
        receipt["content_sha256"] = hex(serde_json::to_string(&receipt["content"]).unwrap()).into();
        std::fs::write(path, serde_json::to_vec_pretty(&receipt).unwrap()).unwrap();
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same table as earlier releases wrote it: by polars, with zstd.
fn by_polars(bytes: &[u8]) -> Vec<u8> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).unwrap();
    let entries = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap();
    let entries = entries.into_iter().filter(|entry| entry.key != ARROW_SCHEMA_META_KEY);
    let entries = entries.map(|entry| (entry.key, entry.value.unwrap())).collect();
    let mut frame = ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
    let mut before = Vec::new();
    ParquetWriter::new(&mut before)
        .with_compression(ParquetCompression::Zstd(None))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(entries)))
        .finish(&mut frame)
        .unwrap();
    before
}

/// Has the archive be as a release published it that wrote tables otherwise.
fn write_tables_by_polars(scenario: &Scenario) {
    for name in scenario.tree("archive/_receipts").into_keys() {
        let path: PathBuf = scenario.path("archive/_receipts").join(&name);
        let mut receipt: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut tables = Vec::new();
        for table in receipt["content"]["tables"].as_array_mut().unwrap() {
            let current = scenario.path("archive").join(table["key"].as_str().unwrap());
            let before = by_polars(&std::fs::read(&current).unwrap());
            let revision =
                |table: &Value| format!("archive/_revisions/{}.parquet", table["sha256"].as_str().unwrap());
            std::fs::remove_file(scenario.path(&revision(table))).unwrap();
            table["sha256"] = hex(&before).into();
            table["size"] = before.len().into();
            std::fs::write(scenario.path(&revision(table)), &before).unwrap();
            tables.push((current, before));
        }
        receipt["content_sha256"] = hex(serde_json::to_string(&receipt["content"]).unwrap()).into();
        std::fs::write(path, serde_json::to_vec_pretty(&receipt).unwrap()).unwrap();
        for (current, before) in tables {
            std::fs::write(current, before).unwrap();
        }
    }
}

#[test]
fn tables_that_an_earlier_release_wrote_otherwise_are_not_published_again() {
    let scenario = decided();
    let now = scenario.archive();
    write_tables_by_polars(&scenario);
    let before = scenario.archive();
    assert!(before.iter().any(|(name, bytes)| now.get(name).is_some_and(|now| now != bytes)));
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.run().exits(0).says("1 market-days: 1 current").says("1 decisions: 1 current");
    assert_eq!(scenario.archive(), before);
    // Counted again, the numbers are the same.
    scenario.cli(&[&RANGE[..], &["--reprocess", "all"]].concat()).exits(0).says("1 market-days: 1 current");
    scenario.cli(&[&RANGE[..], &["--rerender"]].concat()).exits(0).says("1 market-days: 1 current");
    let revisions = |archive: &std::collections::BTreeMap<String, Vec<u8>>| -> Vec<String> {
        archive.keys().filter(|name| !name.starts_with("_attempts/")).cloned().collect()
    };
    assert_eq!(revisions(&scenario.archive()), revisions(&before));
    // And others are another revision, which stands beside those of the release before.
    let line = "\ne3 2026-11-20T12:00:00Z show GB r1 c1 v2 f 25-34 -";
    let more = events(&format!("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -{line}"));
    scenario.deliver("shop/2026-11-20/a.csv", more);
    scenario.run().exits(0).says("1 market-days: 1 published").expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  revision
        2026-11-20  afternoon  2            2",
    );
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

/// As the program wrote it whose fingerprints held `0.1.0`.
fn before_numbers_had_versions(receipt: &mut Value) {
    let published_at = receipt["as_of"].clone();
    receipt["published_at"] = published_at;
    receipt.as_object_mut().unwrap().retain(|key, _| key != "as_of" && key != "program_commit");
    receipt["content"].as_object_mut().unwrap().remove("numbers_version");
}

#[test]
fn an_archive_of_before_numbers_had_versions_is_made_anew_once_and_nothing_is_held() {
    let scenario = decided();
    rewrite(&scenario, before_numbers_had_versions);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    let now = TableFamily::MarketDays.version();
    let reason = format!("made before numbers had a version, now {now}");
    scenario.cli(&["status", "--days", "1"]).exits(0).says(&format!("due: shop/GB/2026-11-20\n    {reason}"));
    scenario.cli(&[&RANGE[..], &["--dry-run"]].concat()).exits(0).says(&format!("would be settled: {reason}"));
    scenario.run().exits(0).says("1 market-days: 1 published").says("1 decisions: 1 published").expect_table(
        "slot_audience",
        "\
        local_date  slot       impressions  revision
        2026-11-20  afternoon  1            2",
    );
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.run().exits(0).says("1 market-days: 1 current").says("1 decisions: 1 current");
}

#[test]
fn another_version_of_the_numbers_makes_due_what_it_touches_and_says_so() {
    let scenario = decided();
    let days = |receipt: &Value| receipt["content"]["unit"]["kind"] == "market_day";
    rewrite(&scenario, |receipt| {
        if days(receipt) {
            receipt["content"]["numbers_version"] = 0.into();
        }
    });
    let now = TableFamily::MarketDays.version();
    scenario
        .cli(&[&RANGE[..], &["--dry-run"]].concat())
        .exits(0)
        .says(&format!("shop/GB/2026-11-20 would be settled: made by numbers version 0, now {now}"));
    scenario.run().exits(0).says("1 market-days: 1 published");
    let receipt = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!(receipt["content"]["numbers_version"], now);
}

#[test]
fn another_commit_of_the_program_makes_nothing_due() {
    let scenario = decided();
    let before = scenario.archive();
    for name in scenario.tree("archive/_receipts").into_keys() {
        let path = scenario.path("archive/_receipts").join(&name);
        let receipt = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = receipt.split_once("\"program_commit\": \"").unwrap();
        let (commit, after) = rest.split_once('"').unwrap();
        assert!(!commit.is_empty(), "{name}");
        std::fs::write(path, format!("{before}\"program_commit\": \"abcdef012345\"{after}")).unwrap();
    }
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.run().exits(0).says("1 market-days: 1 current").says("1 decisions: 1 current");
    assert_eq!(scenario.archive().len(), before.len(), "nothing is published");
}
