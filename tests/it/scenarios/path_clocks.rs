//! Files without a column of time: the path says their day, on a clock that the export names.

use crate::scenario::Scenario;

/// A row a video; days of the platform are Pacific ones, wherever its viewers are.
const TABLES: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: table
    rows: counts
    path: "yt/{date:%Y-%m-%d}/*.csv"
    day: {timezone: America/Los_Angeles}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {from: path, timezone: America/Los_Angeles}
      market: {value: US}
      broadcast_id: Content
      cover_id: {value: only}
      counts: {impressions: Impressions}
"#;

const TABLE: &str = "Content,Video publish time,Impressions\nv1,\"Oct 3, 2026\",100\nv2,\"Sep 1, 2025\",50\n";

fn tables(platform: &str, zone: &str) -> Scenario {
    Scenario::new()
        .market("US", &format!("timezone: {zone}, slots: day_parts"))
        .platform("yt", platform)
        .job("yt", "US", 2)
        .at("2026-11-03T12:00:00Z")
}

const DAYS: &str = "slot     broadcast_id  impressions
                    all_day  v1            100
                    all_day  v2            50";

#[test]
fn a_date_in_the_path_is_a_whole_day_of_its_zone() {
    // The clock goes back: 25 hours.
    tables(TABLES, "America/Los_Angeles")
        .export("yt/2026-11-01/Table data.csv", TABLE)
        .export("yt/2026-11-02/Table data.csv", "Content,Impressions\n")
        .run()
        .exits(0)
        .expect_table("funnel", DAYS);
}

#[test]
fn two_instants_in_the_path_are_read_on_the_named_clock() {
    let spans = TABLES
        .replace("yt/{date:%Y-%m-%d}/*.csv", "yt/{start:%Y-%m-%d}_{end:%Y-%m-%d} *.csv")
        .replace("    day: {timezone: America/Los_Angeles}\n", "");
    tables(&spans, "America/Los_Angeles")
        .export("yt/2026-11-01_2026-11-02 Table data.csv", TABLE)
        .export("yt/2026-11-02_2026-11-03 Table data.csv", TABLE.replace("100", "7").replace("50", "8"))
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "local_date  slot     impressions
             2026-11-01  all_day  150
             2026-11-02  all_day  15",
        );
}

#[test]
fn a_market_on_another_clock_waits_for_every_pacific_day_that_its_day_overlaps() {
    let scenario = tables(TABLES, "America/New_York")
        .export("yt/2026-10-30/Table data.csv", TABLE)
        .export("yt/2026-11-01/Table data.csv", TABLE)
        .export("yt/2026-11-02/Table data.csv", TABLE);
    // New York's 1 November begins three hours before the Pacific one.
    scenario.run().exits(4).says("yt/2026-10-31/");
    scenario.deliver("yt/2026-10-31/Table data.csv", TABLE);
    let outcome = scenario.run().exits(0);
    outcome.expect_table(
        "slot_audience",
        "local_date  slot     impressions
         2026-11-01  all_day  150
         2026-11-02  all_day  150",
    );
}

#[test]
fn one_date_is_not_a_day_of_two_zones() {
    let other = TABLES.replace("day: {timezone: America/Los_Angeles}", "day: {timezone: UTC}");
    let scenario = tables(&other, "America/Los_Angeles");
    let outcome = scenario.cli(&["check"]).exits(3);
    let told = "the date in the path is a day in `UTC`, and by `columns.period` one in `America/Los_Angeles`";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
}
