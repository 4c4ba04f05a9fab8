//! What the tests of this module share: a text read by itself, and a configuration in a temporary folder.

use std::fs;
use std::path::Path;

use super::config_file::ConfigFile;
use super::cursor::Cursor;
use super::{ConfigError, Snapshot, Workspace, load};

/// What reading a text gives: the value, and its problems as a person sees them, without the file.
pub fn read<T>(text: &str, read: impl FnOnce(&Cursor<'_>) -> Option<T>) -> (Option<T>, Vec<String>) {
    let file = ConfigFile::parse(Path::new("test.yaml"), text);
    let value = file.start().and_then(|start| read(&start));
    (value, file.into_problems().iter().map(ToString::to_string).collect())
}

/// What reading a text warns of, as a person sees it, without the file.
pub fn warnings_of<T>(text: &str, read: impl FnOnce(&Cursor<'_>) -> Option<T>) -> Vec<String> {
    let file = ConfigFile::parse(Path::new("test.yaml"), text);
    let _ = file.start().and_then(|start| read(&start));
    file.warnings().iter().map(ToString::to_string).collect()
}

/// Checks a table of texts and the problems each must give.
pub fn expect_problems<T>(table: &[(&str, &[&str])], reader: impl Fn(&Cursor<'_>) -> Option<T>) {
    for (text, expected) in table {
        let (_, problems) = read(text, &reader);
        assert_eq!(problems, *expected, "\n{text}");
    }
}

/// A small configuration in which everything is right.
pub const WORKING: &[(&str, &str)] = &[
    (
        "config/archive.yaml",
        "version: 1\nhome_timezone: Asia/Shanghai\nstores:\n  exports: {url: exports}\n  archive: {url: archive}\n\
         stay_seconds: 60\n",
    ),
    (
        "config/markets.yaml",
        "version: 1\nslots:\n  day_parts: {night: \"00:00\", morning: \"06:00\"}\nmarkets:\n  \
         US: {timezone: America/New_York, slots: day_parts}\n  GB: {timezone: Europe/London, slots: day_parts}\n",
    ),
    (
        "config/platforms/tiktok.yaml",
        "version: 1\nconventions: {impression: displays, click: cover_tap}\nsettle: 48h\nexports:\n  - name: events\n    \
         rows: events\n    path: tiktok/{date:%Y-%m-%d}/*.csv\n    day: {timezone: UTC}\n    late_days: 1\n    format: csv\n    \
         columns:\n      occurred_at: {column: ts, format: rfc3339}\n      \
         event: {column: kind, values: {show: impression, tap: click}}\n      market: {column: country, otherwise: reject}\n      \
         broadcast_id: room\n      cover_id: cover\n      audience: [gender, age]\n",
    ),
    ("jobs/nightly.yaml", "version: 1\nplatforms: [tiktok]\nmarkets: [US, GB]\nlookback_days: 7\n"),
];

/// A platform of counts, with every key that they have.
pub const COUNTING: &str = r#"version: 1
conventions: {impression: displays, click: room_entry, uniques: broadcast}
not_offered: {orders: nothing is sold}
changes:
  - {since: 2026-08-24, timezone: America/Los_Angeles, redefined: {entries: a view is a start}}
settle: 48h
exports:
  - name: minutes
    rows: counts
    path: "live/{market}/{date:%Y-%m-%d}/{broadcast}_{created:%Y%m%dT%H%M%S}.json"
    day: {timezone: UTC}
    late_days: 1
    format: json
    rows_at: "data.intervals[]"
    newest: {by: path, per: broadcast}
    totals: {column: Content, words: [Gesamt], cap: 500}
    skip: {is_test: [1, "true"]}
    columns:
      period: {start: {column: start_time, format: epoch_s}, grain: 1m}
      market: {path: {us: US}}
      broadcast_id: path
      cover_id: log
      audience: [gender]
      counts:
        entries: [Views, Penonton]
        impressions: {of: entries, divided_by: {column: Tap-through rate, unit: percent}}
        dwell_seconds: {of: entries, times: Average viewing duration}
      optional: [impressions]
      rates:
        ctr: {column: CTR, unit: percent}
        room_rate: {column: Enter room rate, unit: signed, of: entries, among: impressions}
  - name: sessions
    rows: counts
    path: "sessions/*.csv"
    format: csv
    encoding: utf-16le
    header_within: 10
    description_rows: 1
    numbers: {decimal: ","}
    newest: {by: modified, per: period}
    fallback_for: minutes
    columns:
      period: {date: Day, format: "%Y%m%d", timezone: market, hour: Hour}
      market: {column: Land, values: {Amerika: US}}
      broadcast_id: Raum
      cover_id: {value: only}
      counts: {entries: Aufrufe}
  - name: cover_log
    rows: covers
    path: "covers/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: broadcast}
    columns:
      from: {column: from, format: rfc3339}
      until: to
      market: {value: US}
      broadcast_id: room
      cover_id: cover
"#;

/// A text with some parts exchanged, each of which must be there.
pub fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

/// Files in a folder of their own.
pub struct Tree(tempfile::TempDir);

impl Tree {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (file, text) in files {
            tree.write(file, text);
        }
        tree
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn remove(&self, file: &str) {
        fs::remove_file(self.0.path().join(file)).unwrap();
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::read(&self.0.path().join("config"), &self.0.path().join("jobs"))
    }

    pub fn load(&self) -> Result<Workspace, ConfigError> {
        load(&self.0.path().join("config"), &self.0.path().join("jobs"))
    }

    /// What a person reads, with the folder taken out.
    pub fn complaint(&self) -> String {
        let error = self.load().expect_err("the configuration is sound");
        error.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }
}
