//! The promises of publishing, on a store in memory and in a folder.

mod assets;
mod damage;
mod disk;
mod doubt;
mod facts;
mod failing;
mod latest;
mod leasing;
mod moments;
mod pruning;
mod publishing;
mod restoring;
mod retiring;
mod returning;
mod staging;
mod thumbnails;
mod verifying;

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
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_core::time::Clock;
use coverledger_store::faulty::{Fault, Faulty};
use coverledger_store::{IfMissing, StoreProblem};

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
            modified: None,
        }],
        facts: Vec::new(),
        totals: BTreeMap::from([("impressions".into(), 2)]),
        config_sha256: "c0".into(),
        program_version: "0.1.0".into(),
        tz_release: "2026f".into(),
        partly: None,
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
    let now = now.parse().unwrap();
    Stamp { run_id: run_id.into(), now, clock: Clock::Fixed(now) }
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

fn archive_in(store: Store) -> Archive {
    Archive::for_reading(store).by_commit("c0ffee")
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
        let archive = archive_in(Store::over(Arc::clone(&raw), "team/covers", "memory").unwrap());
        Self { raw, archive, folder: None }
    }

    fn in_folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let raw: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
        let archive = archive_in(Store::open_folder(folder.path(), IfMissing::Refuse).unwrap());
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
        archive_in(Store::over(Arc::new(store), prefix, "faulty").unwrap())
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
