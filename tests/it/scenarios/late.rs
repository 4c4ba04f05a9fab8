//! Data that is late, missing, or somebody else's: waited for, published again, or named; never a quiet day.

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const MORNING: &str = "2026-11-21T03:00:00Z";
const TWO_LATER: &str = "2026-11-22T03:00:00Z";

/// So many impressions on a day, one a minute from noon on.
fn shows(date: &str, market: &str, count: usize) -> String {
    let line = |number: usize| {
        let (hour, minute) = (12 + number / 60, number % 60);
        format!("{date}-{number} {date}T{hour}:{minute:02}:00Z show {market} r1 c1 v{number} f 25-34 -\n")
    };
    events(&(0..count).map(line).collect::<String>())
}

/// The platform `shop`, with records only in the files of their own days.
fn strict() -> String {
    let without_late_days = SHOP.replace("    late_days: 1\n", "");
    // Where leaves carry the dwell, a day reads the next one's files too.
    without_late_days.replace("      dwell_seconds: dwell\n", "")
}

/// What the archive shows of a day's impressions.
fn impressions(scenario: &Scenario, expected: &str) {
    crate::table::expect(&scenario.tree("archive/slot_audience"), expected);
}

#[test]
fn what_is_missing_is_named_with_the_instant_since_when() {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 1);
    let scenario = scenario.at(MORNING).export("shop/2026-11-19/a.csv", events(""));
    let missing = "waiting: shop/GB/2026-11-20 since 2026-11-21T00:00:00Z, shop/JP/2026-11-20 since 2026-11-20T15:00:00Z\n    \
                   no export at `shop/2026-11-20/*.csv`";
    scenario.run().exits(4).says(missing);
    scenario.cli(&["status", "--days", "1"]).exits(0).says(missing);
    let range = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--dry-run"];
    scenario
        .cli(&range)
        .exits(0)
        .says("shop/JP/2026-11-20 waits for `shop/2026-11-20/*.csv` since 2026-11-20T15:00:00Z");
}

#[test]
fn yesterdays_file_under_todays_name_is_held_and_named() {
    let yesterday = shows("2026-11-20", "GB", 3);
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", &yesterday);
    scenario.run().exits(0);
    // The next night knows of yesterday only by its receipt.
    scenario.deliver("shop/2026-11-21/a.csv", &yesterday);
    scenario.clock(TWO_LATER);
    let named = "export `shop/2026-11-21/a.csv`: its bytes are those of `shop/2026-11-20/a.csv`, another day's file (give `--accept-shrink` if that is right)";
    let copy =
        "export `shop/2026-11-21/a.csv`: its bytes are those of `shop/2026-11-20/a.csv`, another day's file";
    scenario.run().exits(4).says("1 market-days: 1 held").says(copy);
    impressions(&scenario, "local_date  impressions\n2026-11-20  3");
    scenario.cli(&["status", "--days", "1"]).exits(0).says("held: shop/GB/2026-11-21").says(named);
    scenario.deliver("shop/2026-11-21/a.csv", shows("2026-11-21", "GB", 2));
    scenario.run().exits(0).says("1 market-days: 1 published");
    impressions(&scenario, "local_date  impressions\n2026-11-20  3\n2026-11-21  2");
}

#[test]
fn a_copy_in_the_same_run_is_held_and_the_original_is_not() {
    // Without ids nothing is a duplicate: counted, the copy would double its own day.
    let without_ids = SHOP.replace("      event_id: id\n", "");
    let rows = shows("2026-11-20", "GB", 3);
    let scenario = Scenario::shop()
        .platform("shop", &strict().replace("      event_id: id\n", ""))
        .job("shop", "GB", 2)
        .at(TWO_LATER)
        .export("shop/2026-11-20/a.csv", &rows)
        .export("shop/2026-11-21/a.csv", &rows);
    scenario.run().exits(4).says("1 published, 1 held").says("held: shop/GB/2026-11-21");
    impressions(&scenario, "local_date  impressions\n2026-11-20  3");
    // Where the day before reads the copy too, it waits with it.
    let scenario = scenario.platform("shop", &without_ids);
    scenario.run().exits(4).says("2 held");
    impressions(&scenario, "local_date  impressions\n2026-11-20  3");
}

#[test]
fn another_days_records_under_todays_name_are_held_whatever_their_bytes() {
    let scenario = Scenario::shop().at(TWO_LATER).export("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 20));
    let reason = "export `shop/2026-11-21/a.csv`: none of its 20 records lies in 2026-11-21 (UTC), the day that its path names: they are from 2026-11-20T12:00:00Z to 2026-11-20T12:19:00Z (is it another day's file? give `--accept-shrink` if that is right)";
    scenario.run().exits(4).says("1 held").says(reason);
    assert!(!scenario.path("archive/funnel").exists(), "not even as a quiet day");
    // Tomorrow's file is as wrong.
    scenario.deliver("shop/2026-11-21/a.csv", shows("2026-11-22", "GB", 20));
    scenario.run().exits(4).says("they are from 2026-11-22T12:00:00Z");
    // One record of its own day, and it is the day's.
    let own = shows("2026-11-21", "GB", 1).lines().nth(1).unwrap().to_owned() + "\n";
    scenario.deliver("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 20) + &own);
    scenario.run().exits(0);
    impressions(&scenario, "local_date  impressions\n2026-11-21  1");
}

#[test]
fn who_accepts_such_a_file_is_not_asked_again() {
    let scenario = Scenario::shop().at(TWO_LATER).export("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 20));
    scenario.run().exits(4);
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0).says("1 published");
    // The last look, after the settle time, and one because of another export.
    let range = ["backfill", "nightly", "--from", "2026-11-21", "--to", "2026-11-21"];
    scenario.clock("2026-11-25T03:00:00Z");
    scenario.cli(&range).exits(0).says("1 published");
    scenario.deliver("shop/2026-11-21/b.csv", shows("2026-11-21", "GB", 1));
    scenario.cli(&range).exits(0).says("1 published");
    assert_eq!(scenario.receipt("shop/GB/2026-11-21")["content"]["revision"], 3);
}

#[test]
fn stragglers_hold_nothing() {
    let few = Scenario::shop().at(TWO_LATER).export("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 19));
    few.run().exits(0).says("1 published");
    // A file of nothing but stragglers beside one that has the day.
    let beside = Scenario::shop()
        .at(TWO_LATER)
        .export("shop/2026-11-21/a.csv", shows("2026-11-21", "GB", 1))
        .export("shop/2026-11-21/late.csv", shows("2026-11-20", "GB", 30));
    beside.run().exits(0).says("1 published");
    // Today's file, in which there is nothing yet but what came late of yesterday.
    let early = Scenario::shop()
        .at("2026-11-21T00:10:00Z")
        .export("shop/2026-11-20/a.csv", shows("2026-11-20", "GB", 30))
        .export("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 25));
    early.run().exits(0).says("1 published");
}

#[test]
fn a_day_without_broadcasts_after_a_busy_one_has_a_file_of_stragglers() {
    let sunday = shows("2026-11-20", "GB", 49);
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", shows("2026-11-20", "GB", 100));
    scenario.run().exits(0);
    scenario.deliver("shop/2026-11-21/a.csv", &sunday);
    scenario.clock(TWO_LATER);
    scenario.run().exits(0).says("1 published");
    // Half of what the day itself delivered is more than comes late.
    scenario
        .deliver("shop/2026-11-21/a.csv", sunday + shows("2026-11-20", "GB", 1).lines().nth(1).unwrap() + "\n");
    scenario.run().exits(4).says("1 held").says("none of its 50 records lies in 2026-11-21");
}

#[test]
fn files_that_are_dated_by_their_delivery_are_nobodys_copies() {
    let delivered = |scenario: Scenario| {
        scenario
            .job("shop", "GB", 2)
            .at("2026-11-23T03:00:00Z")
            .export("shop/2026-11-21/a.csv", shows("2026-11-20", "GB", 30))
            .export("shop/2026-11-22/a.csv", shows("2026-11-21", "GB", 40))
            .export("shop/2026-11-23/a.csv", shows("2026-11-22", "GB", 50))
    };
    let scenario = delivered(Scenario::shop());
    scenario.run().exits(0).says("2 published");
    impressions(&scenario, "local_date  impressions\n2026-11-21  40\n2026-11-22  50");
    // Where nothing says that a record may come a day late, none of them could ever be counted.
    let strict = delivered(Scenario::shop().platform("shop", &strict()));
    strict.run().exits(4).says("2 held").says("is it another day's file?");
}

#[test]
fn headers_alone_are_quiet_days_and_no_copies() {
    let scenario = Scenario::shop()
        .job("shop", "GB", 2)
        .at(TWO_LATER)
        .export("shop/2026-11-20/a.csv", events(""))
        .export("shop/2026-11-21/a.csv", events(""));
    scenario.run().exits(0).says("2 market-days: 2 published");
}

#[test]
fn an_empty_file_is_no_quiet_day() {
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", "");
    scenario.run().exits(6).says("1 failed").says(
        "export `shop/2026-11-20/a.csv`: it is empty (0 bytes): the platform delivered nothing, or the upload broke off",
    );
    assert!(!scenario.path("archive/funnel").exists());
}

/// A market a folder.
fn folders() -> Scenario {
    let by_path = SHOP
        .replace("shop/{date:%Y-%m-%d}/*.csv", "shop/{market}/{date:%Y-%m-%d}/*.csv")
        .replace("market: {column: country, values: {UK: GB}, otherwise: reject}", "market: path");
    Scenario::shop()
        .market("FR", "timezone: Europe/London, slots: day_parts")
        .platform("shop", &by_path)
        .job("shop", "GB, FR", 1)
        .at(MORNING)
}

#[test]
fn another_markets_file_is_held_and_named() {
    let french = shows("2026-11-20", "FR", 2);
    let scenario = folders().export("shop/FR/2026-11-20/a.csv", &french);
    scenario.run().exits(4).says("1 published, 1 waiting");
    scenario.deliver("shop/GB/2026-11-20/a.csv", &french);
    scenario
        .run()
        .exits(4)
        .says("1 current, 1 held")
        .says("export `shop/GB/2026-11-20/a.csv`: its bytes are those of `shop/FR/2026-11-20/a.csv`, the file of market `FR` (give `--accept-shrink` if that is right)");
    assert!(!scenario.path("archive/funnel/platform=shop/market=GB").exists());
    // Delivered together, nobody can say whose they are.
    let together =
        folders().export("shop/FR/2026-11-20/a.csv", &french).export("shop/GB/2026-11-20/a.csv", &french);
    together.run().exits(4).says("2 held").says("the file of market `FR`").says("the file of market `GB`");
    // Two markets may both have been quiet.
    let quiet =
        folders().export("shop/FR/2026-11-20/a.csv", events("")).export("shop/GB/2026-11-20/a.csv", events(""));
    quiet.run().exits(0).says("2 published");
}

#[test]
fn a_file_of_unknown_markets_alone_is_held_and_names_them() {
    let ignoring = SHOP.replace("otherwise: reject", "otherwise: ignore");
    let scenario = Scenario::shop().platform("shop", &ignoring).at(MORNING);
    scenario.deliver("shop/2026-11-20/a.csv", shows("2026-11-20", "FR", 20));
    scenario
        .run()
        .exits(4)
        .says("1 held")
        .says("export `shop/2026-11-20/a.csv`: none of its 20 records is of a market that `markets.yaml` knows, and 20 are of `FR` (is it another market's file? give `--accept-shrink` if that is right)");
    // A few foreigners on a quiet day are what `ignore` is for.
    scenario.deliver("shop/2026-11-20/a.csv", shows("2026-11-20", "FR", 19));
    scenario.run().exits(0).says("1 published");
    // Where unknown markets are rejected, their names are in the reason for which the day is held.
    let rejecting = Scenario::shop().at(MORNING);
    rejecting.deliver("shop/2026-11-20/a.csv", shows("2026-11-20", "FR", 2));
    rejecting.run().exits(4).says(
        "2 of 2 records were rejected, more than the 1 % that `max_reject_share` allows; they are of `FR`, which `markets.yaml` does not know",
    );
}

#[test]
fn a_replaced_export_makes_a_new_revision() {
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", shows("2026-11-20", "GB", 3));
    scenario.run().exits(0);
    scenario.deliver("shop/2026-11-20/a.csv", shows("2026-11-20", "GB", 4));
    scenario.run().exits(0).says("1 published");
    impressions(
        &scenario,
        "local_date  impressions  provisional  revision\n2026-11-20  4            true         2",
    );
}

#[test]
fn a_backfill_of_an_old_day_does_not_hide_todays_gap() {
    let scenario = Scenario::shop().job("shop", "GB", 2).at(TWO_LATER);
    scenario.deliver("shop/2026-11-20/a.csv", shows("2026-11-20", "GB", 3));
    scenario.run().exits(4).says("1 published, 1 waiting");
    let gap = |scenario: &Scenario| {
        let status = scenario.cli(&["status", "--days", "1"]).exits(0).stdout;
        let is_waiting = |line: &str| line.contains("GB") && line.trim_end().ends_with('W');
        assert!(status.lines().any(is_waiting), "{status}");
        status
    };
    let before = gap(&scenario);
    scenario.deliver("shop/2026-11-10/a.csv", shows("2026-11-10", "GB", 3));
    scenario
        .cli(&["backfill", "nightly", "--from", "2026-11-10", "--to", "2026-11-10"])
        .exits(0)
        .says("1 published");
    assert_eq!(gap(&scenario), before);
    scenario.run().exits(4).says("1 current, 1 waiting").says("shop/GB/2026-11-21 since 2026-11-22T00:00:00Z");
}

const SESSIONS: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
settle: 24h
exports:
  - name: sessions
    rows: counts
    path: "live/{market}/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    newest: {by: name, per: broadcast}
    columns:
      period: {start: from, end: to}
      market: path
      broadcast_id: room
      cover_id: cover
      counts: {entries: views}
"#;

/// Two markets a folder each, whose rows are sessions; so many of them from the first instant to the second.
fn sessions(count: usize, from: &str, to: &str, views: u32) -> (Scenario, String) {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .market("FR", "timezone: Europe/London, slots: day_parts")
        .platform("live", SESSIONS)
        .at(TWO_LATER);
    let row = |number: usize| format!("{from},{to},r{number},c1,{views}\n");
    (scenario, "from,to,room,cover,views\n".to_owned() + &(0..count).map(row).collect::<String>())
}

#[test]
fn one_session_may_be_all_there_is_in_the_files_of_two_days() {
    let night = |count| sessions(count, "2026-11-20T22:00:00Z", "2026-11-21T02:00:00Z", 60);
    for (count, said) in [(1, "2 published"), (19, "2 published"), (20, "2 held")] {
        let (scenario, rows) = night(count);
        let scenario = scenario.job("live", "GB", 2);
        for date in ["2026-11-19", "2026-11-20", "2026-11-21"] {
            let rows = if date == "2026-11-19" { rows.lines().next().unwrap() } else { &rows };
            scenario.deliver(&format!("live/GB/{date}.csv"), rows.to_owned() + "\n");
        }
        let outcome = scenario.run().says(said);
        assert_eq!(outcome.code, if count == 20 { 4 } else { 0 });
    }
}

#[test]
fn rows_of_nothing_may_be_the_same_in_two_markets() {
    for (views, said) in [(0, "2 published"), (1, "2 held")] {
        let (scenario, rows) = sessions(2, "2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z", views);
        let scenario = scenario.job("live", "GB, FR", 1);
        for market in ["GB", "FR"] {
            scenario.deliver(&format!("live/{market}/2026-11-20.csv"), "from,to,room,cover,views\n");
            scenario.deliver(&format!("live/{market}/2026-11-21.csv"), &rows);
        }
        scenario.run().says(said);
    }
}
