//! What the commands make of a damaged archive, against what they have to.

use std::collections::BTreeSet;
use std::fs;

use bytes::Bytes;
use polars::prelude::{DataFrame, ParquetReader, SerReader as _};

use super::deed::{Case, Deed};
use super::forge::Forgery;
use super::ground::{Ground, LAST, Lane, PRUNE_DAYS};
use super::harm::{Harm, Leads, Region, Tail};
use super::place::Place;
use super::truth::{is_of_the_moment, sha256};
use crate::worker::Finished;

/// The codes of docs/FORMATS.md that these commands may end with.
const CODES: [i32; 6] = [0, 1, 3, 4, 5, 6];

/// A damaged archive and what is wrong with what became of it.
pub struct Trial<'g> {
    ground: &'g Ground,
    lane: Lane<'g>,
    case: Case,
    deed: Deed,
    /// Whether it was pruned.
    pruned: bool,
    /// Sentences, each begun with the kind of wrong that it is.
    pub wrong: Vec<String>,
    /// What was said, for whoever looks into it.
    pub said: String,
}

/// How the program is broken to see that the judge notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    Nothing,
    /// `prune` takes a table that a snapshot lists.
    PruneTakesTooMuch,
    /// The night leaves other bytes at the current path of another market.
    RunHarmsAnother,
    /// `verify` finds nothing.
    VerifyIsBlind,
    /// Repair leaves what it could mend.
    RepairIsIdle,
}

impl<'g> Trial<'g> {
    /// Damages a copy of the archive and has all commands look at it.
    pub fn hold(ground: &'g Ground, case: Case, planted: Planted) -> Self {
        let mut lane = ground.lane(&format!("lane-{}-{planted:?}", case.seed));
        lane.as_nobody = case.harm == Harm::Closed && is_root();
        let deed = case.carry_out(ground, &lane);
        let mut trial = Self { ground, lane, case, deed, pruned: false, wrong: Vec::new(), said: String::new() };
        let is_pruned_first = trial.case.seed.is_multiple_of(2);
        trial.verify(planted);
        trial.say("status", &["status", "--at", LAST]);
        trial.keeps("status");
        trial.show();
        trial.snapshots("damaged");
        if is_pruned_first {
            trial.prune(planted);
        }
        trial.night(planted);
        trial.repair(planted);
        trial.snapshots("mended");
        if !is_pruned_first {
            trial.prune(planted);
        }
        trial
    }

    fn wrong(&mut self, kind: &str, text: impl AsRef<str>) {
        self.wrong.push(format!("{kind}: {}", text.as_ref()));
    }

    /// Runs a command that may find nothing, find the damage or fail by its name, and nothing else.
    fn say(&mut self, what: &str, args: &[&str]) -> Finished {
        let done = self.lane.run(args);
        let said = format!("{}{}", done.stdout, done.stderr);
        self.said.push_str(&format!("$ {} → {:?}\n{}\n", args.join(" "), done.code, shortened(&said)));
        if said.contains("panicked") || said.contains("a bug:") || said.contains("memory allocation") {
            self.wrong("panic", format!("{what} panics"));
        }
        match done.code {
            None => self.wrong("hang", format!("{what} hangs or is killed")),
            Some(code) if !CODES.contains(&code) => self.wrong("exit code", format!("{what} exits with {code}")),
            Some(_) => {}
        }
        done
    }

    fn verify(&mut self, planted: Planted) {
        let mut done = self.say("verify", &["verify"]);
        if planted == Planted::VerifyIsBlind {
            done = Finished { code: Some(0), stdout: String::new(), stderr: String::new() };
        }
        self.keeps("verify");
        if self.deed.harmless.is_some() || stopped(&done) {
            return;
        }
        let said = format!("{}{}", done.stdout, done.stderr);
        if done.code == Some(0) {
            self.wrong("verify passes", "verify exits with 0");
        }
        for any in self.deed.named.clone() {
            if !any.iter().any(|name| said.contains(name.as_str())) {
                self.wrong("verify names it not", format!("verify does not name {}", any[0]));
            }
        }
    }

    fn show(&mut self) {
        let table = match self.case.key.split('/').next() {
            Some(table) if self.case.place.is_table() || self.case.place == Place::TablesOfUnit => {
                table.to_owned()
            }
            _ => "slot_audience".to_owned(),
        };
        let mut args = vec!["show", &table, "--rows", "0"];
        // Of what is decided only the newest is shown, unless it is asked for.
        let date = self.ground.truth.unit_at(&self.case.key).map(|unit| unit.date().to_owned());
        let date = date.filter(|_| self.case.place == Place::TableDecided);
        args.extend(date.iter().flat_map(|date| ["--date", date.as_str()]));
        let done = self.say("show", &args);
        self.keeps("show");
        if stopped(&done) {
            return;
        }
        let said = format!("{}{}", done.stdout, done.stderr);
        if done.code != Some(0) && !self.deed.is_named_in(&said) {
            self.wrong("show names it not", format!("show {table} exits with {:?}", done.code));
        }
        let can_see = match self.case.harm {
            Harm::Cut(_) | Harm::Link(Leads::Nowhere | Leads::Outside | Leads::ToItself) | Harm::Closed => true,
            Harm::Appended(tail) => tail == Tail::Byte,
            _ => false,
        };
        let is_sound = done.code == Some(0) && !self.deed.is_named_in(&said);
        if self.case.place.is_table() && can_see && is_sound {
            self.wrong("show passes over", format!("show {table} exits with 0 and does not name the table"));
        }
    }

    /// What `snapshot` lists is what was known, whole, or it fails by name.
    fn snapshots(&mut self, state: &str) {
        let another = [22, PRUNE_DAYS - 1, 32][usize::try_from(self.case.seed % 3).unwrap()];
        for days in [0, another] {
            let as_of = self.ground.days_ago(days);
            if self.pruned && days > PRUNE_DAYS {
                continue;
            }
            let what = format!("snapshot as of {days} days ago ({state})");
            let done = self.say(&what, &["snapshot", "--as-of", &as_of.to_string()]);
            if stopped(&done) {
                continue;
            }
            let said = format!("{}{}", done.stdout, done.stderr);
            if done.code != Some(0) {
                if !self.deed.is_named_in(&said) {
                    self.wrong("snapshot names it not", format!("{what} exits with {:?}", done.code));
                }
                continue;
            }
            let listed: BTreeSet<&str> = done.stdout.lines().filter_map(|line| line.rsplit('\t').next()).collect();
            let known = self.ground.truth.snapshot(as_of);
            let archive = self.lane.archive();
            let mut bad = Vec::new();
            for key in &listed {
                let size = fs::metadata(archive.join(key)).ok().filter(fs::Metadata::is_file).map(|m| m.len());
                let is_whole =
                    self.ground.truth.objects.get(*key).is_none_or(|sound| size == Some(sound.len() as u64));
                if size.is_none() || !is_whole {
                    bad.push(format!("lists {key}, which is not whole"));
                }
            }
            // Of a unit whose newest receipt is gone without a trace, the one before it was the newest. When one was
            // published is covered by no hash, and one bit may make it a little earlier or later.
            let is_of_no_time = self.case.harm == Harm::Bit(Region::Uncovered);
            let is_lost = self.case.is_traceless() && !self.case.place.is_folder();
            let can_tell = !is_lost && !is_of_no_time && !said.contains("WARN");
            let is_excused = |unit| state == "mended" && self.deed.reaches(unit);
            for (key, unit) in &known {
                if can_tell && !listed.contains(key.as_str()) && !is_excused(unit) {
                    bad.push(format!("leaves {key} of {} out", unit.0));
                }
            }
            let many = bad.len();
            if let Some(bad) = bad.into_iter().next() {
                self.wrong("snapshot is not whole", format!("{what} exits with 0 and {bad} ({many})"));
            }
        }
    }

    fn prune(&mut self, planted: Planted) {
        let older_than = format!("{PRUNE_DAYS}d");
        let before = self.lane.objects();
        let dry = self.say("prune --dry-run", &["prune", "--older-than", &older_than, "--dry-run"]);
        self.keeps("prune --dry-run");
        let done = self.say("prune", &["prune", "--older-than", &older_than]);
        self.pruned = true;
        if planted == Planted::PruneTakesTooMuch {
            let kept = self.ground.truth.prunable(self.ground.days_ago(PRUNE_DAYS));
            let revisions = self.ground.truth.objects.keys().filter(|key| key.starts_with("_revisions/"));
            for key in revisions.filter(|key| !kept.contains(*key)).take(1) {
                let _ = fs::remove_file(self.lane.archive().join(key));
            }
        }
        self.keeps("prune");
        if dry.code != done.code && dry.code.is_some() && done.code.is_some() {
            self.wrong("prune", format!("--dry-run exits with {:?}, prune with {:?}", dry.code, done.code));
        }
        let said = format!("{}{}", done.stdout, done.stderr);
        if done.code == Some(1) && !self.deed.is_named_in(&said) && !said.contains("_receipts") {
            self.wrong("prune names it not", "prune exits with 1 and does not name what was damaged");
        }
        if done.code != Some(0) {
            let after = self.lane.objects();
            if before.keys().any(|key| !is_of_the_moment(key) && !after.contains_key(key)) {
                self.wrong("prune", "prune fails and has removed something");
            }
        }
    }

    fn night(&mut self, planted: Planted) {
        let done = self.say("run", &["run", "nightly", "--at", LAST]);
        if planted == Planted::RunHarmsAnother {
            let key = "funnel/platform=feed/market=US/local_date=2026-11-18/part.parquet";
            fs::write(self.lane.archive().join(key), "other").unwrap();
        }
        self.keeps("run");
        if stopped(&done) {
            return;
        }
        let said = format!("{}{}", done.stdout, done.stderr);
        if done.code != Some(0) && !self.deed.is_named_in(&said) {
            self.wrong("run names it not", format!("run exits with {:?}", done.code));
        }
        if self.blocks_writers() {
            return;
        }
        if done.code == Some(1) {
            self.wrong("run gives up", "run exits with 1: one damage costs all");
        }
        let found = self.lane.objects();
        let mut other = Vec::new();
        for (key, bytes) in &self.ground.after.objects {
            if is_of_the_moment(key)
                || self.deed.touches(key)
                || self.is_of_the_cone(key)
                || key == "_retention.json"
            {
                continue;
            }
            match found.get(key) {
                None if self.may_be_pruned(key) => {}
                None => other.push(format!("{key} is missing")),
                Some(there) if timeless(key, there) != timeless(key, bytes) => {
                    other.push(format!("{key} is other"));
                }
                Some(_) => {}
            }
        }
        for key in found.keys() {
            let counts = key.starts_with("_receipts/") || !key.starts_with('_');
            let known = self.ground.after.objects.contains_key(key);
            if counts
                && !known
                && !self.deed.touches(key)
                && !self.is_of_the_cone(key)
                && key != "moved"
                && !key.starts_with("moved/")
            {
                other.push(format!("{key} is too much"));
            }
        }
        if let Some(first) = other.first() {
            self.wrong("run costs more", format!("after run {first} ({})", other.len()));
        }
        // A new revision that did not come is a failure.
        let receipts = self.ground.after.objects.keys().filter(|key| key.starts_with("_receipts/"));
        let new = receipts.filter(|key| !self.ground.truth.objects.contains_key(*key));
        let missing: Vec<&String> = new.filter(|key| !found.contains_key(*key)).collect();
        if done.code == Some(0) && !missing.is_empty() && !self.case.is_traceless() {
            self.wrong("run is silent", format!("run exits with 0 without {}", missing[0]));
        }
    }

    fn blocks_writers(&self) -> bool {
        self.case.place.is_machinery()
            || (self.case.place.is_folder() && !matches!(self.case.harm, Harm::Gone | Harm::Emptied))
    }

    fn repair(&mut self, planted: Planted) {
        let mended = self.say("verify --repair", &["verify", "--repair"]);
        self.keeps("verify --repair");
        if stopped(&mended) {
            return;
        }
        // Where nothing is lost, a backfill only makes final what no night looks at any more.
        let past = self.case.place == Place::ReceiptPast && !self.deed.units.is_empty();
        let again = if past {
            let unit = self.ground.truth.unit_at(&self.case.key).unwrap();
            let (date, parts) = (unit.date().to_owned(), unit.0.split('/').collect::<Vec<_>>());
            let place = ["--platform", parts[0], "--market", parts[1]];
            let args =
                [&["backfill", "nightly", "--from", &date, "--to", &date, "--at", LAST][..], &place].concat();
            self.say("backfill", &args);
            self.say("run again", &["run", "nightly", "--at", LAST])
        } else {
            self.say("run again", &["run", "nightly", "--at", LAST])
        };
        self.keeps("run again");
        if stopped(&again) || self.blocks_writers() {
            return;
        }
        if planted == Planted::RepairIsIdle {
            fs::write(self.lane.archive().join(&self.case.key), "still damaged").unwrap();
        }
        let is_back = self.is_derivable();
        let said = format!("{}{}", again.stdout, again.stderr);
        if is_back && again.code != Some(0) {
            self.wrong(
                "not mended",
                format!("after repair run exits with {:?}: {}", again.code, last_line(&said)),
            );
        }
        let done = self.say("verify again", &["verify"]);
        let said = format!("{}{}", done.stdout, done.stderr);
        if is_back && done.code != Some(0) {
            self.wrong("not mended", format!("after repair and run verify exits with {:?}", done.code));
        }
        if done.code != Some(0) && !self.deed.is_named_in(&said) {
            self.wrong("verify names it not", "after repair verify fails and does not name what was damaged");
        }
        let found = self.lane.objects();
        let mut other = Vec::new();
        for (key, bytes) in self.ground.after.objects.iter().filter(|(key, _)| !key.starts_with('_')) {
            let in_cone = self.is_of_the_cone(key) || self.deed.touches(key);
            // A link within the archive is no object of its own, and is read through.
            let is_linked = *key == self.case.key && self.case.harm == Harm::Link(Leads::Inside);
            let linked =
                is_linked.then(|| fs::read(self.lane.archive().join(key)).ok()).flatten().map(bytes::Bytes::from);
            let there = found.get(key).or(linked.as_ref());
            let is_right = match there {
                Some(there) if there == bytes => true,
                Some(there) if in_cone && is_back => same_rows(there, bytes),
                Some(there) if in_cone => {
                    let ever = self.ground.after.ever_at(key);
                    // Decided without a day that is lost.
                    let is_decided = key.contains("/as_of=") && differing(there, there).is_empty();
                    is_decided || ever.contains(sha256(there).as_str()) || same_rows(there, bytes)
                }
                Some(_) => false,
                None => in_cone && !is_back,
            };
            if !is_right {
                let how = there.map_or_else(
                    || "missing".to_owned(),
                    |there| format!("other in {}", differing(there, bytes).join(", ")),
                );
                other.push(format!("{key} is {how}"));
            }
        }
        if let Some(first) = other.first() {
            self.wrong("not back", format!("after repair and run {first} ({})", other.len()));
        }
    }

    /// Whether all can be made again from what is left.
    fn is_derivable(&self) -> bool {
        let place = self.case.place;
        if self.case.harm == Harm::OfTheFuture || self.case.harm == Harm::Link(Leads::Inside) && !place.is_folder()
        {
            return true;
        }
        // What is in the way of a put is somebody's, and stays: a folder, a link, what may not be read.
        let is_in_the_way =
            matches!(self.case.harm, Harm::Folder { .. } | Harm::Link(_) | Harm::Closed | Harm::Pipe);
        match place {
            _ if place.is_table() => !is_in_the_way && self.case.harm != Harm::Doubled,
            // What the night replaces lies nowhere else afterwards.
            Place::RevisionShown => !is_in_the_way && self.case.harm != Harm::Exchanged && self.is_still_shown(),
            // A newer program may have written it.
            Place::ReceiptInView | Place::ReceiptPast => {
                let is_damage =
                    !is_in_the_way && !matches!(self.case.harm, Harm::Version | Harm::Gone | Harm::Doubled);
                // Whether it is, only a copy tells.
                let is_damage = is_damage && self.case.harm != Harm::Forged(Forgery::PublishedFarAway);
                is_damage && self.deed.harmless.is_none()
            }
            Place::TablesOfUnit | Place::AllOfTable => matches!(self.case.harm, Harm::Gone | Harm::Emptied),
            Place::Note | Place::Lease | Place::Record => !is_in_the_way,
            Place::Anywhere => self.deed.harmless.is_some(),
            _ => false,
        }
    }

    /// Whether a table by its content is at a current path after an undisturbed night.
    fn is_still_shown(&self) -> bool {
        let sha256 = &self.case.key["_revisions/".len()..self.case.key.len() - ".parquet".len()];
        self.ground.after.units_naming(sha256).first().is_some_and(|(_, shown)| *shown)
    }

    fn is_of_the_cone(&self, key: &str) -> bool {
        let after = &self.ground.after;
        if let Some(sha256) = key.strip_prefix("_revisions/").and_then(|name| name.strip_suffix(".parquet")) {
            let naming = after.units_naming(sha256);
            return naming.iter().all(|(unit, _)| self.deed.reaches(unit));
        }
        after.unit_at(key).is_some_and(|unit| self.deed.reaches(&unit))
    }

    fn may_be_pruned(&self, key: &str) -> bool {
        self.pruned && self.ground.truth.prunable(self.ground.days_ago(PRUNE_DAYS)).contains(key)
    }

    /// Whatever was sound is there, and receipts and tables by their content are what they were.
    fn keeps(&mut self, command: &str) {
        let found = self.lane.objects();
        let mut lost = Vec::new();
        for (key, bytes) in &self.ground.truth.objects {
            if is_of_the_moment(key) || self.deed.touches(key) || self.may_be_pruned(key) {
                continue;
            }
            let is_for_good = key.starts_with("_receipts/") || key.starts_with("_revisions/");
            let after = self.ground.after.objects.get(key);
            match found.get(key) {
                None => lost.push(format!("{key} is gone")),
                Some(there) if there == bytes || (!is_for_good && Some(there) == after) => {}
                Some(_) if key == "_retention.json" && self.pruned => {}
                Some(_) if !is_for_good && self.is_of_the_cone(key) => {}
                Some(_) => lost.push(format!("{key} was changed")),
            }
        }
        if let Some(first) = lost.first() {
            self.wrong("lost", format!("after {command} {first} ({})", lost.len()));
        }
    }
}

/// A receipt as if it had been published at an instant that is always the same.
fn timeless(key: &str, bytes: &Bytes) -> Bytes {
    if key.starts_with("_receipts/") { crate::worker::at_no_time(bytes) } else { bytes.clone() }
}

/// Whether two tables hold the same rows, but for the numbers of revisions.
fn same_rows(one: &Bytes, other: &Bytes) -> bool {
    differing(one, other).is_empty()
}

/// The columns in which two tables differ, but for the numbers of revisions, and for whether late exports are awaited: what
/// takes the place of a receipt that is lost is final.
fn differing(one: &Bytes, other: &Bytes) -> Vec<String> {
    let frame = |bytes: &Bytes| -> Option<DataFrame> {
        ParquetReader::new(std::io::Cursor::new(bytes.clone())).finish().ok()
    };
    let (Some(one), Some(other)) = (frame(one), frame(other)) else { return vec!["all".to_owned()] };
    if one.shape() != other.shape() {
        return vec![format!("{:?} and {:?}", one.shape(), other.shape())];
    }
    let differ = one.columns().iter().zip(other.columns()).filter(|(one, other)| !one.equals_missing(other));
    differ
        .map(|(one, _)| one.name().to_string())
        .filter(|name| !["revision", "provisional"].contains(&name.as_str()))
        .collect()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

fn shortened(text: &str) -> String {
    text.lines().take(30).map(|line| line.chars().take(400).collect::<String>() + "\n").collect()
}

/// A command that was killed or hangs was told of already.
fn stopped(done: &Finished) -> bool {
    done.code.is_none()
}
