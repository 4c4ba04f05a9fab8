//! Tables: facts in, Parquet out. Pure; one file per table.
//!
//! Every table of a market-day repeats its keys in the file and carries the conventions under which it was counted,
//! so that a reader who opens one file knows what it says.

mod error;
mod frame;
mod funnel;
mod rates;
mod rejects;
mod sheet;
mod slot_audience;

use jiff::civil::Date;
use polars::prelude::*;

pub use error::ReportError;
pub use frame::frame;
pub use sheet::Sheet;

use crate::model::{PlatformId, Reject};

/// A rendered table.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Parquet.
    pub bytes: Vec<u8>,
    /// How many rows it has.
    pub rows: usize,
}

/// Renders `funnel` and `slot_audience` of a market-day, in this order.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write a table.
pub fn market_day(sheet: &Sheet<'_>, revision: u64) -> Result<[Rendered; 2], ReportError> {
    let failed = |table| move |source| ReportError { table, source };
    let funnel = funnel::funnel(sheet, revision).map_err(failed("funnel"))?;
    let slots = slot_audience::slot_audience(sheet, revision).map_err(failed("slot_audience"))?;
    Ok([parquet(funnel).map_err(failed("funnel"))?, parquet(slots).map_err(failed("slot_audience"))?])
}

/// Renders `rejects` of one platform and export date; rows are sorted by object and record.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn rejects(
    platform: &PlatformId,
    export_date: Option<Date>,
    rejects: &[(&str, &Reject)],
) -> Result<Rendered, ReportError> {
    let failed = |source| ReportError { table: "rejects", source };
    parquet(rejects::rejects(platform, export_date, rejects).map_err(failed)?).map_err(failed)
}

/// The same table gives the same bytes: one thread, one row group size, nothing of the machine in it.
fn parquet(mut table: DataFrame) -> PolarsResult<Rendered> {
    let mut bytes = Vec::new();
    table.rechunk_mut();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(1 << 17))
        .set_parallel(false)
        .finish(&mut table)?;
    Ok(Rendered { bytes, rows: table.height() })
}
