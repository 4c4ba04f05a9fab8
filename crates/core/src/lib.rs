//! The base of all other crates: the words of the domain, the clock, and the counting engine. Nothing here reads a file,
//! a setting or a store.

/// The release of coverledger: `0.1.0`. Nothing that is published rests on it: numbers carry a version of their own.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub mod time;

pub mod model;

pub mod count;
