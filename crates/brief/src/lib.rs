//! The morning brief: one page a night for the people who decide which cover goes on air. Published tables in, HTML out.
//!
//! Pure: no store, no clock, no file. [`Brief`] is what the page says, as values with the cells of tables they come from;
//! reading tables into it and writing it as a page are apart, so that either can be tested without the other. Nothing is
//! counted or decided here: every figure is a cell of a published table, and says which. One thing is reckoned here: in the strips of
//! a broadcast, the rate over a quarter of an hour and the band of what it may be.

mod calendar;
mod model;
mod names;
mod page;
mod read;
#[cfg(test)]
mod testing;

pub use model::*;
pub use names::NameBook;
pub use page::{change_in_words, page};
pub use read::{BriefError, BriefTables};
