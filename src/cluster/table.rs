//! The tables that travel between stages.
//!
//! Everything is nullable, as Spark takes columns, and in types that it has.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use coverledger_core::count::signals;

/// By which rows are parted: of a signal a hash of its event (or, without one, of its record), of one that counts a hash of
/// its viewer; from 0 to [`BUCKETS`].
pub const BUCKET: &str = "bucket";
/// An account of an object or partial counts, as bytes; null in rows that are signals.
pub const PAYLOAD: &str = "payload";
/// Values of [`BUCKET`]: 0 to this, without it. So many that any number of groups divides rows evenly.
pub const BUCKETS: i64 = 1 << 30;

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
