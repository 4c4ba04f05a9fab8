//! Readers that look all the time: at tables as a notebook does, and at receipts with what they name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::stub::{Stub, hex};
use crate::worker::files;

/// Reads that a proof has to have made.
pub const ENOUGH: usize = 10_000;

const TABLES: [&str; 4] = ["funnel", "slot_audience", "capability", "rejects"];

/// An archive as a reader sees it: one object at a time.
#[derive(Clone)]
pub enum View {
    Stub(Arc<Stub>),
    Folder(PathBuf),
}

impl View {
    fn get(&self, key: &str) -> Option<Bytes> {
        match self {
            Self::Stub(stub) => stub.bucket().get(&format!("archive/{key}")).map(|object| object.bytes.clone()),
            Self::Folder(root) => fs::read(root.join(key)).ok().map(Bytes::from),
        }
    }

    /// What a glob like `funnel/**/*.parquet` finds.
    fn keys(&self, folder: &str, ending: &str) -> Vec<String> {
        let found = match self {
            Self::Stub(stub) => stub.bucket().tree(&format!("archive/{folder}/")),
            Self::Folder(root) => files(&root.join(folder)),
        };
        let keys = found.into_keys().filter(|key| key.ends_with(ending));
        keys.map(|key| format!("{folder}/{key}")).collect()
    }
}

/// What readers saw.
#[derive(Debug, Default)]
pub struct Seen {
    pub reads: usize,
    pub wrong: BTreeSet<String>,
}

/// Threads that read until they are stopped.
pub struct Readers {
    stop: Arc<AtomicBool>,
    gate: Arc<RwLock<()>>,
    threads: Vec<JoinHandle<Seen>>,
}

impl Readers {
    /// Two readers, who look at the current objects of all tables and at all receipts.
    pub fn start(view: &View) -> Self {
        let (stop, gate) = (Arc::new(AtomicBool::new(false)), Arc::new(RwLock::new(())));
        let threads = (0..2).map(|_| {
            let view = view.clone();
            let (stop, gate) = (Arc::clone(&stop), Arc::clone(&gate));
            thread::spawn(move || {
                let mut reader = Reader { view, hashes: BTreeSet::new(), seen: Seen::default() };
                while !stop.load(Ordering::Relaxed) {
                    for table in TABLES {
                        for key in reader.view.keys(table, ".parquet") {
                            reader.look_at_table(&key, &gate);
                        }
                    }
                    for key in reader.view.keys("_receipts", ".json") {
                        reader.look_at_receipt(&key, &gate);
                    }
                }
                reader.seen
            })
        });
        Self { threads: threads.collect(), stop, gate }
    }

    /// Nobody reads while this is held: for laying out another archive.
    pub fn hold_off(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().unwrap()
    }

    pub fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for thread in self.threads {
            let seen = thread.join().unwrap();
            all.reads += seen.reads;
            all.wrong.extend(seen.wrong);
        }
        all
    }
}

struct Reader {
    view: View,
    /// Of tables that some receipt has named.
    hashes: BTreeSet<String>,
    seen: Seen,
}

impl Reader {
    /// A current object is whole, and one that was published.
    fn look_at_table(&mut self, key: &str, gate: &RwLock<()>) {
        let open = gate.read().unwrap();
        let Some(bytes) = self.read(key) else { return };
        let is_whole = bytes.len() > 8 && bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1");
        let hash = sha256(&bytes);
        if !self.hashes.contains(&hash) {
            // Its receipt came before it, so it is there now.
            let named = named_by_receipts(&self.view);
            self.hashes.extend(named);
        }
        drop(open);
        if !is_whole {
            self.seen.wrong.insert(format!("`{key}` is not a whole Parquet file: {} bytes", bytes.len()));
        } else if !self.hashes.contains(&hash) {
            self.seen.wrong.insert(format!("`{key}` has bytes that no receipt names: {hash}"));
        }
    }

    /// A receipt is whole, and what it names is there.
    fn look_at_receipt(&mut self, key: &str, gate: &RwLock<()>) {
        let _open = gate.read().unwrap();
        let Some(bytes) = self.read(key) else { return };
        let Some(tables) = tables_of(&bytes) else {
            self.seen.wrong.insert(format!("`{key}` is not a whole receipt: {} bytes", bytes.len()));
            return;
        };
        for hash in tables.into_values() {
            match self.read(&format!("_revisions/{hash}.parquet")) {
                None => drop(self.seen.wrong.insert(format!("`{key}` names {hash}, which is not there"))),
                Some(found) if sha256(&found) != hash => {
                    self.seen.wrong.insert(format!("`{key}` names {hash}, which has other bytes"));
                }
                Some(_) => {}
            }
        }
    }

    fn read(&mut self, key: &str) -> Option<Bytes> {
        // On two cores, readers that never pause would be all that runs.
        thread::sleep(Duration::from_micros(500));
        let bytes = self.view.get(key);
        self.seen.reads += usize::from(bytes.is_some());
        bytes
    }
}

fn named_by_receipts(view: &View) -> BTreeSet<String> {
    let receipts = view.keys("_receipts", ".json").into_iter().filter_map(|key| view.get(&key));
    receipts.filter_map(|bytes| tables_of(&bytes)).flat_map(BTreeMap::into_values).collect()
}

/// The hashes of a receipt's tables by their current keys; `None` if it is no receipt.
pub fn tables_of(receipt: &[u8]) -> Option<BTreeMap<String, String>> {
    let receipt: serde_json::Value = serde_json::from_slice(receipt).ok()?;
    let tables = receipt["content"]["tables"].as_array()?.iter();
    tables.map(|table| Some((table["key"].as_str()?.to_owned(), table["sha256"].as_str()?.to_owned()))).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
