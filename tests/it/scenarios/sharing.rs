//! Runs that are at work at the same time.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use coverledger::archive::{Covered, Holder, Lease};
use coverledger::model::MarketId;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use crate::rows::events;
use crate::scenario::Scenario;

const MORNING: &str = "2026-11-21T03:00:00Z";
const LEASE: &str = "archive/_leases/shop/00000001.json";

fn two_markets() -> Scenario {
    let rows = "e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -
                e2 2026-11-20T12:00:00Z show JP r1 c1 v1 f 25-34 -";
    Scenario::shop()
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 1)
        .at(MORNING)
        .export("shop/2026-11-19/a.csv", events(""))
        .export("shop/2026-11-20/a.csv", events(rows))
}

/// A lease on GB's day that ends so many seconds from now.
fn lease(scenario: &Scenario, holder: Holder, seconds: i64) {
    let path = scenario.path(LEASE);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    put_lease(&path, holder, seconds);
}

fn put_lease(path: &Path, holder: Holder, seconds: i64) {
    let now = Timestamp::try_from(SystemTime::now()).unwrap();
    let day = date(2026, 11, 20);
    let covers = vec![Covered { market: MarketId::new("GB"), from: day, to: day }];
    let lease = Lease { version: 2, holder, expires_at: now + SignedDuration::from_secs(seconds), covers };
    // At once, or a run could find half of it; outside of the archive, where nothing is swept.
    let staged = path.ancestors().nth(4).unwrap().join("staged");
    std::fs::write(&staged, serde_json::to_vec_pretty(&lease).unwrap()).unwrap();
    std::fs::rename(staged, path).unwrap();
}

/// Does something while the other run renews its lease.
fn while_renewed<T>(scenario: &Scenario, work: impl FnOnce() -> T) -> T {
    let (path, is_over) = (scenario.path(LEASE), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut seconds = 3600;
            while !is_over.load(Ordering::SeqCst) {
                seconds += 1;
                put_lease(&path, foreign(), seconds);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let done = work();
        is_over.store(true, Ordering::SeqCst);
        done
    })
}

fn foreign() -> Holder {
    Holder { host: "other-host#0".into(), ..Holder::this("other-run") }
}

#[test]
fn what_another_run_is_at_is_left_to_it_and_the_rest_is_done() {
    let scenario = two_markets().setting("lease", "2s");
    lease(&scenario, foreign(), 3600);
    let outcome = while_renewed(&scenario, || scenario.run());
    let outcome = outcome.exits(5).says("1 published, 1 elsewhere").says("run `other-run` (process ");
    outcome.expect_table(
        "slot_audience",
        "\
        market  slot   impressions
        JP      prime  1",
    );
    assert!(scenario.path(LEASE).exists(), "it is not this run's to delete");
    std::fs::remove_file(scenario.path(LEASE)).unwrap();
    scenario.run().exits(0).says("1 published").says("1 current");
    assert_eq!(scenario.tree("archive/_leases").len(), 0);
}

#[test]
fn the_end_of_a_lease_that_nobody_renews_is_waited_for() {
    let undisturbed = two_markets();
    undisturbed.run().exits(0);
    let scenario = two_markets();
    lease(&scenario, foreign(), 1);
    scenario.run().exits(0).says("2 published");
    assert_eq!(scenario.archive(), undisturbed.archive());
}

#[test]
fn a_lease_that_claims_a_day_is_waited_for_as_long_as_one_lasts_and_the_wait_is_told() {
    let scenario = two_markets().setting("lease", "2s");
    lease(&scenario, foreign(), 23 * 3600);
    let outcome = scenario.run().exits(0).says("2 published");
    let told: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("waiting for another run")).collect();
    let [told] = told.as_slice() else { panic!("told once: {}", outcome.stderr) };
    for said in ["run `other-run` (process ", "`other-host`", "_leases/shop", "until ", "at most"] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
    assert_eq!(scenario.tree("archive/_leases").len(), 0);
}

#[test]
fn a_lease_that_was_written_long_ago_is_not_waited_for_whatever_it_claims() {
    let scenario = two_markets();
    lease(&scenario, foreign(), 23 * 3600);
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    std::fs::File::options().write(true).open(scenario.path(LEASE)).unwrap().set_modified(long_ago).unwrap();
    let outcome = scenario.run().exits(0).says("2 published");
    assert!(!outcome.stderr.contains("waiting"), "{}", outcome.stderr);
}

#[test]
fn what_is_no_lease_is_named_and_does_not_stop_the_night() {
    for text in ["", "no lease", "{\"version\": 1, \"run_id\": \"\\u001b[2J\"}"] {
        let scenario = two_markets();
        scenario.write(LEASE, text);
        let outcome = scenario.run().exits(0).says("2 published");
        assert!(outcome.stderr.contains("_leases/shop/00000001.json"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains('\u{1b}'));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_process_of_this_host_is_not_waited_for() {
    let mut child = Command::new("true").stdout(Stdio::null()).spawn().unwrap();
    let dead = Holder { pid: child.id(), nonce: "dead".into(), ..Holder::this("killed") };
    child.wait().unwrap();
    let undisturbed = two_markets();
    undisturbed.run().exits(0);
    let scenario = two_markets();
    lease(&scenario, dead, 3600);
    scenario.run().exits(0).says("2 published");
    assert_eq!(scenario.archive(), undisturbed.archive());
}

#[test]
fn a_night_with_nothing_to_do_takes_no_lease() {
    let scenario = two_markets();
    scenario.run().exits(0);
    // Whoever takes one stumbles over a folder in its place.
    std::fs::create_dir_all(scenario.path(LEASE)).unwrap();
    let outcome = scenario.run().exits(0).says("2 current");
    assert!(!outcome.stderr.contains("lease"), "{}", outcome.stderr);
    // The same with something to do is told, and does not keep it from being done.
    scenario.deliver("shop/2026-11-20/b.csv", events("e3 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    let outcome = scenario.run().exits(0).says("published");
    assert!(outcome.stderr.contains("going on without"), "{}", outcome.stderr);
}

#[test]
fn a_past_that_was_pruned_is_said_to_be() {
    let scenario = Scenario::shop()
        .at("2020-11-21T03:00:00Z")
        .export("shop/2020-11-20/a.csv", events("e1 2020-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    let prune = ["prune", "--older-than", "30d"];
    scenario.run().exits(0);
    scenario.cli(&prune).exits(0).says("removed 0 tables");
    scenario.clock("2020-11-24T03:00:00Z");
    scenario
        .cli(&["backfill", "nightly", "--from", "2020-11-20", "--to", "2020-11-20"])
        .exits(0)
        .says("1 published");
    scenario.cli(&prune).exits(0).says("removed 0 tables");
    scenario.publish_on_time();
    for file in std::fs::read_dir(scenario.path("archive/_revisions")).unwrap() {
        let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_606_000_000)).unwrap();
    }
    let before = scenario.archive();
    scenario.cli(&["prune", "--older-than", "30d", "--dry-run"]).exits(0).says("would remove 3 tables");
    assert_eq!(scenario.archive(), before);
    let at = |instant: &str| scenario.cli(&["snapshot", "--as-of", instant]);
    assert_eq!(at("2020-11-21T12:00Z").exits(0).stdout.lines().count(), 3);

    scenario.cli(&prune).exits(0).says("removed 3 tables").says("3 tables, ");
    scenario.cli(&["verify"]).exits(0).says("3 tables by content were pruned").says("0 problems");
    let then = at("2020-11-21T12:00Z").exits(1);
    assert_eq!(then.stdout, "");
    assert!(then.stderr.contains("3 of the 3 tables that were the truth at"), "{}", then.stderr);
    assert_eq!(at("2020-11-24T12:00Z").exits(0).stdout.lines().count(), 3, "nothing replaced it since");
    assert_eq!(at("2040-01-01T00:00Z").exits(0).stdout.lines().count(), 3);
    scenario
        .cli(&["backfill", "nightly", "--from", "2020-11-20", "--to", "2020-11-20"])
        .exits(0)
        .says("1 current");
    scenario.cli(&["prune", "--older-than", "23h"]).exits(2);
}
