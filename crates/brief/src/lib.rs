//! The morning brief: one page a night for the people who decide which cover goes on air. Published tables in, HTML out.
//!
//! Pure: no store, no clock, no file. [`Brief`] is what the page says, as values with the cells of tables they come from;
//! reading tables into it and writing it as a page are apart, so that either can be tested without the other. Nothing is
//! counted or decided here: every figure is a cell of a published table, and says which.

mod model;
mod names;
mod page;
mod read;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use model::*;
pub use names::NameBook;
pub use page::{change_in_words, page};
pub use read::{BriefError, BriefTables};
