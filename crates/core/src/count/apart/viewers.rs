//! Where all rows of a viewer meet.

use arrow_array::RecordBatch;

use super::error::ApartError;
use super::fed;
use super::partial::{OfCell, Partial};
use crate::count::counter::CountOptions;
use crate::count::engine::{CountJob, EngineError};
use crate::count::settler::OfViewers;
use crate::count::signals::{SignalBatch, SignalTableError, value};

/// Counts all rows of some [buckets of viewers](super::viewer_bucket): record batches that [`super::count_events`] gave, in any
/// order. Viewers are credited to where they were first, as the local engine credits them, and clicks without an impression are
/// counted. Nothing else is: the rest is known.
///
/// # Errors
/// When a batch is not one of the signal table, not of this job or not of [`super::count_events`], the job wants visits, or rows
/// have to spill and cannot.
pub fn count_viewers(
    job: &CountJob,
    rows: &[RecordBatch],
    options: &CountOptions,
) -> Result<Partial, EngineError> {
    rows.iter().try_for_each(check)?;
    let (counter, left, landed) = fed(job, false, rows, options)?;
    let mut partial = Partial::default();
    for landed in &landed {
        if landed.outside > 0 {
            return Err(ApartError::Outside { rows: landed.outside }.into());
        }
        for (day, rows) in (0..).zip(&landed.by_day).filter(|(_, rows)| **rows > 0) {
            partial.of_days.entry(day).or_default().received += rows;
        }
    }
    let (OfViewers { uniques, orphans }, numbered) = counter.settle_viewers(left)?;
    partial.of_cells =
        uniques.into_iter().zip(orphans).map(|(counts, orphans)| OfCell { counts, orphans }).collect();
    partial.numbered = numbered;
    Ok(partial)
}

/// Whether rows have a viewer, a place and no event: one with an event would be asked once more whether it is a redelivery.
fn check(rows: &RecordBatch) -> Result<(), SignalTableError> {
    let batch = SignalBatch::of(rows)?;
    for row in 0..batch.len() {
        if batch.event(row)?.is_some() {
            return Err(value(row, "event_hash", &"there", "null, since redeliveries are out"));
        }
        if batch.viewer(row)?.is_none() {
            return Err(value(row, "viewer_hash", &"null", "a viewer"));
        }
    }
    Ok(())
}
