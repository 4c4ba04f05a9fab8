//! What an archive holds and what stands on what, read from its receipts and `docs/FORMATS.md`, and never from the
//! program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::stub::hex;

/// Objects by their keys.
pub type Objects = BTreeMap<String, Bytes>;

/// A unit as its receipts lie: `shop/GB/2026-11-20`, `shop/_rejects/2026-11-20`, `shop/_decisions/GB/2026-11-20`,
/// `_experiments/c0_or_c1/2026-11-20`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitId(pub String);

impl UnitId {
    pub fn platform(&self) -> &str {
        self.0.split('/').next().unwrap()
    }

    pub fn date(&self) -> &str {
        self.0.rsplit('/').next().unwrap()
    }

    pub fn is_market_day(&self) -> bool {
        !self.0.split('/').any(|part| part.starts_with('_'))
    }

    pub fn is_decided(&self) -> bool {
        self.0.contains("_decisions") || self.0.starts_with("_experiments")
    }

    /// Whether a market-day has events in the exports of a date: those of its own, and, a day late, of the next.
    fn is_fed_by(&self, exports: &Self) -> bool {
        let date = |unit: &Self| unit.date().parse::<jiff::civil::Date>().ok();
        let (Some(day), Some(export)) = (date(self), date(exports)) else { return true };
        export == day || Some(export) == day.tomorrow().ok()
    }

    /// Whether this one may be other, or missing, after a night in which the other could not be relied on.
    pub fn stands_on(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        // An export's rejects are published by the run that reads it, for whichever of its market-days; and without them
        // none of these is published.
        let of_exports =
            |one: &Self, other: &Self| one.0.contains("/_rejects/") && one.platform() == other.platform();
        let is_decided_from =
            self.is_decided() && (self.platform() == other.platform() || self.platform() == "_experiments");
        let is_fact = other.is_market_day() || other.0.contains("/_rejects/");
        (other.is_market_day() && of_exports(self, other))
            || (self.is_market_day() && of_exports(other, self) && self.is_fed_by(other))
            || (is_fact && is_decided_from)
    }
}

/// What a receipt says of one table.
#[derive(Debug, Clone)]
pub struct Table {
    pub key: String,
    pub sha256: String,
}

/// A receipt, as far as anything depends on it.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub key: String,
    pub published_at: Timestamp,
    pub tables: Vec<Table>,
}

/// A sound archive.
pub struct Truth {
    pub objects: Objects,
    pub units: BTreeMap<UnitId, Vec<Receipt>>,
}

impl Truth {
    pub fn of(archive: &Path) -> Self {
        let objects = Self::objects(archive);
        let mut units: BTreeMap<UnitId, Vec<Receipt>> = BTreeMap::new();
        for (key, bytes) in &objects {
            if let Some(unit) = unit_of_receipt(key) {
                units.entry(unit).or_default().push(receipt(key, bytes));
            }
        }
        Self { objects, units }
    }

    /// Every file that can be read, by its key.
    pub fn objects(archive: &Path) -> Objects {
        let mut found = Objects::new();
        let mut folders = vec![archive.to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for entry in entries.flatten() {
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file()
                    && entry.metadata().is_ok_and(|metadata| metadata.len() < 64 << 20)
                    && let Ok(bytes) = fs::read(&path)
                {
                    let key = path.strip_prefix(archive).unwrap().to_string_lossy().into_owned();
                    found.insert(key, bytes.into());
                }
            }
        }
        found
    }

    /// The unit whose receipts name this current path, or whose receipt this is.
    pub fn unit_at(&self, key: &str) -> Option<UnitId> {
        unit_of_receipt(key).or_else(|| {
            let names = |receipt: &Receipt| receipt.tables.iter().any(|table| table.key == key);
            self.units.iter().find(|(_, receipts)| receipts.iter().any(names)).map(|(unit, _)| unit.clone())
        })
    }

    /// The units whose receipts name this table by its content; those whose newest receipt does come first.
    pub fn units_naming(&self, sha256: &str) -> Vec<(UnitId, bool)> {
        let names = |receipt: &Receipt| receipt.tables.iter().any(|table| table.sha256 == sha256);
        let mut naming: Vec<(UnitId, bool)> = Vec::new();
        for (unit, receipts) in &self.units {
            if receipts.iter().any(names) {
                naming.push((unit.clone(), receipts.last().is_some_and(names)));
            }
        }
        naming.sort_by_key(|(_, newest)| !newest);
        naming
    }

    /// What `prune` may remove with this instant as its cutoff: docs/FORMATS.md, "Retention".
    pub fn prunable(&self, cutoff: Timestamp) -> BTreeSet<String> {
        let mut kept = BTreeSet::new();
        for receipts in self.units.values() {
            let truth = receipts.iter().rfind(|receipt| receipt.published_at < cutoff);
            let since = receipts.iter().filter(|receipt| receipt.published_at >= cutoff);
            kept.extend(truth.into_iter().chain(since).flat_map(|receipt| &receipt.tables).map(revision_key));
        }
        let revisions = self.objects.keys().filter(|key| key.starts_with("_revisions/"));
        revisions.filter(|key| !kept.contains(*key)).cloned().collect()
    }

    /// What `snapshot` lists of a unit at an instant, as keys of tables by their content.
    pub fn snapshot(&self, as_of: Timestamp) -> BTreeMap<String, UnitId> {
        let mut lines = BTreeMap::new();
        for (unit, receipts) in &self.units {
            let known = receipts.iter().rfind(|receipt| receipt.published_at <= as_of);
            lines.extend(
                known.into_iter().flat_map(|receipt| &receipt.tables).map(|t| (revision_key(t), unit.clone())),
            );
        }
        lines
    }

    /// Every hash that a table at this current path ever had.
    pub fn ever_at(&self, current: &str) -> BTreeSet<&str> {
        let tables = self.units.values().flatten().flat_map(|receipt| &receipt.tables);
        tables.filter(|table| table.key == current).map(|table| table.sha256.as_str()).collect()
    }
}

fn revision_key(table: &Table) -> String {
    format!("_revisions/{}.parquet", table.sha256)
}

fn unit_of_receipt(key: &str) -> Option<UnitId> {
    let (unit, file) = key.strip_prefix("_receipts/")?.rsplit_once('/')?;
    let number = file.strip_suffix(".json")?;
    let is_one = number.len() == 8 && number.bytes().all(|b| b.is_ascii_digit());
    is_one.then(|| UnitId(unit.to_owned()))
}

fn receipt(key: &str, bytes: &[u8]) -> Receipt {
    let json: Value = serde_json::from_slice(bytes).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tables = json["content"]["tables"].as_array().unwrap();
    Receipt {
        key: key.to_owned(),
        published_at: json["published_at"].as_str().unwrap().parse().unwrap(),
        tables: tables.iter().map(|t| Table { key: text(&t["key"]), sha256: text(&t["sha256"]) }).collect(),
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether an object says who is at work or how the last run went, on which no number rests.
pub fn is_of_the_moment(key: &str) -> bool {
    ["_leases/", "_runs/", "_attempts/", "_writers/", "_lock", "_probe/"].iter().any(|part| key.starts_with(part))
}
