//! An archive that another version of the program wrote, and what the next night makes of it.

use std::path::PathBuf;

use coverledger::archive::TableFamily;
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
        let digest = Sha256::digest(serde_json::to_string(&receipt["content"]).unwrap());
        receipt["content_sha256"] = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
        std::fs::write(path, serde_json::to_vec_pretty(&receipt).unwrap()).unwrap();
    }
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
