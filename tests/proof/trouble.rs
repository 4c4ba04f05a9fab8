//! A store in trouble is survived, or named: never is anything wrong counted or published.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;

use crate::chance::Chance;
use crate::night::{FIRST, SECOND, deliver_first, deliver_second};
use crate::stub::{Fault, Kind, Request, Stub, When};
use crate::worker::Workspace;

/// What may go wrong, by name.
pub const TROUBLES: [Trouble; 15] = [
    Trouble { name: "500", fault: |_, _| Fault::Status(500, When::Before) },
    Trouble { name: "500 after it was done", fault: |_, _| Fault::Status(500, When::After) },
    Trouble { name: "503", fault: |_, _| Fault::Status(503, When::Before) },
    Trouble { name: "429", fault: |_, _| Fault::Status(429, When::Before) },
    Trouble { name: "connection reset", fault: |_, _| Fault::Reset(When::Before) },
    Trouble { name: "connection reset after it was done", fault: |_, _| Fault::Reset(When::After) },
    Trouble { name: "connection closed", fault: |_, _| Fault::Drop(When::Before) },
    Trouble { name: LATE, fault: |_, _| Fault::Delay(Duration::from_secs(3), When::After) },
    Trouble { name: SLOW, fault: |_, _| Fault::Slow { bytes_per_second: 1000 } },
    Trouble { name: "truncated body", fault: |dice, _| Fault::Truncate { keep: some(dice, 300) } },
    Trouble { name: "length too small", fault: |dice, _| Fault::Length(-1 - less(dice, 200)) },
    Trouble { name: "length too large", fault: |dice, _| Fault::Length(1 + less(dice, 200)) },
    Trouble { name: "200 with an error body", fault: |_, _| Fault::ErrorBody },
    Trouble { name: "ETag changed mid-read", fault: etag_changed },
    Trouble { name: STALE, fault: |dice, _| Fault::StaleList { changes: 1 + some(dice, 6) } },
];

/// The one that no client can notice: the listing is right, only old.
pub const STALE: &str = "stale listing";

/// The one that some exports survive at any rate: the small ones.
pub const SLOW: &str = "1 kB/s";

/// The one that every request survives.
pub const LATE: &str = "3 s latency";

/// One request of ten tries is given up; this often on end is bad enough.
const MOST_ON_END: u32 = 7;

/// A way to go wrong.
#[derive(Clone, Copy)]
pub struct Trouble {
    pub name: &'static str,
    pub fault: fn(&mut Chance, &Request) -> Fault,
}

/// The body breaks off, and what should go on where it was is another object.
fn etag_changed(dice: &mut Chance, request: &Request) -> Fault {
    if request.kind == Kind::Get && request.header("range").is_none() && dice.below(2) == 0 {
        return Fault::Truncate { keep: some(dice, 300) };
    }
    Fault::OtherEtag
}

fn some(dice: &mut Chance, below: u64) -> usize {
    usize::try_from(dice.below(below)).unwrap()
}

fn less(dice: &mut Chance, below: u64) -> i64 {
    i64::try_from(dice.below(below)).unwrap()
}

impl Trouble {
    /// So many percent of all requests from now on meet it. Slow ones are few: each costs its seconds. Below 100 % none
    /// meets it so often on end that it is given up: which request meets what follows the order in which they come, and
    /// that chance would make one test in fifteen red.
    pub fn meet(self, stub: &Stub, percent: u64, seed: u64) {
        let mut dice = Chance(seed);
        let mut slow = 0;
        let surely = 1 + some(&mut dice, 30);
        let mut on_end: BTreeMap<(Kind, String), u32> = BTreeMap::new();
        stub.on(move |number, request| {
            let met = on_end.entry((request.kind, request.key.clone())).or_default();
            let is_spared = percent < 100 && *met == MOST_ON_END;
            if is_spared || (dice.below(100) >= percent && number != surely) {
                *met = 0;
                return Fault::Pass;
            }
            *met += 1;
            let fault = (self.fault)(&mut dice, request);
            if matches!(fault, Fault::Delay(..)) {
                slow += 1;
                return if slow > 4 { Fault::Pass } else { fault };
            }
            fault
        });
    }
}

/// An archive, by key, without the records of runs.
pub type Objects = BTreeMap<String, Bytes>;

pub fn objects(workspace: &Workspace, stub: &Stub) -> Objects {
    let mut objects = workspace.archive(Some(stub));
    objects.retain(|key, _| !key.starts_with("_runs/") && !key.starts_with("_attempts/"));
    objects
}

/// What the newest receipt of each unit records: where the numbers come from, and what they add up to.
fn recorded(objects: &Objects) -> BTreeMap<String, String> {
    let mut newest = BTreeMap::new();
    for (key, bytes) in objects.iter().filter(|(key, _)| key.starts_with("_receipts/")) {
        let receipt: Value = serde_json::from_slice(bytes).unwrap();
        let content = &receipt["content"];
        let rows: Vec<_> = content["tables"].as_array().unwrap().iter().map(|table| &table["rows"]).collect();
        let says = format!("{} {} {} {rows:?}", content["state"], content["exports"], content["totals"]);
        newest.insert(key.rsplit_once('/').unwrap().0.to_owned(), says);
    }
    newest
}

/// Exit codes and archives of two nights that nothing troubled.
pub struct Calm {
    pub codes: [Option<i32>; 2],
    pub first: Objects,
    archive: Objects,
}

pub fn calm() -> Calm {
    let stub = Stub::start();
    let workspace = Workspace::on_stub(&stub);
    deliver_first(&workspace, Some(&stub));
    let code = workspace.night(FIRST).code;
    let first = objects(&workspace, &stub);
    deliver_second(&workspace, Some(&stub));
    let codes = [code, workspace.night(SECOND).code];
    Calm { codes, first, archive: objects(&workspace, &stub) }
}

/// A workspace whose program gives up on silence sooner than people would.
pub fn impatient(stub: &Stub) -> Workspace {
    let workspace = Workspace::on_stub(stub);
    workspace.env("AWS_READ_TIMEOUT", "4s");
    workspace
}

/// Whether both nights came out as if nothing had been, and if not, in which way.
fn survives(calm: &Calm, trouble: Trouble, percent: u64, seed: u64, plant: fn(&Stub)) -> Result<Figures, String> {
    let stub = Stub::start();
    let workspace = impatient(&stub);
    let mut figures = Figures::default();
    for (night, at) in [FIRST, SECOND].into_iter().enumerate() {
        if night == 0 {
            deliver_first(&workspace, Some(&stub));
        } else {
            deliver_second(&workspace, Some(&stub));
        }
        plant(&stub);
        trouble.meet(&stub, percent, seed + night as u64);
        let done = workspace.night(at);
        figures.add(&stub);
        let may_wait = trouble.name == STALE && matches!(done.code, Some(0 | 4));
        if done.code != calm.codes[night] && !may_wait {
            return Err(format!("night {night} ended with {:?}\n{}{}", done.code, done.stdout, done.stderr));
        }
        stub.calm();
    }
    if trouble.name == STALE {
        // What an old listing hid is there for the next run.
        let done = workspace.night(SECOND);
        let found = recorded(&objects(&workspace, &stub));
        let expected = recorded(&calm.archive);
        return if done.code == calm.codes[1] && found == expected {
            Ok(figures)
        } else {
            Err(format!("{:?}\n{}{}\n{found:#?}", done.code, done.stdout, done.stderr))
        };
    }
    let found = objects(&workspace, &stub);
    if found == calm.archive { Ok(figures) } else { Err(difference(&found, &calm.archive)) }
}

fn difference(found: &Objects, expected: &Objects) -> String {
    let missing = expected.keys().filter(|key| !found.contains_key(*key)).map(|key| format!("missing {key}"));
    let added = found.keys().filter(|key| !expected.contains_key(*key)).map(|key| format!("added {key}"));
    let changed = found.iter().filter(|(key, bytes)| expected.get(*key).is_some_and(|other| other != *bytes));
    let changed = changed.map(|(key, _)| format!("changed {key}"));
    missing.chain(added).chain(changed).collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Figures {
    requests: usize,
    troubled: usize,
}

impl Figures {
    fn add(&mut self, stub: &Stub) {
        let log = stub.log();
        self.requests += log.len();
        self.troubled += log.iter().filter(|logged| logged.fault != Fault::Pass).count();
    }
}

/// Works off jobs on some threads: they mostly wait.
pub fn at_once<J: Send + Sync, T: Send>(jobs: &[J], work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some((number, job)) =
                    Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|number| Some((number, jobs.get(number)?)))
                {
                    let result = work(job);
                    done.lock().unwrap().push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

fn seeds() -> u64 {
    if std::env::var_os("COVERLEDGER_LONG").is_some() { 20 } else { 1 }
}

#[test]
fn up_to_every_third_request_in_trouble_leaves_the_same_archive() {
    let calm = calm();
    let mut jobs = Vec::new();
    for percent in [1, 10, 35] {
        for (number, trouble) in (0..).zip(TROUBLES) {
            let seed = 100 * percent + number;
            jobs.extend((0..seeds()).map(|more| (trouble, percent, 10_000 * more + seed)));
        }
    }
    jobs.extend(TROUBLES.into_iter().filter(|trouble| trouble.name == STALE).map(|stale| (stale, 100, 1)));
    let started = Instant::now();
    let results = at_once(&jobs, |(trouble, percent, seed)| {
        let started = Instant::now();
        (survives(&calm, *trouble, *percent, *seed, |_| {}), started.elapsed().as_secs())
    });
    let mut failures = Vec::new();
    for ((trouble, percent, seed), (result, seconds)) in jobs.iter().zip(results) {
        let name = format!("{} at {percent} %, seed {seed}", trouble.name);
        match result {
            Ok(Figures { requests, troubled, .. }) => {
                println!("{name}: {troubled} of {requests} requests, {seconds} s");
            }
            Err(why) => failures.push(format!("{name}: {why}")),
        }
    }
    println!("{} pairs of nights in {} s", jobs.len(), started.elapsed().as_secs());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The bug that is planted: what is delivered is cut short, and the store tells the same lie everywhere.
#[test]
fn a_wrong_byte_that_gets_through_is_noticed() {
    let cut = |stub: &Stub| {
        let mut bucket = stub.bucket();
        let export = bucket.get("exports/shop/2026-11-20/a.csv").unwrap().bytes.clone();
        bucket.put("exports/shop/2026-11-20/a.csv", export.slice(..export.len() - 60));
    };
    assert!(survives(&calm(), TROUBLES[2], 10, 1, cut).is_err());
}
