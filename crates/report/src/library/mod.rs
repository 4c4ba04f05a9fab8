//! The library of covers: every cover ever aired, how it did, and which kinds of cover work where.

mod shelf;

pub use shelf::{Shelf, ShelvedCover};
