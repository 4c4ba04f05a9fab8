//! Which columns come with their dictionaries, and what they hold.

use std::io::Write as _;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use super::*;
use crate::export::format::field::{Field, Position, shown};
use coverledger_config::ColumnName;
use coverledger_core::model::Reason;

/// Every record as text, and the serial numbers of the dictionaries of the text.
#[derive(Default)]
struct Log {
    rows: Vec<String>,
    dictionaries: Vec<Option<u64>>,
}

impl Records for Log {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let fields: Vec<String> = fields.iter().map(|field| shown(*field)).collect();
        assert_eq!(raw(), format!("t={} n={} f={}", fields[0], fields[1], fields[2]));
        self.rows.push(format!("{} {}", at.record, fields.join(" ")));
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        self.dictionaries.push(match &batch.columns[0] {
            ColumnValues::Coded { dictionary, .. } => Some(dictionary.serial),
            _ => None,
        });
        batch.each_row(self);
    }

    fn broken(&mut self, _: Position, _: Reason, _: &[u8]) {}

    fn is_refused(&self) -> bool {
        false
    }
}

/// So many rows of which every third has no text, the others one of seven.
fn read(rows: i64, so: WriterPropertiesBuilder, text: &str) -> Log {
    let texts = (0..rows).map(|n| (n % 3 > 0).then(|| format!("{text}{}", n % 7)));
    let columns: [(&str, ArrayRef); 3] = [
        ("t", Arc::new(texts.collect::<StringArray>())),
        ("n", Arc::new((0..rows).map(|n| (n % 5 > 0).then_some(n)).collect::<Int64Array>())),
        ("f", Arc::new((0..rows).map(|_| Some(0.5)).collect::<Float64Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(so.build())).unwrap();
    writer.write(&batch).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&writer.into_inner().unwrap()).unwrap();
    let wanted = ["t", "n", "f"].map(|name| Wanted::needed(&ColumnName::new(name)));
    let mut log = Log::default();
    assert_eq!(super::read(&file, &wanted, &mut log).unwrap(), log.rows.len() as u64);
    log
}

fn so() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

#[test]
fn a_dictionary_has_one_serial_number_in_its_row_group_and_the_next_has_another() {
    let rows = 10_000;
    let log = read(rows, so().set_max_row_group_row_count(Some(6_000)), "x");
    assert_eq!(log.dictionaries, [Some(1), Some(1), Some(2)]);
    assert_eq!(log.rows[..4], ["1   0.5", "2 x1 1 0.5", "3 x2 2 0.5", "4  3 0.5"]);
    let plain = read(rows, so().set_dictionary_enabled(false), "x");
    assert_eq!((plain.dictionaries, plain.rows), (vec![None; 3], log.rows));
}

#[test]
fn a_dictionary_that_was_given_up_and_one_of_long_texts_are_read_as_views() {
    let given_up =
        so().set_dictionary_page_size_limit(4).set_data_page_row_count_limit(100).set_write_batch_size(50);
    let read_back = read(10_000, given_up, "texts of some length ");
    assert_eq!(read_back.dictionaries, [None; 3]);
    assert_eq!(read_back.rows[9_999], "10000  9999 0.5");
    assert_eq!(read_back.rows[9_997], "9998 texts of some length 1 9997 0.5");
    let sentence = "é".repeat(40_000);
    assert!(read(100, so(), &sentence).dictionaries.iter().all(Option::is_none));
    assert!(read(100, so(), &sentence[..200]).dictionaries.iter().all(Option::is_some));
}

#[test]
fn a_dictionary_may_not_claim_more_entries_than_it_has_bytes_for() {
    let batch = RecordBatch::try_from_iter([("t", Arc::new(StringArray::from(vec!["abc"])) as ArrayRef)]).unwrap();
    let writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    let mut writer = writer;
    writer.write(&batch).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&writer.into_inner().unwrap()).unwrap();
    let loaded = load(&file).unwrap();
    let chunk = loaded.metadata().row_group(0).column(0);
    assert!(limits::check_dictionary(chunk, 1, 7).is_ok());
    let refusal = limits::check_dictionary(chunk, 1 << 31, 7).unwrap_err().to_string();
    assert!(refusal.ends_with("a dictionary claims 2147483648 entries and has 7 bytes for them"), "{refusal}");
    assert!(limits::check_encoding(chunk, parquet::basic::Encoding::DELTA_BYTE_ARRAY).is_err());
}
