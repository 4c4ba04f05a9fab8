//! Failures of rendering a table; none is the fault of the data.

use thiserror::Error;

/// A table could not be made or written.
#[derive(Debug, Error)]
#[error("failed to render table `{table}`")]
pub struct ReportError {
    /// Which table.
    pub table: &'static str,
    /// What polars said.
    #[source]
    pub source: polars::error::PolarsError,
}
