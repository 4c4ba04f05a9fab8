//! Why parts do not come to a whole.

use thiserror::Error;

/// Why something cannot be counted in parts, or parts cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApartError {
    /// Visits are wanted of a market-day.
    #[error("visits cannot be counted in parts (let this process count them)")]
    Visits,
    /// A sum is beyond 64 bits.
    #[error("the sum of partial counts is beyond 64 bits")]
    Overflow,
    /// A part names something that the job does not have.
    #[error("a partial count names {what} {number}, which is not in this count")]
    Unknown {
        /// What.
        what: &'static str,
        /// Its number.
        number: u64,
    },
    /// Rows that viewers are to be counted of are on none of the job's market-days.
    #[error("{rows} rows of viewers are on market-days that are not in this count")]
    Outside {
        /// How many.
        rows: u64,
    },
    /// A part is missing, or is there twice.
    #[error("market-day {day} has {found} {what} in its partial counts (expected {expected})")]
    Unbalanced {
        /// Which market-day, by its number in the job.
        day: u32,
        /// What was held against what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there have to be.
        expected: u64,
    },
}
