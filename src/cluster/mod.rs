//! A night counted on a cluster: executors read and count with this project's own reader and counter, Spark moves rows between
//! them, and this process plans, judges and publishes as ever.
//!
//! What is sent to executors is a [`shipped::Shipped`] batch: the configuration as it was read, market-days and objects by name. From it they make the
//! same plan as this process. A [`Cluster`] carries out two stages:
//!
//! 1. *Reading.* Every task reads some objects and leaves their signals and, one a object, their [accounts](account) under a prefix of the archive's store
//!    ([`table::staged`]).
//! 2. *Counting.* What is staged is parted by event, so that all deliveries of an event meet; what counts goes on parted by viewer;
//!    partial counts of a market-day are added up.
//!
//! `executor` is what runs there, called by the Python wheel; `driver` is what runs here.

pub mod account;
pub mod executor;
pub mod shipped;
pub mod table;

use bytes::Bytes;

/// What carries out the two stages.
pub trait Cluster: Sync {
    /// Reads every task of a shipped batch and stages what comes of it at a place.
    ///
    /// # Errors
    /// [`ClusterError`] when it cannot; then what is staged is worth nothing.
    fn stage(
        &self,
        shipped: &Bytes,
        tasks: u32,
        place: &str,
    ) -> impl Future<Output = Result<(), ClusterError>> + Send;

    /// The payloads of the accounts that are staged at a place, in any order.
    ///
    /// # Errors
    /// [`ClusterError`] when they cannot be read back.
    fn accounts(&self, place: &str) -> impl Future<Output = Result<Vec<Bytes>, ClusterError>> + Send;

    /// How many signals are staged at a place.
    ///
    /// # Errors
    /// [`ClusterError`] when that cannot be told.
    fn staged_rows(&self, place: &str) -> impl Future<Output = Result<u64, ClusterError>> + Send;

    /// Counts what is staged at a place in so many buckets: the payloads of partial counts, one or more a market-day.
    ///
    /// # Errors
    /// [`ClusterError`] when it cannot.
    fn count(
        &self,
        shipped: &Bytes,
        place: &str,
        buckets: u32,
    ) -> impl Future<Output = Result<Vec<Bytes>, ClusterError>> + Send;
}

/// Why a cluster could not count.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// An executor failed.
    #[error("an executor failed")]
    Executor(#[from] executor::ExecutorError),
    /// What came back is not what was asked for.
    #[error("the cluster's answer cannot be right: {0}")]
    Answer(String),
}
