//! Markets and platforms that are renamed or dropped, and what is published of them.

use serde_json::Value;

use crate::rows::events;
use crate::scenario::Scenario;

const MORNING: &str = "2026-11-21T03:00:00Z";
const BOTH: &str = "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -
                    e2 2026-11-20T12:00:00Z show US r1 c1 v2 f 25-34 -";

/// GB and US, published and decided on.
fn two_markets() -> Scenario {
    let scenario = Scenario::shop()
        .market("US", "timezone: Etc/UTC, slots: day_parts")
        .job("shop", "GB, US", 1)
        .export("shop/2026-11-20/a.csv", events(BOTH))
        .at(MORNING);
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.run().exits(0).says("2 market-days: 2 published");
    scenario
}

/// The same, after US was renamed: its rows come as `USA` from now on.
fn renamed() -> Scenario {
    let scenario = two_markets();
    let markets = std::fs::read_to_string(scenario.path("config/markets.yaml")).unwrap();
    scenario.write("config/markets.yaml", markets.replace("  US:", "  USA:"));
    let shop = std::fs::read_to_string(scenario.path("config/platforms/shop.yaml")).unwrap();
    scenario.write("config/platforms/shop.yaml", shop.replace("values: {UK: GB}", "values: {UK: GB, US: USA}"));
    let job = std::fs::read_to_string(scenario.path("jobs/nightly.yaml")).unwrap();
    scenario.write("jobs/nightly.yaml", job.replace("US", "USA"));
    scenario
}

const NAMED: &str =
    "not configured: shop/US: 1 market-days from 2026-11-20 to 2026-11-20: there is no market `US`";

fn shown(scenario: &Scenario, market: &str) -> Vec<String> {
    let names = scenario.archive().into_keys();
    names.filter(|name| !name.starts_with('_') && name.contains(&format!("/market={market}/"))).collect()
}

#[test]
fn a_market_that_was_renamed_is_named_until_it_is_retired_and_then_each_row_is_seen_once() {
    let scenario = renamed();
    let remedy = "`coverledger retire --market US --platform shop`";
    scenario.run().exits(0).says(NAMED).says(remedy);
    scenario.cli(&["status", "--days", "1"]).exits(0).says(NAMED).says(remedy);
    scenario.cli(&["verify"]).exits(0).says(NAMED).says("0 problems");
    let account = scenario.cli(&["run", "nightly", "--output", "json"]).exits(0).stdout;
    let account: Value = serde_json::from_str(&account).unwrap();
    assert_eq!(account["unconfigured"][0]["market"], "US");
    assert!(!shown(&scenario, "US").is_empty());

    let before = scenario.archive();
    let retire = ["retire", "--market", "US"];
    scenario
        .cli(&["retire", "--market", "US", "--dry-run"])
        .exits(0)
        .says("would retire 1 market-days and 1 decisions");
    assert_eq!(scenario.archive(), before, "only looked");
    scenario.cli(&retire).exits(0).says("retired 1 market-days and 1 decisions of shop/US");
    assert_eq!(shown(&scenario, "US"), <[&str; 0]>::default());
    let after = scenario.archive();
    for (name, bytes) in before.iter().filter(|(name, _)| !name.contains("/market=US/")) {
        assert_eq!(after.get(name), Some(bytes), "{name}");
    }
    let receipt = scenario.receipt("shop/US/2026-11-20");
    assert_eq!(receipt["content"]["retired"], true);
    assert_eq!(receipt["content"]["revision"], 2);

    scenario.cli(&retire).exits(0).says("all of it was retired before");
    let ended = scenario.run().exits(0);
    assert!(!ended.stdout.contains("not configured"), "{}", ended.stdout);
    scenario.cli(&["verify", "--repair"]).exits(0).says("0 problems");
    assert_eq!(scenario.archive(), after, "nobody brings it back");
}

#[test]
fn a_snapshot_answers_for_the_time_before_something_was_retired() {
    let scenario = renamed();
    let listed = |as_of: &str| scenario.cli(&["snapshot", "--as-of", as_of]).exits(0).stdout;
    let of_us = |as_of: &str| listed(as_of).lines().filter(|line| line.contains("shop/US/")).count();
    let published_at = scenario.receipt("shop/US/2026-11-20")["published_at"].as_str().unwrap().to_owned();
    let before = of_us(&published_at);
    assert!(before > 0);
    scenario.cli(&["retire", "--market", "US", "--platform", "shop"]).exits(0);
    assert!(of_us(&published_at) > 0, "the past is what it was");
    assert_eq!(of_us("9999-01-01T00:00Z"), 0);
}

#[test]
fn a_market_that_comes_back_is_published_again() {
    let scenario = two_markets();
    let [markets, job] = ["config/markets.yaml", "jobs/nightly.yaml"]
        .map(|file| (file, std::fs::read_to_string(scenario.path(file)).unwrap()));
    let without = markets.1.lines().filter(|line| !line.starts_with("  US:")).collect::<Vec<_>>().join("\n");
    scenario.write(markets.0, without);
    scenario.write(job.0, job.1.replace("GB, US", "GB"));
    let whole = shown(&scenario, "US");
    scenario.cli(&["retire", "--market", "US"]).exits(0);
    scenario.write(markets.0, &markets.1);
    scenario.write(job.0, &job.1);
    let back = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "missing"];
    scenario
        .cli(&[&back[..], &["--dry-run"]].concat())
        .exits(0)
        .says("shop/US/2026-11-20 would be settled: never published");
    scenario.cli(&back).exits(0).says("2 market-days: 1 published, 1 current");
    assert_eq!(scenario.receipt("shop/US/2026-11-20")["content"]["revision"], 3);
    scenario.run().exits(0);
    assert_eq!(shown(&scenario, "US"), whole);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

#[test]
fn what_a_kill_left_at_the_current_paths_is_found_and_taken_away() {
    for mend in [&["retire", "--market", "US"][..], &["verify", "--repair"]] {
        let scenario = renamed();
        let left = "archive/funnel/platform=shop/market=US/local_date=2026-11-20/part.parquet";
        let bytes = std::fs::read(scenario.path(left)).unwrap();
        scenario.cli(&["retire", "--market", "US"]).exits(0);
        scenario.write(left, bytes);
        scenario.run().exits(0).says(NAMED);
        scenario.cli(&["verify"]).exits(1).says("says that it was retired").says("1 problems, 0 mended");
        scenario.cli(mend).exits(0);
        assert!(!scenario.path(left).exists(), "{mend:?}");
        scenario.cli(&["verify"]).exits(0).says("0 problems");
    }
}

#[test]
fn a_platform_that_was_dropped_is_retired_with_its_rejects() {
    let scenario = Scenario::shop()
        .platform("old", &crate::scenario::SHOP.replace("shop/", "old/"))
        .job("shop, old", "GB", 1)
        .setting("max_reject_share", "1")
        .export("shop/2026-11-20/a.csv", events(BOTH))
        .export("old/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z like GB r1 c1 v1 f 25-34 -"))
        .at(MORNING);
    scenario.run().exits(0);
    std::fs::remove_file(scenario.path("config/platforms/old.yaml")).unwrap();
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 1\n");
    let named = scenario.run().exits(0).says("not configured: old/GB: 1 market-days");
    named.says(
        "not configured: old: `rejects` and `reconciliation`: there is no platform `old` in the configuration",
    );
    scenario
        .cli(&["retire", "--platform", "old"])
        .exits(0)
        .says("1 market-days of old/GB")
        .says("1 dates of exports of old");
    let left: Vec<String> = scenario
        .archive()
        .into_keys()
        .filter(|name| !name.starts_with('_') && name.contains("platform=old"))
        .collect();
    assert_eq!(left, <[&str; 0]>::default());
    let ended = scenario.run().exits(0);
    assert!(!ended.stdout.contains("not configured"), "{}", ended.stdout);
}

#[test]
fn a_market_of_which_a_platform_has_no_export_any_longer_is_named() {
    let of = |market: &str| {
        crate::scenario::SHOP.replace(
            "market: {column: country, values: {UK: GB}, otherwise: reject}",
            &format!("market: {{value: {market}}}"),
        )
    };
    let scenario = Scenario::shop()
        .market("US", "timezone: Etc/UTC, slots: day_parts")
        .platform("shop", &of("US"))
        .job("shop", "GB, US", 1)
        .export("shop/2026-11-20/a.csv", events(BOTH))
        .at(MORNING);
    scenario.run().exits(0);
    scenario.write("config/platforms/shop.yaml", of("GB"));
    scenario
        .run()
        .says("not configured: shop/US: 1 market-days")
        .says("no export of platform `shop` is of market `US`");
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.run().exits(0).says("2 decisions: 2 published");
    scenario.cli(&["retire", "--market", "US"]).exits(0).says("1 market-days and 1 decisions of shop/US");
    let retired = scenario.archive();
    scenario.run().exits(0).says("1 decisions: 1 current");
    assert_eq!(scenario.archive(), retired, "nothing is decided on what is retired");
}

#[test]
fn decisions_on_what_came_back_stand_on_what_is_published_again_and_on_nothing_else() {
    let scenario = two_markets();
    let next = "e3 2026-11-21T12:00:00Z show GB r1 c1 v1 f 25-34 -
                e4 2026-11-21T12:00:00Z show US r1 c1 v2 f 25-34 -";
    scenario.deliver("shop/2026-11-21/a.csv", events(next));
    scenario.clock("2026-11-22T03:00:00Z");
    scenario.run().exits(0).says("2 market-days: 2 published").says("2 decisions: 2 published");
    let markets = std::fs::read_to_string(scenario.path("config/markets.yaml")).unwrap();
    let job = std::fs::read_to_string(scenario.path("jobs/nightly.yaml")).unwrap();
    let without = markets.lines().filter(|line| !line.starts_with("  US:")).collect::<Vec<_>>().join("\n");
    scenario.write("config/markets.yaml", without);
    scenario.write("jobs/nightly.yaml", job.replace("GB, US", "GB"));
    scenario.cli(&["retire", "--market", "US"]).exits(0).says("2 market-days and 2 decisions of shop/US");
    scenario.write("config/markets.yaml", markets);
    scenario.write("jobs/nightly.yaml", job);
    // Only the earlier of its two days is published again.
    let back = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--market", "US"];
    scenario.cli(&back).exits(0).says("1 market-days: 1 published").says("1 decisions: 1 published");
    let decided = scenario.receipt("shop/_decisions/US/2026-11-20");
    assert_eq!(decided["content"]["facts"].as_array().unwrap().len(), 1, "{decided}");
    assert_eq!(scenario.receipt("shop/_decisions/US/2026-11-21")["content"]["retired"], true);
    let settled = scenario.archive();
    scenario.cli(&back).exits(0).says("1 decisions: 1 current");
    assert_eq!(scenario.archive(), settled);
}

#[test]
fn what_is_configured_or_was_never_published_is_not_retired() {
    let scenario = two_markets();
    let before = scenario.archive();
    let refused = scenario.cli(&["retire", "--market", "US"]).exits(2);
    assert!(refused.stderr.contains("all of market `US` is configured, such as shop/US/"), "{}", refused.stderr);
    let refused = scenario.cli(&["retire", "--market", "FR", "--platform", "shop"]).exits(2);
    assert!(
        refused.stderr.contains("nothing of market `FR` and platform `shop` was ever published"),
        "{}",
        refused.stderr
    );
    scenario.cli(&["retire"]).exits(2);
    assert_eq!(scenario.archive(), before);
}
