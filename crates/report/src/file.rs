//! Tables as Parquet that every reader opens.
//!
//! polars writes the types of its own memory into `ARROW:schema`, where text is a view. Readers of Arrow take that at its
//! word: pyarrow before 16 opens no such file, and later ones do not filter, sort or join such columns. What is in the
//! columns is the same plain text either way, so the file is given a schema that calls it so, and polars leaves it alone.

use std::sync::Arc;

use arrow_schema::{DataType as ArrowType, Field, Schema, TimeUnit as ArrowUnit};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use polars::prelude::*;

use super::Rendered;

const ROW_GROUP_ROWS: usize = 1 << 17;

/// Writes a table with these entries of metadata. The same one gives the same bytes: one thread, one row group size, nothing of the machine in it.
///
/// # Errors
/// When polars cannot write it, or a column has a type that no table is published with.
pub(super) fn parquet(mut table: DataFrame, mut metadata: Vec<(String, String)>) -> PolarsResult<Rendered> {
    let mut bytes = Vec::new();
    table.rechunk_mut();
    metadata.push((ARROW_SCHEMA_META_KEY.to_owned(), encode_arrow_schema(&arrow_schema(&table)?)));
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROW_GROUP_ROWS))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
        .set_parallel(false)
        .finish(&mut table)?;
    Ok(Rendered { bytes, rows: table.height() })
}

fn arrow_schema(table: &DataFrame) -> PolarsResult<Schema> {
    let field = |(name, dtype): (&PlSmallStr, &DataType)| Ok(Field::new(name.as_str(), arrow_type(dtype)?, true));
    let fields: PolarsResult<Vec<Field>> = table.schema().iter().map(field).collect();
    Ok(Schema::new(fields?))
}

/// The Arrow type that every reader knows for what polars writes of a type.
fn arrow_type(dtype: &DataType) -> PolarsResult<ArrowType> {
    Ok(match dtype {
        DataType::String => ArrowType::Utf8,
        DataType::Boolean => ArrowType::Boolean,
        DataType::Int64 => ArrowType::Int64,
        DataType::Float64 => ArrowType::Float64,
        DataType::Date => ArrowType::Date32,
        DataType::Datetime(TimeUnit::Microseconds, zone) => {
            ArrowType::Timestamp(ArrowUnit::Microsecond, zone.as_ref().map(|zone| Arc::from(zone.as_str())))
        }
        other => polars_bail!(InvalidOperation: "no table is published with a column of type {other}"),
    })
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

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
        let written = parquet(table(), Vec::new()).unwrap();
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
        let written = parquet(table().clear(), Vec::new()).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(written.bytes)).unwrap();
        assert_eq!(reader.schema().field(0).data_type(), &ArrowType::Utf8);
        assert_eq!(written.rows, 0);
    }

    #[test]
    fn a_type_that_not_every_reader_knows_is_refused() {
        let spans = Column::new("span".into(), [1_i32]);
        let refused = parquet(DataFrame::new(1, vec![spans]).unwrap(), Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("column of type i32"), "{refused}");
    }
}
