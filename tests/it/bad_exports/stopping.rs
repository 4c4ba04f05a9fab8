//! Reading that is told to leave off, in the middle of an export and before its first record.

use std::io::{Read as _, Seek as _, Write as _};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use coverledger::export::{ExportError, Halt, Signal, Signals};
use coverledger::model::Dimensions;
use flate2::Compression;
use flate2::read::GzEncoder;
use parquet::arrow::ArrowWriter;

use super::mapping::{HEADER, Mapping, good, good_json};
use super::workbook::{sheet, workbook};

const ROWS: usize = 20_000;
/// Parquet is read by the batch.
const MOST_AT_ONCE: usize = 4096;
/// Plain lines are mapped many at a time: 64 KiB of them at most, of which each has more than 32 bytes here.
const MOST_LINES_AT_ONCE: usize = 2048;

/// Asks to leave off at its tenth signal.
struct Impatient<'a> {
    halt: &'a Halt,
    signals: usize,
}

impl Signals for Impatient<'_> {
    fn stage(&mut self, _: &Dimensions) {}

    fn signal(&mut self, _: &Signal<'_>) {
        self.signals += 1;
        if self.signals == 10 {
            self.halt.ask();
        }
    }
}

/// The same rows in every format, and how many may come after somebody asked.
fn exports() -> Vec<(&'static str, Mapping, Vec<u8>, usize)> {
    let ids = || (0..ROWS).map(|number| format!("e{number}"));
    let lines = |row: fn(&str) -> String| ids().map(|id| row(&id)).collect::<String>();
    let csv = format!("{HEADER}{}", lines(good));
    let objects: Vec<String> = ids().map(|id| good_json(&id).trim_end().to_owned()).collect();
    let mut gzip = Vec::new();
    GzEncoder::new(csv.as_bytes(), Compression::new(6)).read_to_end(&mut gzip).unwrap();
    vec![
        ("CSV", Mapping::events(), csv.clone().into_bytes(), MOST_LINES_AT_ONCE),
        ("CSV within gzip", Mapping::events(), gzip, MOST_LINES_AT_ONCE),
        ("NDJSON", Mapping::events().ndjson(), lines(good_json).into_bytes(), MOST_LINES_AT_ONCE),
        ("JSON", Mapping::events().json(&["[]"]), format!("[{}]", objects.join(",")).into_bytes(), 0),
        ("XLSX", Mapping::events().xlsx(&[]), workbook(vec![sheet("s", &csv)]), 0),
        ("Parquet", Mapping::events().parquet(), parquet(&csv), MOST_AT_ONCE),
    ]
}

/// A table of text as it stands in CSV.
fn parquet(csv: &str) -> Vec<u8> {
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let column = |(place, name): (usize, &&str)| {
        let values = lines[1..].iter().map(|line| Some(line[place]).filter(|value| !value.is_empty()));
        ((*name).to_owned(), Arc::new(values.collect::<StringArray>()) as ArrayRef)
    };
    let batch = RecordBatch::try_from_iter(lines[0].iter().enumerate().map(column)).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn an_export_is_left_between_two_records() {
    for (format, mapping, bytes, most_after) in exports() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let patient = mapping.read_file(file.try_clone().unwrap());
        assert_eq!(patient.rows()[0], ROWS as u64, "{format}");
        file.rewind().unwrap();
        let halt = Halt::new();
        let mut signals = Impatient { halt: &halt, signals: 0 };
        let report = mapping.read_until(&halt, file, &mut signals);
        assert!(matches!(report, Err(ExportError::Stopped)), "{format}: {report:?}");
        assert!((10..=10 + most_after).contains(&signals.signals), "{format}: {}", signals.signals);
    }
}

#[test]
fn an_export_of_which_no_record_has_come_is_left_as_well() {
    for (format, mapping, bytes, _) in exports() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let halt = Halt::new();
        halt.ask();
        let mut signals = Impatient { halt: &halt, signals: 0 };
        let report = mapping.read_until(&halt, file, &mut signals);
        assert!(matches!(report, Err(ExportError::Stopped)), "{format}: {report:?}");
        assert!(signals.signals <= MOST_AT_ONCE, "{format}: {}", signals.signals);
    }
}
