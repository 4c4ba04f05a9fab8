//! Children that end in every way there is, played by the shell.

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::run::{DayAccount, RunReport};

const PATIENCE: Duration = Duration::from_mins(1);

fn start() -> Start {
    let occurrence: Timestamp = "2026-11-23T03:30:00Z".parse().unwrap();
    Start { job: "nightly".into(), occurrence, look_back_from: Some(occurrence), missed: 2, tries: 0 }
}

/// A run that is this script; its arguments are those of a run.
async fn run_for(script: &str, limit: Duration, asked: watch::Receiver<Asked>) -> Ending {
    let options = ["-c", script].map(Into::into).into();
    Program { path: "/bin/sh".into(), options }.run(&start(), &files(), limit, asked).await
}

fn files() -> Snapshot {
    Snapshot::read("config".as_ref(), "jobs".as_ref())
}

async fn run(script: &str) -> Ending {
    let (_asked, hears) = watch::channel(Asked::Nothing);
    run_for(script, PATIENCE, hears).await
}

/// The account of a run with one market-day that ended so.
fn account(outcome: &str) -> String {
    let account = Account {
        days: vec![DayAccount {
            platform: "p".to_owned(),
            market: "JP".to_owned(),
            local_date: date(2026, 11, 21),
            ended_at: "2026-11-21T15:00:00Z".parse().unwrap(),
            outcome: outcome.to_owned(),
            revision: None,
            state: None,
            reason: None,
            unknown: Vec::new(),
            orphan_clicks: None,
            notes: Vec::new(),
        }],
        ..Account::of(&RunReport::default(), &[], start().occurrence, 4)
    };
    serde_json::to_string(&account).unwrap()
}

#[tokio::test]
async fn an_account_is_taken_with_its_exit_code() {
    let Ending::Accounted(account) = run(&format!("echo '{}'; exit 4", account("waiting"))).await else {
        panic!()
    };
    assert_eq!((account.exit_code, account.days.len()), (4, 1));
}

#[tokio::test]
async fn what_a_child_is_told_is_what_the_schedule_says() {
    let Ending::Failed { reason, .. } = run(r#"test "$*" = "--output json --files-on-stdin --scheduled 2026-11-23T03:30:00Z --missed 2 --look-back-from 2026-11-23T03:30:00Z -- nightly" && exit 77"#).await
    else {
        panic!()
    };
    assert_eq!(reason, "it ended with exit code 77; its log says why");
}

#[tokio::test]
async fn every_end_without_an_account_is_a_failed_run() {
    let table = [
        ("exit 0", "it ended without an account of what it did", false),
        ("echo nonsense; exit 0", "it ended without an account of what it did", false),
        ("exit 1", "it ended with exit code 1; its log says why", true),
        ("exit 3", "it ended with exit code 3; its log says why", false),
        ("exit 4", "it ended with exit code 4; its log says why", true),
        ("exit 101", "it panicked", false),
        ("kill -ABRT $$", "it was killed by signal 6: it aborted", false),
        ("kill -KILL $$", "it was killed by signal 9: by somebody, or because memory ran out", false),
    ];
    for (script, reason, try_again) in table {
        let expected = Ending::Failed { reason: reason.to_owned(), try_again };
        assert_eq!(run(script).await, expected, "{script}");
    }
    let (_asked, hears) = watch::channel(Asked::Nothing);
    let missing = Program { path: "/no/such/program".into(), options: vec![] };
    let Ending::Failed { reason, try_again: true } = missing.run(&start(), &files(), PATIENCE, hears).await else {
        panic!()
    };
    assert!(reason.starts_with("`/no/such/program` cannot be started: "), "{reason}");
}

#[tokio::test]
async fn an_account_without_end_costs_bounded_memory_and_blocks_nobody() {
    let ending = run("head -c 80000000 /dev/zero; exit 0").await;
    let reason = "it ended without an account of what it did".to_owned();
    assert_eq!(ending, Ending::Failed { reason, try_again: false });
}

#[tokio::test]
async fn a_child_that_hangs_is_killed_at_the_limit() {
    let (_asked, hears) = watch::channel(Asked::Nothing);
    let ending = run_for("trap '' TERM; exec sleep 1000", Duration::from_secs(1), hears).await;
    let reason = "it took longer than its `limit` of 1s and was ended".to_owned();
    assert_eq!(ending, Ending::Failed { reason, try_again: false });
}

#[tokio::test]
async fn a_child_is_asked_to_stop_by_the_end_of_its_input_and_killed_if_it_does_not() {
    let (asked, hears) = watch::channel(Asked::Nothing);
    let obeys = run_for("cat >/dev/null; exit 143", PATIENCE, hears.clone());
    let finishes = format!("cat >/dev/null; echo '{}'; exit 0", account("published"));
    let finishes = run_for(&finishes, PATIENCE, hears.clone());
    let stops = format!("cat >/dev/null; echo '{}'; exit 143", account("stopped"));
    let stops = run_for(&stops, PATIENCE, hears.clone());
    asked.send_replace(Asked::Drain);
    assert_eq!(obeys.await, Ending::Stopped);
    assert!(matches!(finishes.await, Ending::Accounted(_)));
    assert_eq!(stops.await, Ending::Stopped);

    // As long as nobody asks, its input does not end.
    let (_asked, hears) = watch::channel(Asked::Nothing);
    let ending = run_for("cat >/dev/null; exit 143", Duration::from_secs(1), hears).await;
    assert!(matches!(&ending, Ending::Failed { reason, .. } if reason.contains("limit")), "{ending:?}");

    let (asked, hears) = watch::channel(Asked::Drain);
    let defies = tokio::spawn(async move { run_for("exec sleep 1000", PATIENCE, hears).await });
    asked.send_replace(Asked::StopNow);
    assert_eq!(defies.await.unwrap(), Ending::Stopped);
}

#[tokio::test]
async fn a_child_is_handed_the_configuration_on_one_line_and_its_input_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    // More than a pipe holds.
    std::fs::write(folder.path().join("archive.yaml"), "# a comment\n".repeat(10_000)).unwrap();
    let files = Snapshot::read(folder.path(), folder.path());
    let handed = serde_json::to_string(&files).unwrap();
    let script = format!("head -n 1 | wc -c | grep -q '^{}$' && exit 77", handed.len() + 1);
    let (_asked, hears) = watch::channel(Asked::Nothing);
    let program = Program { path: "/bin/sh".into(), options: ["-c", &script].map(Into::into).into() };
    let ending = program.run(&start(), &files, PATIENCE, hears).await;
    assert!(matches!(&ending, Ending::Failed { reason, .. } if reason.contains("77")), "{ending:?}");
}
