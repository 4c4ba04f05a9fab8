//! Which rows have to meet.

use arrow_array::{Int64Array, RecordBatch};
use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::count::signals::{SignalBatch, SignalTableError, value};
use crate::model::SPREAD;

/// How many buckets there are; they are numbered from 0. Whoever wants fewer takes the rest of a division.
pub const BUCKETS: i64 = 1 << BITS;
const BITS: u32 = 30;

/// The bucket of each row by its event: rows of one event are in one bucket, and all rows together are spread evenly. Rows
/// without an event id, which no other row has to meet, are spread by export and record.
///
/// # Errors
/// When the batch is not one of the signal table.
pub fn event_bucket(rows: &RecordBatch) -> Result<Int64Array, SignalTableError> {
    let rows = SignalBatch::of(rows)?;
    let mut exports: HashMap<&str, u64> = HashMap::new();
    let mut bucket = |row| {
        if let Some((low, high)) = rows.event(row)? {
            return Ok(spread(low ^ high.rotate_left(32)));
        }
        let (key, definition) = rows.export(row)?;
        let export = exports.entry(key).or_insert_with(|| xxh3_64(key.as_bytes())).rotate_left(definition.into());
        Ok(spread(export ^ u64::from(rows.record(row)?).wrapping_mul(SPREAD)))
    };
    let buckets: Result<Vec<i64>, SignalTableError> = (0..rows.len()).map(&mut bucket).collect();
    buckets.map(Int64Array::from)
}

/// The bucket of each row by its viewer, for rows that [`super::count_events`] gave: rows of one viewer are in one bucket.
/// What tells viewers apart is `viewer_hash`, so nothing else has a say in it.
///
/// # Errors
/// When the batch is not one of the signal table, or a row has no viewer.
pub fn viewer_bucket(rows: &RecordBatch) -> Result<Int64Array, SignalTableError> {
    let rows = SignalBatch::of(rows)?;
    let bucket = |row| {
        let (low, _) = rows.viewer(row)?.ok_or_else(|| value(row, "viewer_hash", &"null", "a viewer"))?;
        Ok(spread(low))
    };
    let buckets: Result<Vec<i64>, SignalTableError> = (0..rows.len()).map(bucket).collect();
    buckets.map(Int64Array::from)
}

/// The upper bits of a product, which all lower bits of a hash have a say in. Partitions and tables of the local engine go by bits
/// of the hash itself, so rows of one bucket are as even in them as any.
fn spread(hash: u64) -> i64 {
    (hash.wrapping_mul(SPREAD) >> (u64::BITS - BITS)).cast_signed()
}
