//! Same inputs, same bytes, on any machine; and no viewer in any of them.

use std::collections::BTreeMap;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};
use crate::table;

const MORNING: &str = "2026-11-21T03:00:00Z";

/// A day of rows that tie, repeat and spread over files, so that an order of reading could show.
fn busy_day() -> Scenario {
    // Who clicks is drawn without regard to who was shown anything.
    let mut scenario = Scenario::shop()
        .platform("shop", &format!("{SHOP}max_orphan_share: 1\n"))
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 1);
    for file in 0..12_u64 {
        let mut lines = String::new();
        for row in 0..400_u64 {
            let (id, mix) = ((file * 331 + row) % 3000, (row * 7 + file * 13) % 1440);
            let event = ["show", "show", "tap", "enter", "paid"][usize::try_from(row % 5).unwrap()];
            let market = if row % 3 == 0 { "JP" } else { "GB" };
            lines.push_str(&format!(
                "e{id} 2026-11-20T{:02}:{:02}:00Z {event} {market} r{} c{} v{} {} 25-34 -\n",
                mix / 60,
                mix % 60,
                row % 2,
                row % 3,
                row % 40,
                ["f", "m", "-"][usize::try_from((row + file) % 3).unwrap()],
            ));
        }
        scenario = scenario.export(&format!("shop/2026-11-20/{file:02}.csv"), events(&lines));
    }
    scenario.export("shop/2026-11-19/a.csv", events("")).at(MORNING)
}

#[test]
fn threads_zone_and_language_of_the_machine_change_no_byte() {
    let mut reference: Option<BTreeMap<String, Vec<u8>>> = None;
    for (threads, environment) in [
        ("1", [("TZ", "UTC"), ("LANG", "C"), ("LC_ALL", "C")]),
        ("2", [("TZ", "Asia/Shanghai"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "de_DE.UTF-8")]),
        ("8", [("TZ", "America/St_Johns"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")]),
    ] {
        let scenario = busy_day().setting("threads", threads);
        // Settings are written last, so the exports are the same to the second.
        // What repeats is not the same event, which would hold the days.
        scenario.cli_with(&["run", "nightly", "--accept-shrink"], &environment).exits(0);
        let archive = scenario.archive();
        assert!(archive.len() > 8);
        match &reference {
            None => reference = Some(archive),
            Some(reference) => same(reference, &archive, &format!("{threads} threads")),
        }
    }
}

#[test]
fn rows_that_spill_to_disk_give_the_same_bytes() {
    let scenario = Scenario::new();
    let dir = scenario.path("demo");
    let dir = dir.to_str().unwrap();
    let generate = ["demo", dir, "--events", "5000000", "--days", "2", "--format", "parquet", "--generate-only"];
    scenario.cli(&generate).exits(0);
    let settle = |memory: &str| {
        let settings = scenario.path("demo/config/archive.yaml");
        let text = std::fs::read_to_string(&settings).unwrap();
        let others: Vec<&str> = text.lines().filter(|line| !line.starts_with("memory:")).collect();
        std::fs::write(&settings, format!("{}\nmemory: {memory}\n", others.join("\n"))).unwrap();
        let options =
            [&["--config", "demo/config", "--jobs", "demo/jobs", "--log", "json"][..], &backfill("2026-10-31")];
        let outcome = scenario.cli(&options.concat()).exits(0);
        let done = outcome.stderr.lines().find(|line| line.contains("\"done\"")).unwrap();
        let done: serde_json::Value = serde_json::from_str(done).unwrap();
        let archive = scenario.tree("demo/archive");
        std::fs::remove_dir_all(scenario.path("demo/archive")).unwrap();
        (done["spilled_bytes"].as_u64().unwrap(), archive)
    };
    let (spilled, tight) = settle("64MiB");
    let (kept, roomy) = settle("1GiB");
    assert!(spilled > 0, "the point of this test");
    assert_eq!(kept, 0);
    same(&roomy, &tight, "64 MiB");
}

/// A backfill of the demo's days from `from` on.
pub fn backfill(from: &str) -> [&str; 8] {
    ["backfill", "nightly", "--from", from, "--to", "2026-11-01", "--at", "2026-11-04T00:00:00Z"]
}

/// Compares two archives and names the files that differ.
#[track_caller]
pub fn same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differing: Vec<&&String> = names.iter().filter(|name| one.get(**name) != other.get(**name)).collect();
    assert!(differing.is_empty(), "with {what} these differ: {differing:#?}");
}

#[test]
fn no_viewer_reaches_the_archive() {
    const CANARY: &str = "canary";
    let good = "e1 2026-11-20T12:00:00Z show GB r1 c1 canary-1 f 25-34 -
                e2 2026-11-20T12:00:00Z tap  GB r1 c1 canary-1 f 25-34 -";
    // A reject of every kind that this format can have, each with a viewer in it.
    let bad = "b01 2026-11-20T12:00:00Z like  GB r1 c1 canary-2  f 25-34 -
               b02 noon                 show  GB r1 c1 canary-3  f 25-34 -
               b03 -                    show  GB r1 c1 canary-4  f 25-34 -
               b04 1999-12-31T23:59:59Z show  GB r1 c1 canary-5  f 25-34 -
               b05 2026-11-20T12:00:00Z show  FR r1 c1 canary-6  f 25-34 -
               b06 2026-11-20T12:00:00Z leave GB r1 c1 canary-7  f 25-34 long
               b07 2026-11-20T12:00:00Z leave GB r1 c1 canary-8  f 25-34 -
               b08 2026-11-20T12:00:00Z show  GB -  c1 canary-9  f 25-34 -
               b09 2026-11-20T12:00:00Z show  GB r1 c1 canary-10 f 25-34 - 1 2 3
               b10 2026-11-20T12:00:00Z show  GB r1 c1 canary-11
               canary-12
               7.65142E+18 2026-11-20T12:00:00Z show GB r1 c1 canary-13 f 25-34 -
               canary-14 2026-11-20T12:00:00Z show GB canary-14 c1 canary-14 f 25-34 - 1
               b11 2026-11-20T12:00:00Z show GB r1 c1 \"canary-15\"x f 25-34 -";
    let mut export = events(&format!("{good}\n{bad}")).into_bytes();
    export.extend_from_slice(b"b12,2026-11-20T12:00:00Z,show,GB,r1,c1,canary-\xff,f,25-34,\n");
    export.extend_from_slice(b"b13,2026-11-20T12:00:00Z,show,GB,r1,c1,\"canary-16,f,25-34,\n");
    let scenario = Scenario::shop()
        .setting("max_reject_share", "1")
        .setting("reject_text_chars", "10000")
        .at(MORNING)
        .export("shop/2026-11-20/a.csv", export)
        // Holds nothing back by its message either: a header that is a viewer fails the 20th.
        .export("shop/2026-11-21/a.csv", events("e3 2026-11-21T12:00:00Z show GB r1 c1 canary-17 f 25-34 -"));
    let outcome = scenario.run().exits(0);
    let archive = scenario.archive();
    let rejects = scenario.tree("archive/rejects");
    assert_eq!(table::frame(&rejects).height(), 16, "every one of them was rejected");
    for (name, bytes) in &archive {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        if name.ends_with(".parquet") {
            text.push_str(&table::everything(bytes));
        }
        assert!(!text.contains(CANARY), "a viewer is in {name}:\n{text}");
    }
    assert!(!outcome.stdout.contains(CANARY) && !outcome.stderr.contains(CANARY));
    // The same, where a setting asks for it: the test can fail.
    let scenario = scenario.setting("reject_viewer_ids", "true");
    scenario.run().exits(0);
    let shown: String = scenario.tree("archive/rejects").values().map(|bytes| table::everything(bytes)).collect();
    assert!(shown.contains(CANARY));
}
