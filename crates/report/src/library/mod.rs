//! The library of covers: every cover ever aired, how it did, and which kinds of cover work where.

mod catalogue;
mod families;
mod kindred;
mod shelf;

pub use catalogue::{CataloguedCover, Measured, Picture, Seen};
pub use families::{Contradiction, FamilyOfCover, FamilySource, HashedCover, MOST_PROPOSED, families};
pub use kindred::{Kindred, Relative};
pub use shelf::{Shelf, ShelvedCover};
