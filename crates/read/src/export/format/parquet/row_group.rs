//! The batches of one row group, by arrow-rs.
//!
//! Text is read as numbers of dictionary entries where its whole column is stored so, and as views everywhere else: a
//! value that is repeated lies in memory once either way. A row group has a reader of its own, so that a batch has
//! one dictionary a column and cannot gather the long values of many groups.

use std::cell::RefCell;
use std::fs::File;
use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, Fields};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::Type;
use parquet::column::page::PageIterator;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::limits::{BATCH_BYTES, BATCH_ROWS, has_prefixes};
use super::pages::{CheckedPages, OneChunk};
use crate::export::Halt;

/// Larger dictionaries are hardly smaller than their column.
const MOST_ENTRIES: u32 = 1 << 17;
/// What page headers, levels and the codes of a few rows may come to.
const CODED_GRACE_BYTES: u64 = 4 << 10;

/// A row group whose needed columns are open.
pub(super) struct RowGroup<'a> {
    metadata: &'a ParquetMetaData,
    group: &'a RowGroupMetaData,
    rows: usize,
    /// By leaf column; `None` for one that is not needed, or handed over.
    pages: RefCell<Vec<Option<CheckedPages>>>,
}

impl<'a> RowGroup<'a> {
    pub(super) fn open(
        file: &Arc<File>,
        (metadata, index): (&'a ParquetMetaData, usize),
        mask: &ProjectionMask,
        halt: &Halt,
    ) -> Result<Self> {
        let group = metadata.row_group(index);
        let rows = usize::try_from(group.num_rows())?;
        let open = |leaf: usize| {
            let pages = mask.leaf_included(leaf);
            pages.then(|| CheckedPages::open(file, group.column(leaf), rows, halt.clone())).transpose()
        };
        let pages = (0..group.num_columns()).map(open).collect::<Result<_>>()?;
        Ok(Self { metadata, group, rows, pages: RefCell::new(pages) })
    }

    /// Its batches; `fields` is the schema of the file.
    pub(super) fn batches(&self, mask: &ProjectionMask, fields: &Fields) -> Result<ParquetRecordBatchReader> {
        let schema = self.metadata.file_metadata().schema_descr();
        let coded: Vec<bool> = self.pages.borrow().iter().map(|pages| self.is_coded(pages.as_ref())).collect();
        let is_coded = |root| (0..coded.len()).any(|leaf| schema.get_column_root_idx(leaf) == root && coded[leaf]);
        let as_read = |(root, field): (usize, &FieldRef)| match field.data_type() {
            DataType::Utf8 if is_coded(root) => {
                let coded = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(coded))
            }
            DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
            _ => Arc::clone(field),
        };
        let fields: Fields = fields.iter().enumerate().map(as_read).collect();
        let levels = parquet_to_arrow_field_levels(schema, mask.clone(), Some(&fields))?;
        let is_text = |leaf: usize| fields[schema.get_column_root_idx(leaf)].data_type() == &DataType::Utf8View;
        let batch_rows = self.batch_rows(mask, |leaf| coded[leaf], is_text);
        ParquetRecordBatchReader::try_new_with_row_groups(&levels, self, batch_rows, None)
    }

    /// Whether a column is read as numbers of dictionary entries.
    ///
    /// All its pages have to be stored so: without a dictionary arrow-rs would make one for each batch. The footer need
    /// not say it, but a value that is written out takes four bytes for its length alone. And since it copies the values
    /// of a batch that has both, no entry may be so long that a batch of copies would be large.
    fn is_coded(&self, pages: Option<&CheckedPages>) -> bool {
        let Some((pages, (entries, bytes))) = pages.and_then(|pages| Some((pages, pages.dictionary()?))) else {
            return false;
        };
        let column_bytes = pages.chunk().uncompressed_size().unsigned_abs();
        let coded_bytes = column_bytes.saturating_sub(bytes.len() as u64);
        pages.chunk().column_type() == Type::BYTE_ARRAY
            && !has_prefixes(pages.chunk())
            && entries < MOST_ENTRIES
            && coded_bytes < (self.rows as u64).saturating_mul(4).saturating_add(CODED_GRACE_BYTES)
            && longest(bytes).saturating_mul(BATCH_ROWS as u64) <= BATCH_BYTES
    }

    /// Rows that a batch may have: fewer where values are copied for each row, and one may be as long as its column, or
    /// where values are long, and a batch keeps the pages that they are views of.
    fn batch_rows(
        &self,
        mask: &ProjectionMask,
        is_coded: impl Fn(usize) -> bool,
        is_text: impl Fn(usize) -> bool,
    ) -> usize {
        let (mut copied_bytes, mut viewed_bytes) = (0, 0);
        for leaf in (0..self.group.num_columns()).filter(|leaf| mask.leaf_included(*leaf) && !is_coded(*leaf)) {
            let chunk = self.group.column(leaf);
            let bytes = chunk.uncompressed_size().unsigned_abs();
            if chunk.column_type() == Type::BYTE_ARRAY && (has_prefixes(chunk) || !is_text(leaf)) {
                copied_bytes = bytes.saturating_add(copied_bytes);
            }
            viewed_bytes = bytes.saturating_add(viewed_bytes);
        }
        let rows_of = |bytes: u64, rows: u64| (BATCH_BYTES.saturating_mul(rows) / bytes.max(1)).max(1);
        let rows = rows_of(copied_bytes, 1).min(rows_of(viewed_bytes, self.rows as u64));
        usize::try_from(rows).unwrap_or(BATCH_ROWS).min(BATCH_ROWS)
    }
}

/// The bytes of the longest entry of a dictionary page, or more if it is not sound.
fn longest(mut page: &[u8]) -> u64 {
    let mut longest = 0;
    while let Some((length, rest)) = page.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length);
        longest = longest.max(u64::from(length));
        page = rest.get(length as usize..).unwrap_or_default();
    }
    longest
}

impl RowGroups for RowGroup<'_> {
    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        let pages = self.pages.borrow_mut().get_mut(leaf).and_then(Option::take);
        let pages = pages.ok_or_else(|| ParquetError::General(format!("column {} is read twice", leaf + 1)))?;
        Ok(Box::new(OneChunk(Some(pages))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}
