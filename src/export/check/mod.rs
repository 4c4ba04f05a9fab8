//! What an export says about itself, held against its rows: totals and ratios, each compared within its rounding.
//!
//! A check never changes what is counted; it only says what can be trusted.

pub(super) mod rate;
pub(super) mod total;
pub(super) mod total_row;
pub(super) mod unnamed_total;
