//! The corrupt Parquet files of parquet-testing and arrow-testing.
//!
//! Each is read twice: by a fixed mapping, and by one made of the file's own columns. A child process with little
//! memory does the reading, so that an abort is a finding and not the end of the tests; a watchdog ends what hangs.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use arrow_schema::DataType;
use coverledger::config::{FoldPolicy, GapPolicy, InstantColumn, InstantFormat, WallClock};
use coverledger::time::Zone;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::mapping::Mapping;
use crate::data;

const PATIENCE: Duration = Duration::from_secs(20);
const MEMORY_KB: u32 = 4_000_000;
/// Says to a child which file to begin with.
const WORKER: &str = "COVERLEDGER_TEST_PARQUET_FROM";
/// Files whose own columns may be read, how many rows they hold, and why reading them is right.
const SOUND: [(&str, u64, &str); 5] = [
    ("alltypes-java.parquet", 2, "sound: the types that a mapping can name"),
    ("blogs.parquet", 500, "sound"),
    (
        "ARROW-GH-43605.parquet",
        21_186,
        "sound: a dictionary of one value needs indices of no bits, and all are that value",
    ),
    (
        "clusterfuzz-testcase-minimized-parquet-arrow-fuzz-5382863341289472",
        5120,
        "its pages carry checksums and these hold, so both columns are as they were written; see the test below",
    ),
    (
        "crash-649c71a618ae2fd80cec177a9676eb3e280fc1fa",
        7,
        "the damage is in nested columns, which no mapping can name; `id` is 1 to 7",
    ),
];
/// Files at which the Parquet reader itself panics; reading catches that and refuses them.
const PANICKING: [&str; 4] = [
    "clusterfuzz-testcase-minimized-parquet-arrow-fuzz-4738122420715520",
    "clusterfuzz-testcase-minimized-parquet-arrow-fuzz-6696667471020032",
    "crash-61d6204d481340860da54e30f1937b67234ad0f7",
    "clusterfuzz-testcase-minimized-parquet-arrow-fuzz-5798108001337344",
];

/// Every file of the two suites, those that are no Parquet and those that are sound included.
fn files() -> Option<Vec<PathBuf>> {
    let folders = [
        data::folder("badinput/parquet-testing/bad_data")?,
        data::folder("badinput/arrow-testing/data/parquet")?,
        data::folder("badinput/arrow-testing/data/parquet/fuzzing")?,
        data::folder("badinput/arrow-testing/data/parquet/encoding-fuzzing")?,
        data::folder("badinput/arrow-testing/data/parquet/generated_simple_numerics")?,
    ];
    let is_data = |name: &str| !["README.md", "timestamp.data", "blog.proto", "blogs.json"].contains(&name);
    let named = |folder: &PathBuf| {
        let names = data::files(folder).into_iter().map(|(name, _)| name).filter(|name| is_data(name));
        names.map(|name| folder.join(name)).collect::<Vec<_>>()
    };
    Some(folders.iter().flat_map(named).collect())
}

/// What became of a file, as a child said it.
fn verdict(file: &Path) -> String {
    let fixed = match Mapping::events().parquet().read_file(File::open(file).unwrap()).report {
        Ok(report) => format!("taken {} of {}", report.taken, report.rows_in),
        Err(error) => format!("refused: {error}"),
    };
    let own = std::panic::catch_unwind(|| own_mapping(file)).unwrap_or_default();
    let own = own.map(|mapping| match mapping.read_file(File::open(file).unwrap()).report {
        Ok(report) => format!("taken {} of {}, rejected {}", report.taken, report.rows_in, report.rejected),
        Err(error) => format!("refused: {error}"),
    });
    format!("{fixed}\t{}", own.unwrap_or_else(|| "no schema".to_owned())).replace('\n', " ")
}

/// A mapping that decodes every column of the file that a mapping can name, the first of them as the instant.
fn own_mapping(file: &Path) -> Option<Mapping> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&File::open(file).ok()?, options).ok()?;
    let fields = metadata.schema().fields();
    let is_plain = |data_type: &DataType| {
        data_type.is_integer()
            || data_type.is_floating()
            || matches!(data_type, DataType::Utf8 | DataType::Boolean | DataType::Timestamp(..))
    };
    let mut plain: Vec<&str> =
        fields.iter().filter(|field| is_plain(field.data_type())).map(|field| field.name().as_str()).collect();
    if plain.is_empty() {
        plain = fields.iter().map(|field| field.name().as_str()).collect();
    }
    let first = *plain.first()?;
    let wall = Some(WallClock {
        zone: coverledger::config::ZoneRule::Named(Zone::utc()),
        gap: GapPolicy::Reject,
        fold: FoldPolicy::Reject,
    });
    let at = InstantColumn {
        column: coverledger::config::ColumnName::new(first),
        time: None,
        format: InstantFormat::Native { wall },
    };
    Some(Mapping::audience(at, &plain).parquet())
}

/// The child: reads file after file from a given one on and says what became of each.
#[test]
#[ignore = "run by corrupt_parquet_is_refused, in a process of its own"]
fn worker() {
    let (Ok(from), Some(files)) = (std::env::var(WORKER), files()) else { return };
    for (index, file) in files.into_iter().enumerate().skip(from.parse().unwrap()) {
        println!("\nBEGIN {index}");
        let (done, verdicts) = mpsc::channel();
        std::thread::spawn(move || done.send(verdict(&file)));
        match verdicts.recv_timeout(PATIENCE) {
            Ok(verdict) => println!("\nEND {index} {verdict}"),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!("\nEND {index} hangs\thangs");
                std::process::exit(1);
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => println!("\nEND {index} panics\tpanics"),
        }
    }
}

/// Reads every file in children; a child that dies costs the file it was at, and another goes on behind it.
fn verdicts(count: usize) -> BTreeMap<usize, String> {
    let mut verdicts = BTreeMap::new();
    let mut from = 0;
    while from < count {
        let child = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -v {MEMORY_KB}; exec \"$0\" --exact bad_exports::parquet_suite::worker --ignored --nocapture"))
            .arg(std::env::current_exe().unwrap())
            .env(WORKER, from.to_string())
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap();
        let before = from;
        for line in String::from_utf8_lossy(&child.stdout).lines() {
            if let Some((index, verdict)) = line.strip_prefix("END ").and_then(|line| line.split_once(' ')) {
                verdicts.insert(index.parse().unwrap(), verdict.to_owned());
                from = index.parse::<usize>().unwrap() + 1;
            } else if let Some(index) = line.strip_prefix("BEGIN ") {
                from = index.parse().unwrap();
            }
        }
        if from < count && !verdicts.contains_key(&from) {
            let words = format!("aborts ({})\taborts", child.status);
            verdicts.insert(from, words);
            from += 1;
        }
        assert!(from > before, "the child read nothing: {}", String::from_utf8_lossy(&child.stderr));
    }
    verdicts
}

#[test]
fn corrupt_parquet_is_refused() {
    let Some(files) = files() else { return };
    assert_eq!(files.len(), 8 + 137 + 4 + 3, "8 and 137 corrupt ones, 4 of another format, 3 sound ones");
    let verdicts = verdicts(files.len());
    assert_eq!(verdicts.len(), files.len());
    let mut wrong = Vec::new();
    for (index, verdict) in &verdicts {
        let name = files[*index].file_name().unwrap().to_str().unwrap();
        let (fixed, own) = verdict.split_once('\t').unwrap();
        let panicked = |verdict: &str| verdict.contains("the decoder failed on it");
        let is_refused =
            |verdict: &str| verdict.starts_with("refused: ") && (!panicked(verdict) || PANICKING.contains(&name));
        let own_is_right = match SOUND.iter().find(|(sound, _, _)| *sound == name) {
            // Its first column is no timestamp, so that every row is decoded and then rejected.
            Some((_, rows, _)) => own == format!("taken 0 of {rows}, rejected {rows}"),
            None => own == "no schema" || is_refused(own),
        };
        if !is_refused(fixed) || !own_is_right {
            wrong.push(format!("{name}: {fixed} | {own}"));
        }
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_page_whose_checksum_does_not_hold_is_refused() {
    let Some(files) = files() else { return };
    let file = files.into_iter().find(|file| file.ends_with(SOUND[3].0)).unwrap();
    let mapping = own_mapping(&file).unwrap();
    let mut bytes = std::fs::read(file).unwrap();
    assert_eq!(mapping.read(&bytes).report().rows_in, 5120);
    // A byte of a literal in the first page: it would decompress well, to another number.
    assert_eq!(bytes[0x60..0x62], [0x3d, 0x3e]);
    bytes[0x60] ^= 0x40;
    let refusal = mapping.read(&bytes).refusal();
    assert!(refusal.contains("checksum"), "{refusal}");
}
