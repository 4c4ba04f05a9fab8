//! The morning brief: when it is made, what it stands on, how fresh it says that it is, and what a crash leaves of it.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::sameness::same;
use crate::rows::events;
use crate::scenario::Scenario;
use crate::table;

const DECISIONS: &str = "version: 1\nwindow_days: 14\nperiod_days: 2\n";
const BRIEF: &str = "version: 1\nnames: {markets: {GB: {en: Britain, zh: 英国}}}\n";
const LATEST: &str = "latest/index.html";
const MORNING: &str = "2026-11-21T03:00:00Z";
const DATES: [&str; 4] = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"];

/// Rows of one day: viewers of two covers in the evening, of whom more tap the blue one.
fn day(date: &str, markets: &[&str]) -> String {
    let mut lines = String::new();
    for market in markets {
        for viewer in 0..40 {
            let who = format!("{date}-{market}-{viewer}");
            let (cover, every) = if viewer % 2 == 0 { ("red", 5) } else { ("blue", 3) };
            for (event, dwell) in [("show", "-"), ("tap", "-"), ("enter", "-"), ("leave", "90")] {
                if event == "show" || viewer % every == 0 {
                    lines.push_str(&format!(
                        "{event}-{who} {date}T12:0{}:00Z {event} {market} {date}-r{} {cover} {who} f 25-34 {dwell}\n",
                        viewer % 3,
                        viewer % 3
                    ));
                }
            }
        }
    }
    events(&lines)
}

/// Four days of GB and JP, with decisions and a brief.
fn nights() -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 4);
    scenario.deliver("shop/2026-11-16/a.csv", events(""));
    for date in DATES {
        scenario.deliver(&format!("shop/{date}/a.csv"), day(date, &["GB", "JP"]));
    }
    scenario.write("config/decisions.yaml", DECISIONS);
    scenario.write("config/brief.yaml", BRIEF);
    scenario.at(MORNING)
}

/// The newest rows of `advice`, by market.
fn advice(scenario: &Scenario, as_of: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let frame = table::frame(&scenario.tree(&format!("archive/advice/as_of={as_of}")));
    let markets = frame.column("market").unwrap().str().unwrap();
    let row = |number: usize| {
        let cell = |column: &Column| (column.name().to_string(), table::cell(&column.get(number).unwrap()));
        (markets.get(number).unwrap().to_owned(), frame.columns().iter().map(cell).collect())
    };
    (0..frame.height()).map(row).collect()
}

/// The receipts of briefs, by their path.
fn receipts(scenario: &Scenario) -> Vec<String> {
    scenario.tree("archive/_receipts/_brief").into_keys().collect()
}

#[test]
fn without_the_file_there_is_no_brief_and_no_byte_of_the_rest_differs() {
    let (with, without) = (nights(), nights());
    std::fs::remove_file(without.path("config/brief.yaml")).unwrap();
    with.run().exits(0).says("morning brief: 1 published");
    let outcome = without.run().exits(0);
    assert!(!outcome.stdout.contains("brief"), "{}", outcome.stdout);
    let is_of_briefs =
        |name: &str| ["brief", "advice"].iter().any(|of| name.contains(of)) || name.contains(".html");
    let before = without.archive();
    assert!(before.keys().all(|name| !is_of_briefs(name)));
    let mut tables = with.archive();
    // Counting minutes is asked for by the same file, so the receipts of market-days name more.
    tables.retain(|name, _| !name.starts_with('_') && !is_of_briefs(name) && !name.contains("minutes"));
    let mut before = before;
    before.retain(|name, _| !name.starts_with('_'));
    same(&before, &tables, "a brief");
    without
        .cli(&["brief"])
        .exits(2)
        .complains_of("there is no `brief.yaml` beside `archive.yaml` (one with `version: 1` is enough");
}

#[test]
fn a_second_run_publishes_nothing_and_reads_no_table() {
    let (scenario, twin) = (nights(), nights());
    scenario.run().exits(0).says("morning brief: 1 published");
    twin.run().exits(0);
    let first = scenario.archive();
    same(&first, &twin.archive(), "the same inputs");
    assert_eq!(receipts(&scenario), ["2026-11-20/00000001.json"]);
    let pages = scenario.tree("archive/brief");
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["as_of=2026-11-20/index.html", LATEST]);
    assert_eq!(pages[LATEST], pages["as_of=2026-11-20/index.html"]);
    assert!(String::from_utf8_lossy(&pages[LATEST]).contains("Britain"));
    scenario.clock("2026-11-21T03:30:00Z");
    scenario.run().exits(0).says("morning brief: 1 current");
    same(&first, &scenario.archive(), "a second run");
    // Were any table of decisions read, this would be noticed.
    for name in scenario.tree("archive/_revisions").into_keys() {
        let is_of_brief = first.iter().any(|(path, bytes)| {
            (path.starts_with("advice") || path.starts_with("brief"))
                && *bytes == first[&format!("_revisions/{name}")]
        });
        if !is_of_brief {
            std::fs::remove_file(scenario.path(&format!("archive/_revisions/{name}"))).unwrap();
        }
    }
    scenario.run().exits(0).says("morning brief: 1 current");
    assert_eq!(receipts(&scenario), ["2026-11-20/00000001.json"]);
}

#[test]
fn a_days_end_a_nights_begin_and_a_later_day_make_it_anew() {
    let scenario = nights();
    scenario.run().exits(0);
    let begins = |market: &str| advice(&scenario, "2026-11-20")[market]["slot_start_utc"].clone();
    let (london, tokyo) = (begins("GB"), begins("JP"));
    // Viewers come at 12:00 in London, and at 21:00 in Tokyo.
    scenario.clock("2026-11-21T11:00:00Z");
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(begins("GB"), london);
    assert_ne!(begins("JP"), tokyo, "the night of the 21st has begun");
    scenario.clock("2026-11-21T12:30:00Z");
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_ne!(begins("GB"), london);
    // In Tokyo the 21st is over, and in London the 20th is the last that is.
    scenario.clock("2026-11-21T15:30:00Z");
    scenario.run().says("morning brief: 1 published");
    let over_until = |market: &str| advice(&scenario, "2026-11-20")[market]["over_until"].clone();
    assert_eq!((over_until("GB").as_str(), over_until("JP").as_str()), ("2026-11-20", "2026-11-21"));
    scenario.clock("2026-11-21T16:30:00Z");
    scenario.run().says("morning brief: 1 current");
    scenario.deliver("shop/2026-11-21/a.csv", day("2026-11-21", &["GB", "JP"]));
    scenario.clock("2026-11-22T03:00:00Z");
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(
        receipts(&scenario),
        [
            "2026-11-20/00000001.json",
            "2026-11-20/00000002.json",
            "2026-11-20/00000003.json",
            "2026-11-20/00000004.json",
            "2026-11-21/00000001.json"
        ]
    );
    let pages = scenario.tree("archive/brief");
    assert_eq!(pages[LATEST], pages["as_of=2026-11-21/index.html"]);
    assert_ne!(pages[LATEST], pages["as_of=2026-11-20/index.html"]);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

#[test]
fn days_that_are_held_are_told_with_their_reason_once() {
    let scenario = nights();
    // Of JP's last day more than a hundredth cannot be read.
    let broken = day("2026-11-20", &["JP"]).replace("2026-11-20T12:00:00Z", "yesterday");
    scenario.deliver(
        "shop/2026-11-20/a.csv",
        [day("2026-11-20", &["GB"]), broken.lines().skip(1).collect::<Vec<_>>().join("\n")].concat(),
    );
    scenario.run().exits(4);
    // Rows of two more days may be in it.
    let told = advice(&scenario, "2026-11-17");
    for market in ["GB", "JP"] {
        assert_eq!((told[market]["state"].as_str(), told[market]["missing_days"].as_str()), ("held", "3"));
        assert_eq!(told[market]["data_until"], "2026-11-17");
        assert!(told[market]["lack_en"].contains("were rejected"), "{:?}", told[market]);
    }
    let told = scenario.cli(&["brief"]).exits(0);
    let lines: Vec<&str> = told.stdout.lines().filter(|line| line.contains("were rejected")).collect();
    assert!(matches!(lines[..], [line] if line.contains("Britain, shop; Japan, shop: ")), "{}", told.stdout);
    // It is put right.
    scenario.deliver("shop/2026-11-20/a.csv", day("2026-11-20", &["GB", "JP"]));
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(advice(&scenario, "2026-11-20")["JP"]["state"], "fresh");
}

#[test]
fn at_nine_in_shanghai_new_york_is_not_over_and_nothing_is_ahead_that_has_begun() {
    let scenario = Scenario::shop()
        .market("US", "timezone: America/New_York, slots: day_parts")
        .job("shop", "GB, US", 4)
        .at("2026-11-21T01:00:00Z");
    scenario.deliver("shop/2026-11-16/a.csv", events(""));
    for date in DATES {
        scenario.deliver(&format!("shop/{date}/a.csv"), day(date, &["GB", "US"]));
    }
    scenario.write("config/decisions.yaml", DECISIONS);
    scenario.write("config/brief.yaml", BRIEF);
    scenario.run();
    let told = advice(&scenario, "2026-11-20");
    assert_eq!(
        (told["US"]["over_until"].as_str(), told["US"]["data_until"].as_str()),
        ("2026-11-19", "2026-11-19")
    );
    assert_eq!((told["US"]["state"].as_str(), told["US"]["missing_days"].as_str()), ("fresh", "0"));
    assert_eq!(told["GB"]["over_until"], "2026-11-20");
    for market in ["GB", "US"] {
        assert!(told[market]["slot_start_utc"].as_str() > "2026-11-21 01:00:00", "{:?}", told[market]);
    }
    // The run that brings the day makes it anew.
    scenario.deliver("shop/2026-11-21/a.csv", events(""));
    scenario.clock("2026-11-21T05:30:00Z");
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(advice(&scenario, "2026-11-20")["US"]["data_until"], "2026-11-20");
}

#[test]
fn what_a_crash_left_between_receipt_and_pages_is_mended_by_the_next_run_and_by_repair() {
    for repair in [false, true] {
        for lost in [
            "brief/as_of=2026-11-20/index.html",
            "brief/latest/index.html",
            "advice/as_of=2026-11-20/part.parquet",
        ] {
            let scenario = nights();
            scenario.run().exits(0);
            let whole = scenario.archive();
            // Tables are put in order and the page last: without one of them the page is not there either.
            std::fs::remove_file(scenario.path(&format!("archive/{lost}"))).unwrap();
            if lost.starts_with("advice") {
                std::fs::remove_file(scenario.path("archive/brief/as_of=2026-11-20/index.html")).unwrap();
            }
            scenario.cli(&["verify"]).exits(1).says(lost);
            if repair {
                scenario.cli(&["verify", "--repair"]).exits(0).says("(mended)");
            } else {
                scenario.run().exits(0).says("morning brief: 1 current");
            }
            same(&whole, &scenario.archive(), lost);
        }
    }
}

#[test]
fn prune_and_snapshot_know_pages() {
    let scenario = nights();
    scenario.run().exits(0);
    scenario.clock("2026-11-21T15:30:00Z");
    scenario.run();
    let is_page = |name: &&String| name.contains(".html");
    assert_eq!(scenario.tree("archive/_revisions").keys().filter(is_page).count(), 2);
    scenario.publish_on_time();
    let listed = scenario.cli(&["snapshot", "--as-of", "2026-11-21T04:00:00Z"]).exits(0);
    let page = listed.stdout.lines().find(|line| line.starts_with("brief\tbrief/2026-11-20\t1\t")).unwrap();
    assert!(page.contains(".html") && page.contains("\t_revisions/"), "{page}");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.cli(&["show", "brief"]).exits(2).complains_of("`coverledger brief --open`");
    scenario.cli(&["prune", "--older-than", "1d", "--dry-run"]).exits(0);
}

#[test]
fn places_of_other_jobs_stay_in_it() {
    let scenario = nights();
    scenario.run().exits(0);
    scenario.write("jobs/japan.yaml", "version: 1\nplatforms: [shop]\nmarkets: [JP]\nlookback_days: 4\n");
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 4\n");
    scenario.deliver("shop/2026-11-21/a.csv", day("2026-11-21", &["GB", "JP"]));
    scenario.clock("2026-11-22T03:00:00Z");
    scenario.cli(&["run", "japan"]).exits(0).says("morning brief: 1 published");
    let told = advice(&scenario, "2026-11-21");
    assert_eq!(told.keys().collect::<Vec<_>>(), ["GB", "JP"]);
    assert_eq!((told["GB"]["state"].as_str(), told["JP"]["state"].as_str()), ("late", "fresh"));
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(advice(&scenario, "2026-11-21")["GB"]["state"], "fresh");
    scenario.cli(&["run", "japan"]).exits(0).says("morning brief: 1 current");
}

#[test]
fn experiments_are_in_it() {
    let scenario = nights();
    scenario.write(
        "config/experiments/hero.yaml",
        "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB]\ncovers: [red, blue]\n\
         window: {from: 2026-11-17, to: 2026-11-30}\nvalue: {orders: 1, retained_minutes: 1}\n\
         split: {broadcasts: 40, assignment: broadcast}\n",
    );
    scenario.run().exits(0).says("morning brief: 1 published");
    assert_eq!(advice(&scenario, "2026-11-20")["GB"]["experiment"], "hero");
    let page = scenario.tree("archive/brief").remove(LATEST).unwrap();
    assert!(String::from_utf8_lossy(&page).contains("hero"));
}

#[test]
fn a_test_that_begins_tonight_is_followed() {
    let scenario = nights();
    scenario.write(
        "config/experiments/hero.yaml",
        "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB]\ncovers: [red, blue]\n\
         window: {from: 2026-11-21, to: 2026-11-30}\nvalue: {orders: 1, retained_minutes: 1}\n\
         split: {broadcasts: 40, assignment: broadcast}\n",
    );
    scenario.run().exits(0).says("morning brief: 1 published");
    let told = advice(&scenario, "2026-11-20");
    assert_eq!((told["GB"]["action"].as_str(), told["GB"]["experiment"].as_str()), ("follow_plan", "hero"));
    assert_ne!(told["JP"]["action"], "follow_plan");
}

/// Loses what a brief advised, as it is published and as its revisions have it.
fn lose_advice(scenario: &Scenario, as_of: &str) {
    let current = format!("archive/advice/as_of={as_of}/part.parquet");
    let bytes = std::fs::read(scenario.path(&current)).unwrap();
    for (name, _) in scenario.tree("archive/_revisions").into_iter().filter(|(_, other)| *other == bytes) {
        std::fs::remove_file(scenario.path(&format!("archive/_revisions/{name}"))).unwrap();
    }
    std::fs::remove_file(scenario.path(&current)).unwrap();
}

#[test]
fn a_brief_is_not_published_without_the_advice_before_it() {
    let scenario = nights();
    scenario.run().exits(0);
    let next = |today: &str, tomorrow: &str| {
        scenario.deliver(&format!("shop/{today}/a.csv"), day(today, &["GB", "JP"]));
        scenario.clock(&format!("{tomorrow}T03:00:00Z"));
        scenario.run()
    };
    next("2026-11-21", "2026-11-22").exits(0).says("morning brief: 1 published");
    lose_advice(&scenario, "2026-11-21");
    // What is before it can be read.
    next("2026-11-22", "2026-11-23").says("morning brief: 1 published");
    for lost in ["2026-11-20", "2026-11-22"] {
        lose_advice(&scenario, lost);
    }
    let outcome = next("2026-11-23", "2026-11-24");
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(said.contains("no earlier brief can be read"), "{said}");
    assert!(receipts(&scenario).iter().all(|receipt| !receipt.starts_with("2026-11-23")), "{said}");
}

#[test]
fn the_command_says_where_it_lies_and_what_it_says() {
    let scenario = nights();
    scenario
        .cli(&["brief"])
        .exits(2)
        .complains_of("nothing is published yet (`coverledger run nightly` publishes)");
    scenario.run().exits(0);
    let told = scenario.cli(&["brief"]).exits(0);
    let first = told.stdout.lines().next().unwrap();
    assert!(first.starts_with("brief as of 2026-11-20, revision 1: "), "{first}");
    assert!(first.ends_with("archive/brief/as_of=2026-11-20/index.html"), "{first}");
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert!(lines[1].starts_with("data: until 2026-11-20, whole in 2 of 2 places"), "{}", told.stdout);
    assert!(told.stdout.contains("Britain"), "{}", told.stdout);
    let gb = scenario.cli(&["brief", "--market", "GB", "--lang", "zh"]).exits(0).says("英国");
    assert!(!gb.stdout.contains("日本"), "{}", gb.stdout);
    scenario.cli(&["brief", "--market", "UK"]).exits(2).complains_of("there is no market `UK`");
    scenario
        .cli(&["brief", "--as-of", "2026-11-10"])
        .exits(2)
        .complains_of("there is no brief as of 2026-11-10 (the nearest are of `2026-11-20`)");
    scenario.cli(&["brief", "--output-file", "page.html"]).exits(0).says("written to page.html");
    let page = std::fs::read(scenario.path("page.html")).unwrap();
    assert_eq!(page, scenario.tree("archive/brief")[LATEST]);
    // Nothing here opens a browser.
    let outcome = scenario.cli_with(&["brief", "--open"], &[("PATH", "")]).exits(1);
    outcome.complains_of("by hand)");
}
