//! A table in Arrow: what columns are, and rows of a frame as a batch.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use polars::prelude::{Column, DataFrame, PolarsResult};

use super::read::ReadError;
use coverledger::model::{ColumnSpec, ColumnType, TableName};

/// The columns of a table, as `docs/FORMATS.md` has them. Each carries what it is (`about`), the `unit` of its numbers, and what
/// `null` means in it, where it has them.
pub fn schema(table: TableName) -> SchemaRef {
    let fields: Vec<Field> = table.spec().columns().iter().map(field).collect();
    let said = HashMap::from([("coverledger.table".to_owned(), table.to_string())]);
    Arc::new(Schema::new_with_metadata(fields, said))
}

fn field(column: &ColumnSpec) -> Field {
    let unit = Some(&column.unit).filter(|unit| !unit.is_empty());
    let said = [("about", Some(&column.about)), ("unit", unit), ("null", column.null.as_ref())];
    let said = said.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.to_string())));
    Field::new(&*column.name, arrow_type(column.of_type), true)
        .with_metadata(said.collect::<HashMap<String, String>>())
}

fn arrow_type(of_type: ColumnType) -> DataType {
    match of_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Whole => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Truth => DataType::Boolean,
        ColumnType::Day => DataType::Date32,
        ColumnType::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::WallTime => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// The rows of a frame that has exactly the columns of a table.
///
/// # Errors
/// It has others.
pub fn batch(table: TableName, schema: &SchemaRef, frame: &DataFrame) -> Result<RecordBatch, ReadError> {
    let arrays = table.spec().columns().iter().map(|column| array(column, frame)).collect::<PolarsResult<_>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
}

fn array(spec: &ColumnSpec, frame: &DataFrame) -> PolarsResult<ArrayRef> {
    let column: &Column = frame.column(&spec.name)?;
    Ok(match spec.of_type {
        ColumnType::Text => Arc::new(column.str()?.iter().collect::<StringArray>()),
        ColumnType::Whole => Arc::new(column.i64()?.iter().collect::<Int64Array>()),
        ColumnType::Float => Arc::new(column.f64()?.iter().collect::<Float64Array>()),
        ColumnType::Truth => Arc::new(column.bool()?.iter().collect::<BooleanArray>()),
        ColumnType::Day => Arc::new(column.date()?.physical().iter().collect::<Date32Array>()),
        ColumnType::Instant => Arc::new(micros(column)?.with_timezone("UTC")),
        ColumnType::WallTime => Arc::new(micros(column)?),
    })
}

fn micros(column: &Column) -> PolarsResult<TimestampMicrosecondArray> {
    Ok(column.datetime()?.physical().iter().collect())
}
