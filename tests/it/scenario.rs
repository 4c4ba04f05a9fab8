//! A workspace in a temporary folder and the real program run on it.
//!
//! ```text
//! Scenario::shop()
//!     .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -"))
//!     .at("2026-11-21T03:00:00Z")
//!     .run()
//!     .exits(0)
//!     .expect_table("slot_audience", "…");
//! ```

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use tempfile::TempDir;

use crate::table;

/// One event a row; see [`crate::rows::events`] for writing them.
pub const SHOP: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "shop/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {column: event, values: {show: impression, tap: click, enter: entry, leave: leave, paid: order, beat: ignore}}
      market: {column: country, values: {UK: GB}, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: [gender, age]
      dwell_seconds: dwell
"#;

/// One impression a row, with flags; see [`crate::rows::impressions`].
pub const FEED: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: impressions
    rows: impressions
    path: "feed/{date:%Y%m%d}.ndjson"
    day: {timezone: UTC}
    format: ndjson
    columns:
      event_id: id
      occurred_at: at
      market: {column: country, otherwise: reject}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
      audience: [gender, age]
      clicked: clicked
      entered: entered
      ordered: ordered
      dwell_seconds: dwell
"#;

/// A workspace: config/, jobs/, exports/ and, once something is published, archive/.
pub struct Scenario {
    folder: TempDir,
    markets: BTreeMap<String, String>,
    settings: BTreeMap<String, String>,
    at: RefCell<Option<String>>,
    writes: Cell<u64>,
}

impl Scenario {
    /// Nothing but the archive's settings and two tables of slots.
    pub fn new() -> Self {
        Self::new_in(tempfile::tempdir().unwrap())
    }

    /// The same in memory where the machine has such a folder: for worlds by the thousand, whose fsyncs would take minutes.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self::new_in(folder.unwrap())
    }

    fn new_in(folder: TempDir) -> Self {
        let scenario = Self {
            folder,
            markets: BTreeMap::new(),
            settings: BTreeMap::new(),
            at: RefCell::default(),
            writes: Cell::new(0),
        };
        fs::create_dir(scenario.path("exports")).unwrap();
        fs::create_dir(scenario.path("jobs")).unwrap();
        let scenario = scenario.setting("home_timezone", "Asia/Shanghai");
        // `COVERLEDGER_SCENARIO_ENGINE='{spark: {url: "sc://in-process", python: "3.11"}}' cargo test --features testing --test it`
        // has all of them counted by executors in the program's own process.
        match std::env::var("COVERLEDGER_SCENARIO_ENGINE") {
            Ok(engine) => scenario.setting("engine", &engine),
            Err(_) => scenario,
        }
    }

    /// The platform `shop` in market GB, looked at for one day.
    pub fn shop() -> Self {
        Self::new()
            .market("GB", "timezone: Europe/London, slots: day_parts")
            .platform("shop", SHOP)
            .job("shop", "GB", 1)
    }

    pub fn market(mut self, name: &str, definition: &str) -> Self {
        self.markets.insert(name.to_owned(), definition.to_owned());
        let mut text = "version: 1\nslots:\n  \
            day_parts: {night: \"00:00\", morning: \"06:00\", afternoon: \"12:00\", prime: \"19:00\", late: \"23:00\"}\n  \
            broadcast: {morning: \"04:00\", afternoon: \"12:00\", prime: \"19:00\", late: \"23:00\"}\nmarkets:\n"
            .to_owned();
        for (name, definition) in &self.markets {
            text.push_str(&format!("  {name}: {{{definition}}}\n"));
        }
        self.write("config/markets.yaml", text);
        self
    }

    /// The same workspace, in which no market is configured until the next one is.
    pub fn without_markets(mut self) -> Self {
        self.markets.clear();
        self
    }

    /// A key of `archive.yaml`.
    pub fn setting(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.to_owned(), value.to_owned());
        let mut text = "version: 1\nstores: {exports: {url: exports}, archive: {url: archive}}\n".to_owned();
        for (key, value) in &self.settings {
            text.push_str(&format!("{key}: {value}\n"));
        }
        self.write("config/archive.yaml", text);
        self
    }

    pub fn platform(self, name: &str, yaml: &str) -> Self {
        self.write(&format!("config/platforms/{name}.yaml"), yaml);
        self
    }

    /// The job `nightly`.
    pub fn job(self, platforms: &str, markets: &str, lookback_days: u16) -> Self {
        let text = format!(
            "version: 1\nplatforms: [{platforms}]\nmarkets: [{markets}]\nlookback_days: {lookback_days}\n"
        );
        self.write("jobs/nightly.yaml", text);
        self
    }

    pub fn export(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.deliver(path, content);
        self
    }

    /// What the clock reads from now on.
    pub fn at(self, instant: &str) -> Self {
        self.clock(instant);
        self
    }

    pub fn clock(&self, instant: &str) {
        *self.at.borrow_mut() = Some(instant.to_owned());
    }

    /// Writes an export, or writes over one.
    pub fn deliver(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(&format!("exports/{path}"), content);
    }

    /// Writes an export that the store says was made at an instant.
    pub fn deliver_at(&self, path: &str, content: impl AsRef<[u8]>, made_at: jiff::Timestamp) {
        self.write_at(&format!("exports/{path}"), content, made_at.into());
    }

    /// Writes a file of the workspace. Each has a modification time of its own, the same on every machine.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.writes.set(self.writes.get() + 1);
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.writes.get());
        self.write_at(path, content, modified);
    }

    fn write_at(&self, path: &str, content: impl AsRef<[u8]>, modified: SystemTime) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The nightly job, once.
    pub fn run(&self) -> Outcome<'_> {
        self.cli(&["run", "nightly"])
    }

    /// The program with these arguments; `run`, `backfill` and `status` are told the time.
    pub fn cli(&self, args: &[&str]) -> Outcome<'_> {
        self.cli_with(args, &[])
    }

    pub fn cli_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Outcome<'_> {
        self.outcome(self.command(args).envs(environment.iter().copied()).output().unwrap())
    }

    fn outcome(&self, output: Output) -> Outcome<'_> {
        Outcome {
            scenario: self,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The program as a scheduler starts it: its standard input stays open as long as nobody asks it to stop.
    pub fn scheduled(&self, args: &[&str]) -> Outcome<'_> {
        let mut command = self.command(args);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let held_open = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(held_open);
        self.outcome(output)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coverledger"));
        command.args(args).current_dir(self.folder.path()).env_remove("COLUMNS");
        let tells_time =
            args.first().is_some_and(|command| ["run", "backfill", "status", "brief"].contains(command));
        if let Some(at) = self.at.borrow().as_ref().filter(|_| tells_time) {
            command.args(["--at", at]);
        }
        command
    }

    /// Every file of the archive with its bytes. Locks, the store's probe and the record of the last run are no part of it,
    /// nor is when something was published.
    pub fn archive(&self) -> BTreeMap<String, Vec<u8>> {
        self.tree("archive")
    }

    /// Every file below a folder of the workspace.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let root = self.path(folder);
        if root.is_dir() {
            gather(&root, &root, &mut files).unwrap();
        }
        files.retain(|name, _| name != "_lock" && !name.starts_with("_probe") && !name.starts_with("_runs/"));
        for (name, bytes) in &mut files {
            if Path::new(name).extension().is_some_and(|end| end == "json") {
                *bytes = published_at("2000-01-01T00:00:00Z", bytes);
            }
        }
        files
    }

    /// Sets the time at which receipts say that they were published to that as of which their run ran. The machine's
    /// clock is nobody's to set.
    pub fn publish_on_time(&self) {
        let mut files = BTreeMap::new();
        let root = self.path("archive/_receipts");
        gather(&root, &root, &mut files).unwrap();
        for (name, bytes) in files {
            let receipt: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let path = root.join(name);
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, published_at(receipt["as_of"].as_str().unwrap(), &bytes)).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        }
    }

    /// The newest receipt of a market-day, as JSON.
    pub fn receipt(&self, market_day: &str) -> serde_json::Value {
        let mut receipts = BTreeMap::new();
        let folder = self.path(&format!("archive/_receipts/{market_day}"));
        gather(&folder, &folder, &mut receipts).unwrap();
        serde_json::from_slice(receipts.values().next_back().expect("a receipt")).unwrap()
    }
}

/// A receipt, with another time at which it was published. All else stays as it is.
fn published_at(instant: &str, bytes: &[u8]) -> Vec<u8> {
    const KEY: &str = "\n  \"published_at\": \"";
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Some((before, rest)) = text.split_once(KEY) else { return bytes.to_vec() };
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}{KEY}{instant}\"{after}").into_bytes()
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// What the program did.
pub struct Outcome<'s> {
    pub scenario: &'s Scenario,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome<'_> {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output holds this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not in\n{}", self.stdout);
        self
    }

    /// Standard error is this, to the letter.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert_eq!(self.stderr.trim_end(), text);
        self
    }

    /// Part of what it complains of.
    #[track_caller]
    pub fn complains_of(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in\n{}", self.stderr);
        self
    }

    /// The published table, in the columns that the first line of `expected` names.
    #[track_caller]
    pub fn expect_table(self, name: &str, expected: &str) -> Self {
        table::expect(&self.scenario.tree(&format!("archive/{name}")), expected);
        self
    }
}
