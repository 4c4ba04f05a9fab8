//! Exports whose rows are counts, from the file to the table.

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::scenario::Scenario;

/// An hour a row; impressions follow from views and the rate that the workbench shows.
const HOURS: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
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
      cover_id: {value: only}
      counts:
        entries: Views
        entrants: Viewers
        impressions: {of: entries, divided_by: {column: Tap-through rate, unit: percent}}
        orders: Orders
      optional: [orders]
      rates:
        click_conversion: {column: CVR, unit: fraction}
"#;

fn shop(platform: &str) -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", platform)
        .job("live", "GB", 1)
        .at("2026-11-21T03:00:00Z")
}

#[test]
fn derived_counts_have_bounds_and_a_row_of_totals_is_compared_and_never_counted() {
    // 200 ÷ 2.0 %: [1.95, 2.05) makes 9757 to 10256. 300 ÷ 1.5 %: [1.45, 1.55) makes 19355 to 20689.
    shop(HOURS)
        .export(
            "live/2026-11-20/a.csv",
            "start,room,Views,Viewers,Tap-through rate,CVR\n\
             Total,-,500,350,1.7%,-\n\
             2026-11-20T19:00:00Z,r1,200,150,2.0%,-\n\
             2026-11-20T20:00:00Z,r1,300,200,1.5%,-\n",
        )
        .run()
        .exits(0)
        .expect_table(
            "funnel",
            "slot   broadcast_id  cover_id  contaminated  impressions  impressions_low  impressions_high  entries  entrants  orders  derived      unique_basis
             prime  r1            only      false         30000        29112            30945             500      350       –       impressions  broadcast",
        )
        .expect_table(
            "slot_audience",
            "slot   clicks  clicks_low  ctr     prorated_impressions
             prime  500     500         0.0167  0",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         true     –
             unique_impressions  false    no column of its exports is mapped to it
             clicks              true     –
             clickers            true     –
             entries             true     –
             entrants            true     –
             stays               false    no column of its exports is mapped to it
             dwell_seconds       false    no column of its exports is mapped to it
             orders              true     no export of the day says it",
        );
}

#[test]
fn a_rate_that_is_not_what_it_is_mapped_as_holds_the_day_until_the_mapping_is_right() {
    let rows = "start,room,Views,Viewers,Tap-through rate,Orders,CVR\n\
                2026-11-20T19:00:00Z,r1,200,100,2.0%,4,2%\n\
                2026-11-20T20:00:00Z,r1,300,150,1.5%,9,3%\n";
    // Orders ÷ entrants would be 4 % and 6 %: what the export calls CVR is orders ÷ views.
    let scenario = shop(HOURS).export("live/2026-11-20/a.csv", rows);
    let outcome = scenario.run().exits(4);
    for told in [
        "`live/2026-11-20/a.csv`",
        "`click_conversion`",
        "2 of 2 rows disagree",
        "`coverledger show reconciliation`",
    ] {
        assert!(outcome.stdout.contains(told), "`{told}` is not in\n{}", outcome.stdout);
    }
    outcome.expect_table(
        "reconciliation",
        "metric            scope  rows  rows_off  reported  recomputed  difference  verdict
         click_conversion  row    2     2         0.03      0.06        -0.03       mis-mapped",
    );
    assert!(scenario.tree("archive/funnel").is_empty());
    let right = HOURS.replace(
        "click_conversion: {column: CVR, unit: fraction}",
        "order_rate: {column: CVR, unit: fraction, of: orders, among: entries}",
    );
    scenario.write("config/platforms/live.yaml", right);
    scenario
        .run()
        .exits(0)
        .expect_table(
            "reconciliation",
            "metric      rows  rows_off  verdict
             order_rate  2     0         equal within rounding",
        )
        .expect_table("slot_audience", "slot   entries  orders\nprime  500      13");
}

#[test]
fn a_newer_file_replaces_what_it_has_rows_for_and_adds_nothing() {
    let head = "start,room,Views,Viewers,Tap-through rate,CVR\n";
    let scenario = shop(HOURS).export(
        "live/2026-11-20/1.csv",
        format!("{head}2026-11-20T19:00:00Z,r1,200,150,2%,-\n2026-11-20T20:00:00Z,r1,100,50,2%,-\n"),
    );
    scenario.run().exits(0).expect_table("slot_audience", "slot   entries  revision\nprime  300      1");
    scenario.deliver("live/2026-11-20/2.csv", format!("{head}2026-11-20T20:00:00Z,r1,160,70,2%,-\n"));
    scenario.run().exits(0).expect_table("slot_audience", "slot   entries  revision\nprime  360      2");
    let exports = &scenario.receipt("live/GB/2026-11-20")["content"]["exports"];
    assert_eq!(exports[0]["rows"]["counted"], 1);
    assert_eq!(exports[0]["rows"]["duplicate"], 1);
    assert_eq!(exports[1]["rows"]["counted"], 1);
}

/// A day of California a row, and since 2026-11-20 views are something else and impressions are gone.
const DAYS: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap, uniques: row}
changes:
  - since: 2026-11-20
    timezone: America/Los_Angeles
    redefined: {entries: "a view from the first second"}
    withdrawn: {impressions: "removed with v26"}
settle: 24h
exports:
  - name: days
    rows: counts
    path: "reach/*.csv"
    format: csv
    newest: {by: modified, per: period}
    columns:
      period: {date: Day, format: "%Y%m%d", timezone: America/Los_Angeles}
      market: {value: GB}
      broadcast_id: {value: channel}
      cover_id: {value: only}
      counts: {impressions: shown, unique_impressions: reach, entries: views, entrants: viewers}
"#;

#[test]
fn a_platforms_day_is_shared_out_between_market_days_and_cut_where_its_conventions_change() {
    // The day of California is 08:00 to 08:00 in London: 16 hours of it before midnight, 8 after.
    let scenario = shop(DAYS).export(
        "reach/1.csv",
        "Day,shown,reach,views,viewers\n20261119,2400,900,240,90\n20261120,300,200,480,120\n",
    );
    scenario
        .run()
        .exits(0)
        .expect_table(
            "funnel",
            "slot     impressions  unique_impressions  entries  entrants  day_match  prorated_entries  convention_since
             all_day  800          –                   80       –         0.3333     80                –
             all_day  –            –                   320      –         0.6667     320               2026-11-20",
        )
        .expect_table(
            "bridge",
            "slot     signal       times  persons  factor  unique_basis  convention_since
             all_day  impressions  800    300      0.375   row           –
             all_day  entries      80     30       0.375   row           –
             all_day  entries      320    80       0.25    row           2026-11-20",
        );
    scenario.cli(&["show", "capability"]).exits(0).says("removed with v26");
    scenario.cli(&["show", "bridge"]).exits(0).says("37.50");
    // The same file again, only later by the store's clock: looked at anew, and nothing new is said.
    scenario.deliver(
        "reach/2.csv",
        "Day,shown,reach,views,viewers\n20261119,2400,900,240,90\n20261120,300,200,600,120\n",
    );
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot     entries  slot_seconds  slot_start_utc  revision
         all_day  80       86400         –               2
         all_day  400      86400         –               2",
    );
}

fn sheet(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet: &mut Worksheet = book.add_worksheet();
    for (at, row) in (0_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(row) {
            match text.parse::<f64>() {
                Ok(number) => sheet.write_number(at, column, number).unwrap(),
                Err(_) => sheet.write_string(at, column, *text).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_with_a_preamble_and_serial_times_is_read() {
    let platform = HOURS
        .replace("*.csv", "*.xlsx")
        .replace("format: csv", "format: xlsx")
        .replace("start: start", "start: {column: start, timezone: market}");
    // 46346 is 2026-11-20: an hour from 19:30, and one from 22:30 of which half is late.
    let book = sheet(&[
        ["LIVE analysis", "", "", ""],
        ["start", "room", "Views", "Viewers"],
        ["46346.8125", " r1", "1.20K", "600"],
        ["46346.9375", "r1", "100", "60"],
    ]);
    let platform = platform.replace(
        "        impressions: {of: entries, divided_by: {column: Tap-through rate, unit: percent}}\n",
        "",
    );
    shop(&platform).export("live/2026-11-20/a.xlsx", book).run().exits(0).expect_table(
        "slot_audience",
        "slot   entries_low  entries  entries_high  entrants  prorated_entries  derived
         prime  1245         1250     1255          630       50                clicks, entries
         late   50           50       50            30        50                –",
    );
}

const MARKETS: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
settle: 24h
exports:
  - name: minutes
    rows: counts
    path: "api/{market}/{date:%Y-%m-%d}/{broadcast}.ndjson"
    day: {timezone: UTC}
    format: ndjson
    newest: {by: modified, per: broadcast}
    columns:
      period: {start: {column: at, format: epoch_s}, grain: 1m}
      market: {path: {uk: GB}}
      broadcast_id: path
      cover_id: log
      counts: {entries: views}
  - name: sessions
    rows: counts
    path: "sheets/{market}/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    fallback_for: minutes
    columns:
      period: {start: from, end: to}
      market: {path: {uk: GB}}
      broadcast_id: room
      cover_id: log
      counts: {entries: views}
  - name: covers
    rows: covers
    path: "covers.csv"
    format: csv
    newest: {by: name, per: broadcast}
    columns: {from: from, until: to, market: {column: market}, broadcast_id: room, cover_id: cover}
"#;

#[test]
fn paths_name_markets_a_fallback_steps_in_and_the_log_says_which_cover() {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .market("FR", "timezone: Europe/Paris, slots: day_parts")
        .platform("live", MARKETS)
        .job("live", "GB, FR", 1)
        .at("2026-11-21T03:00:00Z")
        // 2026-11-20T20:00:00Z and the minute after.
        .export("api/uk/2026-11-20/r1.ndjson", "{\"at\": 1795204800, \"views\": 40}\n{\"at\": 1795204860, \"views\": 60}\n")
        .export(
            "sheets/uk/2026-11-20.csv",
            "from,to,room,views\n2026-11-20T20:00:00Z,2026-11-20T21:00:00Z,r1,1000\n2026-11-20T20:00:00Z,2026-11-20T21:00:00Z,r2,500\n",
        )
        .export(
            "covers.csv",
            "market,room,cover,from,to\n\
             GB,r1,red,2026-11-20T19:00:00Z,2026-11-20T20:01:00Z\n\
             GB,r1,blue,2026-11-20T20:01:00Z,\n\
             GB,r2,red,2026-11-20T20:00:00Z,2026-11-20T20:15:00Z\n\
             GB,r2,blue,2026-11-20T20:15:00Z,\n",
        );
    // r1 comes by the minute, so its session does not count; r2 has only the session, which spans two covers.
    scenario.run().exits(4).says("api/FR/2026-11-19/*.ndjson").says("api/FR/2026-11-20/*.ndjson").expect_table(
        "funnel",
        "market  slot   broadcast_id  cover_id  contaminated  cover_share  entries
             GB      prime  r1            blue      false         1            60
             GB      prime  r1            red       false         1            40
             GB      prime  r2            blue      true          0.75         500",
    );
    // Only sessions of France: they are enough.
    let session = "2026-11-20T20:00:00Z,2026-11-20T21:00:00Z,f1,70\n";
    for (date, rows) in [("2026-11-19", ""), ("2026-11-20", session)] {
        scenario.deliver(&format!("sheets/FR/{date}.csv"), format!("from,to,room,views\n{rows}"));
    }
    let paris = scenario.run().exits(0);
    paris.expect_table(
        "slot_audience",
        "market  slot   entries
         FR      prime  70
         GB      prime  600",
    );
}

#[test]
fn values_in_a_path_may_be_percent_encoded() {
    let platform = MARKETS
        .replace(
            "api/{market}/{date:%Y-%m-%d}/{broadcast}.ndjson",
            "api/market={market}/{date:%Y-%m-%d}/room={broadcast}.ndjson",
        )
        .replace("market: {path: {uk: GB}}", "market: {path: {\"GB/NI\": GB}}");
    let minute = |views: i64| format!("{{\"at\": 1795204800, \"views\": {views}}}\n");
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", &platform)
        .job("live", "GB", 1)
        .at("2026-11-21T03:00:00Z")
        .export("api/market=GB%2FNI/2026-11-20/room=%E7%BA%A2%2f1.ndjson", minute(40))
        .export("api/market=GB%2fNI/2026-11-20/room=50%off.ndjson", minute(7))
        .export("api/market=GB/2026-11-20/room=r9.ndjson", minute(1000))
        .export(
            "covers.csv",
            "market,room,cover,from,to\n\
             GB,红/1,red,2026-11-20T19:00:00Z,\n\
             GB,50%off,blue,2026-11-20T19:00:00Z,\n",
        );
    scenario.run().exits(0).expect_table(
        "funnel",
        "market  broadcast_id  cover_id  entries
         GB      50%off        blue      7
         GB      r9            unknown   1000
         GB      红/1           red       40",
    );
}

/// As many seconds of a day, a view each.
fn seconds(midnight: i64, rows: i64) -> String {
    let mut text = "start,room,Views,Viewers,Tap-through rate,CVR\n".to_owned();
    for second in midnight..midnight + rows {
        text.push_str(&format!("{second},r1,1,1,50%,-\n"));
    }
    text
}

#[test]
fn more_rows_than_find_room_are_counted_a_day_at_a_time_and_too_many_of_one_day_are_refused_by_name() {
    let platform =
        HOURS.replace("start: start", "start: {column: start, format: epoch_s}").replace("grain: 1h", "grain: 1s");
    // A quarter of 64 MiB has room for some 55,000 rows.
    let scenario = shop(&platform)
        .setting("memory", "64MiB")
        .job("live", "GB", 2)
        .export("live/2026-11-19/a.csv", seconds(1_795_046_400, 40_000))
        .export("live/2026-11-20/a.csv", seconds(1_795_132_800, 40_000));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot     impressions  entries
         2026-11-19  night    43200        21600
         2026-11-19  morning  36800        18400
         2026-11-20  night    43200        21600
         2026-11-20  morning  36800        18400",
    );
    scenario.deliver("live/2026-11-20/a.csv", seconds(1_795_132_800, 60_000));
    scenario.run().exits(6).says("1 current, 1 failed").says("`memory` in `archive.yaml`");
}

/// A session a row, delivered under the day on which it began.
const SESSIONS: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
settle: 24h
exports:
  - name: sessions
    rows: counts
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    columns:
      period: {start: {column: start, format: rfc3339}, end: {column: end, format: rfc3339}}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: only}
      counts: {entries: Views}
"#;

#[test]
fn a_session_that_crosses_midnight_counts_on_both_days_though_it_is_delivered_under_the_first() {
    // From 23:00 to 01:30: two fifths and three fifths of 100.
    shop(SESSIONS)
        .job("live", "GB", 2)
        .export(
            "live/2026-11-19/a.csv",
            "start,end,room,Views\n2026-11-19T23:00:00Z,2026-11-20T01:30:00Z,r1,100\n",
        )
        .export("live/2026-11-20/a.csv", "start,end,room,Views\n2026-11-20T20:00:00Z,2026-11-20T21:00:00Z,r2,7\n")
        .export("live/2026-11-18/a.csv", "start,end,room,Views\n")
        .run()
        .exits(0)
        .expect_table(
            "funnel",
            "local_date  slot   broadcast_id  entries  prorated_entries
             2026-11-19  late   r1            40       40
             2026-11-20  night  r1            60       60
             2026-11-20  prime  r2            7        0",
        );
}

#[test]
fn a_session_that_outlasts_the_days_which_read_its_file_is_rejected_and_never_half_counted() {
    // 54 hours; the file of the 18th is read for the 18th and the 19th, and the session goes on to the 21st.
    let long = "start,end,room,Views\n2026-11-18T23:00:00Z,2026-11-21T05:00:00Z,r1,5400\n";
    let deliver = |platform: &str| {
        shop(platform)
            .job("live", "GB", 2)
            .export("live/2026-11-18/a.csv", long)
            .export("live/2026-11-19/a.csv", "start,end,room,Views\n")
            .export("live/2026-11-20/a.csv", "start,end,room,Views\n")
    };
    let scenario = deliver(SESSIONS);
    scenario.run().exits(4).says("1 of 1 records were rejected").expect_table(
        "rejects",
        "record  reason        column
         1       beyond_reach  end",
    );
    // A hundred an hour, once every day that it reaches reads it.
    deliver(&SESSIONS.replace("    format: csv\n", "    early_days: 3\n    format: csv\n"))
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "local_date  slot       entries
         2026-11-19  night      600
         2026-11-19  morning    600
         2026-11-19  afternoon  700
         2026-11-19  prime      400
         2026-11-19  late       100
         2026-11-20  night      600
         2026-11-20  morning    600
         2026-11-20  afternoon  700
         2026-11-20  prime      400
         2026-11-20  late       100",
        );
}
