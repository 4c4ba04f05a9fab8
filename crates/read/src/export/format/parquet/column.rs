//! Arrow arrays as the few types of column that fields are read from.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, UInt32Type};
use arrow_array::{Array, ArrayRef, StringArray, UInt32Array, new_empty_array};
use arrow_schema::{DataType, TimeUnit};

use super::unsound;
use crate::export::ExportError;
use crate::export::format::batch::{ColumnValues, Dictionary};

/// Refuses a type that no field can be read from.
pub(super) fn check_type(data_type: &DataType, name: &str) -> Result<(), ExportError> {
    Dictionaries::new(1).column(0, &new_empty_array(data_type), name).map(|_| ())
}

/// The dictionary last seen in each column. A dictionary comes with every batch of its row group and keeps its serial
/// number, so that its entries are looked up once.
pub(super) struct Dictionaries {
    last: Vec<Option<Arc<Dictionary>>>,
    count: u64,
}

impl Dictionaries {
    pub(super) fn new(columns: usize) -> Self {
        Self { last: vec![None; columns], count: 0 }
    }

    /// The values of an array as a column; `place` is its place among the wanted columns.
    pub(super) fn column(
        &mut self,
        place: usize,
        array: &ArrayRef,
        name: &str,
    ) -> Result<ColumnValues<'static>, ExportError> {
        let cast = |to: &DataType| arrow_cast::cast::cast_with_options(array, to, &STRICT).map_err(unsound);
        Ok(match array.data_type() {
            DataType::Utf8 => ColumnValues::Text(array.as_string::<i32>().clone()),
            DataType::Utf8View => ColumnValues::TextView(array.as_string_view().clone()),
            DataType::LargeUtf8 => ColumnValues::TextView(cast(&DataType::Utf8View)?.as_string_view().clone()),
            DataType::Dictionary(key, entry) if (key.as_ref(), entry.as_ref()) == CODED => {
                let array = array.as_dictionary::<UInt32Type>();
                let dictionary = self.known(place, array.values().as_string::<i32>());
                ColumnValues::Coded { codes: without_nulls(array.keys(), dictionary.len())?, dictionary }
            }
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => ColumnValues::Int(cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            DataType::UInt64 | DataType::Decimal128(_, 0) => {
                ColumnValues::Text(cast(&DataType::Utf8)?.as_string().clone())
            }
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                ColumnValues::Float(cast(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Boolean => ColumnValues::Bool(array.as_boolean().clone()),
            DataType::Timestamp(_, zone) => {
                let zone = zone.as_ref().map(|_| Arc::from("UTC"));
                let is_instant = zone.is_some();
                let cast = cast(&DataType::Timestamp(TimeUnit::Microsecond, zone))?;
                let micros = cast.as_primitive::<TimestampMicrosecondType>().clone();
                if is_instant { ColumnValues::Instant(micros) } else { ColumnValues::Wall(micros) }
            }
            DataType::Null => ColumnValues::Absent,
            other => {
                return Err(ExportError::ColumnType {
                    column: name.to_owned(),
                    found: other.to_string(),
                    expected: "expected text, a number, a truth value or a timestamp",
                });
            }
        })
    }

    /// The dictionary with these entries: the last one of its column, if it shares their memory.
    fn known(&mut self, place: usize, entries: &StringArray) -> Arc<Dictionary> {
        let last = &mut self.last[place];
        let is_last = |last: &Arc<Dictionary>| {
            last.entries.offsets().inner().ptr_eq(entries.offsets().inner()) && last.entries.len() == entries.len()
        };
        if let Some(last) = last.as_ref().filter(|last| is_last(last)) {
            return Arc::clone(last);
        }
        self.count += 1;
        let dictionary = Arc::new(Dictionary { serial: self.count, entries: entries.clone() });
        Arc::clone(last.insert(dictionary))
    }
}

/// Codes with the number after the last entry in place of null.
fn without_nulls(keys: &UInt32Array, entries: usize) -> Result<UInt32Array, ExportError> {
    let Some(nulls) = keys.nulls() else { return Ok(keys.clone()) };
    let null = u32::try_from(entries).map_err(unsound)?;
    let codes = keys.values().iter().zip(nulls).map(|(code, is_valid)| if is_valid { *code } else { null });
    Ok(codes.collect::<Vec<_>>().into())
}

/// The type of text that is read as numbers of dictionary entries.
const CODED: (&DataType, &DataType) = (&DataType::UInt32, &DataType::Utf8);

const STRICT: arrow_cast::CastOptions<'static> = arrow_cast::CastOptions {
    safe: false,
    format_options: arrow_cast::display::FormatOptions::new().with_display_error(true),
};
