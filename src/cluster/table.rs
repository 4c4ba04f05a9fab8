//! The tables that travel between stages.
//!
//! Everything is nullable, as Spark takes columns, and in types that it has. What comes back may be in another type for the
//! same values, which is taken for what it is; anything else is refused by name.

use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, new_null_array};
use arrow_cast::CastOptions;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow_select::filter::filter_record_batch;
use thiserror::Error;

use coverledger_core::count::{apart, signals};

/// By which rows are parted: of a signal a hash of its event (or, without one, of its record), of one that counts a hash of
/// its viewer; from 0 to [`BUCKETS`].
pub const BUCKET: &str = "bucket";
/// An account of an object or partial counts, as bytes; null in rows that are signals.
pub const PAYLOAD: &str = "payload";
/// Values of [`BUCKET`]: 0 to this, without it. So many that any number of groups divides rows evenly.
pub const BUCKETS: i64 = apart::BUCKETS;

/// Why rows are none of a table.
#[derive(Debug, Error)]
pub enum TableError {
    /// A column is missing, or of another type.
    #[error("column `{column}` is {found} (expected {expected})")]
    Column {
        /// Which.
        column: String,
        /// What is there.
        found: String,
        /// What has to be.
        expected: String,
    },
    /// Rows without bytes, or with bytes that nobody wrote.
    #[error("a payload cannot be understood: {0}")]
    Payload(String),
    /// Rows of one kind where only those of another may be.
    #[error("{0}")]
    Kind(&'static str),
    /// Arrow refuses the columns.
    #[error("the columns make no record batch")]
    Arrow(#[from] ArrowError),
}

/// What is staged, and what goes on from events to viewers: the signal table, [`BUCKET`] and [`PAYLOAD`]. A row is a signal or
/// a payload.
#[must_use]
pub fn staged() -> SchemaRef {
    let schema = signals::schema();
    let mut fields: Vec<Field> =
        schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    fields.push(Field::new(BUCKET, DataType::Int64, true));
    fields.push(Field::new(PAYLOAD, DataType::Binary, true));
    Arc::new(Schema::new(fields))
}

/// Partial counts: `bucket` is the number of their market-day.
#[must_use]
pub fn counted() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new(BUCKET, DataType::Int64, true),
        Field::new(PAYLOAD, DataType::Binary, true),
    ]))
}

/// Signals with their buckets, as [`staged`].
pub(super) fn with_buckets(signals: &RecordBatch, buckets: Int64Array) -> Result<RecordBatch, TableError> {
    let mut columns = signals.columns().to_vec();
    columns.push(Arc::new(buckets));
    columns.push(new_null_array(&DataType::Binary, signals.num_rows()));
    Ok(RecordBatch::try_new(staged(), columns)?)
}

/// Payloads with their buckets, as one of the tables.
pub(super) fn of_payloads(
    schema: &SchemaRef,
    payloads: impl IntoIterator<Item = (i64, Vec<u8>)>,
) -> Result<RecordBatch, TableError> {
    let (buckets, payloads): (Vec<i64>, Vec<Vec<u8>>) = payloads.into_iter().unzip();
    let mut bytes = BinaryBuilder::new();
    for payload in &payloads {
        bytes.append_value(payload);
    }
    let (buckets, bytes) = (Arc::new(Int64Array::from(buckets)), Arc::new(bytes.finish()));
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        BUCKET => Arc::clone(&buckets) as ArrayRef,
        PAYLOAD => Arc::clone(&bytes) as ArrayRef,
        _ => new_null_array(field.data_type(), payloads.len()),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}

/// Rows as [`staged`], taken apart.
pub(super) struct Staged {
    /// Those that are signals, as the signal table.
    pub(super) signals: Vec<RecordBatch>,
    pub(super) payloads: Vec<Vec<u8>>,
}

impl Staged {
    pub(super) fn of_all(batches: &[RecordBatch]) -> Result<Self, TableError> {
        let mut staged = Self { signals: Vec::with_capacity(batches.len()), payloads: Vec::new() };
        for rows in batches {
            let rows = taken(rows, &self::staged())?;
            let payloads = rows.column(rows.num_columns() - 1).as_binary::<i32>();
            staged.payloads.extend(payloads.iter().flatten().map(<[u8]>::to_vec));
            let are_signals: Vec<usize> = (0..rows.num_columns() - 2).collect();
            let is_signal: BooleanArray = (0..payloads.len()).map(|row| Some(payloads.is_null(row))).collect();
            let signals = filter_record_batch(&rows.project(&are_signals)?, &is_signal)?;
            if signals.num_rows() > 0 {
                staged.signals.push(signals);
            }
        }
        Ok(staged)
    }
}

/// The payloads of rows as [`counted`].
pub(super) fn partials(rows: &RecordBatch) -> Result<BinaryArray, TableError> {
    let payloads = taken(rows, &counted())?.column(1).as_binary::<i32>().clone();
    if payloads.null_count() > 0 {
        return Err(TableError::Kind("partial counts are expected, and some rows have none"));
    }
    Ok(payloads)
}

/// The columns of a table, by name and in its types.
fn taken(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, TableError> {
    let column = |field: &Arc<Field>| {
        let found = rows.column_by_name(field.name());
        let refused = |found: String| TableError::Column {
            column: field.name().clone(),
            found,
            expected: field.data_type().to_string(),
        };
        let found = found.ok_or_else(|| refused("missing".to_owned()))?;
        match (found.data_type(), field.data_type()) {
            (found_type, expected) if found_type == expected => Ok(Arc::clone(found)),
            (found_type, expected) if is_same_kind(found_type, expected) => {
                let options = CastOptions { safe: false, ..CastOptions::default() };
                Ok(arrow_cast::cast_with_options(found, expected, &options)?)
            }
            (other, _) => Err(refused(other.to_string())),
        }
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, TableError>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// Whether both types hold the same values.
const fn is_same_kind(found: &DataType, expected: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Timestamp, Utf8, Utf8View};
    matches!(
        (found, expected),
        (LargeUtf8 | Utf8View, Utf8)
            | (LargeBinary | BinaryView, Binary)
            | (Timestamp(TimeUnit::Microsecond, _), Timestamp(TimeUnit::Microsecond, _))
    )
}

#[cfg(test)]
mod tests {
    use arrow_array::{LargeStringArray, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray};

    use super::*;

    /// A batch of [`counted`] rows with a column in place of another.
    fn with(name: &str, column: ArrayRef) -> Result<usize, String> {
        let schema = self::staged();
        let mut columns: Vec<ArrayRef> =
            schema.fields().iter().map(|field| new_null_array(field.data_type(), 1)).collect();
        let at = schema.index_of(name).unwrap();
        let mut fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        fields[at] = Field::new(name, column.data_type().clone(), true);
        columns[at] = column;
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        let taken = Staged::of_all(&[rows]).map_err(|error| error.to_string())?;
        assert!(taken.signals.iter().all(|signals| signals.schema().fields().len() == schema.fields().len() - 2));
        Ok(taken.signals.iter().map(RecordBatch::num_rows).sum())
    }

    #[test]
    fn the_same_values_in_another_type_are_taken_and_others_refused_by_name() {
        assert_eq!(with("export", Arc::new(LargeStringArray::from(vec!["a"]))), Ok(1));
        let zoned = TimestampMicrosecondArray::from(vec![5]).with_timezone("Asia/Shanghai");
        assert_eq!(with("occurred_at", Arc::new(zoned)), Ok(1));
        let refused = with("occurred_at", Arc::new(TimestampMillisecondArray::from(vec![5]))).unwrap_err();
        assert_eq!(refused, "column `occurred_at` is Timestamp(ms) (expected Timestamp(µs, \"UTC\"))");
        let refused = with("record", Arc::new(StringArray::from(vec!["1"]))).unwrap_err();
        assert_eq!(refused, "column `record` is Utf8 (expected Int64)");
    }

    #[test]
    fn payloads_and_signals_are_told_apart() {
        let rows = of_payloads(&staged(), [(7, b"one".to_vec()), (8, b"".to_vec())]).unwrap();
        let Staged { signals, payloads } = Staged::of_all(&[rows]).unwrap();
        assert!(signals.is_empty());
        assert_eq!(payloads, [b"one".to_vec(), b"".to_vec()]);
        let counts = of_payloads(&counted(), [(3, b"of day 3".to_vec())]).unwrap();
        assert_eq!(partials(&counts).unwrap().value(0), b"of day 3");
    }
}
