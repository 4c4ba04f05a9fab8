//! Columns of Parquet as fields.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use super::unsound;
use crate::export::ExportError;
use crate::export::format::field::Field;

/// A needed column of a batch in one of the few shapes that fields are read from.
pub(super) struct Column {
    pub(super) name: String,
    values: Values,
}

pub(super) enum Values {
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
    pub(super) const ABSENT: Self = Self { name: String::new(), values: Values::Null };

    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, ExportError> {
        let array = batch.column_by_name(name).ok_or_else(|| unsound("a projected column is missing"))?;
        Ok(Self { name: name.to_owned(), values: Values::of(array, name)? })
    }

    pub(super) fn get(&self, row: usize) -> Field<'_> {
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
    pub(super) fn of(array: &ArrayRef, name: &str) -> Result<Self, ExportError> {
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
