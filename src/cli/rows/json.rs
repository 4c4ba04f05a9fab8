//! Rows as JSON: one array, an object a row, a row a line.
//!
//! Whole numbers beyond 2⁵³ − 1 are text, because a reader whose numbers are floating-point would change them without a word.
//! JSON has no word for what is no number; where one is, it is text too.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::value::MOST_EXACT;
use super::{Column, Value};

/// A row as an object, its values in the order of the columns.
pub(super) struct JsonRow<'r> {
    pub(super) columns: &'r [Column],
    pub(super) values: &'r [Value<'r>],
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, value) in self.columns.iter().zip(self.values) {
            row.serialize_entry(&column.name, value)?;
        }
        row.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) if number.unsigned_abs() <= MOST_EXACT => serializer.serialize_i64(*number),
            Self::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Self::Truth(truth) => serializer.serialize_bool(*truth),
            value => match value.text() {
                Some(text) => serializer.serialize_str(&text),
                None => serializer.serialize_none(),
            },
        }
    }
}
