//! Counts of which a part is not known: what is told of them, and what is not.

use crate::scenario::Scenario;

/// Hours of broadcasts, of which the platform leaves out what is nothing.
const HOURS: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: hours
    rows: counts
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: cover
      counts:
        impressions: Impressions
        clicks: {of: impressions, times: {column: CTR, unit: percent}}
        entries: Views
"#;

const ROWS: &str = "start,room,cover,Impressions,CTR,Views\n\
    2026-11-20T08:00:00Z,r1,red,20000,4.00,100\n\
    2026-11-20T08:00:00Z,r2,red,0,,7\n\
    2026-11-20T13:00:00Z,r1,red,30000,1.00,10\n\
    2026-11-20T14:00:00Z,r1,red,13,,\n\
    2026-11-20T15:00:00Z,r3,blue,,-,\n";

fn live(platform: &str, rows: &str) -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", platform)
        .job("live", "GB", 1)
        .at("2026-11-21T03:00:00Z")
        .export("live/2026-11-20/a.csv", rows)
}

#[test]
fn a_sum_of_which_a_part_is_unknown_says_what_is_known_of_how_much_and_why() {
    let scenario = live(HOURS, ROWS);
    let outcome = scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  impressions_low  impressions_high  clicks  clicks_low  clicks_high  entries  entries_low  ctr   ctr_low  ctr_high  partly_known
         morning    20000        20000            20000             800     799         801          107      107          0.04  0.0373   0.0429    –
         afternoon  –            30013            –                 –       299         –            –        10           –     –        –         impressions 2 of 3 rows, clicks 1 of 3 rows, entries 1 of 3 rows",
    );
    outcome.expect_table(
        "funnel",
        "slot       broadcast_id  impressions  impressions_low  clicks  clicks_low  entries  derived  partly_known
         morning    r1            20000        20000            800     799         100      clicks   –
         morning    r2            0            0                0       0           7        clicks   –
         afternoon  r1            30013        30013            –       299         –        clicks   clicks 1 of 2 rows, entries 1 of 2 rows
         afternoon  r3            –            0                –       0           –        –        impressions 0 of 1 rows, clicks 0 of 1 rows, entries 0 of 1 rows",
    )
    .expect_table(
        "capability",
        "count               offered  reason
         impressions         true     not in 1 of 5 rows of `live/2026-11-20/a.csv` (record 5)
         unique_impressions  false    no column of its exports is mapped to it
         clicks              true     not in 2 of 5 rows of `live/2026-11-20/a.csv` (record 4, 5)
         clickers            false    no column of its exports is mapped to it
         entries             true     not in 2 of 5 rows of `live/2026-11-20/a.csv` (record 4, 5)
         entrants            false    no column of its exports is mapped to it
         stays               false    no column of its exports is mapped to it
         dwell_seconds       false    no column of its exports is mapped to it
         orders              false    no column of its exports is mapped to it",
    )
    .says("known in part: live/GB/2026-11-20")
    .says("`clicks` is null where these rows are summed, and `clicks_low` is what the others say: not in 2 of 5 rows");
    scenario.run().exits(0).says("1 current");
}

#[test]
fn the_rows_that_leave_a_count_out_are_told_to_programs_once() {
    let scenario = live(HOURS, ROWS);
    let told = |outcome: crate::scenario::Outcome<'_>| {
        let account: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        account["days"][0]["unknown"].clone()
    };
    let run = || scenario.cli(&["run", "nightly", "--output", "json"]).exits(0);
    let first = told(run());
    let entries = serde_json::json!({"count": "entries", "object": "live/2026-11-20/a.csv", "rows": 2, "of": 5, "records": [4, 5]});
    assert_eq!((first.as_array().map(Vec::len), &first[2]), (Some(3), &entries));
    assert!(told(run()).is_null());
}

#[test]
fn blank_is_what_the_team_says_it_is() {
    let with = |blank: &str| {
        HOURS.replace("        entries: Views\n", &format!("        entries: Views\n      blank: {blank}\n"))
    };
    live(&with("zero"), &ROWS.replace(",-,", ",,")).run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  entries  partly_known
         morning    20000        800     107      –
         afternoon  30013        300     10       –",
    );
    // A dash is a word, and a word says that nothing is known.
    live(&with("zero"), &ROWS.replace("blue,,-,", "blue,5,-,")).run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  clicks_low  entries  partly_known
         morning    20000        800     799         107      –
         afternoon  30018        –       299         10       clicks 2 of 3 rows",
    );
    live(&with("{entries: reject}"), ROWS)
        .setting("max_reject_share", "1")
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot       impressions  entries\n morning    20000        107\n afternoon  30000        10",
        )
        .expect_table(
            "rejects",
            "record  reason         column\n 4       missing_value  Views\n 5       missing_value  Views",
        );
}

/// A log of events, and a spreadsheet of the orders of each broadcast.
const LOG_AND_SHEET: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: log
    rows: events
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: {column: at, format: rfc3339}
      event: {column: what, values: {show: impression, tap: click}}
      market: {value: GB}
      broadcast_id: room
      cover_id: cover
  - name: orders
    rows: counts
    path: "orders/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: red}
      counts: {orders: Orders}
"#;

fn log_and_sheet(orders: &str) -> Scenario {
    let log: String = ["show,r1", "show,r1", "tap,r1", "show,r2", "show,r2"]
        .iter()
        .map(|event| format!("2026-11-20T08:00:00Z,{event},red\n"))
        .collect();
    live(LOG_AND_SHEET, &format!("at,what,room,cover\n{log}"))
        .export("orders/2026-11-20/a.csv", format!("start,room,Orders\n{orders}"))
}

#[test]
fn a_broadcast_that_only_one_export_has_takes_nothing_from_what_the_other_counts() {
    // r2 is in the log alone, r3 in the sheet alone.
    let scenario = log_and_sheet("2026-11-20T08:00:00Z,r1,3\n2026-11-20T08:00:00Z,r3,4\n");
    scenario
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot     impressions  clicks  orders  ctr   partly_known\n morning  4            1       7       0.25  –",
        )
        .expect_table(
            "funnel",
            "broadcast_id  impressions  impressions_low  orders  orders_low  partly_known
             r1            2            2                3       3           –
             r2            2            2                –       –           –
             r3            –            –                4       4           –",
        );
}

#[test]
fn what_no_export_of_the_day_says_is_no_sum_of_others() {
    log_and_sheet("").run().exits(0).expect_table(
        "slot_audience",
        "slot     impressions  orders  orders_low  partly_known\n morning  4            –       0           orders",
    );
    log_and_sheet("2026-11-20T08:00:00Z,r1,3\n2026-11-20T08:00:00Z,r3,\n").run().exits(0).expect_table(
        "slot_audience",
        "slot     impressions  orders  orders_low  click_conversion  partly_known\n morning  4            –       3           –                 orders 1 of 2 rows",
    );
}

#[test]
fn broadcasts_that_a_fallback_counts_without_a_count_leave_it_known_in_part() {
    let platform = HOURS.replace(
        "exports:\n",
        r#"exports:
  - name: minutes
    rows: counts
    path: "api/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    columns:
      period: {start: start, grain: 1m}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: red}
      counts: {entries: Views, orders: Orders}
"#,
    );
    let platform = platform.replace("per: period}\n", "per: period}\n    fallback_for: minutes\n");
    live(&platform, "start,room,cover,Impressions,CTR,Views\n2026-11-20T08:00:00Z,r2,red,1000,1.00,50\n")
        .export("api/2026-11-20/a.csv", "start,room,Views,Orders\n2026-11-20T08:00:00Z,r1,9,2\n")
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot     impressions  impressions_low  entries  orders  orders_low  partly_known
             morning  –            1000             59       –       2           impressions 1 of 2 rows, clicks 1 of 2 rows, orders 1 of 2 rows",
        );
}
