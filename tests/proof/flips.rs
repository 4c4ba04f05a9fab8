//! A bit that flips on the way never becomes another number under the same recorded inputs.
//!
//! Every market-day of a year stands on one small export, and in each of them another bit is flipped.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::chance::Chance;
use crate::stub::{Fault, Kind, Stub, hex};
use crate::trouble::at_once;
use crate::worker::Workspace;

const PLATFORM: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: events
    rows: events
    path: "flip/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: t
      event: {column: e, values: {show: impression, tap: click}}
      market: {column: m, otherwise: reject}
      broadcast_id: r
      cover_id: c
"#;

/// A market-day here is an export's day.
const MARKETS: &str = "version: 1
slots: {day_parts: {night: \"00:00\", day: \"06:00\"}}
markets: {GB: {timezone: UTC, slots: day_parts}, US: {timezone: UTC, slots: day_parts}}
";

/// Days.
const YEAR: usize = 200;
const FIRST_DAY: Date = date(2026, 1, 1);

/// A year of days, as many exports, and the bit that flips in each.
struct Year {
    bits: Vec<usize>,
    rows: usize,
    /// Only the first read of each export is disturbed, or every one.
    only_once: bool,
}

fn day(number: usize) -> Date {
    FIRST_DAY.checked_add(i64::try_from(number).unwrap().days()).unwrap()
}

fn export(day: Date, rows: usize) -> Bytes {
    let mut csv = "t,e,m,r,c\n".to_owned();
    for row in 0..rows {
        let event = if row % 3 == 1 { "tap" } else { "show" };
        csv.push_str(&format!(
            "{day}T{:02}:{:02}:00Z,{event},GB,r{},c{}\n",
            8 + row / 60,
            row % 60,
            row % 7,
            row % 5
        ));
    }
    csv.into()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What a market-day's receipt says: the hash of its export, and its numbers.
type Receipts = BTreeMap<Date, (String, String)>;

impl Year {
    fn run(&self, disturbed: bool) -> Receipts {
        let stub = Stub::start();
        let workspace = Workspace::on_stub(&stub);
        workspace.write("config/platforms/flip.yaml", PLATFORM);
        workspace.write("config/markets.yaml", MARKETS);
        workspace.write(
            "jobs/nightly.yaml",
            format!("version: 1\nplatforms: [flip]\nmarkets: [GB]\nlookback_days: {}\n", self.bits.len() + 2),
        );
        let mut bit_of = BTreeMap::new();
        for (number, bit) in self.bits.iter().enumerate() {
            let path = format!("flip/{}.csv", day(number));
            workspace.deliver(Some(&stub), &path, export(day(number), self.rows));
            bit_of.insert(format!("exports/{path}"), *bit);
        }
        if disturbed {
            let (only_once, mut met) = (self.only_once, BTreeSet::new());
            stub.on(move |_, request| match bit_of.get(&request.key) {
                Some(bit) if request.kind == Kind::Get && (met.insert(request.key.clone()) || !only_once) => {
                    Fault::FlipBit { bit: *bit }
                }
                _ => Fault::Pass,
            });
        }
        let done = workspace.night(&format!("{}T12:00:00Z", day(self.bits.len() + 1)));
        assert!(matches!(done.code, Some(0 | 4 | 6)), "{:?}\n{}", done.code, done.stderr);
        let mut receipts = Receipts::new();
        for (key, bytes) in workspace.archive(Some(&stub)) {
            if !key.starts_with("_receipts/flip/GB/") {
                continue;
            }
            let receipt: Value = serde_json::from_slice(&bytes).unwrap();
            let content = &receipt["content"];
            let date = content["unit"].to_string();
            let number = (0..self.bits.len()).find(|number| date.contains(&day(*number).to_string())).unwrap();
            let tables: Vec<_> =
                content["tables"].as_array().unwrap().iter().map(|table| &table["sha256"]).collect();
            let numbers = format!("{} {tables:?}", content["totals"]);
            let export = content["exports"][0]["sha256"].as_str().unwrap().to_owned();
            receipts.insert(day(number), (export, numbers));
        }
        receipts
    }
}

/// Days with other numbers under the same recorded input, and how many days were published from flipped bytes.
fn judge(found: &Receipts, right: &Receipts, recorded: fn(&str, &str) -> String) -> (Vec<Date>, usize) {
    let (mut wrong, mut flipped) = (Vec::new(), 0);
    for (day, (sha256_read, numbers)) in found {
        let (sha256_right, numbers_right) = &right[day];
        flipped += usize::from(sha256_read != sha256_right);
        if numbers != numbers_right && recorded(sha256_read, sha256_right) == *sha256_right {
            wrong.push(*day);
        }
    }
    (wrong, flipped)
}

/// Every bit of a small export, and a thousand of larger ones, by years.
fn years() -> Vec<Year> {
    let small = export(FIRST_DAY, 1).len() * 8;
    let mut years: Vec<Year> = (0..small)
        .collect::<Vec<_>>()
        .chunks(YEAR)
        .map(|bits| Year { bits: bits.to_vec(), rows: 1, only_once: false })
        .collect();
    let mut dice = Chance(5);
    let size = export(FIRST_DAY, 60).len() as u64 * 8;
    for _ in 0..5 {
        years.push(Year {
            bits: (0..YEAR).map(|_| usize::try_from(dice.below(size)).unwrap()).collect(),
            rows: 60,
            only_once: false,
        });
    }
    years
}

#[test]
fn a_flipped_bit_is_never_another_number_under_the_same_recorded_inputs() {
    let years = years();
    let undisturbed = [1, 60].map(|rows| Year { bits: vec![0; YEAR], rows, only_once: false });
    let undisturbed = at_once(&undisturbed, |year| (year.rows, year.run(false)));
    let undisturbed: BTreeMap<usize, Receipts> = undisturbed.into_iter().collect();
    let results = at_once(&years, |year| {
        let (found, right) = (year.run(true), &undisturbed[&year.rows]);
        assert_eq!(right.len(), YEAR);
        let (wrong, flipped) = judge(&found, right, |read, _| read.to_owned());
        assert!(right.iter().all(|(day, (recorded, _))| *recorded == sha256(&export(*day, year.rows))));
        // The bug that is planted: what is recorded is the hash of what was delivered, not of what was read.
        let (noticed, _) = judge(&found, right, |_, delivered| delivered.to_owned());
        (wrong, flipped, found.len(), noticed.len())
    });
    let mut all = [0; 4];
    for (year, (wrong, flipped, published, noticed)) in years.iter().zip(results) {
        assert!(wrong.is_empty(), "other numbers under the same inputs: {wrong:?}");
        all = [all[0] + year.bits.len(), all[1] + published, all[2] + flipped, all[3] + noticed];
    }
    let [bits, published, flipped, noticed] = all;
    println!("{bits} bits flipped: {published} days published, {flipped} from flipped bytes and saying so");
    assert!(noticed > 100, "the check would have noticed only {noticed}");
}

#[test]
fn a_bit_that_flips_once_is_read_again() {
    let mut dice = Chance(6);
    let size = export(FIRST_DAY, 60).len() as u64 * 8;
    let year = Year {
        bits: (0..100).map(|_| usize::try_from(dice.below(size)).unwrap()).collect(),
        rows: 60,
        only_once: true,
    };
    assert_eq!(year.run(true), year.run(false));
}
