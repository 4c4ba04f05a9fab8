//! What the tests of this module share: a text read by itself, and a configuration in a temporary folder.

use std::fs;
use std::path::Path;

use super::place::Place;
use super::sheet::Sheet;
use super::{ConfigError, Workspace, load};

/// What reading a text gives: the value, and its problems as a person sees them, without the file.
pub fn read<T>(text: &str, read: impl FnOnce(&Place<'_>) -> Option<T>) -> (Option<T>, Vec<String>) {
    let sheet = Sheet::parse(Path::new("test.yaml"), text);
    let value = sheet.start().and_then(|start| read(&start));
    (value, sheet.into_problems().iter().map(ToString::to_string).collect())
}

/// Checks a table of texts and the problems each must give.
pub fn expect_problems<T>(table: &[(&str, &[&str])], reader: impl Fn(&Place<'_>) -> Option<T>) {
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

    pub fn load(&self) -> Result<Workspace, ConfigError> {
        load(&self.0.path().join("config"), &self.0.path().join("jobs"))
    }

    /// What a person reads, with the folder taken out.
    pub fn complaint(&self) -> String {
        let error = self.load().expect_err("the configuration is sound");
        error.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }
}
