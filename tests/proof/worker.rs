//! A small workspace, and the real program run in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tempfile::TempDir;

use crate::stub::{BUCKET, Stub, Victim};

/// One event a row.
const SHOP: &str = r#"version: 1
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

/// One impression a row, with flags.
const FEED: &str = r#"version: 1
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

const MARKETS: &str = "version: 1
slots:
  day_parts: {night: \"00:00\", morning: \"06:00\", afternoon: \"12:00\", prime: \"19:00\", late: \"23:00\"}
markets:
  GB: {timezone: Europe/London, slots: day_parts}
  US: {timezone: America/New_York, slots: day_parts}
";

/// The job, as most proofs run it.
const NIGHTLY: &str = "version: 1\nplatforms: [shop, feed]\nmarkets: [GB]\nlookback_days: 2\n";

/// A worker that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// config/, jobs/, and exports and archive in a store.
pub struct Workspace {
    folder: TempDir,
    endpoint: Option<String>,
    settings: Mutex<BTreeMap<String, String>>,
    environment: Mutex<BTreeMap<String, String>>,
}

impl Workspace {
    /// Exports and archive lie in the stub's bucket.
    pub fn on_stub(stub: &Stub) -> Self {
        Self::new(Some(stub.endpoint()))
    }

    /// Exports and archive are folders.
    pub fn on_folder() -> Self {
        Self::new(None)
    }

    fn new(endpoint: Option<String>) -> Self {
        let workspace = Self {
            folder: tempfile::tempdir().unwrap(),
            endpoint,
            settings: Mutex::default(),
            environment: Mutex::default(),
        };
        workspace.write("config/markets.yaml", MARKETS);
        workspace.write("config/platforms/shop.yaml", SHOP);
        workspace.write("config/platforms/feed.yaml", FEED);
        workspace.write("jobs/nightly.yaml", NIGHTLY);
        fs::create_dir(workspace.path("exports")).unwrap();
        workspace.setting("max_reject_share", "0.1");
        workspace.setting("home_timezone", "Asia/Shanghai");
        workspace
    }

    /// A key of `archive.yaml`.
    pub fn setting(&self, key: &str, value: &str) {
        let mut settings = self.settings.lock().unwrap();
        settings.insert(key.to_owned(), value.to_owned());
        let at = |folder: &str| match &self.endpoint {
            Some(_) => format!("s3://{BUCKET}/{folder}"),
            None => folder.to_owned(),
        };
        let stores = format!(
            "stores: {{exports: {{url: \"{}\"}}, archive: {{url: \"{}\"}}}}\n",
            at("exports"),
            at("archive")
        );
        let mut text = format!("version: 1\n{stores}");
        for (key, value) in &*settings {
            text.push_str(&format!("{key}: {value}\n"));
        }
        self.write("config/archive.yaml", text);
    }

    /// A variable that the program finds in its environment, of which it otherwise has only what it needs.
    pub fn env(&self, name: &str, value: &str) {
        self.environment.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Delivers an export, to the bucket if exports lie in one.
    pub fn deliver(&self, stub: Option<&Stub>, path: &str, content: impl Into<Bytes>) {
        match stub {
            Some(stub) => drop(stub.bucket().put(&format!("exports/{path}"), content).clone()),
            None => self.write(&format!("exports/{path}"), content.into()),
        }
    }

    /// The program, not started yet, with an environment of its own.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TMPDIR", self.folder.path());
        if let Some(endpoint) = &self.endpoint {
            command.env("AWS_ENDPOINT", endpoint).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
            command.env("AWS_ACCESS_KEY_ID", "proof").env("AWS_SECRET_ACCESS_KEY", "no-secret");
        }
        command.envs(&*self.environment.lock().unwrap());
        command
    }

    /// Starts the program; what it says goes to files.
    pub fn start(&self, args: &[&str]) -> Worker {
        self.start_command(self.command(args))
    }

    /// Starts the program as the one that the stub kills.
    pub fn start_aimed_at(&self, stub: &Stub, args: &[&str]) -> Worker {
        self.start_command_aimed_at(stub, self.command(args))
    }

    /// Starts a command as the one that the stub kills.
    pub fn start_command_aimed_at(&self, stub: &Stub, command: Command) -> Worker {
        stub.aim(|| {
            let worker = self.start_command(command);
            let victim = worker.victim();
            (worker, victim)
        })
    }

    /// Starts a command that was changed, or wraps the program.
    pub fn start_command(&self, mut command: Command) -> Worker {
        let said = tempfile::tempdir_in(self.folder.path()).unwrap();
        let file = |name: &str| File::create(said.path().join(name)).unwrap();
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        Worker { child: Arc::new(Mutex::new(command.spawn().unwrap())), said }
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Finished {
        self.start(args).finish()
    }

    /// The nightly job at this time.
    pub fn night(&self, at: &str) -> Finished {
        self.run(&["run", "nightly", "--at", at])
    }

    /// The archive's objects by their keys, without what says who is at work, and when something was published.
    pub fn archive(&self, stub: Option<&Stub>) -> BTreeMap<String, Bytes> {
        let mut objects = match stub {
            Some(stub) => stub.bucket().tree("archive/"),
            None => files(&self.path("archive")),
        };
        objects.retain(|key, _| !key.starts_with("_leases/") && key != "_lock");
        for (key, bytes) in &mut objects {
            if key.starts_with("_receipts/") {
                *bytes = at_no_time(bytes);
            }
        }
        objects
    }
}

/// The program: the one that was built beside these proofs, or another.
pub fn program() -> OsString {
    std::env::var_os("COVERLEDGER_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_coverledger").into())
}

/// A receipt as if it had been published at an instant that is always the same: the clock is the machine's.
pub fn at_no_time(receipt: &Bytes) -> Bytes {
    const KEY: &str = "\n  \"published_at\": \"";
    let text = std::str::from_utf8(receipt).unwrap_or_default();
    let Some((before, rest)) = text.split_once(KEY) else { return receipt.clone() };
    let Some((_, after)) = rest.split_once('"') else { return receipt.clone() };
    format!("{before}{KEY}2000-01-01T00:00:00Z\"{after}").into()
}

/// Every file below a folder, by its path in it.
pub fn files(root: &Path) -> BTreeMap<String, Bytes> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                // One that was swept since it was listed is not there.
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), bytes.into());
            }
        }
    }
    found
}

/// The program at work.
pub struct Worker {
    child: Arc<Mutex<Child>>,
    said: TempDir,
}

impl Worker {
    /// The process, for those who share it.
    fn victim(&self) -> Victim {
        Arc::clone(&self.child)
    }

    fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// A signal by its name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success(), "no signal {name}");
    }

    /// Waits until `SIGSTOP` holds it: until then it is still at work, and renews its leases.
    pub fn await_stopped(&self) {
        let state = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
            // The name in parentheses may hold anything.
            stat.rsplit_once(") ").unwrap().1.chars().next()
        };
        let started = Instant::now();
        while state() != Some('T') {
            assert!(started.elapsed() < PATIENCE, "not stopped after {PATIENCE:?}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether it has not ended yet.
    pub fn is_at_work(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_none()
    }

    /// Kills it, if it is still there.
    pub fn kill(self) -> Finished {
        let _ = self.child.lock().unwrap().kill();
        self.finish()
    }

    /// Waits for its end.
    pub fn finish(self) -> Finished {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > PATIENCE {
                let _ = self.child.lock().unwrap().kill();
                panic!("still at work after {PATIENCE:?}\n{}", self.read("stderr"));
            }
            thread::sleep(Duration::from_millis(1));
        };
        Finished { code: status.code(), stdout: self.read("stdout"), stderr: self.read("stderr") }
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.said.path().join(name)).unwrap()).into_owned()
    }
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "exit code\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }
}
