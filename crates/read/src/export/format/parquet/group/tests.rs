//! Which row groups are read by their pages.

use std::io::Write as _;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::export::format::field::{Field, Position, shown};
use coverledger_core::model::Reason;

/// Every record as text.
#[derive(Default)]
struct Rows(Vec<String>);

impl Records for Rows {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let fields: Vec<String> = fields.iter().map(|field| shown(*field)).collect();
        assert_eq!(raw(), format!("t={} n={} f={}", fields[0], fields[1], fields[2]));
        self.0.push(format!("{} {}", at.record, fields.join(" ")));
    }

    fn broken(&mut self, _: Position, _: Reason, _: &[u8]) {}

    fn is_refused(&self) -> bool {
        false
    }
}

/// Whether all row groups are read by their pages, and their records.
fn read(so: WriterProperties, text: &str) -> (bool, Vec<String>) {
    let columns: [(&str, ArrayRef); 3] = [
        ("t", Arc::new((0..40).map(|n| (n % 3 > 0).then(|| format!("{text}{}", n % 7))).collect::<StringArray>())),
        ("n", Arc::new((0..40).map(|n| (n % 5 > 0).then_some(n)).collect::<Int64Array>())),
        ("f", Arc::new(Float64Array::from(vec![0.5; 40]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(so)).unwrap();
    writer.write(&batch).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&writer.into_inner().unwrap()).unwrap();
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).unwrap();
    let names = [Some("t"), Some("n"), Some("f")];
    let places = [Some(0), Some(1), Some(2)];
    let mut swift = Swift::new(&file, &metadata, &places, &names).unwrap();
    let (mut record, mut rows) = (0, Rows::default());
    let groups = metadata.metadata().row_groups();
    let is_swift = groups.iter().all(|group| swift.read(group, &mut record, &mut rows));
    assert_eq!(record, rows.0.len() as u64);
    (is_swift, rows.0)
}

#[test]
fn usual_columns_are_read_by_their_pages() {
    let so = || WriterProperties::builder().set_max_row_group_row_count(Some(15)).set_data_page_row_count_limit(6);
    let (is_swift, rows) = read(so().set_write_batch_size(3).build(), "x");
    assert!(is_swift);
    assert_eq!(rows.len(), 40);
    assert_eq!(rows[..4], ["1   0.5", "2 x1 1 0.5", "3 x2 2 0.5", "4  3 0.5"]);
    let plain = read(so().set_dictionary_enabled(false).build(), "x");
    assert_eq!(plain, (true, rows));
    // Its length is no ASCII, so that the page as a whole is no text; a dictionary is taken entry by entry.
    let long = "é".repeat(100);
    assert!(read(so().build(), &long).0);
    assert!(!read(so().set_dictionary_enabled(false).build(), &long).0);
}
