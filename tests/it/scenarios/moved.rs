//! A market's zone, its day or its slots change: no day is held for that, and those that are left behind are named.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

/// The objects of one table, by key.
fn table(scenario: &Scenario, name: &str) -> BTreeMap<String, Vec<u8>> {
    scenario.tree(&format!("archive/{name}"))
}

/// A market by this definition, and files of 8 to 23 November with an impression an hour; in the evenings, UTC, ten.
fn shop(market: &str, lookback_days: u16) -> Scenario {
    let scenario = Scenario::new()
        .market("US", market)
        .platform("shop", &SHOP.replace("      dwell_seconds: dwell\n", "").replace("values: {UK: GB}, ", ""))
        .job("shop", "US", lookback_days)
        .at("2026-11-21T12:00:00Z");
    for day in 8..=23 {
        let mut lines = String::new();
        for number in 0..24 * 10 {
            let (hour, minute) = (number / 10, number % 10);
            if minute == 0 || hour >= 20 {
                let at = format!("2026-11-{day:02}T{hour:02}:{minute:02}:00Z");
                let _ = writeln!(lines, "{day}-{number} {at} show US r1 c1 v f 25-34 -");
            }
        }
        scenario.deliver(&format!("shop/2026-11-{day:02}/a.csv"), events(&lines));
    }
    scenario
}

const NEW_YORK: &str = "timezone: America/New_York, slots: day_parts";
const TOKYO: &str = "timezone: Asia/Tokyo, slots: day_parts";
const ELEVEN_DAYS: [&str; 6] = ["backfill", "nightly", "--from", "2026-11-09", "--to", "2026-11-19"];

/// What is published, without the number of the revision.
fn published(scenario: &Scenario) -> Vec<(String, polars::prelude::DataFrame)> {
    ["funnel", "slot_audience", "capability", "bridge", "rejects", "reconciliation"]
        .into_iter()
        .flat_map(|name| {
            table(scenario, name).into_iter().map(move |(key, bytes)| (format!("{name}/{key}"), bytes))
        })
        .map(|(key, bytes)| {
            let frame = crate::table::frame(&BTreeMap::from([(key.clone(), bytes)]));
            (key, frame.drop("revision").unwrap_or(frame))
        })
        .collect()
}

#[test]
fn a_change_of_the_zone_holds_no_day_and_names_those_that_are_left() {
    let scenario = shop(NEW_YORK, 5);
    scenario.cli(&ELEVEN_DAYS).exits(0);
    let scenario = scenario.market("US", TOKYO);
    let left = "of another configuration: 7 published market-days outside of this run, from 2026-11-09 to 2026-11-15; `coverledger backfill nightly --from 2026-11-09 --to 2026-11-15` makes them anew";
    let told = scenario.cli(&["run", "nightly", "--output", "json"]).exits(0);
    let account: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let other = &account["other_configuration"];
    assert_eq!((&other["days"], &other["from"]), (&7.into(), &"2026-11-09".into()));
    assert!(left.contains(other["command"].as_str().unwrap()), "{other}");
    // It was told; the rest is settled by the command, and then nothing is left to say.
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-09", "--to", "2026-11-12"]).exits(0).says(
        "of another configuration: 3 published market-days outside of this run, from 2026-11-13 to 2026-11-15",
    );
    let settled = scenario.cli(&["backfill", "nightly", "--from", "2026-11-09", "--to", "2026-11-15"]).exits(0);
    assert!(!settled.stdout.contains("of another configuration"), "{}", settled.stdout);
    let fresh = shop(TOKYO, 5);
    fresh.cli(&["backfill", "nightly", "--from", "2026-11-09", "--to", "2026-11-20"]).exits(0);
    assert!(published(&scenario) == published(&fresh), "the same as if it had never been otherwise");
}

#[test]
fn a_job_that_looks_at_one_day_names_the_days_before_it_too() {
    let scenario = shop(NEW_YORK, 1);
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-17", "--to", "2026-11-19"]).exits(0);
    let scenario = scenario.market("US", "timezone: America/New_York, slots: broadcast, day_starts_at: \"04:00\"");
    scenario.run().exits(0).says("of another configuration: 3 published market-days outside of this run");
    let again = scenario.run().exits(0);
    assert!(!again.stdout.contains("of another configuration"), "{}", again.stdout);
}

#[test]
fn totals_that_fall_because_the_day_moved_hold_nothing_and_others_do() {
    let scenario = shop("timezone: Asia/Tokyo, slots: day_parts", 1);
    // The evening of the 18th, UTC, is the morning of the 19th in Tokyo; the day of the 19th loses nothing but that.
    let one_day = ["backfill", "nightly", "--from", "2026-11-19", "--to", "2026-11-19"];
    scenario.deliver("shop/2026-11-19/a.csv", events("x 2026-11-19T09:00:00Z show US r1 c1 v f 25-34 -"));
    scenario.cli(&one_day).exits(0);
    let scenario = scenario.market("US", "timezone: Europe/London, slots: day_parts");
    scenario.cli(&one_day).exits(0).says("1 published");
    let shrunken = SHOP.replace("show: impression", "show: ignore, view: impression");
    scenario.write(
        "config/platforms/shop.yaml",
        shrunken.replace("      dwell_seconds: dwell\n", "").replace("values: {UK: GB}, ", ""),
    );
    scenario.cli(&one_day).exits(4).says("would fall from 1 to 0");
}

#[test]
fn an_object_of_the_window_that_is_gone_still_holds() {
    let scenario = shop(NEW_YORK, 1);
    let one_day = ["backfill", "nightly", "--from", "2026-11-18", "--to", "2026-11-18"];
    scenario.cli(&one_day).exits(0);
    std::fs::remove_file(scenario.path("exports/shop/2026-11-20/a.csv")).unwrap();
    // The days of Tokyo do not read the file of the 20th for the 18th; those of Los Angeles do.
    let scenario = scenario.market("US", "timezone: America/Los_Angeles, slots: day_parts");
    scenario.cli(&one_day).exits(4).says("`shop/2026-11-20/a.csv` is gone");
    scenario.market("US", TOKYO).cli(&one_day).exits(0);
}

#[test]
fn a_day_whose_date_the_new_clock_skips_is_retired() {
    // West of the date line until the end of 2011-12-29, east of it from 2011-12-31 on.
    let scenario = Scenario::new()
        .market("WS", "timezone: Pacific/Pago_Pago, slots: day_parts")
        .platform("shop", &SHOP.replace("      dwell_seconds: dwell\n", "").replace("values: {UK: GB}, ", ""))
        .job("shop", "WS", 1)
        .at("2012-01-10T00:00:00Z");
    for date in ["2011-12-29", "2011-12-30", "2011-12-31", "2012-01-01", "2012-01-02"] {
        let at = format!("{date}T12:00:00Z");
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&format!("{date} {at} show WS r1 c1 v f 25-34 -")));
    }
    let range = ["backfill", "nightly", "--from", "2011-12-29", "--to", "2011-12-31"];
    scenario
        .cli(&range)
        .exits(0)
        .expect_table("slot_audience", "local_date  impressions\n2011-12-29  1\n2011-12-30  1\n2011-12-31  1");
    let scenario = scenario.market("WS", "timezone: Pacific/Apia, slots: day_parts");
    scenario
        .cli(&range)
        .exits(0)
        .expect_table("slot_audience", "local_date  impressions\n2011-12-29  1\n2011-12-31  1");
    let again = scenario.cli(&range).exits(0).says("2 current");
    assert!(!again.stdout.contains("of another configuration"), "{}", again.stdout);
}
