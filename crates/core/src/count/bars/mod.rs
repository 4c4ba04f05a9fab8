//! Sums by bar: what was counted of a broadcast and cover in each five minutes of a market-day, beside the cells.
//!
//! Bars are no part of a cell. Cells are bounded in number, and slots and audiences times bars would be many; here audiences,
//! slots and turns are together. Each thread keeps a bounded number of sums. When it has as many, they are handed over to a
//! [`super::spool`], parted by market-day, where they wait like rows do and spill beyond the memory bound. A sum may thus be
//! there several times, in parts that may be negative (a redelivery is taken back by another thread than the one that counted
//! it). Arithmetic wraps, so what all parts come to is right. A market-day's parts are put together when its tables are made.

mod counted;
mod spool;
mod tally;
#[cfg(test)]
mod tests;

pub use self::counted::Bars;
pub(super) use self::spool::{BarRow, BarSpool, Place, SUMS};
pub(super) use self::tally::BarTally;
