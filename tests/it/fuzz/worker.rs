//! The child that answers cases: what aborts it, or takes all its memory, costs it and not the tests.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::case::{self, Case};
use super::dice::Dice;
use super::guard::{self, Seen};
use super::mutate::shrunk;
use super::parts::damaged;
use super::target::{Bench, Target};

/// A case that takes longer of a processor for its two answers hangs.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 300 } else { 10 });
/// Cases of kinds that were not seen before are damaged further; so many of them.
const MOST_KINDS: usize = 400;

/// What a child is told to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub target: usize,
    pub seed: u64,
    /// The first case; seeds come before all others.
    pub from: u64,
    /// So many cases besides the seeds.
    pub until: u64,
    /// Or after so many seconds.
    pub seconds: u64,
    /// Where the case that it is at is written.
    pub desk: PathBuf,
    /// Where cases of new kinds are kept, for another time.
    pub grown: Option<PathBuf>,
    /// Only this case.
    pub only: Option<PathBuf>,
    /// Only the files of this folder as they are, read by this export.
    pub suite: Option<(PathBuf, String)>,
    /// Where findings are written.
    pub findings: PathBuf,
}

/// A line that a child says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Line {
    /// It is at a case, and whether that is one of the seeds as they are.
    At { at: u64, is_seed: bool },
    /// A case is a finding; it lies there.
    Found { case: PathBuf, fault: String },
    /// A decoder of others panicked, and the file was refused.
    Contained { fault: String },
    /// It is done.
    Done { cases: u64, kinds: usize, memory_bytes: u64, slowest: Slowest },
}

/// The case that took most of a processor for its two answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slowest {
    pub hundredths: u64,
    pub at: u64,
}

fn say(line: &Line) {
    let text = format!("\n{MARK}{}\n", serde_json::to_string(line).unwrap());
    std::io::stdout().write_all(text.as_bytes()).unwrap();
}

/// What the lines of a child begin with.
pub const MARK: &str = "FUZZ ";

pub fn work(order: &Order) {
    let target = Target::ALL[order.target];
    guard::listen();
    let bench = Bench::of(target);
    if let Some(only) = &order.only {
        let seen = guard::seen(&bench, &case::case(only));
        if let Some(fault) = seen.fault {
            say(&Line::Found { case: only.clone(), fault });
        }
        let memory_bytes = seen.memory_bytes;
        return say(&Line::Done { cases: 1, kinds: 1, memory_bytes, slowest: Slowest::default() });
    }
    let beats = Arc::new(AtomicU64::new(0));
    watch(&beats);
    let mut shift = Shift {
        bench,
        desk: &order.desk,
        findings: &order.findings,
        seed: order.seed,
        beats,
        kinds: BTreeSet::new(),
        memory_bytes: 0,
        slowest: Slowest::default(),
    };
    let mut pool = match &order.suite {
        Some((folder, by)) => case::suite(folder, by),
        None => shift.bench.seeds(),
    };
    pool.extend(order.grown.iter().flat_map(|folder| case::cases(folder)));
    assert!(!pool.is_empty(), "{} has no seeds", target.name());
    let (begun, seeds) = (Instant::now(), pool.len());
    let mut at = order.from;
    // Seeds come first, as they are.
    while at < order.until.saturating_add(seeds as u64) && begun.elapsed().as_secs() < order.seconds {
        let seed = usize::try_from(at).ok().and_then(|at| pool.get(at)).filter(|_| at < seeds as u64).cloned();
        say(&Line::At { at, is_seed: seed.is_some() });
        if let Some(seed) = seed {
            shift.look(&seed, at, true);
            at += 1;
            continue;
        }
        let mut dice = Dice::of(order.seed ^ (at << 8) ^ order.target as u64);
        let from = pool[dice.below(pool.len())].clone();
        let others: Vec<&[u8]> =
            pool.iter().filter(|other| other.by == from.by).map(|other| other.bytes.as_slice()).collect();
        let bytes = damaged(target.packing(), &from.bytes, &others, &mut dice);
        let case = Case { by: from.by, bytes };
        let is_new = shift.look(&case, at, false);
        if is_new && pool.len() < seeds + MOST_KINDS {
            if let Some(folder) = &order.grown {
                case::keep(folder, &format!("{:016x}", order.seed ^ at), &case);
            }
            pool.push(case);
        }
        at += 1;
    }
    let Shift { kinds, memory_bytes, slowest, .. } = shift;
    say(&Line::Done { cases: at - order.from, kinds: kinds.len(), memory_bytes, slowest });
}

struct Shift<'o> {
    bench: Bench,
    desk: &'o Path,
    findings: &'o Path,
    seed: u64,
    beats: Arc<AtomicU64>,
    kinds: BTreeSet<u64>,
    memory_bytes: u64,
    slowest: Slowest,
}

impl Shift<'_> {
    /// Whether the answer is of a kind that was not seen before.
    fn look(&mut self, case: &Case, at: u64, is_seed: bool) -> bool {
        case::keep(&self.desk.join("at"), "now", case);
        let before = processor_hundredths();
        let Seen { kind, fault, contained, memory_bytes } = guard::seen(&self.bench, case);
        let hundredths = processor_hundredths().saturating_sub(before);
        self.slowest = std::mem::take(&mut self.slowest).max(Slowest { hundredths, at });
        std::fs::remove_file(self.desk.join("at").join(format!("{}~now", case.by))).unwrap();
        self.beats.fetch_add(1, Ordering::Relaxed);
        self.memory_bytes = self.memory_bytes.max(memory_bytes);
        if let Some(fault) = contained {
            say(&Line::Contained { fault });
        }
        if let Some(fault) = fault.as_ref().filter(|_| is_seed) {
            // It lies in the corpus already.
            say(&Line::Found {
                case: PathBuf::from(format!("seed {at}, read by `{}`", case.by)),
                fault: fault.clone(),
            });
        } else if let Some(fault) = fault {
            let place = |fault: &str| fault.chars().take_while(|c| !c.is_ascii_digit()).collect::<String>();
            let fails = |bytes: &[u8]| {
                self.beats.fetch_add(1, Ordering::Relaxed);
                let case = Case { by: case.by.clone(), bytes: bytes.to_vec() };
                guard::seen(&self.bench, &case).fault.is_some_and(|other| place(&other) == place(&fault))
            };
            let small = Case { by: case.by.clone(), bytes: shrunk(&case.bytes, 400, fails) };
            let name = format!("found_{}_{at}", self.seed);
            let found = case::keep(self.findings, &name, &small);
            say(&Line::Found { case: found, fault });
            return false;
        }
        self.kinds.insert(kind)
    }
}

/// Ends the process if a case takes too long, by the processor's time: others may be busy on the machine.
fn watch(beats: &Arc<AtomicU64>) {
    let beats = Arc::clone(beats);
    std::thread::spawn(move || {
        let (mut last, mut since, mut began) = (u64::MAX, 0, Instant::now());
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let (now, spent) = (beats.load(Ordering::Relaxed), processor_hundredths());
            if now != last {
                (last, since, began) = (now, spent, Instant::now());
            }
            let spent = spent.saturating_sub(since);
            if spent > 100 * PATIENCE.as_secs() || began.elapsed() > PATIENCE * 10 {
                std::process::exit(86);
            }
        }
    });
}

/// What this process has had of processors in hundredths of seconds, 0 where the machine does not tell.
fn processor_hundredths() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything but a `)` after its last: the 12th and 13th are hundredths of seconds.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}
