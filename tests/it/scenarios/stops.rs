//! Asked to stop: what is in hand is published, the rest is told, and the next run goes on.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use coverledger::config;
use coverledger::plan::Selection;
use coverledger::run::{self, RunReport, Step, Stop};

use super::sameness::{backfill, same};
use crate::rows::events;
use crate::scenario::Scenario;

fn tell(child: &Child, signal: &str) {
    let told = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(told.success());
}

/// Reads its log until a line holds `text`.
fn await_line(log: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) {
    for line in log {
        if line.unwrap().contains(text) {
            return;
        }
    }
    panic!("the program ended without saying `{text}`");
}

#[test]
fn a_backfill_that_is_asked_to_stop_tells_what_it_left_and_the_next_one_completes_it() {
    let scenario = Scenario::new();
    let demo = scenario.path("demo");
    scenario.cli(&["demo", demo.to_str().unwrap(), "--events", "40000", "--generate-only"]).exits(0);
    let args = [&["--config", "demo/config", "--jobs", "demo/jobs"][..], &backfill("2026-10-31")].concat();
    let take = || {
        let archive = scenario.tree("demo/archive");
        std::fs::remove_dir_all(scenario.path("demo/archive")).unwrap();
        archive
    };
    let code = scenario.cli(&args).code;
    let undisturbed = take();
    for (signal, wanted, of_signal) in
        [("-INT", "\"message\":\"planned\"", 130), ("-TERM", "\"message\":\"published\"", 143)]
    {
        let mut command = scenario.command(&[&["--log", "json"], &args[..]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        await_line(&mut log, wanted);
        tell(&child, signal);
        let rest: Vec<String> = log.map(Result::unwrap).collect();
        let mut told = String::new();
        child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(of_signal), "{told}\n{}", rest.join("\n"));
        assert!(told.contains(" stopped") && told.contains("the run was asked to stop"), "{told}");
        let left = scenario.tree("demo/archive");
        assert!(left.keys().all(|name| !name.starts_with("_leases") && !name.contains('#')), "{:?}", left.keys());
        assert!(left.len() < undisturbed.len(), "it stopped before the end");

        scenario.cli(&args).exits(code);
        same(&undisturbed, &take(), &format!("a stop by {signal} after {wanted}"));
    }
}

/// A run that would wait for ever, since its account does not fit into a pipe that nobody reads, and its log. It was
/// asked to stop.
fn stuck(scenario: &Scenario) -> (Child, impl Iterator<Item = std::io::Result<String>>) {
    let mut command = scenario.command(&["run", "nightly", "--output", "json", "--log", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    await_line(&mut log, "\"message\":\"done\"");
    tell(&child, "-INT");
    await_line(&mut log, "asked to stop");
    assert!(child.try_wait().unwrap().is_none(), "the point of this test");
    (child, log)
}

fn with_a_long_account() -> Scenario {
    Scenario::shop()
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 400)
        .at("2026-11-21T03:00:00Z")
}

#[test]
fn a_second_signal_ends_the_program_whatever_it_is_at() {
    let scenario = with_a_long_account();
    let (mut child, _log) = stuck(&scenario);
    tell(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_program_that_does_not_come_to_its_end_ends_itself_after_a_minute() {
    if std::env::var_os("COVERLEDGER_LONG").is_none() {
        return;
    }
    let scenario = with_a_long_account();
    let (mut child, mut log) = stuck(&scenario);
    await_line(&mut log, "ended where it is");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_stop_when_nothing_is_left_to_do_changes_nothing() {
    let (scenario, stop) = (three_days(), Stop::new());
    let report = run(&scenario, &stop, |step, published| {
        if matches!(step, Step::Done { .. }) && published == 3 {
            stop.ask();
        }
    });
    assert_eq!((report.count("published"), report.count("stopped")), (3, 0));
}

#[test]
fn the_market_day_in_hand_is_published_and_no_other() {
    let (scenario, stop) = (three_days(), Stop::new());
    let report = run(&scenario, &stop, |step, _| {
        if matches!(step, Step::Done { .. }) {
            stop.ask();
        }
    });
    assert_eq!((report.count("published"), report.count("stopped")), (1, 2));
    let receipts = scenario.tree("archive/_receipts/shop/GB");
    assert_eq!(receipts.keys().collect::<Vec<_>>(), ["2026-11-20/00000001.json"]);
}

#[test]
fn what_was_only_read_is_thrown_away() {
    let (scenario, stop) = (three_days(), Stop::new());
    let report = run(&scenario, &stop, |step, _| {
        if matches!(step, Step::Read { .. }) {
            stop.ask();
        }
    });
    assert_eq!((report.count("stopped"), report.exports.len()), (3, 0));
    let archive = scenario.archive();
    assert!(archive.is_empty(), "{:?}", archive.keys());
}

#[test]
fn a_stop_before_the_plan_is_made_leaves_every_market_day() {
    let (scenario, stop) = (three_days(), Stop::new());
    stop.ask();
    let report = run(&scenario, &stop, |_, _| {});
    assert_eq!((report.count("stopped"), report.days.len()), (3, 3));
}

fn three_days() -> Scenario {
    let row = |day: u8| events(&format!("e{day} 2026-11-{day}T12:00:00Z show GB r1 c1 v1 f 25-34 -"));
    let scenario = Scenario::shop().job("shop", "GB", 3);
    (18..=21).fold(scenario, |scenario, day| scenario.export(&format!("shop/2026-11-{day}/a.csv"), row(day)))
}

/// Runs the nightly job, and tells `hear` each step and how many market-days are published.
fn run(scenario: &Scenario, stop: &Stop, hear: impl Fn(&Step<'_>, usize) + Sync) -> RunReport {
    let workspace = config::load(&scenario.path("config"), &scenario.path("jobs")).unwrap();
    let selection = Selection::nightly(run::job(&workspace, "nightly").unwrap());
    let now = "2026-11-21T03:00:00Z".parse().unwrap();
    let published = std::sync::atomic::AtomicUsize::new(0);
    let observer = |step: &Step<'_>| {
        if let Step::Done { disposition, .. } = step
            && disposition.word() == "published"
        {
            published.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        hear(step, published.load(std::sync::atomic::Ordering::SeqCst));
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run::run(&workspace, &selection, now, "test", stop, &observer)).unwrap()
}
