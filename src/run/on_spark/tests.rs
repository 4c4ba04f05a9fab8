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
use crate::run::{Disposition, ExportOutcome, RunReport, Step, run};
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

    /// With these files below `config`, `jobs` and `exports`.
    fn of(files: &[(&str, &str)], at: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder, at: at.parse().unwrap() }
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
            Some(url) => EngineChoice::Spark(SparkEngine::at(url)),
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

/// What receipts of market-days say counted them.
fn engines(archive: &Path) -> BTreeMap<String, usize> {
    let mut engines = BTreeMap::new();
    let mut folders = vec![archive.join("_receipts")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let receipt: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            let content = &receipt["content"];
            if content["unit"]["kind"] == "market_day" {
                let engine = format!("{} by {}", content["unit"]["platform"], content["engine"]).replace('"', "");
                *engines.entry(engine).or_default() += 1;
            }
        }
    }
    engines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_events_is_the_same_whoever_counts() {
    let night = Night::demo(&demo(DemoRows::Events));
    let report = night.is_the_same().await;
    assert!(published(&report) > 10, "{:?}", report.days);
    assert!(report.exports.iter().any(|export| export.rows.rejected > 0 && export.rows.duplicate > 0));
    for (archive, engine) in [("here", "local/1"), ("there", "spark/1")] {
        let engines = engines(&night.path(archive));
        assert!(engines.len() == 3 && engines.keys().all(|by| by.ends_with(engine)), "{engines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_counts_is_the_same_whoever_counts() {
    let night = Night::demo(&demo(DemoRows::Counts));
    assert!(published(&night.is_the_same().await) > 10);
}

const SETTINGS: &str = "version: 1\nhome_timezone: UTC\nmemory: 64MiB\nmax_reject_share: 1\n\
                        stores: {exports: {url: exports}, archive: {url: archive}}\n";
const MARKETS: &str = "version: 1\nslots:\n  parts: {night: \"00:00\", day: \"06:00\", prime: \"19:00\"}\nmarkets:\n  \
                       GB: {timezone: Europe/London, slots: parts}\n  US: {timezone: America/New_York, slots: parts}\n";

/// A log of events.
const SHOP: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click, paid: order}}
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
"#;

const HEADER: &str = "id,at,event,country,room,cover,viewer\n";

fn shop(platform: &str, exports: &[(&str, &str)]) -> Night {
    let job = "version: 1\nplatforms: [shop]\nmarkets: [GB, US]\nlookback_days: 2\n";
    let config = [
        ("config/archive.yaml", SETTINGS),
        ("config/markets.yaml", MARKETS),
        ("config/platforms/shop.yaml", platform),
        ("jobs/nightly.yaml", job),
    ];
    Night::of(&[&config, exports].concat(), "2026-11-22T12:00:00Z")
}

/// Two days with events that come again, late ones, and damaged rows.
fn ordinary(platform: &str) -> Night {
    let first = format!(
        "{HEADER}e1,2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
         e2,2026-11-20T09:00:07Z,tap,GB,r1,red,v1\n\
         e3,2026-11-20T09:01:00Z,paid,GB,r1,red,v1\n\
         e4,2026-11-21T01:00:00Z,show,US,r2,blue,v2\n\
         e5,yesterday,show,GB,r1,red,v2\n\
         e6,2026-11-20T09:00:00Z,show,FR,r1,red,v2\n\
         e7,2026-11-20T09:00:00Z\n"
    );
    let second = format!(
        "{HEADER}e1,2026-11-20T09:00:00Z,show,GB,r1,red,v1\n\
         e4,2026-11-21T01:00:00Z,show,US,r2,blue,v2\n\
         e8,2026-11-21T20:00:00Z,show,GB,r1,red,v1\n\
         e9,2026-11-21T20:00:01Z,paid,GB,r1,red,v1\n"
    );
    let last = format!("{HEADER}e10,2026-11-22T03:00:00Z,show,US,r2,blue,v3\n");
    let exports = [
        ("exports/shop/2026-11-20.csv", first.as_str()),
        ("exports/shop/2026-11-21.csv", second.as_str()),
        ("exports/shop/2026-11-22.csv", last.as_str()),
    ];
    shop(platform, &exports)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_come_again_and_damaged_rows_are_the_same() {
    let report = ordinary(SHOP).is_the_same().await;
    let sum = |count: fn(&ExportOutcome) -> u64| report.exports.iter().map(count).sum::<u64>();
    assert_eq!((sum(|export| export.rows.duplicate), sum(|export| export.rows.rejected)), (2, 3));
    assert_eq!((report.days.len(), published(&report)), (4, 4), "{:?}", report.days);
}

/// It would be counted twice, whoever counts.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_two_definitions_fails_its_market_days() {
    let (_, definition) = SHOP.split_once("exports:\n").unwrap();
    let again = definition.replace("name: events", "name: again");
    let report = ordinary(&format!("{SHOP}{again}")).is_the_same().await;
    assert_eq!(report.exports.len(), 6, "each object is read by both");
    let is_told =
        |end: &Disposition| matches!(end, Disposition::Failed { reason } if reason.contains("counted twice"));
    assert!(report.days.len() == 4 && report.days.iter().all(|(_, end)| is_told(end)), "{:?}", report.days);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_cannot_be_read_fails_its_market_days_and_no_others() {
    let first = format!("{HEADER}e1,2026-11-20T09:00:00Z,show,GB,r1,red,v1\n");
    let exports = [
        ("exports/shop/2026-11-20.csv", first.as_str()),
        ("exports/shop/2026-11-21.csv", "a page that says: try again later\n"),
        ("exports/shop/2026-11-22.csv", HEADER),
    ];
    let report = shop(&SHOP.replace("    late_days: 1\n", ""), &exports).is_the_same().await;
    let failures = report.exports.iter().filter(|export| export.failure.is_some());
    assert_eq!(failures.count(), 1, "{:?}", report.exports);
    let failed = report.days.iter().filter(|(_, end)| matches!(end, Disposition::Failed { .. }));
    assert!(failed.count() == 3 && published(&report) == 1, "{:?}", report.days);
}

/// Found in the driver what finds room in a task, in no more memory than here.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_counts_that_find_no_room_together_are_counted_fewer_dates_at_a_time() {
    let platform = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: minutes
    rows: counts
    path: "minutes/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: from, grain: 1m}
      market: {value: GB}
      broadcast_id: room
      cover_id: cover
      counts: {impressions: shown}
"#;
    // `memory` has room for the rows of one, and each is large enough to be a task of its own.
    let cover = "red".repeat(50);
    let day = |date: &str| {
        let rows = (0..20).flat_map(|room| (0..1440).map(move |minute| (room, minute)));
        let row = |(room, minute)| format!("{date}T{:02}:{:02}:00Z,r{room},{cover},1\n", minute / 60, minute % 60);
        format!("from,room,cover,shown\n{}", rows.map(row).collect::<String>())
    };
    let (first, second) = (day("2026-11-20"), day("2026-11-21"));
    let exports =
        [("exports/minutes/2026-11-20.csv", first.as_str()), ("exports/minutes/2026-11-21.csv", second.as_str())];
    let night = shop(platform, &exports);
    let report = night.is_the_same().await;
    assert_eq!((report.exports.len(), published(&report)), (2, 2), "{:?} {:?}", report.exports, report.days);
    // One file with as many rows as both is too large for any batch.
    let both = shop(
        platform,
        &[(
            "exports/minutes/2026-11-20.csv",
            &format!("{first}{}", first.replace("from,room,cover,shown\n", "").replace("Z,r", "Z,q")),
        )],
    );
    let report = both.is_the_same().await;
    let failed = report.exports.iter().filter_map(|export| export.failure.as_deref());
    assert!(
        failed.clone().count() == 1 && failed.clone().all(|why| why.contains("`memory`")),
        "{:?}",
        report.exports
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_right_is_refused_and_nothing_is_published() {
    let night = ordinary(SHOP);
    for (lie, word) in Lie::ALL {
        let archive = format!("there-{word}");
        let told = night.run(&archive, Some(&format!("sc://in-process/;lie={word}"))).await;
        let error = told.map(|report| report.days).unwrap_err();
        let is_refused = matches!(&error, RunError::Cluster(ClusterError::Answer(_) | ClusterError::Apart(_)));
        assert!(is_refused, "{lie:?}: {error:?}");
        let published = objects(&night.path(&archive)).into_keys().filter(|name| !name.starts_with("_attempts/"));
        assert_eq!(published.collect::<Vec<_>>(), <[String; 0]>::default(), "{lie:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_asked_to_stop_publishes_nothing_of_what_is_counted_elsewhere() {
    let night = ordinary(SHOP);
    let workspace = night.workspace("there", Some("sc://in-process"));
    let (selection, stop) = (Selection::nightly(&workspace.jobs["nightly"]), Stop::new());
    let observer = |step: &Step<'_>| {
        if matches!(step, Step::Read { .. }) {
            stop.ask();
        }
    };
    let report = Box::pin(run(&workspace, &selection, night.at, "run nightly", &stop, &observer)).await.unwrap();
    let stopped = report.days.iter().filter(|(_, end)| matches!(end, Disposition::Stopped));
    assert_eq!((stopped.count(), report.exports.len()), (4, 0), "{:?}", report.days);
}
