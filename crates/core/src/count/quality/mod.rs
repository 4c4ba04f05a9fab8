//! Counting how views went: rows in, sums, exact percentiles and viewers out.
//!
//! It is a counter of its own beside that of the funnel, because its rows are of no cover and no event: they have numbers
//! that are added and a distribution of which percentiles are taken. What is alike is done alike. All deliveries of a view
//! meet in one partition, and of several the earliest counts, then the first by object name and record number. What is
//! counted goes on twice: its first frame by place, so that all first frames of a slot and broadcast meet, and its viewer by
//! viewer, so that all visits of a viewer meet. Rows wait in a [`super::spool`] and spill beyond the memory bound. All sums
//! are of whole numbers: neither threads nor the order of reading can change a result.

mod bars;
mod counter;
mod first_frames;
mod row;
mod sums;
#[cfg(test)]
mod tests;
mod viewers;
mod writer;

pub use bars::{QualityBarFact, QualityBars};
pub use counter::{QualityCounted, QualityCounter};
pub use sums::{QualityFact, QualitySums};
pub use viewers::ViewerVisit;
pub use writer::{QualityInput, QualityPartial, QualityPlace, QualityRowsOf, QualityWriter};
