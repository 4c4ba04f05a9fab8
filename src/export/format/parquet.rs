//! Parquet: only the needed columns, a batch at a time, and nothing taken on trust.
//!
//! The footer of a damaged file can ask for any amount of memory, so its sizes are held against the file before
//! anything is decoded; page checksums are verified where the writer left them; the rows decoded must be the rows
//! that the footer counts. Text is read as views, so that a long value that is repeated lies in memory once; and a
//! row group at a time, so that a batch cannot gather the long values of many.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, new_empty_array};
use arrow_schema::{DataType, FieldRef, Fields, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Encoding, Type};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::field::{Field, Position, Records};
use super::heading::Heading;
use super::wanted::Wanted;
use crate::export::ExportError;

const BATCH_ROWS: usize = 8192;
/// What one column of a row group may say it decodes to; writers aim at 128 MB to 1 GB for all of them.
const MAX_COLUMN_BYTES: i64 = 1 << 30;
/// Beyond this many decompressed bytes of a row group, more than [`MAX_EXPANSION`] out of one is a bomb.
const EXPANSION_GRACE_BYTES: i64 = 64 << 20;
const MAX_EXPANSION: i64 = 200;
/// What a batch of values that are copied, row by row, may come to.
const COPIED_BATCH_BYTES: i64 = 128 << 20;

/// Reads every record and returns how many there are by the footer.
pub(in crate::export) fn read(
    file: &File,
    wanted: &[Wanted],
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let file_bytes = file.metadata()?.len();
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::new().with_skip_arrow_metadata(true))
        .map_err(unsound)?;
    check_sizes(metadata.metadata(), file_bytes)?;
    let header: Vec<String> = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    let heading = Heading::new(header.clone());
    heading.refuse_duplicates()?;
    let places = heading.places(wanted)?;
    let roots: Vec<usize> = places.iter().flatten().copied().collect();
    let physical = u64::try_from(metadata.metadata().file_metadata().num_rows())
        .map_err(|_| ExportError::Parquet("it claims a negative number of rows".to_owned()))?;
    let metadata = with_views(metadata);
    let names: Vec<Option<&str>> = places.iter().map(|root| root.map(|root| header[root].as_str())).collect();
    for root in &roots {
        // Before anything is decoded: a type that is no use could still be large.
        Values::of(&new_empty_array(metadata.schema().field(*root).data_type()), &header[*root])?;
    }
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots.iter().copied());
    let mut record = 0_u64;
    for (index, group) in metadata.metadata().row_groups().iter().enumerate() {
        check_expansion(group, &mask)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, metadata.clone())
            .with_projection(mask.clone())
            .with_row_groups(vec![index])
            .with_batch_size(batch_rows(&metadata, group, &mask))
            .build()
            .map_err(unsound)?;
        for batch in reader {
            let batch = batch.map_err(unsound)?;
            hand_over(&batch, &names, &mut record, records)?;
            if records.is_refused() {
                return Ok(0);
            }
        }
    }
    if record != physical {
        return Err(ExportError::Unbalanced { physical, accounted: record });
    }
    Ok(physical)
}

/// The columns that fields can be read from.
pub(in crate::export) fn columns(file: &File) -> Result<Vec<String>, ExportError> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::new().with_skip_arrow_metadata(true))
        .map_err(unsound)?;
    let is_readable = |field: &&FieldRef| Values::of(&new_empty_array(field.data_type()), field.name()).is_ok();
    Ok(metadata.schema().fields().iter().filter(is_readable).map(|field| field.name().clone()).collect())
}

fn hand_over(
    batch: &RecordBatch,
    names: &[Option<&str>],
    record: &mut u64,
    records: &mut impl Records,
) -> Result<(), ExportError> {
    let columns = names
        .iter()
        .map(|name| name.map_or(Ok(Column::ABSENT), |name| Column::of(batch, name)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut fields = vec![Field::Null; columns.len()];
    for row in 0..batch.num_rows() {
        *record += 1;
        for (field, column) in fields.iter_mut().zip(&columns) {
            *field = column.get(row);
        }
        let raw = || render(&columns, row);
        records.record(Position { record: *record, byte_offset: None }, &fields, &raw);
    }
    Ok(())
}

/// Has text read as views: these share the bytes of a page or dictionary, where a plain array would repeat a value
/// for each row. A schema that the reader will not have it for is left as it is, and read in smaller batches.
fn with_views(metadata: ArrowReaderMetadata) -> ArrowReaderMetadata {
    let view = |field: &FieldRef| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    let fields = metadata.schema().fields().iter().map(view).collect::<Fields>();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata.schema().metadata().clone()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).unwrap_or(metadata)
}

/// Refuses a row group whose needed columns decompress to far more than they are.
fn check_expansion(group: &RowGroupMetaData, mask: &ProjectionMask) -> Result<(), ExportError> {
    let (mut compressed, mut decompressed) = (0_i64, 0_i64);
    for (leaf, column) in group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf)) {
        if column.uncompressed_size() > MAX_COLUMN_BYTES {
            return Err(ExportError::Parquet(format!(
                "column {} of a row group claims to decode to more than 1 GiB",
                leaf + 1
            )));
        }
        compressed = compressed.saturating_add(column.compressed_size());
        decompressed = decompressed.saturating_add(column.uncompressed_size());
    }
    let limit = EXPANSION_GRACE_BYTES.max(compressed.saturating_mul(MAX_EXPANSION));
    if decompressed > limit {
        return Err(ExportError::Bomb {
            compressed_bytes: compressed.unsigned_abs(),
            decompressed_bytes: limit.unsigned_abs(),
        });
    }
    Ok(())
}

/// Rows that a batch may have: fewer where values are copied for each row, and one may be as long as its column.
fn batch_rows(metadata: &ArrowReaderMetadata, group: &RowGroupMetaData, mask: &ProjectionMask) -> usize {
    let schema = metadata.parquet_schema();
    let is_copied = |leaf: usize| {
        let field = metadata.schema().field(schema.get_column_root_idx(leaf));
        group.column(leaf).column_type() == Type::BYTE_ARRAY
            && (field.data_type() != &DataType::Utf8View
                || group.column(leaf).encodings().any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY))
    };
    let longest: i64 = (0..group.num_columns())
        .filter(|leaf| mask.leaf_included(*leaf) && is_copied(*leaf))
        .map(|leaf| group.column(leaf).uncompressed_size())
        .sum();
    let rows = COPIED_BATCH_BYTES / longest.max(1);
    usize::try_from(rows).unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS)
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
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let inside = start >= 0
                && column.compressed_size() >= 0
                && end.and_then(|end| u64::try_from(end).ok()).is_some_and(|end| end <= file_bytes);
            if !inside {
                return unsound("a column lies outside the file");
            }
            if column.uncompressed_size() < 0 {
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
    /// A column that the file need not have, and has not.
    const ABSENT: Self = Self { name: String::new(), values: Values::Null };

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
fn render(columns: &[Column], row: usize) -> String {
    let shown = columns
        .iter()
        .filter(|column| !column.name.is_empty())
        .map(|column| format!("{}={}", column.name, super::field::shown(column.get(row))));
    shown.collect::<Vec<_>>().join(" ")
}
