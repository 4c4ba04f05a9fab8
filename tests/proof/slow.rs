//! An export that takes for ever keeps no other platform waiting, is given up by name, and ends when it is told to.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::night::{FIRST, deliver_first};
use crate::stub::{Fault, Kind, Stub};
use crate::worker::Workspace;

/// The only export of `feed`, the platform that comes first in the order of names.
const SLOW: &str = "exports/feed/20261120.ndjson";
const SHOP_DAY: &str = "archive/_receipts/shop/GB/2026-11-20/";
const FEED_DAY: &str = "archive/_receipts/feed/GB/2026-11-20/";
/// A night that has not come so far hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// The bytes of one export trickle, and would for hours.
fn trickling() -> (Stub, Workspace) {
    let stub = Stub::start();
    let workspace = Workspace::on_stub(&stub);
    deliver_first(&workspace, Some(&stub));
    // Of a size that takes hours at some bytes a second.
    let line = stub.bucket().tree(SLOW).into_values().next().unwrap();
    stub.bucket().put(SLOW, line.repeat(40));
    stub.on(|_, request| match request.kind {
        Kind::Get if request.key == SLOW => Fault::Slow { bytes_per_second: 20 },
        _ => Fault::Pass,
    });
    (stub, workspace)
}

fn lies_below(stub: &Stub, prefix: &str) -> bool {
    !stub.bucket().tree(prefix).is_empty()
}

#[test]
fn a_platform_behind_a_slow_one_is_published_meanwhile_and_a_stop_ends_the_slow_one() {
    let (stub, workspace) = trickling();
    let worker = workspace.start(&["run", "nightly", "--at", FIRST]);
    let started = Instant::now();
    while !lies_below(&stub, SHOP_DAY) {
        assert!(worker.is_at_work() && started.elapsed() < PATIENCE, "`shop` waits for `feed`");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(worker.is_at_work(), "the point of this proof");
    println!("published after {:.1} s behind an export that takes hours", started.elapsed().as_secs_f32());
    let asked = Instant::now();
    worker.signal("TERM");
    let done = worker.finish().exits(143);
    println!("stopped after {} ms", asked.elapsed().as_millis());
    // The stop may come before the other day of `shop` has begun, too.
    assert!(done.stdout.contains("stopped: feed/GB/2026-11-20"), "{}", done.stdout);
    assert!(!lies_below(&stub, FEED_DAY), "what was read in part is not published");
    assert!(!lies_below(&stub, "archive/_leases/"), "leases are given back");
    stub.calm();
    let again = workspace.night(FIRST);
    assert!(lies_below(&stub, FEED_DAY), "{}{}", again.stdout, again.stderr);
}

#[test]
fn an_export_that_takes_longer_than_its_limit_fails_its_days_by_name_until_it_does_not() {
    let (stub, workspace) = trickling();
    workspace.setting("export_limit", "2s");
    let done = workspace.night(FIRST).exits(6);
    for said in ["feed/20261120.ndjson", "`export_limit`", "2s", "the next run tries again"] {
        assert!(done.stdout.contains(said), "`{said}` is not in {}", done.stdout);
    }
    assert!(lies_below(&stub, SHOP_DAY) && !lies_below(&stub, FEED_DAY));
    assert!(!lies_below(&stub, "archive/feed"), "nothing of it is published");
    stub.calm();
    workspace.night(FIRST);
    assert_eq!(tables(&stub, &workspace), undisturbed());
}

/// What a night publishes whose store is in no trouble.
fn undisturbed() -> BTreeMap<String, Bytes> {
    let (stub, workspace) = trickling();
    stub.calm();
    workspace.night(FIRST);
    tables(&stub, &workspace)
}

fn tables(stub: &Stub, workspace: &Workspace) -> BTreeMap<String, Bytes> {
    let mut archive = workspace.archive(Some(stub));
    archive.retain(|key, _| !key.starts_with('_'));
    archive
}
