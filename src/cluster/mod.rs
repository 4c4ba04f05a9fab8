//! A night counted on a cluster: executors read and count with this project's own reader and counter, Spark moves rows between
//! them, and this process plans, judges and publishes as ever.
//!
//! What is sent to executors is a batch as it is [shipped]: the configuration as it was read, market-days and objects by name. From
//! it they make the same plan as this process. A [`Cluster`] carries out two stages:
//!
//! 1. *Reading.* Every task reads some objects and stages their signals, and of each object an account, in
//!    [tables](table::staged) below a prefix of the archive's store.
//! 2. *Counting.* What is staged is parted by event, so that all deliveries of an event meet; what counts goes on parted by viewer;
//!    partial counts of a market-day are added up.
//!
//! [`executor`] is what runs there, called by the Python wheel. `count` is what runs here, whatever the cluster is, and believes
//! nothing that it cannot hold against something else; [`spark`] is the one cluster that there is outside of tests.

mod account;
mod accounts;
mod count;
pub mod executor;
mod executor_error;
#[cfg(any(test, feature = "testing"))]
mod in_process;
mod piece;
pub mod shipped;
pub mod spark;
mod staging_writer;
mod sums;
pub mod table;
#[cfg(test)]
mod testing;

use bytes::Bytes;
use coverledger_core::count::apart::ApartError;
use coverledger_spark::SparkError;
use coverledger_store::StoreError;

use crate::reading::Stop;

pub(crate) use count::{Bounds, CountedThere, count};
#[cfg(any(test, feature = "testing"))]
pub(crate) use in_process::InProcess;
#[cfg(test)]
pub(crate) use in_process::Lie;

/// What carries out the two stages. Everything it does ends as [`ClusterError::Stopped`] soon after a stop is asked for.
pub trait Cluster: Sync {
    /// A new place to stage at, as the cluster calls it.
    fn place(&self) -> impl Future<Output = String> + Send;

    /// Reads every task of a shipped batch and stages what comes of it at a place.
    ///
    /// # Errors
    /// [`ClusterError`] when it cannot; then what is staged is worth nothing.
    fn stage(
        &self,
        shipped: &Bytes,
        tasks: u32,
        place: &str,
        stop: &Stop,
    ) -> impl Future<Output = Result<(), ClusterError>> + Send;

    /// The payloads of the accounts that are staged at a place, in any order.
    ///
    /// # Errors
    /// [`ClusterError`] when they cannot be read back.
    fn accounts(&self, place: &str, stop: &Stop) -> impl Future<Output = Result<Vec<Bytes>, ClusterError>> + Send;

    /// How many signals are staged at a place.
    ///
    /// # Errors
    /// [`ClusterError`] when that cannot be told.
    fn staged_rows(&self, place: &str, stop: &Stop) -> impl Future<Output = Result<u64, ClusterError>> + Send;

    /// Counts what is staged at a place in so many groups: the payloads of partial counts, in any order.
    ///
    /// # Errors
    /// [`ClusterError`] when it cannot.
    fn count(
        &self,
        shipped: &Bytes,
        place: &str,
        groups: u32,
        stop: &Stop,
    ) -> impl Future<Output = Result<Vec<Bytes>, ClusterError>> + Send;
}

/// Why a cluster could not count.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A stop was asked for.
    #[error("counting was stopped")]
    Stopped,
    /// Spark failed, or an executor did.
    #[error(transparent)]
    Spark(SparkError),
    /// The archive's store does not serve for staging.
    #[error("the archive cannot be reached")]
    Store(#[from] StoreError),
    /// An executor that runs in this process failed.
    #[error("an executor failed")]
    Executor(#[from] executor::ExecutorError),
    /// What came back is not what was asked for.
    #[error("the cluster's answer cannot be right: {0} (nothing was published of it; run again)")]
    Answer(String),
    /// Parts do not come to a whole.
    #[error("the cluster's answer cannot be right (nothing was published of it; run again)")]
    Apart(#[from] ApartError),
    /// The archive's place has no name that executors could use.
    #[error("`{0}` has no name that executors could use (say `staging` in `engine` of `archive.yaml`)")]
    NoPlace(String),
}

impl From<SparkError> for ClusterError {
    fn from(error: SparkError) -> Self {
        match error {
            SparkError::Cancelled => Self::Stopped,
            error => Self::Spark(error),
        }
    }
}
