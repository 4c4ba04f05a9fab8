//! Arrow's types as Spark's.

use arrow_schema::{DataType, Schema, TimeUnit};
use proto::data_type::{self, Kind};
use spark_connect_proto as proto;

/// What cannot be put into a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// A column's type has no counterpart here.
    #[error(
        "column `{column}` is of type {found} (known: Boolean, Int32, Int64, Utf8, Binary, Date32, Timestamp in µs with UTC)"
    )]
    Unknown {
        /// The column.
        column: String,
        /// Arrow's name of its type.
        found: String,
    },
    /// Longer than a pickle's four bytes of length can say.
    #[error("{bytes} bytes are too many for a function's argument (at most 4 GiB)")]
    Long {
        /// Its length.
        bytes: usize,
    },
}

/// A table as Spark's `struct`.
pub(super) fn table(schema: &Schema) -> Result<proto::DataType, TypeError> {
    let fields = schema
        .fields()
        .iter()
        .map(|field| {
            let kind = kind(field.data_type()).ok_or_else(|| TypeError::Unknown {
                column: field.name().clone(),
                found: field.data_type().to_string(),
            })?;
            Ok(data_type::StructField {
                name: field.name().clone(),
                data_type: Some(of(kind)),
                nullable: field.is_nullable(),
                metadata: None,
            })
        })
        .collect::<Result<Vec<_>, TypeError>>()?;
    Ok(of(Kind::Struct(data_type::Struct { fields, type_variation_reference: 0 })))
}

fn kind(arrow: &DataType) -> Option<Kind> {
    Some(match arrow {
        DataType::Boolean => Kind::Boolean(data_type::Boolean::default()),
        DataType::Int32 => Kind::Integer(data_type::Integer::default()),
        DataType::Int64 => Kind::Long(data_type::Long::default()),
        DataType::Utf8 => Kind::String(data_type::String::default()),
        DataType::Binary => Kind::Binary(data_type::Binary::default()),
        DataType::Date32 => Kind::Date(data_type::Date::default()),
        // Spark's timestamps are instants; those without a time zone are another type, and are not mixed up with them.
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if matches!(&**zone, "UTC" | "+00:00") => {
            Kind::Timestamp(data_type::Timestamp::default())
        }
        _ => return None,
    })
}

fn of(kind: Kind) -> proto::DataType {
    proto::DataType { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use arrow_schema::Field;

    use super::*;

    #[test]
    fn every_type_of_the_tables_has_its_counterpart() {
        let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let schema = Schema::new(vec![
            Field::new("a", DataType::Boolean, true),
            Field::new("b", DataType::Int32, false),
            Field::new("c", DataType::Int64, true),
            Field::new("d", DataType::Utf8, true),
            Field::new("e", DataType::Binary, true),
            Field::new("f", DataType::Date32, true),
            Field::new("g", utc, true),
        ]);
        let Some(Kind::Struct(table)) = table(&schema).unwrap().kind else { panic!("a table is a struct") };
        let found: Vec<String> = table
            .fields
            .iter()
            .map(|field| {
                let kind = format!("{:?}", field.data_type.as_ref().unwrap().kind.as_ref().unwrap());
                format!("{} {} {}", field.name, kind.split('(').next().unwrap(), field.nullable)
            })
            .collect();
        assert_eq!(
            found,
            [
                "a Boolean true",
                "b Integer false",
                "c Long true",
                "d String true",
                "e Binary true",
                "f Date true",
                "g Timestamp true"
            ]
        );
    }

    #[test]
    fn other_types_are_refused_by_name() {
        for other in [DataType::UInt32, DataType::LargeUtf8, DataType::Timestamp(TimeUnit::Microsecond, None)] {
            let schema = Schema::new(vec![Field::new("odd", other, true)]);
            let error = table(&schema).unwrap_err().to_string();
            assert!(error.starts_with("column `odd` is of type "), "{error}");
        }
    }
}
