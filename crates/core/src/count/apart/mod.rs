//! Counting in parts, each apart from the others: what executors of a cluster do.
//!
//! Signals lie in record batches of the [signal table](super::signals) and are parted twice. [`count_events`] is given all rows
//! of some [buckets of events](event_bucket): it finds redeliveries, counts, and gives the rows that viewers are counted of.
//! [`count_viewers`] is given all of those of some [buckets of viewers](viewer_bucket): it credits first touches. What each
//! finds is a [`Partial`]. They add up, in any order, to the [`Counted`](super::Counted) of all signals together.
//!
//! Every rule is the local engine's own: rows go through a [`super::CountWriter`] and settle as its rows do. This module refuses jobs
//! that want visits, since those are more than sums.

mod bucket;
mod error;
mod events;
mod partial;
#[cfg(test)]
mod tests;
mod viewers;
mod written;

use arrow_array::RecordBatch;

use super::counter::{CountOptions, Counter};
use super::engine::{CountJob, EngineError, OpenCount as _, SignalWriter as _};
use super::signals::BatchFeeder;
use super::writer::{PartialCounts, RowsByDay};

pub use self::bucket::{BUCKETS, event_bucket, viewer_bucket};
pub use self::error::ApartError;
pub use self::events::count_events;
pub use self::partial::{Partial, Totals};
pub use self::viewers::count_viewers;

/// A counter of its own that rows were fed to, what is left of that, and where they landed, by export.
fn fed(
    job: &CountJob,
    bars: bool,
    rows: &[RecordBatch],
    options: &CountOptions,
) -> Result<(Counter, Vec<PartialCounts>, Vec<RowsByDay>), EngineError> {
    if job.days.iter().any(|day| day.visits_by.is_some()) {
        return Err(ApartError::Visits.into());
    }
    let expected_rows = rows.iter().map(|batch| batch.num_rows() as u64).sum();
    let its = CountJob { exports: Vec::new(), days: job.days.clone(), scope: job.scope.clone(), bars };
    let counter = Counter::of(its, CountOptions { expected_rows, ..options.clone() });
    let (mut writer, mut feeder) = (counter.writer(), BatchFeeder::new(job));
    feeder.feed_all(&mut writer, rows)?;
    let landed = feeder.finish(&mut writer);
    let left = vec![writer.finish()?];
    Ok((counter, left, landed))
}
