//! The extension module of the wheel: this program for Python. It converts and calls, and decides nothing; `python/coverledger`
//! is the face that people and Spark see.
//!
//! Whatever takes long is done without the lock of the interpreter, and looks for Ctrl-C meanwhile. A panic is a bug and ends
//! as an error, not as the end of the process.

#![allow(clippy::needless_pass_by_value, reason = "Python hands values over")]

mod asked;
mod batches;
mod command;
mod error;
mod executor;
mod moment;
mod outlook;
mod place;
mod read;
mod statistics;
mod table;
mod waiting;

/// What is imported as `coverledger._native`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use super::batches::Batches;
    #[pymodule_export]
    use super::command::main;
    #[pymodule_export]
    use super::error::CoverledgerError;
    #[pymodule_export]
    use super::executor::{Executor, counted_schema, staged_schema};
    #[pymodule_export]
    use super::outlook::outlooks;
    #[pymodule_export]
    use super::read::{read_table, table_schema, tables};
    #[pymodule_export]
    use super::statistics::{cluster_interval, wilson};

    /// With fewer clusters than this there is no interval of them.
    #[pymodule_export]
    const FEWEST_CLUSTERS: usize = coverledger::stats::FEWEST_CLUSTERS;
    /// The version of the program.
    #[pymodule_export]
    const VERSION: &str = coverledger::program::VERSION;
    /// The version and the commit that it was built from.
    #[pymodule_export]
    const VERSION_AND_COMMIT: &str = coverledger::program::VERSION_AND_COMMIT;
}
