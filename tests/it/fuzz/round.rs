//! Children for each target, and what they found.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{self, Case};
use super::mutate::shrunk;
use super::target::Target;
use super::worker::{Line, MARK, Order, Slowest};

/// Says to a child what to do.
pub const ORDER: &str = "COVERLEDGER_TEST_FUZZ_ORDER";
/// What a child may have of addresses, in KiB: what takes all memory ends it.
const ADDRESSES_KB: u32 = 3_000_000;
/// A target that kills so many children is given up for this round.
const MOST_DEATHS: usize = 12;

/// How long a round is, for each target.
#[derive(Debug, Clone)]
pub struct Length {
    /// Cases of a share; see [`Target::share`].
    pub cases: u64,
    pub seconds: u64,
    /// Where cases of new kinds are kept.
    pub grown: Option<PathBuf>,
}

/// What a round came to.
#[derive(Debug, Default)]
pub struct Account {
    pub findings: Vec<String>,
    /// A line for each target.
    pub told: Vec<String>,
}

/// Each target once, as many at a time as the machine has processors.
pub fn round(targets: &[Target], seed: u64, length: &Length) -> Account {
    let account = Mutex::new(Account::default());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (findings, told) = of_target(*target, seed, length);
                    let mut account = account.lock().unwrap();
                    account.findings.extend(findings);
                    account.told.push(told);
                }
            });
        }
    });
    account.into_inner().unwrap()
}

/// The files of a suite as they are, read by this export and looked at.
pub fn suite(target: Target, folder: &Path, by: &str) -> (Vec<String>, String) {
    let desk = tempfile::tempdir().unwrap();
    let suite = Some((folder.to_owned(), by.to_owned()));
    let findings = desk.path().join("findings");
    worked(
        target,
        Order {
            suite,
            findings,
            ..order(target, 0, &Length { cases: 0, seconds: u64::MAX, grown: None }, desk.path())
        },
    )
}

fn of_target(target: Target, seed: u64, length: &Length) -> (Vec<String>, String) {
    let desk = tempfile::tempdir().unwrap();
    worked(target, order(target, seed, length, desk.path()))
}

fn order(target: Target, seed: u64, length: &Length, desk: &Path) -> Order {
    Order {
        target: Target::ALL.iter().position(|other| *other == target).unwrap(),
        seed,
        from: 0,
        until: length.cases.saturating_mul(target.share() as u64),
        seconds: length.seconds,
        desk: desk.to_owned(),
        grown: length.grown.as_ref().map(|folder| folder.join(target.name())),
        only: None,
        suite: None,
        findings: case::corpus().join(target.name()),
    }
}

/// A child after the other, until one comes to the end.
fn worked(target: Target, mut order: Order) -> (Vec<String>, String) {
    let seconds = order.seconds;
    let begun = std::time::Instant::now();
    let (mut findings, mut contained, mut cases, mut kinds, mut memory, mut deaths) =
        (Vec::new(), Vec::new(), 0, 0, 0, 0);
    let mut slowest = Slowest::default();
    loop {
        let (lines, status) = child(&order);
        let (mut at, mut is_seed) = (order.from, false);
        let mut is_done = false;
        for line in lines {
            match line {
                Line::At { at: number, is_seed: of_seeds } => (at, is_seed) = (number, of_seeds),
                Line::Found { case, fault } => findings.push(format!("{}: {fault}", case.display())),
                Line::Contained { fault } => contained.push(fault),
                Line::Done { cases: done, kinds: seen, memory_bytes, slowest: slow } => {
                    is_done = true;
                    slowest = std::mem::take(&mut slowest).max(slow);
                    (cases, kinds, memory) = (cases + done, kinds.max(seen), memory.max(memory_bytes));
                }
            }
        }
        if is_done {
            break;
        }
        deaths += 1;
        cases += at - order.from;
        findings.push(dead(target, &order, at, is_seed, &status));
        (order.from, order.seconds) = (at + 1, seconds.saturating_sub(begun.elapsed().as_secs()));
        if deaths == MOST_DEATHS {
            break;
        }
    }
    contained.sort();
    contained.dedup();
    let told = format!(
        "{}: {cases} cases, {kinds} kinds of answers, at most {} MiB and {} ms (case {}), {} findings, \
         {} panics of decoders contained, {} s{}",
        target.name(),
        memory >> 20,
        slowest.hundredths * 10,
        slowest.at,
        findings.len(),
        contained.len(),
        begun.elapsed().as_secs(),
        contained.iter().map(|fault| format!("\n    {fault}")).collect::<String>()
    );
    (findings, told)
}

/// The case at which a child died, made small as far as other children bear it.
fn dead(target: Target, order: &Order, at: u64, is_seed: bool, status: &str) -> String {
    let Some(now) = case::cases(&order.desk.join("at")).pop() else {
        return format!("{}: a child died before its first case ({status})", target.name());
    };
    let hangs = status.contains("86");
    let what = if hangs { "hangs" } else { "ends the process" };
    if is_seed {
        std::fs::remove_dir_all(order.desk.join("at")).unwrap();
        return format!("{}: seed {at}, read by `{}`, {what} ({status})", target.name(), now.by);
    }
    let tries = if hangs { 0 } else { 60 };
    let small = shrunk(&now.bytes, tries, |bytes| {
        let folder = order.desk.join("only");
        let case = Case { by: now.by.clone(), bytes: bytes.to_vec() };
        let only = Some(case::keep(&folder, "case", &case));
        let (lines, _) = child(&Order { only, ..order.clone() });
        !lines.iter().any(|line| matches!(line, Line::Done { .. }))
    });
    std::fs::remove_dir_all(order.desk.join("at")).unwrap();
    let small = Case { by: now.by, bytes: small };
    let kept = case::keep(&order.findings, &format!("found_{}_{at}", order.seed), &small);
    format!("{}: {what} ({status})", kept.display())
}

/// What a child says until it is done, or until it dies of something.
fn child(order: &Order) -> (Vec<Line>, String) {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -c 0; ulimit -v {ADDRESSES_KB}; exec \"$0\" --exact fuzz::worker --ignored --nocapture"
        ))
        .arg(std::env::current_exe().unwrap())
        .env(ORDER, serde_json::to_string(order).unwrap())
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    let output = BufReader::new(child.stdout.take().unwrap());
    for line in output.split(b'\n').map(Result::unwrap) {
        let line = String::from_utf8_lossy(&line).into_owned();
        let Some(line) = line.strip_prefix(MARK).and_then(|line| serde_json::from_str(line).ok()) else {
            continue;
        };
        // Of where it is only the last counts.
        if matches!((&line, lines.last()), (Line::At { .. }, Some(Line::At { .. }))) {
            lines.pop();
        }
        lines.push(line);
    }
    (lines, child.wait().unwrap().to_string())
}
