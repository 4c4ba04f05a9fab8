//! What tests of this module share: a small configuration, and accounts of runs.

use std::fs;

use jiff::Timestamp;

use crate::run::{Account, DayAccount};
use coverledger_archive::{RowCounts, State};
use coverledger_config::{self as config, Workspace};

const FILES: [(&str, &str); 5] = [
    (
        "config/archive.yaml",
        "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n",
    ),
    (
        "config/markets.yaml",
        "version: 1\nslots: {day: {day: \"00:00\"}}\nmarkets:\n  JP: {timezone: Asia/Tokyo, slots: day}\n  \
         GB: {timezone: Europe/London, slots: day}\n",
    ),
    (
        "config/platforms/p.yaml",
        "version: 1\nconventions: {impression: displays, click: cover_tap}\nsettle: 48h\nexports:\n  - name: e\n    \
         rows: events\n    path: e/{date:%F}.csv\n    day: {timezone: UTC}\n    format: csv\n    columns:\n      \
         occurred_at: {column: t, format: rfc3339}\n      event: {column: e, values: {show: impression}}\n      \
         market: {column: m}\n      broadcast_id: b\n      cover_id: c\n",
    ),
    ("config/notifications.yaml", "version: 1\nchannels: {ops: {kind: slack, url_env: OPS_URL}}\n"),
    (
        "jobs/nightly.yaml",
        "version: 1\nschedule: {cron: \"30 3 * * *\", timezone: UTC}\nplatforms: [p]\nmarkets: [JP, GB]\nlookback_days: 3\n",
    ),
];

/// A configuration in a folder of its own.
pub fn files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in FILES {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// A job `nightly` that looks back three days at a platform in Japan and Britain.
pub fn workspace() -> Workspace {
    let folder = files();
    config::load(&folder.path().join("config"), &folder.path().join("jobs")).unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The account of a run that left these market-days: market, date, outcome.
pub fn account(as_of: &str, days: &[(&str, &str, &str)]) -> Account {
    let day = |(market, date, outcome): &(&str, &str, &str)| DayAccount {
        platform: "p".to_owned(),
        market: (*market).to_owned(),
        local_date: date.parse().unwrap(),
        ended_at: at(as_of),
        outcome: (*outcome).to_owned(),
        revision: None,
        state: match *outcome {
            "published" => Some(State::Provisional),
            "current" => Some(State::Final),
            _ => None,
        },
        reason: None,
        unknown: Vec::new(),
        orphan_clicks: None,
        notes: Vec::new(),
    };
    Account {
        version: 1,
        run_id: "4f1c0b9a".to_owned(),
        as_of: at(as_of),
        days: days.iter().map(day).collect(),
        decisions: Vec::new(),
        library: Vec::new(),
        brief: Vec::new(),
        exports: 2,
        rows: RowCounts { rows_in: 10, counted: 5, duplicate: 2, outside: 2, rejected: 1 },
        bytes_read: 4096,
        retries: 3,
        spilled_bytes: 0,
        mended: 0,
        told: Vec::new(),
        exit_code: 0,
        unconfigured: Vec::new(),
        other_configuration: None,
    }
}

/// Every market-day that `nightly` looks at in the morning of the 22nd.
pub const WELL: [(&str, &str, &str); 6] = [
    ("JP", "2026-11-19", "current"),
    ("JP", "2026-11-20", "published"),
    ("JP", "2026-11-21", "published"),
    ("GB", "2026-11-19", "current"),
    ("GB", "2026-11-20", "published"),
    ("GB", "2026-11-21", "published"),
];
