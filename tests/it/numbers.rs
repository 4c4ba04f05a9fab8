//! What the demo publishes, value for value: who changes one raises the version of its family, or this goes red.
//!
//! `numbers.txt` beside this file has the version and the digest of every table of the demo. Digests are of what is in all
//! its files, in the order of their paths: names and types of columns, entries of metadata, and every value to the bit. How
//! Parquet writes that down is not in them; pages are taken byte for byte.
//!
//! Where the demo itself is another, its inputs differ and not what is made of them: no version rises. Then delete the
//! lines of `numbers.txt` and record it, in a commit that changes nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use coverledger::archive::TableName;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

use crate::scenario::Scenario;

/// Records what is published now, where versions allow it.
const RECORD: &str = "COVERLEDGER_RECORD_NUMBERS";
const COMMAND: &str = "COVERLEDGER_RECORD_NUMBERS=1 cargo test --test it numbers";
const HEADER: &str = "\
# The demo's tables (`demo --events 20000 --days 4 --seed 1`, with `--rows events` and with `--rows counts`):
# the version of their numbers, and the SHA-256 of what is in their files. Written by the test in numbers.rs, which says when.
";

/// By demo and table: the version and the digest.
type Recorded = BTreeMap<(String, String), (u32, String)>;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/numbers.txt")
}

fn read(text: &str) -> Recorded {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let row = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [demo, table, version, digest] = cells[..] else { panic!("`{line}` is no line of numbers.txt") };
        ((demo.to_owned(), table.to_owned()), (version.parse().unwrap(), digest.to_owned()))
    };
    lines.map(row).collect()
}

fn written(recorded: &Recorded) -> String {
    let line = |((demo, table), (version, digest)): (&(String, String), &(u32, String))| {
        format!("{demo:<7} {table:<19} {version:<3} {digest}\n")
    };
    format!("{HEADER}{}", recorded.iter().map(line).collect::<String>())
}

/// What a reader of Arrow is told of a file: types that every reader knows, and text is no view.
fn assert_plain_types(name: &str, bytes: &[u8]) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(bytes)).unwrap();
    let of_text =
        reader.schema().fields().iter().find(|field| field.name() == "platform").map(|field| field.data_type());
    assert!(of_text.is_none_or(|of_text| *of_text == DataType::Utf8), "{name}: {of_text:?}");
    for field in reader.schema().fields() {
        let is_known = matches!(
            field.data_type(),
            DataType::Utf8
                | DataType::Boolean
                | DataType::Int64
                | DataType::Float64
                | DataType::Date32
                | DataType::Timestamp(TimeUnit::Microsecond, _)
        );
        assert!(is_known, "{name}: `{}` is {}", field.name(), field.data_type());
    }
}

/// Adds what a reader finds in a file: its metadata, its columns and every value.
fn digest_content(digest: &mut Sha256, bytes: &[u8]) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(bytes)).unwrap();
    let entries = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    // The other one holds the types once more, in Arrow's own encoding.
    let entries = entries.into_iter().filter(|entry| entry.key != ARROW_SCHEMA_META_KEY);
    let mut entries: Vec<String> = entries.map(|entry| format!("{} {:?}\n", entry.key, entry.value)).collect();
    entries.sort();
    digest.update(entries.concat());
    for field in reader.schema().fields() {
        digest.update(format!("{} {}\n", field.name(), field.data_type()));
    }
    for batch in reader.build().unwrap() {
        for column in batch.unwrap().columns() {
            digest.update(values(column));
        }
    }
}

/// The values of a column, one a line, floats by their bits.
fn values(column: &ArrayRef) -> String {
    fn lines<T: std::fmt::Debug>(values: impl Iterator<Item = Option<T>>) -> String {
        values.map(|value| format!("{value:?}\n")).collect()
    }
    match column.data_type() {
        DataType::Utf8 => lines(column.as_string::<i32>().iter()),
        DataType::Boolean => lines(column.as_boolean().iter()),
        DataType::Int64 => lines(column.as_primitive::<Int64Type>().iter()),
        DataType::Float64 => {
            lines(column.as_primitive::<Float64Type>().iter().map(|value| value.map(f64::to_bits)))
        }
        DataType::Date32 => lines(column.as_primitive::<Date32Type>().iter()),
        DataType::Timestamp(..) => lines(column.as_primitive::<TimestampMicrosecondType>().iter()),
        other => panic!("no table has a column of type {other}"),
    }
}

fn published() -> Recorded {
    let scenario = Scenario::new();
    let mut published = Recorded::new();
    for rows in ["events", "counts"] {
        scenario.cli(&["demo", rows, "--rows", rows, "--events", "20000", "--days", "4", "--seed", "1"]).exits(0);
        for table in TableName::ALL {
            let files = scenario.tree(&format!("{rows}/archive/{table}"));
            if files.is_empty() {
                continue;
            }
            let mut digest = Sha256::new();
            for (name, bytes) in &files {
                digest.update(format!("{name}\n"));
                if table.is_page() {
                    digest.update(format!("{}\n", bytes.len()));
                    digest.update(bytes);
                } else {
                    assert_plain_types(name, bytes);
                    digest_content(&mut digest, bytes);
                }
            }
            let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            published.insert((rows.to_owned(), table.to_string()), (table.version(), hex));
        }
    }
    published
}

/// What has to be done about a table, if anything has.
fn judge(recorded: Option<&(u32, String)>, published: Option<&(u32, String)>) -> Verdict {
    match (recorded, published) {
        (Some((before, _)), Some((now, _))) if now < before => Verdict::Lowered { before: *before, now: *now },
        (Some((before, old)), Some((now, new))) if before == now && old != new => Verdict::Raise { version: *now },
        (recorded, published) if recorded == published => Verdict::Same,
        _ => Verdict::Record,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    /// Something in it is another, and its version is the same.
    Raise {
        version: u32,
    },
    /// It has a lower version than before.
    Lowered {
        before: u32,
        now: u32,
    },
    /// It is new or gone, or its version was raised.
    Record,
}

fn told(demo: &str, name: &str, verdict: &Verdict) -> Option<String> {
    let table = TableName::ALL.iter().find(|table| table.as_str() == name);
    let constant = table.map_or("its constant", |table| table.version_name());
    match verdict {
        Verdict::Same => None,
        Verdict::Raise { version } => Some(format!(
            "what is in `{name}` in the demo of {demo} changed, and the version of its numbers is still {version}. If \
             you meant to change them: raise `{constant}` in crates/core/src/model/tables to {}, say in CHANGELOG.md under \
             \"Numbers\" what changed and why, and record what is new with\n    {COMMAND}\nIf you did not, this change \
             has a fault",
            version + 1
        )),
        Verdict::Lowered { before, now } => Some(format!(
            "the version of the numbers of `{name}` was {before} and is {now}: `{constant}` in crates/core/src/model/tables is \
             never lowered, for archives hold what was made by {before}"
        )),
        Verdict::Record => Some(format!(
            "what tests/it/numbers.txt records of `{name}` in the demo of {demo} is of another version, or nothing: record \
             it with\n    {COMMAND}"
        )),
    }
}

#[test]
fn tables_of_the_demo_change_with_the_version_of_their_numbers_alone() {
    let recorded = read(&fs::read_to_string(file()).unwrap_or_default());
    let published = published();
    let keys: std::collections::BTreeSet<_> = recorded.keys().chain(published.keys()).cloned().collect();
    let verdicts: Vec<_> =
        keys.into_iter().map(|key| (judge(recorded.get(&key), published.get(&key)), key)).collect();
    let records = std::env::var_os(RECORD).is_some();
    let is_wrong = |verdict: &Verdict| match verdict {
        Verdict::Same => false,
        Verdict::Record => !records,
        Verdict::Raise { .. } | Verdict::Lowered { .. } => true,
    };
    let wrong = verdicts.iter().filter(|(verdict, _)| is_wrong(verdict));
    let wrong: Vec<String> = wrong.filter_map(|(verdict, (demo, table))| told(demo, table, verdict)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
    if records {
        fs::write(file(), written(&published)).unwrap();
    }
    let tables: std::collections::BTreeSet<&str> = published.keys().map(|(_, table)| table.as_str()).collect();
    let missing: Vec<&str> =
        TableName::ALL.iter().map(|table| table.as_str()).filter(|table| !tables.contains(table)).collect();
    assert_eq!(missing, NOT_IN_THE_DEMO, "tables of which nothing is held here");
}

/// Tables that neither demo has: nothing takes turns there, no viewer keeps a cover or is kept over days, and no player tells how
/// views went.
const NOT_IN_THE_DEMO: &[&str] =
    &["turns", "viewer_groups", "revisit", "quality_effect", "revisit_groups", "quality", "quality_minutes"];

#[test]
fn other_values_under_the_same_version_are_never_recorded() {
    let of = |version, digest: &str| (version, digest.to_owned());
    let table = [
        (Some(of(1, "a")), Some(of(1, "a")), Verdict::Same),
        (Some(of(1, "a")), Some(of(1, "b")), Verdict::Raise { version: 1 }),
        (Some(of(1, "a")), Some(of(2, "b")), Verdict::Record),
        (Some(of(1, "a")), Some(of(2, "a")), Verdict::Record),
        (Some(of(2, "a")), Some(of(1, "a")), Verdict::Lowered { before: 2, now: 1 }),
        (None, Some(of(1, "a")), Verdict::Record),
        (Some(of(1, "a")), None, Verdict::Record),
    ];
    for (recorded, published, expected) in table {
        assert_eq!(judge(recorded.as_ref(), published.as_ref()), expected, "{recorded:?} {published:?}");
    }
    let message = told("events", "cover", &Verdict::Raise { version: 3 }).unwrap();
    assert!(message.contains("raise `DECISIONS` in crates/core/src/model/tables to 4"), "{message}");
    assert_eq!(read(&written(&read("events cover 3 ab"))), read("events cover 3 ab"));
}
