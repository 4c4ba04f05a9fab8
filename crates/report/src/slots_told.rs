//! When the slots of a published market-day began.

use std::collections::BTreeSet;

use bytes::Bytes;
use polars::prelude::*;

use coverledger_core::model::{TableName, columns as c};

/// The slots that a published table `slot_audience` has rows of, each with its first instant (microseconds since 1970,
/// UTC). Rows of a whole day are of no slot.
///
/// # Errors
/// When it is not sound Parquet or lacks the columns.
pub fn slots_told(bytes: &Bytes) -> PolarsResult<BTreeSet<(String, i64)>> {
    let table = super::read(TableName::SlotAudience, std::slice::from_ref(bytes))?;
    let starts = table.column(c::SLOT_START_UTC)?.to_physical_repr();
    let (names, starts) = (table.column(c::SLOT)?.str()?, starts.i64()?);
    Ok(names.iter().zip(starts.iter()).filter_map(|(name, start)| Some((name?.to_owned(), start?))).collect())
}
