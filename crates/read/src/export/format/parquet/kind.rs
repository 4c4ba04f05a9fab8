//! What the values of a column are, as far as they are read straight from pages.

use arrow_schema::{DataType, TimeUnit};
use parquet::basic::Type;
use parquet::schema::types::ColumnDescriptor;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int(Width),
    Instant { us_per_unit: i64 },
    Wall { us_per_unit: i64 },
    Float,
    Bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Four,
    Eight,
}

impl Kind {
    /// The kind of a column whose values stand one for each row; `None` for what is read the general way.
    pub(super) fn of(column: &ColumnDescriptor, shown_as: &DataType) -> Option<Self> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 || column.path().parts().len() != 1 {
            return None;
        }
        let unit = |unit: &TimeUnit| match unit {
            TimeUnit::Millisecond => Some(1_000),
            TimeUnit::Microsecond => Some(1),
            TimeUnit::Second | TimeUnit::Nanosecond => None,
        };
        match (column.physical_type(), shown_as) {
            (Type::BYTE_ARRAY, DataType::Utf8 | DataType::Utf8View) => Some(Self::Text),
            (Type::INT32, DataType::Int32) => Some(Self::Int(Width::Four)),
            (Type::INT64, DataType::Int64) => Some(Self::Int(Width::Eight)),
            (Type::INT64, DataType::Timestamp(of, Some(_))) => {
                unit(of).map(|us_per_unit| Self::Instant { us_per_unit })
            }
            (Type::INT64, DataType::Timestamp(of, None)) => unit(of).map(|us_per_unit| Self::Wall { us_per_unit }),
            (Type::DOUBLE, DataType::Float64) => Some(Self::Float),
            (Type::BOOLEAN, DataType::Boolean) => Some(Self::Bool),
            _ => None,
        }
    }
}
