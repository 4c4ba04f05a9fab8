//! Names and texts that others chose: what is no data by its name, what lies beside the path, what would steer a terminal.

use crate::rows::events;
use crate::scenario::{Outcome, SHOP, Scenario};

const ROWS: &str = "e1 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -";

fn shop() -> Scenario {
    Scenario::shop().at("2026-11-21T03:00:00Z")
}

#[test]
fn lock_files_markers_and_checksums_are_no_exports() {
    let scenario =
        shop().platform("shop", &SHOP.replace("/*.csv", "/*")).export("shop/2026-11-20/a.csv", events(ROWS));
    for name in ["~$a.csv", "._a.csv", ".DS_Store", "_SUCCESS", ".a.csv.crc", "a.csv.crc", "old_$folder$"] {
        scenario.deliver(&format!("shop/2026-11-20/{name}"), "\0\u{1}no export");
    }
    scenario.run().exits(0).says("1 exports read: 1 records, 0 rejected");
}

#[test]
fn a_path_that_names_such_a_file_reads_it() {
    shop()
        .platform("shop", &SHOP.replace("/*.csv", "/_rows.csv"))
        .export("shop/2026-11-20/_rows.csv", events(ROWS))
        .run()
        .exits(0)
        .says("1 exports read: 1 records");
}

#[test]
fn who_waits_is_told_what_lies_there_instead() {
    let scenario = shop();
    for name in ["events.CSV", "events.tsv", "deep/a.csv", "z.txt", "_SUCCESS"] {
        scenario.deliver(&format!("shop/2026-11-20/{name}"), events(ROWS));
    }
    let told = "no export at `shop/2026-11-20/*.csv` (4 objects lie there that no path matches: \
                `deep/a.csv`, `events.CSV`, `events.tsv`, …)";
    scenario.run().exits(4).says(told);
    scenario.cli(&["status", "--days", "1"]).exits(0).says(told);
    let dry = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--dry-run"];
    scenario.cli(&dry).exits(0).says("4 objects lie there that no path matches");
}

#[test]
fn what_another_export_reads_is_no_near_miss() {
    let other = SHOP.replace("name: events", "name: others").replace("/*.csv", "/others-*.txt");
    let scenario = shop()
        .platform("shop", &SHOP.replace("shop/{date:%Y-%m-%d}/*", "shop/{date:%Y-%m-%d}-events"))
        .platform("other", &other)
        .export("shop/2026-11-20/others-1.txt", events(ROWS))
        .export("shop/2026-11-20-others.csv", events(ROWS))
        .export("shop/2026-11-19-EVENTS.csv", events(ROWS));
    let waits = "no export at `shop/2026-11-20-events.csv` (1 object lies there that no path matches: \
                 `2026-11-20-others.csv`)";
    scenario.run().exits(4).says(waits);
}

/// Whether a terminal would do anything but show it.
fn steers(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    })
}

#[track_caller]
fn harmless(outcome: &Outcome<'_>) {
    for text in [&outcome.stdout, &outcome.stderr] {
        assert!(!steers(text), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("FORGED")), "{text}");
    }
}

const STEERING: &str = "\u{1b}]0;T\u{7}x\u{9b}31m\u{202e}\u{2066}\u{61c}\u{200b}\u{feff}\u{e0041}";

#[test]
fn nothing_that_others_wrote_steers_the_terminal() {
    let rows = format!(
        "e1,2026-11-20T09:00:00Z,show,GB,r{STEERING},\"c\nFORGED{STEERING}\",v1,f{STEERING},25-34,\n\
         e2,yester{STEERING}day,show,GB,r1,c1,v1,f,25-34,\n\
         e3,2026-11-20T09:00:00Z,show,GB,r2,c2,v2,f,25-34,\n"
    );
    let header = events("");
    let sound =
        shop().setting("max_reject_share", "0.9").export("shop/2026-11-20/a.csv", format!("{header}{rows}"));
    harmless(&sound.run().exits(0));
    for table in ["funnel", "slot_audience", "rejects"] {
        let shown = sound.cli(&["show", table, "--wide"]).exits(0);
        harmless(&shown);
        assert!(shown.stdout.contains("\\u{1b}]0;T\\u{7}x\\u{9b}31m\\u{202e}"), "{table}:\n{}", shown.stdout);
    }
    let numbers: String = (1..10).map(|number| format!("b{number},cover-{number},{number},12345\n")).collect();
    sound.write("headers.csv", format!("id\u{1b}[31m,cover\u{202e},m\u{1b}]0;T\u{7},z\u{9b}1m\n{numbers}"));
    let seen = sound.cli(&["inspect", "headers.csv"]).exits(0).says("id\\u{1b}[31m");
    harmless(&seen);

    let name = format!("shop/2026-11-20/a{STEERING}\nFORGED.csv");
    let broken = shop().export(&name, format!("id{STEERING},\"k\nFORGED\"\n1,2\n"));
    for args in [&["run", "nightly"][..], &["status"], &["run", "nightly", "--log", "json", "-vv"]] {
        let outcome = broken.cli(args);
        harmless(&outcome);
        let said = outcome.stdout + &outcome.stderr;
        assert!(said.contains("\\u{1b}]0;T") || said.contains("\\u001b]0;T"), "{said}");
    }
    let file = broken.path(&format!("exports/{name}"));
    harmless(&broken.cli(&["inspect", file.to_str().unwrap()]));
    harmless(&broken.cli(&["inspect", &format!("none{STEERING}\nFORGED")]).exits(2));
}

#[test]
fn what_configuration_holds_does_not_steer_the_terminal_either() {
    let scenario =
        shop().platform("shop", &SHOP.replace("column: country", "column: \"a\\e[31m\\nFORGED\\u202e\", x: 1"));
    harmless(&scenario.run().exits(3));
    harmless(&scenario.cli(&["check"]).exits(3));
    let jobs = shop().job("\"shop\\e[31m\\nFORGED\"", "GB", 1);
    harmless(&jobs.run().exits(3));
}

#[test]
fn an_account_in_json_keeps_names_as_they_are() {
    let name = format!("shop/2026-11-20/a{STEERING}.csv");
    let scenario = shop().export(&name, "id\n1\n");
    let outcome = scenario.cli(&["run", "nightly", "--output", "json"]).exits(6);
    harmless(&outcome);
    let account: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let reason = account["days"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(STEERING), "{reason:?}");
}

/// A draft is read by people and by YAML: neither may take a header or the name of a file for something else.
#[test]
fn a_draft_of_hostile_headers_is_sound_and_finds_its_columns() {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .job("new", "GB", 1)
        .at("2026-11-21T03:00:00Z");
    let rate = "\u{7f}\u{1b}[2J\u{9b}\u{2028}FORGED: 1\nFORGED: 2\u{85}FORGED: 3";
    let header = format!("LIVE ID,start_time,end_time,Impressions,Clicks,\"{rate}\"");
    let rows = "r-1,1795165200,1795168800,1000,43,4.30%\nr-2,1795179600,1795183200,500,10,2.00%\nr-3,1795204800,1795208400,300,13,4.33%\n";
    let name = format!("a{STEERING}\nFORGED: 5\u{2028}FORGED: 6\u{85}FORGED: 7");
    scenario.deliver("new/GB/a.csv", format!("{header}\n{rows}"));
    scenario.write(&format!("{name}.csv"), format!("{header}\n{rows}"));
    let draft = |file: &str, to: &str| {
        harmless(&scenario.cli(&["inspect", file, "--write", to]).exits(0));
        let text = std::fs::read_to_string(scenario.path(to)).unwrap();
        assert!(!steers(&text), "{text:?}");
        // Where YAML ends a line.
        let lines = || text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        assert!(!lines().any(|line| line.trim_start().starts_with("FORGED")), "{text}");
        assert!(text.contains(r#"{column: "\U0000007f\U0000001b[2J"#), "{text}");
    };
    draft(&format!("{name}.csv"), "drafts/new.yaml");
    draft("exports/new/GB/a.csv", "config/platforms/new.yaml");
    harmless(&scenario.cli(&["check"]).exits(0));
    harmless(&scenario.run().exits(0));
    let shown = scenario.cli(&["show", "funnel"]).exits(0);
    assert!(shown.stdout.contains("1000") && shown.stdout.contains("500"), "{}", shown.stdout);
}

#[test]
fn a_sample_and_the_commands_of_the_archive_steer_nothing_either() {
    let rows = format!(
        "e1,2026-11-20T09:00:00Z,show,GB,r{STEERING},\"c\nFORGED{STEERING}\",v1,f{STEERING},25-34,\n\
         e2,yester{STEERING}day,show,GB,r1,c1,v1,f,25-34,\n"
    );
    let scenario =
        shop().setting("max_reject_share", "0.9").export("shop/2026-11-20/a.csv", format!("{}{rows}", events("")));
    scenario.run().exits(0);
    let file = "exports/shop/2026-11-20/a.csv";
    let sample = ["check", "--sample", file, "--as", "shop/events", "--path", "shop/2026-11-20/a.csv"];
    let tried = scenario.cli(&sample);
    harmless(&tried);
    assert!(tried.stdout.contains("\\nFORGED\\u{1b}]0;T"), "{}", tried.stdout);
    let lines = scenario.cli(&["snapshot", "--as-of", "2026-12-01T00:00:00Z"]).exits(0);
    harmless(&lines);
    // For other programs: five fields, tabs between them.
    assert!(lines.stdout.lines().all(|line| line.split('\t').count() == 5), "{}", lines.stdout);
    for args in [
        &["verify"][..],
        &["status"],
        &["prune", "--older-than", "1d", "--dry-run"],
        &["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--dry-run"],
        &["show", "funnel", "--market", "a\u{1b}\nFORGED"],
        &["run", "x\u{202e}\nFORGED"],
        &["x\u{1b}[31m\nFORGED"],
        &["run", "nightly", "--at", "\nFORGED"],
        &["retire", "--platform", "a\u{1b}\nFORGED"],
        &["plan-test", "a\u{1b}\nFORGED"],
    ] {
        harmless(&scenario.cli(args));
    }
}

#[test]
fn the_schedule_of_a_test_holds_no_formula_and_steers_nothing() {
    let experiment = "version: 1\ndesign: rotation\nplatforms: [shop]\nmarkets: [GB]\n\
         covers: [\"=HYPERLINK(1)\", \"-5\", \"c\\e[2J\\u202e\"]\n\
         window: {from: 2026-11-16, to: 2026-11-17}\nrotation: {turn: 30m, burn_in: 5m, seed: 1}\n";
    let scenario = shop();
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/experiments/red.yaml", experiment);
    harmless(&scenario.cli(&["plan-test", "red", "--csv", "schedule.csv"]).exits(0));
    let csv = std::fs::read_to_string(scenario.path("schedule.csv")).unwrap();
    assert!(csv.contains(",\"'=HYPERLINK(1)\"\n") && csv.contains(",-5\n"), "{csv}");
    assert!(!csv.contains(",=") && !csv.contains("\n="), "{csv}");
}
