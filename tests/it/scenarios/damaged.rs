//! A damaged archive: what a damage costs, what is said of it, and how it is mended.

use std::fs;

use crate::rows::events;
use crate::scenario::Scenario;

const MORNING: &str = "2026-11-21T03:00:00Z";

/// Four days of two markets.
fn week() -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 4);
    for date in ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"] {
        let rows = ["GB", "JP"]
            .map(|market| format!("e-{date}-{market} {date}T12:00:00Z show {market} r1 c1 v1 f 25-34 -\n"));
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&rows.concat()));
    }
    scenario.at(MORNING)
}

const RECEIPT: &str = "_receipts/shop/GB/2026-11-18/00000001.json";

#[test]
fn one_damaged_receipt_costs_its_day_until_it_is_quarantined() {
    let scenario = week();
    scenario.run().exits(0).says("8 market-days: 8 published");
    scenario.write(&format!("archive/{RECEIPT}"), "");
    // Late rows of that day and of another.
    for date in ["2026-11-18", "2026-11-20"] {
        let row = format!("late-{date} {date}T12:00:00Z show GB r1 c1 v2 f 25-34 -");
        scenario.deliver(&format!("shop/{date}/b.csv"), events(&row));
    }
    let outcome = scenario.run().exits(6).says("1 failed").says("failed: shop/GB/2026-11-18").says(RECEIPT);
    assert!(outcome.stdout.contains("published"), "{}", outcome.stdout);
    assert_eq!(scenario.tree("archive/_receipts/shop/GB/2026-11-18").len(), 1, "nothing is published over it");
    assert_eq!(scenario.tree("archive/_receipts/shop/GB/2026-11-20").len(), 2);
    scenario.cli(&["status", "--days", "4"]).exits(0).says(RECEIPT);
    scenario.cli(&["verify"]).exits(1).says(RECEIPT);
    let snapshot = scenario.cli(&["snapshot", "--as-of", "2040-01-01T00:00Z"]).exits(1);
    assert!(snapshot.stderr.contains(RECEIPT) && snapshot.stdout.contains("shop/GB/2026-11-19"));
    for more in [&["--dry-run"][..], &[]] {
        let args = [&["prune", "--older-than", "1d"], more].concat();
        assert!(scenario.cli(&args).exits(1).stderr.contains(RECEIPT));
    }

    scenario.cli(&["verify", "--repair"]).exits(1).says(RECEIPT).says("(quarantined)");
    scenario.cli(&["verify"]).exits(0).says("1 receipts are quarantined").says("0 problems");
    assert_eq!(fs::read(scenario.path(&format!("archive/{RECEIPT}"))).unwrap(), b"", "it stays where it is");
    // What is shown was proven, so it stays; its exports are all there, so the day is made anew from them.
    scenario.run().exits(0).says("1 published").expect_table(
        "funnel/platform=shop/market=GB/local_date=2026-11-18",
        "market  cover_id  impressions
         GB      c1        2",
    );
    scenario.cli(&["verify"]).exits(0);
    scenario.cli(&["snapshot", "--as-of", "2040-01-01T00:00Z"]).exits(0);
}

#[test]
fn a_damaged_receipt_of_rejects_costs_the_days_of_its_exports() {
    let scenario = week().setting("max_reject_share", "1");
    let bad = |date: &str, id: &str| events(&format!("{id} {date}T12:00:00Z like GB r1 c1 v1 f 25-34 -"));
    for date in ["2026-11-17", "2026-11-20"] {
        scenario.deliver(&format!("shop/{date}/bad.csv"), bad(date, "x1"));
    }
    scenario.run().exits(0);
    let receipt = "_receipts/shop/_rejects/2026-11-17/00000001.json";
    scenario.write(&format!("archive/{receipt}"), "{");
    for date in ["2026-11-17", "2026-11-20"] {
        scenario.deliver(&format!("shop/{date}/worse.csv"), bad(date, "x2"));
    }
    scenario.run().exits(6).says(receipt).says("failed: shop/GB/2026-11-17");
    assert_eq!(scenario.receipt("shop/GB/2026-11-17")["content"]["revision"], 1);
    assert_eq!(scenario.receipt("shop/GB/2026-11-20")["content"]["revision"], 2);
    scenario.cli(&["verify", "--repair"]).exits(1).says("(quarantined)");
    scenario.run().exits(0);
    assert_eq!(scenario.receipt("shop/GB/2026-11-17")["content"]["revision"], 2);
}

#[test]
fn decisions_go_on_without_a_day_that_cannot_be_read_and_say_so() {
    let scenario = week();
    scenario.write("config/decisions.yaml", "version: 1\nwindow_days: 4\nperiod_days: 2\n");
    scenario.run().exits(0).says("2 decisions: 2 published");
    let whole = scenario.path(&format!("archive/{RECEIPT}"));
    let receipt = fs::read(&whole).unwrap();
    fs::write(&whole, "torn").unwrap();
    for _ in 0..2 {
        scenario.run().exits(6).says("not decided: shop/GB/decisions, 2026-11-18 left out").says(RECEIPT);
        let facts = scenario.receipt("shop/_decisions/GB/2026-11-20")["content"].clone();
        assert_eq!((facts["revision"].as_u64(), facts["facts"].as_array().unwrap().len()), (Some(2), 3));
        assert_eq!(scenario.receipt("shop/_decisions/JP/2026-11-20")["content"]["revision"], 1);
    }
    fs::write(&whole, receipt).unwrap();
    scenario.run().exits(0).says("2 decisions: 1 published, 1 current");
    assert_eq!(scenario.receipt("shop/_decisions/GB/2026-11-20")["content"]["facts"].as_array().unwrap().len(), 4);
}

#[test]
fn what_cannot_be_shown_is_named_beside_the_rest() {
    let scenario = week();
    scenario.run().exits(0);
    let table = "funnel/platform=shop/market=GB/local_date=2026-11-18/part.parquet";
    let path = scenario.path(&format!("archive/{table}"));
    let whole = fs::read(&path).unwrap();
    for damaged in [&b"PAR1garbagePAR1"[..], &whole[..whole.len() / 2], b""] {
        scenario.write(&format!("archive/{table}"), damaged);
        let outcome = scenario.cli(&["show", "funnel"]).exits(1).says("2026-11-19");
        assert!(outcome.stderr.contains(table) && !outcome.stderr.contains("panicked"), "{}", outcome.stderr);
        scenario.cli(&["show", "funnel", "--market", "JP"]).exits(0).says("2026-11-18");
    }
    scenario.cli(&["verify", "--repair"]).exits(0).says("(mended)");
    scenario.cli(&["show", "funnel"]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_link_costs_its_table_and_is_called_a_link() {
    let scenario = week();
    scenario.run().exits(0);
    let table = "funnel/platform=shop/market=GB/local_date=2026-11-18/part.parquet";
    let path = scenario.path(&format!("archive/{table}"));
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
    scenario.deliver("shop/2026-11-20/b.csv", events("late 2026-11-20T12:00:00Z show GB r1 c1 v2 f 25-34 -"));
    let run = scenario.run().exits(0).says("published");
    assert!(run.stderr.contains(table) && run.stderr.contains("symbolic link"), "{}", run.stderr);
    for command in [&["show", "funnel"][..], &["verify"]] {
        let outcome = scenario.cli(command).exits(1);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(told.contains(table) && told.contains("symbolic link"), "{told}");
        assert!(!told.contains("credentials") && !told.contains("who owns it"), "{told}");
    }
    scenario.cli(&["verify", "--repair"]).exits(0).says("(mended)");
    assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
}

#[test]
fn nothing_is_pruned_and_no_past_is_told_where_receipts_are_missing() {
    let scenario = week();
    scenario.run().exits(0);
    for lost in ["_receipts", "_receipts/shop/GB"] {
        fs::rename(scenario.path(&format!("archive/{lost}")), scenario.path("aside")).unwrap();
        let before = scenario.tree("archive/_revisions").len();
        for args in [&["--dry-run"][..], &[], &["--unaccounted", "keep"], &["--unaccounted", "remove"]] {
            let outcome = scenario.cli(&[&["prune", "--older-than", "1d"], args].concat()).exits(1);
            assert!(outcome.stderr.contains("_receipts"), "{}", outcome.stderr);
        }
        assert_eq!(scenario.tree("archive/_revisions").len(), before);
        let past = scenario.cli(&["snapshot", "--as-of", "2040-01-01T00:00Z"]).exits(1);
        assert!(past.stderr.contains("_receipts"), "{}", past.stderr);
        fs::rename(scenario.path("aside"), scenario.path(&format!("archive/{lost}"))).unwrap();
        scenario.cli(&["verify"]).exits(0);
    }
}
