//! Records that lie in an object which their own day does not read: rejected and told, never nowhere.

use jiff::{SignedDuration, Timestamp};

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const NOW: &str = "2026-11-24T12:00:00Z";
const LEAVES: &str = "2026-11-20T00:00:00Z";

/// The platform `shop` without dwell, its objects' days in this zone.
fn shop(zone: &str, late_days: u16) -> String {
    SHOP.replace("      dwell_seconds: dwell\n", "")
        .replace("day: {timezone: UTC}", &format!("day: {{timezone: {zone}}}"))
        .replace("late_days: 1", &format!("late_days: {late_days}"))
}

/// Three markets, and files of 18 to 24 November, cut at this hour of UTC, with an impression an hour in each of them.
fn cut_at(hour: i64, platform: &str) -> Scenario {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .market("US", "timezone: America/New_York, slots: day_parts")
        .platform("shop", platform)
        .job("shop", "GB, JP, US", 3)
        .at(NOW);
    for day in 18..=24 {
        let midnight: Timestamp = format!("2026-11-{day}T00:00:00Z").parse().unwrap();
        let mut lines = String::new();
        for number in 0..24 {
            let at = midnight + SignedDuration::from_hours(hour + number);
            for market in ["US", "UK", "JP"] {
                lines.push_str(&format!("{market}-{day}-{number} {at} show {market} r1 c1 v f 25-34 -\n"));
            }
        }
        scenario.deliver(&format!("shop/2026-11-{day}/a.csv"), events(&lines));
    }
    scenario
}

fn total(scenario: &Scenario, market_day: &str, count: &str) -> serde_json::Value {
    scenario.receipt(&format!("shop/{market_day}"))["content"]["totals"][count].clone()
}

#[test]
fn files_cut_by_another_zone_are_held_and_the_zone_is_proposed() {
    let scenario = cut_at(8, &shop("UTC", 1));
    let proposed = "are `beyond_reach` in column `at`: the dates in the paths of `events` seem to be another zone's than UTC; `day: {timezone: …}` of `America/Los_Angeles` would fit every record";
    scenario.run().exits(4).says("9 market-days: 9 held").says(proposed);
    assert!(scenario.tree("archive/slot_audience").is_empty());
    scenario.write("config/platforms/shop.yaml", shop("America/Los_Angeles", 1));
    scenario.run().exits(0).says("9 market-days: 9 published");
    for market in ["GB", "JP", "US"] {
        for day in 21..=23 {
            assert_eq!(total(&scenario, &format!("{market}/2026-11-{day}"), "impressions"), 24);
        }
    }
}

#[test]
fn the_zones_of_the_markets_are_proposed_first() {
    cut_at(-9, &shop("UTC", 0)).run().exits(4).says("of `Asia/Tokyo` would fit every record");
}

#[test]
fn a_day_whose_own_records_are_all_read_is_held_with_the_object_it_stands_on() {
    let scenario = Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts");
    let scenario = scenario.platform("shop", &shop("UTC", 0)).job("shop", "GB, JP", 1).at("2026-11-22T12:00:00Z");
    // Of the 23rd in Japan, which begins at 15:00 UTC on the 22nd, and reads the files of the 22nd and the 23rd.
    let lost =
        "e1 2026-11-21T09:00:00Z show UK r1 c1 v1 f 25-34 -\ne2 2026-11-22T16:00:00Z show JP r1 c1 v1 f 25-34 -";
    for (date, lines) in [("20", ""), ("21", lost), ("22", "")] {
        scenario.deliver(&format!("shop/2026-11-{date}/a.csv"), events(lines));
    }
    scenario
        .run()
        .exits(4)
        .says("held: shop/GB/2026-11-21, shop/JP/2026-11-21")
        .says("1 of 2 records were rejected");
}

#[test]
fn records_that_no_zone_explains_ask_for_more_days() {
    let scenario = Scenario::shop().platform("shop", &shop("UTC", 1)).at("2026-11-22T03:00:00Z");
    let lines =
        "e1 2026-11-21T09:00:00Z show UK r1 c1 v1 f 25-34 -\ne2 2026-11-18T09:00:00Z show UK r1 c1 v1 f 25-34 -";
    scenario.deliver("shop/2026-11-21/a.csv", events(lines));
    scenario.deliver("shop/2026-11-22/a.csv", events(""));
    let asked = "records are early or late; `late_days: 3` (now 1) of `events` would read them";
    scenario.run().exits(4).says(asked);
    scenario.write("config/platforms/shop.yaml", shop("UTC", 3));
    scenario.run().exits(0);
}

/// Market GB, and files of 9 to 14 November, empty but for these.
fn leaves(files: &[(&str, &str)]) -> Scenario {
    let scenario = Scenario::shop().setting("max_reject_share", "1").at(LEAVES);
    for day in 9..=14 {
        scenario.deliver(&format!("shop/2026-11-{day:02}/a.csv"), events(""));
    }
    for (date, lines) in files {
        scenario.deliver(&format!("shop/{date}/a.csv"), events(lines));
    }
    scenario
}

const THREE_DAYS: [&str; 6] = ["backfill", "nightly", "--from", "2026-11-10", "--to", "2026-11-12"];

#[test]
fn a_leave_may_be_late_from_its_own_day_though_it_counts_on_the_one_before() {
    let entries =
        "e1 2026-11-10T23:30:00Z enter UK r1 c1 v1 f 25-34 -\ne2 2026-11-10T23:40:00Z enter UK r1 c1 v2 f 25-34 -";
    let scenario = leaves(&[
        ("2026-11-10", entries),
        ("2026-11-11", "l1 2026-11-11T00:30:00Z leave UK r1 c1 v1 f 25-34 3600"),
        ("2026-11-12", "l2 2026-11-11T00:40:00Z leave UK r1 c1 v2 f 25-34 3600"),
    ]);
    scenario.cli(&THREE_DAYS).exits(0).expect_table(
        "slot_audience",
        "local_date  slot  entries  stays  dwell_seconds\n2026-11-10  late  2        2      7200",
    );
}

#[test]
fn a_stay_that_outlasts_the_days_which_read_its_leave_is_rejected() {
    let lines = "l1 2026-11-12T05:00:00Z leave UK r1 c1 v1 f 25-34 108000\nl2 2026-11-12T05:00:00Z leave UK r1 c1 v1 f 25-34 194400";
    let scenario = leaves(&[("2026-11-12", lines)]);
    scenario
        .cli(&THREE_DAYS)
        .exits(0)
        .says("1 rejected")
        .expect_table("slot_audience", "local_date  stays  dwell_seconds\n2026-11-10  1      108000");
    crate::table::expect(&scenario.tree("archive/rejects"), "reason        column\nbeyond_reach  dwell");
    let scenario = scenario.setting("max_reject_share", "0.1");
    let asked = "stays began days before they ended; `late_days: 2` (now 1) of `events` would read them";
    scenario.cli(&THREE_DAYS).exits(4).says(asked);
}

/// Counts of days, and a log of covers, each in files of UTC days.
const COUNTS: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: log
    rows: covers
    path: "log/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    newest: {by: name, per: broadcast}
    format: csv
    columns: {from: from, until: until, market: {value: GB}, broadcast_id: room, cover_id: cover}
  - name: hours
    rows: counts
    path: "hours/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    newest: {by: name, per: period}
    format: csv
    columns:
      period: {start: from, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: log
      counts: {impressions: shows}
"#;

#[test]
fn rows_of_counts_and_covers_of_days_that_do_not_read_them_are_rejected_too() {
    let scenario = Scenario::shop().platform("shop", COUNTS).setting("max_reject_share", "0.4").at(LEAVES);
    for day in 9..=12 {
        scenario.deliver(&format!("log/2026-11-{day:02}.csv"), "from,until,room,cover\n");
        scenario.deliver(&format!("hours/2026-11-{day:02}.csv"), "from,room,shows\n");
    }
    let own = "2026-11-10T09:00:00Z,2026-11-10T12:00:00Z,r1,c1";
    let of_others = ["2026-11-08T09:00:00Z,2026-11-08T12:00:00Z,r1,c1", "2026-11-12T09:00:00Z,,r1,c1"];
    for (number, other) in of_others.into_iter().enumerate() {
        scenario.deliver("log/2026-11-10.csv", format!("from,until,room,cover\n{own}\n{other}\n"));
        let range = ["backfill", "nightly", "--from", "2026-11-10", "--to", "2026-11-10"];
        scenario.cli(&range).exits(4).says("export `log/2026-11-10.csv`: 1 of 2 records were rejected");
        scenario.deliver("log/2026-11-10.csv", format!("from,until,room,cover\n{own}\n"));
        let hours =
            format!("from,room,shows\n2026-11-10T10:00:00Z,r1,7\n2026-11-{:02}T10:00:00Z,r1,5\n", 8 + 4 * number);
        scenario.deliver("hours/2026-11-10.csv", hours);
        scenario.cli(&range).exits(4).says("export `hours/2026-11-10.csv`: 1 of 2 records were rejected");
        scenario.deliver("hours/2026-11-10.csv", "from,room,shows\n2026-11-10T10:00:00Z,r1,7\n");
    }
}

#[test]
fn each_export_is_read_as_widely_as_its_own_window() {
    let events_only = shop("UTC", 0).replace(", paid: order", "");
    let hours = COUNTS.replace("impressions: shows", "orders: shows");
    let hours = hours.split_once("  - name: hours").unwrap().1;
    let hours =
        format!("  - name: hours{hours}").replace("    format: csv\n", "    late_days: 3\n    format: csv\n");
    let platform = format!("{events_only}{}", hours.replace("cover_id: log", "cover_id: {value: c1}"));
    let scenario = Scenario::shop().platform("shop", &platform).at("2026-11-22T03:00:00Z");
    for day in 16..=21 {
        let at = format!("2026-11-{day}T09:00:00Z");
        let line = format!("e{day} {at} show UK r1 c1 v1 f 25-34 -\nbad{day} never show UK r1 c1 v1 f 25-34 -");
        scenario.deliver(&format!("shop/2026-11-{day}/a.csv"), events(&line));
        scenario.deliver(&format!("hours/2026-11-{day}.csv"), format!("from,room,shows\n{at},r1,7\n"));
    }
    let scenario = scenario.setting("max_reject_share", "1");
    let one_day = ["backfill", "nightly", "--from", "2026-11-17", "--to", "2026-11-17"];
    // One file of events, and four of hours.
    scenario.cli(&one_day).exits(0).says("5 exports read: 6 records, 1 rejected");
    let rejected = |dates: &[&str]| {
        let text = dates.iter().map(|date| format!("{date}   bad_time\n")).collect::<String>();
        crate::table::expect(&scenario.tree("archive/rejects"), &format!("export_date  reason\n{text}"));
    };
    rejected(&["2026-11-17"]);
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-17", "--to", "2026-11-21"]).exits(0);
    rejected(&["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]);
    // What is known of the events of the 18th to the 20th stays, though the 17th is made without them.
    scenario.deliver("hours/2026-11-20.csv", "from,room,shows\n2026-11-17T09:00:00Z,r1,8\n");
    scenario.cli(&one_day).exits(0).says("1 published");
    rejected(&["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]);
}
