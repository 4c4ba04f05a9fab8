//! One case under watch: no panic of ours, no more memory than a bound, and the same answer twice.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use super::case::Case;
use super::target::Bench;

/// How much more memory than before a case may have at once, whatever is in its at most 64 KiB. Reading has windows of 2 MiB
/// a thread, an expansion up to 64 MiB is no bomb yet, and what `inspect` has seen of a table is kept.
pub const MOST_MEMORY: u64 = 192 << 20;

/// Where the first panic since a case began was, and what it said.
static PANIC: Mutex<Option<(String, String)>> = Mutex::new(None);

/// What a case came to.
#[derive(Debug)]
pub struct Seen {
    /// The kind of the answer: what stays of its words without numbers and names.
    pub kind: u64,
    /// Why it is a finding.
    pub fault: Option<String>,
    /// Panics of others' decoders that reading caught, and refused the file for.
    pub contained: Option<String>,
    pub memory_bytes: u64,
}

/// Notes panics instead of printing them.
pub fn listen() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("no reason").to_owned();
        PANIC.lock().unwrap().get_or_insert((place, why));
    }));
}

/// Answers a case twice.
pub fn seen(bench: &Bench, case: &Case) -> Seen {
    watched(case, &|case| bench.answer(case))
}

fn watched(case: &Case, answer: &dyn Fn(&Case) -> String) -> Seen {
    *PANIC.lock().unwrap() = None;
    let before = Peak::from_here();
    let first = catch_unwind(AssertUnwindSafe(|| answer(case)));
    let memory_bytes = before.since();
    let panic = PANIC.lock().unwrap().take();
    let told = |(place, why): &(String, String)| format!("panicked at {place}: {why}");
    // A path without the registry's folder is one of ours.
    let is_ours = |place: &str| !place.contains("/registry/src/") && !place.starts_with("/rustc/");
    let (fault, contained) = match (&first, &panic) {
        (Err(_), panic) => (Some(panic.as_ref().map_or_else(|| "panicked".to_owned(), told)), None),
        (Ok(_), Some(panic)) if is_ours(&panic.0) => (Some(told(panic)), None),
        (Ok(_), panic) => (None, panic.as_ref().map(told)),
    };
    let fault = fault.or_else(|| {
        (memory_bytes > MOST_MEMORY + 64 * case.bytes.len() as u64)
            .then(|| format!("took {} MiB for {} bytes", memory_bytes >> 20, case.bytes.len()))
    });
    let fault = fault.or_else(|| {
        let second = catch_unwind(AssertUnwindSafe(|| answer(case)));
        (first.as_ref().ok() != second.as_ref().ok()).then(|| "gives another answer the second time".to_owned())
    });
    *PANIC.lock().unwrap() = None;
    let words = first.unwrap_or_default();
    let words: String =
        words.chars().take(4000).filter(|c| c.is_ascii_alphabetic() || c.is_ascii_punctuation()).collect();
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    Seen { kind: hasher.finish(), fault, contained, memory_bytes }
}

/// The most memory that the process has had since a moment. Where the machine does not tell, it is 0.
struct Peak {
    resident_kb: u64,
}

impl Peak {
    fn from_here() -> Self {
        // Linux sets the peak to what it is now.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self { resident_kb: of_process("VmRSS:").unwrap_or(0) }
    }

    fn since(&self) -> u64 {
        of_process("VmHWM:").unwrap_or(0).saturating_sub(self.resident_kb) << 10
    }
}

/// In KiB.
fn of_process(what: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Readers with a bug each, and how the guard calls it. `None`: a sound one.
#[test]
#[ignore = "run by a_planted_bug_is_found, in a process of its own: it takes over what is said of panics"]
fn planted() {
    type Bug<'a> = (&'a dyn Fn(&Case) -> String, Option<&'a str>);
    listen();
    let times = std::cell::Cell::new(0);
    let bugs: [Bug<'_>; 5] = [
        (&|case| format!("{:?}", case.bytes), None),
        (&|case| case.bytes[7].to_string(), Some("panicked at tests/it/fuzz/guard.rs")),
        (
            &|_| catch_unwind(|| panic!("it is caught")).map_or("refused".to_owned(), |()| String::new()),
            Some("it is caught"),
        ),
        // An optimized build would leave out what nobody looks at.
        (&|_| black_box(vec![1_u8; 330 << 20]).len().to_string(), Some("took 3")),
        (&|_| times.replace(times.get() + 1).to_string(), Some("gives another answer")),
    ];
    let case = Case { by: String::new(), bytes: vec![1, 2, 3] };
    for (number, (answer, expected)) in bugs.into_iter().enumerate() {
        let fault = watched(&case, answer).fault;
        let is_right = match (&fault, expected) {
            (None, None) => true,
            (Some(fault), Some(expected)) => fault.contains(expected),
            _ => false,
        };
        println!("\nbug {number}: {} {fault:?}", if is_right { "right" } else { "WRONG" });
    }
}

#[test]
fn a_planted_bug_is_found() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fuzz::guard::planted", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(said.matches(": right").count() == 5 && !said.contains("WRONG"), "{said}");
}
