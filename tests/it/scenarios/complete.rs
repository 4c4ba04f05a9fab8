//! When a day is whole: what was not delivered yet is waited for, and what was never said is not published.

use std::fs::{self, File};

use jiff::Timestamp;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

/// One impression an hour of a UTC day, between two hours.
fn hours(date: &str, market: &str, from: usize, until: usize) -> String {
    let line =
        |hour| format!("{market}-{date}-{hour} {date}T{hour:02}:30:00Z show {market} r1 c1 v{hour} f 25-34 -\n");
    events(&(from..until).map(line).collect::<String>())
}

/// The platform `shop`, with records only in the files of their own days.
fn strict() -> String {
    SHOP.replace("    late_days: 1\n", "").replace("      dwell_seconds: dwell\n", "")
}

/// The same without a date in its path.
fn undated() -> String {
    strict().replace("shop/{date:%Y-%m-%d}/*.csv", "shop/*.csv").replace("    day: {timezone: UTC}\n", "")
}

/// With more keys of its export.
fn with(platform: &str, keys: &str) -> String {
    platform.replace("    format: csv\n", &format!("    format: csv\n    {keys}\n"))
}

fn new_york(platform: &str, lookback_days: u16) -> Scenario {
    Scenario::new()
        .market("US", "timezone: America/New_York, slots: day_parts")
        .platform("shop", &platform.replace("values: {UK: GB}, ", ""))
        .job("shop", "US", lookback_days)
}

fn london(platform: &str, lookback_days: u16) -> Scenario {
    Scenario::shop().platform("shop", platform).job("shop", "GB", lookback_days)
}

impl Scenario {
    /// Delivers an export that was made at an instant.
    fn made(&self, path: &str, at: &str, content: &str) {
        self.deliver(path, content);
        let at: Timestamp = at.parse().unwrap();
        let file = File::options().write(true).open(self.path(&format!("exports/{path}"))).unwrap();
        file.set_modified(at.into()).unwrap();
    }

    fn expire(&self, path: &str) {
        fs::remove_file(self.path(&format!("exports/{path}"))).unwrap();
    }
}

/// How many impressions a market-day has by its newest receipt.
fn impressions(scenario: &Scenario, market_day: &str) -> i64 {
    scenario.receipt(market_day)["content"]["totals"]["impressions"].as_i64().unwrap()
}

/// The row of a market in the grid of `status`.
fn letters(scenario: &Scenario, days: u16, market: &str) -> String {
    let status = scenario.cli(&["status", "--days", &days.to_string()]).exits(0).stdout;
    let row = status
        .lines()
        .find(|line| line.contains(&format!("┆ {market} ")) || line.contains(&format!(" {market} ")));
    row.unwrap_or_else(|| panic!("{status}"))
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|cell| cell.chars().count() == 1)
        .collect()
}

#[test]
fn an_undated_export_says_nothing_of_days_that_it_does_not_reach() {
    let scenario = new_york(&undated(), 6).at("2026-11-24T12:00:00Z");
    scenario.made("shop/a.csv", "2026-11-22T02:00:00Z", &hours("2026-11-21", "US", 0, 24));
    scenario.made("shop/b.csv", "2026-11-23T02:00:00Z", &hours("2026-11-22", "US", 0, 24));
    let run = scenario.run().exits(4).says("6 market-days: 2 published, 2 waiting, 2 not begun");
    let run = run.says("`shop/b.csv`, the newest object without a date in its path, was made at 2026-11-23T02:00:00Z, before the day ended");
    run.says("note: shop/US/2026-11-20: covered in part: the records at `shop/*.csv` reach into it from 2026-11-21T00:30:00Z on");
    assert_eq!(letters(&scenario, 6, "US"), "--PFWW");
    // Five of 24 hours, and all.
    assert_eq!(["shop/US/2026-11-20", "shop/US/2026-11-21"].map(|day| impressions(&scenario, day)), [5, 24]);
    // The same objects say the same tomorrow, and are not read to hear it.
    scenario.clock("2026-11-25T03:00:00Z");
    let again = scenario.run().exits(4).says("6 market-days: 2 current, 2 waiting, 2 not begun");
    assert!(!again.stdout.contains("exports read"), "{}", again.stdout);
    scenario.made("shop/c.csv", "2026-11-24T06:00:00Z", &hours("2026-11-23", "US", 0, 24));
    scenario.run().exits(0).says("4 published, 2 not begun");
    assert_eq!(letters(&scenario, 6, "US"), "--PFFP");
}

#[test]
fn a_market_that_was_quiet_while_others_were_on_air_was_quiet() {
    let scenario = london(&undated(), 4).at("2026-11-24T12:00:00Z");
    let scenario = scenario.market("FR", "timezone: Europe/London, slots: day_parts").job("shop", "GB, FR", 4);
    let french = ["2026-11-20", "2026-11-23"].map(|date| hours(date, "FR", 0, 24));
    let british = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"].map(|date| hours(date, "GB", 0, 24));
    for (number, rows) in french.iter().chain(&british).enumerate() {
        scenario.deliver(&format!("shop/{number}.csv"), rows);
    }
    scenario.run().exits(0).says("8 market-days: 8 published");
    assert_eq!(scenario.receipt("shop/FR/2026-11-21")["content"]["state"], "final");
    // Between two objects lies a day that nobody delivered.
    let gap = london(&undated(), 4).at("2026-11-24T12:00:00Z");
    for date in ["2026-11-20", "2026-11-21", "2026-11-23"] {
        gap.deliver(&format!("shop/{date}.csv"), hours(date, "GB", 0, 24));
    }
    gap.run().exits(4).says("3 published, 1 waiting").says("waiting: shop/GB/2026-11-22");
    let quiet = gap.platform("shop", &with(&undated(), "if_missing: quiet"));
    quiet.run().exits(0);
    assert_eq!(quiet.receipt("shop/GB/2026-11-22")["content"]["state"], "final");
}

#[test]
fn days_that_a_rolling_export_has_left_behind_stay_as_they_were_published() {
    let scenario = london(&undated(), 5).at("2026-11-23T12:00:00Z");
    let days = |first: u32, last: u32| {
        let header = hours("2026-11-01", "GB", 0, 0);
        let rows = (first..=last).map(|day| hours(&format!("2026-11-{day}"), "GB", 0, 24));
        header.clone() + &rows.map(|text| text.strip_prefix(&header).unwrap().to_owned()).collect::<String>()
    };
    scenario.deliver("shop/latest.csv", days(19, 22));
    scenario.run().exits(0).says("4 published, 1 not begun");
    // It goes on in the middle of the 21st.
    let rest = hours("2026-11-21", "GB", 12, 24);
    let header = hours("2026-11-01", "GB", 0, 0);
    scenario.deliver("shop/latest.csv", rest + days(22, 23).strip_prefix(&header).unwrap());
    scenario.clock("2026-11-24T12:00:00Z");
    scenario.run().exits(0).says("3 current");
    let days = ["shop/GB/2026-11-19", "shop/GB/2026-11-21", "shop/GB/2026-11-22", "shop/GB/2026-11-23"];
    assert_eq!(days.map(|day| impressions(&scenario, day)), [24, 24, 24, 24]);
    let again = scenario.run().exits(0);
    assert!(!again.stdout.contains("exports read"), "{}", again.stdout);
}

#[test]
fn an_undated_path_is_told_with_what_it_costs() {
    let scenario = london(&undated(), 5);
    scenario.cli(&["check"]).exits(0).says(
        "warning: platform `shop`, export `events`: its `path` (`shop/*.csv`) names no date: each new object makes every market-day of the look-back due again",
    );
    let dated = london(&strict(), 5).cli(&["check"]).exits(0).stdout;
    assert!(!dated.contains("names no date"), "{dated}");
}

#[test]
fn a_date_waits_until_it_has_all_its_parts() {
    let scenario = london(&with(&strict(), "parts: 3"), 1).at("2026-11-23T03:00:00Z");
    for part in 0..2 {
        scenario
            .deliver(&format!("shop/2026-11-22/{part}.csv"), hours("2026-11-22", "GB", 8 * part, 8 * part + 8));
    }
    let waits =
        "waiting: shop/GB/2026-11-22 since 2026-11-23T00:00:00Z\n    `shop/2026-11-22/*.csv` has 2 of 3 parts";
    scenario.run().exits(4).says(waits);
    scenario.cli(&["status", "--days", "1"]).exits(0).says(waits);
    scenario.deliver("shop/2026-11-22/2.csv", hours("2026-11-22", "GB", 16, 24));
    scenario.run().exits(0).says("1 published");
}

#[test]
fn a_date_waits_for_the_object_that_says_it_is_complete() {
    let keys = "complete_when: \"shop/{date:%Y-%m-%d}/_SUCCESS\"";
    let scenario = london(&with(&strict(), keys), 1).at("2026-11-23T03:00:00Z");
    scenario.deliver("shop/2026-11-22/a.csv", hours("2026-11-22", "GB", 0, 24));
    scenario.run().exits(4).says("no export at `shop/2026-11-22/_SUCCESS`");
    scenario.deliver("shop/2026-11-22/_SUCCESS", "");
    scenario.run().exits(0).says("1 published");
    // A complete date without an object is a quiet one.
    scenario.deliver("shop/2026-11-23/_SUCCESS", "");
    scenario.clock("2026-11-24T03:00:00Z");
    scenario.run().exits(0).says("1 published");
}

#[test]
fn a_date_with_fewer_objects_than_its_neighbours_is_told_and_given_more_time() {
    let scenario = london(&strict(), 3).at("2026-11-24T03:00:00Z");
    for (date, parts) in [("2026-11-21", 4), ("2026-11-22", 3), ("2026-11-23", 4)] {
        for part in 0..parts {
            scenario.deliver(&format!("shop/{date}/{part}.csv"), hours(date, "GB", 6 * part, 6 * part + 6));
        }
    }
    let told =
        "note: shop/GB/2026-11-22: `shop/2026-11-22/*.csv` has 3 objects, fewer than its neighbours, which have 4";
    scenario.run().exits(0).says("3 published").says(told);
    // The settle time of 24 hours is over at midnight.
    assert_eq!(letters(&scenario, 3, "GB"), "FPP");
    scenario.clock("2026-11-24T23:59:59Z");
    scenario.run().exits(0).says("3 current").says(told);
    scenario.clock("2026-11-25T00:00:00Z");
    let of_22 = ["backfill", "nightly", "--from", "2026-11-22", "--to", "2026-11-22"];
    scenario.cli(&of_22).exits(0).says("1 published").says(told);
    assert_eq!(scenario.receipt("shop/GB/2026-11-22")["content"]["state"], "final");
    // A file a broadcast: every date has another number of them.
    let varying = london(&strict(), 3).at("2026-11-24T03:00:00Z");
    for (date, parts) in [("2026-11-20", 1), ("2026-11-21", 4), ("2026-11-22", 2), ("2026-11-23", 3)] {
        for part in 0..parts {
            varying.deliver(&format!("shop/{date}/{part}.csv"), hours(date, "GB", part, part + 1));
        }
    }
    let run = varying.run().exits(0);
    assert!(!run.stdout.contains("fewer"), "{}", run.stdout);
}

/// Everything of a folder for each market, a file a day.
fn folders() -> String {
    strict()
        .replace("shop/{date:%Y-%m-%d}/*.csv", "shop/{market}/{date:%Y-%m-%d}.csv")
        .replace("market: {column: country, values: {UK: GB}, otherwise: reject}", "market: path")
}

#[test]
fn a_day_without_a_file_is_quiet_only_where_that_is_declared_and_time_has_passed() {
    let japan = |platform: &str| {
        let scenario =
            Scenario::new().market("JP", "timezone: Asia/Tokyo, slots: day_parts").platform("shop", platform);
        let scenario = scenario.job("shop", "JP", 3).at("2026-11-22T00:00:00Z");
        for date in ["2026-11-18", "2026-11-20", "2026-11-21"] {
            scenario.deliver(&format!("shop/JP/{date}.csv"), hours(date, "JP", 0, 12));
        }
        scenario
    };
    japan(&folders()).run().exits(4).says("1 published, 2 waiting");
    let quiet = japan(&with(&folders(), "if_missing: quiet"));
    quiet.clock("2026-11-20T23:59:59Z");
    quiet.run().exits(4).says("no export at `shop/JP/2026-11-19.csv`");
    quiet.clock("2026-11-22T00:00:00Z");
    quiet.run().exits(0).says("3 market-days: 3 published");
    let rows = |day: &str| impressions(&quiet, &format!("shop/JP/{day}"));
    assert_eq!(["2026-11-19", "2026-11-20", "2026-11-21"].map(rows), [0, 12, 12]);
    // The file was late after all.
    quiet.deliver("shop/JP/2026-11-19.csv", hours("2026-11-19", "JP", 0, 12));
    quiet.run().exits(0).says("2 published");
    assert_eq!(rows("2026-11-19"), 12);
    // Nothing at all is a path that is wrong.
    let nothing = japan(&with(&folders(), "if_missing: quiet").replace("shop/{market}", "sohp/{market}"));
    nothing.run().exits(4).says("3 waiting");
    // Several days without any broadcast, beyond what the job looks back.
    quiet.clock("2026-11-30T00:00:00Z");
    quiet.run().exits(4).says("2 published, 1 waiting");
}

#[test]
fn before_the_first_delivery_nothing_is_waited_for() {
    let scenario = london(&strict(), 5).at("2026-11-24T03:00:00Z");
    for date in ["2026-11-22", "2026-11-23"] {
        scenario.deliver(&format!("shop/{date}/a.csv"), hours(date, "GB", 0, 24));
    }
    scenario.run().exits(0).says("5 market-days: 2 published, 3 not begun");
    assert_eq!(letters(&scenario, 5, "GB"), "---FP");
    // What had begun before the look-back has a gap.
    scenario.deliver("shop/2026-10-25/a.csv", hours("2026-10-25", "GB", 0, 24));
    scenario.run().exits(4).says("2 current, 3 waiting");
    // Or was published before it.
    let published = london(&strict(), 2).at("2026-11-20T03:00:00Z");
    for date in ["2026-11-18", "2026-11-19"] {
        published.deliver(&format!("shop/{date}/a.csv"), hours(date, "GB", 0, 24));
    }
    published.run().exits(0);
    for date in ["2026-11-18", "2026-11-19"] {
        published.expire(&format!("shop/{date}/a.csv"));
    }
    published.deliver("shop/2026-11-23/a.csv", hours("2026-11-23", "GB", 0, 24));
    published.clock("2026-11-24T03:00:00Z");
    published.run().exits(4).says("1 published, 1 waiting").says("no export at `shop/2026-11-22/*.csv`");
}

#[test]
fn an_export_that_was_added_later_is_neither_waited_for_nor_zero_before() {
    let orders = r"  - name: orders
    rows: events
    path: 'orders/{date:%Y-%m-%d}.csv'
    day: {timezone: UTC}
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {paid: order}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
    since: 2026-11-23
";
    let platform = strict().replace(", paid: order", ", paid: ignore") + orders;
    let scenario = london(&platform, 2).at("2026-11-24T03:00:00Z");
    for date in ["2026-11-22", "2026-11-23"] {
        scenario.deliver(&format!("shop/{date}/a.csv"), hours(date, "GB", 0, 6));
    }
    scenario.deliver("orders/2026-11-23.csv", events(""));
    scenario.run().exits(0).says("2 published").expect_table(
        "slot_audience",
        "local_date  impressions  orders
         2026-11-22  6            –
         2026-11-23  6            0",
    );
    let without_since = london(&platform.replace("    since: 2026-11-23\n", ""), 2).at("2026-11-24T03:00:00Z");
    for date in ["2026-11-22", "2026-11-23"] {
        without_since.deliver(&format!("shop/{date}/a.csv"), hours(date, "GB", 0, 6));
    }
    without_since.run().exits(4).says("2 waiting");
}

/// The days 2026-11-18 to 21 in New York, published and final.
fn settled() -> Scenario {
    let scenario = new_york(&strict(), 4).at("2026-11-24T00:00:00Z");
    for day in 18..=23 {
        let date = format!("2026-11-{day}");
        scenario.deliver(&format!("shop/{date}/a.csv"), hours(&date, "US", 0, 24));
    }
    scenario
        .cli(&["backfill", "nightly", "--from", "2026-11-18", "--to", "2026-11-21"])
        .exits(0)
        .says("4 published");
    scenario
}

const DAYS: [&str; 5] = ["nightly", "--from", "2026-11-18", "--to", "2026-11-21"];

fn backfill<'s>(scenario: &'s Scenario, more: &[&str]) -> crate::scenario::Outcome<'s> {
    scenario.cli(&[&["backfill"], &DAYS[..], more].concat())
}

#[test]
fn final_days_whose_exports_expired_stay_current() {
    let scenario = settled();
    let before = scenario.archive();
    for date in ["2026-11-18", "2026-11-19"] {
        scenario.expire(&format!("shop/{date}/a.csv"));
    }
    for more in [&[][..], &["--accept-shrink"], &["--reprocess", "all", "--market", "US"]] {
        let run = backfill(&scenario, more).exits(0);
        assert!(
            run.stdout.starts_with("4 market-days: ") || run.stdout.contains("4 market-days: "),
            "{}",
            run.stdout
        );
        assert!(!run.stdout.contains("held") && !run.stdout.contains("waiting"), "{}", run.stdout);
        let files = scenario.archive();
        let shown = |files: &std::collections::BTreeMap<String, Vec<u8>>, date: &str| {
            let is_of = |name: &&String| name.starts_with("funnel") && name.contains(date);
            files.keys().find(is_of).map(|name| files[name].clone())
        };
        for date in ["2026-11-18", "2026-11-19"] {
            assert_eq!(shown(&files, date), shown(&before, date), "{date}");
        }
    }
}

#[test]
fn partitions_written_anew_are_held_only_if_totals_fall() {
    let scenario = settled();
    let rows = hours("2026-11-20", "US", 0, 24);
    scenario.expire("shop/2026-11-20/a.csv");
    scenario.deliver("shop/2026-11-20/whole.csv", &rows);
    backfill(&scenario, &[]).exits(0).says("2 published, 2 current");
    // One record fewer is one too many that is gone.
    scenario.expire("shop/2026-11-20/whole.csv");
    let fewer: Vec<&str> = rows.lines().take(24).collect();
    scenario.deliver("shop/2026-11-20/again.csv", fewer.join("\n"));
    backfill(&scenario, &[]).exits(4).says("1 held").says(
        "`impressions` of shop/US/2026-11-20 would fall from 24 to 23, and `shop/2026-11-20/whole.csv`, which revision 2 was made from, is gone (give `--accept-shrink` if that is right)",
    );
    backfill(&scenario, &["--accept-shrink"])
        .exits(0)
        .says("note: shop/US/2026-11-20: `impressions` fell from 24 to 23");
}

#[test]
fn a_final_day_that_loses_anything_is_told() {
    let scenario = settled();
    let rows = hours("2026-11-20", "US", 0, 24);
    let fewer: Vec<&str> = rows.lines().take(23).collect();
    scenario.deliver("shop/2026-11-20/a.csv", fewer.join("\n"));
    backfill(&scenario, &[])
        .exits(0)
        .says("2 published, 2 current")
        .says("note: shop/US/2026-11-20: `impressions` fell from 24 to 22");
}

#[test]
fn a_day_is_provisional_until_the_last_file_that_it_reads_can_have_come() {
    // Leaves of stays that began on a day may come a day after the next one's.
    let scenario = london(SHOP, 2).at("2026-11-22T12:00:00Z");
    for date in ["2026-11-20", "2026-11-21"] {
        scenario.deliver(&format!("shop/{date}/a.csv"), hours(date, "GB", 0, 24));
    }
    scenario.run().exits(0);
    assert_eq!(letters(&scenario, 2, "GB"), "PP");
    let of_20 = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"];
    scenario.clock("2026-11-23T23:59:59Z");
    scenario.cli(&of_20).exits(0).says("1 current");
    scenario.clock("2026-11-24T00:00:00Z");
    scenario.cli(&of_20).exits(0).says("1 published");
    assert_eq!(scenario.receipt("shop/GB/2026-11-20")["content"]["state"], "final");
    scenario.cli(&["check"]).exits(0).says(
        "job `nightly` looks back 2 days, and the exports of `shop` settle up to 73 hours after a day's end",
    );
}
