//! Limits on what a file may claim about itself. The footer or a page of a damaged file can ask for any amount of memory, so
//! their claims are checked before anything is decoded by them.

use parquet::arrow::ProjectionMask;
use parquet::basic::{Encoding, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use crate::export::ExportError;

/// Rows of a batch.
pub(super) const BATCH_ROWS: usize = 4096;
/// What one column of a row group may say it decodes to; writers aim at 128 MB to 1 GB for all of them.
const MAX_COLUMN_BYTES: i64 = 1 << 30;
/// Beyond this many decompressed bytes of a row group, more than [`MAX_EXPANSION`] out of one is a bomb.
const EXPANSION_GRACE_BYTES: i64 = 64 << 20;
const MAX_EXPANSION: i64 = 200;
/// What the values of a batch may come to where they are copied, row by row.
pub(super) const BATCH_BYTES: u64 = 128 << 20;

/// Checks what the footer claims against the size of the file.
pub(super) fn check_sizes(metadata: &ParquetMetaData, file_bytes: u64) -> Result<(), ExportError> {
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

/// Refuses a row group whose needed columns decompress to far more than they are.
pub(super) fn check_expansion(group: &RowGroupMetaData, mask: &ProjectionMask) -> Result<(), ExportError> {
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

/// Refuses a dictionary page that claims more entries than it has bytes for: decoders make room for all of them.
pub(super) fn check_dictionary(
    chunk: &ColumnChunkMetaData,
    entries: u32,
    bytes: usize,
) -> Result<(), ParquetError> {
    let entry_bytes = match chunk.column_type() {
        Type::BOOLEAN => 0,
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(chunk.column_descr().type_length()).unwrap_or(1).max(1),
    };
    let least_bytes = u64::from(entries).saturating_mul(entry_bytes);
    if least_bytes > bytes as u64 {
        return Err(ParquetError::General(format!(
            "a dictionary claims {entries} entries and has {bytes} bytes for them"
        )));
    }
    Ok(())
}

/// Refuses values of shared prefixes in a column that is not said to have any: how many rows a batch may have depends
/// on it, for these values are copied.
pub(super) fn check_encoding(chunk: &ColumnChunkMetaData, encoding: Encoding) -> Result<(), ParquetError> {
    if encoding == Encoding::DELTA_BYTE_ARRAY && !has_prefixes(chunk) {
        return Err(ParquetError::General(format!("a page is in {encoding}, which its column does not list")));
    }
    Ok(())
}

/// Whether values may share prefixes, so that they have to be copied.
pub(super) fn has_prefixes(chunk: &ColumnChunkMetaData) -> bool {
    chunk.encodings().any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY)
}
