//! Why a brief cannot be read.

use polars::prelude::PolarsError;

/// A table is not what its name says.
#[derive(Debug, thiserror::Error)]
#[error("table `{table}` has a column `{column}` of another type (expected {due}; the file is of another table)")]
pub struct BriefError {
    /// Which table.
    pub table: &'static str,
    /// The column.
    pub column: String,
    /// The type that it should have.
    pub due: &'static str,
    /// What polars says.
    #[source]
    pub source: PolarsError,
}
