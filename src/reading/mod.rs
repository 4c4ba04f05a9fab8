//! What reads one object of a batch: fetched, decoded, put on its market's clock, handed to a writer of the engine.
//!
//! A run reads with it on all its threads, and so does whoever reads on another machine: both make the same signals and the
//! same account of an object. It knows of no archive. What is wrong with an object is said of it (`Unread`) and is no error.

pub(crate) mod count_job;
pub(crate) mod localize;
pub(crate) mod prefetcher;
pub(crate) mod reach;
mod read_export;
mod reader;
mod reading_error;
mod room;
mod stop;
mod views;
pub(crate) mod watch;

pub(crate) use read_export::{Read, ReadExport, Unread};
pub(crate) use reader::{Reader, Writers};
pub(crate) use reading_error::ReadingError;
#[cfg(feature = "spark")]
pub(crate) use room::Room;
pub(crate) use room::memory_of_rows;
pub use stop::Stop;
