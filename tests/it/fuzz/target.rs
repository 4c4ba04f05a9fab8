//! What is fuzzed: each reader, the mapper and `inspect`; configuration; what the archive keeps for itself; keys.
//!
//! A target gives an answer in words. The same bytes must give the same answer twice, and whatever they are there must be one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, Write as _};
use std::path::{Path, PathBuf};

use coverledger::archive::Repair;
use coverledger::config::{self, Export, Format, Rows, Snapshot, Workspace};
use coverledger::export::{
    self, Cores, Excerpt, Halt, PathValues, PeekBudget, QualitySignal, QualitySignals, Reach, Reading,
};
use coverledger::inspect::{self, Sample};
use coverledger::model::MarketId;
use coverledger::stores;
use coverledger::time::Zone;
use jiff::civil::Date;

use super::case::{self, Case};
use super::parts::Packing;
use crate::bad_exports::outcome::Tape;
use crate::rows::events;
use crate::scenario::{FEED, SHOP, Scenario};

/// What was handed on of how views went.
#[derive(Default)]
struct Views(Vec<String>);

impl QualitySignals for Views {
    fn place(&mut self, market: &MarketId, broadcast_id: &str, host_id: Option<&str>) {
        self.0.push(format!("{market} {broadcast_id} {host_id:?}"));
    }

    fn rung(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    fn signal(&mut self, signal: &QualitySignal<'_>) {
        self.0.push(format!("{} {:?}", signal.record, signal.measures));
    }
}

/// Rows of a table that `inspect` looks at, and rows of counts that may be kept.
const MOST_ROWS: usize = 50_000;

/// One of the things that are given damaged bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Csv,
    Ndjson,
    Json,
    Xlsx,
    Zip,
    Packed,
    Parquet,
    Configuration,
    Receipt,
    Record,
    Retention,
    Key,
}

impl Target {
    pub const ALL: [Self; 12] = [
        Self::Csv,
        Self::Ndjson,
        Self::Json,
        Self::Xlsx,
        Self::Zip,
        Self::Packed,
        Self::Parquet,
        Self::Configuration,
        Self::Receipt,
        Self::Record,
        Self::Retention,
        Self::Key,
    ];

    /// Its folder in the corpus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Zip => "zip",
            Self::Packed => "packed",
            Self::Parquet => "parquet",
            Self::Configuration => "configuration",
            Self::Receipt => "receipt",
            Self::Record => "record",
            Self::Retention => "retention",
            Self::Key => "key",
        }
    }

    pub const fn packing(self) -> Packing {
        match self {
            Self::Xlsx | Self::Zip => Packing::Zip,
            Self::Packed => Packing::Stream,
            Self::Parquet => Packing::Parquet,
            _ => Packing::Plain,
        }
    }

    /// How many cases a bounded round has: fewer of what takes a disk.
    pub const fn share(self) -> usize {
        match self {
            Self::Receipt | Self::Record | Self::Retention => 1,
            Self::Xlsx | Self::Zip | Self::Parquet | Self::Configuration => 4,
            _ => 8,
        }
    }
}

/// A target with all that it needs around it.
pub struct Bench {
    target: Target,
    /// The shipped configuration.
    workspace: Workspace,
    /// By `platform.export`: those of the shipped configuration, and a few plain ones.
    exports: BTreeMap<String, Export>,
    markets: BTreeMap<MarketId, Zone>,
    /// The shipped configuration as it is handed to runs, to exchange a file of.
    handed: serde_json::Value,
    archive: Option<Published>,
}

/// An archive with one object that is exchanged.
struct Published {
    scenario: Scenario,
    workspace: Workspace,
    object: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    pub fn of(target: Target) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (config, jobs) = (root.join("config"), root.join("jobs"));
        let snapshot = Snapshot::read(&config, &jobs);
        let workspace = config::load_from(&snapshot).unwrap();
        let markets = workspace.markets.iter().map(|(id, market)| (id.clone(), market.day.zone.clone())).collect();
        let plain = plain();
        let exports = workspace.platforms.iter().chain(&plain.platforms).flat_map(|(id, platform)| {
            platform.exports.iter().map(move |export| (format!("{id}.{}", export.name), export.clone()))
        });
        let exports = exports.collect();
        let handed = with_more(serde_json::to_value(&snapshot).unwrap(), &config);
        let archive =
            matches!(target, Target::Receipt | Target::Record | Target::Retention).then(|| published(target));
        Self { target, workspace, exports, markets, handed, archive }
    }

    /// Its seeds: those of its folder, real files, and what it is itself.
    pub fn seeds(&self) -> Vec<Case> {
        let mut seeds = case::cases(&case::corpus().join(self.target.name()));
        match self.target {
            Target::Csv => seeds
                .extend(case::fixtures("csv", &self.exports(|format| matches!(format, Format::Delimited { .. })))),
            Target::Json => {
                seeds
                    .extend(case::fixtures("json", &self.exports(|format| matches!(format, Format::Json { .. }))));
            }
            Target::Configuration => seeds.extend(self.texts()),
            Target::Receipt | Target::Record | Target::Retention => {
                let object = self.archive.as_ref().map(|archive| archive.object.clone()).unwrap();
                seeds.extend(std::fs::read(object).ok().map(|bytes| Case { by: String::new(), bytes }));
            }
            _ => {}
        }
        seeds
    }

    fn exports(&self, wanted: impl Fn(&Format) -> bool) -> Vec<(String, String)> {
        let all = self
            .workspace
            .platforms
            .iter()
            .flat_map(|(id, platform)| platform.exports.iter().map(move |export| (id, export)));
        let wanted = all.filter(|(_, export)| wanted(&export.format));
        wanted.map(|(id, export)| (id.to_string(), export.name.clone())).collect()
    }

    /// Every file of the shipped configuration.
    fn texts(&self) -> Vec<Case> {
        let texts = self.handed["texts"].as_object().unwrap();
        let case = |(file, read): (&String, &serde_json::Value)| {
            let bytes = read["Ok"].as_str()?.as_bytes().to_vec();
            Some(Case { by: short(file), bytes })
        };
        texts.iter().filter_map(case).collect()
    }

    /// What becomes of a case, in words that say all of it.
    pub fn answer(&self, case: &Case) -> String {
        match self.target {
            Target::Configuration => self.configuration(case),
            Target::Receipt | Target::Record | Target::Retention => {
                self.archive.as_ref().unwrap().answer(self.target, &case.bytes)
            }
            Target::Key => self.key(&case.bytes),
            _ => {
                let (words, draft) = looked(&case.bytes);
                // It takes the time of a whole configuration.
                let draft = draft.filter(|_| case.bytes.len().is_multiple_of(8)).map(|draft| self.drafted(&draft));
                format!("{}\n{words}\n{draft:?}", self.read(case))
            }
        }
    }

    /// As a run reads it.
    fn read(&self, case: &Case) -> String {
        let export = self.exports.get(&case.by).unwrap_or_else(|| panic!("no export is `{}`", case.by));
        let reading = Reading {
            export,
            entry_is_click: false,
            path: &PathValues {
                market: Some(MarketId::new("US")),
                broadcast: Some("r".to_owned()),
                start: "2026-11-20T08:00:00Z".parse().ok(),
                end: "2026-11-21T08:00:00Z".parse().ok(),
                created: "2026-11-22T08:00:00Z".parse().ok(),
            },
            reach: &Reach::everything(),
            markets: &self.markets,
            stay_seconds: 60,
            excerpt: Excerpt { chars: 60, viewer_ids: false },
            halt: &Halt::new(),
            cores: &Cores::default(),
            most_prints: 1 << 12,
        };
        let file = file_of(&case.bytes);
        let mut words = String::new();
        let report = match &export.rows {
            Rows::Counts(_) | Rows::Covers(_) => {
                export::read_page(&reading, file, MOST_ROWS).map(|(report, page)| {
                    let _ = write!(words, "{page:?}");
                    report
                })
            }
            Rows::Quality(_) => {
                let mut views = Views::default();
                let report = export::read_quality(&reading, file, &mut views);
                let _ = write!(words, "{:?}", views.0);
                report
            }
            Rows::Events { .. } | Rows::Impressions { .. } => {
                let mut tape = Tape::default();
                let report = export::read(&reading, file, &mut tape);
                let _ = write!(words, "{:?}", tape.signals);
                report
            }
        };
        match report {
            Ok(report) => {
                assert_eq!(report.rows_in, report.taken + report.ignored + report.rejected, "rows are missing");
                format!("{report:?} {words}")
            }
            Err(error) => {
                let text = error.to_string();
                assert!(!text.contains("do not balance"), "{text}");
                text
            }
        }
    }

    /// The shipped configuration with one file exchanged.
    fn configuration(&self, case: &Case) -> String {
        let Ok(text) = std::str::from_utf8(&case.bytes) else { return "no text".to_owned() };
        let mut handed = self.handed.clone();
        let texts = handed["texts"].as_object_mut().unwrap();
        let file = texts.keys().find(|file| short(file) == case.by).cloned();
        let file = file.unwrap_or_else(|| panic!("no file is `{}`", case.by));
        texts.insert(file, serde_json::json!({"Ok": text}));
        match config::load_from(&serde_json::from_value(handed).unwrap()) {
            Ok(workspace) => format!("{workspace:?}"),
            Err(error) => error.to_string(),
        }
    }

    /// What is wrong with a draft: something to decide, but never its YAML.
    fn drafted(&self, draft: &str) -> String {
        let mut handed = self.handed.clone();
        put(&mut handed, &Path::new(env!("CARGO_MANIFEST_DIR")).join("config/platforms/new.yaml"), draft);
        let Err(error) = config::load_from(&serde_json::from_value(handed).unwrap()) else { return String::new() };
        let told = error.to_string();
        assert!(!told.contains("not YAML"), "{told}\n{draft:?}");
        told
    }

    /// A name of an object, held against the path of every export.
    fn key(&self, bytes: &[u8]) -> String {
        let key = String::from_utf8_lossy(bytes);
        let dates = ["2026-11-19", "2026-11-20", "2026-11-21"].map(|date| date.parse::<Date>().unwrap());
        let dates = BTreeSet::from(dates);
        let mut words = String::new();
        for export in self.exports.values() {
            if let Some(market) = export::named(export, &self.workspace.markets, &dates, &key) {
                let _ = write!(words, "{} {market:?} ", export.name);
            }
            // A path for each day of a year: it takes a hundred times as long.
            if bytes.len().is_multiple_of(16) {
                let placed = export::placed(export, &self.workspace.markets, &key, 2026..2027);
                let _ = write!(words, "{placed:?} ");
                if let Some(Some(date)) = placed {
                    let own = BTreeSet::from([date]);
                    let named = export::named(export, &self.workspace.markets, &own, &key);
                    assert!(named.is_some(), "`{key}` is of {date} by `{}`, and is not", export.name);
                }
            }
        }
        words
    }
}

/// The files of a configuration that is not shipped, beside the one that is.
const MORE: [(&str, &str); 4] = [
    (
        "experiments/rotation.yaml",
        "version: 1\ndesign: rotation\nplatforms: [events]\nmarkets: [GB]\ncovers: [red, blue]\n\
         window: {from: 2026-11-16, to: 2026-11-20}\nrotation: {turn: 30m, burn_in: 5m, seed: 1}\n",
    ),
    (
        "experiments/split.yaml",
        "version: 1\ndesign: split\nplatforms: [events]\nmarkets: [US, GB]\ncovers: [red, blue]\n\
         window: {from: 2026-11-16, to: 2026-11-25}\nsplit: {broadcasts: 20}\nworth: 0.1\n",
    ),
    (
        "library.yaml",
        "version: 1\npictures: {url: pictures}\nsheet: covers.csv\nfaces: false\nlimits: {file: 1MiB, side: 4000}\n\
         families: {link: 12, propose: 14}\nrested: 21d\n",
    ),
    (
        "notifications.yaml",
        "version: 1\nchannels:\n  all: {kind: webhook, url_env: ALL_URL, secret_env: ALL_SECRET}\n  \
         chat: {kind: slack, url_env: CHAT_URL, tell: [failed, recovered]}\n",
    ),
];

/// A handed configuration with those files in it.
fn with_more(mut handed: serde_json::Value, config: &Path) -> serde_json::Value {
    for (name, text) in MORE {
        put(&mut handed, &config.join(name), text);
    }
    handed
}

/// Adds a file, or another text of one.
fn put(handed: &mut serde_json::Value, file: &Path, text: &str) {
    let (name, folder) = (file.to_str().unwrap(), file.parent().and_then(Path::to_str).unwrap());
    handed["texts"][name] = serde_json::json!({"Ok": text});
    let files = &mut handed["folders"][folder];
    if files.is_null() {
        *files = serde_json::json!({"Ok": []});
    }
    let files = files["Ok"].as_array_mut().unwrap();
    if !files.iter().any(|known| known == name) {
        files.push(name.into());
    }
}

/// Events in CSV and TSV, and impressions in NDJSON.
fn plain() -> Workspace {
    let tabs = SHOP.replace("shop/", "tabs/").replace("*.csv", "*.tsv").replace("format: csv", "format: tsv");
    let scenario =
        Scenario::shop().platform("tabs", &tabs).platform("feed", FEED).job("shop, tabs, feed", "GB", 1);
    config::load(&scenario.path("config"), &scenario.path("jobs")).unwrap()
}

/// `platforms+youtube.yaml`, of a file of the configuration.
fn short(file: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let below = file.strip_prefix(root).unwrap_or(file).trim_start_matches('/');
    below.trim_start_matches("config/").replace('/', "+")
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// What `inspect` says of it, as text, as JSON and as a draft; and the draft.
fn looked(bytes: &[u8]) -> (String, Option<String>) {
    let peek = match export::peek(file_of(bytes), MOST_ROWS, &mut PeekBudget::default()) {
        Ok(peek) => peek,
        Err(error) => return (error.to_string(), None),
    };
    let findings = inspect::inspect(&peek, &[]);
    let text = inspect::report("a.export", &peek, &findings, Some(80));
    let steers = |c: char| coverledger::model::is_steering(c) && c != '\n';
    assert!(!text.contains(steers), "the report steers a terminal: {text:?}");
    let json = inspect::as_json("a.export", &peek, &findings);
    let draft = inspect::foremost(&findings).map(|finding| {
        let sample = Sample { file: "a.export", peek: &peek, finding };
        let drafted = inspect::draft("new", sample, &[]).text;
        assert!(!drafted.contains(steers), "the draft steers a terminal: {drafted:?}");
        let is_forged = drafted.lines().any(|line| line.trim_start().starts_with("FORGED"));
        assert!(!is_forged, "a header wrote a line of the draft: {drafted:?}");
        drafted
    });
    (format!("{text}{json}{draft:?}"), draft)
}

/// An archive of one market-day, and the object of it that a target exchanges.
fn published(target: Target) -> Published {
    let scenario = Scenario::shop()
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-21/a.csv", events(""))
        .at("2026-11-21T03:00:00Z");
    scenario.run().exits(0);
    let workspace = config::load(&scenario.path("config"), &scenario.path("jobs")).unwrap();
    let is_receipt = |key: &&String| key.starts_with("_receipts/");
    let object = match target {
        Target::Retention => "_retention.json".to_owned(),
        Target::Record => "_runs/nightly.json".to_owned(),
        _ => scenario
            .archive()
            .keys()
            .find(is_receipt)
            .unwrap_or_else(|| panic!("{:?}", scenario.archive().keys()))
            .clone(),
    };
    let object = scenario.path("archive").join(object);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    Published { scenario, workspace, object, runtime }
}

impl Published {
    fn answer(&self, target: Target, bytes: &[u8]) -> String {
        std::fs::write(&self.object, bytes).unwrap();
        let archive = stores::archive_for_reading(&self.workspace.settings).unwrap();
        let answer = self.runtime.block_on(async {
            if target == Target::Record {
                return format!("{:?}", archive.run_record("nightly").await);
            }
            let verified = archive.verify(Repair::No).await;
            let verified = match verified {
                Ok(found) => {
                    let findings: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
                    findings.join("\n")
                }
                Err(error) => error.to_string(),
            };
            let as_of = "2026-11-22T00:00:00Z".parse().unwrap();
            let snapshot = archive.snapshot(as_of).await.map_err(|error| error.to_string());
            format!("{verified}\n{snapshot:?}")
        });
        // The folder's own name is another one in each process.
        answer.replace(self.scenario.path("").to_str().unwrap(), "")
    }
}
