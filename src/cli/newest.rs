//! The newest object of a table.

use polars::prelude::*;

use super::Failure;
use coverledger_archive::{Archive, TableName};
use coverledger_read::export::caught;
use coverledger_report as report;

/// Its key, and what is in it; `None` where there is none.
///
/// # Errors
/// The store does not answer, or the object is damaged.
pub async fn newest(archive: &Archive, table: TableName) -> Result<Option<(String, DataFrame)>, Failure> {
    let objects = archive.newest_of_table(table, &[]).await?;
    let unreadable = objects.unreadable.into_iter().map(|(key, problem)| (key, problem.to_string()));
    let unreadable: Vec<(String, String)> = unreadable.collect();
    if !unreadable.is_empty() {
        return Err(Failure::damaged(&unreadable));
    }
    let Some((key, bytes)) = objects.read.into_iter().next_back() else { return Ok(None) };
    let frame = caught(|| report::read(table, &[bytes]));
    let frame = frame.unwrap_or_else(|_| Err(polars_err!(ComputeError: "no sound Parquet file")));
    match frame {
        Ok(frame) => Ok(Some((key, frame))),
        Err(error) => Err(Failure::damaged(&[(key, error.to_string())])),
    }
}
