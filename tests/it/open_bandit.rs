//! Real impressions: the Open Bandit Dataset, mapped by configuration alone and settled on Tokyo's clock.
//!
//! Its files are one table each: no dates in their path, no broadcast, no event or viewer ids.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{Timestamp, tz};

use crate::scenario::Scenario;
use crate::{data, table};

const PLATFORM: &str = "version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: log
    rows: impressions
    path: \"*.csv\"
    format: csv
    columns:
      occurred_at: timestamp
      market: {value: JP}
      broadcast_id: {value: feed}
      cover_id: item_id
      audience: [user_feature_0, user_feature_1, user_feature_2, user_feature_3]
      clicked: click
";

/// Date, slot, audience → impressions and clicks.
type Counts = BTreeMap<(String, String, String), [i64; 2]>;

fn file(name: &str) -> Option<String> {
    data::folder("obd").map(|folder| std::fs::read_to_string(folder.join(name)).unwrap())
}

/// A scenario with this file, its markets cut into 24 hours.
fn settled(csv: &str) -> Counts {
    let scenario = Scenario::new();
    let hours: Vec<String> = (0..24).map(|hour| format!("h{hour:02}: \"{hour:02}:00\"")).collect();
    let mut markets = "version: 1\nslots:\n".to_owned();
    let _ = writeln!(markets, "  hourly: {{{}}}", hours.join(", "));
    markets.push_str("markets:\n  JP: {timezone: Asia/Tokyo, slots: hourly}\n");
    scenario.write("config/markets.yaml", markets);
    let scenario =
        scenario.platform("obd", PLATFORM).job("obd", "JP", 9).export("log.csv", csv).at("2019-12-02T00:00:00Z");
    scenario
        .run()
        .exits(0)
        .says("9 market-days: 8 published, 1 not begun")
        .says("1 exports read: 10000 records, 0 rejected");
    let frame = table::frame(&scenario.tree("archive/slot_audience"));
    let text = |row: usize, name: &str| frame.column(name).unwrap().get(row).unwrap().str_value().into_owned();
    let mut counts = Counts::new();
    for row in 0..frame.height() {
        let key = (text(row, "local_date"), text(row, "slot"), text(row, "audience"));
        let count = [text(row, "impressions").parse().unwrap(), text(row, "clicks").parse().unwrap()];
        assert!(counts.insert(key, count).is_none());
        for not_offered in ["unique_impressions", "clickers", "entries", "entrants", "stays", "orders"] {
            assert!(frame.column(not_offered).unwrap().get(row).unwrap().is_null(), "{not_offered}");
        }
    }
    counts
}

/// A loop over the lines of the file.
fn naive(csv: &str) -> Counts {
    let tokyo = tz::TimeZoneDatabase::bundled().get("Asia/Tokyo").unwrap();
    let mut counts = Counts::new();
    for line in csv.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let local = fields[1].parse::<Timestamp>().unwrap().to_zoned(tokyo.clone());
        let key = (local.date().to_string(), format!("h{:02}", local.hour()), fields[6..10].join(" / "));
        let count = counts.entry(key).or_default();
        count[0] += 1;
        count[1] += fields[4].parse::<i64>().unwrap();
    }
    counts
}

fn total(counts: &Counts, of: usize) -> i64 {
    counts.values().map(|count| count[of]).sum()
}

fn by_hour(counts: &Counts) -> BTreeMap<String, i64> {
    let mut hours = BTreeMap::new();
    for ((_, slot, _), count) in counts {
        *hours.entry(slot.clone()).or_default() += count[0];
    }
    hours
}

#[track_caller]
fn check(name: &str, clicks: i64, least: i64, most: i64) {
    let Some(csv) = file(name) else { return };
    let counts = settled(&csv);
    assert_eq!(counts, naive(&csv));
    assert_eq!((total(&counts, 0), total(&counts, 1)), (10_000, clicks));
    let hours = by_hour(&counts);
    let quietest = hours.iter().min_by_key(|(_, impressions)| **impressions).unwrap();
    let busiest = hours.iter().max_by_key(|(_, impressions)| **impressions).unwrap();
    // A conversion the wrong way would put the night at 10 h and the evening at 4 h.
    assert_eq!((quietest.0.as_str(), *quietest.1), ("h04", least));
    assert_eq!((busiest.0.as_str(), *busiest.1), ("h22", most));
}

#[test]
fn the_open_bandit_log_of_all_items_is_settled_as_a_loop_over_its_lines_would() {
    check("bts_all/all.csv", 42, 73, 775);
}

#[test]
fn the_open_bandit_log_of_random_men_is_settled_as_a_loop_over_its_lines_would() {
    check("random_men/men.csv", 46, 84, 842);
}
