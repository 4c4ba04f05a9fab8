//! Killed anywhere and run again: the archive that an undisturbed run leaves, byte for byte.

mod disk;
mod planted;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::chance::Chance;
use crate::night::{FIRST, SECOND, deliver_first, deliver_second};
use crate::readers::{ENOUGH, Readers, View};
use crate::stub::{Bucket, Fault, Logged, Request, Stub, When};
use crate::worker::{Finished, Workspace};

const RUN: [&str; 4] = ["run", "nightly", "--at", SECOND];

pub type Archive = BTreeMap<String, Bytes>;

/// The second night on a stub, where it is about to begin.
struct Ground {
    stub: Arc<Stub>,
    workspace: Workspace,
    before: Bucket,
    /// The requests of an undisturbed night, and what it leaves.
    requests: Vec<Logged>,
    expected: Archive,
}

impl Ground {
    fn prepare() -> Self {
        Self::prepare_with(&[])
    }

    /// With more files of the configuration.
    fn prepare_with(config: &[(&str, &str)]) -> Self {
        let stub = Arc::new(Stub::start());
        let workspace = Workspace::on_stub(&stub);
        for (file, text) in config {
            workspace.write(file, text);
        }
        deliver_first(&workspace, Some(&stub));
        workspace.night(FIRST).exits(0);
        deliver_second(&workspace, Some(&stub));
        // S3 tells whole seconds, and nights are not as close as these two.
        stub.bucket().pass(Duration::from_hours(24));
        let before = stub.bucket().clone();
        stub.calm();
        workspace.run(&RUN).exits(0);
        let (requests, expected) = (stub.log(), workspace.archive(Some(&stub)));
        workspace.run(&["verify"]).exits(0);
        Self { stub, workspace, before, requests, expected }
    }

    fn start_over(&self) {
        *self.stub.bucket() = self.before.clone();
    }

    /// The numbers of the requests to be killed at: all that write and every third of the others, or all.
    fn points(&self) -> Vec<usize> {
        let all = std::env::var_os("COVERLEDGER_LONG").is_some();
        let numbered = self.requests.iter().zip(1..);
        numbered.filter(|(logged, n)| all || logged.kind.writes() || n % 3 == 0).map(|(_, n)| n).collect()
    }

    /// Meets this fate at request number `point`, and is run again. Says whether it was killed, or what is other than
    /// it should be.
    fn killed_at(&self, point: usize, fault: &Fault) -> Result<bool, String> {
        self.killed_where(move |n, _| n == point, fault)
    }

    /// The same at the requests that this picks.
    fn killed_where(
        &self,
        mut picks: impl FnMut(usize, &Request) -> bool + Send + 'static,
        fault: &Fault,
    ) -> Result<bool, String> {
        let fate = fault.clone();
        self.stub.on(move |n, request| if picks(n, request) { fate.clone() } else { Fault::Pass });
        let killed = self.workspace.start_aimed_at(&self.stub, &RUN).finish();
        self.stub.quiet();
        self.again().map(|()| killed.code.is_none())
    }

    /// Runs undisturbed after kills. Says what is other than it should be.
    fn again(&self) -> Result<(), String> {
        self.stub.calm();
        let again = self.workspace.run(&RUN);
        if again.code != Some(0) {
            return Err(format!("the second run ended with {again:?}"));
        }
        let leases: Vec<String> = self.stub.bucket().tree("archive/_leases/").into_keys().collect();
        if !leases.is_empty() && had_work(&again) {
            return Err(format!("leases are left: {leases:?}"));
        }
        same(&self.expected, &self.workspace.archive(Some(&self.stub)))
    }
}

/// A run that found everything published leaves the leases of the dead to the next one that has work.
fn had_work(run: &Finished) -> bool {
    run.stdout.contains(" published")
}

/// Says what differs.
pub fn same(expected: &Archive, found: &Archive) -> Result<(), String> {
    let keys: std::collections::BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let differing = keys.into_iter().filter(|key| expected.get(*key) != found.get(*key));
    let told: Vec<String> = differing
        .map(|key| match (expected.get(key), found.get(key)) {
            (Some(_), None) => format!("missing: {key}"),
            (None, _) => format!("too much: {key}"),
            _ => format!("other bytes: {key}"),
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

fn killed_on_a_bucket(when: When) {
    let ground = Ground::prepare();
    let readers = Readers::start(&View::Stub(Arc::clone(&ground.stub)));
    let points = ground.points();
    let mut killed = 0;
    for (count, point) in points.iter().enumerate() {
        {
            let _nobody_reads = readers.hold_off();
            ground.start_over();
        }
        let logged = &ground.requests[point - 1];
        let outcome = ground.killed_at(*point, &Fault::Kill(when));
        killed += usize::from(
            outcome.unwrap_or_else(|wrong| panic!("killed {when:?} request {point}, {logged:?}:\n{wrong}")),
        );
        if count % 16 == 0 {
            ground.workspace.run(&["verify"]).exits(0);
        }
    }
    let seen = readers.stop();
    println!(
        "killed {when:?} {killed} of {} requests, each archive identical; {} reads, {} wrong",
        ground.requests.len(),
        seen.reads,
        seen.wrong.len()
    );
    assert_eq!(seen.wrong, [].into());
    // Retries and renewed leases can make a night a little longer or shorter than the one that was counted.
    assert!(killed * 20 >= points.len() * 19, "only {killed} of {} were reached", points.len());
    assert!(seen.reads >= ENOUGH, "only {} reads", seen.reads);
}

#[test]
fn killed_before_any_request_and_run_again_the_archive_is_the_same() {
    killed_on_a_bucket(When::Before);
}

#[test]
fn killed_after_any_request_and_run_again_the_archive_is_the_same() {
    killed_on_a_bucket(When::After);
}

#[test]
fn killed_while_it_decides_and_run_again_the_archive_is_the_same() {
    let families = "families: {dress: {shared: c0, localized: {GB: c1}}}";
    let decisions = format!("version: 1\nwindow_days: 4\nperiod_days: 2\n{families}\n");
    let experiment = "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB, US]\ncovers: [c0, c1]\n\
                      window: {from: 2026-10-20, to: 2026-11-30}\nsplit: {broadcasts: 8}\n";
    let ground = Ground::prepare_with(&[
        ("config/decisions.yaml", &decisions),
        ("config/experiments/c0_or_c1.yaml", experiment),
    ]);
    let is_of_decisions =
        |key: &str| ["_decisions", "_experiments", "as_of="].iter().any(|part| key.contains(part));
    assert!(ground.expected.keys().any(|key| key.contains("_experiments")), "an experiment is decided too");
    let first =
        ground.requests.iter().position(|logged| is_of_decisions(&logged.key)).expect("something is decided");
    assert!(
        ground.expected.keys().filter(|key| is_of_decisions(key)).count() > 10,
        "{:?}",
        ground.expected.keys()
    );
    let (mut killed, mut points) = (0, 0);
    for (logged, point) in ground.requests.iter().zip(1..).skip(first).filter(|(logged, _)| logged.kind.writes()) {
        for when in [When::Before, When::After] {
            ground.start_over();
            let outcome = ground.killed_at(point, &Fault::Kill(when));
            let wrong = |wrong| panic!("killed {when:?} request {point}, {logged:?}:\n{wrong}");
            killed += usize::from(outcome.unwrap_or_else(wrong));
            points += 1;
        }
    }
    println!("killed at {killed} of {points} points while deciding, each archive identical");
    assert!(points > 20 && killed * 20 >= points * 19, "only {killed} of {points} were reached");
}

#[test]
fn killed_again_and_again_the_archive_is_the_same_in_the_end() {
    let ground = Ground::prepare();
    let rounds = if std::env::var_os("COVERLEDGER_LONG").is_some() { 200 } else { 6 };
    let mut chance = Chance(7);
    for round in 0..rounds {
        ground.start_over();
        let mut met = Vec::new();
        for _ in 0..5 {
            let point = 1 + usize::try_from(chance.below(ground.requests.len() as u64)).unwrap();
            let when = if chance.below(2) == 0 { When::Before } else { When::After };
            ground.stub.on(move |n, _| if n == point { Fault::Kill(when) } else { Fault::Pass });
            let ended = ground.workspace.start_aimed_at(&ground.stub, &RUN).finish();
            ground.stub.quiet();
            met.push((point, when, ended.code));
        }
        ground.again().unwrap_or_else(|wrong| panic!("round {round}, killed at {met:?}:\n{wrong}"));
    }
}
