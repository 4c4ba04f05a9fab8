//! A sound archive of four nights, what the fifth makes of it, and copies of it to be damaged.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};

use super::truth::{Objects, Truth, UnitId};
use crate::night::{feed, shop};
use crate::worker::{Finished, Workspace, program};

/// The nights, and how many days ago, by the machine's clock, each published.
const NIGHTS: [(&str, i64); 4] = [
    ("2026-11-18T12:00:00Z", 50),
    ("2026-11-19T12:00:00Z", 40),
    ("2026-11-20T12:00:00Z", 30),
    ("2026-11-21T12:00:00Z", 20),
];
/// The night that comes after the damage.
pub const LAST: &str = "2026-11-22T12:00:00Z";
/// The first local date that it looks at.
pub const IN_VIEW_SINCE: &str = "2026-11-19";
/// What the sound archive was pruned by, and what the damaged one is.
pub const PRUNED_DAYS: i64 = 35;
pub const PRUNE_DAYS: i64 = 25;
/// A command that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);
/// A command that needs more address space than this is told that there is none.
const MEMORY_KIB: u64 = 6 << 20;

const JOB: &str = "version: 1\nplatforms: [feed, shop]\nmarkets: [GB, US]\nlookback_days: 3\n";
/// Both clocks are those of the folders: a date's exports are all that its market-days wait for.
const MARKETS: &str = "version: 1\nslots: {day_parts: {night: \"00:00\", day: \"06:00\", prime: \"15:00\"}}\n\
                       markets: {GB: {timezone: Europe/London, slots: day_parts}, US: {timezone: UTC, slots: day_parts}}\n";
const DECISIONS: &str = "version: 1\nwindow_days: 4\nperiod_days: 2\n\
                         families: {dress: {shared: c0, localized: {GB: c1}}}\n";
const EXPERIMENT: &str = "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB, US]\ncovers: [c0, c1]\n\
                          window: {from: 2026-11-01, to: 2026-12-30}\nsplit: {broadcasts: 8}\n";

/// Before the damage, and what an undisturbed night makes of it.
pub struct Ground {
    workspace: Workspace,
    /// When the archive was made, by the machine's clock.
    now: Timestamp,
    pub truth: Truth,
    /// The archive after the last night.
    pub after: Truth,
}

impl Ground {
    pub fn prepare() -> Self {
        let workspace = Workspace::on_folder();
        workspace.write("jobs/nightly.yaml", JOB);
        workspace.write("config/markets.yaml", MARKETS);
        workspace.write("config/decisions.yaml", DECISIONS);
        workspace.write("config/experiments/c0_or_c1.yaml", EXPERIMENT);
        let exports = workspace.path("exports");
        workspace.write("config/archive.yaml", settings(&exports));
        // A file that cannot be read leaves a note, which is history once a whole one has come.
        deliver(&workspace, "2026-11-17", "a");
        workspace.write("exports/feed/20261117.ndjson", "{\"id\":");
        let now = Timestamp::now();
        let mut ages = Vec::new();
        for (number, (at, days_ago)) in NIGHTS.into_iter().enumerate() {
            match number {
                1 => {
                    deliver(&workspace, "2026-11-17", "a");
                    deliver(&workspace, "2026-11-18", "a");
                    late(&workspace, "2026-11-17");
                }
                2 => {
                    deliver(&workspace, "2026-11-19", "a");
                    late(&workspace, "2026-11-18");
                }
                3 => {
                    deliver(&workspace, "2026-11-20", "a");
                    late(&workspace, "2026-11-19");
                }
                _ => {}
            }
            workspace.night(at).exits(if number == 0 { 4 } else { 0 });
            ages.push(now - SignedDuration::from_hours(24 * days_ago));
            let archive = workspace.path("archive");
            age(&archive, &ages);
        }
        let pruned = format!("{PRUNED_DAYS}d");
        workspace.run(&["prune", "--older-than", &pruned]).exits(0);
        let lease = lease_text("elsewhere", now - SignedDuration::from_hours(1));
        workspace.write("archive/_leases/shop/00000001.json", lease);
        workspace.run(&["verify"]).exits(0);
        // Exports do not stay for ever: these days are final.
        fs::remove_file(exports.join("feed/20261119.ndjson")).unwrap();
        deliver(&workspace, "2026-11-21", "a");
        late(&workspace, "2026-11-20");
        let truth = Truth::of(&workspace.path("archive"));
        let mut ground = Self {
            workspace,
            now,
            truth,
            after: Truth { objects: Objects::new(), units: std::collections::BTreeMap::new() },
        };
        let lane = ground.lane("sound");
        lane.run(&["run", "nightly", "--at", LAST]).exits(0);
        lane.run(&["verify"]).exits(0);
        let after = Truth::of(&lane.archive());
        drop(lane);
        ground.after = after;
        ground
    }

    /// A copy of the sound archive with a configuration of its own; the exports are everybody's.
    pub fn lane(&self, name: &str) -> Lane<'_> {
        let root = self.workspace.path(name);
        fs::create_dir(&root).unwrap();
        for folder in ["config", "jobs", "archive"] {
            copy(&self.workspace.path(folder), &root.join(folder));
        }
        fs::create_dir(root.join("tmp")).unwrap();
        Lane { ground: self, root, as_nobody: false }
    }

    /// So many days before the archive was made.
    pub fn days_ago(&self, days: i64) -> Timestamp {
        self.now - SignedDuration::from_hours(24 * days)
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether the last night looks at this market-day.
    pub fn is_in_view(unit: &UnitId) -> bool {
        unit.is_market_day() && unit.date() >= IN_VIEW_SINCE
    }

    /// Whether the exports of a market-day are still there.
    pub fn has_exports(unit: &UnitId) -> bool {
        !(unit.platform() == "feed" && unit.date() == "2026-11-19")
    }
}

fn settings(exports: &Path) -> String {
    format!(
        "version: 1\nstores: {{exports: {{url: \"{}\"}}, archive: {{url: archive}}}}\n\
         home_timezone: Asia/Shanghai\nmax_reject_share: 0.3\nlease: 5s\n",
        exports.display()
    )
}

/// What both platforms export of a date: two markets, a few rejects.
fn deliver(workspace: &Workspace, date: &str, label: &str) {
    let stranger = format!("x,{date}T17:00:00Z,show,XX,r1,c0,xv,f,25-34,\n");
    let (gb, us) = (shop(label, date, "GB", 8), shop("u", date, "US", 6));
    let us = us.split_once('\n').unwrap().1;
    workspace.write(&format!("exports/shop/{date}/{label}.csv"), format!("{gb}{us}{stranger}"));
    let compact = date.replace('-', "");
    let ndjson = feed(label, date, "GB", 24) + &feed("u", date, "US", 18);
    workspace.write(&format!("exports/feed/{compact}.ndjson"), ndjson);
}

/// What comes a day too late.
fn late(workspace: &Workspace, date: &str) {
    workspace.write(&format!("exports/shop/{date}/late.csv"), shop("late", date, "GB", 3));
}

/// What is young becomes as old as the last of these instants: receipts say so, and the files do.
fn age(archive: &Path, ages: &[Timestamp]) {
    let (&this, earlier) = ages.split_last().unwrap();
    for (key, path) in paths(archive) {
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let of_earlier = earlier.iter().any(|age| {
            let age = SystemTime::from(*age);
            let apart = modified.duration_since(age).unwrap_or_else(|error| error.duration());
            apart < Duration::from_hours(1)
        });
        if of_earlier {
            continue;
        }
        let mut offset = 0;
        if key.starts_with("_receipts/") {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, published_at(&text, this)).unwrap();
            offset = 1;
        } else if !key.starts_with('_') {
            offset = 2;
        }
        let at = this + SignedDuration::from_secs(offset);
        File::options().append(true).open(&path).unwrap().set_modified(at.into()).unwrap();
    }
}

/// The same receipt, published at another instant.
fn published_at(receipt: &str, at: Timestamp) -> String {
    const KEY: &str = "\n  \"published_at\": \"";
    let (before, rest) = receipt.split_once(KEY).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}{KEY}{at}\"{after}")
}

/// A lease of another host.
pub fn lease_text(host: &str, expires_at: Timestamp) -> String {
    format!(
        "{{\"version\": 2, \"run_id\": \"0123456789abcdef\", \"host\": \"{host}\", \"pid\": 7, \
         \"nonce\": \"00\", \"expires_at\": \"{expires_at}\", \
         \"covers\": [{{\"market\": \"GB\", \"from\": \"2026-11-20\", \"to\": \"2026-11-21\"}}]}}\n"
    )
}

/// Every file below a folder, by its key.
fn paths(root: &Path) -> Vec<(String, PathBuf)> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), path));
            }
        }
    }
    found
}

/// With modification times, which tell what is stale.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.as_ref().unwrap(), to.join(entry.as_ref().unwrap().file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
            let modified = entry.metadata().unwrap().modified().unwrap();
            File::options().append(true).open(&to).unwrap().set_modified(modified).unwrap();
        }
    }
}

/// A copy of the archive, and the program run on it.
pub struct Lane<'g> {
    ground: &'g Ground,
    root: PathBuf,
    /// Not as root, who is refused nothing.
    pub as_nobody: bool,
}

impl Lane<'_> {
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn archive(&self) -> PathBuf {
        self.root.join("archive")
    }

    pub fn objects(&self) -> Objects {
        Truth::objects(&self.archive())
    }

    /// Runs the program to its end; one that hangs is killed and has no exit code.
    pub fn run(&self, args: &[&str]) -> Finished {
        let mut command = Command::new("sh");
        let bounded = format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"");
        command.args(["-c", &bounded]).arg(program()).args(args);
        command.current_dir(&self.root).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TMPDIR", self.root.join("tmp"));
        if self.as_nobody {
            use std::os::unix::process::CommandExt as _;
            command.uid(NOBODY).gid(NOBODY);
        }
        let worker = self.ground.workspace.start_command(command);
        let started = Instant::now();
        while worker.is_at_work() {
            if started.elapsed() > PATIENCE {
                return worker.kill();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        worker.finish()
    }
}

pub const NOBODY: u32 = 65534;

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}
