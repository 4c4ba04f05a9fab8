//! The promises of publishing, on a store in memory and in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::date;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;

use super::keys::Key;
use super::*;
use crate::model::{MarketDay, MarketId, PlatformId};
use crate::store::faulty::{Fault, Faulty};
use crate::store::{IfMissing, StoreProblem};

/// Puts of one publication of two tables: two revisions, a receipt, two current paths.
const RECEIPT_PUT: usize = 2;
const PUTS: usize = 5;

fn unit() -> Unit {
    Unit::MarketDay(MarketDay {
        platform: PlatformId::new("tiktok_shop_live"),
        market: MarketId::new("US"),
        local_date: date(2026, 11, 21),
    })
}

fn draft(fingerprint: &str) -> Draft {
    Draft {
        state: State::Provisional,
        fingerprint: fingerprint.into(),
        exports: vec![ExportRecord {
            key: "tiktok/2026-11-21/a.csv".into(),
            etag: Some("\"1-2\"".into()),
            size: 10,
            sha256: "00".into(),
            rows: RowCounts { rows_in: 4, counted: 2, duplicate: 1, outside: 1, rejected: 0 },
        }],
        totals: BTreeMap::from([("impressions".into(), 2)]),
        config_sha256: "c0".into(),
        program_version: "0.1.0".into(),
        tz_release: "2026f".into(),
        engine: "local".into(),
    }
}

fn tables(fingerprint: &str, revision: u64) -> Vec<TableBytes> {
    let bytes = |table: TableName| Bytes::from(format!("{table} of {fingerprint}, revision {revision}"));
    // Not in the order of the receipt, which must not depend on it.
    let table = |table| TableBytes { table, bytes: bytes(table), rows: 3 };
    vec![table(TableName::SlotAudience), table(TableName::Funnel)]
}

fn stamp(run_id: &str, now: &str) -> Stamp {
    Stamp { run_id: run_id.into(), now: now.parse().unwrap() }
}

async fn publish_by(archive: &Archive, fingerprint: &str, stamp: &Stamp) -> Result<Published, PublishError> {
    let render = |revision| Ok(tables(fingerprint, revision));
    archive.publish(&unit(), &draft(fingerprint), render, stamp).await
}

async fn publish(archive: &Archive, fingerprint: &str) -> Result<Published, PublishError> {
    publish_by(archive, fingerprint, &stamp("run", "2026-11-22T03:30:00Z")).await
}

const fn new(revision: u64) -> Published {
    Published::New { revision }
}

const fn same(revision: u64) -> Published {
    Published::AlreadyPublished { revision }
}

/// A place to publish into, with a second way in that fails as told.
struct Bench {
    raw: Arc<dyn ObjectStore>,
    archive: Archive,
    folder: Option<tempfile::TempDir>,
}

impl Bench {
    fn in_memory() -> Self {
        let raw: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let archive = Archive::for_reading(Store::over(Arc::clone(&raw), "team/covers", "memory").unwrap());
        Self { raw, archive, folder: None }
    }

    fn in_folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let raw: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
        let archive = Archive::for_reading(Store::open_folder(folder.path(), IfMissing::Refuse).unwrap());
        Self { raw, archive, folder: Some(folder) }
    }

    fn both() -> [Self; 2] {
        [Self::in_memory(), Self::in_folder()]
    }

    fn failing(&self, nth: usize, fault: Fault) -> Archive {
        self.over(Faulty::new(Arc::clone(&self.raw), nth, fault))
    }

    fn over(&self, store: Faulty) -> Archive {
        let prefix = if self.folder.is_some() { "" } else { "team/covers" };
        Archive::for_reading(Store::over(Arc::new(store), prefix, "faulty").unwrap())
    }

    async fn bytes(&self) -> BTreeMap<String, Bytes> {
        bytes_of(&self.archive).await
    }

    async fn overwrite(&self, key: &str, text: &str) {
        self.archive.store().put(key, Bytes::from(text.to_owned())).await.unwrap();
    }

    fn current(table: TableName) -> String {
        Key::Current(table, &unit()).path()
    }
}

async fn bytes_of(archive: &Archive) -> BTreeMap<String, Bytes> {
    let mut bytes = BTreeMap::new();
    for object in archive.store().list("").await.unwrap() {
        bytes.insert(object.key.clone(), archive.store().get(&object.key).await.unwrap().unwrap());
    }
    bytes
}

/// The archive that undisturbed publishing of these leaves.
async fn undisturbed(fingerprints: &[&str]) -> BTreeMap<String, Bytes> {
    let bench = Bench::in_memory();
    for fingerprint in fingerprints {
        publish(&bench.archive, fingerprint).await.unwrap();
    }
    bench.bytes().await
}

async fn assert_sound(archive: &Archive) {
    let verification = archive.verify(Repair::No).await.unwrap();
    assert_eq!(verification.findings, []);
}

#[tokio::test]
async fn publishing_twice_writes_nothing_new() {
    for bench in Bench::both() {
        assert_eq!(publish(&bench.archive, "a").await.unwrap(), new(1));
        let before = bench.archive.store().list("").await.unwrap();
        let later = stamp("another run", "2026-11-23T03:30:00Z");
        assert_eq!(publish_by(&bench.archive, "a", &later).await.unwrap(), same(1));
        assert_eq!(bench.archive.store().list("").await.unwrap(), before);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn the_same_publishing_leaves_the_same_bytes_in_any_store() {
    let [memory, folder] = Bench::both();
    for bench in [&memory, &folder] {
        publish(&bench.archive, "a").await.unwrap();
        publish(&bench.archive, "b").await.unwrap();
    }
    assert_eq!(memory.bytes().await, folder.bytes().await);
}

#[tokio::test]
async fn new_input_or_a_new_state_is_a_new_revision_on_top_of_the_old() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let first = bench.archive.newest(&unit()).await.unwrap().unwrap();
        assert_eq!(first.content.previous, None);
        assert_eq!(publish(&bench.archive, "b").await.unwrap(), new(2));
        let second = bench.archive.newest(&unit()).await.unwrap().unwrap();
        assert_eq!(second.content.previous, Some(first.content_sha256));
        let settled = Draft { state: State::Final, ..draft("b") };
        let render = |revision| Ok(tables("b", revision));
        let stamp = stamp("run", "2026-11-24T03:30:00Z");
        assert_eq!(bench.archive.publish(&unit(), &settled, render, &stamp).await.unwrap(), new(3));
        let current = bench.archive.store().get(&Bench::current(TableName::Funnel)).await.unwrap().unwrap();
        assert_eq!(current, "funnel of b, revision 3");
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_crash_anywhere_is_made_good_by_the_next_run() {
    let expected = undisturbed(&["a", "b"]).await;
    for nth in 0..PUTS {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            for bench in Bench::both() {
                publish(&bench.archive, "a").await.unwrap();
                publish(&bench.failing(nth, fault), "b").await.unwrap_err();
                let again = publish(&bench.archive, "b").await.unwrap();
                let was_published = nth > RECEIPT_PUT || (nth == RECEIPT_PUT && fault == Fault::CrashAfter);
                assert_eq!(again, if was_published { same(2) } else { new(2) }, "{fault:?} at {nth}");
                assert_eq!(bench.bytes().await, expected, "{fault:?} at {nth}");
                assert_sound(&bench.archive).await;
            }
        }
    }
}

#[tokio::test]
async fn a_crash_after_the_moment_of_truth_is_mended_by_the_cheap_look_and_by_repair() {
    let expected = undisturbed(&["a", "b"]).await;
    let (platform, market) = (PlatformId::new("tiktok_shop_live"), MarketId::new("US"));
    let dates = BTreeSet::from([date(2026, 11, 21), date(2026, 11, 20)]);
    for by_repair in [false, true] {
        for bench in Bench::both() {
            publish(&bench.archive, "a").await.unwrap();
            let error = publish(&bench.failing(RECEIPT_PUT + 1, Fault::CrashBefore), "b").await.unwrap_err();
            assert!(matches!(error, PublishError::NotShown { revision: 2, .. }), "{error}");
            if by_repair {
                let verification = bench.archive.verify(Repair::Yes).await.unwrap();
                assert_eq!(verification.findings.len(), 2);
                assert_eq!(verification.open().count(), 0);
            } else {
                let newest = bench.archive.newest_of(&platform, &market, &dates).await.unwrap();
                assert_eq!(newest.len(), 1);
                // Revisions 1 and 2 of this test have tables of the same size.
                let mended = bench.archive.mend_stale(&platform, &market, &newest).await.unwrap();
                assert_eq!(mended, [date(2026, 11, 21)]);
                assert!(bench.archive.mend_stale(&platform, &market, &newest).await.unwrap().is_empty());
            }
            assert_eq!(bench.bytes().await, expected);
        }
    }
}

#[tokio::test]
async fn a_lost_answer_a_failure_and_a_false_conflict_are_settled_by_reading_back() {
    let expected = undisturbed(&["a"]).await;
    for fault in [Fault::LoseAnswer, Fault::Fail, Fault::FalseConflict] {
        for nth in 0..=RECEIPT_PUT {
            for bench in Bench::both() {
                let published = publish(&bench.failing(nth, fault), "a").await.unwrap();
                assert_eq!(published, new(1), "{fault:?} at {nth}");
                assert_eq!(bench.bytes().await, expected, "{fault:?} at {nth}");
            }
        }
    }
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_said_to_be_unknown() {
    let bench = Bench::in_memory();
    let error = publish(&bench.failing(RECEIPT_PUT, Fault::CrashAfter), "a").await.unwrap_err();
    assert!(matches!(error, PublishError::UnknownOutcome { revision: 1, .. }), "{error}");
    assert_eq!(publish(&bench.archive, "a").await.unwrap(), same(1));
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn another_publisher_in_between_means_looking_again() {
    let bench = Bench::in_memory();
    let overtaken = std::sync::atomic::AtomicBool::new(false);
    let rival = bench.archive.clone();
    let render = |revision| {
        if !overtaken.swap(true, std::sync::atomic::Ordering::SeqCst) {
            // The rival publishes between this one's look and its put.
            let rival = rival.clone();
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { publish(&rival, "rival").await.unwrap() })
            });
            assert_eq!(thread.join().unwrap(), new(1));
        }
        Ok(tables("mine", revision))
    };
    let stamp = stamp("mine", "2026-11-22T03:30:00Z");
    let published = bench.archive.publish(&unit(), &draft("mine"), render, &stamp).await.unwrap();
    assert_eq!(published, new(2));
    assert_sound(&bench.archive).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_who_publish_the_same_one_is_first() {
    for bench in Bench::both() {
        let racers: Vec<_> = (0..16)
            .map(|racer| {
                let archive = bench.archive.clone();
                tokio::spawn(async move {
                    let stamp = stamp(&format!("run {racer}"), "2026-11-22T03:30:00Z");
                    publish_by(&archive, "a", &stamp).await
                })
            })
            .collect();
        let mut first = 0;
        for racer in racers {
            match racer.await.unwrap().unwrap() {
                Published::New { revision: 1 } => first += 1,
                other => assert_eq!(other, same(1)),
            }
        }
        assert_eq!(first, 1);
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_publish_different_things_the_newest_is_shown() {
    for bench in Bench::both() {
        let racers: Vec<_> = (0..6)
            .map(|racer| {
                let archive = bench.archive.clone();
                tokio::spawn(async move { publish(&archive, &format!("input {racer}")).await })
            })
            .collect();
        let mut revisions = BTreeSet::new();
        for racer in racers {
            let Published::New { revision } = racer.await.unwrap().unwrap() else { panic!("all differ") };
            assert!(revisions.insert(revision), "two were told the same number");
        }
        assert_eq!(revisions, (1..=6).collect());
        assert_sound(&bench.archive).await;
    }
}

#[tokio::test]
async fn a_slow_publisher_does_not_leave_old_bytes_over_new_ones() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let old = bench.archive.newest(&unit()).await.unwrap().unwrap();
    publish(&bench.archive, "b").await.unwrap();
    // The publisher of revision 1 wakes up and comes to its step 3.
    bench.archive.show(&old, &BTreeMap::new()).await.unwrap();
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_table_cannot_fall_silent() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let render = |revision| Ok(tables("b", revision).into_iter().take(1).collect());
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    let error = bench.archive.publish(&unit(), &draft("b"), render, &stamp).await.unwrap_err();
    assert!(matches!(error, PublishError::TableDropped { table: TableName::Funnel, .. }), "{error}");
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_mended_where_it_can_be() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        let sound = bench.bytes().await;
        let current = Bench::current(TableName::Funnel);
        bench.overwrite(&current, "funnel of a, revision 0").await;
        let seen = bench.archive.verify(Repair::No).await.unwrap();
        assert_eq!(seen.findings.len(), 1);
        assert_eq!(seen.findings[0].key, current);
        assert!(matches!(seen.findings[0].problem, Problem::CurrentDiffers { revision: 1, .. }));
        assert!(!seen.findings[0].mended);
        let mended = bench.archive.verify(Repair::Yes).await.unwrap();
        assert!(mended.findings[0].mended);
        assert_eq!(bench.bytes().await, sound);

        let newest = bench.archive.newest(&unit()).await.unwrap().unwrap();
        let revision = Key::Revision(&newest.content.tables[0].sha256).path();
        bench.overwrite(&revision, "rot").await;
        bench.overwrite(&current, "rot").await;
        bench.overwrite(&Bench::current(TableName::SlotAudience), "rot").await;
        let rotten = bench.archive.verify(Repair::Yes).await.unwrap();
        let open: Vec<_> = rotten.open().map(|finding| finding.key.clone()).collect();
        assert_eq!(open, [revision, current]);
    }
}

#[tokio::test]
async fn a_receipt_that_was_touched_is_found() {
    for bench in Bench::both() {
        publish(&bench.archive, "a").await.unwrap();
        publish(&bench.archive, "b").await.unwrap();
        let key = Key::Receipt(&unit(), 1).path();
        let receipt = bench.archive.store().get(&key).await.unwrap().unwrap();
        let text = String::from_utf8(receipt.to_vec()).unwrap();

        bench.overwrite(&key, &text.replace("\"impressions\": 2", "\"impressions\": 3")).await;
        let found = bench.archive.verify(Repair::Yes).await.unwrap();
        assert!(matches!(found.findings[0].problem, Problem::Receipt(ReceiptProblem::Hash { .. })));
        assert_eq!(found.open().count(), 1);

        // White space is nobody's content.
        bench.overwrite(&key, &text.replace("\n  ", "\n\t")).await;
        assert_sound(&bench.archive).await;

        bench.overwrite(&key, "{").await;
        bench.overwrite("_receipts/notes.txt", "?").await;
        bench.overwrite("funnel/platform=x/market=US/local_date=2026-01-01/part.parquet", "?").await;
        let found = bench.archive.verify(Repair::No).await.unwrap();
        let problems: Vec<String> = found.findings.iter().map(|finding| finding.problem.to_string()).collect();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[1].contains("cannot be read"), "{problems:?}");
    }
}

#[tokio::test]
async fn a_gap_and_a_broken_chain_are_found() {
    let bench = Bench::in_memory();
    for fingerprint in ["a", "b", "c"] {
        publish(&bench.archive, fingerprint).await.unwrap();
    }
    let copy = Bench::in_memory();
    for (key, bytes) in bench.bytes().await {
        if key != Key::Receipt(&unit(), 2).path() {
            copy.archive.store().put(&key, bytes).await.unwrap();
        }
    }
    let found = copy.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(found.findings.as_slice(), [Finding { problem: Problem::Gap { .. }, .. }]), "{found:?}");

    let other = Bench::in_memory();
    publish(&other.archive, "x").await.unwrap();
    let mut stranger = other.archive.newest(&unit()).await.unwrap().unwrap().content;
    (stranger.revision, stranger.previous) = (2, Some("not the one before".into()));
    let stranger = Receipt::new(stranger, "run", Timestamp::UNIX_EPOCH);
    other.overwrite(&Key::Receipt(&unit(), 2).path(), std::str::from_utf8(&stranger.to_bytes()).unwrap()).await;
    let found = other.archive.verify(Repair::No).await.unwrap();
    assert!(matches!(found.findings.as_slice(), [Finding { problem: Problem::BrokenChain, .. }]), "{found:?}");
}

#[tokio::test]
async fn a_snapshot_shows_what_was_known_then() {
    for bench in Bench::both() {
        publish_by(&bench.archive, "a", &stamp("one", "2026-11-22T03:30:00Z")).await.unwrap();
        publish_by(&bench.archive, "b", &stamp("two", "2026-11-23T03:30:00Z")).await.unwrap();
        let at = async |instant: &str| bench.archive.snapshot(instant.parse().unwrap()).await.unwrap();
        assert!(at("2026-11-22T03:29:59Z").await.is_empty());
        let then = at("2026-11-23T03:29:59Z").await;
        let revisions: Vec<_> = then.iter().map(|object| (object.table, object.revision)).collect();
        assert_eq!(revisions, [(TableName::Funnel, 1), (TableName::SlotAudience, 1)]);
        let bytes = bench.archive.store().get(&then[0].key).await.unwrap().unwrap();
        assert_eq!(bytes, "funnel of a, revision 1");
        assert_eq!(at("2026-11-23T03:30:00Z").await[0].revision, 2);
    }
}

#[tokio::test]
async fn rejects_have_receipts_of_their_own() {
    let bench = Bench::in_folder();
    let platform = PlatformId::new("youtube");
    let render = |revision| {
        let bytes = Bytes::from(format!("rejects, revision {revision}"));
        Ok(vec![TableBytes { table: TableName::Rejects, bytes, rows: 1 }])
    };
    let stamp = stamp("run", "2026-11-22T03:30:00Z");
    for export_date in [None, Some(date(2026, 11, 21))] {
        let unit = Unit::Rejects { platform: platform.clone(), export_date };
        assert_eq!(bench.archive.publish(&unit, &draft("a"), render, &stamp).await.unwrap(), new(1));
        assert_eq!(bench.archive.publish(&unit, &draft("a"), render, &stamp).await.unwrap(), same(1));
    }
    let wanted = BTreeSet::from([None, Some(date(2026, 11, 21)), Some(date(2026, 11, 22))]);
    let newest = bench.archive.newest_rejects_of(&platform, &wanted).await.unwrap();
    assert_eq!(newest.into_keys().collect::<Vec<_>>(), [None, Some(date(2026, 11, 21))]);
    assert_sound(&bench.archive).await;
}

#[tokio::test]
async fn a_store_that_ignores_create_only_is_refused_by_name() {
    let bench = Bench::in_memory();
    let archive = bench.over(Faulty::ignoring_create(Arc::clone(&bench.raw)));
    let refused = Archive::for_writing(archive.store().clone()).await.unwrap_err();
    assert_eq!(refused.problem, StoreProblem::IgnoresCreateOnly);
    assert!(refused.to_string().contains("`faulty`"), "{refused}");
}

#[tokio::test]
async fn opening_for_writing_leaves_the_same_small_objects_each_time() {
    for bench in Bench::both() {
        drop(Archive::for_writing(bench.archive.store().clone()).await.unwrap());
        let before = bench.bytes().await;
        Archive::for_writing(bench.archive.store().clone()).await.unwrap();
        assert_eq!(bench.bytes().await, before);
        let archive = Archive::for_writing(bench.archive.store().clone()).await.unwrap();
        publish(&archive, "a").await.unwrap();
        assert_sound(&archive).await;
    }
}

#[tokio::test]
async fn the_receipt_is_the_one_that_is_documented() {
    let bench = Bench::in_memory();
    publish(&bench.archive, "a").await.unwrap();
    let bytes = bench.archive.store().get(&Key::Receipt(&unit(), 1).path()).await.unwrap().unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with(
        "{\n  \"version\": 1,\n  \"content\": {\n    \"unit\": {\n      \"kind\": \"market_day\",\n      \"platform\": \"tiktok_shop_live\",\n      \"market\": \"US\",\n      \"local_date\": \"2026-11-21\"\n    },\n    \"revision\": 1,\n    \"previous\": null,\n    \"state\": \"provisional\","
    ), "{text}");
    assert!(text.ends_with("\"run_id\": \"run\",\n  \"published_at\": \"2026-11-22T03:30:00Z\"\n}\n"), "{text}");
}
