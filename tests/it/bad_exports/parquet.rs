//! Parquet that we write ourselves, sound and cut.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use coverledger::config::{FoldPolicy, GapPolicy, InstantFormat, WallClock};
use coverledger::time::Zone;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::mapping::Mapping;

const TEN: i64 = 1_795_219_200_000_000;

/// Three rows; `e2` has what the test puts there.
fn columns(what: [&str; 3], country: [Option<&str>; 3]) -> Vec<(&'static str, ArrayRef)> {
    let text = |values: [&str; 3]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    vec![
        ("id", text(["e1", "e2", "e3"])),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![TEN; 3]).with_timezone("UTC"))),
        ("what", text(what)),
        ("country", Arc::new(StringArray::from(country.to_vec()))),
        ("room", Arc::new(Int64Array::from(vec![7_651_423_456_789_012_345; 3]))),
        ("cover", text(["c1", "c1", "c1"])),
        ("viewer", text(["v1", "v2", "v3"])),
        ("who", text(["f", "f", ""])),
        ("dwell", Arc::new(Float64Array::from(vec![None; 3]))),
    ]
}

fn sound() -> Vec<(&'static str, ArrayRef)> {
    columns(["show"; 3], [Some("US"); 3])
}

fn write(columns: Vec<(&'static str, ArrayRef)>) -> Vec<u8> {
    write_so(columns, WriterProperties::default())
}

fn write_so(columns: Vec<(&'static str, ArrayRef)>, so: WriterProperties) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(so)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[expect(clippy::needless_pass_by_value, reason = "callers make the array in place")]
fn replaced(name: &str, array: ArrayRef) -> Vec<u8> {
    let mut columns = sound();
    columns.iter_mut().filter(|(column, _)| *column == name).for_each(|(_, old)| *old = Arc::clone(&array));
    write(columns)
}

#[test]
fn a_bad_row_costs_itself_and_is_known_by_its_number() {
    let bytes = write(columns(["show", "like", "scroll"], [Some("US"); 3]));
    let outcome = Mapping::events().parquet().read(bytes);
    assert_eq!((outcome.rows(), outcome.ids()), ([3, 1, 1, 1], vec!["e1"]));
    assert_eq!(outcome.rejects(), ["2 unknown_event what"]);
    assert_eq!(outcome.tape.stages[0].broadcast_id, "7651423456789012345");
    assert_eq!(outcome.tape.signals[0].occurred_us, TEN);
    let text = outcome.report().rejects[0].text.clone().unwrap();
    assert_eq!(text, "at=1795219200000000us id=e2 viewer=‹viewer› dwell= country=U", "cut at 60 characters");
    let unknown = write(columns(["show"; 3], [Some("US"), Some("XX"), None]));
    let outcome = Mapping::events().parquet().read(unknown);
    assert_eq!(outcome.rows(), [3, 1, 0, 2]);
    assert_eq!(outcome.rejects(), ["2 unknown_market country", "3 missing_value country"]);
}

#[test]
fn ids_as_floats_are_mangled_and_lists_are_no_text() {
    let floats = replaced("cover", Arc::new(Float64Array::from(vec![7.65142e18; 3])));
    assert_eq!(Mapping::events().parquet().read(floats).rejects()[0], "1 mangled_id cover");
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]); 3]);
    let refusal = Mapping::events().parquet().read(replaced("cover", Arc::new(lists))).refusal();
    assert!(refusal.starts_with("its column `cover` is of type List("), "{refusal}");
}

#[test]
fn wall_clocks_need_a_zone() {
    let naive = replaced("at", Arc::new(TimestampMicrosecondArray::from(vec![TEN; 3])));
    let outcome = Mapping::events().parquet().read(&naive);
    assert_eq!(outcome.rejects()[0], "1 bad_time at");
    let zone = Zone::named("Asia/Tokyo").unwrap();
    let wall = Some(WallClock {
        zone: coverledger::config::ZoneRule::Named(zone),
        gap: GapPolicy::Reject,
        fold: FoldPolicy::Reject,
    });
    let outcome = Mapping::events().parquet().at(InstantFormat::Native { wall }).read(&naive);
    assert_eq!(outcome.rows(), [3, 3, 0, 0]);
    assert_eq!(outcome.tape.signals[0].occurred_us, TEN - 9 * 3_600_000_000);
    let far = replaced("at", Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX; 3]).with_timezone("UTC")));
    assert_eq!(Mapping::events().parquet().read(far).rejects()[0], "1 time_out_of_range at");
}

#[test]
fn a_missing_or_doubled_column_is_refused() {
    let mut columns = sound();
    columns.remove(4);
    assert_eq!(
        Mapping::events().parquet().read(write(columns)).refusal(),
        "it has no column `room` (it has: `id`, `at`, `what`, `country`, `cover`, `viewer`, `who`, `dwell`)"
    );
    let mut twice = sound();
    twice.push(("room", Arc::clone(&twice[5].1)));
    assert_eq!(Mapping::events().parquet().read(write(twice)).refusal(), "its header names `room` twice");
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = write(sound());
    assert_eq!(Mapping::events().parquet().read(&whole).rows(), [3, 3, 0, 0]);
    for kept in (0..whole.len()).step_by(13).chain(whole.len() - 8..whole.len()) {
        let refusal = Mapping::events().parquet().read(&whole[..kept]).refusal();
        assert!(
            refusal.starts_with("it is not sound Parquet (") || refusal.starts_with("it is empty"),
            "{refusal}"
        );
    }
    let none = write(sound().into_iter().map(|(name, array)| (name, array.slice(0, 0))).collect());
    assert_eq!(Mapping::events().parquet().read(none).rows(), [0, 0, 0, 0]);
}

#[test]
fn text_is_no_parquet_and_parquet_is_no_text() {
    let refusal = Mapping::events().parquet().read("id,at\n").refusal();
    assert!(refusal.starts_with("it is not sound Parquet ("), "{refusal}");
    assert!(Mapping::events().read(write(sound())).report.is_err());
}

/// What `name` holds in `rows` rows of sound columns, compressed as far as it goes.
#[derive(Clone, Copy)]
struct Bomb {
    rows: usize,
    value_bytes: usize,
    /// Whether values are different, so that no dictionary can hold them once.
    distinct: bool,
    encoding: Option<Encoding>,
    group_rows: usize,
}

const ONE_LONG_VALUE: Bomb =
    Bomb { rows: 20_000, value_bytes: 200_000, distinct: false, encoding: None, group_rows: 1 << 20 };

impl Bomb {
    fn write(self) -> Vec<u8> {
        let text = |row: usize| {
            let end = if self.distinct { row.to_string() } else { String::new() };
            format!("{}{end}", "x".repeat(self.value_bytes))
        };
        let mut bytes = Vec::new();
        let mut so = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap()))
            .set_max_row_group_row_count(Some(self.group_rows))
            .set_data_page_size_limit(1 << 30)
            .set_dictionary_page_size_limit(1 << 30);
        if let Some(encoding) = self.encoding {
            so = so.set_dictionary_enabled(false).set_column_encoding("cover".into(), encoding);
        }
        let mut writer: Option<ArrowWriter<&mut Vec<u8>>> = None;
        let mut so = Some(so.build());
        let into = &mut bytes;
        let mut into = Some(into);
        // A hundred rows at a time: the whole would not fit into the memory that reading is held to.
        for from in (0..self.rows).step_by(100) {
            let rows = from..self.rows.min(from + 100);
            let count = rows.len();
            let same = |value: &str| Arc::new(StringArray::from(vec![value; count])) as ArrayRef;
            let batch = RecordBatch::try_from_iter([
                (
                    "id",
                    Arc::new(rows.clone().map(|row| Some(row.to_string())).collect::<StringArray>()) as ArrayRef,
                ),
                ("at", Arc::new(TimestampMicrosecondArray::from(vec![TEN; count]).with_timezone("UTC"))),
                ("what", same("show")),
                ("country", same("US")),
                ("room", same("r1")),
                ("cover", Arc::new(rows.map(|row| Some(text(row))).collect::<StringArray>())),
                ("viewer", same("v1")),
                ("who", same("f")),
                ("dwell", Arc::new(Float64Array::from(vec![None; count]))),
            ])
            .unwrap();
            let writer = writer.get_or_insert_with(|| {
                ArrowWriter::try_new(into.take().unwrap(), batch.schema(), so.take()).unwrap()
            });
            writer.write(&batch).unwrap();
        }
        writer.unwrap().close().unwrap();
        bytes
    }
}

/// The most memory that this process has had, in KiB.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[test]
#[ignore = "run by small_files_do_not_fill_the_memory, in a process of its own"]
fn reader_of_a_bomb() {
    let file = std::fs::File::open(std::env::var(BOMB).unwrap()).unwrap();
    let verdict = match Mapping::events().parquet().read_file(file).report {
        Ok(report) => format!("{} of {} rejected", report.rejected, report.rows_in),
        Err(error) => error.to_string(),
    };
    println!("\nVERDICT {} {verdict}", peak_kib().unwrap_or_default());
}

const BOMB: &str = "COVERLEDGER_TEST_PARQUET_BOMB";

#[test]
fn small_files_do_not_fill_the_memory() {
    let bombs = [
        ("a dictionary of one long value", ONE_LONG_VALUE, "20000 of 20000 rejected"),
        (
            "the same, shared as a prefix",
            Bomb { encoding: Some(Encoding::DELTA_BYTE_ARRAY), ..ONE_LONG_VALUE },
            "20000 of 20000 rejected",
        ),
        (
            "one large page",
            Bomb { rows: 1_000, distinct: true, encoding: Some(Encoding::PLAIN), ..ONE_LONG_VALUE },
            "it expands from ",
        ),
        (
            "many row groups below the grace",
            Bomb {
                rows: 3_000,
                distinct: true,
                encoding: Some(Encoding::PLAIN),
                group_rows: 200,
                ..ONE_LONG_VALUE
            },
            "3000 of 3000 rejected",
        ),
    ];
    for (name, bomb, expected) in bombs {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bomb.write()).unwrap();
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "bad_exports::parquet::reader_of_a_bomb", "--ignored", "--nocapture"])
            .env(BOMB, file.path())
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&child.stdout).into_owned();
        let verdict = stdout
            .lines()
            .find_map(|line| line.strip_prefix("VERDICT "))
            .unwrap_or_else(|| panic!("{name}: {stdout}"));
        let (peak_kib, verdict) = verdict.split_once(' ').unwrap();
        println!("{name}: {} bytes, {peak_kib} KiB, {verdict}", file.path().metadata().unwrap().len());
        assert!(verdict.starts_with(expected), "{name}: {verdict}");
        assert!(peak_kib.parse::<u64>().unwrap() < 400 << 10, "{name}: {peak_kib} KiB");
    }
}
