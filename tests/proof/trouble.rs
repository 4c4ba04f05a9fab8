//! A store in trouble is survived, or named: never is anything wrong counted or published.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

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
    Trouble { name: "3 s latency", fault: |_, _| Fault::Delay(Duration::from_secs(3), When::After) },
    Trouble { name: "1 kB/s", fault: |_, _| Fault::Slow { bytes_per_second: 1000 } },
    Trouble { name: "truncated body", fault: |dice, _| Fault::Truncate { keep: dice.below(300) } },
    Trouble { name: "length too small", fault: |dice, _| Fault::Length(-1 - dice.less(200)) },
    Trouble { name: "length too large", fault: |dice, _| Fault::Length(1 + dice.less(200)) },
    Trouble { name: "200 with an error body", fault: |_, _| Fault::ErrorBody },
    Trouble { name: "ETag changed mid-read", fault: etag_changed },
    Trouble { name: STALE, fault: |dice, _| Fault::StaleList { changes: 1 + dice.below(6) } },
];

/// The one that no client can notice: the listing is right, only old.
const STALE: &str = "stale listing";

/// A way to go wrong.
#[derive(Clone, Copy)]
pub struct Trouble {
    pub name: &'static str,
    fault: fn(&mut Dice, &Request) -> Fault,
}

/// The body breaks off, and what should go on where it was is another object.
fn etag_changed(dice: &mut Dice, request: &Request) -> Fault {
    if request.kind == Kind::Get && request.header("range").is_none() && dice.below(2) == 0 {
        return Fault::Truncate { keep: dice.below(300) };
    }
    Fault::OtherEtag
}

/// Reproducible chance.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for _ in 0..8 {
            dice.below(1);
        }
        dice
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % end as u64).unwrap()
    }

    fn less(&mut self, end: usize) -> i64 {
        i64::try_from(self.below(end)).unwrap()
    }
}

impl Trouble {
    /// So many percent of all requests from now on meet it. Slow ones are few: each costs its seconds.
    pub fn meet(self, stub: &Stub, percent: usize, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut slow = 0;
        let surely = 1 + dice.below(30);
        stub.on(move |number, request| {
            if dice.below(100) >= percent && number != surely {
                return Fault::Pass;
            }
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
type Objects = BTreeMap<String, Bytes>;

fn objects(workspace: &Workspace, stub: &Stub) -> Objects {
    let mut objects = workspace.archive(Some(stub));
    objects.retain(|key, _| !key.starts_with("_runs/") && !key.starts_with("_attempts/"));
    objects
}

/// What people and notebooks see: the current tables.
fn tables(objects: &Objects) -> Objects {
    objects
        .iter()
        .filter(|(key, _)| !key.starts_with('_'))
        .map(|(key, bytes)| (key.clone(), bytes.clone()))
        .collect()
}

/// Exit codes and archive of two nights that nothing troubled.
struct Calm {
    codes: [Option<i32>; 2],
    archive: Objects,
}

fn calm() -> Calm {
    let stub = Stub::start();
    let workspace = Workspace::on_stub(&stub);
    deliver_first(&workspace, Some(&stub));
    let first = workspace.night(FIRST).code;
    deliver_second(&workspace, Some(&stub));
    let second = workspace.night(SECOND).code;
    Calm { codes: [first, second], archive: objects(&workspace, &stub) }
}

/// A workspace whose program gives up on silence sooner than people would.
pub fn impatient(stub: &Stub) -> Workspace {
    let workspace = Workspace::on_stub(stub);
    workspace.env("AWS_READ_TIMEOUT", "4s");
    workspace
}

/// Whether both nights came out as if nothing had been, and if not, in which way.
fn survives(
    calm: &Calm,
    trouble: Trouble,
    percent: usize,
    seed: u64,
    plant: fn(&Stub),
) -> Result<Figures, String> {
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
        figures.mended = true;
        let (found, expected) = (tables(&objects(&workspace, &stub)), tables(&calm.archive));
        return match done.code == calm.codes[1] && same_numbers(&found, &expected) {
            true => Ok(figures),
            false => {
                Err(format!("{:?}\n{}{}\n{}", done.code, done.stdout, done.stderr, difference(&found, &expected)))
            }
        };
    }
    let found = objects(&workspace, &stub);
    if found == calm.archive { Ok(figures) } else { Err(difference(&found, &calm.archive)) }
}

/// The same tables; a day that was published more often differs in its `revision` only, which is in the bytes.
fn same_numbers(found: &Objects, expected: &Objects) -> bool {
    found.keys().eq(expected.keys())
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
    mended: bool,
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
            let seed = 100 * percent as u64 + number;
            jobs.extend((0..seeds()).map(|more| (trouble, percent, 10_000 * more + seed)));
        }
    }
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
                println!("{name}: {troubled} of {requests} requests, {seconds} s")
            }
            Err(why) => failures.push(format!("{name}: {why}")),
        }
    }
    println!("{} pairs of nights in {} s", jobs.len(), started.elapsed().as_secs());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
