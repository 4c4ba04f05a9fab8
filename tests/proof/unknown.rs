//! A receipt's put of which nobody knows what became: neither lost nor doubled, and told by the exit code.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::kills::{Archive, same};
use crate::night::{FIRST, SECOND, deliver_first, deliver_second};
use crate::stub::{Bucket, Fault, Kind, Stub, When};
use crate::worker::{Finished, Workspace};

/// The receipt that has bad luck.
const KEY: &str = "archive/_receipts/shop/GB/2026-11-20/00000002.json";
/// How long the program waits for an answer, and when a late put arrives: 5 s after that.
const TIME_OUT: &str = "1s";
const LATE: Duration = Duration::from_secs(6);

struct Ground {
    stub: Stub,
    workspace: Workspace,
    expected: Archive,
}

impl Ground {
    /// The second night is about to begin, and is known to come out as `expected`.
    fn prepare() -> Self {
        let stub = Stub::start();
        let workspace = Workspace::on_stub(&stub);
        workspace.env("AWS_TIMEOUT", TIME_OUT);
        deliver_first(&workspace, Some(&stub));
        workspace.night(FIRST).exits(0);
        deliver_second(&workspace, Some(&stub));
        stub.bucket().pass(Duration::from_hours(24));
        let before: Bucket = stub.bucket().clone();
        workspace.night(SECOND).exits(0);
        let expected = archive(&workspace, &stub);
        *stub.bucket() = before;
        Self { stub, workspace, expected }
    }

    /// The night, in which the first so many puts of the receipt meet this fate.
    fn night(&self, fault: Fault, times: usize) -> Finished {
        let mut left = times;
        self.stub.on(move |_, request| {
            if request.key == KEY && request.kind == Kind::PutNew && left > 0 {
                left -= 1;
                return fault.clone();
            }
            Fault::Pass
        });
        self.workspace.night(SECOND)
    }

    /// What is other than after an undisturbed night.
    fn wrong(&self) -> Result<(), String> {
        same(&self.expected, &archive(&self.workspace, &self.stub))?;
        let lost: BTreeSet<String> = self.stub.bucket().lost();
        let is_kept = |key: &&String| key.contains("/_receipts/") || key.contains("/_revisions/");
        match lost.iter().find(is_kept) {
            Some(key) => Err(format!("written over or deleted: {key}")),
            None => Ok(()),
        }
    }

    /// The next run settles what was left open.
    fn settles(&self) {
        self.stub.calm();
        self.workspace.night(SECOND).exits(0);
        self.wrong().unwrap();
        self.workspace.run(&["verify"]).exits(0);
    }
}

/// Notes on attempts are history once the market-day is published.
fn archive(workspace: &Workspace, stub: &Stub) -> Archive {
    let mut archive = workspace.archive(Some(stub));
    archive.retain(|key, _| !key.starts_with("_attempts/"));
    archive
}

#[test]
fn an_answer_that_was_lost_after_storing_is_found_out_at_once() {
    let ground = Ground::prepare();
    for fault in [Fault::Drop(When::After), Fault::Reset(When::After), Fault::Status(500, When::After)] {
        let before = ground.stub.bucket().clone();
        ground.night(fault.clone(), 1).exits(0);
        ground.wrong().unwrap_or_else(|wrong| panic!("{fault:?}: {wrong}"));
        ground.settles();
        *ground.stub.bucket() = before;
    }
}

#[test]
fn a_conflict_with_nothing_stored_is_tried_again() {
    let ground = Ground::prepare();
    ground.night(Fault::Status(409, When::Before), 1).exits(0);
    ground.wrong().unwrap();
    ground.settles();
}

#[test]
fn a_conflict_that_stays_is_told_and_the_next_run_settles() {
    let ground = Ground::prepare();
    let done = ground.night(Fault::Status(409, When::Before), usize::MAX).exits(5);
    assert!(done.stdout.contains("shop/GB/2026-11-20"), "{}", done.stdout);
    ground.settles();
}

#[test]
fn a_put_that_is_stored_after_the_time_out_is_not_doubled() {
    let ground = Ground::prepare();
    ground.night(Fault::Delay(LATE, When::Before), 1).exits(0);
    ground.stub.quiet();
    ground.wrong().unwrap();
    ground.settles();
}

#[test]
fn puts_that_are_all_stored_after_the_time_out_are_told_and_the_next_run_settles() {
    let ground = Ground::prepare();
    ground.night(Fault::Delay(LATE, When::Before), usize::MAX).exits(5);
    assert!(ground.stub.bucket().get(KEY).is_none(), "it was to come later");
    ground.stub.quiet();
    assert!(ground.stub.bucket().get(KEY).is_some(), "it was to come after all");
    ground.settles();
}

#[test]
fn the_next_run_need_not_wait_for_puts_that_are_still_on_their_way() {
    let ground = Ground::prepare();
    ground.night(Fault::Delay(LATE, When::Before), usize::MAX).exits(5);
    ground.settles();
    ground.stub.quiet();
    ground.wrong().unwrap();
}

#[test]
fn a_store_that_confirms_what_it_does_not_store_is_noticed() {
    let ground = Ground::prepare();
    ground.night(Fault::Lazy(Duration::from_hours(1)), 1).exits(0);
    let noticed = ground.wrong().unwrap_err();
    assert!(noticed.contains("missing: _receipts/shop/GB/2026-11-20/00000002.json"), "{noticed}");
}

#[test]
fn a_late_put_that_is_stored_over_the_receipt_is_noticed() {
    let ground = Ground::prepare();
    ground.night(Fault::Pass, 0).exits(0);
    let receipt = ground.stub.bucket().get(KEY).unwrap().bytes.clone();
    ground.stub.bucket().put(KEY, "another's");
    ground.stub.bucket().put(KEY, receipt);
    let noticed = ground.wrong().unwrap_err();
    assert!(noticed.contains("written over"), "{noticed}");
}
