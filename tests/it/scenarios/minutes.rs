//! Broadcasts by bars of five minutes, which there are only where a brief is wanted.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::quality::{MUX, views};
use crate::rows::{events, impressions};
use crate::scenario::{FEED, SHOP, Scenario};
use crate::table;

const MORNING: &str = "2026-11-21T03:00:00Z";
const NEXT: &str = "2026-11-22T03:00:00Z";
const BRIEF: &str = "version: 1\n";

/// Two covers in a broadcast, the second from 9:07 on; who entered at 9:04 left at 9:16.
const DAY: &str = "\
    e1 2026-11-20T09:00:00Z show  GB r1 red  v1 f 25-34 -
    e2 2026-11-20T09:04:59Z show  GB r1 red  v2 f 35-44 -
    e3 2026-11-20T09:04:30Z tap   GB r1 red  v1 f 25-34 -
    e4 2026-11-20T09:04:40Z enter GB r1 red  v1 f 25-34 -
    e5 2026-11-20T09:05:00Z show  GB r1 red  v3 m 25-34 -
    e6 2026-11-20T09:07:00Z show  GB r1 blue v3 m 25-34 -
    e7 2026-11-20T09:09:00Z enter GB r1 blue v3 m 25-34 -
    e8 2026-11-20T09:09:30Z leave GB r1 blue v3 m 25-34 30
    e9 2026-11-20T09:16:40Z leave GB r1 red  v1 f 25-34 720
    ea 2026-11-20T09:14:00Z paid  GB r1 red  v1 f 25-34 -
    eb 2026-11-20T19:00:00Z show  GB r2 red  v9 f 25-34 -";

const COLUMNS: &str = "local_date  broadcast_id  cover_id  minute_start_utc      minutes  impressions  clicks  entries  stays  orders  revision";

fn minutes(rows: &str) -> String {
    format!("{COLUMNS}\n{rows}")
}

fn frame(scenario: &Scenario, table: &str) -> DataFrame {
    table::frame(&scenario.tree(&format!("archive/{table}")))
}

/// The sums of a table by its market-day, broadcast and cover: impressions, clicks, entries, stays and orders.
fn sums(frame: &DataFrame) -> BTreeMap<Vec<String>, [u64; 5]> {
    const KEYS: [&str; 5] = ["platform", "market", "local_date", "broadcast_id", "cover_id"];
    const COUNTS: [&str; 5] = ["impressions", "clicks", "entries", "stays", "orders"];
    let mut sums: BTreeMap<Vec<String>, [u64; 5]> = BTreeMap::new();
    for row in 0..frame.height() {
        let value = |name: &str| table::cell(&frame.column(name).unwrap().get(row).unwrap());
        let sum = sums.entry(KEYS.map(value).to_vec()).or_default();
        sum.iter_mut().zip(COUNTS).for_each(|(sum, count)| *sum += value(count).parse::<u64>().unwrap());
    }
    sums.retain(|_, counts| *counts != [0; 5]);
    sums
}

#[test]
fn a_broadcast_is_followed_by_cover_and_five_minutes_where_there_is_a_brief() {
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(DAY));
    scenario.run().exits(0).says("1 market-days: 1 published");
    assert!(scenario.tree("archive/broadcast_minutes").is_empty(), "nobody asked for it");
    let first = scenario.tree("archive/funnel");

    // The day is due once, and its funnel says another revision and nothing else.
    scenario.write("config/brief.yaml", BRIEF);
    scenario.run().says("1 market-days: 1 published").expect_table(
        "broadcast_minutes",
        &minutes(
            "2026-11-20  r1            blue      2026-11-20T09:05:00Z  5        1            0       1        0      0       2
             2026-11-20  r1            red       2026-11-20T09:00:00Z  5        2            1       1        1      0       2
             2026-11-20  r1            red       2026-11-20T09:05:00Z  5        1            0       0        0      0       2
             2026-11-20  r1            red       2026-11-20T09:10:00Z  5        0            0       0        0      1       2
             2026-11-20  r2            red       2026-11-20T19:00:00Z  5        1            0       0        0      0       2",
        ),
    );
    assert_eq!(sums(&frame(&scenario, "broadcast_minutes")), sums(&frame(&scenario, "funnel")));
    scenario.run().says("1 market-days: 1 current");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.cli(&["show", "broadcast_minutes"]).exits(0).says("09:05");

    // Nobody asks for it any more: a table without rows takes its place.
    std::fs::remove_file(scenario.path("config/brief.yaml")).unwrap();
    let nothing = COLUMNS.split_whitespace().collect::<Vec<_>>().join("  ");
    scenario.run().says("1 market-days: 1 published").expect_table("broadcast_minutes", &nothing);
    let third = scenario.tree("archive/funnel");
    let without_revision = |files: &BTreeMap<String, Vec<u8>>| table::frame(files).drop("revision").unwrap();
    assert!(without_revision(&first).equals_missing(&without_revision(&third)));
}

#[test]
fn other_tables_of_a_market_day_are_the_same_with_and_without() {
    let tables = |brief: Option<&str>| {
        let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(DAY));
        if let Some(brief) = brief {
            scenario.write("config/brief.yaml", brief);
        }
        scenario.run();
        ["funnel", "slot_audience", "capability"].map(|table| scenario.tree(&format!("archive/{table}")))
    };
    let (with, without) = (tables(Some(BRIEF)), tables(None));
    assert!(with == without && with.iter().all(|files| files.len() == 1));
}

#[test]
fn what_is_delivered_again_counts_once_in_the_five_minutes_of_its_first_delivery() {
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(DAY));
    scenario.write("config/brief.yaml", BRIEF);
    // In the same file's day, and a day late; a clock that was corrected says a minute later.
    scenario.deliver(
        "shop/2026-11-20/b.csv",
        events(
            "e1 2026-11-20T09:00:00Z show GB r1 red v1 f 25-34 -
             e9 2026-11-20T09:16:40Z leave GB r1 red v1 f 25-34 720",
        ),
    );
    scenario.deliver(
        "shop/2026-11-21/a.csv",
        events(
            "e2 2026-11-20T09:05:30Z show GB r1 red v2 f 35-44 -
         f1 2026-11-21T09:00:00Z show GB r3 red v2 f 35-44 -",
        ),
    );
    scenario.clock(NEXT);
    let scenario = scenario.job("shop", "GB", 2);
    scenario.run();
    let of_day = |table: &str| {
        let mut sums = sums(&frame(&scenario, table));
        sums.retain(|key, _| key[2] == "2026-11-20");
        sums
    };
    assert_eq!(of_day("broadcast_minutes"), of_day("funnel"));
    let key = ["shop", "GB", "2026-11-20", "r1", "red"].map(str::to_owned).to_vec();
    assert_eq!(of_day("broadcast_minutes")[&key], [3, 1, 1, 1, 1]);
    let files = scenario.tree("archive/broadcast_minutes");
    let of_day = files.into_iter().filter(|(name, _)| name.contains("local_date=2026-11-20")).collect();
    table::expect(
        &of_day,
        "cover_id  minute_start_utc      impressions  stays
         blue      2026-11-20T09:05:00Z  1            0
         red       2026-11-20T09:00:00Z  2            1
         red       2026-11-20T09:05:00Z  1            0
         red       2026-11-20T09:10:00Z  0            0
         red       2026-11-20T19:00:00Z  1            0",
    );
}

#[test]
fn a_row_with_flags_is_in_one_bar_with_all_of_them() {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("feed", FEED)
        .job("feed", "GB", 1)
        .at(MORNING)
        .export(
            "feed/20261120.ndjson",
            impressions(
                "i1 2026-11-20T09:04:00Z GB r1 c1 v1 f 25-34 clicked+entered 400
                 i2 2026-11-20T09:04:10Z GB r1 c1 v2 f 25-34 clicked+entered+ordered 59
                 i2 2026-11-20T09:04:10Z GB r1 c1 v2 f 25-34 clicked+entered+ordered 59
                 i3 2026-11-20T09:05:00Z GB r1 c1 v3 f 25-34 - -",
            ),
        );
    scenario.write("config/brief.yaml", BRIEF);
    scenario.run().expect_table(
        "broadcast_minutes",
        "minute_start_utc      impressions  clicks  entries  stays  orders
         2026-11-20T09:00:00Z  2            2       2        1      1
         2026-11-20T09:05:00Z  1            0       0        0      0",
    );
}

#[test]
fn over_midnight_and_a_change_of_the_clock_bars_are_of_utc_and_dates_of_the_market() {
    let late = |date: &str, line: &str| (format!("shop/{date}/a.csv"), events(line));
    let scenario = Scenario::shop()
        .market("US", "timezone: America/New_York, slots: day_parts")
        .job("shop", "US", 2)
        .at("2026-11-03T12:00:00Z");
    scenario.write("config/brief.yaml", BRIEF);
    // New York's 1 November begins at 04:00 UTC, and from 06:00 UTC on its clock shows one o'clock a second time.
    let files = [
        late("2026-10-31", ""),
        late(
            "2026-11-01",
            "e1 2026-11-01T03:58:00Z show  US r1 c1 v1 f 25-34 -
             e2 2026-11-01T04:00:00Z show  US r1 c1 v1 f 25-34 -
             e3 2026-11-01T05:31:00Z show  US r1 c1 v1 f 25-34 -
             e4 2026-11-01T06:31:00Z show  US r1 c1 v1 f 25-34 -
             e5 2026-11-01T03:59:00Z enter US r1 c1 v1 f 25-34 -
             e6 2026-11-01T04:04:00Z leave US r1 c1 v1 f 25-34 300",
        ),
        late("2026-11-02", ""),
        late("2026-11-03", ""),
    ];
    for (path, content) in files {
        scenario.deliver(&path, content);
    }
    let scenario = scenario.job("shop", "US", 4);
    scenario.run().expect_table(
        "broadcast_minutes",
        "local_date  broadcast_id  minute_start_utc      impressions  entries  stays
         2026-10-31  r1            2026-11-01T03:55:00Z  1            1        1
         2026-11-01  r1            2026-11-01T04:00:00Z  1            0        0
         2026-11-01  r1            2026-11-01T05:30:00Z  1            0        0
         2026-11-01  r1            2026-11-01T06:30:00Z  1            0        0",
    );
    assert_eq!(sums(&frame(&scenario, "broadcast_minutes")), sums(&frame(&scenario, "funnel")));
}

/// Counts by the minute, and orders by the hour.
const COUNTS: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: row}
settle: 24h
exports:
  - name: minutes
    rows: counts
    path: "minutes/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, end: end}
      market: {value: GB}
      broadcast_id: room
      cover_id: log
      counts: {impressions: Shown, entries: Views}
  - name: hours
    rows: counts
    path: "hours/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: only}
      counts: {orders: Orders}
  - name: log
    rows: covers
    path: "log/*.csv"
    format: csv
    newest: {by: name, per: broadcast}
    columns: {from: at, market: {value: GB}, broadcast_id: room, cover_id: cover}
"#;

#[test]
fn counts_of_no_more_than_five_minutes_are_in_their_bar_and_those_of_an_hour_in_none() {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", COUNTS)
        .job("live", "GB", 1)
        .at(MORNING)
        .export("log/a.csv", "room,at,cover\nr1,2026-11-20T19:00:00Z,red\nr1,2026-11-20T19:07:00Z,blue\n")
        .export(
            "minutes/2026-11-20/1.csv",
            "room,start,end,Shown,Views\n\
             r1,2026-11-20T19:00:00Z,2026-11-20T19:05:00Z,100,10\n\
             r1,2026-11-20T19:05:00Z,2026-11-20T19:06:00Z,20,2\n\
             r1,2026-11-20T19:08:00Z,2026-11-20T19:09:00Z,30,3\n\
             r1,2026-11-20T19:09:00Z,2026-11-20T19:11:00Z,1000,100\n\
             r1,2026-11-20T20:00:00Z,2026-11-20T21:00:00Z,10000,1000\n",
        )
        // A newer delivery replaces a minute.
        .export(
            "minutes/2026-11-20/2.csv",
            "room,start,end,Shown,Views\nr1,2026-11-20T19:08:00Z,2026-11-20T19:09:00Z,31,4\n",
        )
        .export("hours/2026-11-20/1.csv", "room,start,Orders\nr1,2026-11-20T19:00:00Z,7\n");
    scenario.write("config/brief.yaml", BRIEF);
    scenario
        .run()
        .expect_table(
            "broadcast_minutes",
            "broadcast_id  cover_id  minute_start_utc      impressions  clicks  entries  stays  orders  unique_basis
             r1            blue      2026-11-20T19:05:00Z  31           4       4        –      –       row
             r1            red       2026-11-20T19:00:00Z  100          10      10       –      –       row
             r1            red       2026-11-20T19:05:00Z  20           2       2        –      –       row",
        )
        .expect_table(
            "funnel",
            "cover_id  impressions  orders
             blue      11031        –
             only      –            7
             red       120          –",
        );
}

#[test]
fn a_held_day_has_no_bars_and_a_corrected_one_those_of_its_last_revision() {
    let scenario = Scenario::shop().at(MORNING);
    scenario.write("config/brief.yaml", BRIEF);
    scenario.deliver("shop/2026-11-20/a.csv", format!("{}broken,,,,,,,,,\n", events(DAY)));
    scenario.run().exits(4).says("1 market-days: 1 held");
    assert!(scenario.tree("archive/broadcast_minutes").is_empty());
    scenario.deliver("shop/2026-11-20/a.csv", events(DAY));
    scenario.run().says("1 market-days: 1 published");
    scenario.deliver("shop/2026-11-21/late.csv", events("z1 2026-11-20T09:06:00Z show GB r1 red v7 f 25-34 -"));
    let rows = "2026-11-20  r1            blue      2026-11-20T09:05:00Z  5        1            0       1        0      0       2
         2026-11-20  r1            red       2026-11-20T09:00:00Z  5        2            1       1        1      0       2
         2026-11-20  r1            red       2026-11-20T09:05:00Z  5        2            0       0        0      0       2
         2026-11-20  r1            red       2026-11-20T09:10:00Z  5        0            0       0        0      1       2
         2026-11-20  r2            red       2026-11-20T19:00:00Z  5        1            0       0        0      0       2";
    scenario.run().says("1 market-days: 1 published").expect_table("broadcast_minutes", &minutes(rows));
}

#[test]
fn what_does_not_fit_into_memory_comes_to_the_same_bytes() {
    /// A day of covers by the hundred, each shown at random times: more sums by bar than a thread may keep.
    fn day() -> String {
        let mut lines = String::new();
        for number in 0..60_000_u32 {
            // Some come twice.
            let number = if number % 50 == 1 { number - 1 } else { number };
            // An odd number whose bits look random.
            let random = number.wrapping_mul(2_654_435_761) >> 8;
            let (second, cover) = (random % 86_400, number % 400);
            let at = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            lines.push_str(&format!(
                "e{number} 2026-11-20T{at}Z show GB r{} c{cover} v{number} f 25-34 -\n",
                cover % 7
            ));
        }
        events(&lines)
    }
    let day = day();
    let published = |memory: &str| {
        let scenario =
            Scenario::shop().setting("memory", memory).at(MORNING).export("shop/2026-11-20/a.csv", &day);
        scenario.write("config/brief.yaml", BRIEF);
        scenario.run().says("1 market-days: 1 published");
        assert_eq!(sums(&frame(&scenario, "broadcast_minutes")), sums(&frame(&scenario, "funnel")));
        scenario.tree("archive/broadcast_minutes")
    };
    let tight = published("64MiB");
    assert!(table::frame(&tight).height() > 30_000);
    assert!(tight == published("1GiB"));
}

#[test]
fn views_by_bars_are_bad_where_they_were_slow_stalled_or_failed_whichever_of_them() {
    let minute = MUX
        .replace("grain: view", "grain: minute")
        .replace("      view_id: view_id\n", "")
        .replace("      viewer_id: viewer\n      first_frame_ms: startup_ms\n", "      views: views\n      starts: starts\n")
        .replace("      audio_video_offset_ms: skew_ms\n      failed: failed\n      bitrate_kbps: kbps\n      rung: rendition\n", "")
        .replace("mux/{date", "tally/{date");
    let scenario = Scenario::shop()
        .platform("mux", MUX)
        .platform("tally", &minute)
        .job("shop, mux, tally", "GB", 1)
        .at(MORNING)
        .export("shop/2026-11-20/a.csv", events(DAY))
        .export(
            "mux/2026-11-20/a.csv",
            views(
                "w1 2026-11-20T09:00:00Z GB r1 h1 v1 400  0   0 60 20  0 1500 720p
                 w2 2026-11-20T09:04:59Z GB r1 h2 v2 601  1.5 2 30 -40 1 900  360p
                 w2 2026-11-20T09:04:59Z GB r1 h2 v2 601  1.5 2 30 -40 1 900  360p
                 w3 2026-11-20T09:05:00Z GB r1 h1 v3 601  0   0 10 0   0 1500 720p
                 w4 2026-11-20T09:06:00Z GB r1 h1 v4 -    0   0 0  -   1 -    -
                 w5 2026-11-20T09:07:00Z GB r1 h1 v5 100  0.9 1 20 -   0 -    -",
            ),
        )
        .export(
            "tally/2026-11-20/a.csv",
            "view_start,country,video_id,room,views,starts,rebuffer_s,rebuffers,watch_s\n\
             2026-11-20T09:03:00Z,GB,r1,h1,10,9,1,1,100\n\
             2026-11-20T09:04:00Z,GB,r1,h1,5,5,0,0,50\n\
             2026-11-20T09:05:00Z,GB,r1,h1,1,,0,0,10\n",
        );
    scenario.run().says("3 market-days: 3 published");
    assert!(scenario.tree("archive/quality_minutes").is_empty(), "nobody asked for it");
    scenario.write("config/brief.yaml", BRIEF);
    scenario.run().says("3 market-days: 3 published").expect_table(
        "quality_minutes",
        "platform  of_platform  market  broadcast_id  minute_start_utc      minutes  views  starts  good_starts  bad_views  provisional  revision
         mux       shop         GB      r1            2026-11-20T09:00:00Z  5        2      2       1            1          true         2
         mux       shop         GB      r1            2026-11-20T09:05:00Z  5        3      2       1            2          true         2
         tally     shop         GB      r1            2026-11-20T09:00:00Z  5        15     14      –            –          true         2
         tally     shop         GB      r1            2026-11-20T09:05:00Z  5        1      –       –            –          true         2",
    );
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    std::fs::remove_file(scenario.path("config/brief.yaml")).unwrap();
    let none = "platform  broadcast_id  views";
    scenario.run().says("3 market-days: 3 published").expect_table("quality_minutes", none);
}

#[test]
fn rows_of_whole_broadcasts_say_nothing_of_five_minutes() {
    let broadcast = MUX
        .replace("grain: view", "grain: broadcast")
        .replace("      view_id: view_id\n", "")
        .replace("      viewer_id: viewer\n      first_frame_ms: startup_ms\n", "      views: views\n")
        .replace("      audio_video_offset_ms: skew_ms\n      failed: failed\n      bitrate_kbps: kbps\n      rung: rendition\n", "");
    let scenario = Scenario::shop()
        .platform("mux", &broadcast)
        .job("shop, mux", "GB", 1)
        .at(MORNING)
        .export("shop/2026-11-20/a.csv", events(DAY))
        .export(
            "mux/2026-11-20/a.csv",
            "view_start,country,video_id,room,views,rebuffer_s,rebuffers,watch_s\n2026-11-20T09:03:00Z,GB,r1,h1,10,1,1,100\n",
        );
    scenario.write("config/brief.yaml", BRIEF);
    scenario
        .run()
        .says("2 market-days: 2 published")
        .expect_table("quality", "broadcast_id  views\nr1            10");
    assert!(scenario.tree("archive/quality_minutes").is_empty());
}

#[test]
fn a_platform_without_ids_is_followed_too() {
    let shop = SHOP.replace("      event_id: id\n", "").replace("      viewer_id: viewer\n", "");
    let scenario =
        Scenario::shop().platform("shop", &shop).at(MORNING).export("shop/2026-11-20/a.csv", events(DAY));
    scenario.write("config/brief.yaml", BRIEF);
    scenario.run().says("1 market-days: 1 published");
    let sums = sums(&frame(&scenario, "broadcast_minutes"));
    assert_eq!(sums, self::sums(&frame(&scenario, "funnel")));
    assert_eq!(sums.len(), 3);
}
