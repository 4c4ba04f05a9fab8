//! Parquet that we write ourselves, sound and cut.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use coverledger::config::{FoldPolicy, GapPolicy, InstantFormat, WallClock};
use coverledger::time::Zone;
use parquet::arrow::ArrowWriter;

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
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
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
    let wall = Some(WallClock { zone, gap: GapPolicy::Reject, fold: FoldPolicy::Reject });
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
