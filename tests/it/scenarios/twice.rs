//! The same delivered twice, and periods that overlap: what would count double, and what would be lost.

use std::io::Write;

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const MORNING: &str = "2026-11-21T03:00:00Z";

/// A shop whose events have no id, though its files have a column of one.
fn without_ids() -> Scenario {
    let yaml = SHOP.replace("      event_id: id\n", "").replace("/*.csv", "/*");
    Scenario::shop().platform("shop", &yaml).at(MORNING)
}

/// An impression a minute, beginning with a minute of 2026-11-20.
fn minutes(from: u32, until: u32) -> String {
    let line = |n: u32| format!("- 2026-11-20T{:02}:{:02}:00Z show GB r1 c1 v1 f 25-34 -\n", n / 60, n % 60);
    events(&(from..until).map(line).collect::<String>())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_file_twice_under_one_date_is_held_with_both_names_however_it_is_packed() {
    let text = minutes(600, 624);
    let windows = text.replace('\n', "\r\n");
    for (name, copy) in [
        ("events (1).csv", text.clone().into_bytes()),
        ("events.csv.gz", gzip(&text)),
        ("saved-again.csv", windows.into_bytes()),
    ] {
        let scenario = without_ids().export("shop/2026-11-20/events.csv", &text);
        scenario.deliver(&format!("shop/2026-11-20/{name}"), copy);
        let outcome = scenario.run().exits(4).says("1 market-days: 1 held").says("hold the same 24 records");
        for key in ["`shop/2026-11-20/events.csv`", &format!("`shop/2026-11-20/{name}`")] {
            assert!(outcome.stdout.contains(key), "{key} is not in\n{}", outcome.stdout);
        }
        std::fs::remove_file(scenario.path(&format!("exports/shop/2026-11-20/{name}"))).unwrap();
        scenario.run().exits(0).expect_table("slot_audience", "slot     impressions\nmorning  24");
    }
}

#[test]
fn check_warns_where_nothing_tells_a_copy() {
    let warning = "no `event_id` is mapped: an event that is delivered twice counts twice";
    let scenario = without_ids();
    scenario
        .cli(&["check"])
        .exits(0)
        .says(&format!("warning: `config/platforms/shop.yaml`, line 11, `exports[0].columns`: {warning}"));
    let outcome = Scenario::shop().cli(&["check"]).exits(0).stdout;
    assert!(!outcome.contains("event_id"), "{outcome}");
}

#[test]
fn with_event_ids_a_copy_counts_once_and_holds_nothing() {
    let text = events("e1 2026-11-20T10:00:00Z show GB r1 c1 v1 f 25-34 -");
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", &text);
    scenario.deliver("shop/2026-11-20/b.csv", &text);
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n1");
}

#[test]
fn a_download_that_broke_off_is_held_beside_the_whole_and_hours_are_not() {
    let whole = minutes(600, 700);
    let broken_off = &whole[..whole.len() / 3 + 7];
    let scenario = without_ids()
        .setting("max_reject_share", "0.1")
        .export("shop/2026-11-20/a.csv", broken_off)
        .export("shop/2026-11-20/b.csv", &whole);
    scenario
        .run()
        .exits(4)
        .says("records of export `shop/2026-11-20/a.csv` are among the 100 of `shop/2026-11-20/b.csv`");
    // Parts that follow each other, of one record or none, and two that have a record in common.
    let scenario = without_ids();
    for (name, from, until) in
        [("a", 600, 660), ("b", 659, 720), ("c", 720, 721), ("d", 721, 721), ("e", 721, 721)]
    {
        scenario.deliver(&format!("shop/2026-11-20/{name}.csv"), minutes(from, until));
    }
    scenario.run().exits(0).expect_table("slot_audience", "slot       impressions\nmorning    121\nafternoon  1");
}

#[test]
fn records_that_are_alike_in_any_two_files_prove_nothing() {
    // Many displays a minute that nothing tells apart, spread over two parts.
    let crowd = |times: usize| {
        let lines = minutes(600, 630);
        let (head, lines) = lines.split_once('\n').unwrap();
        format!("{head}\n{}", lines.repeat(times))
    };
    let scenario =
        without_ids().export("shop/2026-11-20/a.csv", crowd(3)).export("shop/2026-11-20/b.csv", crowd(2));
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n150");
}

#[test]
fn copies_that_were_accepted_stay_accepted_and_a_third_one_is_held() {
    let text = minutes(600, 624);
    let scenario = without_ids().export("shop/2026-11-20/a.csv", &text).export("shop/2026-11-20/b.csv", &text);
    scenario.run().exits(4);
    let accept = ["run", "nightly", "--accept-shrink"];
    scenario.cli(&accept).exits(0).expect_table("slot_audience", "impressions\n48");
    scenario.deliver("shop/2026-11-20/c.csv", minutes(700, 701));
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n49");
    scenario.deliver("shop/2026-11-20/d.csv", &text);
    scenario.run().exits(4).says("`shop/2026-11-20/d.csv`");
}

#[test]
fn what_came_after_a_part_was_published_is_not_added_to_it() {
    let scenario = without_ids().export("shop/2026-11-20/a.csv", minutes(600, 640));
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n40");
    scenario.deliver("shop/2026-11-20/b.csv", minutes(600, 660));
    scenario.run().exits(4).says("among the 60 of `shop/2026-11-20/b.csv`");
}

/// Whole periods, named by the path or by columns.
fn counts(period: &str, path: &str, newest: &str) -> Scenario {
    let yaml = format!(
        "version: 1\n\
         conventions: {{impression: displays, click: cover_tap, uniques: row}}\n\
         settle: 1h\n\
         exports:\n\
         \x20 - name: counts\n\
         \x20   rows: counts\n\
         \x20   if_missing: quiet\n\
         \x20   path: \"{path}\"\n\
         \x20   format: csv\n\
         \x20   newest: {newest}\n\
         \x20   columns:\n\
         \x20     period: {period}\n\
         \x20     market: {{value: GB}}\n\
         \x20     broadcast_id: room\n\
         \x20     cover_id: {{value: only}}\n\
         \x20     counts: {{impressions: shown}}\n"
    );
    Scenario::new()
        .market("GB", "timezone: UTC, slots: day_parts")
        .platform("yt", &yaml)
        .job("yt", "GB", 9)
        .at("2026-11-25T03:00:00Z")
}

const PERIODS: &str = "yt/{start:%Y%m%d}-{end:%Y%m%d}*.csv";
const SESSIONS: &str = "{start: from, end: to}";

#[test]
fn days_that_two_periods_count_are_held_with_both_intervals_and_others_are_published() {
    let scenario = counts("path", PERIODS, "{by: modified, per: period}")
        .export("yt/20261116-20261118.csv", "room,shown\nv1,200\n")
        .export("yt/20261118-20261119.csv", "room,shown\nv2,100\n")
        .export("yt/20261116-20261123.csv", "room,shown\nv1,700\n");
    let outcome = scenario.run().exits(4).says("7 published, 2 held").says(
        "exports `yt/20261116-20261118.csv` and `yt/20261116-20261123.csv` both count `v1`, the one from 2026-11-16T00:00:00Z to 2026-11-18T00:00:00Z, the other from 2026-11-16T00:00:00Z to 2026-11-23T00:00:00Z",
    );
    outcome.expect_table(
        "slot_audience",
        "local_date  impressions
         2026-11-18  200
         2026-11-19  100
         2026-11-20  100
         2026-11-21  100
         2026-11-22  100",
    );
    std::fs::remove_file(scenario.path("exports/yt/20261116-20261118.csv")).unwrap();
    scenario.run().exits(0).says("2 published, 7 current");
}

#[test]
fn a_session_told_on_air_and_after_is_held_per_period_and_counted_once_per_broadcast() {
    let head = "room,from,to,shown\n";
    let on_air = format!("{head}r3,2026-11-20T20:00:00Z,2026-11-20T20:30:00Z,5000\n");
    let after = format!(
        "{head}r3,2026-11-20T20:00:00Z,2026-11-20T22:00:00Z,18000\nr4,2026-11-20T08:00:00Z,2026-11-20T09:00:00Z,7\n"
    );
    for per in ["period", "broadcast"] {
        let scenario = counts(SESSIONS, "yt/*.csv", &format!("{{by: modified, per: {per}}}")).job("yt", "GB", 5);
        scenario.deliver("yt/1.csv", &on_air);
        scenario.deliver("yt/2.csv", &after);
        let outcome = scenario.run();
        if per == "period" {
            outcome.exits(4).says("both count `r3`").says("`newest: {per: broadcast}`");
        } else {
            outcome.exits(0).expect_table(
                "slot_audience",
                "local_date  slot     impressions
                 2026-11-20  morning  7
                 2026-11-20  prime    18000",
            );
        }
    }
}

#[test]
fn the_file_of_another_account_replaces_nothing_without_a_word() {
    let scenario = counts("path", PERIODS, "{by: modified, per: period}").job("yt", "GB", 5);
    scenario.deliver("yt/20261120-20261121-first.csv", "room,shown\nr1,10\nr2,20\n");
    scenario.deliver("yt/20261120-20261121-second.csv", "room,shown\nr7,30\n");
    let held = scenario.run().exits(4).says("export `yt/20261120-20261121-second.csv` would replace what `yt/20261120-20261121-first.csv` counts of `r1`");
    assert!(held.stdout.contains("two accounts"), "{}", held.stdout);
    let per_broadcast = std::fs::read_to_string(scenario.path("config/platforms/yt.yaml")).unwrap();
    scenario.write("config/platforms/yt.yaml", per_broadcast.replace("per: period", "per: broadcast"));
    scenario.run().exits(0).expect_table("slot_audience", "local_date  impressions\n2026-11-20  60");
}

#[test]
fn a_file_that_is_uploaded_again_is_no_newer_than_what_replaced_it() {
    let scenario = counts("path", PERIODS, "{by: modified, per: period}").job("yt", "GB", 5);
    let (first, corrected) = ("room,shown\nr1,100\n", "room,shown\nr1,104\n");
    scenario.deliver("yt/20261120-20261121.csv", first);
    scenario.deliver("yt/20261120-20261121-corrected.csv", corrected);
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n104");
    let receipt = scenario.receipt("yt/GB/2026-11-20");
    let since = receipt["content"]["exports"][1]["modified"].clone();
    // The same bytes, later by the store's clock than all others.
    scenario.deliver("yt/20261120-20261121.csv", first);
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n104");
    let receipt = scenario.receipt("yt/GB/2026-11-20");
    let uploaded = &receipt["content"]["exports"][1];
    assert_eq!((&uploaded["key"], &uploaded["modified"]), (&"yt/20261120-20261121.csv".into(), &since));
    // The file that replaced it is written over by the old one: there is nothing else to count.
    scenario.deliver("yt/20261120-20261121-corrected.csv", "room,shown\nr1,105\n");
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n105");
    scenario.deliver("yt/20261120-20261121-corrected.csv", corrected);
    scenario.run().exits(4).says(
        "export `yt/20261120-20261121-corrected.csv` has the bytes again that revision 2 was made from and revision 3 no longer",
    );
    // Other bytes are another delivery, whatever their name.
    scenario.deliver("yt/20261120-20261121-corrected.csv", "room,shown\nr1,106\n");
    scenario.run().exits(0).expect_table("slot_audience", "impressions\n106");
}

/// Twenty impressions with ids from e0, of viewers of one letter, beginning at an hour.
fn numbered(hour: u32, viewer: &str, event: &str) -> String {
    let line = |n: u32| format!("e{n} 2026-11-20T{hour:02}:{n:02}:00Z {event} GB r1 c1 {viewer}{n} f 25-34 -\n");
    events(&(0..20).map(line).collect::<String>())
}

#[test]
fn ids_that_start_anew_in_each_file_hold_the_day_and_redeliveries_do_not() {
    let first = numbered(10, "v", "show");
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/10.csv", &first);
    scenario.run().exits(0).expect_table("slot_audience", "slot     impressions\nmorning  20");
    scenario.deliver("shop/2026-11-20/10-again.csv", &first);
    scenario.run().exits(0).expect_table("slot_audience", "slot     impressions\nmorning  20");
    for (anew, wrong) in [("11.csv", numbered(11, "w", "show")), ("10-taps.csv", numbered(10, "v", "tap"))] {
        let path = format!("shop/2026-11-20/{anew}");
        scenario.deliver(&path, &wrong);
        let held = "20 of 60 rows of shop/GB/2026-11-20 have an `event_id` that another event has";
        scenario.run().exits(4).says(held);
        std::fs::remove_file(scenario.path(&format!("exports/{path}"))).unwrap();
    }
    scenario.deliver("shop/2026-11-20/11.csv", numbered(11, "w", "show"));
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0);
    scenario.run().exits(0);
}
