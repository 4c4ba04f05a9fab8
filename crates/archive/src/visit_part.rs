//! The file of a part of the private store: the visits of a market-day as Parquet, in the order of their viewers.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringDictionaryBuilder, UInt32Builder, UInt64Builder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use coverledger_core::model::{Visit, VisitQuality};

/// Rows that a reader has in memory of each part at a time.
const ROWS_AT_A_TIME: usize = 4_096;
/// Rows that are written at a time.
const WRITTEN_ROWS: usize = 1 << 14;
/// Rows of a row group, which a writer has in memory.
const GROUP_ROWS: usize = 1 << 17;

const VIEWER: &str = "viewer";
const TEXTS: [&str; 4] = ["broadcast_id", "cover_id", "host_id", "slot"];
const FIRST_US: &str = "first_us";
const COUNTS: [&str; 3] = ["impressions", "clicks", "entries"];
const STAYED: &str = "stayed";
const QUALITY: &str = "quality";

fn schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields = vec![Field::new(VIEWER, DataType::UInt64, false)];
    fields.extend(TEXTS.map(|name| Field::new(name, text(), true)));
    fields.push(Field::new(FIRST_US, DataType::Int64, false));
    fields.extend(COUNTS.map(|name| Field::new(name, DataType::UInt32, false)));
    fields.push(Field::new(STAYED, DataType::Boolean, false));
    fields.push(Field::new(QUALITY, text(), true));
    Arc::new(Schema::new(fields))
}

/// Why a part could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum VisitPartError {
    /// Rows that waited on disk are not there any more, or the file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Parquet refuses.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// Arrow refuses.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// The file is not one of this store.
    #[error("its column `{0}` is missing or of another type")]
    Column(&'static str),
    /// A word that is none.
    #[error("its `{QUALITY}` is none of `good`, `slow`, `stalled`, `failed`")]
    Quality,
    /// The rows are not in the order of their viewers.
    #[error("its rows are not in the order of their viewers")]
    Order,
}

/// Makes a part of visits that come in their order.
pub struct VisitPartWriter {
    writer: ArrowWriter<Vec<u8>>,
    schema: SchemaRef,
    /// Where pages end depends on how many rows are written at a time, so that is always the same.
    waiting: Vec<Visit>,
}

impl VisitPartWriter {
    /// A part without rows so far.
    ///
    /// # Errors
    /// When Parquet refuses, which it does not.
    pub fn new() -> Result<Self, VisitPartError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_column_dictionary_enabled(ColumnPath::from(VIEWER), false)
            .set_column_encoding(ColumnPath::from(VIEWER), Encoding::DELTA_BINARY_PACKED)
            .set_column_dictionary_enabled(ColumnPath::from(FIRST_US), false)
            .build();
        let schema = schema();
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
        Ok(Self { writer, schema, waiting: Vec::new() })
    }

    /// Adds visits.
    ///
    /// # Errors
    /// When Parquet refuses.
    pub fn push(&mut self, visits: &[Visit]) -> Result<(), VisitPartError> {
        let mut rest = visits;
        while self.waiting.len() + rest.len() >= WRITTEN_ROWS {
            let (here, beyond) = rest.split_at(WRITTEN_ROWS - self.waiting.len());
            self.waiting.extend_from_slice(here);
            self.writer.write(&batch(&self.schema, &self.waiting)?)?;
            self.waiting.clear();
            rest = beyond;
        }
        self.waiting.extend_from_slice(rest);
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// When Parquet refuses.
    pub fn finish(mut self) -> Result<Bytes, VisitPartError> {
        if !self.waiting.is_empty() {
            self.writer.write(&batch(&self.schema, &self.waiting)?)?;
        }
        Ok(self.writer.into_inner()?.into())
    }
}

fn batch(schema: &SchemaRef, visits: &[Visit]) -> Result<RecordBatch, VisitPartError> {
    let mut viewers = UInt64Builder::with_capacity(visits.len());
    let mut texts: [StringDictionaryBuilder<Int32Type>; 4] = Default::default();
    let mut first_us = Int64Builder::with_capacity(visits.len());
    let mut counts: [UInt32Builder; 3] = Default::default();
    let mut stayed = BooleanBuilder::new();
    let mut quality = StringDictionaryBuilder::<Int32Type>::new();
    for visit in visits {
        viewers.append_value(visit.viewer);
        let of = [Some(&visit.broadcast_id), visit.cover_id.as_ref(), visit.host_id.as_ref(), Some(&visit.slot)];
        for (column, text) in texts.iter_mut().zip(of) {
            column.append_option(text.map(|text| &**text));
        }
        first_us.append_value(visit.first_us);
        for (column, count) in counts.iter_mut().zip([visit.impressions, visit.clicks, visit.entries]) {
            column.append_value(count);
        }
        stayed.append_value(visit.stayed);
        quality.append_option(visit.quality.map(VisitQuality::word));
    }
    let mut columns: Vec<ArrayRef> = vec![Arc::new(viewers.finish())];
    columns.extend(texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
    columns.push(Arc::new(first_us.finish()));
    columns.extend(counts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
    columns.push(Arc::new(stayed.finish()));
    columns.push(Arc::new(quality.finish()));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// The visits of a part, in their order, some in memory at a time.
pub struct VisitPartReader {
    batches: ParquetRecordBatchReader,
    batch: std::vec::IntoIter<Visit>,
    last: u64,
}

impl VisitPartReader {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not one of this store.
    pub fn new(file: File) -> Result<Self, VisitPartError> {
        let batches = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(ROWS_AT_A_TIME).build()?;
        Ok(Self { batches, batch: Vec::new().into_iter(), last: 0 })
    }

    fn read(&mut self) -> Option<Result<Visit, VisitPartError>> {
        loop {
            if let Some(visit) = self.batch.next() {
                if visit.viewer < self.last {
                    return Some(Err(VisitPartError::Order));
                }
                self.last = visit.viewer;
                return Some(Ok(visit));
            }
            match self.batches.next()?.map_err(VisitPartError::from).and_then(|batch| visits(&batch)) {
                Ok(visits) => self.batch = visits.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Iterator for VisitPartReader {
    type Item = Result<Visit, VisitPartError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read()
    }
}

fn visits(batch: &RecordBatch) -> Result<Vec<Visit>, VisitPartError> {
    let column = |name: &'static str| batch.column_by_name(name).ok_or(VisitPartError::Column(name));
    let viewers = column(VIEWER)?.as_primitive_opt::<UInt64Type>().ok_or(VisitPartError::Column(VIEWER))?;
    let first_us = column(FIRST_US)?.as_primitive_opt::<Int64Type>().ok_or(VisitPartError::Column(FIRST_US))?;
    let stayed = column(STAYED)?.as_boolean_opt().ok_or(VisitPartError::Column(STAYED))?;
    let counts =
        |name: &'static str| column(name)?.as_primitive_opt::<UInt32Type>().ok_or(VisitPartError::Column(name));
    let [impressions, clicks, entries] = [counts(COUNTS[0])?, counts(COUNTS[1])?, counts(COUNTS[2])?];
    let text = |name: &'static str| Texts::of(name, column(name)?);
    let [broadcasts, covers, hosts, slots] = [text(TEXTS[0])?, text(TEXTS[1])?, text(TEXTS[2])?, text(TEXTS[3])?];
    let qualities = text(QUALITY)?;
    let words: HashMap<&str, VisitQuality> =
        VisitQuality::ALL.into_iter().map(|quality| (quality.word(), quality)).collect();
    let visit = |row: usize| {
        let quality = qualities.at(row).map(|word| words.get(&*word).copied().ok_or(VisitPartError::Quality));
        Ok(Visit {
            viewer: viewers.value(row),
            broadcast_id: broadcasts.at(row).ok_or(VisitPartError::Column(TEXTS[0]))?,
            cover_id: covers.at(row),
            host_id: hosts.at(row),
            slot: slots.at(row).ok_or(VisitPartError::Column(TEXTS[3]))?,
            first_us: first_us.value(row),
            impressions: impressions.value(row),
            clicks: clicks.value(row),
            entries: entries.value(row),
            stayed: stayed.value(row),
            quality: quality.transpose()?,
        })
    };
    (0..batch.num_rows()).map(visit).collect()
}

/// A column of text.
struct Texts {
    by_row: Vec<Option<usize>>,
    values: Vec<Arc<str>>,
}

impl Texts {
    fn of(name: &'static str, column: &ArrayRef) -> Result<Self, VisitPartError> {
        let column = column.as_dictionary_opt::<Int32Type>().ok_or(VisitPartError::Column(name))?;
        let values = column.values().as_string_opt::<i32>().ok_or(VisitPartError::Column(name))?;
        let values = values.iter().map(|value| Arc::from(value.unwrap_or_default())).collect();
        let by_row = (0..column.len()).map(|row| column.key(row)).collect();
        Ok(Self { by_row, values })
    }

    fn at(&self, row: usize) -> Option<Arc<str>> {
        self.values.get(self.by_row.get(row).copied().flatten()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    fn visit(viewer: u64, cover: Option<&str>, quality: Option<VisitQuality>) -> Visit {
        Visit {
            viewer,
            broadcast_id: format!("r{}", viewer % 7).into(),
            cover_id: cover.map(Arc::from),
            host_id: (!viewer.is_multiple_of(3)).then(|| "mei".into()),
            slot: "prime".into(),
            first_us: -5,
            impressions: 3,
            clicks: 2,
            entries: u32::MAX,
            stayed: viewer.is_multiple_of(2),
            quality,
        }
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    fn written(pieces: &[&[Visit]]) -> Bytes {
        let mut writer = VisitPartWriter::new().unwrap();
        for piece in pieces {
            writer.push(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_and_the_same_visits_are_the_same_bytes() {
        let mut visits: Vec<Visit> = (0..40_000).map(|viewer| visit(viewer, Some("red"), None)).collect();
        visits.extend(VisitQuality::ALL.map(|quality| visit(u64::MAX, None, Some(quality))));
        let bytes = written(&[&visits]);
        let read: Vec<Visit> = VisitPartReader::new(file(&bytes)).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(read, visits);
        let (one, other) = visits.split_at(17_001);
        assert_eq!(written(&[one, other, &[]]), bytes, "in whatever pieces they come");
        let none = VisitPartReader::new(file(&written(&[]))).unwrap();
        assert_eq!(none.count(), 0);
    }

    #[test]
    fn what_is_out_of_order_or_another_file_is_refused() {
        let bytes = written(&[&[visit(2, None, None), visit(1, None, None)]]);
        let read: Result<Vec<Visit>, _> = VisitPartReader::new(file(&bytes)).unwrap().collect();
        assert!(matches!(read, Err(VisitPartError::Order)), "{read:?}");
        assert!(VisitPartReader::new(file(b"no parquet")).is_err());
    }
}
