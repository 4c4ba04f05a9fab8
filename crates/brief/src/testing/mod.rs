//! Briefs to draw in tests: one with every state that a page has to show, hostile ones, and ones of any size.

mod against;
mod cells;
mod evidence;
mod figures;
mod fixture;
mod hostile;
mod nights;
mod places;
mod reviews;
mod size;

pub use against::differences;
pub use figures::figures;
pub use fixture::{brief, empty, stale};
pub use hostile::hostile;
pub use size::of_places;
