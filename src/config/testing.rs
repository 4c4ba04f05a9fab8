//! A configuration in a temporary folder.

use std::fs;

use super::{ConfigError, Workspace, load};

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
        files.iter().for_each(|(file, text)| tree.write(file, text));
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
