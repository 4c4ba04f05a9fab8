//! `check --sample`: one local file through the whole path, and nothing published.

use crate::rows::events;
use crate::scenario::Scenario;

const EVENTS: &str = "e1 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -
                      e2 2026-11-20T09:00:05Z tap  GB r1 c1 v1 f 25-34 -
                      e3 2026-11-20T20:00:00Z show GB r1 c1 v2 m 18-24 -
                      e3 2026-11-20T20:00:00Z show GB r1 c1 v2 m 18-24 -";

fn shop() -> Scenario {
    let scenario = Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts");
    scenario.job("shop", "GB, JP", 2).at("2026-11-23T03:00:00Z")
}

fn json(stdout: &str) -> serde_json::Value {
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn a_file_is_carried_through_as_a_run_would_and_nothing_is_touched() {
    let scenario =
        shop().export("shop/2026-11-20/a.csv", events(EVENTS)).export("shop/2026-11-21/a.csv", events(""));
    let sample = ["check", "--sample", "exports/shop/2026-11-20/a.csv"];
    scenario
        .cli(&sample)
        .exits(0)
        .says("`exports/shop/2026-11-20/a.csv` as `shop/events`, at `shop/2026-11-20/a.csv`")
        .says("4 records: 3 counted, 1 duplicate")
        .says("shop/GB/2026-11-20   published")
        .says("nothing was published");
    assert!(!scenario.path("archive").exists(), "an archive was made");

    let told = json(&scenario.cli(&[&sample[..], &["--output", "json"]].concat()).exits(0).stdout);
    let days = told["market_days"].as_array().unwrap();
    assert_eq!(days.len(), 1, "{told}");
    assert_eq!((days[0]["market"].as_str(), days[0]["outcome"].as_str()), (Some("GB"), Some("published")));
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"]);
    let published = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!(days[0]["totals"], published["content"]["totals"], "a run says the same");
    let first = &told["files"][0]["first_rows"][0];
    assert_eq!(
        (first["from"].as_str(), first["counts"]["impressions"].as_i64()),
        (Some("2026-11-20T09:00:00Z"), Some(1))
    );
}

#[test]
fn a_file_is_tried_before_there_is_a_job() {
    let scenario = shop().export("shop/2026-11-20/a.csv", events(EVENTS));
    let sample = ["check", "--sample", "exports/shop/2026-11-20/a.csv"];
    std::fs::remove_dir_all(scenario.path("jobs")).unwrap();
    scenario.cli(&sample).exits(0).says("shop/GB/2026-11-20   published").says("no job names `shop`");
    std::fs::create_dir(scenario.path("jobs")).unwrap();
    scenario.cli(&sample).exits(0);
    scenario.cli(&["check"]).exits(3);
    let folder = "error: `exports/shop` is a folder (expected a file of it)";
    scenario.cli(&["check", "--sample", "exports/shop"]).exits(2).complains(folder);
}

#[test]
fn what_else_a_day_stands_on_is_told_and_not_waited_for() {
    let scenario =
        shop().export("shop/2026-11-20/a.csv", events("e1 2026-11-20T16:00:00Z show JP r1 c1 v1 f 25-34 -"));
    // In Tokyo it is the 21st, which also reads the file of that date.
    scenario
        .cli(&["check", "--sample", "exports/shop/2026-11-20/a.csv"])
        .exits(0)
        .says("shop/JP/2026-11-21   published")
        .says("a run waits for more: nothing is here at `shop/2026-11-21/*.csv`");
}

#[test]
fn a_file_that_lies_anywhere_is_asked_about_once() {
    let scenario = shop();
    scenario.write("Downloads/table.csv", events(EVENTS));
    let asked = scenario.cli(&["check", "--sample", "Downloads/table.csv"]).exits(2);
    assert!(
        asked.stderr.contains("lies at no path of `shop/events` (`shop/{date:%Y-%m-%d}/*.csv`)"),
        "{}",
        asked.stderr
    );
    assert!(asked.stderr.contains("such as `--path shop/2026-11-21/table.csv`"), "{}", asked.stderr);
    scenario
        .cli(&["check", "--sample", "Downloads/table.csv", "--path", "shop/2026-11-20/table.csv"])
        .exits(0)
        .says("3 counted");
    let wrong = scenario.cli(&["check", "--sample", "Downloads/table.csv", "--as", "shop/other"]).exits(2);
    assert!(wrong.stderr.contains("there is no export `shop/other` (known: `shop/events`)"), "{}", wrong.stderr);
    scenario.cli(&["check", "--sample", "nowhere.csv"]).exits(2);
    scenario.cli(&["check", "--as", "shop/events"]).exits(2);
}

#[test]
fn a_date_in_a_path_is_read_however_it_is_written() {
    let scenario = shop();
    let shop = crate::scenario::SHOP;
    for (number, (pattern, key)) in [
        ("{date:%Y}/{date:%m}/{date:%d}/*.csv", "2026/11/20/a.csv"),
        ("shop-{date:%d%b%Y}.csv", "shop-20Nov2026.csv"),
        ("shop/dt={date:%Y%j}/*", "shop/dt=2026324/a.csv"),
        ("old/{date:%y-%-m-%-d}.csv", "old/26-11-20.csv"),
    ]
    .into_iter()
    .enumerate()
    {
        scenario.write("config/platforms/shop.yaml", shop.replace("shop/{date:%Y-%m-%d}/*.csv", pattern));
        let file = format!("{number}/{key}");
        scenario.write(&file, events(EVENTS));
        let sample = ["check", "--sample", &file, "--output", "json"];
        let told = json(&scenario.cli(&sample).exits(0).stdout);
        assert_eq!(told["files"][0]["path"], key, "{told}");
        assert_eq!(told["market_days"][0]["local_date"], "2026-11-20", "{told}");
    }
}

#[test]
fn what_would_be_held_failed_or_does_not_load_is_told_with_the_code_of_a_run() {
    let scenario = shop();
    let bad =
        events(EVENTS).replace("e2,2026", "e2,not a time,2026").replace("2026-11-20T20:00:00Z,show", "soon,show");
    scenario.deliver("shop/2026-11-20/a.csv", bad);
    scenario
        .cli(&["check", "--sample", "exports/shop/2026-11-20/a.csv"])
        .exits(4)
        .says("2 `bad_time` in `at`, the first is record 3")
        .says("held")
        .says("3 of 4 records were rejected, more than the 1 % that `max_reject_share` allows");
    scenario.deliver("shop/2026-11-20/a.csv", "id,at\n1,2\n");
    scenario.cli(&["check", "--sample", "exports/shop/2026-11-20/a.csv"]).exits(6).says("failed: ").says("column");
    let told = json(
        &scenario.cli(&["check", "--sample", "exports/shop/2026-11-20/a.csv", "--output", "json"]).exits(6).stdout,
    );
    assert_eq!(told["exit_code"], 6);
    assert!(told["files"][0]["failure"].as_str().is_some_and(|why| why.contains("column")), "{told}");
    scenario.write("config/platforms/shop.yaml", "version: 1\n");
    scenario.cli(&["check", "--sample", "exports/shop/2026-11-20/a.csv"]).exits(3);
}

const LIVE: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap, uniques: broadcast}
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
      broadcast_id: 场次
      cover_id: log
      counts: {impressions: 曝光, clicks: 点击}
  - name: log
    rows: covers
    path: "live/covers/*.csv"
    format: csv
    newest: {by: modified, per: broadcast}
    columns:
      from: {column: from, format: "%Y-%m-%d %H:%M", timezone: market}
      until: {column: until, format: "%Y-%m-%d %H:%M", timezone: market}
      market: {value: GB}
      broadcast_id: broadcast
      cover_id: cover
"#;

const HOURS: &str = "start,场次,曝光,点击\n\
    2026-11-20T18:00:00Z,晚场,1000,50\n\
    2026-11-20T19:00:00Z,晚场,800,30\n\
    2026-11-20T20:00:00Z,晚场,700,20\n\
    2026-11-20T12:00:00Z,午场,10,1\n";
/// A gap from 18:40 to 18:50, and two covers from 19:30 to 20:00.
const LOG: &str = "broadcast,cover,from,until\n\
    晚场,红裙,2026-11-20 18:00,2026-11-20 18:40\n\
    晚场,蓝裙,2026-11-20 18:50,2026-11-20 20:00\n\
    晚场,笑脸,2026-11-20 19:30,2026-11-20 21:00\n";

fn live() -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", LIVE)
        .job("live", "GB", 1)
        .at("2026-11-21T03:00:00Z")
        .export("live/2026-11-20/a.csv", HOURS)
        .export("live/covers/log.csv", LOG)
}

const OVERLAP: &str =
    "the log of covers has `笑脸` and `蓝裙` at once in broadcast `晚场`, 2026-11-20 19:30 to 20:00";
const OPEN: &str = "the log of covers leaves 2 rows of counts without a cover for all or a part of their time: broadcast `午场` is not in it (1 row, ";
const GAP: &str = "broadcast `晚场` has none on air (1 row, 2026-11-20 18:40 to 18:50 (Europe/London))";

#[test]
fn gaps_and_overlaps_of_a_log_of_covers_are_told_by_check_and_by_the_run() {
    let scenario = live();
    let log = ["check", "--sample", "exports/live/covers/log.csv"];
    let alone = scenario.cli(&log).exits(0);
    let alone = alone
        .says("gap: GB `晚场`, 2026-11-20 18:40:00 to 2026-11-20 18:50:00: nothing is on air between `红裙` and `蓝裙`")
        .says("overlap: GB `晚场`, 2026-11-20 19:30:00 to 2026-11-20 20:00:00: `蓝裙` and `笑脸` are on air at once")
        .says("(records 2 and 3)")
        .says("not tried: `live/hours`");
    assert!(alone.stdout.contains("3 records: 3 counted"), "{}", alone.stdout);
    let both = [&log[..], &["--sample", "exports/live/2026-11-20/a.csv"]].concat();
    scenario.cli(&both).exits(0).says(OVERLAP).says(OPEN).says(GAP).says("live/GB/2026-11-20   published");
    assert!(!scenario.path("archive").exists());
    let run = scenario.run().exits(0).says(OVERLAP).says(OPEN).says(GAP);
    run.expect_table(
        "funnel",
        "slot       broadcast_id  cover_id  contaminated  cover_share  impressions
         afternoon  午场            unknown   false         0            10
         afternoon  晚场            红裙        true          0.6667       1000
         prime      晚场            笑脸        false         1            700
         prime      晚场            蓝裙        true          0.5          800",
    );
}

#[test]
fn totals_that_are_kept_out_are_shown_beside_the_sums() {
    let totals = format!("{HOURS}Total,,2600,101\n");
    let scenario = live().export("live/2026-11-20/a.csv", totals);
    let out = scenario.cli(&["check", "--sample", "exports/live/2026-11-20/a.csv"]).exits(0);
    let out = out.says("5 records: 4 counted, 1 ignored").stdout;
    let line = |metric: &str| {
        let line = out.lines().find(|line| line.trim_start().starts_with(metric)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("impressions "), "impressions total 4 2600 2510 cannot tell", "{out}");
    assert_eq!(line("clicks "), "clicks total 4 101 101 equal within rounding", "{out}");
}

#[test]
fn tables_are_in_line_whatever_is_in_them() {
    let scenario = live();
    let out = scenario.cli(&["check", "--sample", "exports/live/2026-11-20/a.csv"]).exits(0).stdout;
    let lines: Vec<&str> =
        out.lines().skip_while(|line| !line.contains("record   market")).skip(2).take(4).collect();
    assert!(lines.iter().all(|line| line.contains("by the log")), "{out}");
    // Whatever takes two columns of a terminal is counted as two.
    let column = |line: &str| {
        let before = line.split("by the log").next().unwrap();
        before.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum::<usize>()
    };
    assert!(lines.iter().all(|line| column(line) == column(lines[0])), "{out}");
}
