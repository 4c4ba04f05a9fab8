//! Parquet: only the needed columns, a batch at a time, and nothing taken on trust.
//!
//! The footer of a damaged file can ask for any amount of memory, so its sizes are held against the file before
//! anything is decoded; page checksums are verified where the writer left them; the rows decoded must be the rows
//! that the footer counts. Text is read as views, so that a long value that is repeated lies in memory once; and a
//! row group at a time, so that a batch cannot gather the long values of many.
//!
//! Most files have nothing but the usual types and encodings: their row groups are read straight from the pages
//! (`group`). The first thing that is not as usual ends that, and the general reader goes on at this row; so what is
//! refused, and in which words, is its business alone.

mod column;
mod cursor;
mod group;
mod held;
mod hybrid;
mod kind;
mod plain;

use std::fs::File;
use std::sync::Arc;

use arrow_array::{RecordBatch, new_empty_array};
use arrow_schema::{DataType, FieldRef, Fields, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Encoding, Type};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use column::{Column, Values};

use super::field::{Field, Position, Records, shown};
use super::heading::Heading;
use super::wanted::Wanted;
use crate::export::ExportError;
use group::Swift;

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
    let mut swift = Swift::new(file, &metadata, &places, &names)?;
    for (index, group) in metadata.metadata().row_groups().iter().enumerate() {
        check_expansion(group, &mask)?;
        let before = record;
        if swift.read(group, &mut record, records) {
            if records.is_refused() {
                return Ok(0);
            }
            continue;
        }
        let handed_over = usize::try_from(record - before).unwrap_or(usize::MAX);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, metadata.clone())
            .with_projection(mask.clone())
            .with_row_groups(vec![index])
            .with_offset(handed_over)
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

/// A rejected row as text: only the needed columns were decoded, so only they are shown.
fn render(columns: &[Column], row: usize) -> String {
    let values = columns
        .iter()
        .filter(|column| !column.name.is_empty())
        .map(|column| format!("{}={}", column.name, shown(column.get(row))));
    values.collect::<Vec<_>>().join(" ")
}
