//! Tables as Parquet that every reader opens.
//!
//! polars makes the tables, and the `parquet` crate writes them: for a few dozen rows in fifty columns polars would make a
//! context of zstd a page and guess how many values each column has, which costs six times as much and is no smaller.
//! Columns have the plain types that every reader of Arrow knows; text is no view, which pyarrow before 16 does not open
//! and later ones do not filter, sort or join.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType as ArrowType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use polars::prelude::*;

use super::Rendered;

const ROW_GROUP_ROWS: usize = 1 << 17;
/// Who wrote a file. Without a version: bytes change when they are written otherwise, not when a release has a new number.
const CREATED_BY: &str = "coverledger";

/// Writes a table with these entries of metadata. The same one gives the same bytes: one thread, one row group size, nothing of the machine in it.
///
/// # Errors
/// When it cannot be written, or a column has a type that no table is published with.
pub(super) fn parquet(table: &DataFrame, metadata: Vec<(String, String)>) -> PolarsResult<Rendered> {
    let columns: Vec<(Field, ArrayRef)> = table.columns().iter().map(arrow).collect::<PolarsResult<_>>()?;
    let bytes = written(columns, table.height(), metadata);
    let bytes = bytes.map_err(|error| polars_err!(ComputeError: "it cannot be written as Parquet: {error}"))?;
    Ok(Rendered { bytes, rows: table.height() })
}

fn written(
    columns: Vec<(Field, ArrayRef)>,
    rows: usize,
    metadata: Vec<(String, String)>,
) -> parquet::errors::Result<Vec<u8>> {
    let metadata = metadata.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(metadata))
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false);
    for (field, _) in columns.iter().filter(|(field, _)| *field.data_type() == ArrowType::Utf8) {
        // Numbers seldom repeat, and a dictionary of them is one more page.
        let text = ColumnPath::from(field.name().as_str());
        properties = properties.set_column_dictionary_enabled(text, true);
    }
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let height = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &height)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties.build()))?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// A column in the types that every reader of Arrow knows, value by value and null by null.
fn arrow(column: &Column) -> PolarsResult<(Field, ArrayRef)> {
    let array: ArrayRef = match column.dtype() {
        DataType::String => Arc::new(column.str()?.iter().collect::<StringArray>()),
        DataType::Boolean => Arc::new(column.bool()?.iter().collect::<BooleanArray>()),
        DataType::Int64 => Arc::new(column.i64()?.iter().collect::<Int64Array>()),
        DataType::Float64 => Arc::new(column.f64()?.iter().collect::<Float64Array>()),
        DataType::Date => Arc::new(column.date()?.physical().iter().collect::<Date32Array>()),
        DataType::Datetime(TimeUnit::Microseconds, zone) => {
            let instants: TimestampMicrosecondArray = column.datetime()?.physical().iter().collect();
            Arc::new(instants.with_timezone_opt(zone.as_ref().map(|zone| zone.as_str())))
        }
        other => polars_bail!(InvalidOperation: "no table is published with a column of type {other}"),
    };
    Ok((Field::new(column.name().as_str(), array.data_type().clone(), true), array))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use arrow_schema::TimeUnit as ArrowUnit;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Encoding;
    use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::super::cells::{dates, instants};
    use super::*;

    fn table() -> DataFrame {
        let day = jiff::civil::date(2026, 11, 21);
        let columns = vec![
            Column::new("text".into(), [Some("a"), None]),
            Column::new("flag".into(), [Some(true), None]),
            Column::new("whole".into(), [Some(7_i64), None]),
            Column::new("share".into(), [Some(0.5), None]),
            dates("day", vec![Some(day), None]),
            instants("instant", vec![Some(1), None], Some(TimeZone::UTC)),
            instants("wall", vec![Some(1), None], None),
        ];
        DataFrame::new(2, columns).unwrap()
    }

    #[test]
    fn a_reader_of_arrow_sees_plain_types_and_polars_what_was_written() {
        let written = parquet(&table(), Vec::new()).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(written.bytes.clone())).unwrap();
        let types: Vec<ArrowType> =
            reader.schema().fields().iter().map(|field| field.data_type().clone()).collect();
        let instant = |zone: Option<&str>| ArrowType::Timestamp(ArrowUnit::Microsecond, zone.map(Arc::from));
        let expected = [
            ArrowType::Utf8,
            ArrowType::Boolean,
            ArrowType::Int64,
            ArrowType::Float64,
            ArrowType::Date32,
            instant(Some("UTC")),
            instant(None),
        ];
        assert_eq!(types, expected);
        let back = super::super::frame(&[written.bytes.into()]).unwrap();
        assert!(back.equals_missing(&table()), "{back}");
    }

    #[test]
    fn a_table_without_rows_has_its_types_too() {
        let written = parquet(&table().clear(), Vec::new()).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(written.bytes)).unwrap();
        assert_eq!(reader.schema().field(0).data_type(), &ArrowType::Utf8);
        assert_eq!(written.rows, 0);
    }

    #[test]
    fn a_type_that_not_every_reader_knows_is_refused() {
        let spans = Column::new("span".into(), [1_i32]);
        let refused = parquet(&DataFrame::new(1, vec![spans]).unwrap(), Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("column of type i32"), "{refused}");
    }

    fn metadata(bytes: &[u8]) -> ParquetMetaData {
        SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).unwrap().metadata().clone()
    }

    #[test]
    fn a_file_says_what_is_in_a_column_and_who_wrote_it() {
        let written = parquet(&table(), vec![("coverledger.table".to_owned(), "funnel".to_owned())]).unwrap();
        let metadata = metadata(&written.bytes);
        assert_eq!(metadata.file_metadata().created_by(), Some("coverledger"));
        let entries = metadata.file_metadata().key_value_metadata().unwrap();
        assert!(
            entries.contains(&KeyValue::new("coverledger.table".to_owned(), "funnel".to_owned())),
            "{entries:?}"
        );
        for column in metadata.row_group(0).columns() {
            let name = column.column_path().string();
            assert_eq!(column.compression(), Compression::SNAPPY, "{name}");
            let has_dictionary = column.encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY);
            assert_eq!(has_dictionary, name == "text", "{name}");
            let statistics = column.statistics().unwrap();
            assert_eq!(statistics.null_count_opt(), Some(1), "{name}");
            assert!(statistics.min_bytes_opt().is_some() && statistics.max_bytes_opt().is_some(), "{name}");
        }
    }

    #[test]
    fn every_float_stays_what_it_is_to_the_bit() {
        let floats = [Some(-0.0), Some(0.0), Some(f64::NAN), None, Some(f64::NEG_INFINITY), Some(5e-324)];
        let one = DataFrame::new(floats.len(), vec![Column::new("share".into(), floats)]).unwrap();
        let written = parquet(&one, Vec::new()).unwrap();
        let back = super::super::frame(&[written.bytes.into()]).unwrap();
        let bits = |frame: &DataFrame| -> Vec<Option<u64>> {
            let values = frame.column("share").unwrap().f64().unwrap();
            values.iter().map(|value| value.map(f64::to_bits)).collect()
        };
        assert_eq!(bits(&back), bits(&one));
    }

    #[test]
    fn how_a_table_was_put_together_does_not_change_its_bytes() {
        let mut in_parts = table();
        in_parts.vstack_mut(&table()).unwrap();
        in_parts.vstack_mut(&table().slice(1, 1)).unwrap();
        let mut whole = in_parts.clone();
        whole.rechunk_mut();
        assert!(in_parts.first_col_n_chunks() > whole.first_col_n_chunks());
        let bytes = |table: &DataFrame| parquet(table, Vec::new()).unwrap().bytes;
        assert_eq!(bytes(&in_parts), bytes(&whole));
    }

    #[test]
    fn a_long_table_has_row_groups_of_one_size() {
        let rows = ROW_GROUP_ROWS + 1;
        let numbers: Vec<i64> = (0..).take(rows).collect();
        let text: Vec<String> = numbers.iter().map(|number| format!("cover {number}")).collect();
        let columns = vec![Column::new("n".into(), numbers), Column::new("cover_id".into(), text)];
        let long = DataFrame::new(rows, columns).unwrap();
        let written = parquet(&long, Vec::new()).unwrap();
        let groups = metadata(&written.bytes);
        let sizes: Vec<i64> = groups.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(sizes, [i64::try_from(ROW_GROUP_ROWS).unwrap(), 1]);
        let back = super::super::frame(&[written.bytes.into()]).unwrap();
        assert!(back.equals_missing(&long));
    }

    #[test]
    fn tables_of_earlier_releases_are_read_beside_those_of_this_one() {
        // Written by polars: with zstd, and with its own types in the schema, where text is a view.
        let mut before = Vec::new();
        ParquetWriter::new(&mut before)
            .with_compression(ParquetCompression::Zstd(None))
            .set_parallel(false)
            .finish(&mut table())
            .unwrap();
        assert_eq!(metadata(&before).row_group(0).column(0).compression().to_string(), "ZSTD(ZstdLevel(1))");
        let of_polars = ParquetReader::new(Cursor::new(before.clone())).finish().unwrap();
        assert!(of_polars.equals_missing(&table()), "{of_polars}");
        let now = parquet(&table(), Vec::new()).unwrap().bytes;
        let both = super::super::frame(&[before.into(), now.into()]).unwrap();
        assert!(both.slice(0, 2).equals_missing(&table()) && both.slice(2, 2).equals_missing(&table()), "{both}");
    }
}
