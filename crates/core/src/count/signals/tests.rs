//! Rows come back as they were, and the documentation has the table as it is declared.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch};
use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::model::{Era, Kinds, Turn, ViewerGroup};

/// A row that owns its text.
#[derive(Debug, Clone)]
struct Drawn {
    export: (String, u16),
    record: u32,
    occurred_us: i64,
    bits: u8,
    dwell_ms: u32,
    ids: [Option<(u64, u64)>; 2],
    place: Option<DrawnPlace>,
}

/// Date, era, turn, the viewer's group, and names of market, slot, audience, broadcast and cover.
type DrawnPlace = (Date, u16, Option<(i64, bool)>, Option<u8>, [String; 5]);

impl Drawn {
    fn row(&self) -> SignalRow<'_> {
        let [event, viewer] = self.ids;
        let place = self.place.as_ref().map(
            |(local_date, era, turn, group, [market, slot, audience, broadcast, cover])| SignalPlace {
                market,
                local_date: *local_date,
                slot,
                era: Era(*era),
                turn: turn.map(|(starts_us, burn_in)| Turn { starts_us, burn_in }),
                audience,
                broadcast_id: broadcast,
                cover_id: cover,
                group: group.and_then(ViewerGroup::new),
            },
        );
        SignalRow {
            export: &self.export.0,
            definition: self.export.1,
            record: self.record,
            occurred_us: self.occurred_us,
            kinds: Kinds::from_bits(self.bits),
            dwell_ms: self.dwell_ms,
            event,
            viewer,
            place,
        }
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let text = || "[a-z0-9/ é直播]{0,6}";
    let date =
        (-9999_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| Date::constant(year, month, day));
    let turn = prop::option::of(any::<(i64, bool)>());
    let names = [(); 5].map(|()| text());
    let group = prop::option::of(0_u8..128);
    let place = prop::option::of((date, any::<u16>(), turn, group, names));
    let ids = [(); 2].map(|()| prop::option::of(any::<(u64, u64)>()));
    let export = (text(), any::<u16>());
    (export, any::<u32>(), any::<i64>(), 0_u8..32, any::<u32>(), ids, place).prop_map(
        |(export, record, occurred_us, bits, dwell_ms, ids, place)| Drawn {
            export,
            record,
            occurred_us,
            bits,
            dwell_ms,
            ids,
            place,
        },
    )
}

fn batch(rows: &[Drawn]) -> RecordBatch {
    let mut builder = SignalBatchBuilder::default();
    for row in rows {
        builder.push(&row.row());
    }
    assert_eq!(builder.rows(), rows.len());
    builder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back_from_a_batch_as_they_were(rows in prop::collection::vec(drawn(), 0..20)) {
        let batch = batch(&rows);
        let back = SignalBatch::of(&batch).unwrap();
        prop_assert_eq!(back.len(), rows.len());
        let back: Vec<SignalRow<'_>> = back.rows().map(Result::unwrap).collect();
        let rows: Vec<SignalRow<'_>> = rows.iter().map(Drawn::row).collect();
        prop_assert_eq!(back, rows);
    }
}

fn one() -> Drawn {
    let names = ["US", "prime", "f", "r", "c"].map(str::to_owned);
    Drawn {
        export: ("a.csv".to_owned(), 0),
        record: 1,
        occurred_us: 5,
        bits: 1,
        dwell_ms: 0,
        ids: [Some((1, 2)), None],
        place: Some((Date::constant(2026, 11, 21), 0, None, Some(5), names)),
    }
}

/// The exports of the batch of [`one`], with a column in place of another.
fn with(name: &str, array: impl Array + 'static) -> Result<Vec<String>, String> {
    let array: ArrayRef = Arc::new(array);
    let batch = batch(&[one()]);
    let schema = batch.schema();
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let is_it = field.name() == name;
        let column = if is_it { &array } else { column };
        fields.push(Field::new(field.name(), column.data_type().clone(), is_it || field.is_nullable()));
        columns.push(Arc::clone(column));
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let batch = SignalBatch::of(&batch).map_err(|error| error.to_string())?;
    let rows: Result<Vec<_>, _> = batch.rows().map(|row| row.map(|row| row.export.to_owned())).collect();
    rows.map_err(|error| error.to_string())
}

#[test]
fn a_batch_that_is_not_of_the_table_is_refused_by_name() {
    let record = |value: Option<i64>| with("record", Int64Array::from(vec![value]));
    assert_eq!(record(Some(7)).unwrap(), ["a.csv"]);
    assert_eq!(record(Some(-1)).unwrap_err(), "row 0: `record` is -1 (expected 0 to 4,294,967,295)");
    assert_eq!(record(None).unwrap_err(), "row 0: `record` is null (expected a value)");
    let other = with("era", Int64Array::from(vec![1]));
    assert_eq!(other.unwrap_err(), "column `era` is Int64 (expected Int32)");
    let beyond = with("viewer_group", Int32Array::from(vec![128]));
    assert_eq!(beyond.unwrap_err(), "row 0: `viewer_group` is 128 (expected 0 to 127)");
    let half = with("event_bucket", Int64Array::from(vec![None]));
    assert_eq!(
        half.unwrap_err(),
        "row 0: `event_bucket` is null or not (expected null where the other half is, and nowhere else)"
    );
    let nowhere = with("slot", arrow_array::StringArray::from(vec![None::<&str>]));
    assert_eq!(nowhere.unwrap_err(), "row 0: `slot` is null (expected null where `market` is, and nowhere else)");
}

/// Unsigned numbers, dictionaries and views are what other engines do not take.
#[test]
fn the_schema_has_types_that_every_engine_has() {
    for field in schema().fields() {
        let is_plain = matches!(
            field.data_type(),
            DataType::Utf8
                | DataType::Boolean
                | DataType::Int32
                | DataType::Int64
                | DataType::Date32
                | DataType::Timestamp(TimeUnit::Microsecond, Some(_))
        );
        assert!(is_plain, "{field}");
    }
}

/// The rows of the table in `docs/FORMATS.md`, from the declaration.
fn documented() -> String {
    let mut text = String::from("| column | type | null when | meaning |\n| --- | --- | --- | --- |\n");
    for SignalColumn { name, kind, null, meaning } in COLUMNS {
        let _ = writeln!(text, "| `{name}` | {} | {} | {meaning} |", kind.word(), null.unwrap_or("never"));
    }
    text
}

#[test]
fn the_documentation_has_the_table_as_it_is_declared() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FORMATS.md");
    let page = std::fs::read_to_string(page).unwrap();
    let section = page.split("\n## The signal table\n").nth(1).expect("a section `The signal table`");
    let section = section.split("\n## ").next().unwrap_or_default();
    assert!(section.contains(&documented()), "docs/FORMATS.md should have:\n{}", documented());
}
