//! What pruning removes and what it must not.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

use super::super::prune::Keep;
use super::super::retention::{self, Chains};
use super::super::*;
use super::*;

/// Long after the store's own clock, so that every object is old by any cutoff of these tests.
fn instant(day: u8) -> Timestamp {
    Timestamp::from_second(4_000_000_000 + i64::from(day) * 86_400).unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    /// A unit says something, at a day of the run's clock, which may jump.
    Publish {
        unit: u8,
        says: u8,
        day: u8,
    },
    Prune {
        day: u8,
    },
}

fn unit_of(number: u8) -> Unit {
    let platform = PlatformId::new("tiktok_shop_live");
    match number {
        // Its tables do not contain the revision's number, so that the same content can be published again.
        0 => Unit::Rejects { platform, export_date: None },
        number => Unit::MarketDay(MarketDay {
            platform,
            market: MarketId::new("US"),
            local_date: date(2026, 11, i8::try_from(number).unwrap()),
        }),
    }
}

async fn say(archive: &Archive, unit: &Unit, says: u8, day: u8) {
    let is_rejects = matches!(unit, Unit::Rejects { .. });
    let render = |revision: u64| {
        let table = if is_rejects { TableName::Rejects } else { TableName::Funnel };
        let text = if is_rejects { format!("{says}") } else { format!("{unit} {says} {revision}") };
        Ok(vec![TableBytes { table, bytes: text.into(), rows: 1 }])
    };
    let stamp = Stamp { run_id: "run".into(), now: instant(day), clock: Clock::Fixed(instant(day)) };
    archive.publish(unit, &draft(&says.to_string()), render, &stamp).await.unwrap();
}

fn keeps_the_truth(chains: &Chains, cutoff: Timestamp) -> BTreeSet<&str> {
    retention::kept(chains.values(), cutoff)
}

/// The planted bug: uses only the date of the receipt, and forgets what was in force at the cutoff.
fn forgets_the_truth(chains: &Chains, cutoff: Timestamp) -> BTreeSet<&str> {
    let receipts = chains.values().flat_map(BTreeMap::values);
    let late = receipts.filter(|receipt| receipt.published_at >= cutoff);
    late.flat_map(retention::tables).collect()
}

/// The other planted bug: keeps only what is newest now.
fn keeps_the_newest(chains: &Chains, _: Timestamp) -> BTreeSet<&str> {
    chains.values().filter_map(|chain| chain.values().last()).flat_map(retention::tables).collect()
}

/// Executes the steps, and checks all promises after each.
async fn promises_hold(steps: &[Step], keep: Keep) -> TestCaseResult {
    let bench = Bench::in_memory();
    let mut since = None;
    for step in steps {
        match *step {
            Step::Publish { unit, says, day } => say(&bench.archive, &unit_of(unit), says, day).await,
            Step::Prune { day } => {
                since = since.max(Some(day));
                let limits = PruneLimits { max_share: 1.0, ..PruneLimits::default() };
                bench.archive.prune_keeping(instant(day), Prune::Remove, &limits, keep).await.unwrap();
            }
        }
        if since.is_none() {
            continue;
        }
        let verification = bench.archive.verify(Repair::No).await.unwrap();
        prop_assert_eq!(verification.findings, vec![]);
        for day in 0..12 {
            let snapshot = bench.archive.snapshot(instant(day)).await.unwrap();
            prop_assert_eq!(snapshot.doubts, Doubts::default());
            for object in snapshot.objects {
                let there = bench.archive.store().get(&object.key).await.unwrap();
                prop_assert_eq!(there.is_none(), object.is_pruned);
                prop_assert!(!object.is_pruned || since.is_some_and(|since| day < since), "{object:?}");
            }
        }
    }
    Ok(())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let publish = (0..3_u8, 0..3_u8, 0..12_u8).prop_map(|(unit, says, day)| Step::Publish { unit, says, day });
    let prune = (0..12_u8).prop_map(|day| Step::Prune { day });
    proptest::collection::vec(prop_oneof![4 => publish, 1 => prune], 1..16)
}

fn check(keep: Keep) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&steps(), |steps| runtime.block_on(promises_hold(&steps, keep)))
        .map_err(|error| error.to_string())
}

#[test]
fn after_any_publishing_and_pruning_everything_since_the_cutoff_is_whole() {
    check(keeps_the_truth).unwrap();
}

#[test]
fn pruning_by_date_alone_would_be_noticed() {
    check(forgets_the_truth).unwrap_err();
    check(keeps_the_newest).unwrap_err();
}

#[tokio::test]
async fn pruning_removes_what_was_replaced_and_says_so() {
    for bench in Bench::both() {
        for day in [1, 3, 5] {
            say(&bench.archive, &unit_of(1), day, day).await;
        }
        bench.overwrite("_revisions/notes.txt", "somebody else's").await;
        let before = bench.bytes().await;
        let looked = bench.archive.prune(instant(4), Prune::DryRun, &PruneLimits::default()).await.unwrap();
        assert_eq!((looked.removed, looked.kept), (1, 3));
        assert_eq!(looked.removed_bytes, "tiktok_shop_live/US/2026-11-01 1 1".len() as u64);
        let written = |mut bytes: BTreeMap<String, Bytes>| {
            bytes.remove("_lock");
            bytes
        };
        assert_eq!(written(bench.bytes().await), before, "a dry run writes nothing");
        assert_eq!(bench.archive.retention().await.unwrap(), None);

        assert_eq!(bench.archive.prune(instant(4), Prune::Remove, &PruneLimits::default()).await.unwrap(), looked);
        assert_eq!(bench.archive.retention().await.unwrap().unwrap().pruned_before, instant(4));
        let verification = bench.archive.verify(Repair::No).await.unwrap();
        assert_eq!((verification.findings, verification.pruned), (vec![], 1));
        let pruned = async |day| {
            let objects = bench.archive.snapshot(instant(day)).await.unwrap().objects;
            objects.into_iter().map(|object| (object.revision, object.is_pruned)).collect::<Vec<_>>()
        };
        assert_eq!(pruned(2).await, [(1, true)]);
        assert_eq!(pruned(4).await, [(2, false)], "the truth at the cutoff");
        assert_eq!(pruned(6).await, [(3, false)]);

        // An earlier cutoff does not move the recorded one back.
        bench.archive.prune(instant(2), Prune::Remove, &PruneLimits::default()).await.unwrap();
        assert_eq!(bench.archive.retention().await.unwrap().unwrap().pruned_before, instant(4));
        // A kept table that is missing is still a finding.
        let gone = bench.archive.snapshot(instant(4)).await.unwrap().objects.remove(0).key;
        bench.archive.store().delete(&gone).await.unwrap();
        let verification = bench.archive.verify(Repair::No).await.unwrap();
        assert!(matches!(verification.findings[0].problem, Problem::RevisionMissing { revision: 2, .. }));
    }
}

#[tokio::test]
async fn young_objects_stay_whoever_names_them() {
    let bench = Bench::in_memory();
    let long_ago = |text: &str| stamp("run", text);
    publish_by(&bench.archive, "a", &long_ago("1999-01-01T00:00:00Z")).await.unwrap();
    publish_by(&bench.archive, "b", &long_ago("1999-01-02T00:00:00Z")).await.unwrap();
    let before = bench.bytes().await;
    let pruned = bench
        .archive
        .prune("2000-01-01T00:00:00Z".parse().unwrap(), Prune::Remove, &PruneLimits::default())
        .await
        .unwrap();
    assert_eq!((pruned.removed, pruned.kept), (0, 4));
    assert_eq!(bench.bytes().await, before, "nothing to remove, nothing to say");
}

#[tokio::test]
async fn a_table_that_is_published_again_is_young_again() {
    let bench = Bench::in_folder();
    say(&bench.archive, &unit_of(0), 1, 1).await;
    say(&bench.archive, &unit_of(0), 2, 2).await;
    let key = bench.archive.snapshot(instant(1)).await.unwrap().objects.remove(0).key;
    let path = bench.folder.as_ref().unwrap().path().join(&key);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    say(&bench.archive, &unit_of(0), 1, 3).await;
    assert!(path.metadata().unwrap().modified().unwrap() > old);
}

#[tokio::test]
async fn pruning_waits_for_nobody_who_publishes() {
    for bench in Bench::both() {
        say(&bench.archive, &unit_of(1), 1, 1).await;
        say(&bench.archive, &unit_of(1), 2, 2).await;
        let day = MarketDay {
            platform: PlatformId::new("tiktok_shop_live"),
            market: MarketId::new("US"),
            local_date: date(2026, 11, 9),
        };
        let leases = bench.archive.leases(lease::Holder::this("nightly"), Duration::from_mins(1));
        leases.take(&day.platform, [&day]).await;
        let before = bench.bytes().await;
        let refused = bench.archive.prune(instant(9), Prune::Remove, &PruneLimits::default()).await.unwrap_err();
        assert!(refused.to_string().contains("run `nightly`"), "{refused}");
        leases.release_all().await;
        if bench.folder.is_some() {
            let writer = Archive::for_writing(bench.archive.store().clone()).await.unwrap();
            let refused =
                bench.archive.prune(instant(9), Prune::Remove, &PruneLimits::default()).await.unwrap_err();
            assert!(matches!(refused, PruneError::Publishing { .. }));
            drop(writer);
        }
        assert_eq!(bench.archive.retention().await.unwrap(), None);
        assert!(before.keys().filter(|key| key.starts_with("_revisions")).count() == 2);
        assert_eq!(
            bench.archive.prune(instant(9), Prune::Remove, &PruneLimits::default()).await.unwrap().removed,
            1
        );
    }
}

#[tokio::test]
async fn pruning_is_refused_where_a_receipt_cannot_be_read() {
    let bench = Bench::in_memory();
    say(&bench.archive, &unit_of(1), 1, 1).await;
    say(&bench.archive, &unit_of(1), 2, 2).await;
    bench.overwrite(&Key::Receipt(&unit_of(1), 1).path(), "{").await;
    let before = bench.bytes().await;
    bench.archive.prune(instant(9), Prune::Remove, &PruneLimits::default()).await.unwrap_err();
    assert_eq!(bench.bytes().await, before);

    let bench = Bench::in_memory();
    say(&bench.archive, &unit_of(1), 1, 1).await;
    bench.overwrite("_retention.json", "{").await;
    let verification = bench.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(verification.findings[0].problem, Problem::Retention(_)));
    bench.archive.snapshot(instant(1)).await.unwrap_err();
}

#[tokio::test]
async fn pruning_that_is_cut_short_leaves_a_sound_archive() {
    let bench = Bench::in_memory();
    for day in 1..9 {
        say(&bench.archive, &unit_of(1), day, day).await;
    }
    bench.archive.give_up_before(instant(20)).await.unwrap();
    assert_sound(&bench.archive).await;
    let first = bench.archive.snapshot(instant(1)).await.unwrap().objects.remove(0).key;
    bench.archive.store().delete(&first).await.unwrap();
    assert_sound(&bench.archive).await;
}
