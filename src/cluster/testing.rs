//! A batch to try executors on.

use std::collections::BTreeSet;
use std::fs;

use arrow_array::RecordBatch;
use bytes::Bytes;
use jiff::Timestamp;
use tempfile::TempDir;

use super::executor::{Executor, ExecutorError};
use super::shipped::Shipped;
use crate::plan::{Batch, Dates, Known, PlannedExport, PlatformPlan, Reprocess, Selection, listed_dates, windows};
use crate::stores;
use coverledger_config::{Workspace, load};
use coverledger_core::model::{MarketDay, PlatformId};
use coverledger_read::export::{Search, find};

/// The files of a configuration without platforms: markets GB and US, and a job for whatever platforms there are.
const BARE: [(&str, &str); 2] = [
    (
        "config/archive.yaml",
        "version: 1\nhome_timezone: UTC\nstores: {exports: {url: exports}, archive: {url: archive}}\n",
    ),
    (
        "config/markets.yaml",
        "version: 1\nslots:\n  parts: {night: \"00:00\", day: \"06:00\", prime: \"19:00\"}\nmarkets:\n  \
         GB: {timezone: Europe/London, slots: parts}\n  US: {timezone: America/New_York, slots: parts}\n",
    ),
];

/// A folder with exports and a configuration, and the plan of one platform.
pub(super) struct Bench {
    _folder: TempDir,
    pub(super) workspace: Workspace,
    pub(super) plan: PlatformPlan,
    days: Vec<MarketDay>,
}

impl Bench {
    /// Of a platform `live`, of which there are these files below `exports`, counted on some dates in both markets.
    pub(super) fn of(platform: &str, exports: &[(&str, &str)], dates: [&str; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (name, text) in &BARE {
            write(name, text);
        }
        write("config/platforms/live.yaml", platform);
        write("jobs/nightly.yaml", "version: 1\nplatforms: [live]\nmarkets: [GB, US]\nlookback_days: 1\n");
        for (name, text) in exports {
            write(&format!("exports/{name}"), text);
        }
        let workspace = load(&folder.path().join("config"), &folder.path().join("jobs")).unwrap();
        let plan = plan(&workspace, dates);
        let days = plan.days.iter().rev().map(|day| day.market_day.clone()).collect();
        Self { _folder: folder, workspace, plan, days }
    }

    pub(super) fn batch(&self) -> Batch<'_> {
        self.plan.batch_of(&self.days)
    }

    pub(super) fn shipped(&self) -> Shipped {
        Shipped::of(&self.workspace, &self.plan.platform, &self.batch()).unwrap()
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.shipped().to_bytes().unwrap()
    }

    pub(super) fn executor(&self) -> Executor {
        Executor::new(&self.bytes()).unwrap()
    }

    /// Everything that reading it gives, task by task.
    pub(super) fn read(&self) -> Result<Vec<RecordBatch>, ExecutorError> {
        let mut given = Vec::new();
        for task in 0..self.shipped().tasks() {
            self.executor().read(task, &mut |batch| {
                given.push(batch);
                true
            })?;
        }
        Ok(given)
    }
}

fn plan(workspace: &Workspace, [from, to]: [&str; 2]) -> PlatformPlan {
    let id = PlatformId::new("live");
    let platform = &workspace.platforms[&id];
    let selection = Selection {
        platforms: BTreeSet::from([id.clone()]),
        markets: workspace.markets.keys().cloned().collect(),
        dates: Dates::Range { from: from.parse().unwrap(), to: to.parse().unwrap() },
        reprocess: Reprocess::All,
        accept_shrink: false,
    };
    let store = stores::exports(&workspace.settings).unwrap();
    let days = windows(workspace, platform, &selection, Timestamp::MAX);
    let mut known = Known::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (export, definition) in platform.exports.iter().enumerate() {
        let dates = listed_dates(days.iter().map(|(_, _, windows)| windows.as_slice()), export);
        let found = runtime.block_on(find(&store, definition, &workspace.markets, &dates));
        let Search { found, .. } = found.unwrap();
        let planned = |found| PlannedExport { platform: id.clone(), export, found };
        known.exports.extend(found.into_iter().map(planned));
    }
    PlatformPlan::new(workspace, &id, platform, &selection, "2026-12-01T00:00:00Z".parse().unwrap(), known)
}
