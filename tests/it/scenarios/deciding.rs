//! What a run decides once its market-days are published, and what it leaves as it is.

use std::collections::BTreeMap;

use crate::rows::events;
use crate::scenario::Scenario;
use crate::scenarios::sameness::same;

const DECISIONS: &str = "version: 1\nwindow_days: 4\nperiod_days: 2\n";
const MORNING: &str = "2026-11-21T03:00:00Z";

/// Rows of one day: so many viewers of each of two covers, of whom every third taps, enters and stays.
fn day(date: &str, markets: &[&str], viewers: usize) -> String {
    let mut lines = String::new();
    for market in markets {
        for viewer in 0..viewers {
            let who = format!("{date}-{market}-{viewer}");
            let cover = if viewer % 2 == 0 { "red" } else { "blue" };
            let room = viewer % 3;
            for (event, dwell) in [("show", "-"), ("tap", "-"), ("enter", "-"), ("leave", "90")] {
                if event == "show" || viewer % 3 == 0 {
                    lines.push_str(&format!(
                        "{event}-{who} {date}T12:0{room}:00Z {event} {market} {date}-r{room} {cover} {who} f 25-34 {dwell}\n"
                    ));
                }
            }
        }
    }
    events(&lines)
}

/// Five days of GB and JP; decisions look back on four.
fn week() -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 5);
    for date in ["2026-11-14", "2026-11-15", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    {
        scenario.deliver(&format!("shop/{date}/a.csv"), day(date, &["GB", "JP"], 24));
    }
    scenario.write("config/decisions.yaml", DECISIONS);
    scenario.at(MORNING)
}

fn receipts(scenario: &Scenario, market: &str) -> BTreeMap<String, serde_json::Value> {
    let files = scenario.tree(&format!("archive/_receipts/shop/_decisions/{market}"));
    files.into_iter().map(|(name, text)| (name, serde_json::from_slice(&text).unwrap())).collect()
}

#[test]
fn a_run_decides_what_its_market_days_say_and_a_second_one_decides_nothing() {
    let scenario = week();
    scenario.run().exits(0).says("10 market-days: 10 published").says("2 decisions: 2 published");
    let first = scenario.archive();
    let receipt = &receipts(&scenario, "GB")["2026-11-20/00000001.json"]["content"];
    let days: Vec<&str> =
        receipt["facts"].as_array().unwrap().iter().map(|fact| fact["local_date"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]);
    assert_eq!(receipt["unit"]["kind"], "decisions");
    let covers = scenario.tree("archive/cover");
    assert_eq!(
        covers.keys().collect::<Vec<_>>(),
        [
            "platform=shop/market=GB/as_of=2026-11-20/part.parquet",
            "platform=shop/market=JP/as_of=2026-11-20/part.parquet"
        ]
    );
    scenario.run().exits(0).says("10 market-days: 10 current").says("2 decisions: 2 current");
    same(&first, &scenario.archive(), "a second run");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

#[test]
fn what_was_decided_is_the_sum_of_the_window() {
    let scenario = week();
    scenario.run().exits(0).expect_table(
        "cover/platform=shop/market=GB",
        "market  as_of       since       until       cover_id  impressions  clicks
         GB      2026-11-20  2026-11-17  2026-11-20  blue      48           16
         GB      2026-11-20  2026-11-17  2026-11-20  red       48           16",
    );
}

#[test]
fn without_the_file_nothing_is_decided() {
    let (with, without) = (week(), week());
    std::fs::remove_file(without.path("config/decisions.yaml")).unwrap();
    with.run().exits(0);
    let outcome = without.run().exits(0);
    assert!(!outcome.stdout.contains("decisions"), "{}", outcome.stdout);
    let mut facts = with.archive();
    let of_market_days = |name: &str| {
        name.contains("local_date=") || name.starts_with("_receipts/") && !name.contains("_decisions")
    };
    let before = without.archive();
    facts.retain(|name, _| before.contains_key(name) || of_market_days(name));
    same(&before, &facts, "decisions");
}

#[test]
fn a_late_export_makes_the_newest_decisions_anew_and_no_earlier_ones() {
    let scenario = week();
    scenario.clock("2026-11-20T03:00:00Z");
    scenario.run().exits(0);
    scenario.clock(MORNING);
    scenario.run().exits(0);
    let before = receipts(&scenario, "GB");
    assert_eq!(before.keys().collect::<Vec<_>>(), ["2026-11-19/00000001.json", "2026-11-20/00000001.json"]);
    // Of the 18th, which is in both windows; rows of the 17th may be in it.
    scenario.deliver("shop/2026-11-18/b.csv", day("2026-11-18", &["GB"], 3).replace("-GB-", "-late-"));
    scenario.run().exits(0).says("2 decisions: 2 published");
    let after = receipts(&scenario, "GB");
    let added: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(added, ["2026-11-20/00000002.json"]);
    let facts = after[added[0]]["content"]["facts"].as_array().unwrap();
    assert_eq!(
        facts.iter().map(|fact| fact["revision"].as_u64().unwrap()).collect::<Vec<_>>(),
        [3, 2, 1, 1],
        "the 17th was final by then"
    );
    // Beyond the window it changes nothing.
    scenario.deliver("shop/2026-11-15/b.csv", day("2026-11-15", &["GB"], 3).replace("-GB-", "-late-"));
    scenario.run().exits(0).says("2 decisions: 2 current");
    assert_eq!(receipts(&scenario, "GB"), after);
}

#[test]
fn another_window_is_another_decision() {
    let scenario = week();
    scenario.run().exits(0);
    scenario.write("config/decisions.yaml", "version: 1\nwindow_days: 5\nperiod_days: 2\n");
    scenario.run().exits(0).says("10 market-days: 10 current").says("2 decisions: 2 published");
    let again = receipts(&scenario, "JP");
    assert_eq!(again["2026-11-20/00000002.json"]["content"]["facts"].as_array().unwrap().len(), 5);
}

#[test]
fn a_market_without_rows_is_decided_once() {
    let scenario = week().market("US", "timezone: America/New_York, slots: day_parts").job("shop", "GB, US", 2);
    scenario.run().exits(0).says("2 decisions: 2 published");
    assert_eq!(receipts(&scenario, "US").len(), 1);
    assert!(scenario.tree("archive/cover/platform=shop/market=US").is_empty());
    scenario.run().exits(0).says("2 decisions: 2 current");
}

#[test]
fn a_localized_cover_stands_on_all_markets() {
    let scenario = week();
    let families = "families: {dress: {shared: red, localized: {JP: blue}}}\n";
    scenario.write("config/decisions.yaml", format!("{DECISIONS}{families}"));
    let job = "version: 1\nplatforms: [shop]\nmarkets: [JP]\nlookback_days: 5\n";
    scenario.run().exits(0);
    assert!(!scenario.tree("archive/localization/platform=shop/market=JP").is_empty());
    let facts = |file: &str| receipts(&scenario, "JP")[file]["content"]["facts"].as_array().unwrap().len();
    assert_eq!(facts("2026-11-20/00000001.json"), 8, "four days of each market");
    // A change elsewhere is news to it, also for a job that does not look there.
    scenario.deliver("shop/2026-11-18/b.csv", day("2026-11-18", &["GB"], 3).replace("-GB-", "-late-"));
    scenario.run().exits(0).says("2 decisions: 2 published");
    scenario.write("jobs/nightly.yaml", job);
    scenario.run().exits(0).says("1 decisions: 1 current");
}

#[test]
fn a_family_of_the_catalogue_is_compared_like_a_declared_one() {
    let scenario = week();
    scenario
        .write("config/library.yaml", "version: 1\npictures: {url: pictures}\nsheet: covers.csv\nfaces: false\n");
    let sheet = "cover_id,family,market\nred,dress,\nblue,dress,JP\n";
    scenario.write("pictures/covers.csv", sheet);
    // The catalogue is made before the decisions of a night.
    scenario.run().exits(0).says("2 decisions: 2 published");
    scenario.run().exits(0).says("2 decisions: 2 current");
    let facts = receipts(&scenario, "JP")["2026-11-20/00000001.json"]["content"]["facts"].clone();
    assert_eq!(facts.as_array().unwrap().len(), 8, "four days of each market");
    assert!(!scenario.tree("archive/localization/platform=shop/market=JP").is_empty());
    // A cover of no family is no news to decisions.
    scenario.write("pictures/covers.csv", format!("{sheet}green,,\n"));
    scenario.run().exits(0).says("2 decisions: 2 current");
    scenario.run().exits(0).says("2 decisions: 2 current");
}

#[test]
fn what_a_killed_run_did_not_show_is_shown_by_the_next() {
    let scenario = week();
    scenario.run().exits(0);
    let whole = scenario.archive();
    let current = "platform=shop/market=GB/as_of=2026-11-20/part.parquet";
    // Killed before the last of the current paths, which are put in order; then before the receipt.
    std::fs::remove_file(scenario.path(&format!("archive/cover_pair/{current}"))).unwrap();
    scenario.run().exits(0).says("2 decisions: 2 current");
    same(&whole, &scenario.archive(), "a current path lost");
    for folder in [
        "cover",
        "cover_broadcast",
        "mix",
        "diagnosis",
        "slot_plan",
        "false_winners",
        "cover_pair",
        "_receipts/shop/_decisions",
    ] {
        std::fs::remove_dir_all(scenario.path(&format!("archive/{folder}"))).unwrap();
    }
    scenario.run().exits(0).says("2 decisions: 2 published");
    same(&whole, &scenario.archive(), "receipts lost");
    // Bytes that are lost everywhere are made again.
    let bytes = &whole[&format!("cover_pair/{current}")];
    let revision = whole.iter().find(|(name, other)| name.starts_with("_revisions") && *other == bytes).unwrap().0;
    std::fs::remove_file(scenario.path(&format!("archive/{revision}"))).unwrap();
    std::fs::remove_file(scenario.path(&format!("archive/cover_pair/{current}"))).unwrap();
    scenario.run().exits(0);
    same(&whole, &scenario.archive(), "bytes lost");
}

#[test]
fn facts_that_are_lost_are_told_and_take_nothing_back() {
    let scenario = week();
    scenario.run().exits(0);
    let before = scenario.tree("archive/funnel");
    let of_gb = "platform=shop/market=GB/local_date=2026-11-17/part.parquet";
    let revisions = scenario.tree("archive/_revisions");
    let lost = revisions.iter().find(|(_, bytes)| **bytes == before[of_gb]).unwrap().0;
    std::fs::remove_file(scenario.path(&format!("archive/_revisions/{lost}"))).unwrap();
    scenario.write("config/decisions.yaml", "version: 1\nwindow_days: 5\nperiod_days: 2\n");
    scenario.run().exits(6).says("10 market-days: 10 current").says("not decided: shop/GB/decisions/2026-11-20: ");
    assert_eq!(receipts(&scenario, "GB").len(), 1);
    let outcome = scenario.cli(&["run", "nightly", "--output", "json"]).exits(6);
    let account: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let failed = account["decisions"].as_array().unwrap().iter().filter(|end| end["outcome"] == "failed");
    assert!(failed.count() > 0, "{account}");
    assert_eq!(account["days"][0]["outcome"], "current");
}

#[test]
fn show_prints_what_was_decided_last_unless_asked_for_a_date() {
    let scenario = week();
    scenario.clock("2026-11-20T03:00:00Z");
    scenario.run().exits(0);
    scenario.clock(MORNING);
    scenario.run().exits(0);
    let last = scenario.cli(&["show", "cover", "--market", "GB"]).exits(0);
    assert!(last.stdout.contains("2026-11-20") && !last.stdout.contains("2026-11-19"), "{}", last.stdout);
    let earlier = scenario.cli(&["show", "cover", "--market", "GB", "--date", "2026-11-19"]).exits(0);
    assert!(earlier.stdout.contains("2026-11-19") && !earlier.stdout.contains("2026-11-20"), "{}", earlier.stdout);
    scenario.publish_on_time();
    scenario.cli(&["snapshot", "--as-of", MORNING]).exits(0).says("shop/GB/decisions/2026-11-19");
}
