//! Totals and ratios that an export reports, compared with its rows within their rounding.
//!
//! Nothing here changes a count. What can be told to be no row of data, a total or a note, is kept out; what may be one,
//! and what cannot be true, refuses the export or the row.

pub(super) mod copied;
pub(super) mod doubtful;
pub(super) mod note;
pub(super) mod part;
pub(super) mod rate;
pub(super) mod sum;
pub(super) mod total;
pub(super) mod total_row;
pub(super) mod twice;
pub(super) mod unnamed_total;
