//! A night that executors counted, in this process, is published as the one that was counted here. An answer that cannot be right
//! is refused, and nothing is published of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::cluster::Lie;
use crate::plan::Selection;
use crate::run::{Disposition, RunReport, Step, run};
use coverledger_config::{EngineChoice, StoreLocation, Workspace, load};
use coverledger_demo::{Demo, DemoRows};

/// A folder with exports and a configuration.
struct Night {
    folder: TempDir,
    at: Timestamp,
}

impl Night {
    fn demo(demo: &Demo) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = demo.write(folder.path(), &|_| ()).unwrap().run_at;
        Self { folder, at }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration with an archive of this name, and an engine.
    fn workspace(&self, archive: &str, server: Option<&str>) -> Workspace {
        let mut workspace = load(&self.path("config"), &self.path("jobs")).unwrap();
        workspace.settings.archive = StoreLocation::Folder(self.path(archive));
        workspace.settings.engine = match server {
            None => EngineChoice::Local,
            Some(url) => EngineChoice::Spark(SparkEngine {
                url: url.to_owned(),
                python: SparkEngine::USUAL_PYTHON.to_owned(),
                token_env: None,
                staging: None,
                token: None,
            }),
        };
        workspace
    }

    async fn run(&self, archive: &str, server: Option<&str>) -> Result<RunReport, RunError> {
        let workspace = self.workspace(archive, server);
        let job = workspace.jobs.values().next().unwrap();
        let selection = Selection::nightly(job);
        Box::pin(run(&workspace, &selection, self.at, "run nightly", &Stop::new(), &|_: &Step<'_>| ())).await
    }

    /// Counted here and there, and the same: every object byte for byte, but for what receipts say of the engine.
    async fn is_the_same(&self) -> RunReport {
        let here = self.run("here", None).await.unwrap();
        let there = self.run("there", Some("sc://in-process")).await.unwrap();
        let said = |report: &RunReport| format!("{:?} {:?} {:?}", report.days, report.exports, report.unknown);
        assert_eq!(said(&here), said(&there));
        let (here, there_) = (objects(&self.path("here")), objects(&self.path("there")));
        assert_eq!(here.keys().collect::<Vec<_>>(), there_.keys().collect::<Vec<_>>());
        for (name, bytes) in &here {
            let (one, other) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&there_[name]));
            assert!(one == other, "{name}:\n{one}\n{other}");
        }
        there
    }
}

/// Every object of an archive by its name; of receipts what an engine has no say in.
fn objects(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    let mut folders = vec![archive.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(archive).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["_lock", "_leases", "_runs", "_writers", "_probe"].iter().any(|it| name.starts_with(it)) {
                let bytes = fs::read(&path).unwrap();
                let bytes = if name.starts_with("_receipts/") { without_engine(&bytes) } else { bytes };
                objects.insert(name, bytes);
            }
        }
    }
    objects
}

fn without_engine(receipt: &[u8]) -> Vec<u8> {
    let mut receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
    for name in ["content_sha256", "published_at"] {
        receipt.as_object_mut().unwrap().remove(name).unwrap();
    }
    let content = receipt["content"].as_object_mut().unwrap();
    assert!(content.remove("engine").is_some());
    content.remove("previous");
    serde_json::to_vec_pretty(&receipt).unwrap()
}

fn published(report: &RunReport) -> usize {
    report.days.iter().filter(|(_, end)| matches!(end, Disposition::Published { .. })).count()
}

fn demo(rows: DemoRows) -> Demo {
    Demo { days: 3, rows, events: 12_000, ..Demo::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_events_is_the_same_whoever_counts() {
    let night = Night::demo(&demo(DemoRows::Events));
    let report = night.is_the_same().await;
    assert!(published(&report) > 10, "{:?}", report.days);
    let receipts = objects(&night.path("there")).into_keys().filter(|name| name.starts_with("_receipts/"));
    assert!(receipts.count() > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_counts_is_the_same_whoever_counts() {
    let night = Night::demo(&demo(DemoRows::Counts));
    assert!(published(&night.is_the_same().await) > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_right_is_refused_and_nothing_is_published() {
    let night = Night::demo(&Demo { days: 2, events: 4_000, ..Demo::default() });
    for (lie, word) in Lie::ALL {
        let archive = format!("there-{word}");
        let told = night.run(&archive, Some(&format!("sc://in-process/;lie={word}"))).await;
        let error = told.map(|report| report.days).unwrap_err();
        assert!(
            matches!(&error, RunError::Cluster(ClusterError::Answer(_) | ClusterError::Apart(_))),
            "{lie:?}: {error:?}"
        );
        let published = objects(&night.path(&archive)).into_keys().filter(|name| !name.starts_with("_attempts/"));
        assert_eq!(published.collect::<Vec<_>>(), <[String; 0]>::default(), "{lie:?}");
    }
}
