//! A damage done, and what has to be said of it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;

use super::ground::{Ground, Lane, NOBODY, lease_text};
use super::harm::{Harm, Leads, Left, Name, Region, Tail, Term};
use super::place::Place;
use super::truth::UnitId;
use crate::chance::Chance;

/// One case of the table.
#[derive(Debug, Clone)]
pub struct Case {
    pub seed: u64,
    pub place: Place,
    pub harm: Harm,
    /// The object, or the folder.
    pub key: String,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Deed {
    /// Keys of objects that are no longer what they were; of folders all that is below.
    pub touched: Vec<String>,
    /// Units that are not to be relied on.
    pub units: Vec<UnitId>,
    /// What `verify` has to name: all of these.
    pub named: Vec<Vec<String>>,
    /// What stands on it, and names it as well.
    pub also: Vec<String>,
    /// Why it need not be named.
    pub harmless: Option<&'static str>,
}

impl Deed {
    pub fn touches(&self, key: &str) -> bool {
        let is_below =
            |touched: &String| key.strip_prefix(touched.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.touched.iter().any(|touched| touched == key || is_below(touched))
    }

    /// Whether a unit stands on one that is not to be relied on.
    pub fn reaches(&self, unit: &UnitId) -> bool {
        self.units.iter().any(|other| unit.stands_on(other))
    }

    /// Whether a text names what was damaged.
    pub fn is_named_in(&self, said: &str) -> bool {
        let touched = self.touched.iter().any(|touched| said.contains(touched.as_str()));
        let units = self.units.iter().any(|unit| unit.is_market_day() && said.contains(&unit.0));
        let also = self.also.iter().any(|name| said.contains(name.as_str()));
        touched || units || also || self.named.iter().flatten().any(|name| said.contains(name.as_str()))
    }
}

impl Case {
    /// Whether nobody can name what was damaged, since nothing tells that it was there: what misses it is named. An
    /// empty folder is nothing, as in every store.
    pub fn is_traceless(&self) -> bool {
        let is_missing = matches!(self.harm, Harm::Gone | Harm::Emptied | Harm::Folder { .. });
        self.place.is_folder() || (is_missing && self.place.is_receipt())
    }

    /// Damages the archive of this lane.
    pub fn carry_out(&self, ground: &Ground, lane: &Lane<'_>) -> Deed {
        let mut dice = Chance(self.seed);
        let mut deed = Deed::default();
        let path = lane.archive().join(&self.key);
        let truth = &ground.truth;
        if self.place != Place::Anywhere {
            deed.touched.push(self.key.clone());
            deed.named.push(vec![self.key.clone()]);
        }
        self.units_of(ground, &mut deed);
        match self.harm {
            Harm::Bit(region) => flip(&path, region, &mut dice, &mut deed),
            Harm::Cut(left) => cut(&path, left, &mut dice, &mut deed),
            Harm::Appended(tail) => {
                let mut bytes = fs::read(&path).unwrap();
                match tail {
                    Tail::Byte => bytes.push(b'x'),
                    Tail::Noise => bytes.extend((0..1024).map(|_| dice.below(256).to_le_bytes()[0])),
                    Tail::Itself => bytes.extend(bytes.clone()),
                }
                overwrite(&path, &bytes, &mut dice);
            }
            Harm::Zeros => {
                let mut bytes = fs::read(&path).unwrap();
                let from = usize::try_from(dice.below(bytes.len().max(1) as u64)).unwrap();
                let from = from.saturating_sub(64);
                let to = bytes.len().min(from + 512);
                bytes[from..to].fill(0);
                overwrite(&path, &bytes, &mut dice);
            }
            Harm::Exchanged | Harm::Replaced => self.exchange(ground, lane, &mut dice, &mut deed),
            Harm::Doubled => self.double(&path, &mut dice, &mut deed),
            Harm::Link(leads) => self.link(ground, lane, leads, &mut deed),
            Harm::Folder { with_a_file } => {
                fs::remove_file(&path).unwrap();
                fs::create_dir(&path).unwrap();
                if with_a_file {
                    fs::write(path.join("inside.txt"), "inside").unwrap();
                }
            }
            Harm::Pipe => {
                fs::remove_file(&path).unwrap();
                assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            }
            Harm::Huge => File::options().append(true).open(&path).unwrap().set_len(16 << 30).unwrap(),
            Harm::Gone if path.is_dir() => fs::remove_dir_all(&path).unwrap(),
            Harm::Gone => fs::remove_file(&path).unwrap(),
            Harm::Emptied => {
                fs::remove_dir_all(&path).unwrap();
                fs::create_dir(&path).unwrap();
            }
            Harm::File => {
                fs::remove_dir_all(&path).unwrap();
                fs::write(&path, "a file").unwrap();
            }
            Harm::Closed => {}
            Harm::OfTheFuture => {
                let at = SystemTime::now() + Duration::from_hours(10 * 365 * 24);
                File::options().append(true).open(&path).unwrap().set_modified(at).unwrap();
                deed.harmless = Some("its bytes are what they were");
                deed.units.clear();
            }
            Harm::Version => {
                let text = fs::read_to_string(&path).unwrap();
                let version = ["2", "0", "-1", "1e400", "\"1\""][usize::try_from(dice.below(5)).unwrap()];
                overwrite(
                    &path,
                    text.replacen("\"version\": 1", &format!("\"version\": {version}"), 1).as_bytes(),
                    &mut dice,
                );
            }
            Harm::Forged(forgery) => {
                let others: Vec<String> = Place::TableInView.keys(ground);
                let unit = truth.unit_at(&self.key);
                let other = others.iter().find(|key| truth.unit_at(key) != unit).unwrap();
                let receipts = Place::ReceiptPast.keys(ground);
                let receipt = receipts.iter().find(|key| **key != self.key).unwrap();
                let bytes = forgery.forge(&fs::read(&path).unwrap(), other, receipt, &mut dice);
                overwrite(&path, &bytes, &mut dice);
                if forgery.is_believable() {
                    deed.harmless = Some("whoever makes the hash right can say this");
                }
            }
            Harm::Leased(term) => {
                fs::remove_file(&path).unwrap();
                leased(ground, lane, term, &mut dice);
            }
            Harm::Foreign(name) => self.foreign(ground, &path, name, &mut dice, &mut deed),
        }
        self.excuse(ground, &mut deed);
        if lane.as_nobody {
            hand_over(lane.root(), &path);
        }
        deed
    }

    /// The units that are not to be relied on.
    fn units_of(&self, ground: &Ground, deed: &mut Deed) {
        let truth = &ground.truth;
        if self.place.is_receipt() {
            deed.units.extend(truth.unit_at(&self.key));
        } else if self.place.is_revision() {
            let sha256 = &self.key["_revisions/".len()..self.key.len() - ".parquet".len()];
            deed.units.extend(truth.units_naming(sha256).into_iter().map(|(unit, _)| unit));
        } else if self.place.is_folder_of_receipts() {
            let below = format!("{}/", self.key);
            let all = truth.units.keys().filter(|unit| format!("_receipts/{}/", unit.0).starts_with(&below));
            deed.units.extend(all.cloned());
        } else if self.place == Place::AllRevisions {
            deed.units.extend(truth.units.keys().cloned());
        }
        for unit in &deed.units {
            let receipts = truth.units.get(unit).into_iter().flatten();
            let tables = receipts.flat_map(|receipt| &receipt.tables);
            deed.also.extend(tables.map(|table| format!("_revisions/{}", table.sha256)));
        }
    }

    /// What proves nothing need not be named; what is missing is named by what misses it.
    fn excuse(&self, ground: &Ground, deed: &mut Deed) {
        match self.place {
            Place::Note | Place::Lease | Place::Record | Place::Lock | Place::Probe => {
                deed.harmless.get_or_insert("no number rests on it");
            }
            // What was pruned is missed then.
            Place::Retention if matches!(self.harm, Harm::Gone | Harm::Bit(_) | Harm::OfTheFuture) => {
                deed.harmless.get_or_insert("nothing else says since when the past is whole");
                deed.also.push("_revisions/".to_owned());
            }
            _ => {}
        }
        if self.harm == Harm::Link(Leads::Inside) && !self.place.is_folder() {
            deed.harmless.get_or_insert("a link within the archive to the same bytes is the same bytes");
            deed.units.clear();
        }
        if self.is_traceless() && self.says_what_the_one_before_says(ground) {
            deed.harmless.get_or_insert("the one before it names the same tables");
        }
        if self.is_traceless() {
            let mut any: Vec<String> = deed.named.iter().flatten().cloned().collect();
            any.extend(deed.units.iter().map(|unit| format!("_receipts/{}/", unit.0)));
            any.extend(deed.units.iter().filter(|unit| unit.is_market_day()).map(current_of));
            any.extend(deed.units.iter().filter(|unit| !unit.is_market_day()).map(|unit| unit.date().to_owned()));
            deed.named = vec![any];
        }
    }

    /// Whether a receipt is the newest of its unit and names the tables of the one before it.
    fn says_what_the_one_before_says(&self, ground: &Ground) -> bool {
        let tables = |receipt: &super::truth::Receipt| -> Vec<(String, String)> {
            receipt.tables.iter().map(|table| (table.key.clone(), table.sha256.clone())).collect()
        };
        let receipts = ground.truth.unit_at(&self.key).filter(|_| self.place.is_receipt());
        let receipts = receipts.and_then(|unit| ground.truth.units.get(&unit));
        let last = receipts.and_then(|receipts| receipts.last_chunk::<2>());
        last.is_some_and(|[before, last]| last.key == self.key && tables(before) == tables(last))
    }

    fn exchange(&self, ground: &Ground, lane: &Lane<'_>, dice: &mut Chance, deed: &mut Deed) {
        let truth = &ground.truth;
        let all = self.place.keys(ground);
        let others: Vec<&String> =
            all.iter().filter(|key| truth.objects[*key] != truth.objects[&self.key]).collect();
        let other = others[usize::try_from(dice.below(others.len() as u64)).unwrap()];
        let (here, there) = (lane.archive().join(&self.key), lane.archive().join(other));
        if self.harm == Harm::Replaced {
            overwrite(&here, &truth.objects[other], dice);
            return;
        }
        let aside = lane.root().join("aside");
        fs::rename(&here, &aside).unwrap();
        fs::rename(&there, &here).unwrap();
        fs::rename(&aside, &there).unwrap();
        deed.touched.push(other.clone());
        deed.named.push(vec![other.clone()]);
        let elsewhere = Self { key: other.clone(), ..self.clone() };
        elsewhere.units_of(ground, deed);
    }

    fn double(&self, path: &Path, dice: &mut Chance, deed: &mut Deed) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let stem = name.split('.').next().unwrap();
        let copy = match (self.place.is_receipt(), dice.below(3)) {
            (true, 0) => format!("{stem} (1).json"),
            (true, 1) => {
                let number: u64 = stem.parse().unwrap();
                format!("{:08}.json", number + 3)
            }
            (true, _) => format!("{stem}.json.bak"),
            (false, 0) => format!("{stem} (copy).parquet"),
            (false, 1) => format!("{}.parquet", stem.to_uppercase()),
            (false, _) => format!("{stem}.parquet~"),
        };
        deed.touched.clear();
        deed.units.clear();
        let copied = path.with_file_name(&copy);
        if fs::metadata(&copied).is_ok() {
            deed.harmless = Some("it was there");
            return;
        }
        fs::copy(path, copied).unwrap();
        let key = format!("{}/{copy}", self.key.rsplit_once('/').unwrap().0);
        deed.touched.push(key.clone());
        deed.named = vec![vec![key]];
        if self.place.is_revision() {
            deed.harmless = Some("tables are found by the hash in their name alone");
        }
        if self.place.is_receipt() && copy.len() == 13 {
            // It is the newest by its number.
            let unit = self.key.strip_prefix("_receipts/").unwrap().rsplit_once('/').unwrap().0;
            deed.units.push(UnitId(unit.to_owned()));
        }
    }

    fn link(&self, ground: &Ground, lane: &Lane<'_>, leads: Leads, deed: &mut Deed) {
        let path = lane.archive().join(&self.key);
        let up = "../".repeat(self.key.matches('/').count());
        let target: PathBuf = match leads {
            Leads::Inside => {
                let table = ground.truth.objects.get(&self.key).filter(|_| self.place.is_table());
                let revision = table.map(|bytes| format!("_revisions/{}.parquet", super::truth::sha256(bytes)));
                if let Some(revision) = revision {
                    fs::remove_file(&path).unwrap();
                    format!("{up}{revision}").into()
                } else {
                    fs::rename(&path, lane.archive().join("moved")).unwrap();
                    format!("{up}moved").into()
                }
            }
            Leads::Outside => {
                let aside = lane.root().join("aside");
                fs::rename(&path, &aside).unwrap();
                aside
            }
            Leads::Nowhere | Leads::ToItself => {
                if path.is_dir() {
                    fs::remove_dir_all(&path).unwrap();
                } else {
                    fs::remove_file(&path).unwrap();
                }
                if leads == Leads::Nowhere { "nowhere".into() } else { path.file_name().unwrap().into() }
            }
        };
        symlink(target, &path).unwrap();
        if self.place == Place::AllOfTable || self.place == Place::TablesOfUnit {
            deed.named = vec![vec![self.key.clone()]];
        }
    }

    fn foreign(&self, ground: &Ground, folder: &Path, name: Name, dice: &mut Chance, deed: &mut Deed) {
        let (text, bytes): (OsString, Vec<u8>) = match name {
            Name::DsStore => (".DS_Store".into(), b"\0\0\0\x01Bud1".to_vec()),
            Name::Thumbs => ("Thumbs.db".into(), vec![0xd0, 0xcf, 0x11, 0xe0]),
            Name::Temporary => ("part.parquet.tmp".into(), vec![0; 100]),
            Name::Backup => ("00000001.json~".into(), b"{}".to_vec()),
            Name::CopyOfTable => ("zq7 (copy).parquet".into(), any(ground, Place::TableInView, dice)),
            Name::CopyOfReceipt => ("00000002 zq7.json".into(), any(ground, Place::ReceiptInView, dice)),
            Name::Controls => ("zq7\u{1b}[2J\u{202e}\nFORGED\\\"x.parquet".into(), vec![1]),
            Name::NoUtf8 => (OsString::from_vec(b"zq7\xff\xfe.parquet".to_vec()), vec![1]),
            Name::VeryLong => (format!("zq7{}.parquet", "y".repeat(244)).into(), vec![1]),
            Name::Staged => ("part.parquet#1".into(), vec![1]),
            Name::Spaces => (" zq7 %2e%2e%2f ".into(), vec![1]),
            Name::FolderOfNoDate => ("local_date=2026-13-45".into(), vec![]),
        };
        let path = folder.join(&text);
        let tag = if text.to_string_lossy().contains("zq7") {
            "zq7".into()
        } else {
            text.to_string_lossy().into_owned()
        };
        let below = if self.key.is_empty() { String::new() } else { format!("{}/", self.key) };
        if name == Name::FolderOfNoDate {
            fs::create_dir(&path).unwrap();
            fs::write(path.join("zq7.parquet"), [1]).unwrap();
            deed.touched.push(format!("{below}{tag}"));
        } else {
            fs::write(&path, bytes).unwrap();
            deed.touched.push(format!("{below}{}", text.to_string_lossy()));
        }
        deed.named = vec![vec![tag]];
        let is_read = self.key.starts_with("_receipts") || (!self.key.starts_with('_') && !self.key.is_empty());
        if !is_read || name == Name::Staged {
            deed.harmless = Some("nobody reads there what was not asked for");
        }
    }
}

/// The folder of a market-day among the tables.
fn current_of(unit: &UnitId) -> String {
    let parts: Vec<&str> = unit.0.split('/').collect();
    format!("platform={}/market={}/local_date={}/", parts[0], parts[1], parts[2])
}

fn any(ground: &Ground, place: Place, dice: &mut Chance) -> Vec<u8> {
    let keys = place.keys(ground);
    ground.truth.objects[&keys[usize::try_from(dice.below(keys.len() as u64)).unwrap()]].to_vec()
}

/// New bytes in a file's place; half of the time it does not look younger, as where a disk went bad.
fn overwrite(path: &Path, bytes: &[u8], dice: &mut Chance) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, bytes).unwrap();
    if dice.below(2) == 0 {
        File::options().append(true).open(path).unwrap().set_modified(modified).unwrap();
    }
}

/// A lease on a market-day that the next night publishes.
fn leased(ground: &Ground, lane: &Lane<'_>, term: Term, dice: &mut Chance) {
    let now = jiff::Timestamp::now();
    let (text, number) = match term {
        Term::Seconds => (lease_text("elsewhere", now + SignedDuration::from_secs(3)), "00000001"),
        Term::Hours23 => (lease_text("elsewhere", now + SignedDuration::from_hours(23)), "00000001"),
        Term::Year9999 => (lease_text("elsewhere", "9999-12-30T00:00:00Z".parse().unwrap()), "00000001"),
        Term::Garbage => {
            ((0..200).map(|_| char::from(33 + dice.below(90).to_le_bytes()[0])).collect(), "00000001")
        }
        Term::LastNumber => (lease_text("elsewhere", ground.now()), "18446744073709551615"),
    };
    let folder = lane.archive().join("_leases/shop");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{number}.json")), text).unwrap();
}

/// Gives a lane to nobody, who may then not read one thing of it.
fn hand_over(root: &Path, closed: &Path) {
    let mut all = vec![root.to_owned()];
    while let Some(path) = all.pop() {
        chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        if path.is_dir() {
            all.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    fs::set_permissions(closed, fs::Permissions::from_mode(0o0)).unwrap();
}

/// Leaves so much of a file.
fn cut(path: &Path, left: Left, dice: &mut Chance, deed: &mut Deed) {
    let bytes = fs::read(path).unwrap();
    let left = match left {
        Left::Nothing => 0,
        Left::One => bytes.len().min(1),
        Left::Half => bytes.len() / 2,
        Left::AllButOne => bytes.len().saturating_sub(1),
    };
    if bytes[left..].iter().all(u8::is_ascii_whitespace) {
        deed.harmless = Some("white space at the end of JSON says nothing");
    }
    overwrite(path, &bytes[..left], dice);
}

fn flip(path: &Path, region: Region, dice: &mut Chance, deed: &mut Deed) {
    let mut bytes = fs::read(path).unwrap();
    let len = bytes.len();
    let is_json = bytes.first() == Some(&b'{');
    let (from, to) = if is_json {
        let text = std::str::from_utf8(&bytes).unwrap();
        let covered = text
            .find("\"content\"")
            .zip(text.find("\"content_sha256\""))
            .map_or(0..len, |(from, to)| from + "\"content\": ".len()..text[..to].rfind('}').unwrap() + 1);
        if region == Region::Uncovered {
            deed.harmless = Some("no hash covers it");
            (covered.end, len)
        } else {
            (covered.start, covered.end)
        }
    } else if len < 64 {
        (0, len)
    } else {
        let footer = u32::from_le_bytes(bytes[len - 8..len - 4].try_into().unwrap()) as usize;
        match region {
            Region::Head => (0, 4),
            Region::Body | Region::Uncovered => (4, len - 8 - footer),
            Region::Footer => (len - 8 - footer, len - 8),
            Region::End => (len - 8, len),
        }
    };
    if to > from {
        let bit = dice.below((to - from) as u64 * 8);
        bytes[from + usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
    }
    overwrite(path, &bytes, dice);
}
