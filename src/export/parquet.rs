//! Parquet: only the needed columns, a batch at a time, and nothing taken on trust.
//!
//! The footer of a damaged file can ask for any amount of memory, so its sizes are held against the file before
//! anything is decoded; page checksums are verified where the writer left them; the rows decoded must be the rows
//! that the footer counts.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaData;

use super::ExportError;
use super::field::{Field, Position, Records};

const BATCH_ROWS: usize = 8192;
/// What one row group may say it decodes to; writers aim at 128 MB to 1 GB.
const MAX_ROW_GROUP_BYTES: i64 = 8 << 30;

/// Reads every record and returns how many there are by the footer.
pub(super) fn read(file: File, needed: &[String], records: &mut impl Records) -> Result<u64, ExportError> {
    let file_bytes = file.metadata()?.len();
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_skip_arrow_metadata(true))
        .map_err(unsound)?;
    check_sizes(metadata.metadata(), file_bytes)?;
    let header: Vec<String> = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    super::delimited::refuse_duplicates(&header)?;
    let roots = needed
        .iter()
        .map(|column| {
            header
                .iter()
                .position(|name| name == column)
                .ok_or_else(|| ExportError::MissingColumn { column: column.clone(), header: header.clone() })
        })
        .collect::<Result<Vec<usize>, _>>()?;
    let physical = u64::try_from(metadata.metadata().file_metadata().num_rows())
        .map_err(|_| ExportError::Parquet("it claims a negative number of rows".to_owned()))?;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(unsound)?;
    let mut record = 0_u64;
    for batch in reader {
        let batch = batch.map_err(unsound)?;
        let columns = needed.iter().map(|name| Column::of(&batch, name)).collect::<Result<Vec<_>, _>>()?;
        let mut fields = vec![Field::Null; columns.len()];
        for row in 0..batch.num_rows() {
            record += 1;
            for (field, column) in fields.iter_mut().zip(&columns) {
                *field = column.get(row);
            }
            let raw = || render(needed, &columns, row);
            records.record(Position { record, byte_offset: None }, &fields, &raw);
        }
        if records.is_refused() {
            return Ok(0);
        }
    }
    if record != physical {
        return Err(ExportError::Unbalanced { physical, accounted: record });
    }
    Ok(physical)
}

fn unsound(error: impl std::fmt::Display) -> ExportError {
    ExportError::Parquet(error.to_string())
}

/// Holds what the footer claims against the size of the file.
fn check_sizes(metadata: &ParquetMetaData, file_bytes: u64) -> Result<(), ExportError> {
    let unsound = |what: &str| Err(ExportError::Parquet(what.to_owned()));
    let mut rows = 0_i64;
    for group in metadata.row_groups() {
        let Some(sum) = rows.checked_add(group.num_rows()).filter(|_| group.num_rows() >= 0) else {
            return unsound("its row counts overflow");
        };
        rows = sum;
        if group.total_byte_size() > MAX_ROW_GROUP_BYTES {
            return unsound("a row group claims to decode to more than 8 GiB");
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let inside = start >= 0
                && column.compressed_size() >= 0
                && end.and_then(|end| u64::try_from(end).ok()).is_some_and(|end| end <= file_bytes);
            if !inside {
                return unsound("a column lies outside the file");
            }
            if column.uncompressed_size() > MAX_ROW_GROUP_BYTES || column.uncompressed_size() < 0 {
                return unsound("a column claims an impossible size");
            }
        }
    }
    if rows != metadata.file_metadata().num_rows() {
        return unsound("its row groups do not add up to its row count");
    }
    Ok(())
}

/// A needed column of a batch in one of the few shapes that fields are read from.
struct Column {
    name: String,
    values: Values,
}

enum Values {
    Utf8(arrow_array::StringArray),
    View(arrow_array::StringViewArray),
    Dictionary(arrow_array::DictionaryArray<Int32Type>, arrow_array::StringArray),
    Int(arrow_array::Int64Array),
    Float(arrow_array::Float64Array),
    Bool(arrow_array::BooleanArray),
    Instant(arrow_array::TimestampMicrosecondArray),
    Wall(arrow_array::TimestampMicrosecondArray),
    Null,
}

impl Column {
    fn of(batch: &RecordBatch, name: &str) -> Result<Self, ExportError> {
        let array = batch.column_by_name(name).ok_or_else(|| unsound("a projected column is missing"))?;
        Ok(Self { name: name.to_owned(), values: Values::of(array, name)? })
    }

    fn get(&self, row: usize) -> Field<'_> {
        match &self.values {
            Values::Utf8(array) if array.is_valid(row) => text(array.value(row)),
            Values::View(array) if array.is_valid(row) => text(array.value(row)),
            Values::Dictionary(array, values) => match array.key(row) {
                Some(key) if values.is_valid(key) => text(values.value(key)),
                _ => Field::Null,
            },
            Values::Int(array) if array.is_valid(row) => Field::Int(array.value(row)),
            Values::Float(array) if array.is_valid(row) => Field::Float(array.value(row)),
            Values::Bool(array) if array.is_valid(row) => Field::Bool(array.value(row)),
            Values::Instant(array) if array.is_valid(row) => Field::Instant(array.value(row)),
            Values::Wall(array) if array.is_valid(row) => Field::Wall(array.value(row)),
            _ => Field::Null,
        }
    }
}

fn text(text: &str) -> Field<'_> {
    if text.is_empty() { Field::Null } else { Field::Text(text) }
}

impl Values {
    fn of(array: &ArrayRef, name: &str) -> Result<Self, ExportError> {
        let cast = |to: &DataType| arrow_cast::cast::cast_with_options(array, to, &STRICT).map_err(unsound);
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string::<i32>().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::LargeUtf8 => Self::View(cast(&DataType::Utf8View)?.as_string_view().clone()),
            DataType::Dictionary(_, values) if values.as_ref() == &DataType::Utf8 => {
                let keyed = cast(&DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)))?;
                let keyed = keyed.as_dictionary::<Int32Type>().clone();
                let values = keyed.values().as_string::<i32>().clone();
                Self::Dictionary(keyed, values)
            }
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => Self::Int(cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            DataType::UInt64 | DataType::Decimal128(_, 0) => {
                Self::Utf8(cast(&DataType::Utf8)?.as_string().clone())
            }
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                Self::Float(cast(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Boolean => Self::Bool(array.as_boolean().clone()),
            DataType::Timestamp(_, zone) => {
                let zone = zone.as_ref().map(|_| Arc::from("UTC"));
                let is_instant = zone.is_some();
                let cast = cast(&DataType::Timestamp(TimeUnit::Microsecond, zone))?;
                let micros = cast.as_primitive::<TimestampMicrosecondType>().clone();
                if is_instant { Self::Instant(micros) } else { Self::Wall(micros) }
            }
            DataType::Null => Self::Null,
            other => {
                return Err(ExportError::ColumnType {
                    column: name.to_owned(),
                    found: other.to_string(),
                    expected: "expected text, a number, a truth value or a timestamp",
                });
            }
        })
    }
}

const STRICT: arrow_cast::CastOptions<'static> = arrow_cast::CastOptions {
    safe: false,
    format_options: arrow_cast::display::FormatOptions::new().with_display_error(true),
};

/// A rejected row as text: only the needed columns were decoded, so only they are shown.
fn render(needed: &[String], columns: &[Column], row: usize) -> String {
    debug_assert_eq!(needed.len(), columns.len());
    let shown = columns.iter().map(|column| match column.get(row) {
        Field::Null | Field::Nested => format!("{}=", column.name),
        Field::Text(text) => format!("{}={text}", column.name),
        Field::Int(number) => format!("{}={number}", column.name),
        Field::Float(number) => format!("{}={number}", column.name),
        Field::Bool(flag) => format!("{}={flag}", column.name),
        Field::Instant(us) | Field::Wall(us) => format!("{}={us}us", column.name),
    });
    shown.collect::<Vec<_>>().join(" ")
}
