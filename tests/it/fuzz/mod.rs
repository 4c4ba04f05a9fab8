//! Fuzzing: damaged inputs for each reader, the mapper, `inspect`, configuration, what the archive keeps for itself, and keys.
//!
//! For every case: no panic, no abort, no hang, no more memory than a bound, every record accounted for, nothing in a report
//! or a draft that steers a terminal, and the same answer twice. Cases are seeds (`tests/corpus`, real files, the shipped
//! configuration) that were damaged in a few places; what is packed is damaged within its packing. A case whose answer is of a
//! new kind is damaged further. Children answer them, with little memory, so that an abort is a finding and not the end.
//!
//! The bounded round draws the cases of one seed (`PROPTEST_RNG_SEED`), the same on every machine. The long one,
//! `tests/run.sh fuzz`, takes `COVERLEDGER_FUZZ_SECONDS` (an hour) and a random seed, and goes on from what it has
//! learned the time before. A finding is made small and written to `tests/corpus`, by its seed and number; from then on
//! every round begins with it.

mod case;
mod dice;
mod guard;
mod mutate;
mod parts;
mod round;
mod target;
mod worker;

use std::path::PathBuf;

use round::{Length, ORDER, round, suite};
use target::Target;

/// Cases of a share in the bounded round; an unoptimized build takes ten times as long for one.
const CASES: u64 = if cfg!(debug_assertions) { 10 } else { 100 };

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The child of a round.
#[test]
#[ignore = "run by the rounds, in a process of its own"]
fn worker() {
    if let Ok(order) = std::env::var(ORDER) {
        worker::work(&serde_json::from_str(&order).unwrap());
    }
}

#[test]
fn a_bounded_round_finds_nothing() {
    let seed = number("PROPTEST_RNG_SEED").unwrap_or(1);
    let length = Length { cases: CASES, seconds: u64::MAX, grown: None };
    let account = round(&Target::ALL, seed, &length);
    println!("{}", account.told.join("\n"));
    assert!(
        account.findings.is_empty(),
        "seed {seed}:\n{}\n{}",
        account.findings.join("\n"),
        account.told.join("\n")
    );
}

/// The public suites of broken files, as they are.
#[test]
fn public_suites_are_borne_by_reading_and_by_inspect() {
    let suites = [
        ("jsontestsuite/test_parsing", Target::Json, "shopee_live.sessions"),
        ("jsontestsuite/test_parsing", Target::Ndjson, "feed.impressions"),
        ("jsontestsuite/test_transform", Target::Json, "shopee_live.sessions"),
        ("csv-spectrum/csvs", Target::Csv, "shop.events"),
        ("csv-spectrum/json", Target::Json, "shopee_live.sessions"),
        ("parquet-testing/bad_data", Target::Parquet, "app_feed.impressions"),
        ("arrow-testing/data/parquet", Target::Parquet, "app_feed.impressions"),
        ("arrow-testing/data/parquet/fuzzing", Target::Parquet, "app_feed.impressions"),
        ("arrow-testing/data/parquet/encoding-fuzzing", Target::Parquet, "app_feed.impressions"),
        ("arrow-testing/data/parquet/generated_simple_numerics", Target::Parquet, "app_feed.impressions"),
    ];
    let mut findings = Vec::new();
    for (folder, target, by) in suites {
        let Some(folder) = crate::data::folder(&format!("badinput/{folder}")) else { continue };
        let (found, told) = suite(target, &folder, by);
        println!("{}: {told}", folder.display());
        findings.extend(found);
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// `COVERLEDGER_FUZZ_TARGETS` names some of them, with commas between.
#[test]
#[ignore = "takes an hour: tests/run.sh fuzz"]
fn a_long_round_finds_nothing() {
    let seconds = number("COVERLEDGER_FUZZ_SECONDS").unwrap_or(3600);
    let seed = number("COVERLEDGER_FUZZ_SEED")
        .unwrap_or_else(|| std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_secs()));
    let chosen = std::env::var("COVERLEDGER_FUZZ_TARGETS").unwrap_or_default();
    let mut targets = Target::ALL.to_vec();
    targets.retain(|target| chosen.is_empty() || chosen.split(',').any(|name| name == target.name()));
    assert!(!targets.is_empty(), "no target is `{chosen}`");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let turns = targets.len().div_ceil(threads) as u64;
    // Beside the build, where the next long round finds it.
    let grown = std::env::var("COVERLEDGER_FUZZ_GROWN")
        .map_or_else(|_| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz"), PathBuf::from);
    let length = Length { cases: u64::MAX, seconds: (seconds / turns).max(1), grown: Some(grown) };
    let account = round(&targets, seed, &length);
    println!("seed {seed}\n{}", account.told.join("\n"));
    assert!(account.findings.is_empty(), "seed {seed}:\n{}", account.findings.join("\n"));
}
