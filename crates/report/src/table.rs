//! Tables held against their specification, written and read.
//!
//! A table is written only if its columns are those that are declared, in that order and of these types. It is read
//! whatever release wrote it: columns that it lacks because they came later are null, and columns that a newer release
//! added are left out.

use std::io::Cursor;

use polars::prelude::*;

use super::file::parquet;
use super::{Rendered, ReportError};
use coverledger_core::model::{ColumnSpec, ColumnType, TableName};

/// Keys of the metadata in a file: which table it is, and the versions of its schema and of its numbers.
const TABLE: &str = "coverledger.table";
const SCHEMA_VERSION: &str = "coverledger.schema_version";
const NUMBERS_VERSION: &str = "coverledger.numbers_version";
/// The columns whose values tell rows apart, joined by commas.
const KEY: &str = "coverledger.key";

/// Writes a table that is as it was declared.
///
/// # Errors
/// [`ReportError`] when it could not be made, is not as declared, or cannot be written.
pub(super) fn rendered(table: TableName, frame: PolarsResult<DataFrame>) -> Result<Rendered, ReportError> {
    rendered_by(table, Some(table.version()), frame)
}

/// The same, of numbers that were made by another version; `None` if that was before numbers had one.
///
/// # Errors
/// As those of [`rendered`].
pub(super) fn rendered_by(
    table: TableName,
    numbers: Option<u32>,
    frame: PolarsResult<DataFrame>,
) -> Result<Rendered, ReportError> {
    let write = |frame: DataFrame| {
        check(table, &frame)?;
        parquet(&frame, metadata(table, numbers))
    };
    frame.and_then(write).map_err(|source| ReportError { table: table.as_str(), source })
}

fn metadata(table: TableName, numbers: Option<u32>) -> Vec<(String, String)> {
    let spec = table.spec();
    let entries = [
        Some((TABLE, spec.name.to_owned())),
        Some((SCHEMA_VERSION, table.schema_version().to_string())),
        numbers.map(|numbers| (NUMBERS_VERSION, numbers.to_string())),
        Some((KEY, spec.key.join(","))),
    ];
    entries.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Whether the columns are those that are declared.
fn check(table: TableName, frame: &DataFrame) -> PolarsResult<()> {
    let declared = table.columns();
    for (column, (name, dtype)) in declared.iter().zip(frame.schema().iter()) {
        if column.name != name.as_str() || polars_type(column.of_type) != *dtype {
            let (due, of) = (&column.name, column.of_type.word());
            polars_bail!(SchemaMismatch: "column `{name}` of type {dtype} stands where `{due}` of type {of} is declared");
        }
    }
    if let Some(missing) = declared.get(frame.width()) {
        polars_bail!(SchemaMismatch: "the last column `{}` is declared and not there", missing.name);
    }
    if let Some(extra) = frame.columns().get(declared.len()) {
        polars_bail!(SchemaMismatch: "column `{}` is not declared", extra.name());
    }
    Ok(())
}

/// Reads objects of a table, whatever release wrote them, and puts them together in the order given: the result has exactly
/// the columns of this release.
///
/// # Errors
/// When one is not sound Parquet, or lacks a column that every release wrote, or has one of another type.
pub fn read(table: TableName, objects: &[bytes::Bytes]) -> PolarsResult<DataFrame> {
    let mut all = empty(table);
    for bytes in objects {
        all.vstack_mut(&conformed(table, &ParquetReader::new(Cursor::new(bytes.clone())).finish()?)?)?;
    }
    Ok(all)
}

/// A table with exactly the columns of this release.
///
/// # Errors
/// When it lacks a column that every release wrote, or has one of another type.
pub(super) fn conformed(table: TableName, found: &DataFrame) -> PolarsResult<DataFrame> {
    let columns = table.columns().iter().map(|column| conformed_column(table, column, found));
    DataFrame::new(found.height(), columns.collect::<PolarsResult<_>>()?)
}

fn conformed_column(table: TableName, column: &ColumnSpec, found: &DataFrame) -> PolarsResult<Column> {
    let (name, due) = (&*column.name, polars_type(column.of_type));
    match found.column(name) {
        Ok(values) if *values.dtype() == due => Ok(values.clone()),
        Ok(values) => {
            polars_bail!(ComputeError: "it is no table `{table}`: its column `{name}` is of type {}", values.dtype())
        }
        Err(_) if column.since > 1 => Ok(Column::full_null(name.into(), found.height(), &due)),
        Err(_) => polars_bail!(ComputeError: "it is no table `{table}`: it has no column `{name}`"),
    }
}

/// A table without rows.
#[must_use]
pub fn empty(table: TableName) -> DataFrame {
    let fields =
        table.columns().iter().map(|column| Field::new((&*column.name).into(), polars_type(column.of_type)));
    DataFrame::empty_with_schema(&fields.collect::<Schema>())
}

fn polars_type(of_type: ColumnType) -> DataType {
    match of_type {
        ColumnType::Text => DataType::String,
        ColumnType::Whole => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Truth => DataType::Boolean,
        ColumnType::Day => DataType::Date,
        ColumnType::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnType::WallTime => DataType::Datetime(TimeUnit::Microseconds, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of nothing but nulls, as a release wrote it whose schema had this version.
    fn row(table: TableName, version: u32) -> DataFrame {
        let columns = table.columns().iter().filter(|column| column.since <= version);
        let null =
            |column: &ColumnSpec| Column::full_null((&*column.name).into(), 1, &polars_type(column.of_type));
        DataFrame::new(1, columns.map(null).collect()).unwrap()
    }

    fn refused(table: TableName, frame: DataFrame) -> String {
        let error = rendered(table, Ok(frame)).unwrap_err();
        format!("{error}: {}", error.source)
    }

    #[test]
    fn a_table_that_is_not_as_declared_is_not_written() {
        let table = TableName::SlotAudience;
        let version = table.schema_version();
        assert!(rendered(table, Ok(row(table, version))).is_ok());
        let lacking = refused(table, row(table, 1));
        assert!(lacking.contains("`slot_audience`") && lacking.contains("`partly_known`"), "{lacking}");
        let mut other = row(table, version);
        other.rename("slot", "day_part".into()).unwrap();
        let other = refused(table, other);
        assert!(other.contains("column `day_part` of type str stands where `slot` of type string"), "{other}");
        let typed = Column::full_null("slot_seconds".into(), 1, &DataType::Float64);
        let mut of_other_type = row(table, version);
        of_other_type.with_column(typed).unwrap();
        let of_other_type = refused(table, of_other_type);
        assert!(of_other_type.contains("`slot_seconds` of type f64"), "{of_other_type}");
        let mut more = row(table, version);
        more.with_column(Column::full_null("more".into(), 1, &DataType::String)).unwrap();
        assert!(refused(table, more).contains("column `more` is not declared"));
    }

    #[test]
    fn a_table_of_another_release_is_read_with_the_columns_of_this_one() {
        let table = TableName::Funnel;
        let bytes = |frame| bytes::Bytes::from(parquet(&frame, Vec::new()).unwrap().bytes);
        let now = row(table, table.schema_version());
        let mut of_later = now.clone();
        of_later.with_column(Column::full_null("of_later".into(), 1, &DataType::Float64)).unwrap();
        for other in [row(table, 1), of_later] {
            let both = read(table, &[bytes(other), bytes(now.clone())]).unwrap();
            assert!(both.slice(0, 1).equals_missing(&now) && both.height() == 2, "{both}");
        }
        let lacking = bytes(row(table, 1).drop("clicks").unwrap());
        let lacking = read(table, &[lacking]).unwrap_err().to_string();
        assert!(lacking.contains("no table `funnel`: it has no column `clicks`"), "{lacking}");
    }

    #[test]
    fn a_file_says_which_table_it_is_and_of_which_versions() {
        use parquet::file::reader::{FileReader, SerializedFileReader};

        let table = TableName::Funnel;
        let written = rendered(table, Ok(empty(table))).unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(written.bytes)).unwrap();
        let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let of = |key: &str| {
            let entry = metadata.iter().find(|entry| entry.key == key).unwrap();
            entry.value.clone().unwrap()
        };
        assert_eq!([of(TABLE), of(SCHEMA_VERSION)], ["funnel", "2"]);
        assert_eq!(of(NUMBERS_VERSION), table.family().version().to_string());
        assert!(of(KEY).starts_with("platform,market,local_date,"), "{}", of(KEY));
    }
}
