//! A disk that is full, broken, or taken away at any moment.

use std::path::Path;

use super::super::*;
use super::*;
use crate::finding::Problem;
use crate::keys::FOLDERS;
use coverledger_store::{DiskFault, DiskFaults};

/// Publishes a second revision on a disk that fails once, and again on a sound disk. Returns whether the fault was
/// reached, and what was wrong.
async fn struck(faults: DiskFaults, expected: &BTreeMap<String, Bytes>) -> (bool, Vec<String>) {
    let bench = Bench::in_folder();
    let folder = bench.folder.as_ref().unwrap().path();
    publish(&bench.archive, "a").await.unwrap();
    let faults = Arc::new(faults);
    let failing = archive_in(Store::open_failing_folder(folder, Arc::clone(&faults)).unwrap());
    let outcome = publish(&failing, "b").await;
    let mut wrong = damage(&bench.archive).await;
    if outcome.is_ok() && publish(&bench.archive, "b").await.unwrap() != same(2) {
        wrong.push("it said that it had published and had not".to_owned());
    }
    drop(failing);
    let _lock = bench.archive.store().lock_for_writing(&FOLDERS, &[]).await.unwrap();
    if let Err(error) = publish(&bench.archive, "b").await {
        wrong.push(format!("it cannot be published any more: {error}"));
    }
    let mut published = bench.bytes().await;
    published.remove("_lock");
    if published != *expected {
        wrong.push("published again, other objects are there".to_owned());
    }
    wrong.extend(half_written(folder));
    (faults.has_struck(), wrong)
}

/// What no reader may ever find. A current path that is older than its receipt is updated by the next run.
async fn damage(archive: &Archive) -> Vec<String> {
    let findings = archive.verify(Repair::No).await.unwrap().findings;
    let is_behind = |problem: &Problem| {
        matches!(problem, Problem::CurrentMissing { .. } | Problem::CurrentDiffers { .. } | Problem::StrayTable)
    };
    let mut damage: Vec<String> =
        findings.iter().filter(|finding| !is_behind(&finding.problem)).map(ToString::to_string).collect();
    for (key, bytes) in bytes_of(archive).await {
        let is_whole = !key.ends_with(".parquet") || tables_ever().contains(&bytes);
        if !is_whole {
            damage.push(format!("`{key}` is no table that was ever published"));
        }
    }
    damage
}

/// The tables of every revision that this test publishes.
fn tables_ever() -> Vec<Bytes> {
    [("a", 1), ("b", 1), ("b", 2)].iter().flat_map(|(of, n)| tables(of, *n)).map(|table| table.bytes).collect()
}

fn half_written(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(half_written(&path));
        } else if path.to_str().unwrap().contains('#') {
            found.push(format!("{} stayed behind", path.display()));
        }
    }
    found
}

/// Every operation that changes something, one after the other. Returns their number, and what was wrong.
async fn everywhere(fault: impl Fn(usize) -> DiskFaults) -> (usize, Vec<String>) {
    let expected = undisturbed(&["a", "b"]).await;
    let mut all_wrong = Vec::new();
    for nth in 0.. {
        let (has_struck, wrong) = struck(fault(nth), &expected).await;
        all_wrong.extend(wrong.into_iter().map(|wrong| format!("at {nth}: {wrong}")));
        if !has_struck {
            return (nth, all_wrong);
        }
    }
    unreachable!("publishing ends")
}

#[tokio::test]
async fn a_full_disk_an_io_error_and_death_leave_the_old_state_or_the_new_at_every_operation() {
    for fault in [DiskFault::Full, DiskFault::Broken, DiskFault::Dead] {
        let (operations, wrong) = everywhere(|nth| DiskFaults::new(nth, fault)).await;
        assert_eq!(wrong, <[String; 0]>::default(), "{fault:?}");
        assert!(operations > 25, "only {operations} operations were struck by {fault:?}");
        println!("{fault:?}: {operations} operations, each struck once");
    }
}

#[tokio::test]
async fn planted_a_short_write_that_is_taken_for_a_whole_one_is_noticed() {
    let signs = ["does not hold the bytes", "no table that was ever published"];
    let mut wrong = Vec::new();
    // Tables are put concurrently: which of them is the n-th operation varies, so one of them may never be hit.
    for _ in 0..20 {
        wrong.extend(everywhere(|nth| DiskFaults::new(nth, DiskFault::Full).hiding_short_writes()).await.1);
        if signs.iter().all(|sign| wrong.iter().any(|wrong| wrong.contains(sign))) {
            return;
        }
    }
    panic!("{wrong:#?}");
}
