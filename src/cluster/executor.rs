//! What runs on executors. The Python wheel calls it; nothing here knows of Python or of Spark.

use arrow_array::RecordBatch;

/// One worker's view of a shipped batch.
pub struct Executor {}

/// Why an executor could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    /// What was sent is of another release.
    #[error(
        "coverledger {needed} is needed here, and this is {here} (install the wheel of {needed} on every executor)"
    )]
    Version {
        /// That of the driver.
        needed: String,
        /// That of the wheel.
        here: String,
    },
    /// What was sent cannot be understood.
    #[error("what was sent to the executor cannot be understood: {0}")]
    Shipped(String),
}

impl Executor {
    /// Makes the plan of a shipped batch.
    ///
    /// # Errors
    /// When it is of another release, or cannot be understood.
    pub fn new(_shipped: &[u8]) -> Result<Self, ExecutorError> {
        todo!()
    }

    /// Reads the objects of a task; `emit` is given batches of [`super::table::staged`] and says whether to go on.
    ///
    /// # Errors
    /// When this machine fails; an object that cannot be read is no error, its account says so.
    pub fn read(&self, _task: u32, _emit: &mut dyn FnMut(RecordBatch) -> bool) -> Result<(), ExecutorError> {
        todo!()
    }

    /// Finds redeliveries among all signals of a group of event buckets and counts; what is left for viewers, and partial counts
    /// as payloads, as [`super::table::staged`]. Payloads pass through.
    ///
    /// # Errors
    /// When these are not such signals.
    pub fn count_events(&self, _rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        todo!()
    }

    /// Credits first touches among all signals of a group of viewer buckets; partial counts by market-day, as
    /// [`super::table::counted`], those that passed through among them.
    ///
    /// # Errors
    /// When these are not such signals.
    pub fn count_viewers(&self, _rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        todo!()
    }

    /// Adds up partial counts of market-days, as [`super::table::counted`].
    ///
    /// # Errors
    /// When these are none.
    pub fn add_up(&self, _partials: &[RecordBatch]) -> Result<Vec<RecordBatch>, ExecutorError> {
        todo!()
    }
}
