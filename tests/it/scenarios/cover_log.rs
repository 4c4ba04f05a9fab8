//! A log of covers that is written from the command line is read, and counted, as one that is kept by hand.

use crate::scenario::Scenario;

const HOURS: &str = "market,room_id,start_time,end_time,impressions,clicks,ctr\n\
    GB,7388120045001234567,2026-11-20T18:00:00Z,2026-11-20T19:00:00Z,1000,50,5.00%\n\
    GB,7388120045001234567,2026-11-20T19:00:00Z,2026-11-20T20:00:00Z,800,20,2.50%\n\
    JP,r2,2026-11-20T11:00:00Z,2026-11-20T12:00:00Z,400,10,2.50%\n";
const ROOM: &str = "7388120045001234567";

fn two_markets() -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 2)
        .at("2026-11-22T03:00:00Z")
}

/// Three rows: two covers in London, one in Tokyo.
fn log(scenario: &Scenario, options: &[&str]) -> String {
    for (row, line) in [
        (&["red-dress", "--market", "GB", "--at", "2026-11-20 18:00", ROOM][..], "line 2 of "),
        (&["蓝裙", "--market", "GB", "--at", "2026-11-20 19:00", ROOM], "line 3 of "),
        (&["red-dress", "--market", "JP", "--at", "2026-11-20T20:00", "r2"], "line 4 of "),
    ] {
        let (cover, rest) = (row[0], &row[1..row.len() - 1]);
        let room = row[row.len() - 1];
        scenario.cli(&[&["covers", "log", room, cover], rest, options].concat()).exits(0).says(line);
    }
    options.last().map(|file| std::fs::read_to_string(scenario.path(file)).unwrap()).unwrap_or_default()
}

const COUNTED: &str = "market  slot       broadcast_id         cover_id   contaminated  impressions  clicks
     GB      afternoon  7388120045001234567  red-dress  false         1000         50
     GB      prime      7388120045001234567  蓝裙         false         800          20
     JP      prime      r2                   red-dress  false         400          10";

#[test]
fn what_is_logged_before_anything_is_configured_is_inspected_and_counted() {
    for language in ["en", "zh"] {
        let scenario = two_markets();
        scenario.write("config/platforms/other.yaml", crate::scenario::SHOP);
        scenario
            .write("jobs/nightly.yaml", "version: 1\nplatforms: [other]\nmarkets: [GB, JP]\nlookback_days: 2\n");
        let written = log(&scenario, &["--lang", language, "--file", "Downloads/log.csv"]);
        assert!(written.contains(&format!("GB,{ROOM},red-dress,2026-11-20 18:00,,\r\n")), "{written}");
        std::fs::remove_file(scenario.path("config/platforms/other.yaml")).unwrap();
        scenario
            .write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB, JP]\nlookback_days: 2\n");
        scenario.write("Downloads/hours.csv", HOURS);
        let draft = "config/platforms/shop.yaml";
        let inspected =
            scenario.cli(&["inspect", "Downloads/hours.csv", "Downloads/log.csv", "--write", draft]).exits(0);
        let inspected = inspected.says("a log of covers").says("the header says: that of each row's market");
        assert!(!inspected.stdout.contains("does not load"), "{}", inspected.stdout);
        scenario.deliver("shop/hours.csv", HOURS);
        scenario.deliver("shop/covers/log.csv", written);
        scenario
            .cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"])
            .exits(0)
            .expect_table("funnel", COUNTED);
    }
}

/// The platform that `inspect` drafts, with its log in the folder of the exports.
fn configured() -> Scenario {
    let scenario = two_markets();
    let rows = format!("GB,{ROOM},x,2026-11-19 18:00,,\r\nGB,{ROOM},y,2026-11-19 18:10,,\r\n");
    scenario.write("hours.csv", HOURS);
    scenario
        .write("log.csv", format!("market,broadcast,cover,from (market time),until (market time),note\r\n{rows}"));
    scenario.cli(&["inspect", "hours.csv", "log.csv", "--write", "config/platforms/shop.yaml"]).exits(0);
    scenario.cli(&["check"]).exits(0);
    scenario.deliver("shop/hours.csv", HOURS);
    scenario
}

#[test]
fn the_platforms_own_log_is_written_where_its_export_is_read() {
    let scenario = configured();
    let outcome =
        scenario.cli(&["covers", "log", ROOM, "red-dress", "--market", "GB", "--at", "2026-11-20 18:00"]);
    outcome
        .exits(0)
        .says("GB, broadcast 7388120045001234567: red-dress is on air since 2026-11-20 18:00 (Europe/London), 2026-11-21 02:00 in Asia/Shanghai")
        .says("which `shop/cover_log` reads at the next run");
    let rows = [("蓝裙", "GB", "2026-11-20T19:00Z", ROOM), ("red-dress", "JP", "2026-11-20 20:00", "r2")];
    for (cover, market, at, room) in rows {
        scenario.cli(&["covers", "log", room, cover, "--market", market, "--at", at]).exits(0);
    }
    let log = scenario.tree("exports/shop/covers");
    assert_eq!(log.keys().collect::<Vec<_>>(), ["cover_log.csv"]);
    scenario
        .cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"])
        .exits(0)
        .expect_table("funnel", COUNTED);
    // A broadcast stands in one file: the one that has it, not the newest.
    scenario
        .deliver("shop/covers/later.csv", "market,broadcast,cover,from (market time),until (market time),note\n");
    scenario
        .cli(&["covers", "log", ROOM, "green", "--market", "GB", "--at", "2026-11-20 19:30"])
        .exits(0)
        .says("cover_log.csv");
    scenario
        .cli(&["covers", "log", "r9", "green", "--market", "GB", "--at", "2026-11-20 19:30"])
        .exits(0)
        .says("later.csv");
}

#[test]
fn without_a_time_it_is_now_by_the_markets_clock() {
    let scenario = configured();
    let args =
        ["covers", "log", "r1", "red", "--market", "JP", "--now", "2026-11-20T12:34:56Z", "--file", "log.csv"];
    scenario.cli(&args).exits(0).says("since 2026-11-20 21:34 (Asia/Tokyo), 2026-11-20 20:34 in Asia/Shanghai");
    let text = std::fs::read_to_string(scenario.path("log.csv")).unwrap();
    assert!(text.ends_with("JP,r1,red,2026-11-20 21:34,,\r\n"), "{text}");
}

#[test]
fn what_cannot_be_is_refused_and_leaves_the_log_as_it_was() {
    let scenario = configured();
    let before = std::fs::read(scenario.path("log.csv")).unwrap();
    let log = |args: &[&str]| scenario.cli(&[&["covers", "log"], args, &["--file", "log.csv"]].concat()).exits(2);
    log(&["r", "c", "--market", "GB", "--at", "2026-03-29 01:30"]).complains_of("never was in Europe/London");
    log(&["r", "c", "--market", "GB", "--at", "2026-10-25 01:30"]).complains_of("comes twice in Europe/London");
    log(&["r", "c", "--market", "GB", "--at", "2026-10-25T01:30:00+01:00"])
        .complains_of("the log's times have no offset");
    log(&["r", "c", "--market", "GB", "--at", "2026-02-30 10:00"]).complains_of("is no time");
    log(&["r", "c", "--market", "GD", "--at", "10:00"]).complains_of("did you mean `GB`");
    log(&["r", "c", "--at", "10:00"]).complains_of("Name the market by `--market MARKET`");
    log(&["=1+1", "c", "--market", "GB"]).complains_of("a spreadsheet would take it for a formula");
    log(&["r\u{202e}", "c", "--market", "GB"]).complains_of("characters that cannot be seen");
    log(&[ROOM, "z", "--market", "GB", "--at", "2026-11-19 18:10"])
        .complains_of("the log has `y` from 2026-11-19 18:10 on");
    scenario
        .cli(&["covers", "log", "r", "c", "--market", "GB", "--file", "hours.csv"])
        .exits(2)
        .complains_of("has no such header");
    scenario
        .cli(&["covers", "log", "r", "c", "--market", "GB", "--file", "log.xlsx"])
        .exits(2)
        .complains_of("CSV alone");
    scenario.cli(&["covers", "log", "r"]).exits(2);
    assert_eq!(std::fs::read(scenario.path("log.csv")).unwrap(), before);
}

#[test]
fn a_template_is_the_one_that_is_shipped_and_nothing_is_overwritten() {
    let scenario = Scenario::new();
    let shipped = |name: &str| {
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name)).unwrap()
    };
    for (file, language, name) in [
        ("log.xlsx", "en", "cover_log.xlsx"),
        ("zh.xlsx", "zh", "cover_log_zh.xlsx"),
        ("log.csv", "en", "cover_log.csv"),
        ("zh.csv", "zh", "cover_log_zh.csv"),
    ] {
        let args = ["covers", "log", "--template", file, "--lang", language];
        scenario.cli(&args).exits(0).says(&format!("written to {file}"));
        assert!(std::fs::read(scenario.path(file)).unwrap() == shipped(name), "{file}");
        scenario.cli(&args).exits(2).complains_of("cannot write");
    }
    scenario.cli(&["covers", "log", "--template", "log.ods"]).exits(2).complains_of("expected `.xlsx` or `.csv`");
}
