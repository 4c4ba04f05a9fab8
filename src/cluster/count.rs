//! Counting a batch on a cluster, and holding what comes back against what was sent.
//!
//! Every object has to be accounted for once; what is staged has to have the rows that readers say they wrote; and partial counts
//! have to come to those rows, market-day by market-day, and viewers to be counted of as many as were passed on for that.

use super::accounts::Accounts;
use super::shipped::Shipped;
use super::sums::Sums;
use super::{Cluster, ClusterError};
use crate::plan::Batch;
use crate::reading::{ReadExport, Room, Stop, Unread};
use coverledger_core::count::{CountJob, Counted};

/// Rows of a group, about: it is in an executor's memory as a whole.
const ROWS_PER_GROUP: u64 = 500_000;
/// There are so many groups at least, unless each would have fewer rows than it is worth a task.
const LEAST_GROUPS: u64 = 8;
const LEAST_ROWS_PER_GROUP: u64 = 10_000;

/// What a cluster came to.
pub(crate) struct CountedThere {
    /// In the order of the batch. Since when the store has their bytes is not said.
    pub(crate) exports: Vec<Result<ReadExport, Unread>>,
    pub(crate) counted: Counted,
}

/// What the driver may keep of a batch. What is beyond is not counted: then the batch is cut, or refused.
pub(crate) struct Bounds {
    /// For rows of counts and covers.
    pub(crate) room: Room,
    /// How many distinct names and cells there may be.
    pub(crate) most_cells: usize,
    /// Whether market-days are counted by groups of viewers, which makes them many.
    pub(crate) are_by_groups: bool,
}

/// Reads and counts a batch. `heard` is told of each object once all have been read.
///
/// # Errors
/// [`ClusterError`] when the cluster fails, or its answer cannot be right.
pub(crate) async fn count(
    cluster: &impl Cluster,
    shipped: &Shipped,
    (batch, job, bounds): (&Batch<'_>, &CountJob, &Bounds),
    stop: &Stop,
    heard: impl Fn(usize),
) -> Result<CountedThere, ClusterError> {
    let (bytes, tasks) = (shipped.to_bytes()?, shipped.tasks());
    if tasks == 0 {
        return Ok(CountedThere { exports: Vec::new(), counted: Sums::default().total()?.into_counted(job)? });
    }
    let place = cluster.place().await;
    cluster.stage(&bytes, tasks, &place, stop).await?;
    let payloads = cluster.accounts(&place, stop).await?;
    let accounts = Accounts::of(&payloads, batch.exports.len(), batch.days.len());
    let mut accounts = accounts.map_err(ClusterError::Answer)?;
    drop(payloads);
    (0..batch.exports.len()).for_each(heard);
    let (expected, staged) = (accounts.staged(), cluster.staged_rows(&place, stop).await?);
    if staged != expected {
        return Err(ClusterError::Answer(format!("readers wrote {expected} signals, and {staged} are staged")));
    }
    let mut sums = Sums::default();
    let are_too_many = accounts.are_too_many(&bounds.room);
    if staged > 0 && !are_too_many {
        let pieces = cluster.count(&bytes, &place, groups(staged), stop).await?;
        sums = Sums::of_pieces(&pieces).map_err(ClusterError::Answer)?;
        accounts.hold(&sums, &job.scope).map_err(ClusterError::Answer)?;
    }
    let total = sums.total()?;
    if total.cells() > bounds.most_cells {
        accounts.refuse(|| Unread::too_many_cells(bounds.most_cells, bounds.are_by_groups));
    }
    Ok(CountedThere { exports: accounts.into_exports(), counted: total.into_counted(job)? })
}

/// In how many groups so many rows are counted: small enough for an executor's memory, and enough of them for several cores.
fn groups(rows: u64) -> u32 {
    let for_cores = (rows / LEAST_ROWS_PER_GROUP).min(LEAST_GROUPS);
    u32::try_from(rows.div_ceil(ROWS_PER_GROUP).max(for_cores)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_small_enough_for_memory_and_enough_for_cores() {
        let found = [0, 1, 9_999, 30_000, 200_000, 3_000_000, 13_500_000].map(groups);
        assert_eq!(found, [1, 1, 1, 3, 8, 8, 27]);
        assert_eq!(groups(100_000_000_000), 200_000);
    }
}
