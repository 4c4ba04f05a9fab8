//! Exports as Parquet, with zstd and row groups of modest size.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::cell::Cell;
use super::platform::Kind;
use super::table::Head;

/// The number of rows written at once.
const BATCH_ROWS: usize = 8192;
const ROW_GROUP_ROWS: usize = 100_000;

/// A writer of a Parquet export.
pub(super) struct ParquetFile {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
    writer: ArrowWriter<File>,
}

enum Builder {
    Text(StringBuilder),
    Int(Int64Builder),
    Flag(BooleanBuilder),
}

impl ParquetFile {
    pub(super) fn create(path: &Path, heads: &[Head]) -> io::Result<Self> {
        let fields: Vec<Field> =
            heads.iter().map(|head| Field::new(head.name, data_type(head.kind), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
        for head in heads.iter().filter(|head| head.is_distinct) {
            // A dictionary would be useless.
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(head.name), false);
        }
        let writer = ArrowWriter::try_new(File::create(path)?, Arc::clone(&schema), Some(properties.build()))?;
        let builders = heads.iter().map(|head| Builder::new(head.kind)).collect();
        Ok(Self { schema, builders, rows: 0, writer })
    }

    pub(super) fn write(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(*cell);
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.pass_on() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.pass_on()?;
        self.writer.close()?;
        Ok(())
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if self.rows > 0 {
            let columns: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
            let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)?;
            self.writer.write(&batch)?;
            self.rows = 0;
        }
        Ok(())
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Flag => DataType::Boolean,
    }
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
        }
    }

    /// A cell of another type becomes null.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Int(builder), Cell::Int(number)) => builder.append_value(number),
            (Self::Flag(builder), Cell::Flag(flag)) => builder.append_value(flag),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Flag(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Flag(builder) => Arc::new(builder.finish()),
        }
    }
}
